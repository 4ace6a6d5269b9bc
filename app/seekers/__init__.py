"""Coders looking for work: profiles, credentials, experience, résumés."""
