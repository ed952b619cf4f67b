"""HTTP manners that all services share: problems, limits, permissions, idempotency, pages of a list."""
