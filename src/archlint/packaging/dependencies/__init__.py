"""Which distributions a deployment installs: from which files, in which groups, by which tool."""
