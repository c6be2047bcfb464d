"""Facts that change with time: the only reader of `rules/data`, with units, sources and dates kept."""
