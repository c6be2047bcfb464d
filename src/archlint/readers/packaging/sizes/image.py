"""How large a container image becomes: base, dependencies, pip's cache and copied files, all layers together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from archlint.knowledge.base_images import base_image_size, threshold
from archlint.knowledge.wheels import as_of, pick
from archlint.model.function import Function
from archlint.model.image import Copied, Image, Step
from archlint.model.size import IMAGE_LIMIT_BYTES, ModelFile, Part, Size, judge
from archlint.readers.image.base import libc_of, split_reference
from archlint.readers.image.cache import kept_downloads
from archlint.readers.image.steps import files_below
from archlint.readers.packaging.needs import machines
from archlint.readers.packaging.sizes.code import folder_bytes, model_file
from archlint.readers.packaging.sizes.installed import installed
from archlint.readers.packaging.sizes.measurer import Measurer
from archlint.readers.packaging.sizes.table import Estimate
from archlint.readers.packaging.target import Target, python_of
from archlint.tree import Tree
from archlint.values import Known

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
    sizes = [_sized(image, Target(one, python, libc), tree, measurer) for one in machines(function, image)]
    first = sizes[0]
    if len(sizes) == 1:
        return first
    low, high = min(size.low_bytes for size in sizes), max(size.high_bytes for size in sizes)
    verdict = judge(low, high, first.limit_bytes, bool(first.unknown_packages))
    return replace(first, low_bytes=low, high_bytes=high, verdict=verdict)


def _sized(image: Image, target: Target, tree: Tree, measurer: Measurer | None) -> Size:
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


def _base(image: Image) -> tuple[list[Part], list[str]]:
    if not isinstance(image.base, Known):
        return [], [f"the base image ({image.base.reason})"]
    row = base_image_size(*split_reference(image.base.value))
    if row is None:
        return [], [f"the base image {image.base.value}"]
    return [Part(f"base image {image.base.value}", row.low_bytes, row.estimate_bytes, row.high_bytes, "base")], []


def _cache(kept: Estimate, target: Target) -> list[Part]:
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
    return [Part(CACHE, round(low), round(estimate), round(high), "cache")] if estimate else []


def _copied(copies: Iterable[Copied], tree: Tree) -> tuple[list[Part], list[ModelFile]]:
    """Every COPY is a layer of its own, so that what is copied twice counts twice."""
    parts: dict[str, Part] = {}
    models: dict[str, ModelFile] = {}
    for copied in copies:
        found = [] if copied.source in parts else _models(copied.source, tree)
        size = folder_bytes(tree, copied.source) or 0
        pointers = sum((model.lfs_stated_bytes or model.bytes) - model.bytes for model in found)
        kind = "model" if tree.is_file(copied.source) and found else "code"
        held = parts.get(copied.source, Part(copied.source, 0, 0, 0, kind))
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


def _installs_system(step: Step) -> bool:
    return any(command[0].rpartition("/")[2] in _PACKAGERS and "install" in command for command in step.commands)
