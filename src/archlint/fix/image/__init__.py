"""Fixes in Dockerfiles."""
