"""Rules about how functions are joined."""
