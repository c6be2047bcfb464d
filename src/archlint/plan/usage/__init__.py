"""What drives the bill: the usage file, and how exported logs fill it."""
