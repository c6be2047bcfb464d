"""Which target, why, and why not the others."""
