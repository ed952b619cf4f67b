"""The console's schema: the access authority's tables, sessions, and the read models."""
