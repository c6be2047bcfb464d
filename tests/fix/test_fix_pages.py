"""Every Bad example of a rule with a fixer: the finding goes, the rest of the text stays, and once is enough."""

from __future__ import annotations

import difflib
import re

import pytest
from python_fixes import is_python

from archlint.config import Config
from archlint.fix import registry as fixers
from archlint.fix.run import Outcome, run
from archlint.rulebook import registry
from archlint.tree import MemoryTree
from expectations import Example, examples

OWN = {name for name, module in fixers.modules().items() if not is_python(module)}
BAD = [e for page in registry.pages().values() if page.name in OWN for e in examples(page) if e.section == "Bad"]

FOR_PEOPLE = {
    ("unused-suppression", "No reason"),
    ("unused-suppression", "No such rule"),
    ("unused-suppression", "In a resource's Metadata"),
    ("docker-layer-order", "The model is downloaded after the code was copied"),
    ("docker-fat-image", "A CUDA base"),
    ("docker-fat-image", "A compiler stays"),
    ("efs-without-vpc", "No VPC"),
    ("ephemeral-storage-too-small", "Seven billion parameters"),
    ("deprecated-runtime", "From a map"),
    ("impossible-configuration", "A GPU for a Fargate task"),
    ("impossible-configuration", "A GPU for a Fargate job"),
    ("impossible-configuration", "A GPU with a zip package"),
    ("impossible-configuration", "A GPU with arm64"),
    ("impossible-configuration", "A variant of both kinds"),
}
"""Examples whose fix takes a decision."""

SAFE = {
    ("unused-suppression", "The finding is gone"),
    ("efs-without-vpc", "Nothing waits for the mount target"),
    ("queue-visibility-below-timeout", "Less than the timeout"),
}


@pytest.fixture(autouse=True)
def _own_fixers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of the examples have findings whose fixes are tested elsewhere."""
    every = fixers.fixer
    monkeypatch.setattr(fixers, "fixer", lambda rule: every(rule) if rule in OWN else None)


def name_of(example: Example) -> str:
    return f"{example.page.name}: {example.title}"


def fixed(files: dict[str, bytes | str], rule: str, *, unsafe: bool = True) -> Outcome:
    """What becomes of one rule's findings; a suppression is unused only where all rules were asked."""
    config = Config() if rule == "unused-suppression" else Config(select=frozenset({rule}))
    return run(MemoryTree(files), config, unsafe=unsafe)


def after(files: dict[str, bytes | str], outcome: Outcome) -> dict[str, bytes | str]:
    return {**files, **{path: new for path, (_, new) in outcome.changed.items()}}


@pytest.mark.parametrize("example", BAD, ids=name_of)
def test_the_finding_goes(example: Example) -> None:
    rule = example.page.name
    outcome = fixed(dict(example.repository()), rule)

    left = [finding for finding in outcome.findings if finding.rule == rule]
    key = (rule, example.title)
    assert bool(left) is (key in FOR_PEOPLE), [one.reason for one in outcome.unproven]
    assert bool(outcome.done) is (key not in FOR_PEOPLE)
    assert not outcome.unproven


@pytest.mark.parametrize("example", BAD, ids=name_of)
def test_once_is_enough(example: Example) -> None:
    files: dict[str, bytes | str] = dict(example.repository())
    first = fixed(files, example.page.name)
    second = fixed(after(files, first), example.page.name)
    assert not second.changed
    assert not second.done


@pytest.mark.parametrize("example", BAD, ids=name_of)
def test_without_unsafe_only_what_is_safe_changes(example: Example) -> None:
    outcome = fixed(dict(example.repository()), example.page.name, unsafe=False)
    safe = (example.page.name, example.title) in SAFE
    assert all(one.fix.safe for one in outcome.done)
    assert not outcome.changed or safe or example.page.name == "docker-fat-image"
    assert outcome.changed or not safe
    if not outcome.changed and (example.page.name, example.title) not in FOR_PEOPLE:
        assert outcome.unsafe


@pytest.mark.parametrize("example", BAD, ids=name_of)
def test_windows_line_ends_stay(example: Example) -> None:
    """The same fixes as with line feeds, byte for byte but for the line ends."""
    files: dict[str, bytes | str] = dict(example.repository())
    windows: dict[str, bytes | str] = {
        path: str(text).replace("\n", "\r\n") if not path.endswith((".json", ".py")) else text
        for path, text in files.items()
    }
    plain, other = fixed(files, example.page.name), fixed(windows, example.page.name)
    assert plain.changed.keys() == other.changed.keys()
    for path, (_, new) in other.changed.items():
        assert new.replace(b"\r\n", b"\n") == plain.changed[path][1].replace(b"\r\n", b"\n")
        if not path.endswith((".json", ".py")):
            assert not re.search(rb"(?<!\r)\n", new)


@pytest.mark.parametrize("example", BAD, ids=name_of)
def test_few_lines_change_and_comments_survive(example: Example) -> None:
    files: dict[str, bytes | str] = {
        path: f"# the first line\n{text}# the last line\n" if path.endswith((".yaml", ".txt")) else text
        for path, text in example.repository().items()
    }
    for old, new in fixed(files, example.page.name).changed.values():
        changed = list(difflib.ndiff(old.decode().splitlines(), new.decode().splitlines()))
        assert sum(line.startswith("- ") for line in changed) <= 4
        if b"# the first line" in old:
            assert new.startswith(b"# the first line\n")
            assert new.endswith(b"# the last line\n")


def good(rule: str, title: str) -> Example:
    return next(e for e in examples(registry.rule(rule)) if e.section == "Good" and e.title == title)


@pytest.mark.parametrize(
    ("rule", "bad", "right", "close"),
    [
        ("default-timeout-with-ml", "A large library", "A timeout that somebody chose", {}),
        ("api-sync-timeout-mismatch", "A REST API", "A timeout below the API's", {"      MemorySize: 3008\n": ""}),
    ],
)
def test_a_fix_writes_what_the_page_shows(rule: str, bad: str, right: str, close: dict[str, str]) -> None:
    example = next(e for e in BAD if e.page.name == rule and e.title == bad)
    outcome = fixed(dict(example.repository()), rule)
    text = re.sub(r"  # expect: .*", "", outcome.changed["template.yaml"][1].decode())
    for old, new in close.items():
        text = text.replace(old, new)
    assert text == good(rule, right).files["template.yaml"]
