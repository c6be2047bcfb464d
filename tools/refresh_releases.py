"""Refresh rules/data/releases.json: what each release of a distribution needs and ships.

    python tools/refresh_releases.py --locks FOLDER [NAME...]
    python tools/refresh_releases.py --index URL [NAME...]

--locks reads the poetry.lock files below FOLDER: they list a release's Requires-Python and all of its files. --index
asks a simple index in JSON (PEP 691) at URL, one request a second at most. Without names it is those that the table
has. New facts join the old ones; what changed is printed, and the file is replaced at once or not at all. Facts about
released files do not change; what ages is that newer releases are missing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

DATA = Path(__file__).resolve().parents[1] / "rules" / "data" / "releases.json"
ACCEPT = "application/vnd.pypi.simple.v1+json"
AGENT = "archlint-refresh-releases/1"
PAUSE_S = 1.0
TIMEOUT_S = 60
MAX_BYTES = 100_000_000
OLD_NAMES = {"manylinux1": 5, "manylinux2010": 12, "manylinux2014": 17}
MACHINES = ("x86_64", "aarch64")

Row = list[str]
"""First release, last release, Requires-Python, wheels, flags; as the file's head describes them."""


@dataclass
class Seen:
    """One release: every Requires-Python that a source gives for it, and its files."""

    requires: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


Facts = dict[str, dict[Version, Seen]]


def read_locks(folder: Path, facts: Facts) -> None:
    """Packages from an index of their own are left out."""
    for path in sorted(folder.rglob("poetry.lock")):
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            continue
        listed = data.get("metadata", {}).get("files", {})
        for entry in data.get("package", ()):
            name, files = entry["name"], entry.get("files") or listed.get(entry["name"], ())
            if "source" not in entry:
                add(facts, name, entry["version"], entry.get("python-versions", "*"), [f["file"] for f in files])


def read_index(address: str, name: str, facts: Facts) -> None:
    """Yanked files count as well: a pin still installs them."""
    url = f"{address.rstrip('/')}/{name}/"
    request = urllib.request.Request(url, headers={"Accept": ACCEPT, "User-Agent": AGENT})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        for file in json.loads(answer.read(MAX_BYTES))["files"]:
            found = release_of(file["filename"])
            if found is not None:
                add(facts, name, str(found[1]), file.get("requires-python") or "*", [file["filename"]])


def add(facts: Facts, name: str, version: str, requires: str, files: Iterable[str]) -> None:
    """Pre-releases, releases without files and files of another release or distribution are left out: early versions of
    Poetry took `tensorflow-estimator-2.9.0` for `tensorflow` as well."""
    try:
        release = (canonicalize_name(name), Version(version))
    except InvalidVersion:
        return
    own = [file for file in files if release_of(file) == release]
    if release[1].is_prerelease or release[1].local or not own:
        return
    seen = facts.setdefault(release[0], {}).setdefault(release[1], Seen())
    seen.requires.add(requires)
    seen.files.update(own)


def release_of(file: str) -> tuple[str, Version] | None:
    """Name and version; None for what is neither a wheel nor an sdist."""
    try:
        return parse_wheel_filename(file)[:2] if file.endswith(".whl") else parse_sdist_filename(file)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None


def rows_of(releases: dict[Version, Seen]) -> list[Row]:
    """Neighbours with the same facts become one row. A release whose sources disagree is left out."""
    rows: list[Row] = []
    for version in sorted(releases):
        requires = requirement(releases[version].requires)
        if requires is None:
            continue
        wheels, flags = summary(releases[version].files)
        if rows and rows[-1][2:] == [requires, wheels, flags]:
            rows[-1][1] = str(version)
        else:
            rows.append([str(version), str(version), requires, wheels, flags])
    return rows


def requirement(texts: set[str]) -> str | None:
    """The one specifier that sources agree on, "" for none; old locks write `*` where they did not know better."""
    stated = texts - {"*", ""}
    if len(stated) > 1:
        return None
    try:
        return ",".join(sorted(map(str, SpecifierSet(stated.pop())), reverse=True)) if stated else ""
    except InvalidSpecifier:
        return None


def summary(files: Iterable[str]) -> tuple[str, str]:
    """The wheels for CPython 3 on Linux as text, and the flags."""
    by_python: dict[str, dict[str, tuple[int, ...]]] = {}
    flags = set()
    for file in files:
        if not file.endswith(".whl"):
            flags.add("s")
            continue
        for tag in parse_wheel_filename(file)[3]:
            if tag.platform != "any":
                flags.add("n")
            python, place = python_of(tag.interpreter, tag.abi), platform_of(tag.platform)
            if python and place is not None:
                lowest = by_python.setdefault(python, {})
                lowest[place[0]] = min(lowest.get(place[0], place[1]), place[1])
    by_places: dict[str, list[str]] = {}
    for python in sorted(by_python, key=python_order):
        places = " ".join(f"{m}{'.'.join(map(str, low))}" for m, low in sorted(by_python[python].items()))
        by_places.setdefault(places, []).append(python)
    return "; ".join(f"{','.join(pythons)} {places}" for places, pythons in by_places.items()), "".join(sorted(flags))


