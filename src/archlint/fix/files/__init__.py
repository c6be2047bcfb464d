"""Fixes of what archlint says of the files themselves."""
