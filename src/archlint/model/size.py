"""How large a function's package is, as a range with its method."""

from __future__ import annotations

from dataclasses import dataclass

ZIP_LIMIT_BYTES = 262_144_000
"""Unzipped code, dependencies and layers of a zip package together, in bytes (Lambda quotas: 250 MB)."""

IMAGE_LIMIT_BYTES = 10_737_418_240
"""A container image, uncompressed, all layers, in bytes (Lambda quotas: 10 GB)."""

NEAR_SHARE = 0.85
"""A range that reaches this share of the limit is called near."""

UNKNOWN_SHARE = 0.6
"""With packages of unknown size, "under" is said only up to this share of the limit (a judgement, not a fit)."""


@dataclass(frozen=True, slots=True)
class SizePart:
    """One contribution to a package's size, in unzipped bytes without `__pycache__`."""

    name: str
    low_bytes: int
    estimate_bytes: int
    high_bytes: int
    kind: str = "code"
    """code, dependency, layer, model, base (an image's base) or cache (what pip keeps of its downloads in an image)."""
    strippable_bytes: int = 0
    """Of the estimate, at most: tests and *.dist-info. What reads its metadata at run time needs the latter."""
    compiled_bytes: int = 0
    """What `__pycache__` adds where the build tool writes it; in none of the other numbers."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of model weights that lies in the repository and that the deployment takes along.

    `path` is relative to the scanned root. `bytes` is what is deployed as the repository stands: of a Git LFS pointer
    the pointer's own, about 130, and `lfs_stated_bytes` what the pointer says the real file has.
    """

    path: str
    bytes: int
    lfs_stated_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """Unzipped bytes of code, dependencies and layers against the limit of the function's package type.

    `method` is "folder", "lock", "table" or "online"; `verdict` is "over" only if `low_bytes` passes the limit and
    "under" only if `high_bytes` does not; "near" when the range touches the limit, "unknown" when it cannot be said.
    """

    estimate_bytes: int
    low_bytes: int
    high_bytes: int
    limit_bytes: int
    method: str
    verdict: str
    parts: tuple[SizePart, ...] = ()
    """Largest first."""
    unknown_packages: tuple[str, ...] = ()
    as_of: str | None = None
    """Date of the table that the estimate rests on; with "online" the day on which the index chose the versions, None
    where a lock did."""
    evidence: tuple[str, ...] = ()
    """The files that name the dependencies."""
    compiles: bool = False
    """Whether the build leaves `__pycache__` in the package (pip and CDK bundling do, SAM and uv do not)."""
    models: tuple[ModelFile, ...] = ()
    """Model files in the function's code and in layers of the repository, largest first."""

    @property
    def compiled_bytes(self) -> int:
        """What `__pycache__` adds, in bytes; not part of the estimate."""
        return sum(part.compiled_bytes for part in self.parts)


def judge(low_bytes: int, high_bytes: int, limit_bytes: int, anything_unknown: bool) -> str:
    """The verdict for a range of bytes."""
    if low_bytes > limit_bytes:
        return "over"
    if high_bytes > NEAR_SHARE * limit_bytes:
        return "near"
    if anything_unknown and high_bytes > UNKNOWN_SHARE * limit_bytes:
        return "unknown"
    return "under"
