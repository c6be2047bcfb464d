"""Text to trees with places; nothing here knows what the text means."""
