"""What pay is stated: one scale for every listing, and figures of at least five postings."""
