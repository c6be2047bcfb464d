"""Bring rules/data/wheel_sizes.json up to date with a package index.

    python tools/refresh_wheels.py numpy torch       # these packages, also new ones
    python tools/refresh_wheels.py                   # every package of the table

For each package the newest release with a wheel for CPython 3.12 on Linux is measured on both machines, by byte ranges
from the end of its wheels (about 65 KB each); older releases stay in the table. One request at a time, with a pause.
The table is written once, at the end, in one move. Exits with 1 when a package could not be read.
"""

from __future__ import annotations

import argparse
import email.parser
import json
import os
import sys
import tempfile
import time
import zipfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from archlint.online.http import Client, FetchError, login_of
from archlint.online.index import STANDARD_INDEX, files
from archlint.online.wheels import MAX_DIRECTORY_BYTES, Tail, WheelError, contents, read_tail
from archlint.packaging.target import PackageTarget

TABLE = Path(__file__).resolve().parents[1] / "rules" / "data" / "wheel_sizes.json"
TARGETS = (PackageTarget("x86_64", (3, 12)), PackageTarget("aarch64", (3, 12)))
MAX_METADATA_BYTES = 5_000_000
_FAILURES = (FetchError, WheelError)


@dataclass(frozen=True)
class Release:
    """The newest release: for each machine that has one, its best wheel as the index's page describes it."""

    version: Version
    wheels: dict[str, dict[str, Any]]


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description="Bring the table of wheel sizes up to date.")
    parser.add_argument("packages", nargs="*", help="names; all of the table when there are none")
    parser.add_argument("--index", default=STANDARD_INDEX, help="address of a simple index that serves JSON")
    parser.add_argument("--table", type=Path, default=TABLE, help="the file to bring up to date")
    parser.add_argument("--pause", type=float, default=0.2, metavar="SECONDS", help="between two packages")
    options = parser.parse_args(arguments)
    table = json.loads(options.table.read_bytes())
    login = login_of(options.index)
    client = Client({options.index.split("@")[-1].split("/")[0]: login} if login else {})
    names = [str(canonicalize_name(name)) for name in options.packages] or list(table["packages"])
    today = datetime.now(UTC).date().isoformat()
    failed = []
    for number, name in enumerate(names):
        if number:
            time.sleep(options.pause)
        try:
            said = refresh(table, name, client, options.index)
        except _FAILURES as error:
            failed.append(name)
            said = [f"not read: {error}"]
        else:
            table["packages"][name]["as_of"] = today
        for line in said:
            print(f"{name}: {line}", flush=True)
    if not options.packages and not failed:
        table["as_of"] = table["measured"] = today
    for entry in table["packages"].values():
        if entry.get("as_of") == table["as_of"]:
            del entry["as_of"]
    write(options.table, table)
    return 1 if failed else 0


def refresh(table: dict[str, Any], name: str, client: Client, index: str) -> list[str]:
    """Adds the newest release of a package; returns what changed, a line each. Raises FetchError and WheelError, and
    then changes nothing."""
    release = newest(files(client, index, name))
    if release is None:
        raise WheelError("no release has a wheel for CPython 3.12 on Linux")
    old = table["packages"].get(name, {"versions": [], "requires": []})
    known = {one["wheel"] for one in old["versions"]}
    rows = []
    for wheel in {one["filename"]: one for one in release.wheels.values()}.values():
        if wheel["filename"] not in known:
            rows.append(measured(table, name, release.version, wheel, client))
    if not rows:
        return [f"{release.version} is known"]
    needs = {machine: required(client, wheel, machine, old) for machine, wheel in release.wheels.items()}
    versions = sorted((*old["versions"], *rows), key=lambda one: (one["platform"], one["version"], one["wheel"]))
    first = needs.get("x86_64", needs.get("aarch64", []))
    entry = {"versions": versions, "requires": first}
    if needs.get("aarch64", first) != first:
        entry["requires_aarch64"] = needs["aarch64"]
    table["packages"][name] = entry
    return [*(change(row, old["versions"]) for row in rows), *edges(old["requires"], first, table["packages"])]


def newest(listed: tuple[dict[str, Any], ...]) -> Release | None:
    """The newest final release, not yanked, that has a wheel for one of the machines."""
    found: dict[Version, list[tuple[dict[str, Any], Any]]] = {}
    for entry in listed:
        try:
            _, version, _, tags = parse_wheel_filename(entry["filename"])
        except (InvalidWheelFilename, ValueError):
            continue
        if not version.is_prerelease and not entry.get("yanked") and _admits(entry.get("requires-python")):
            found.setdefault(version, []).append((entry, tags))
    for version in sorted(found, reverse=True):
        wheels = {}
        for target in TARGETS:
            ranked = [
                (rank, n) for n, (_, tags) in enumerate(found[version]) if (rank := target.rank(tags)) is not None
            ]
            if ranked:
                wheels[target.machine] = found[version][min(ranked)[1]][0]
        if wheels:
            return Release(version, wheels)
    return None


