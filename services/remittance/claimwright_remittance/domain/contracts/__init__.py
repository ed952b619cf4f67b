"""What payers owe us by contract, and where they paid otherwise."""
