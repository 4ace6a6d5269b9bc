"""Medicare fees: of one code, of a claim, by locality."""
