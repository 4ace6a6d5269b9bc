"""Pages that belong to no feature: home, pricing, legal, sitemaps, the desk, health."""
