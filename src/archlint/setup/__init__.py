"""What `archlint init` finds in a repository, and the files that it proposes."""
