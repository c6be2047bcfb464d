"""Fixes of what templates set."""
