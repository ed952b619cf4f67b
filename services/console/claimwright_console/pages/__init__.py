"""Pages for people: one a module, rendered on the server."""
