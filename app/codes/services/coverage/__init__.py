"""Medicare coverage documents: which there are, and each whole."""
