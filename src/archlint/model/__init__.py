"""What a repository deploys, as frozen values without any trace of the syntax that they were read from."""
