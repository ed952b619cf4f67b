"""From segments to values: one reader for each family of transactions."""
