"""Reading official releases, as their makers ship them, into rows: no database, no request."""
