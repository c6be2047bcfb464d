"""Every command that reads a folder, in every format that it has."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import click
from click.testing import CliRunner, Result

from archlint.cli.main import main

INTERNAL_ERROR = 4
EXPLAINED = "model-load-in-handler"
"""What `explain` is asked for."""

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]")
_COMMAND = re.compile(r"##\w*\[")


def invocations() -> list[tuple[str, ...]]:
    """Each without the folder, such as ("scan", "--format", "json")."""
    found: list[tuple[str, ...]] = []
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        parameters = {} if command is None else {p.name: p for p in command.params}
        if "path" not in parameters and "paths" not in parameters:
            continue
        first = (name, EXPLAINED) if name == "explain" else (name,)
        kind = parameters["format_"].type if "format_" in parameters else None
        formats = kind.choices if isinstance(kind, click.Choice) else ()
        found += [(*first, "--format", str(format_)) for format_ in formats] or [first]
    return found


def write(root: Path, files: dict[str, str] | dict[str, bytes] | dict[str, str | bytes]) -> None:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)


def run(arguments: Sequence[str], folder: Path) -> Result:
    """Fails on a traceback, on the exit code of an error of archlint itself, and on output that is not safe."""
    result = CliRunner().invoke(main, [*arguments, str(folder)])
    assert result.exit_code != INTERNAL_ERROR, result.stderr
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    assert_safe(result.stderr)
    if "json" in arguments and result.stdout:
        json.loads(result.stdout)
    if "sarif" in arguments and result.stdout:
        json.loads(result.stdout)
    assert_safe(result.stdout, commands="github" in arguments)
    return result


def assert_safe(text: str, *, commands: bool = False) -> None:
    """Nothing moves a cursor, and no build machine takes a line for a command unless it was asked for."""
    assert not _CONTROL.search(text), ascii(_CONTROL.search(text))
    assert not _COMMAND.search(text)
    lines = [line for line in text.split("\n") if line.lstrip().startswith("::")]
    assert commands or not lines, lines
