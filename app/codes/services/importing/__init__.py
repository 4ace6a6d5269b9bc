"""Loading releases: staged unseen, compared, then put live at once."""
