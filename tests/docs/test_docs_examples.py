"""Every example of the guide does what its page says."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
import yaml

from archlint.cli.main import main

TOP = Path(__file__).resolve().parents[2]
PAGES = sorted((TOP / "docs").rglob("*.md"))
WRONG = """\
```console
$ echo one \\
  two
one two
$ false; echo $?
0
```

```python
print(1)
```

<!-- output -->
```text
2
```
"""
LANGUAGES = {"console", "python", "sh", "text", "toml", "yaml", "json", "dockerfile"}


@pytest.fixture
def examples(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [str(TOP / "tools" / "site"), *sys.path])
    return import_module("site_examples")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_print_what_the_page_shows(page: Path, examples: Any, tmp_path: Path) -> None:
    found = examples.run_page(page.read_text(encoding="utf-8"), tmp_path)
    different = [difference for _, differences in found for difference in differences]
    shown = "\n".join(f"$ {d.command}\n--- page\n{d.wanted}\n--- printed\n{d.got}" for d in different)
    assert not different, f"{shown}\n(python tools/site/site_examples.py --write {page.relative_to(TOP)})"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_block_escapes_the_tests(page: Path, examples: Any) -> None:
    """A block is run, written to a file that a command reads, compared as output, or its commands are checked."""
    for block in examples.blocks(page.read_text(encoding="utf-8")):
        assert block.language in LANGUAGES, block.body
        if block.language == "sh":
            check_commands(block.body.splitlines())
        elif block.marker == "check":
            check_commands(texts(yaml.safe_load(block.body)))
        else:
            assert block.language in ("console", "python") or block.marker in ("file", "output"), block.body


def texts(value: object) -> Iterator[str]:
    """The lines of every text in a YAML document."""
    if isinstance(value, str):
        yield from value.splitlines()
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


def check_commands(lines: list[str] | Iterator[str]) -> None:
    """The commands of archlint exist with their options."""
    for line in lines:
        words = shlex.split(line, comments=True)
        if words[:1] == ["archlint"] and words[1:]:
            group = main.make_context("archlint", words[1:2], resilient_parsing=True)
            command = main.get_command(group, words[1])
            assert command is not None, line
            options = {
                option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
            }
            assert {word.split("=")[0] for word in words[2:] if word.startswith("--")} <= options, line


@pytest.mark.parametrize("line", ["archlint scan --no-such-option", "archlint nothing"])
def test_a_wrong_command_is_seen(line: str) -> None:
    with pytest.raises((AssertionError, click.UsageError)):
        check_commands([line])


@pytest.mark.parametrize(
    ("wanted", "got", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\n…\nc", "a\nb\nb\nc\n", True),
        ("…", "a\n", True),
        ("…", "", True),
        ("", "", True),
        ("", "a\n", False),
        ("a", "b\n", False),
        ("a\n…\nd", "a\nb\nc\n", False),
        ("a.c", "abc\n", False),
    ],
)
def test_what_counts_as_the_same(wanted: str, got: str, same: bool, examples: Any) -> None:
    assert examples.matches(wanted, got) is same


def test_a_page_of_wrong_examples_is_seen(examples: Any, tmp_path: Path) -> None:
    found = [d for _, differences in examples.run_page(WRONG, tmp_path) for d in differences]
    assert [(d.command, d.got) for d in found] == [("false; echo $?", "1\n"), ("python", "1\n")]


def test_every_page_has_one_heading_of_its_own() -> None:
    for page in PAGES:
        prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1, page
