"""Organisations that hire, their members and what members may do."""
