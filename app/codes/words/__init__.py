"""Indicators and letters of official files put into words of ours, as data."""
