"""The page of one code on one day: what every loaded release says of it, in sections."""
