"""The code blocks of the rule pages, scanned: each Bad example has the findings that it shows, no Good one has any."""

from __future__ import annotations

import pytest

from archlint.config import Config
from archlint.rulebook import registry
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree
from expectations import Example, examples, found

UNREADABLE = "unreadable-file"
EXAMPLES = [example for page in registry.pages().values() for example in examples(page)]


def name_of(example: Example) -> str:
    return f"{example.page.name}: {example.section}: {example.title}"


def test_every_page_has_both_kinds_with_titles_of_their_own() -> None:
    kinds = {(example.page.name, example.section) for example in EXAMPLES}
    assert kinds == {(name, section) for name in registry.pages() for section in ("Bad", "Good")}
    names = [name_of(example) for example in EXAMPLES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_an_example(example: Example) -> None:
    rule = example.page.name
    expected = example.expected()
    result = scan_tree(MemoryTree(example.repository()), Config())

    actual = found(finding for finding in result.findings if finding.rule == rule)
    assert actual == expected, "\n".join(f"{f.place.path}:{f.place.line} {f.message}" for f in result.findings)
    assert bool(expected) is (example.section == "Bad"), "a Bad example shows a finding, and a Good one shows none"
    assert result.functions or rule == UNREADABLE, "nothing was looked at"
    assert rule == UNREADABLE or not [f for f in result.findings if f.rule == UNREADABLE]
