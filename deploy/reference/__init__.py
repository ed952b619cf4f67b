"""Writes `docs/reference/` and `.env.example` from the code: settings, permissions, problems, metrics.

`python -m deploy.reference` writes them anew; a test keeps them current.
"""
