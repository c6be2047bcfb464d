"""How large a container image becomes: base, dependencies, pip's cache and copied files, all layers together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

from packaging.utils import canonicalize_name

from archlint.knowledge.base_images import base_image_size, threshold
from archlint.knowledge.wheels import as_of, pick
from archlint.model.deployed import Dependency
from archlint.model.function import Function
from archlint.model.image import Copied, DockerStep, Image, Install
from archlint.model.size import IMAGE_LIMIT_BYTES, ModelFile, Size, SizePart, judge
from archlint.packaging.dependencies.indexes import PYPI, TORCH_FAMILY, Served
from archlint.packaging.dependencies.installs import (
    InstalledFile,
    indexes_of,
    installed_files,
    local_archives,
    named_packages,
)
from archlint.packaging.dependencies.wanted import Want, Wants, constrained, limits, read_wants
from archlint.packaging.image.base import libc_of, split_reference
from archlint.packaging.image.pins import BUILD_TOOLS
from archlint.packaging.image.steps import files_below, kept_downloads
from archlint.packaging.needs import machines
from archlint.packaging.sizes.code import archive_bytes, folder_bytes, model_file
from archlint.packaging.sizes.files import file_estimate, wants_estimate
from archlint.packaging.sizes.measurer import Measurer
from archlint.packaging.sizes.online import measured_wants
from archlint.packaging.sizes.parts import METHODS
from archlint.packaging.sizes.table import Estimate
from archlint.packaging.target import PackageTarget, python_of
from archlint.syntax.locks import is_lock
from archlint.tree import Tree
from archlint.values import Known


@dataclass(slots=True)
class _Bill:
    """What the installs of an image bring so far; a package that several of them name counts once."""

    image: Image
    target: PackageTarget
    tree: Tree
    measurer: Measurer | None
    wants: dict[str, Want] = field(default_factory=dict)
    files: list[Wants] = field(default_factory=list)
    held: dict[str, SizePart] = field(default_factory=dict)
    """Packages of locks, and wheels of the repository."""
    methods: set[str] = field(default_factory=set)
    resolved_on: list[str | None] = field(default_factory=list)
    named: list[Dependency] = field(default_factory=list)
    unknown: dict[str, None] = field(default_factory=dict)
    evidence: dict[str, None] = field(default_factory=dict)
    served: Served = PYPI


def installed(
    installs: Iterable[Install], image: Image, target: PackageTarget, tree: Tree, measurer: Measurer | None = None
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
        bill.held[part] = SizePart(part, size, size, size, "dependency")


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


_PACKAGERS = frozenset({"apt-get", "apt", "yum", "dnf", "microdnf", "apk"})
_NO_PARTS = frozenset({"ghcr.io/astral-sh/uv", "public.ecr.aws/awsguru/aws-lambda-adapter"})
"""Images whose files are a few megabytes."""
CACHE = "pip's cache"
MEASURED_PYTHON = (3, 10)
"""Newest versions of torch, which the table holds, need at least this Python (from memory)."""


def estimate_image(function: Function, image: Image, tree: Tree, measurer: Measurer | None = None) -> Size | None:
    """The uncompressed image against 10 GB; None for an image in which no Python is seen. Where the architecture is not
    known, the range covers both."""
    if image.python_version is None and not image.installs:
        return None
    python = python_of(image.python_version)
    libc = libc_of(image.base.value)[0] if isinstance(image.base, Known) else None
    sizes = [_sized(image, PackageTarget(one, python, libc), tree, measurer) for one in machines(function, image)]
    first = sizes[0]
    if len(sizes) == 1:
        return first
    low, high = min(size.low_bytes for size in sizes), max(size.high_bytes for size in sizes)
    verdict = judge(low, high, first.limit_bytes, bool(first.unknown_packages))
    return replace(first, low_bytes=low, high_bytes=high, verdict=verdict)


def _sized(image: Image, target: PackageTarget, tree: Tree, measurer: Measurer | None) -> Size:
    found = installed(image.installs, image, target, tree, measurer)
    kept = tuple(install for _, install in kept_downloads(image))
    base, base_unknown = _base(image)
    copied, models = _copied(image.copies, tree)
    parts = [*base, *found.parts, *copied, *_cache(installed(kept, image, target, tree), target)]
    unknown = tuple(dict.fromkeys((*base_unknown, *found.unknown, *_unseen(image))))
    low, middle, high = (sum(getattr(p, end) for p in parts) for end in ("low_bytes", "estimate_bytes", "high_bytes"))
    return Size(
        middle,
        low,
        high,
        IMAGE_LIMIT_BYTES,
        found.method,
        judge(low, high, IMAGE_LIMIT_BYTES, bool(unknown)),
        tuple(sorted(parts, key=lambda part: (-part.estimate_bytes, part.name))),
        unknown,
        found.resolved_on if found.method == "online" else as_of(),
        found.evidence,
        compiles=_compiles(image),
        models=tuple(sorted(models, key=lambda model: (-model.bytes, model.path))),
    )


def _compiles(image: Image) -> bool:
    """pip compiles what it installs, unless an option or a variable keeps Python from writing `__pycache__`."""
    if image.environment.get("PYTHONDONTWRITEBYTECODE") not in (None, Known("")):
        return False
    return any(i.tool == "pip" and "--no-compile" not in i.options for i in image.installs)


def _base(image: Image) -> tuple[list[SizePart], list[str]]:
    if not isinstance(image.base, Known):
        return [], [f"the base image ({image.base.reason})"]
    row = base_image_size(*split_reference(image.base.value))
    if row is None:
        return [], [f"the base image {image.base.value}"]
    return [SizePart(f"base image {image.base.value}", row.low_bytes, row.estimate_bytes, row.high_bytes, "base")], []


def _cache(kept: Estimate, target: PackageTarget) -> list[SizePart]:
    """Compressed wheels: unzipped bytes over the measured ratio of each package. An old Python gets older wheels than
    the table holds, so that nothing is sure there."""
    low = estimate = high = 0.0
    for part in kept.parts:
        found = pick(part.name, target.machine, target.python)
        least, most = (
            (found.wheel.ratio,) * 2 if found else (threshold("cache_ratio_low"), threshold("cache_ratio_high"))
        )
        low += part.low_bytes / most
        estimate += part.estimate_bytes / ((least + most) / 2)
        high += part.high_bytes / least
    low = 0.0 if target.python < MEASURED_PYTHON else low
    return [SizePart(CACHE, round(low), round(estimate), round(high), "cache")] if estimate else []


def _copied(copies: Iterable[Copied], tree: Tree) -> tuple[list[SizePart], list[ModelFile]]:
    """Every COPY is a layer of its own, so that what is copied twice counts twice."""
    parts: dict[str, SizePart] = {}
    models: dict[str, ModelFile] = {}
    for copied in copies:
        found = [] if copied.source in parts else _models(copied.source, tree)
        size = folder_bytes(tree, copied.source) or 0
        pointers = sum((model.lfs_stated_bytes or model.bytes) - model.bytes for model in found)
        kind = "model" if tree.is_file(copied.source) and found else "code"
        held = parts.get(copied.source, SizePart(copied.source, 0, 0, 0, kind))
        parts[copied.source] = replace(
            held,
            low_bytes=held.low_bytes + size,
            estimate_bytes=held.estimate_bytes + size + pointers,
            high_bytes=held.high_bytes + size + pointers,
        )
        models.update((model.path, model) for model in found)
    return [replace(part, name=part.name or ".") for part in parts.values()], list(models.values())


def _models(source: str, tree: Tree) -> list[ModelFile]:
    found = (model_file(tree, path) for path in files_below(tree, source))
    return [model for model in found if model is not None]


def _unseen(image: Image) -> Iterator[str]:
    """What lies in the image and in no file of the repository."""
    for stage in image.stages:
        for step in stage.steps:
            if step.fetches:
                yield f"{step.fetches} downloaded in line {step.line}"
            elif step.content == "model" and not step.copies and not any(name == "from" for name, _ in step.flags):
                yield f"{step.words[0]} of line {step.line}, which is not in the repository"
            elif stage.shipped and _installs_system(step):
                yield f"the system packages of line {step.line}"
        for reference, line in stage.foreign:
            if stage.shipped and split_reference(reference)[0] not in _NO_PARTS:
                yield f"the files of {reference} in line {line}"


def _installs_system(step: DockerStep) -> bool:
    return any(command[0].rpartition("/")[2] in _PACKAGERS and "install" in command for command in step.commands)
