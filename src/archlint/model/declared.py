"""What infrastructure code declares, whatever its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archlint.model.function import Function
from archlint.model.place import Problem
from archlint.model.resource import Architecture


@dataclass(frozen=True, slots=True)
class Declared:
    """`texts` are the files by path; `not_read` says what was not followed, which is no mistake of the user's."""

    functions: tuple[Function, ...] = ()
    problems: tuple[Problem, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    not_read: tuple[Problem, ...] = ()
    architecture: Architecture = field(default_factory=Architecture)
