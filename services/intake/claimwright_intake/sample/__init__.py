"""A day of invented encounters: written by our own code, played into a running stack, and told at the end."""
