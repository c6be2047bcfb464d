"""The keys that the usage file may hold for a function, with their bounds."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from archlint.knowledge.prices import gpus
from archlint.model.place import Place
from archlint.syntax.node import DocumentError, Node
from archlint.syntax.yaml import parse_yaml

MAX_BYTES = 1_000_000


class UsageError(Exception):
    """A usage file that cannot be used; `problems` are all that is wrong with it, in order."""

    def __init__(self, problems: tuple[UsageProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def text_of(path: Path, kind: str) -> str:
    """Raises UsageError for a file that cannot be read; `kind` is what it should be, such as "a usage file"."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError((UsageProblem(Place(path.as_posix()), f"cannot be read: {error.strerror}"),)) from error
    if len(data) > MAX_BYTES:
        message = f"is larger than {MAX_BYTES:,} bytes; is it {kind}?"
        raise UsageError((UsageProblem(Place(path.as_posix()), message),))
    return data.decode("utf-8", "replace")


def root_of(text: str, path: str) -> Node:
    """Raises UsageError for what is no YAML."""
    try:
        return parse_yaml(text, path)
    except DocumentError as error:
        problem = UsageProblem(Place(path, error.line, error.column), f"is not valid YAML: {error.message}")
        raise UsageError((problem,)) from error


WEEK_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class UsageProblem:
    """One thing that is wrong with the file; the message says what to do."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place.path}:{self.place.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Bound:
    """What a number may be; `advice` says what a number outside most likely is."""

    low: float
    high: float
    unit: str
    advice: str = "check the unit"


FIGURES: Mapping[str, Bound] = MappingProxyType(
    {
        "monthly_requests": Bound(0, 1e13, "requests a month"),
        "request_duration_ms": Bound(
            0.001, WEEK_MS, "milliseconds", "no target runs for a week; it is not nanoseconds"
        ),
        "init_ms": Bound(0, 900_000, "milliseconds", "the init phase ends at 900,000 ms"),
        "cold_share": Bound(0, 1, "of the requests", "a share, so 0.02 for 2 %"),
        "peak_factor": Bound(1, 1e6, "times the mean concurrency"),
        "peak_concurrency": Bound(0, 1e7, "requests at once"),
        "concurrency": Bound(0.01, 1e5, "requests that one container works on at once"),
        "gpu_speedup": Bound(0.01, 10_000, "times as fast on a GPU as today"),
        "payload_mb": Bound(0, 10_240, "MB in and out of one request"),
        "model_mb": Bound(0, 10_000_000, "MB of models"),
        "image_mb": Bound(0, 1_000_000, "MB of the container image"),
        "working_set_mb": Bound(0, 1_000_000, "MB in use while it runs"),
        "max_memory_mb": Bound(0, 1_000_000, "MB used at most"),
        "gpu_memory_gb": Bound(0, 100_000, "GB of GPU memory"),
        "steps": Bound(1, 1e6, "durable operations of one request"),
        "items": Bound(1, 1e9, "records that one request loops over"),
    }
)

TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "latency": ("interactive", "batch"),
        "training_size": ("small", "large"),
        "provenance": ("declared", "measured"),
        "gpu": gpus(),
    }
)
PRIVATE_NETWORK, BY_MEMORY = "private_network", "duration_by_memory_ms"
KEYS = (*FIGURES, *TEXTS, PRIVATE_NETWORK, BY_MEMORY)


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """ "; did you mean 'x'?" or nothing."""
    close = difflib.get_close_matches(text[:100], list(known)[:5000], n=1)
    return f"; did you mean {close[0]!a}?" if close else ""
