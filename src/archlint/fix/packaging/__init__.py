"""Fixes in requirements files."""
