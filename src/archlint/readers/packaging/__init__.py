"""How large a function's package becomes: its code, its dependencies and its layers, without installing anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from archlint.knowledge.wheels import as_of
from archlint.model.code import Mount
from archlint.model.function import FolderCode, Function, InlineCode, Layer, ZipCode
from archlint.model.size import ZIP_LIMIT_BYTES, Part, Size, judge
from archlint.readers.packaging.code import archive_bytes, folder_bytes, vendored
from archlint.readers.packaging.locks import read_lock
from archlint.readers.packaging.table import Estimate, closure, extra_part, unknown_part
from archlint.readers.packaging.target import MACHINES, Target, python_of
from archlint.readers.packaging.wanted import read_wants
from archlint.syntax.locks import is_lock
from archlint.tree import Tree, join
from archlint.values import known_or_none

LOCK_ORDER = ("Pipfile.lock", "poetry.lock", "uv.lock")
"""The order in which the CDK's Python bundling looks; pylock files come last."""

METHODS = ("table", "lock", "folder")
"""Weakest first: a size is named after the weakest method that it rests on."""

_CODE = "the function's code"


def estimate_size(function: Function, mounts: tuple[Mount, ...], tree: Tree) -> Size | None:
    """The unzipped size of a zip package against 262,144,000 bytes; None for images, for code that is not in the
    repository and for other languages. Where the architecture is not known, the range covers both."""
    if not function.is_python:
        return None
    architecture = known_or_none(function.architecture.value)
    machines = [MACHINES[architecture]] if architecture in MACHINES else list(MACHINES.values())
    python = python_of(function.python_version)
    sizes = [_sized(function, mounts, tree, Target(machine, python)) for machine in machines]
    found = [size for size in sizes if size is not None]
    return _either(found) if found else None


def _sized(function: Function, mounts: tuple[Mount, ...], tree: Tree, target: Target) -> Size | None:
    code = _code(function, mounts, tree, target)
    if code is None:
        return None
    return _total([code, *(_layer(layer, tree, target) for layer in function.layers)])


def _code(function: Function, mounts: tuple[Mount, ...], tree: Tree, target: Target) -> Estimate | None:
    code = function.code
    if isinstance(code, InlineCode):
        return _exact(_CODE, len(code.text.encode("utf-8", "replace")))
    if isinstance(code, ZipCode):
        size = archive_bytes(tree, code.path)
        return None if size is None else _exact(code.path, size)
    if not isinstance(code, FolderCode):
        return None
    size = folder_bytes(tree, code.path)
    if size is None:
        return None
    counted = [code.path, *(layer.folder for layer in function.layers if layer.folder is not None)]
    others = dict.fromkeys(mount.source for mount in mounts if not _inside(mount.source, counted))
    more = [_exact(source, found) for source in others if (found := folder_bytes(tree, source))]
    listed = _dependencies(tree, code.path, target, function.kind == "sam")
    return _joined([_exact(_CODE, size), *more, listed if code.builds else _uninstalled(listed)])


def _layer(layer: Layer, tree: Tree, target: Target) -> Estimate:
    label = f"layer {layer.name}"
    if layer.folder is None:
        return Estimate(unknown=(label,), method="folder")
    size = archive_bytes(tree, layer.folder) if tree.is_file(layer.folder) else folder_bytes(tree, layer.folder)
    if size is None:
        return Estimate(unknown=(label,), method="folder")
    found = _dependencies(tree, layer.folder, target, True)
    return _joined([_exact(label, size), found if layer.builds else _uninstalled(found)])


def _uninstalled(found: Estimate) -> Estimate:
    """Dependencies that the deployment does not install itself; a script before it may."""
    parts = tuple(Part(part.name, 0, 0, part.high_bytes) for part in found.parts)
    return replace(found, parts=parts, unknown=(), unsure=bool(parts))


def _dependencies(tree: Tree, folder: str, target: Target, requirements_first: bool) -> Estimate:
    """SAM installs requirements.txt and looks at no lock; other tools prefer a lock."""
    if not tree.is_dir(folder):
        return Estimate(method="folder")
    names = tree.names(folder)
    here = vendored(tree, folder)
    wanted = join(folder, "requirements.txt")
    listed = wanted is not None and tree.is_file(wanted)
    locks = sorted((n for n in names if is_lock(n)), key=lambda n: (n not in LOCK_ORDER, n))
    if locks and not (listed and requirements_first):
        return read_lock(tree, folder, locks[0], target, here)
    if not listed or wanted is None:
        return Estimate(method="folder")
    wants = read_wants(tree, wanted, target)
    found = closure(wants.packages, target, here)
    unnamed = tuple(name for name in wants.unknown if name not in here)
    extras = tuple(f"the extras of {name}" for name in wants.extras if name.partition("[")[0] not in here)
    return replace(
        found,
        parts=(*found.parts, *(unknown_part(name) for name in unnamed), *(extra_part(name) for name in extras)),
        unknown=found.unknown + unnamed + extras,
        evidence=wants.evidence,
        method="table" if found.parts or unnamed else "folder",
    )


def _exact(name: str, size: int) -> Estimate:
    return Estimate((Part(name, size, size, size),), method="folder")


def _inside(source: str, folders: Iterable[str]) -> bool:
    return any(not folder or source == folder or source.startswith(f"{folder}/") for folder in folders)


def _joined(estimates: list[Estimate]) -> Estimate:
    """Several contributions as one; a package that lies in two places counts twice, as it does in Lambda."""
    merged: dict[str, Part] = {}
    for part in (part for one in estimates for part in one.parts):
        held = merged.get(part.name, Part(part.name, 0, 0, 0))
        merged[part.name] = Part(
            part.name,
            held.low_bytes + part.low_bytes,
            held.estimate_bytes + part.estimate_bytes,
            held.high_bytes + part.high_bytes,
        )
    return Estimate(
        tuple(merged.values()),
        tuple(dict.fromkeys(name for one in estimates for name in one.unknown)),
        tuple(dict.fromkeys(path for one in estimates for path in one.evidence)),
        min((one.method for one in estimates), key=METHODS.index),
        any(one.unsure for one in estimates),
    )


def _total(estimates: list[Estimate]) -> Size:
    whole = _joined(estimates)
    low, middle, high = (
        sum(getattr(part, end) for part in whole.parts) for end in ("low_bytes", "estimate_bytes", "high_bytes")
    )
    verdict = judge(low, high, ZIP_LIMIT_BYTES, bool(whole.unknown))
    return Size(
        middle,
        low,
        high,
        ZIP_LIMIT_BYTES,
        whole.method,
        "unknown" if whole.unsure and verdict == "near" else verdict,
        tuple(sorted(whole.parts, key=lambda part: (-part.estimate_bytes, part.name))),
        whole.unknown,
        None if whole.method == "folder" else as_of(),
        whole.evidence,
    )


def _either(sizes: list[Size]) -> Size:
    """One size for all the architectures that the template leaves open; its parts are those of the first one."""
    first = sizes[0]
    low = min(size.low_bytes for size in sizes)
    high = max(size.high_bytes for size in sizes)
    unknown = tuple(dict.fromkeys(name for size in sizes for name in size.unknown_packages))
    verdicts = {size.verdict for size in sizes}
    verdict = verdicts.pop() if len(verdicts) == 1 else judge(low, high, first.limit_bytes, bool(unknown))
    return replace(first, low_bytes=low, high_bytes=high, verdict=verdict, unknown_packages=unknown)
