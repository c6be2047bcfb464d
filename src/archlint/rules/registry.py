"""The rules, found by looking: a page `rules/<family>/<name>.md` and a module `archlint.rules.<name>` each."""

from __future__ import annotations

import difflib
import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, cast

from archlint.knowledge.store import rules_folder
from archlint.rules.page import Page, PageError, guest_page, parse_page

if TYPE_CHECKING:
    from archlint.finding import Hit
    from archlint.project import Project

_NO_RULES = frozenset({"data", "targets"})
"""Folders of `rules/` that hold facts."""

_LONGEST = 60
"""Characters of an unknown name that are looked at."""

_PREFIX = re.compile(r"AL\d{0,2}", re.IGNORECASE)


class Check(Protocol):
    """What a rule's module defines as `check`."""

    def __call__(self, project: Project, page: Page) -> Iterator[Hit]: ...


class UnknownRuleError(Exception):
    """A name or code that no rule has; the message says which one may be meant."""


def read_pages(folder: Path) -> Mapping[str, Page]:
    """The pages below `folder` by rule name, sorted by code; raises PageError."""
    found: list[Page] = []
    for path in sorted(folder.glob("*/*.md")):
        if path.parent.name not in _NO_RULES:
            try:
                text = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise PageError(f"{path.name}: it cannot be read: {error}") from error
            found.append(parse_page(path.stem, text))
    found.sort(key=lambda page: (page.code, page.name))
    for one, other in pairwise(found):
        if one.code == other.code:
            raise PageError(f"{one.name}.md and {other.name}.md: both have the code {one.code}")
    by_name: dict[str, Page] = {}
    for page in found:
        if page.name in by_name:
            raise PageError(f"{page.name}.md: it exists in two families")
        by_name[page.name] = page
    return MappingProxyType(by_name)


@cache
def pages() -> Mapping[str, Page]:
    """Every rule's page by name, sorted by code."""
    return read_pages(rules_folder())


def find(name_or_code: str) -> Page | None:
    """The rule of that name or code, in either case; for a rule of cfn-lint what stands in for its page."""
    wanted = name_or_code.strip()
    by_name = pages().get(wanted.lower())
    by_code = (page for page in pages().values() if page.code == wanted.upper())
    return by_name or next(by_code, None) or guest_page(wanted)


def rule(name_or_code: str) -> Page:
    """The rule of that name or code; raises UnknownRuleError."""
    page = find(name_or_code)
    if page is None:
        raise UnknownRuleError(unknown(name_or_code))
    return page


def matching(text: str) -> frozenset[str]:
    """The names of the rules that a name, a code or the beginning of a code (AL1) means; raises UnknownRuleError."""
    page = find(text)
    if page is not None:
        return frozenset({page.name})
    names: frozenset[str] = frozenset()
    if _PREFIX.fullmatch(text.strip()):
        prefix = text.strip().upper()
        names = frozenset(page.name for page in pages().values() if page.code.startswith(prefix))
    if not names:
        raise UnknownRuleError(unknown(text))
    return names


def unknown(text: str) -> str:
    """What to say of a name that no rule has."""
    wanted = text.strip()[:_LONGEST]
    names = [*pages(), *(page.code for page in pages().values())]
    close = difflib.get_close_matches(wanted.upper() if wanted[:2].upper() == "AL" else wanted.lower(), names, n=1)
    return f"no rule is called {wanted!r}" + (f"; did you mean {close[0]!r}?" if close else "")


def checks(names: Iterable[str]) -> tuple[tuple[Page, Check], ...]:
    """The checks of the named rules in the order of their codes, imported now; rules without a module are left out."""
    wanted = set(names)
    return tuple((page, load_check(page)) for page in pages().values() if page.name in wanted and page.module)


def load_check(page: Page) -> Check:
    """The `check` of the page's module; raises PageError when there is none."""
    module_name = f"archlint.rules.{page.module_name}"
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        raise PageError(f"{page.name}.md: there is no module {module_name}") from error
    check: object = getattr(module, "check", None)
    if not callable(check):
        raise PageError(f"{page.name}.md: the module {module_name} has no function check")
    return cast("Check", check)
