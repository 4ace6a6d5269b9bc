"""Finding listings: what is asked, how it is put to the engine, and in which order they come."""
