"""What a function is packed with, and how large it becomes: `dependencies` says what files and commands name, `sizes`
what it takes, and the modules beside them what brings what along and what can be saved."""

from archlint.packaging.sizes.package import estimate_size

__all__ = ["estimate_size"]
