"""Taking listings in from feeds: the feeds, their runs, and what becomes of a posting."""
