"""Runs the examples of the guide as its readers would, in a copy of the folder that a page names.

`python tools/site/site_examples.py [--write] [PAGE...]` shows what the pages promise and the commands do not print;
`--write` puts the output into the pages, but into blocks that leave something out with a line of "…".
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from site_text import FENCE

TOP = Path(__file__).resolve().parents[2]
GUIDE = TOP / "docs"
LEFT_OUT = "…"
SECONDS = 120
_FOLDER = re.compile(r"<!-- folder: (\S+) -->")
_MARKER = re.compile(r"<!-- (?:(file|check): (\S+)|(output)) -->\n\Z")
_BROKEN = re.compile(r"^Traceback |failed on an error of its own", re.MULTILINE)
_START = "from archlint.cli.main import main; main(prog_name='archlint')"
_APART = "\036"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page with the comment on the line above it."""

    language: str
    body: str
    marker: str
    """ "file": the block is written there first; "check"; "output": of the Python block before it; or ""."""
    argument: str
    span: tuple[int, int]
    """Of the body in the page's text."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`wanted` is what the page shows, `got` what the command printed."""

    command: str
    wanted: str
    got: str


def pages() -> list[Path]:
    return sorted(GUIDE.rglob("*.md"))


def blocks(text: str) -> Iterator[Block]:
    for fence in FENCE.finditer(text):
        before = _MARKER.search(text, 0, fence.start())
        kind, argument = (before[1] or before[3], before[2] or "") if before else ("", "")
        yield Block(fence["info"].strip().split(" ")[0], fence["body"], kind, argument, fence.span("body"))


def steps(body: str) -> list[tuple[str, str]]:
    """(command, output) of a console block; a command goes on after a backslash."""
    found: list[tuple[list[str], list[str]]] = []
    for line in body.splitlines():
        goes_on = found and not found[-1][1] and found[-1][0][-1].endswith("\\")
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif goes_on:
            found[-1][0].append(line)
        elif found:
            found[-1][1].append(line)
    return [("\n".join(command), "\n".join(output)) for command, output in found]


def matches(wanted: str, got: str) -> bool:
    """Equal, where a line of "…" stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == LEFT_OUT else re.escape(line.rstrip()) + r"[ ]*\n"
        for line in wanted.splitlines()
    )
    return re.fullmatch(pattern, got.rstrip("\n") + "\n" if got.strip() else "") is not None


def run_page(text: str, home: Path) -> list[tuple[Block, list[Difference]]]:
    """Runs what can be run, from top to bottom, below `home`; each console block with what differs."""
    folder = _FOLDER.search(text)
    work = home / "repository"
    if folder is not None:
        shutil.copytree(TOP / folder[1], work)
    else:
        work.mkdir()
    environment = _environment(home)
    found = []
    printed = ""
    for block in blocks(text):
        if block.marker == "file":
            path = work / block.argument
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.body, encoding="utf-8")
        elif block.language == "console":
            found.append((block, _console(block, work, environment)))
        elif block.language == "python":
            printed = _started([sys.executable, "-c", block.body], work, environment)
        elif block.marker == "output":
            same = matches(block.body, printed)
            found.append((block, [] if same else [Difference("python", block.body, printed)]))
    return found


def _console(block: Block, work: Path, environment: dict[str, str]) -> list[Difference]:
    expected = steps(block.body)
    script = "".join(f"{command}\nlast=$?; printf '{_APART}'; (exit $last)\n" for command, _ in expected)
    outputs = _started(["bash", "-c", script], work, environment).split(_APART)
    return [
        Difference(command, wanted, got)
        for (command, wanted), got in zip(expected, outputs, strict=False)
        if not matches(wanted, got)
    ]


def _started(command: list[str], work: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=work,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
        check=False,
    )
    return done.stdout.decode("utf-8", "replace")


def _environment(home: Path) -> dict[str, str]:
    """The checkout's archlint first on the path, and nothing of the caller's settings or folders."""
    programs = home / "bin"
    programs.mkdir()
    start = programs / "archlint"
    start.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{_START}" "$@"\n', encoding="utf-8")
    start.chmod(0o755)
    return {
        "PATH": os.pathsep.join((str(programs), str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
        "PYTHONPATH": str(TOP / "src"),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{role}_{part}": "reader@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")
        },
    }


def _written(text: str, found: list[tuple[Block, list[Difference]]]) -> str:
    for block, differences in reversed(found):
        got = {difference.command: difference.got for difference in differences}
        if block.marker == "output":
            text = text[: block.span[0]] + got.get("python", block.body) + text[block.span[1] :]
            continue
        lines = []
        for command, wanted in steps(block.body):
            shown = wanted if LEFT_OUT in wanted.splitlines() else got.get(command, wanted)
            lines.append("$ " + command + "\n" + (shown.rstrip("\n") + "\n" if shown.strip() else ""))
        body = "".join("\n".join(line.rstrip() for line in part.split("\n")) for part in lines)
        text = text[: block.span[0]] + body + text[block.span[1] :]
    return text


def main(arguments: list[str]) -> int:
    write = "--write" in arguments
    chosen = [Path(argument) for argument in arguments if argument != "--write"] or pages()
    failed = False
    for page in chosen:
        text = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as home:
            found = run_page(text, Path(home))
        for _, differences in found:
            for difference in differences:
                failed = True
                print(f"{page}: $ {difference.command}\n--- page\n{difference.wanted}\n--- printed\n{difference.got}")
        if write and not any(_BROKEN.search(d.got) for _, differences in found for d in differences):
            page.write_text(_written(text, found), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
