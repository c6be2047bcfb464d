"""One page a migration target, and a list of them from the smallest move to the largest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from site_text import date, escaped, evidence, table

from archlint.knowledge.targets import NUMBERS, PROBLEMS, Rejection, Target, targets

_BRACES = re.compile(r"\\\{((?:[a-z]|\\_)+)\\\}")
"""As `escaped` leaves them."""

PLACES = {"lambda": "Lambda", "aws": "another AWS service", "elsewhere": "another provider"}
_REASONS = ("reason", "source", "as of")
EFFECTS = {"+": "create", "~": "change", "-/+": "replace", ">": "shift traffic", "-": "remove", "?": "your decision"}


def pages() -> dict[str, str]:
    found = {f"targets/{target.name}.md": _page(target) for target in targets()}
    return {"targets/index.md": _index(), **found}


_INTRODUCTION = """\
---
title: Targets
---

# Targets

`archlint plan` weighs these for every function and gives the reasons for and against each. Most functions should stay.
The list goes from the smallest move to the largest; points are effort on the scale 0, 1, 3, 5, 7, 13.

"""


def _index() -> str:
    rows = [(f"[{escaped(t.title)}]({t.name}.md)", PLACES[t.place], str(t.points)) for t in targets()]
    return _INTRODUCTION + table(("target", "where it runs", "points"), rows)


def _page(target: Target) -> str:
    facts = (target.name, PLACES[target.place], f"{target.points} points", EFFECTS.get(target.symbol, target.symbol))
    solved = [(escaped(PROBLEMS[solution.problem]), _words(solution.text)) for solution in target.solves]
    limits = [
        (
            escaped(name.replace("_", " ")),
            f"{limit.value:,g} {escaped(limit.unit)}",
            *_evidence(limit.url or limit.title, limit.as_of),
        )
        for name, limit in sorted(target.limits.items())
    ]
    parts = (
        "---\ntitle: '" + target.title.replace("'", "''") + "'\n---\n\n# " + escaped(target.title),
        '<p class="al-facts">' + " ".join(f"<span>{fact}</span>" for fact in facts) + "</p>",
        _list("What moves", target.moves),
        _list("What stays", target.stays),
        _table("What it solves", ("problem", "how"), solved),
        _table("What rules it out", _REASONS, _rejections(target, "hard")),
        _table("What speaks against it", _REASONS, _rejections(target, "soft")),
        _table("Limits", ("limit", "value", "source", "as of"), limits),
        _list("Notes", target.notes),
    )
    return "\n\n".join(part for part in parts if part)


def _list(heading: str, items: Sequence[str]) -> str:
    return f"## {heading}\n\n" + "\n".join(f"- {_words(item)}" for item in items) if items else ""


def _table(heading: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return f"## {heading}\n\n{table(head, list(dict.fromkeys(rows)))}" if rows else ""


def _words(text: str) -> str:
    """A fact in braces, which a plan fills in, is a number here."""
    return _BRACES.sub(lambda found: f"*n* {NUMBERS.get(found[1].replace(chr(92), ''), '')}".strip(), escaped(text))


def _rejections(target: Target, kind: str) -> list[tuple[str, ...]]:
    return [_rejection(rejection) for rejection in target.rejects if rejection.kind == kind]


def _rejection(rejection: Rejection) -> tuple[str, str, str]:
    limit = next((test.limit for test in rejection.when.all_tests() if test.limit is not None), None)
    title = rejection.source or (limit.url or limit.title if limit is not None else "")
    as_of = rejection.as_of or (limit.as_of if limit is not None else "")
    return (_words(rejection.text), *(_evidence(title, as_of) if title or as_of else ("", "")))


def _evidence(text: str, as_of: str) -> tuple[str, str]:
    return (f"<{text}>", date(as_of)) if text.startswith("https://") else evidence(text, "", as_of)
