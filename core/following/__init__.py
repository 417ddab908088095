"""A run that another process trains, read from its folder as it grows and told as the loop would tell it."""
