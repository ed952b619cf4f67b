"""Topics, users and access lists of a cluster of one's own: `python -m deploy.kafka`."""
