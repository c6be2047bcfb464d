"""Fixes of findings that the scan itself raises."""
