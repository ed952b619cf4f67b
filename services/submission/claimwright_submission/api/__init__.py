"""The service's routes; each turns one request into one use case."""
