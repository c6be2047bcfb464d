"""The facts that a rule's page names, with their source and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archlint.knowledge.store import read_json, read_yaml, rules_folder


class UnknownFactError(Exception):
    """A name that rules/data does not answer to."""


@dataclass(frozen=True, slots=True)
class Stated:
    """`text` says the fact, or what a whole table holds; `as_of` is the source's date, "" where it says none."""

    name: str
    text: str
    source: str
    url: str
    as_of: str


def stated(name: str) -> Stated:
    """The fact `table` or `table:key`, a row of the table's section of the same name; raises UnknownFactError."""
    table, _, key = name.partition(":")
    data = _table(table)
    if not key:
        return _whole(table, data)
    row = next((data[s][key] for s in (table, "facts") if isinstance(data.get(s), dict) and key in data[s]), None)
    if not isinstance(row, dict):
        raise UnknownFactError(f"{table} has no row {key!r}")
    sources = data.get("sources")
    source = sources.get(row.get("source")) if isinstance(sources, dict) else None
    if isinstance(source, dict):
        return Stated(name, _row(key, row), source["title"], source["url"], str(row.get("as_of") or source["as_of"]))
    return Stated(name, _row(key, row), _text(data.get("source")), _text(data.get("url")), _text(data.get("as_of")))


def _table(name: str) -> Mapping[str, Any]:
    folder = rules_folder() / "data"
    for suffix, read in ((".yaml", read_yaml), (".json", read_json)):
        if (folder / f"{name}{suffix}").is_file():
            data: object = read(f"{name}{suffix}")
            if isinstance(data, dict):
                return data
    raise UnknownFactError(f"there is no table {name!r} in rules/data")


def _whole(name: str, data: Mapping[str, Any]) -> Stated:
    source = _text(data.get("source"))
    if not source and isinstance(data.get("sources"), dict):
        source = "; ".join(dict.fromkeys(_text(row.get("title")) for row in data["sources"].values()))
    if not source:
        parts = (part["source"] for part in data.values() if isinstance(part, dict) and "source" in part)
        source = "; ".join(dict.fromkeys(_text(part) for part in parts))
    return Stated(
        name, f"archlint's table of {name.replace('_', ' ')}", source, _text(data.get("url")), _text(data.get("as_of"))
    )


def _row(key: str, row: Mapping[str, Any]) -> str:
    words = key.replace("_", " ")
    if "text" in row:
        return f"{words}: {row['text']}"
    if "value" in row:
        value, unit = row["value"], row.get("unit", "")
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        return f"{words}: {shown}" + (f" {unit}" if unit and unit != "date" else "")
    told = (f"{name.replace('_', ' ')} {value}" for name, value in row.items() if name not in ("source", "as_of"))
    return f"{words}: {', '.join(told)}"


def _text(value: object) -> str:
    return "" if value is None else str(value)
