"""One page a rule, and a list of them by family."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import groupby

import site_text

from archlint.fix.registry import kind
from archlint.knowledge.facts import stated
from archlint.rulebook import registry
from archlint.rulebook.page import Page

_INTRODUCTION = """\
---
title: Rules
---

# Rules

{count} rules. Each has a name, which suppressions and settings use, and a code; the beginning of a code, such as `AL1`,
stands for its family. `archlint rule NAME` prints the same text in a terminal. Where a rule has a fix, `archlint fix`
can make it; an unsafe one, after which the code or its cost may be another, is made only with `--unsafe`.
"""
FAMILIES = {"AL0": "Files", "AL1": "Code", "AL2": "Packages and images", "AL3": "Configuration", "AL4": "Architecture"}
FIXES = {"safe": "archlint fix", "unsafe": "archlint fix --unsafe", "none": "no automatic fix"}
_MARKS = {"safe": "yes", "unsafe": "unsafe", "none": ""}
_EXPECT = re.compile(r"[ \t]*# expect:[ \ta-z0-9-]+$")
_PLACE = re.compile(r"(.+):(\d+)[ \t]+[a-z0-9-]+")


@cache
def addresses() -> Mapping[str, str]:
    """Where each rule's page stands in the site."""
    return {page.name: f"rules/{page.name}.md" for page in registry.pages().values()}


def pages() -> dict[str, str]:
    found = {addresses()[page.name]: _page(page) for page in registry.pages().values()}
    return {"rules/index.md": _index(), **found}


def families() -> list[tuple[str, list[Page]]]:
    """Headings with their rules by code; a family of codes that has no heading yet shows under its digits."""
    grouped = groupby(registry.pages().values(), key=lambda page: page.code[:3])
    return [(FAMILIES.get(prefix, prefix), list(found)) for prefix, found in grouped]


def _index() -> str:
    parts = [_INTRODUCTION.format(count=len(registry.pages()))]
    for heading, found in families():
        rows = [
            (page.code, f"[{page.name}]({page.name}.md)", _badge(page.severity), _MARKS[kind(page.name)], summary(page))
            for page in found
        ]
        parts.append(f"## {heading}\n\n{site_text.table(('code', 'rule', 'severity', 'fix', 'what it finds'), rows)}")
    return "\n".join(parts)


def _page(page: Page) -> str:
    facts = [f"<span>{page.code}</span>", _badge(page.severity), f"<span>{page.confidence} confidence</span>"]
    facts += [f"<span>since {page.since}</span>"] if page.since else []
    facts += [f"<span>{FIXES[kind(page.name)]}</span>"]
    facts += ["<span>pedantic</span>"] if page.persona == "pedantic" else []
    return "\n\n".join(
        part
        for part in (
            f"---\ntitle: {page.name}\ndescription: {_quoted(page.summary)}\n---",
            f"# {page.name}",
            f'<p class="al-facts">{" ".join(facts)}</p>',
            f"**{site_text.escaped(page.summary)}.**",
            _body(page.text),
            _silence(page),
            _rests_on(page),
        )
        if part
    )


def _body(text: str) -> str:
    """With the examples' marks for tests turned into highlighted lines, and Bad and Good told apart by colour."""
    parts = re.split(r"(?m)^(?=##+ )", text)
    return "".join(_example(_coloured(part)) for part in parts)


def _coloured(part: str) -> str:
    return re.sub(r"\A## (Bad|Good)\n", lambda found: f"## {found[1]} {{ .al-{found[1].lower()} }}\n", part)


def _example(part: str) -> str:
    elsewhere: dict[str, list[int]] = {}
    for fence in site_text.FENCE.finditer(part):
        if fence["info"].strip() == "expect":
            for line in fence["body"].splitlines():
                place = _PLACE.fullmatch(line.strip())
                if place is not None:
                    elsewhere.setdefault(place[1], []).append(int(place[2]))
    return site_text.FENCE.sub(lambda fence: _fence(fence, elsewhere), part)


def _fence(fence: re.Match[str], elsewhere: Mapping[str, list[int]]) -> str:
    language, _, title = fence["info"].strip().partition(" ")
    if language == "expect":
        return ""
    title = title.strip()
    lines = fence["body"].splitlines()
    marked = {number for number, line in enumerate(lines, 1) if _EXPECT.search(line)}
    marked.update(elsewhere.get(title, ()))
    body = "\n".join(_EXPECT.sub("", line) for line in lines)
    return site_text.fenced(language, body, title, tuple(sorted(marked)))


def _silence(page: Page) -> str:
    if not page.module:
        return ""
    return (
        "## To silence it\n\n"
        "At one place, with the reason in the comment:\n\n"
        + site_text.fenced("text", f"# archlint: ignore[{page.name}] the reason")
        + "\n\nEverywhere, in `archlint.toml`:\n\n"
        + site_text.fenced("toml", f'ignore = ["{page.name}"]')
    )


def _rests_on(page: Page) -> str:
    if not page.facts:
        return ""
    rows = []
    for name in page.facts:
        fact = stated(name)
        rows.append((site_text.escaped(fact.value), site_text.source(fact.title, fact.url), site_text.date(fact.as_of)))
    return "## What it rests on\n\n" + site_text.table(("fact", "source", "as of"), rows)


def summary(page: Page) -> str:
    return site_text.escaped(page.summary)


def _badge(severity: str) -> str:
    return f'<span class="al-{severity}">{severity}</span>'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
