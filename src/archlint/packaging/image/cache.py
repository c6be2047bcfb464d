"""Whether pip's downloads stay in the image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from archlint.model.image import Image, Install, Step
from archlint.values import Value

_SWITCHES = ("PIP_NO_CACHE_DIR", "PIP_CACHE_DIR")


def kept_downloads(image: Image) -> Iterator[tuple[Step, Install]]:
    """The installs of the image's own stage after which pip's cache stays, each with its RUN."""
    for stage in image.stages:
        for step in stage.steps if stage.shipped else ():
            for install in step.installs:
                if install.tool == "pip" and not _is_cleared(step, install, image.environment):
                    yield step, install


def _is_cleared(step: Step, install: Install, environment: Mapping[str, Value[str]]) -> bool:
    if any(name in environment for name in _SWITCHES):
        return True
    if any(option.startswith(("--no-cache-dir", "--cache-dir", "--no-index")) for option in install.options):
        return True
    if any(name == "mount" and "type=cache" in value for name, value in step.flags):
        return True
    return any(_clears(command) for command in step.commands)


def _clears(command: tuple[str, ...]) -> bool:
    program = posixpath.basename(command[0])
    if program in ("rm", "find"):
        return any("cache" in word for word in command[1:])
    return "cache" in command and "purge" in command
