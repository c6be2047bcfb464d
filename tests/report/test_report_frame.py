from __future__ import annotations

import pytest
from rich.cells import cell_len

from archlint.model.place import Place
from archlint.report.sheet import Frames


def drawn(text: str, place: Place, width: int = 60) -> list[tuple[int | None, str]]:
    return [(row.number, row.text) for row in Frames({"f": text}).frame(place, width)]


def marked(line: str, column: int, end: int, width: int = 60) -> tuple[str, str]:
    """The line as drawn, and what of it stands above the marks (in cells)."""
    (_, shown), (_, marks) = drawn(line, Place("f", 1, column, 1, end), width)
    left = marks.index("^")
    return shown, "".join(c for i, c in enumerate(cells(shown)) if left <= i < len(marks))


def cells(text: str) -> list[str]:
    return [cell for char in text for cell in ([char] if cell_len(char) == 1 else [char, ""])]


def test_two_lines_around_without_blank_edges() -> None:
    text = "one\n\nthree\nfour\n\nsix\n"
    assert drawn(text, Place("f", 4, 1, 4, 5)) == [(3, "three"), (4, "four"), (None, "^^^^"), (5, ""), (6, "six")]
    assert drawn(text, Place("f", 3, 1)) == [(1, "one"), (2, ""), (3, "three"), (None, "^"), (4, "four")]


def test_marks_below_tabs_and_wide_characters() -> None:
    assert marked("\tload(x)", 2, 6) == ("    load(x)", "load")
    assert marked("a\tload(x)", 3, 7) == ("a   load(x)", "load")
    assert marked('x = "日本語", load()', 12, 16) == ('x = "日本語", load()', "load")
    assert marked('x = "日本語"', 6, 9)[1] == "日本語"
    assert marked("\x1b[1m load", 6, 10) == ("\\x1b[1m load", "load")


@pytest.mark.parametrize("width", [20, 40, 60, 93])
@pytest.mark.parametrize("before", [0, 15, 55, 58, 100, 5000])
@pytest.mark.parametrize("after", [0, 3, 5000])
@pytest.mark.parametrize("filler", ["x", "日", "\t"])
def test_long_lines_are_cropped_around_the_mark(width: int, before: int, after: int, filler: str) -> None:
    shown, above = marked(filler * before + "load" + filler * after, before + 1, before + 5, width)
    assert above == "load"
    assert cell_len(shown) <= width


def test_a_span_over_lines_is_marked_to_the_end_of_its_first() -> None:
    assert drawn("f(\n  x\n)", Place("f", 1, 1, 3, 2))[1] == (None, "^^")


@pytest.mark.parametrize("place", [Place("g", 1), Place("f", 0), Place("f", 9), Place("f", -3)])
def test_no_frame_without_the_line(place: Place) -> None:
    assert drawn("one\ntwo", place) == []


@pytest.mark.parametrize(("column", "end"), [(0, 0), (50, 60), (3, 1), (-5, 2)])
def test_columns_outside_the_line(column: int, end: int) -> None:
    assert "^" in drawn("one", Place("f", 1, column, 1, end))[1][1]


def test_form_feeds_and_separators_do_not_end_a_line() -> None:
    assert drawn("a\x0cb\u2028c\r\nsecond\rthird", Place("f", 3, 1))[0] == (1, "a\\x0cb\\u2028c")
