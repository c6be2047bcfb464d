"""What is fuzzed: how an input is made, and what is wrong with what comes of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from fuzzing.repositories import Files


@dataclass(frozen=True, slots=True)
class Target:
    """`check` gives "" where all is well; an exception from it is wrong, too. `share` of the inputs of a run."""

    make: Callable[[random.Random], Files]
    check: Callable[[Files], str]
    share: int
