"""A scan's result, merged with others or narrowed."""
