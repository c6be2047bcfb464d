"""What fixes of Python code share."""
