"""How the parts are brought up: locally by `make run`, elsewhere by the Compose file."""
