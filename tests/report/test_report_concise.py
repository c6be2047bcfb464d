from __future__ import annotations

from archlint.report.concise import render_concise
from report_results import many, one
from samples import make_finding, make_result


def test_one_line_a_finding() -> None:
    assert render_concise(one()).splitlines()[:2] == [
        "src/app.py:5:13: error AL101 model-load-in-handler The model is loaded on every invocation",
        "archlint: 1 error in 1 function, 3 files read.",
    ]


def test_they_stand_as_in_the_files() -> None:
    lines = render_concise(many(30)).splitlines()
    assert [int(line.split(":")[1]) for line in lines[:30]] == [finding.place.line for finding in many(30).findings]


def test_a_line_break_in_a_message_makes_no_line() -> None:
    lines = render_concise(make_result(make_finding(message="a\nb.py:1:1: error"))).splitlines()
    assert lines[0].endswith(r"a\nb.py:1:1: error")
