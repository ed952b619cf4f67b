"""Files that come with this service."""
