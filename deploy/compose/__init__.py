"""What the Compose file's set-up steps do; `make run` does the same on its own."""
