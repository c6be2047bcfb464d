"""Rules about a handler's code."""
