"""One act a file: take an encounter, note what submission says, read a case."""
