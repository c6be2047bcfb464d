"""From what is known of each function to where it should run: requirements, candidates, cost, waves, steps."""
