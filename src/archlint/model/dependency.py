"""A Python distribution that a function's package or image is built with."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.model.place import Place


@dataclass(frozen=True, slots=True)
class Dependency:
    """`name` is canonical (PEP 503); `specifier` is PEP 440 text, "" for any version."""

    name: str
    place: Place
    """The line that names it: of a requirements file, a project file, a lock or a Dockerfile."""
    specifier: str = ""
    extras: tuple[str, ...] = ()
    local: str = ""
    """The local version that its index serves, such as "cpu" for PyTorch's CPU index."""
    version: str | None = None
    """What a lock says will be installed."""
    index: str = ""
    """"other" where an index or a folder of wheels that nobody can look into here may serve it and what it needs, so
    that the files need not be those on PyPI; "cpu" where PyTorch's index of CPU builds may; "" for PyPI alone."""
    by_address: bool = False
    """Installed from a file or an address that its line gives, not from an index."""
    direct: bool = True
    """Named by the repository's own files; False for what a lock adds because another package needs it."""