def python_of(interpreter: str, abi: str) -> str:
    """ "cp39", "cp37+" for that and any later one, "py3"; "" for other Pythons and free-threaded builds."""
    if interpreter == "py3" and abi == "none":
        return "py3"
    kind, major, minor = interpreter[:2], interpreter[2:3], interpreter[3:]
    if kind not in ("cp", "py") or major != "3" or not minor.isdecimal():
        return ""
    if abi == "abi3" or (kind == "py" and abi == "none"):
        return f"cp3{minor}+"
    return f"cp3{minor}" if kind == "cp" and abi in ("none", f"cp3{minor}", f"cp3{minor}m") else ""


def python_order(text: str) -> tuple[int, str]:
    digits = text.strip("cpy+")
    return int(digits[1:] or 0), text


def platform_of(platform: str) -> tuple[str, tuple[int, ...]] | None:
    """A machine with what stands before the C library's version, and that version."""
    if platform == "any":
        return "any", ()
    machine = next((m for m in MACHINES if platform.endswith(f"_{m}")), None)
    if machine is None:
        return None
    kind, _, version = platform.removesuffix(f"_{machine}").partition("_")
    if kind in OLD_NAMES:
        return f"{machine}:", (2, OLD_NAMES[kind])
    numbers = tuple(int(part) for part in version.split("_") if part.isdecimal())
    if kind in ("manylinux", "musllinux") and len(numbers) == 2:
        return f"{machine}:{'musl' if kind == 'musllinux' else ''}", numbers
    return None


def merged(sure: list[Row], other: list[Row]) -> list[Row]:
    """Where both speak of a release, the first ones hold. Of a row that is cut by another its ends remain, for nobody
    knows which releases between them the table was made from."""
    spans = [(Version(row[0]), Version(row[1])) for row in sure]
    kept: list[Row] = []
    for row in other:
        low, high = Version(row[0]), Version(row[1])
        if not any(a <= high and low <= b for a, b in spans):
            kept.append(row)
        else:
            ends = {text for text in row[:2] if not any(a <= Version(text) <= b for a, b in spans)}
            kept += [[text, text, *row[2:]] for text in ends]
    joined: list[Row] = []
    for row in sorted(kept + sure, key=lambda row: Version(row[0])):
        if joined and joined[-1][2:] == row[2:]:
            joined[-1] = [joined[-1][0], row[1], *row[2:]]
        else:
            joined.append(row)
    return joined


def refresh(table: dict[str, Any], facts: Facts, complete: bool) -> Iterator[str]:
    """Changes `table`, and says what it changes. An index is `complete`; a lock may be older than a release's last
    files, so the table holds against it."""
    for name in sorted(facts):
        rows = rows_of(facts[name])
        before = table["packages"].get(name, [])
        after = merged(rows, before) if complete else merged(before, rows)
        if rows and after != before:
            table["packages"][name] = after
            newest = f"{before[-1][1]} -> {after[-1][1]}" if before else f"new, up to {after[-1][1]}"
            yield f"{name}: {newest}, {len(after)} rows"


def write(path: Path, table: dict[str, Any]) -> None:
    """One line a package."""
    head = {key: value for key, value in table.items() if key != "packages"}
    lines = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    packages = [
        f"  {json.dumps(name)}: {json.dumps(rows, separators=(',', ':'))}" for name, rows in table["packages"].items()
    ]
    text = "{\n" + "\n".join(lines) + '\n "packages": {\n' + ",\n".join(packages) + "\n }\n}\n"
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--locks", type=Path, metavar="FOLDER")
    source.add_argument("--index", metavar="URL")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    table: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    names: list[str] = [canonicalize_name(name) for name in options.names] or list(table["packages"])
    facts: Facts = {}
    failed = 0
    if options.locks:
        read_locks(options.locks, facts)
    for name in names if options.index else ():
        try:
            read_index(options.index, name, facts)
        except (urllib.error.URLError, ValueError, KeyError) as error:
            failed += 1
            print(f"{name}: {error}", file=sys.stderr)
        time.sleep(PAUSE_S)
    found = {name: facts[name] for name in names if name in facts}
    print("\n".join(refresh(table, found, complete=options.index is not None)) or "nothing changed")
    if found:
        table["as_of"] = datetime.now(UTC).date().isoformat()
        table["packages"] = dict(sorted(table["packages"].items()))
        write(DATA, table)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
