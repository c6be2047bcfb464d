"""AL210: an image that carries much which its function cannot use."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge.base_images import MB, BaseImage, base_image_size, plain_name
from archlint.knowledge.limits import Limits
from archlint.knowledge.ml import is_gpu_distribution
from archlint.model.deployed import Deployed
from archlint.model.image import DockerStep as BuildStep
from archlint.model.image import Image
from archlint.model.place import Place
from archlint.packaging.cuda import cuda_wheels, open_indexes
from archlint.packaging.image.base import split_reference
from archlint.packaging.image.steps import kept_downloads
from archlint.packaging.sizes.image import CACHE
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.shared.package_words import MIB, cuda_words
from archlint.values import Known, Unknown

_COMPILERS = frozenset(
    "gcc g++ gcc-c++ c++ clang build-essential build-base gfortran gcc-gfortran rust cargo rustc llvm-dev".split()
)
_GROUPS = ("development tools", "@development")
_PACKAGERS = frozenset({"apt-get", "apt", "yum", "dnf", "microdnf", "apk"})
_REMOVES = frozenset({"remove", "purge", "autoremove", "erase", "del"})


def check(project: Project, page: Page) -> Iterator[Hit]:
    """CUDA wheels and bases where no GPU is, bases that bring compilers or conda, compilers that stay, and what pip
    leaves behind."""
    for deployed in project.functions:
        if deployed.image is None:
            continue
        if not deployed.function.accelerator:
            yield from _cuda_wheels(project, page, deployed, deployed.image)
        yield from _base(deployed, deployed.image)
        yield from _compilers(deployed, deployed.image)
        yield from cache_hits(deployed, deployed.image, project.limits)


def _cuda_wheels(project: Project, page: Page, deployed: Deployed, image: Image) -> Iterator[Hit]:
    """A base with torch inside says nothing of the wheels that come on top, so only builds for a GPU count there."""
    base = base_image_size(*split_reference(image.base.value)) if isinstance(image.base, Known) else None
    plain = base is not None and base.kind not in ("cuda", "other")
    for found in cuda_wheels(deployed):
        if is_gpu_distribution(found.dependency.name) or (plain and found.library == "torch"):
            advice = f"{found.instead[0].upper()}{found.instead[1:]}." if found.instead else None
            yield _hit(deployed, found.dependency.place, f"{cuda_words(found)}, and Lambda has no GPU", advice)
    if plain and open_indexes(deployed):
        reason = "an index or a folder of wheels of its own may serve a build without CUDA"
        project.known(page.name, deployed.function, "the index of the packages", Unknown(reason))


def _base(deployed: Deployed, image: Image) -> Iterator[Hit]:
    reference = image.base.value if isinstance(image.base, Known) else ""
    name, tag = split_reference(reference)
    row = base_image_size(name, tag) if reference else None
    place = Place(image.dockerfile, image.base_line)
    if row is None:
        return
    if row.kind == "cuda" and not deployed.function.accelerator:
        yield _hit(deployed, place, f"the base {reference} brings CUDA ({_span(row)}), and Lambda has no GPU")
    elif row.kind == "conda":
        yield _hit(
            deployed,
            place,
            f"the base {reference} brings a whole conda distribution ({_span(row)})",
            "Install wheels with pip on a slim Python base, or copy a packed environment into one.",
            "medium",
        )
    elif row.kind == "full" and (slim := base_image_size("python", "slim")) is not None:
        version = tag.partition("-")[0] or "3"
        yield _hit(
            deployed,
            place,
            f"the base {plain_name(name)}:{tag or 'latest'} has compilers and headers ({_span(row)};"
            f" the slim one {_span(slim)})",
            f"Rest the last stage on python:{version}-slim, and build in a stage before it what has to be compiled.",
            "medium",
        )


def _span(row: BaseImage) -> str:
    return f"estimated {row.low_bytes / MB:,.0f}-{row.high_bytes / MB:,.0f} MB"


def _compilers(deployed: Deployed, image: Image) -> Iterator[Hit]:
    """Only in the stage that is the image: other stages may hold what they like."""
    own = next((stage for stage in image.stages if stage.shipped), None)
    removed = False
    for step in reversed(own.steps if own is not None else ()):
        removed = any(_removes(command) for command in step.commands)
        found = [] if removed else _compilers_of(step)
        if found:
            yield _hit(
                deployed,
                Place(image.dockerfile, step.line),
                f"{', '.join(found)} stay{'s' if len(found) == 1 else ''} in the image, which needs no compiler to run",
                "Compile in a stage of its own and COPY --from it what was built, or remove them in the same RUN.",
                "medium",
            )


def _compilers_of(step: BuildStep) -> list[str]:
    found: list[str] = []
    for command in step.commands:
        if posixpath.basename(command[0]) not in _PACKAGERS or not {"install", "add", "groupinstall"} & set(command):
            continue
        found += [word for word in command[1:] if word.partition("=")[0] in _COMPILERS]
        found += [word for word in command[1:] if word.lower().startswith(_GROUPS)]
    return list(dict.fromkeys(found))


def _removes(command: tuple[str, ...]) -> bool:
    return posixpath.basename(command[0]) in _PACKAGERS and bool(_REMOVES & set(command))


def cache_hits(deployed: Deployed, image: Image, limits: Limits) -> Iterator[Hit]:
    """Where the downloads that stay are surely large."""
    least = limits.get("image_cache_mb")
    part = next((part for part in deployed.size.parts if part.name == CACHE), None) if deployed.size else None
    first = next(kept_downloads(image), None)
    if part is None or first is None or part.low_bytes < least.value * MB:
        return
    step, _ = first
    yield Hit(
        message="pip keeps its downloads in the image"
        f" (estimated {part.low_bytes / MIB:,.0f}-{part.high_bytes / MIB:,.0f} MB){least.aside}",
        place=Place(image.dockerfile, step.line),
        function=deployed.function.id,
        severity="info",
        help="Add --no-cache-dir, or set PIP_NO_CACHE_DIR=1 before the install.",
    )


def _hit(
    deployed: Deployed, place: Place, message: str, advice: str | None = None, confidence: str | None = None
) -> Hit:
    return Hit(message, place, deployed.function.id, confidence=confidence, help=advice)
