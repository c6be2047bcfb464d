"""The command line: thin commands; whatever is slow to import is imported inside them."""
