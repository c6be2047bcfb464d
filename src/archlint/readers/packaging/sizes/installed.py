"""What the install commands of an image bring along, all together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

from packaging.utils import canonicalize_name

from archlint.model.dependency import Dependency
from archlint.model.image import Image, Install
from archlint.model.size import Part
from archlint.readers.image.pins import BUILD_TOOLS
from archlint.readers.packaging.dependencies.indexes import PYPI, TORCH_FAMILY, Served
from archlint.readers.packaging.dependencies.installs import (
    InstalledFile,
    indexes_of,
    installed_files,
    local_archives,
    named_packages,
)
from archlint.readers.packaging.dependencies.wanted import Want, Wants, constrained, limits, read_wants
from archlint.readers.packaging.sizes.code import archive_bytes
from archlint.readers.packaging.sizes.files import file_estimate, wants_estimate
from archlint.readers.packaging.sizes.measurer import Measurer
from archlint.readers.packaging.sizes.online import measured_wants
from archlint.readers.packaging.sizes.parts import METHODS
from archlint.readers.packaging.sizes.table import Estimate
from archlint.readers.packaging.target import Target
from archlint.syntax.locks import is_lock
from archlint.tree import Tree


@dataclass(slots=True)
class _Bill:
    """What the installs of an image bring so far; a package that several of them name counts once."""

    image: Image
    target: Target
    tree: Tree
    measurer: Measurer | None
    wants: dict[str, Want] = field(default_factory=dict)
    files: list[Wants] = field(default_factory=list)
    held: dict[str, Part] = field(default_factory=dict)
    """Packages of locks, and wheels of the repository."""
    methods: set[str] = field(default_factory=set)
    resolved_on: list[str | None] = field(default_factory=list)
    named: list[Dependency] = field(default_factory=list)
    unknown: dict[str, None] = field(default_factory=dict)
    evidence: dict[str, None] = field(default_factory=dict)
    served: Served = PYPI


def installed(
    installs: Iterable[Install], image: Image, target: Target, tree: Tree, measurer: Measurer | None = None
) -> Estimate:
    """Packages of the repository's files and of the commands, each once."""
    bill = _Bill(image, target, tree, measurer)
    for install in installs:
        bill.served |= indexes_of(install, image)
        for one in installed_files(install, image):
            _take(bill, one)
        for path in local_archives(install):
            _take_archive(bill, path)
        for named in named_packages(install, image, tree):
            if named.name not in BUILD_TOOLS:
                limited = constrained(named, limits(tree, install.constraints, target))
                bill.named.append(limited)
                _add(bill, Want(limited.name, limited.specifier, limited.local, by_address=limited.by_address))
        bill.unknown.update((f"{word} (line {install.line})", None) for word in install.unresolved)
        if install.tool == "conda":
            bill.unknown[f"what conda installs in line {install.line}"] = None
    return _total(bill)


def _take(bill: _Bill, one: InstalledFile) -> None:
    bill.evidence[one.path] = None
    if is_lock(one.path.rpartition("/")[2]):
        found = file_estimate(bill.tree, one.path, bill.target, frozenset(), one.choice, bill.measurer)
        bill.held.update((part.name, part) for part in found.parts)
        bill.unknown.update(dict.fromkeys(found.unknown))
        bill.methods.add(found.method)
        bill.resolved_on.append(found.resolved_on)
        return
    listed = read_wants(bill.tree, one.path, bill.target, one.choice)
    more = limits(bill.tree, one.constraints, bill.target)
    bill.files.append(listed)
    bill.evidence.update(dict.fromkeys(listed.evidence))
    for want in listed.packages:
        specifier = ",".join(dict.fromkeys(filter(None, (want.specifier, more.get(want.name, "")))))
        local = want.local or ("cpu" if one.served.cpu and want.name in TORCH_FAMILY else "")
        _add(bill, replace(want, specifier=specifier, local=local))


def _take_archive(bill: _Bill, path: str) -> None:
    name = path.rpartition("/")[2]
    size = archive_bytes(bill.tree, path)
    if size is None or not name.endswith(".whl"):
        bill.unknown[name] = None
    else:
        part = str(canonicalize_name(name.partition("-")[0]))
        bill.held[part] = Part(part, size, size, size, "dependency")


def _add(bill: _Bill, want: Want) -> None:
    held = bill.wants.get(want.name)
    if held is not None:
        asked = ",".join(dict.fromkeys(filter(None, (held.specifier, want.specifier))))
        by_address = held.by_address or want.by_address
        want = Want(want.name, asked, want.local or held.local, want.sure or held.sure, by_address)
    bill.wants[want.name] = want


def _total(bill: _Bill) -> Estimate:
    """What is named together, then what the locks and wheels bring."""
    held = frozenset(bill.held)
    wants = Wants(
        tuple(want for name, want in bill.wants.items() if name not in held),
        tuple(dict.fromkeys(extra for one in bill.files for extra in one.extras)),
        tuple(dict.fromkeys(label for one in bill.files for label in one.unknown)),
        tuple(bill.evidence),
        (*(named for one in bill.files for named in one.named), *bill.named),
        tuple({beside.path: beside for one in bill.files for beside in one.beside}.values()),
        reduce(or_, (one.served for one in bill.files), bill.served),
    )
    found = wants_estimate(bill.tree, wants, bill.target, held)
    if bill.measurer is not None:
        found = measured_wants(found, bill.tree, wants, bill.target, held, bill.measurer)
    parts = tuple(replace(part, kind="dependency") for part in (*bill.held.values(), *found.parts))
    unknown = tuple(dict.fromkeys((*found.unknown, *bill.unknown)))
    methods = bill.methods | ({found.method} if found.parts or unknown else set())
    return Estimate(
        parts,
        unknown,
        tuple(bill.evidence),
        min(methods, key=METHODS.index, default="folder"),
        resolved_on=min(filter(None, (found.resolved_on, *bill.resolved_on)), default=None),
    )
