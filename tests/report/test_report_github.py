from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest

from archlint.report.github import MOST, command, render_github
from archlint.report.visible import visible
from report_results import EVIL, RESULTS, evil, many, one
from samples import make_finding, make_result


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    message: str


def _unescaped(text: str, *pairs: str) -> str:
    for pair in (*pairs, "%0D\r", "%0A\n", "%25%"):
        text = text.replace(pair[:3], pair[3:])
    return text


def parsed(line: str) -> Command | None:
    """As the runner's ActionCommand.TryParseV2 does it."""
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, listed = line[2:end].partition(" ")
    properties: dict[str, str] = {}
    for part in filter(None, listed.strip().split(",")):
        key, _, value = part.partition("=")
        properties[key] = _unescaped(value, "%3A:", "%2C,")
    return Command(name, properties, _unescaped(line[end + 2 :]))


def commands(text: str) -> list[Command]:
    return [found for line in text.split("\n") if (found := parsed(line)) is not None]


def test_one_finding() -> None:
    text = render_github(one())
    assert commands(text) == [
        Command(
            "error",
            {
                "file": "src/app.py", "line": "5", "endLine": "5", "col": "13", "endColumn": "34",
                "title": "AL101 model-load-in-handler",
            },
            "The model is loaded on every invocation. Load it at module scope.",
        )
    ]  # fmt: skip
    assert text.splitlines()[-1].startswith("archlint: 1 error in 1 function, 3 files read.")


def test_no_finding_is_a_line_of_text() -> None:
    text = render_github(make_result())
    assert commands(text) == []
    assert text.startswith("archlint: no findings in 1 function, 3 files read.")


def test_columns_only_within_a_line() -> None:
    """The runner drops columns, with a warning, where the lines differ."""
    (found,) = commands(render_github(make_result(make_finding(line=5, end=(9, 2)))))
    assert found.properties.keys() == {"file", "line", "endLine", "title"}
    assert found.properties["endLine"] == "9"


def test_the_worst_of_each_level_and_a_summary() -> None:
    found = commands(render_github(many(90)))
    assert [one.name for one in found] == ["error"] * MOST + ["warning"] * MOST + ["notice"] * MOST
    assert found[-1].properties == {"title": "archlint"}
    assert found[-1].message.startswith("20 errors, 20 warnings, 21 notes of 3 rules more than GitHub shows")


def test_as_many_as_have_room_need_no_summary() -> None:
    found = commands(render_github(many(30)))
    assert Counter(one.name for one in found) == {"error": 10, "warning": 10, "notice": 10}
    assert all("file" in one.properties for one in found)


@pytest.mark.parametrize("text", EVIL)
def test_the_runner_reads_back_what_was_said(text: str) -> None:
    first, second = commands(render_github(evil(text)))
    assert first.name == "error"
    assert second.name == "warning"
    assert first.properties.keys() == {"file", "line", "endLine", "col", "endColumn", "title"}
    assert first.properties["file"] == visible(text)
    assert second.properties["title"] == "ORG001 some-rule"
    assert first.message.startswith(visible(text).strip()[:1_000])


@pytest.mark.parametrize("name", RESULTS)
def test_every_line_is_a_command_or_harmless(name: str) -> None:
    *annotations, last = render_github(RESULTS[name]).removesuffix("\n").split("\n")
    assert all(parsed(line) is not None for line in annotations)
    assert last.startswith("archlint: ")
    assert parsed(last) is None


def test_escapes() -> None:
    assert command("error", {"title": "a:b,c%\r\n"}, "d:e,f%\r\n") == (
        "::error title=a%3Ab%2Cc%25%0D%0A::d:e,f%25%0D%0A"
    )
