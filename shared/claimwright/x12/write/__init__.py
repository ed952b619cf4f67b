"""From values to bytes: the same values, control numbers and moment give the same bytes."""
