"""Applying to a listing, and the employer's pipeline."""
