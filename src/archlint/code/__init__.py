"""The Python program behind a handler: its modules, what its names stand for, and what runs when."""
