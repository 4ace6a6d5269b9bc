"""MS-DRGs: the groups, and what leads to them."""
