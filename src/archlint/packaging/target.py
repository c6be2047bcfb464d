"""The machine that a package is made for: its markers and wheel tags, never those of the machine that scans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags

from archlint.knowledge.releases import lambda_libc

DEFAULT_PYTHON = (3, 12)
"""The table's wheels are of this Python; it stands in where the runtime is not known."""

NEWEST_LIBC = (2, 34)
"""Of Amazon Linux 2023, for a Python that has no runtime yet."""

MAX_BRACKETS = 40
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True, slots=True)
class PackageTarget:
    """`machine` is "x86_64" or "aarch64"; `python` is (major, minor); `libc` is the glibc of an image, None for that of
    Lambda's own runtime."""

    machine: str
    python: tuple[int, int] = DEFAULT_PYTHON
    libc: tuple[int, int] | None = None

    def admits(self, marker: Marker | None) -> bool:
        """Whether a marker holds there; one that cannot be evaluated counts as holding."""
        if marker is None:
            return True
        try:
            return marker.evaluate(_environment(self))
        except (ValueError, KeyError, TypeError, RecursionError):
            return True

    def admits_text(self, marker: str) -> bool:
        """The same for PEP 508 text; "" holds, and text that is no marker counts as holding."""
        return not marker or self.admits(_marker(marker))

    def rank(self, tags: frozenset[Tag]) -> int | None:
        """How far down the target's list of tags a wheel's best tag stands; None when it cannot be installed there."""
        known = _tags(self)
        return min((known[tag] for tag in tags if tag in known), default=None)


def python_of(version: str | None) -> tuple[int, int]:
    """(3, 13) for "3.13"; the default for what is not a version of Python 3."""
    major, _, minor = (version or "").partition(".")
    return (3, int(minor)) if major == "3" and minor.isdecimal() and len(minor) < 3 else DEFAULT_PYTHON


@lru_cache(maxsize=4096)
def _marker(text: str) -> Marker | None:
    if len(text) > 2_000 or text.count("(") > MAX_BRACKETS:
        return None
    try:
        return Marker(text)
    except (ValueError, RecursionError):
        return None


@cache
def _environment(target: PackageTarget) -> Mapping[str, str]:
    python = f"{target.python[0]}.{target.python[1]}"
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.9",
        "os_name": "posix",
        "platform_machine": target.machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{python}.9",
        "python_version": python,
        "sys_platform": "linux",
        "extra": "",
    }


@cache
def _tags(target: PackageTarget) -> Mapping[Tag, int]:
    """Best first."""
    glibc = (target.libc or lambda_libc(target.python) or NEWEST_LIBC)[1]
    platforms: list[str] = []
    for minor in range(glibc, 4, -1):
        platforms.append(f"manylinux_2_{minor}_{target.machine}")
        platforms.extend(
            f"{name}_{target.machine}"
            for name, level in (("manylinux2014", 17), ("manylinux2010", 12), ("manylinux1", 5))
            if level == minor
        )
    platforms.append(f"linux_{target.machine}")
    interpreter = f"cp{target.python[0]}{target.python[1]}"
    order: dict[Tag, int] = {}
    for tag in cpython_tags(target.python, [interpreter], platforms):
        order.setdefault(tag, len(order))
    for tag in compatible_tags(target.python, interpreter, platforms):
        order.setdefault(tag, len(order))
    return order
