"""Which rules there are for a scanned folder."""

from __future__ import annotations

import hashlib
import importlib
import os
import site
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.machinery import PathFinder
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from archlint.finding import Hit
from archlint.rulebook import registry
from archlint.rulebook.page import OTHER_CODE, Page, PageError, parse_page
from archlint.rulebook.registry import Added, Rulebook
from archlint.tree import DiskTree, Tree

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint
    from importlib.resources.abc import Traversable

    from archlint.project import Project


GROUP = "archlint.rules"
MAX_BYTES = 1_000_000
"""Of one page."""

_MOST_FILES = 2_000
"""Of a package, for the digest of its state."""

_SECTIONS = ("What it does", "What to do")


class RefusedError(Exception):
    """Rules that cannot be used; the message completes "the rules of … are left out: "."""


@dataclass(frozen=True, slots=True)
class InstalledCheck:
    """The `check` of a module, imported when it first runs."""

    origin: str
    module: str
    files: str = ""
    """Names the state of the package's files, so that nothing found with another state is taken for what it finds."""

    def __call__(self, project: Project, page: Page) -> Iterator[Hit]:
        """What the module raises comes out of here; a TypeError says that it yields something else than hits."""
        try:
            yield from self._hits(project, page)
        except SystemExit as error:
            raise RuntimeError(f"{self.module} tried to end archlint") from error

    def _hits(self, project: Project, page: Page) -> Iterator[Hit]:
        check: object = getattr(importlib.import_module(self.module), "check", None)
        if not callable(check):
            raise TypeError(f"the module {self.module} has no function check")
        for hit in check(project, page):
            if not isinstance(hit, Hit):
                raise TypeError(f"{self.module}.check yields {type(hit).__name__} and no Hit")
            yield hit


def site_folders() -> tuple[str, ...]:
    """Where this interpreter's packages are installed."""
    found = site.getsitepackages()
    if site.ENABLE_USER_SITE:
        found.append(site.getusersitepackages())
    return tuple(dict.fromkeys(os.path.realpath(folder) for folder in found if os.path.isdir(folder)))


def with_installed(book: Rulebook, root: Path | None, folders: Sequence[str] | None = None) -> Rulebook:
    """With the rules of the packages in `folders`, by default those of this interpreter. `root` is the scanned folder.
    What cannot be used becomes a notice."""
    places = site_folders() if folders is None else tuple(map(os.path.realpath, folders))
    for distribution, point in _points(places):
        origin = f"{distribution.name} {distribution.version}"
        try:
            for added in _rules(point, origin, root, places):
                clash = book.clash(added.page)
                book = book.plus([added]) if clash is None else book.plus((), [_notice(origin, clash)])
        except (RefusedError, PageError) as error:
            book = book.plus((), [_notice(origin, str(error))])
        except (Exception, SystemExit) as error:
            book = book.plus((), [_notice(origin, f"{type(error).__name__}: {error}")])
    return book


def _notice(origin: str, reason: str) -> str:
    return f"rules of {origin} are left out: {' '.join(reason.split())[:300]}"


def _points(folders: Sequence[str]) -> Iterator[tuple[Distribution, EntryPoint]]:
    """In the order of names; of a package that is there twice the first one counts, as it does for Python."""
    found: dict[str, tuple[Distribution, list[EntryPoint]]] = {}
    for path in _with_rules(folders):
        from importlib.metadata import Distribution

        distribution: Distribution = Distribution.at(path)
        points = [point for point in distribution.entry_points if point.group == GROUP]
        found.setdefault(distribution.name.lower(), (distribution, points))
    for name in sorted(found):
        distribution, points = found[name]
        yield from ((distribution, point) for point in sorted(points, key=lambda point: point.name))


def _with_rules(folders: Sequence[str]) -> Iterator[Path]:
    """The metadata of the packages that name the group. `importlib.metadata` takes 30 ms to import, which most scans
    need not pay."""
    for folder in folders:
        try:
            names = sorted(name for name in os.listdir(folder) if name.endswith(".dist-info"))
        except OSError:
            continue
        for name in names:
            try:
                text = Path(folder, name, "entry_points.txt").read_bytes()
            except OSError:
                continue
            if GROUP.encode() in text:
                yield Path(folder, name)


def _rules(point: EntryPoint, origin: str, root: Path | None, folders: Sequence[str]) -> list[Added]:
    name = point.value.strip()
    if not all(part.isidentifier() for part in name.split(".")):
        raise RefusedError(f"its entry point {point.name} must name a module, not {name!r:.80}")
    if root is not None:
        _refuse_scanned(name, root, folders)
    from importlib.resources.abc import Traversable

    module = importlib.import_module(name)
    pages: object = getattr(module, "PAGES", None)
    if not isinstance(pages, Traversable):
        raise RefusedError(f'{name} has no PAGES, such as importlib.resources.files(__name__) / "pages"')
    found: list[Added] = []
    state = _state(sys.modules[name.partition(".")[0]].__path__)
    for file in sorted(pages.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".md") and file.is_file():
            page = parse_page(file.name.removesuffix(".md"), _text(file), OTHER_CODE, origin)
            missing = [heading for heading in _SECTIONS if not page.section(heading)]
            if missing:
                raise RefusedError(f"{file.name}: the section `## {missing[0]}` is missing or empty")
            if page.over_all or page.facts or not page.module:
                raise RefusedError(f"{file.name}: `module`, `over-all` and `facts` are for archlint's own rules")
            found.append(Added(page, InstalledCheck(origin, f"{name}.{page.module_name}", state)))
    return found


def _state(folders: Iterable[str]) -> str:
    """Of the files below, by size and time of change."""
    seen: list[tuple[str, int, int]] = []
    for folder in folders:
        for path in islice(Path(folder).rglob("*.py"), _MOST_FILES):
            with suppress(OSError):
                facts = path.stat()
                seen.append((str(path), facts.st_size, facts.st_mtime_ns))
    return hashlib.sha256(repr(sorted(seen)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _text(file: Traversable) -> str:
    with file.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise RefusedError(f"{file.name} has more than {MAX_BYTES:,} bytes")
    return data.decode("utf-8")


def _refuse_scanned(name: str, root: Path, folders: Sequence[str]) -> None:
    """Looks where Python would find the top package, without importing anything. An environment that lies in the
    scanned folder and that archlint itself runs from is no secret to whoever started it."""
    spec = PathFinder.find_spec(name.partition(".")[0])
    if spec is None:
        raise RefusedError(f"there is no module {name}")
    where = [*(spec.submodule_search_locations or ()), *([spec.origin] if spec.origin else ())]
    for path in where:
        real = os.path.realpath(path)
        if _lies_in(real, os.path.realpath(root)) and not any(_lies_in(real, folder) for folder in folders):
            raise RefusedError(f"Python would import {name} from the scanned folder")


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


FOLDER = ".archlint/rules"
"""Where a repository's own pages lie."""


def installed_rules(tree: Tree) -> Rulebook:
    """Those of archlint and, for a folder on disk, those of installed packages."""
    book = registry.builtin()
    return with_installed(book, tree.root) if isinstance(tree, DiskTree) else book


def all_rules(tree: Tree) -> Rulebook:
    """As `installed_rules`, with the repository's own; raises CustomRuleError."""
    book = installed_rules(tree)
    if not tree.is_dir(FOLDER):
        return book
    from archlint.rulebook.custom.folder import with_own

    return with_own(book, tree, FOLDER)
