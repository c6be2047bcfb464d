"""The rules that archlint ships, found by looking: a page `rules/<family>/<name>.md` and a module
`archlint.rules.<family>.<name>` each; and the rulebook that holds them beside the rules of others."""

from __future__ import annotations

import difflib
import importlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, cast

from archlint.knowledge.store import rules_folder
from archlint.rulebook.page import GUEST, Page, PageError, guest_page, parse_page

if TYPE_CHECKING:
    from archlint.finding import Hit
    from archlint.graph.modules import RunModules
    from archlint.knowledge.limits import Limits
    from archlint.project import Project

_NO_RULES = frozenset({"data", "targets"})
"""Folders of `rules/` that hold facts."""

_LONGEST = 60
"""Characters of an unknown name that are looked at."""

_PREFIX = re.compile(r"([A-Z]{2,10})\d{0,3}")
"""The beginning of a code: all of its letters, some of its digits."""

_CODE_LIKE = re.compile(r"[A-Za-z]{2,10}\d{1,4}|AL.*", re.IGNORECASE | re.DOTALL)


class Check(Protocol):
    """What a rule's module defines as `check`."""

    def __call__(self, project: Project, page: Page, /) -> Iterator[Hit]: ...


class CheckAll(Protocol):
    """What a rule's module defines as `check_all` when its page says `over-all: true`."""

    def __call__(self, functions: Sequence[RunModules], page: Page, limits: Limits) -> Iterator[Hit]: ...


class UnknownRuleError(Exception):
    """A name or code that no rule has; the message says which one may be meant."""


@dataclass(frozen=True, slots=True)
class Added:
    """A rule that archlint does not ship. The check's repr says all that its verdicts depend on, beside the scanned
    repository."""

    page: Page
    check: Check


@dataclass(frozen=True)
class Rulebook:
    """The rules of a scan. Its repr tells the rulebooks of one version of archlint apart, from run to run."""

    shipped: Mapping[str, Page] = field(repr=False)
    added: tuple[Added, ...] = ()
    notices: tuple[str, ...] = ()
    """Why rules of installed packages are left out, for a person."""

    @cached_property
    def pages(self) -> Mapping[str, Page]:
        """Every rule's page by name, sorted by code."""
        if not self.added:
            return self.shipped
        pages = sorted((*self.shipped.values(), *self.additions.values()), key=lambda page: (page.code, page.name))
        return MappingProxyType({page.name: page for page in pages})

    @cached_property
    def additions(self) -> Mapping[str, Page]:
        """The pages of the rules that archlint does not ship, by name."""
        return MappingProxyType({rule.page.name: rule.page for rule in self.added})

    @cached_property
    def _by_code(self) -> Mapping[str, Page]:
        return {page.code: page for page in self.pages.values()}

    def find(self, name_or_code: str) -> Page | None:
        """The rule of that name or code, in either case; for a rule of cfn-lint what stands in for its page."""
        wanted = name_or_code.strip()
        return self.pages.get(wanted.lower()) or self._by_code.get(wanted.upper()) or guest_page(wanted)

    def rule(self, name_or_code: str) -> Page:
        """The rule of that name or code; raises UnknownRuleError."""
        page = self.find(name_or_code)
        if page is None:
            raise UnknownRuleError(self.unknown(name_or_code))
        return page

    def matching(self, text: str) -> frozenset[str]:
        """The names of the rules that a name, a code or the beginning of a code (AL1, ORG) means; raises
        UnknownRuleError."""
        page = self.find(text)
        if page is not None:
            return frozenset({page.name})
        prefix = text.strip().upper()
        found = _PREFIX.fullmatch(prefix)
        names: frozenset[str] = frozenset()
        if found is not None:
            alike = (page for page in self.pages.values() if page.code.startswith(prefix))
            names = frozenset(page.name for page in alike if not page.code[len(found[1])].isalpha())
        if not names:
            raise UnknownRuleError(self.unknown(text))
        return names

    def unknown(self, text: str) -> str:
        """What to say of a name that no rule has."""
        wanted = text.strip()[:_LONGEST]
        close = difflib.get_close_matches(
            wanted.upper() if _CODE_LIKE.fullmatch(wanted) else wanted.lower(), [*self.pages, *self._by_code], n=1
        )
        return f"no rule is called {wanted!r}" + (f"; did you mean {close[0]!r}?" if close else "")

    def checks(self, names: Iterable[str]) -> tuple[tuple[Page, Check], ...]:
        """The checks of the named rules in the order of their codes, imported now; rules without one are left out."""
        wanted = set(names)
        own = {rule.page.name: rule.check for rule in self.added}
        pages = (page for page in self.pages.values() if page.name in wanted and page.module)
        return tuple((page, own.get(page.name) or load_check(page)) for page in pages)

    def checks_over_all(self, names: Iterable[str]) -> tuple[tuple[Page, CheckAll], ...]:
        """The checks of the named rules that look at all parts of a scan together."""
        pages = (page for page in self.pages.values() if page.name in names and page.over_all)
        return tuple((page, cast("CheckAll", _defined(page, "check_all"))) for page in pages)

    def clash(self, page: Page) -> str | None:
        """Why a rule cannot be added, such as "its code ORG001 is that of other-rule"."""
        if page.name == GUEST or guest_page(page.name) is not None:
            return f"the name {page.name} belongs to cfn-lint"
        if page.name in self.pages:
            return f"there is a rule {page.name} already{_from(self.pages[page.name])}"
        other = self._by_code.get(page.code)
        return None if other is None else f"its code {page.code} is that of {other.name}{_from(other)}"

    def plus(self, added: Iterable[Added], notices: Iterable[str] = ()) -> Rulebook:
        """With more rules, none of which may clash."""
        rules = sorted((*self.added, *added), key=lambda rule: rule.page.code)
        return Rulebook(self.shipped, tuple(rules), (*self.notices, *notices))


