"""The event backbone: effects exactly once, by outbox, inbox and one transaction a batch, all in PostgreSQL."""
