"""A declared function joined to its code."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.model.function import OPEN_NAME, Function, Setting
from archlint.model.image import Image
from archlint.model.place import Place
from archlint.model.size import Size
from archlint.values import Unknown, Value


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


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of the repository as it appears on a function's sys.path.

    `at` is the path below the sys.path entry ("" for the entry itself, "src" when a Dockerfile copies a folder to
    /var/task/src); `source` is the file or folder relative to the scanned root. A module `a.b` is looked for as a/b.py
    and a/b/__init__.py: first mount first, and a file mount answers to its own `at` alone.
    """

    at: str
    source: str


@dataclass(frozen=True, slots=True)
class HandlerSource:
    """The function object that Lambda calls. `function` is the attribute's name in the module at `path`."""

    path: str
    function: str
    line: int


_OPEN_ID = "an id in it is made up where the app runs"


@dataclass(frozen=True, slots=True)
class Deployed:
    """A function with its effective handler, that handler's source, what its sys.path holds, and its package's size.

    `handler` is the template's for a zip package and the effective CMD for an image. `missing` says what the handler
    names that is not there, when that is certain.
    """

    function: Function
    handler: Setting[str]
    source: Value[HandlerSource]
    mounts: tuple[Mount, ...] = ()
    image: Image | None = None
    missing: str | None = None
    by_name: bool = False
    """The code lies elsewhere; `source` is the only file of the repository that the handler can mean."""
    size: Size | None = None
    dependencies: tuple[Dependency, ...] = ()
    """What the function's dependency files and Dockerfile name, and what their locks add."""

    @property
    def distributions(self) -> tuple[str, ...]:
        """Canonical names of what the repository's own files name."""
        return tuple(dict.fromkeys(found.name for found in self.dependencies if found.direct))

    @property
    def name(self) -> str | None:
        """The function's, where it is known without a synth."""
        return self.function.name if self.function.name != OPEN_NAME else None

    @property
    def construct_path(self) -> str | None:
        """The function's, where there is one and all of it is known without a synth."""
        path = self.function.construct_path
        return None if path is None or OPEN_NAME in path.split("/") else path

    def unknowns(self) -> tuple[tuple[str, str], ...]:
        """(attribute, reason) for everything that the JSON report prints as null because nobody can know it."""
        function = self.function
        values: tuple[tuple[str, Value[object]], ...] = (
            ("package", function.package),
            ("runtime", function.runtime.value),
            ("handler", self.handler.value),
            ("architecture", function.architecture.value),
            ("memory_mb", function.memory_mb.value),
            ("timeout_s", function.timeout_s.value),
            ("ephemeral_mb", function.ephemeral_mb.value),
            ("handler_source", self.source),
        )
        found = [("name", _OPEN_ID)] if self.name is None else []
        if function.construct_path is not None and self.construct_path is None:
            found.append(("construct_path", _OPEN_ID))
        found += [(name, value.reason) for name, value in values if isinstance(value, Unknown)]
        if self.by_name:
            found.append(("code", "it lies in a bucket; handler_source is the only file here with the handler's name"))
        return tuple(found)
