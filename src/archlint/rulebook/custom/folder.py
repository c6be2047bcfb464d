"""The pages of a repository's own rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archlint.finding import CONFIDENCES, SEVERITIES
from archlint.model.place import Place
from archlint.rulebook.custom.calls import read_call, read_edge
from archlint.rulebook.custom.fields import CustomRuleError, Fields, error_at, hides, read_fields, template
from archlint.rulebook.custom.properties import read_property
from archlint.rulebook.page import OTHER_CODE, PERSONAS, Page, divided, is_name
from archlint.rulebook.registry import Added, Check, Rulebook
from archlint.tree import Tree, UnreadableError

MAX_PAGES = 200
MAX_BYTES = 100_000
"""Of one page."""

_KEYS = ("code", "severity", "confidence", "summary", "since", "persona", "message", "check")
_REQUIRED = ("code", "severity", "confidence", "summary", "check")
_SECTIONS = ("What it does", "What to do")
_CHECKS: Mapping[str, Callable[[Fields, str], Check]] = {
    "property": read_property,
    "call": read_call,
    "edge": read_edge,
}


def with_own(book: Rulebook, tree: Tree, folder: str) -> Rulebook:
    """With the rules in that folder of the scanned repository, but for its README.md; raises CustomRuleError."""
    names = [name for name in tree.names(folder) if name.endswith(".md") and name != "README.md"]
    if len(names) > MAX_PAGES:
        raise CustomRuleError(f"{folder}: it holds {len(names):,} pages; archlint reads up to {MAX_PAGES}")
    for name in names:
        path = f"{folder}/{name}"
        added = _read(tree, path, name.removesuffix(".md"))
        clash = book.clash(added.page)
        if clash is not None:
            raise error_at(Place(path), f"{clash}; give this rule another one")
        book = book.plus([added])
    return book


def _read(tree: Tree, path: str, name: str) -> Added:
    try:
        text = tree.read(path, MAX_BYTES).decode("utf-8-sig")
    except UnreadableError as error:
        raise error_at(Place(path), f"it cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        raise error_at(Place(path), "it is not UTF-8; save it as such") from error
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\t", " ").split("\n"), 1):
        if hides(line):
            raise error_at(Place(path, number), "it holds characters that do not show; take them out")
    return parse_rule(path, name, text)


def parse_rule(path: str, name: str, text: str) -> Added:
    """The rule of one page; raises CustomRuleError."""
    if not is_name(name):
        raise error_at(Place(path), "a rule's name has small letters, digits and single hyphens; rename the file")
    matter, body = divided(text)
    if matter is None:
        raise error_at(Place(path), "it does not begin with front matter between two lines of ---")
    fields = read_fields(matter, path)
    fields.only(_KEYS, _REQUIRED)
    code = fields.text("code")
    if not OTHER_CODE.fullmatch(code):
        wanted = "must be 2 to 10 capital letters and 1 to 4 digits, such as ORG001; AL codes are archlint's own"
        raise fields.error("code", f"{wanted}, not {code!a:.60}")
    page = Page(
        name=name,
        code=code,
        severity=fields.one_of("severity", SEVERITIES),
        confidence=fields.one_of("confidence", CONFIDENCES),
        summary=fields.text("summary"),
        text=body.strip() + "\n",
        since=fields.text("since") or None,
        persona=fields.one_of("persona", PERSONAS) if "persona" in fields else None,
        origin=path,
    )
    missing = [heading for heading in _SECTIONS if not page.section(heading)]
    if missing:
        line = text.count("\n", 0, len(text) - len(body)) + 1
        raise error_at(Place(path, line), f"the section `## {missing[0]}` is missing or empty; write it")
    return Added(page, _check(fields))


def _check(fields: Fields) -> Check:
    inner = fields.below("check")
    inner.only(_CHECKS)
    if len(inner.node.entries) != 1:
        raise fields.error("check", f"must hold one of {', '.join(_CHECKS)}, not {len(inner.node.entries)} of them")
    kind = inner.node.entries[0].key
    return _CHECKS[kind](inner.below(kind), template(fields))
