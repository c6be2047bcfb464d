"""A fact of rules/data: a number or words, with its unit, source and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from archlint.knowledge.store import read_json, read_yaml, rules_folder

V = TypeVar("V", bound="int | float | str", covariant=True)


class FactError(Exception):
    """A row of rules/data that cannot be used; the message names the file and the row."""


@dataclass(frozen=True, slots=True)
class Fact(Generic[V]):
    """`value` is a number in `unit`, or words; `as_of` is the source's own date, "" where it says none."""

    key: str
    value: V
    unit: str
    title: str
    url: str
    as_of: str
    estimate: bool = False
    """Whether it was read in no source."""


def fact_in(file: str, section: str, key: str) -> Fact[Any]:
    """A row of a table whose rows name one of the table's sources; raises KeyError for a key that it does not have,
    and FactError for a row that lacks something."""
    data: dict[str, Any] = read_yaml(file)
    return fact_of(file, key, data[section][key], data["sources"])


def fact_of(file: str, key: str, row: Mapping[str, Any], sources: Mapping[str, Mapping[str, str]]) -> Fact[Any]:
    """Raises FactError."""
    try:
        value = row["text"] if "text" in row else row["value"]
        source, as_of = sources[row["source"]], str(row["as_of"])
        found = Fact(key, value, str(row.get("unit", "")), source["title"], source["url"], as_of)
    except KeyError as error:
        raise FactError(f"{file}: {key}: there is no {error}") from error
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FactError(f"{file}: {key}: the value is neither a number nor a text")
    return replace(found, estimate=True) if row.get("estimate") else found


class UnknownFactError(Exception):
    """A name that rules/data does not answer to."""


def stated(name: str) -> Fact[str]:
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
        return Fact(name, _row(key, row), "", source["title"], source["url"], str(row.get("as_of") or source["as_of"]))
    return Fact(name, _row(key, row), "", _text(data.get("source")), _text(data.get("url")), _text(data.get("as_of")))


def _table(name: str) -> Mapping[str, Any]:
    folder = rules_folder() / "data"
    for suffix, read in ((".yaml", read_yaml), (".json", read_json)):
        if (folder / f"{name}{suffix}").is_file():
            data: object = read(f"{name}{suffix}")
            if isinstance(data, dict):
                return data
    raise UnknownFactError(f"there is no table {name!r} in rules/data")


def _whole(name: str, data: Mapping[str, Any]) -> Fact[str]:
    source = _text(data.get("source"))
    if not source and isinstance(data.get("sources"), dict):
        source = "; ".join(dict.fromkeys(_text(row.get("title")) for row in data["sources"].values()))
    if not source:
        parts = (part["source"] for part in data.values() if isinstance(part, dict) and "source" in part)
        source = "; ".join(dict.fromkeys(_text(part) for part in parts))
    text = f"archlint's table of {name.replace('_', ' ')}"
    return Fact(name, text, "", source, _text(data.get("url")), _text(data.get("as_of")))


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
