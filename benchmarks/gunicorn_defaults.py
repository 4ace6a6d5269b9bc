"""gunicorn as it comes, so that floor and product are served alike."""
