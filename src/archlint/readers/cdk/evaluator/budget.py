"""What an evaluation may spend, whatever the app says: steps, depth, sizes and files."""

from __future__ import annotations

from archlint.readers.cdk.values import Open

MAX_STEPS = 300_000
MAX_DEPTH = 300
"""Nested blocks and expressions, each of which takes about two frames of Python's stack."""

CALL_DEPTH = 4
"""What a call, an import and a branch in doubt count besides."""

MAX_CALLS = 40
MAX_DOUBTFUL = 2
"""How often a function may call itself, directly or not, where it is not known whether it is called at all."""

MAX_ITEMS = 10_000
MAX_TEXT = 200_000
"""Characters of one text."""

MAX_ROUNDS = 1_000
"""Rounds of one `while` loop."""

MAX_FILES = 500
MAX_NUMBER = 10**30


class ExhaustedError(Exception):
    """The steps are spent: the evaluation ends."""


class Budget:
    """Counts down; long texts and lists cost more than one step."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.steps = steps
        self.depth = 0
        self.calls = 0
        self.files = 0

    def spend(self, steps: int = 1) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise ExhaustedError

    def text(self, length: int) -> Open | None:
        """Pays for a text before it is built; an Open when it would be too long."""
        if length > MAX_TEXT:
            return Open(f"a text of more than {MAX_TEXT:,} characters")
        self.spend(length // 50)
        return None

    def items(self, length: int) -> Open | None:
        """Pays for a list before it is built; an Open when it would be too long."""
        if length > MAX_ITEMS:
            return Open(f"a list of more than {MAX_ITEMS:,} elements")
        self.spend(length // 5)
        return None
