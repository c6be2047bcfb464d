"""What holds for every format of `scan`."""

from __future__ import annotations

import re

import pytest

from archlint.report.formats import FORMATS, Screen
from report_results import RESULTS, many, withheld

PEOPLE = ("text", "concise", "github", "junit", "markdown", "comment")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("result", RESULTS)
def test_nothing_of_a_repository_acts(name: str, result: str) -> None:
    """No line is a build machine's command but those of the format for it, and nothing moves a cursor."""
    text = FORMATS[name](RESULTS[result], Screen())
    assert text.endswith("\n")
    assert not _CONTROL.search(text)
    assert not re.search(r"##\w*\[", text)
    if name != "github":
        assert not [line for line in text.split("\n") if line.lstrip().startswith("::")]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_result_gives_the_same_bytes(name: str) -> None:
    assert FORMATS[name](many(), Screen()) == FORMATS[name](many(), Screen())


@pytest.mark.parametrize("name", PEOPLE)
def test_what_is_withheld_is_said(name: str) -> None:
    text = FORMATS[name](withheld(), Screen())
    assert "Not shown: 12 in the baseline, 3 there before, in the diff base." in text
