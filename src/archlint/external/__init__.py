"""Other linters that a scan may run on request: never imported here, always in a guarded process of their own."""
