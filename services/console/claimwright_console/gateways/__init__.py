"""The other services, as the console asks them on behalf of a person."""
