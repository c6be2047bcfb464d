"""Markdown and the comment, read by GitHub's own parser."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from archlint.report.comment import MARKER, MOST_CHARACTERS, render_comment
from archlint.report.gfm import code, html_code, prose
from archlint.report.markdown import render_markdown
from archlint.report.visible import visible
from archlint.results.result import ScanResult
from report_results import EVIL, RESULTS, changed, evil, many, one, unreadable, withheld
from samples import EMPTY, make_finding, make_result

RENDERERS = (render_markdown, render_comment)
_OWN = frozenset(
    "h1 h2 h3 p ul li code strong em sub table thead tbody tr th td details summary br".split()
)  # what the reports are made of


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self._in_code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._in_code -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self._in_code:
            self.texts.append(data)


def seen(markdown: str) -> _Seen:
    """What a browser gets of it, before GitHub takes out what it does not allow."""
    parser = _Seen()
    parser.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))
    parser.close()
    return parser


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("text", EVIL)
def test_a_repository_writes_no_markdown(render: Callable[[ScanResult], str], text: str) -> None:
    """No element that the report does not make itself, as many as with harmless text, and nothing that GitHub links."""
    found, harmless = seen(render(evil(text))), seen(render(evil("harmless")))
    assert set(found.tags) <= _OWN
    assert [tag for tag in found.tags if tag != "code"] == [tag for tag in harmless.tags if tag != "code"]
    for piece in found.texts:
        assert not re.search(r"@\w|(?<!\w)[#!]\d|GH-\d|https?://\S|www\.\w", piece), piece


@pytest.mark.parametrize("text", [text for text in EVIL if "\ufffe" not in text])  # which cmarkgfm cannot return
def test_text_is_shown_as_it_is(text: str) -> None:
    for escape in (prose, html_code, code):
        parser = _Seen()
        parser.feed(cmarkgfm.github_flavored_markdown_to_html(f"a {escape(text)} z", options=Options.CMARK_OPT_UNSAFE))
        parser.close()
        assert set(parser.tags) <= {"p", "code"}
    html = cmarkgfm.github_flavored_markdown_to_html(prose(text), options=Options.CMARK_OPT_UNSAFE)
    plain = _Seen()
    plain.feed(html)
    plain.close()
    assert "".join(plain.texts).strip() == visible(text).strip()


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("name", [name for name in RESULTS if not name.startswith("evil")])
def test_no_one_and_many(render: Callable[[ScanResult], str], name: str) -> None:
    assert set(seen(render(RESULTS[name])).tags) <= _OWN


def test_a_table_with_the_worst_first() -> None:
    rows = [line for line in render_markdown(many()).splitlines() if line.startswith("| ")][2:]
    severities = [row.split(" | ")[0].removeprefix("| ") for row in rows]
    assert severities == ["error"] * 20 + ["warning"] * 20 + ["info"] * 20
    assert rows[0] == "| error | `AL301 timeout-near-limit` | `src/f0.py:3` | The model is loaded on every invocation |"


def test_a_finding_in_full() -> None:
    text = render_markdown(one())
    assert "<details><summary><code>AL101 model-load-in-handler</code>: 1 error</summary>" in text
    assert "**What to do:** Load the model once" in text
    assert (
        "- `src/app.py:5` The model is loaded on every invocation. Load it at module scope.\n  - `src/app.py:8`" in text
    )


@pytest.mark.parametrize("render", RENDERERS)
def test_what_a_branch_changes(render: Callable[[ScanResult], str]) -> None:
    text = render(changed())
    assert "- F: memory 512 MB -\\> 1,024 MB\\\n" in text
    assert seen(text).tags.count("br") == 2


@pytest.mark.parametrize("text", [*EVIL, "x" * 50_000])
def test_names_of_changed_functions_are_text(text: str) -> None:
    comment = render_comment(changed(text, 40))
    assert set(seen(comment).tags) <= _OWN
    assert len(comment) < MOST_CHARACTERS


@pytest.mark.parametrize("most", [2_000, 20_000, 1_000_000])
def test_it_ends_within_its_room(most: int) -> None:
    text = render_markdown(many(3_000), most)
    assert len(text.encode()) <= most
    assert text.count("<details>") == text.count("</details>")
    assert ("Cut here" in text) is (most < 100_000)


def test_the_comment_of_no_findings() -> None:
    text = render_comment(EMPTY)
    assert text.startswith(f"{MARKER}\n### archlint: no findings\n")
    assert "<details>" not in text


def test_the_comment_shows_errors_and_folds_the_rest() -> None:
    above, _, fold = render_comment(many(12)).partition("<details>")
    assert above.startswith("<!-- archlint -->\n### archlint: 4 errors, 4 warnings, 4 notes\n")
    assert above.count("| error |") == 4
    assert "| warning |" not in above
    assert fold.startswith("<summary>4 warnings, 4 notes more</summary>")
    assert "| `AL101 model-load-in-handler` | 4 |" in fold


def test_the_comment_without_errors_shows_the_worst() -> None:
    findings = [make_finding(severity="warning", line=n + 1, end=None) for n in range(9)]
    assert render_comment(make_result(*findings)).partition("<details>")[0].count("| warning |") == 5


def test_the_comment_says_what_is_not_shown() -> None:
    assert "Not shown: 12 in the baseline" in render_comment(withheld())
    assert "Not readable: 1 file: bad.yaml." in render_comment(unreadable())


@pytest.mark.parametrize("number", [40, 400, 4_000])
def test_the_comment_is_short(number: int) -> None:
    assert len(render_comment(many(number))) < 4_000


@pytest.mark.parametrize("text", ["x" * 50_000, "`|<" * 20_000, "@a" * 30_000, "&a" * 30_000, "\x00" * 30_000])
def test_the_comment_has_its_limit(text: str) -> None:
    findings = tuple(make_finding(f"{text}{n}", "ORG001", path=text, message=text, line=n + 1) for n in range(50))
    long = replace(make_result(*findings), changes=changed(text, 40).changes, withheld=((text, 2),))
    assert 1_000 < len(render_comment(long)) <= MOST_CHARACTERS