def _admits(requires_python: object) -> bool:
    try:
        return SpecifierSet(requires_python if isinstance(requires_python, str) else "").contains("3.12.9")
    except InvalidSpecifier:
        return True


def measured(
    table: dict[str, Any], name: str, version: Version, wheel: dict[str, Any], client: Client
) -> dict[str, Any]:
    """A row of the table."""
    found = asdict(contents(read_tail(client, wheel["url"])))
    file = wheel["filename"]
    pure = file.endswith("-none-any.whl")
    platform = "any" if pure else "aarch64" if file.endswith("aarch64.whl") else "x86_64"
    return {
        "version": str(version),
        "wheel": file,
        "kind": "nvidia" if name.startswith("nvidia-") else "pure" if pure else "native",
        "platform": platform,
        "unzipped": found["unzipped"],
        "wheel_size": found["wheel_size"],
        "ratio": round(found["unzipped"] / max(found["wheel_size"], 1), 4),
        "files": found["files"],
        "py_bytes": found["py_bytes"],
        "pyc_if_compiled": round(found["py_bytes"] * table["pyc_per_py_byte"]),
        "tests_bytes": found["tests_bytes"],
        "distinfo_bytes": found["distinfo_bytes"],
        "so_bytes": found["so_bytes"],
    }


def required(client: Client, wheel: dict[str, Any], machine: str, old: dict[str, Any]) -> list[str]:
    """Direct dependencies on a machine. Of those that only an extra asks for, the ones that the table had already:
    somebody asks for that extra."""
    target = next(one for one in TARGETS if one.machine == machine)
    held = set(old.get(f"requires_{machine}", old["requires"]))
    found = set()
    for text in (
        email.parser.Parser().parsestr(metadata(client, wheel), headersonly=True).get_all("Requires-Dist") or ()
    ):
        try:
            one = Requirement(text)
        except InvalidRequirement:
            continue
        name = str(canonicalize_name(one.name))
        if target.admits(one.marker) or (name in held and "extra" in str(one.marker)):
            found.add(name)
    return sorted(found)


def metadata(client: Client, wheel: dict[str, Any]) -> str:
    """The METADATA file: beside the wheel (PEP 658), or out of its end. Raises FetchError and WheelError."""
    if wheel.get("core-metadata") or wheel.get("data-dist-info-metadata"):
        answer = client.get(f"{wheel['url']}.metadata", {"Accept-Encoding": "identity"}, MAX_METADATA_BYTES)
        return answer.body.decode("utf-8", "replace")
    tail = read_tail(client, wheel["url"])
    with zipfile.ZipFile(tail) as archive:
        entry = next((e for e in archive.infolist() if e.filename.endswith(".dist-info/METADATA")), None)
    if entry is None or entry.file_size > MAX_METADATA_BYTES:
        raise WheelError("it has no METADATA")
    return _member(client, wheel["url"], entry, tail.total)


def _member(client: Client, url: str, entry: zipfile.ZipInfo, total: int) -> str:
    """A file of a remote archive, which wheels by their standard hold near the end."""
    if total - entry.header_offset > MAX_DIRECTORY_BYTES:
        raise WheelError("its METADATA is far from its end")
    answer = client.get_part(url, f"{entry.header_offset}-{total - 1}", MAX_DIRECTORY_BYTES)
    with zipfile.ZipFile(Tail(answer.body, total)) as archive:
        return archive.read(entry.filename).decode("utf-8", "replace")


def change(row: dict[str, Any], older: list[dict[str, Any]]) -> str:
    """Such as `2.5.5 x86_64 55,000,000 -> 2.6.0 56,100,000 bytes (+2.0 %)`."""
    before = [one for one in older if one["platform"] == row["platform"] and not Version(one["version"]).local]
    label = f"{row['version']} {row['platform']} {row['unzipped']:,} bytes"
    if not before:
        return f"new: {label}"
    last = max(before, key=lambda one: Version(one["version"]))
    share = 100 * (row["unzipped"] / max(last["unzipped"], 1) - 1)
    return f"{last['version']} {last['unzipped']:,} -> {label} ({share:+.1f} %)"


def edges(before: list[str], after: list[str], packages: dict[str, Any]) -> list[str]:
    """What became needed, what is no longer, and what the table does not hold."""
    said = []
    if gone := sorted(set(before) - set(after)):
        said.append(f"no longer needs {', '.join(gone)}")
    if new := sorted(set(after) - set(before)):
        said.append(f"now needs {', '.join(new)}")
    if absent := sorted(set(after) - packages.keys()):
        said.append(f"needs what the table does not hold: {', '.join(absent)}")
    return said


def write(path: Path, table: dict[str, Any]) -> None:
    """One package a line, sorted, in one move."""
    head = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in table.items() if key != "packages"]
    rows = [
        f"  {json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}"
        for name, entry in sorted(table["packages"].items())
    ]
    text = "{\n" + ",\n".join([*head, ' "packages": {\n' + ",\n".join(rows) + "\n }"]) + "\n}\n"
    handle, name = tempfile.mkstemp(prefix=f"{path.stem}-", suffix=".tmp", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(name, 0o644)
    os.replace(name, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
