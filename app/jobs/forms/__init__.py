"""The forms of jobs, by audience."""