def _from(page: Page) -> str:
    return f" ({page.origin})" if page.origin else " in archlint itself"


def read_pages(folder: Path) -> Mapping[str, Page]:
    """The pages below `folder` by rule name, sorted by code; raises PageError."""
    found: list[Page] = []
    for path in sorted(folder.glob("*/*.md")):
        if path.parent.name not in _NO_RULES:
            try:
                text = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise PageError(f"{path.name}: it cannot be read: {error}") from error
            found.append(parse_page(path.stem, text, family=path.parent.name))
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
    """The page of every rule that archlint ships by name, sorted by code."""
    return read_pages(rules_folder())


def builtin() -> Rulebook:
    """The rules that archlint ships."""
    return Rulebook(pages())


def find(name_or_code: str) -> Page | None:
    """As `Rulebook.find`, among the rules that archlint ships."""
    return builtin().find(name_or_code)


def rule(name_or_code: str) -> Page:
    """As `Rulebook.rule`, among the rules that archlint ships."""
    return builtin().rule(name_or_code)


def matching(text: str) -> frozenset[str]:
    """As `Rulebook.matching`, among the rules that archlint ships."""
    return builtin().matching(text)


def unknown(text: str) -> str:
    """As `Rulebook.unknown`, among the rules that archlint ships."""
    return builtin().unknown(text)


def checks(names: Iterable[str]) -> tuple[tuple[Page, Check], ...]:
    """As `Rulebook.checks`, among the rules that archlint ships."""
    return builtin().checks(names)


def load_check(page: Page) -> Check:
    """The `check` of the page's module in archlint itself; raises PageError when there is none."""
    return cast("Check", _defined(page, "check"))


def _defined(page: Page, name: str) -> object:
    module_name = ".".join(filter(None, ("archlint.rules", page.family, page.module_name)))
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise
        raise PageError(f"{page.name}.md: there is no module {module_name}") from error
    check: object = getattr(module, name, None)
    if not callable(check):
        raise PageError(f"{page.name}.md: the module {module_name} has no function {name}")
    return check
