"""Full-text search as a library: one contract, two engines, the indexes of this product."""
