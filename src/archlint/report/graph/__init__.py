"""Pictures of the graph of a repository, one module a format."""
