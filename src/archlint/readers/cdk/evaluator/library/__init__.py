"""What the languages themselves and their common libraries give, as far as it is safe and bounded to follow."""
