"""One act a file: load, ask the domain, save, publish, in one transaction."""
