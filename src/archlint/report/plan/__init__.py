"""The formats of `plan`."""
