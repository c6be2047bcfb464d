"""How large a function's package becomes: its code, its dependencies and its layers, without installing anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from archlint.knowledge.base_images import PublicLayer, public_layer
from archlint.knowledge.wheels import as_of
from archlint.model.deployed import Mount
from archlint.model.function import FolderCode, Function, InlineCode, Layer, ZipCode
from archlint.model.size import ZIP_LIMIT_BYTES, Size, SizePart, judge
from archlint.packaging.dependencies.sources import code_source, compiles, layer_source
from archlint.packaging.dependencies.vendored import dist_infos
from archlint.packaging.dependencies.wanted import Want
from archlint.packaging.sizes.code import archive_bytes, contents
from archlint.packaging.sizes.files import NOTHING, file_estimate, uninstalled
from archlint.packaging.sizes.measurer import Measurer
from archlint.packaging.sizes.parts import content_parts, exact, joined
from archlint.packaging.sizes.table import FALL, RISE, Estimate, closure
from archlint.packaging.target import MACHINES, PackageTarget, python_of
from archlint.tree import Tree
from archlint.values import known_or_none


def layer_estimate(
    function: Function, layer: Layer, tree: Tree, target: PackageTarget, measurer: Measurer | None = None
) -> Estimate:
    """A layer of which nobody can say the size here is among the unknown."""
    label = f"layer {layer.name}"
    if layer.folder is None:
        known = public_layer(layer.arn or "")
        return _public(label, known, target) if known is not None else Estimate(unknown=(label,), method="folder")
    if tree.is_file(layer.folder):
        size = archive_bytes(tree, layer.folder)
        return Estimate(unknown=(label,), method="folder") if size is None else exact(label, size, "layer")
    found = contents(tree, layer.folder)
    if found is None:
        return Estimate(unknown=(label,), method="folder")
    source = layer_source(function, layer, tree)
    if source is None:
        return content_parts(label, found, "layer")
    held = frozenset(one.name for one in dist_infos(tree, layer.folder))
    by = measurer if source.installs else None
    listed = file_estimate(tree, source.path, target, held, measurer=by)
    return joined([content_parts(label, found, "layer"), listed if source.installs else uninstalled(listed)])


def _public(label: str, known: PublicLayer, target: PackageTarget) -> Estimate:
    """A layer that is called after a package holds that package with what it needs, in a version that nobody tells."""
    if known.package is None:
        middle = (known.low_bytes + known.high_bytes) // 2
        return Estimate((SizePart(label, known.low_bytes, middle, known.high_bytes, "layer"),), method="table")
    found = closure((Want(known.package),), target)
    if found.unknown:
        return replace(NOTHING, unknown=(label,))
    size = sum(part.estimate_bytes for part in found.parts)
    return Estimate(
        (SizePart(label, round(size / FALL["far"]), size, round(size * RISE["far"]), "layer"),), method="table"
    )


_CODE = "the function's code"


def estimate_size(
    function: Function, mounts: tuple[Mount, ...], tree: Tree, measurer: Measurer | None = None
) -> Size | None:
    """The unzipped size of a zip package against 262,144,000 bytes; None for images, for code that is not in the
    repository and for other languages. Where the architecture is not known, the range covers both."""
    if not function.is_python:
        return None
    architecture = known_or_none(function.architecture.value)
    machines = [MACHINES[architecture]] if architecture in MACHINES else list(MACHINES.values())
    python = python_of(function.python_version)
    sizes = [_sized(function, mounts, tree, PackageTarget(machine, python), measurer) for machine in machines]
    found = [size for size in sizes if size is not None]
    return _either(found) if found else None


def _sized(
    function: Function, mounts: tuple[Mount, ...], tree: Tree, target: PackageTarget, measurer: Measurer | None
) -> Size | None:
    code = _code(function, mounts, tree, target, measurer)
    if code is None:
        return None
    layers = [layer_estimate(function, layer, tree, target, measurer) for layer in function.layers]
    return _total([code, *layers], compiles(function))


def _code(
    function: Function, mounts: tuple[Mount, ...], tree: Tree, target: PackageTarget, measurer: Measurer | None
) -> Estimate | None:
    code = function.code
    if isinstance(code, InlineCode):
        return exact(_CODE, len(code.text.encode("utf-8", "replace")))
    if isinstance(code, ZipCode):
        size = archive_bytes(tree, code.path)
        return None if size is None else exact(code.path, size)
    if not isinstance(code, FolderCode):
        return None
    found = contents(tree, code.path)
    if found is None:
        return None
    counted = [code.path, *(layer.folder for layer in function.layers if layer.folder is not None)]
    others = dict.fromkeys(mount.source for mount in mounts if not _inside(mount.source, counted))
    more = [content_parts(path, held, "code") for path in others if (held := contents(tree, path)) and held.bytes]
    return joined([content_parts(_CODE, found, "code"), *more, _dependencies(function, code, tree, target, measurer)])


def _dependencies(
    function: Function, code: FolderCode, tree: Tree, target: PackageTarget, measurer: Measurer | None
) -> Estimate:
    source = code_source(function, tree)
    if source is None:
        return NOTHING
    held = frozenset(one.name for one in dist_infos(tree, code.path))
    by = measurer if source.installs else None
    listed = file_estimate(tree, source.path, target, held, measurer=by)
    return listed if source.installs else uninstalled(listed)


def _inside(source: str, folders: Iterable[str]) -> bool:
    return any(not folder or source == folder or source.startswith(f"{folder}/") for folder in folders)


def _total(estimates: list[Estimate], compiled: bool) -> Size:
    whole = joined(estimates)
    low, middle, high = (
        sum(getattr(part, end) for part in whole.parts) for end in ("low_bytes", "estimate_bytes", "high_bytes")
    )
    size = Size(
        middle,
        low,
        high,
        ZIP_LIMIT_BYTES,
        whole.method,
        "",
        tuple(sorted(whole.parts, key=lambda part: (-part.estimate_bytes, part.name))),
        whole.unknown,
        as_of() if whole.method in ("table", "lock") else whole.resolved_on,
        whole.evidence,
        compiled,
        tuple(sorted(whole.models, key=lambda model: (-model.bytes, model.path))),
    )
    return replace(size, verdict=_verdict(size, whole.unsure))


def _verdict(size: Size, unsure: bool) -> str:
    """What `__pycache__` adds counts against "under" where the build writes it; "over" is said without it."""
    top = size.high_bytes + (size.compiled_bytes if size.compiles else 0)
    verdict = judge(size.low_bytes, top, size.limit_bytes, bool(size.unknown_packages))
    return "unknown" if unsure and verdict == "near" else verdict


def _either(sizes: list[Size]) -> Size:
    """One size for all the architectures that the template leaves open; its parts are those of the first one."""
    first = sizes[0]
    if len(sizes) == 1:
        return first
    low = min(size.low_bytes for size in sizes)
    high = max(size.high_bytes for size in sizes)
    unknown = tuple(dict.fromkeys(name for size in sizes for name in size.unknown_packages))
    verdicts = {size.verdict for size in sizes}
    verdict = verdicts.pop() if len(verdicts) == 1 else judge(low, high, first.limit_bytes, bool(unknown))
    return replace(first, low_bytes=low, high_bytes=high, verdict=verdict, unknown_packages=unknown)
