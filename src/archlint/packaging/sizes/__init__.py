"""Bytes of code, dependencies, layers and images."""
