"""What ages: limits, runtimes, prices and tables, each with its source and date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from site_text import date, escaped, evidence, source, table

from archlint.knowledge.facts import UnknownFactError, stated
from archlint.knowledge.limits import limit, statement
from archlint.knowledge.prices import Prices, assumption, prices, regions
from archlint.knowledge.store import read_yaml, rules_folder

_INTRODUCTION = """\
---
title: Facts
---

# Facts

Everything that ages stands in data files with its source and date, and findings and plans say which they rest on. A
price that is marked as an estimate was read in no source. What has changed since its date makes findings wrong: compare
before you decide.
"""


def page() -> str:
    return "\n".join((_INTRODUCTION, _limits(), _features(), _runtimes(), _prices(), _assumptions(), _tables()))


def _limits() -> str:
    rows = []
    for name in read_yaml("limits.yaml")["limits"]:
        found = limit(name)
        value = f"{found.value:,}" if isinstance(found.value, int) else str(found.value)
        unit = "" if found.unit == "date" else f" {escaped(found.unit)}"
        rows.append((_words(name), value + unit, *evidence(found.title, found.url, found.as_of)))
    return "## Limits\n\n" + table(("limit", "value", "source", "as of"), rows)


def _features() -> str:
    found = [statement(name) for name in read_yaml("limits.yaml")["facts"]]
    rows = [(escaped(row.value), *evidence(row.title, row.url, row.as_of)) for row in found]
    return "## What services have and have not\n\n" + table(("fact", "source", "as of"), rows)


def _runtimes() -> str:
    data: Mapping[str, Any] = read_yaml("runtimes.yaml")
    names = sorted(data["runtimes"], key=lambda name: [int(part) for part in name.removeprefix("python").split(".")])
    keys = ("deprecated", "block_create", "block_update")
    rows = [(name, *(date(str(data["runtimes"][name][key])) for key in keys)) for name in names]
    said = f"As of {data['as_of']}; source: {source(data['source'], data['url'])}.\n\n"
    head = ("runtime", "support ends", "no new functions from", "no updates from")
    return "## Python runtimes\n\n" + said + table(head, rows)


def _prices() -> str:
    data = read_yaml("prices.yaml")
    parts = ["## Prices\n"]
    for region in regions():
        known = prices(region)
        parts.append(f"### {region}\n\nGone through on {known.as_of}.\n\n{_rates(known, data['regions'][region])}")
    return "\n".join((*parts, f"### In every region\n\n{_rates(prices(), data['everywhere'])}"))


def _rates(known: Prices, names: Iterable[str]) -> str:
    rows = []
    for name in names:
        found = known.get(name)
        if found is not None:
            value = f"{found.value:.12f}".rstrip("0").rstrip(".")
            title, as_of = evidence(found.title, found.url, found.as_of)
            said = f"estimate: {title}" if found.estimate else title
            rows.append((_words(name), value, escaped(found.unit), said, as_of))
    return table(("price", "value", "unit", "source", "as of"), rows)


def _assumptions() -> str:
    data = read_yaml("prices.yaml")
    rows = []
    for name, row in data["assumptions"].items():
        found, origin = assumption(name), data["sources"][row["source"]]
        fixed = found.low == found.high
        shown = f"{found.estimate:,g}" + ("" if fixed else f" (from {found.low:,g} to {found.high:,g})")
        cells = evidence(origin["title"], origin["url"], str(row["as_of"]))
        rows.append((_words(name), shown, escaped(found.unit), *cells))
    head = ("assumption", "value", "unit", "source", "as of")
    return f"## What the cost model takes for granted\n\nUsed where nothing is measured.\n\n{table(head, rows)}"


def _tables() -> str:
    rows = []
    for path in sorted((rules_folder() / "data").iterdir()):
        try:
            found = stated(path.stem)
        except UnknownFactError:
            continue
        rows.append((_words(path.stem), *evidence(found.title, found.url, found.as_of)))
    return "## All tables\n\n" + table(("table", "source", "as of"), rows)


def _words(name: str) -> str:
    return escaped(name.replace("_", " "))
