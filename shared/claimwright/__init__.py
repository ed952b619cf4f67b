"""What the Claimwright services share."""
