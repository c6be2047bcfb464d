"""What a repository deploys and how the parts work together: one typed graph of declarations and code."""
