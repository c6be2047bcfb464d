"""A scan in parts that can be judged, kept and forgotten one by one."""
