"""The YAML files that people hand to a plan, read with a bound and with places for what is wrong in them."""

from __future__ import annotations

from pathlib import Path

from archlint.model.place import Place
from archlint.plan.usage.keys import UsageProblem
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
