"""Intake's own tables: encounters by version, files, and the partner's view of claims."""
