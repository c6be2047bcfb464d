"""Rules about packages and images."""
