"""How the rules about packages say sizes and what to do about them. MB are 2^20 bytes, as Lambda counts them."""

from __future__ import annotations

from collections.abc import Sequence

from archlint.knowledge.slimming import is_cuda_library
from archlint.model.size import Size, SizePart
from archlint.packaging.cuda import CudaWheels
from archlint.packaging.savings import Saving, SavingsOutcome, apply

MIB = 1024 * 1024

_WORTH_SAYING = 0.02
"""Share of the package below which a saving that does not suffice anyway is left out."""


def megabytes(count: int) -> str:
    """Such as "22 MB"; "<1 MB" for what rounds to nothing."""
    return f"{count / MIB:,.0f} MB" if count >= MIB / 2 else "<1 MB"


def span(size: Size) -> str:
    """Such as "~860 MB (614-1,204, table of 2026-11-21)"."""
    low, estimate, high = (round(n / MIB) for n in (size.low_bytes, size.estimate_bytes, size.high_bytes))
    basis = f"{size.method} of {size.as_of}" if size.as_of else size.method
    return f"~{estimate:,} MB ({low:,}-{high:,}, {basis})" if low != high else f"{estimate:,} MB ({basis})"


def with_compiled(size: Size) -> str:
    """What `__pycache__` adds where the build writes it, or ""."""
    if not size.compiles or size.compiled_bytes < MIB:
        return ""
    return f", ~{megabytes(size.estimate_bytes + size.compiled_bytes)} with the __pycache__ that the build leaves"


def largest(size: Size) -> str:
    """The five largest parts with their megabytes."""
    shown = [part for part in size.parts if part.high_bytes >= MIB / 2][:5] or size.parts[:1]
    return ", ".join(f"{part.name} {_extent(part)}" for part in shown)


def advice(outcome: SavingsOutcome | None, size: Size) -> str:
    """What to do, with what it saves and what is left."""
    image = "deploy it as a container image (PackageType: Image), which may have 10 GB"
    if outcome is None and size.estimate_bytes <= size.limit_bytes:
        return "Pin the versions and measure what is built; if it does not fit, a container image may have 10 GB."
    if outcome is None:
        return f"{image[0].upper()}{image[1:]}."
    if not outcome.fits:
        whole = outcome.estimate_bytes + sum(saving.saved_bytes for saving in outcome.savings)
        worth = [saving for saving in outcome.savings if saving.saved_bytes >= _WORTH_SAYING * whole]
        if not worth:
            return f"Too little can be spared: {image}."
        return f"Even if you {_joined(worth)}, {_left(apply(size, worth))}: {image}."
    wish = _joined(outcome.savings)
    sure = "" if outcome.surely_fits else "; only a measurement can say whether that is enough"
    return f"{wish[0].upper()}{wish[1:]}: {_left(outcome)} then, of {size.limit_bytes / MIB:.0f} MB{sure}."


def _left(outcome: SavingsOutcome) -> str:
    low, estimate, high = (n / MIB for n in (outcome.low_bytes, outcome.estimate_bytes, outcome.high_bytes))
    return f"~{estimate:,.0f} MB ({low:,.0f}-{high:,.0f}) are left"


def cuda_words(found: CudaWheels) -> str:
    """Which dependency has or brings CUDA libraries, and how many bytes a build without them does not have."""
    size = f", about {found.wasted_bytes / MIB:,.0f} MB (measured with {found.measured})" if found.wasted_bytes else ""
    name = found.dependency.name
    if is_cuda_library(name):
        return f"{name} holds CUDA libraries{size}"
    if name != found.library:
        return f"{name} brings {found.library} with CUDA libraries{size}"
    return f"{name} comes with CUDA libraries{size}"


def _joined(savings: Sequence[Saving]) -> str:
    words = [f"{saving.title} (-{megabytes(saving.saved_bytes)})" for saving in savings]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _extent(part: SizePart) -> str:
    """A part that nobody may install is said with its high end."""
    return megabytes(part.estimate_bytes) if part.estimate_bytes else f"up to {megabytes(part.high_bytes)}"
