"""Which rules a scan has, and their pages."""
