"""What stands outside of the service and is neither its database nor the broker."""
