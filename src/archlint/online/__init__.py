"""Exact package sizes from the package index. Nothing in here runs unless a person asks for it with `--online`."""
