"""Rules about settings of functions."""
