"""The SARIF log of a scan: one run, within the limits of GitHub's code scanning."""

from __future__ import annotations

import posixpath
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import quote

from archlint import __version__
from archlint.finding import Finding
from archlint.model.deployed import Deployed
from archlint.model.place import Place
from archlint.report.document import rendered
from archlint.report.visible import visible
from archlint.report.words import advice, clipped, counts, plural, undecided, withheld, worst_first
from archlint.results.result import ScanResult
from archlint.rulebook.page import GUEST, GUEST_DOCUMENTATION, Page

ROOT = "%SRCROOT%"
_LANGUAGES = {".py": "python", ".ts": "typescript", ".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}
_DRIVE = re.compile(r"[A-Za-z]:/")


def address(path: str) -> dict[str, Any]:
    """Relative to the checkout and percent-encoded; what was given as an absolute path is a file: address."""
    quoted = quote(_bytes(path), safe="/~")
    if path.startswith("/"):
        return {"uri": f"file://{quoted}"}
    if _DRIVE.match(path):
        return {"uri": f"file:///{quoted}"}
    return {"uri": quoted, "uriBaseId": ROOT}


def _bytes(path: str) -> bytes:
    """The bytes of the file's name, which need not be text."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "backslashreplace")


class Artifacts:
    """Every file that a run names, once, in the order of the names' first use."""

    def __init__(self) -> None:
        self._indices: dict[str, int] = {}

    def location(self, path: str) -> dict[str, Any]:
        return {**address(path), "index": self._indices.setdefault(path, len(self._indices))}

    def place(self, place: Place, message: str = "") -> dict[str, Any]:
        """A SARIF location."""
        found: dict[str, Any] = {
            "physicalLocation": {"artifactLocation": self.location(place.path), "region": region(place)}
        }
        if message:
            found["message"] = {"text": plain(message)}
        return found

    def listed(self) -> list[dict[str, Any]]:
        return [_artifact(path, index) for path, index in self._indices.items()]


def _artifact(path: str, index: int) -> dict[str, Any]:
    artifact: dict[str, Any] = {"location": {**address(path), "index": index}}
    language = _LANGUAGES.get(posixpath.splitext(path)[1].lower())
    return artifact | ({"sourceLanguage": language} if language else {})


def region(place: Place) -> dict[str, int]:
    """Columns count characters; `endColumn` is the one behind the last. An end before the start is left out."""
    line, column = max(1, place.line), max(1, place.column)
    found = {"startLine": line, "startColumn": column}
    end_line = place.end_line or line
    if place.end_column is not None and (end_line, place.end_column) > (line, column):
        found |= {"endLine": end_line, "endColumn": place.end_column}
    elif end_line > line:
        found["endLine"] = end_line
    return found


def plain(text: str) -> str:
    """One line in which nothing is a link; SARIF's plain messages know `[text](target)`."""
    return visible(text).strip().replace("](", "] (")


LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "info": "recommendation"}
"""GitHub's words for a rule's severity."""

_FAMILIES = {"AL1": "code", "AL2": "packaging", "AL3": "configuration", "AL4": "architecture"}
_SECTIONS = ("What it does", "Why it matters", "What to do", "When to allow it")
_MARKS = ((re.compile(r"\[([^\]]+)\]\(([^)]*)\)"), r"\1 (\2)"), (re.compile(r"\*\*([^*]+)\*\*"), r"\1"))


def described(result: ScanResult, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The rules of these findings, sorted by code."""
    first = {finding.code: finding for finding in reversed(findings)}
    return [_rule(first[code], result.page(first[code].rule)) for code in sorted(first)]


def _rule(finding: Finding, page: Page | None) -> dict[str, Any]:
    """With everything that GitHub asks for, in other words where there is no page."""
    severity = page.severity if page is not None else finding.severity
    summary = plain(page.summary if page is not None else finding.rule)
    documented = page is not None and page.text
    rule: dict[str, Any] = {
        "id": finding.code,
        "name": plain(finding.rule),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": (_unmarked(page.lead("What it does")) if page and documented else "") or summary},
        "help": {"text": _unmarked(_help(page)), "markdown": _help(page)} if page and documented else {"text": summary},
        "defaultConfiguration": {"level": LEVELS.get(severity, "warning")},
        "properties": {
            "precision": page.confidence if page is not None else finding.confidence,
            "problem.severity": _PROBLEMS.get(severity, "warning"),
            "tags": _tags(finding),
        },
    }
    if finding.rule.startswith(f"{GUEST}-"):
        rule["helpUri"] = f"{GUEST_DOCUMENTATION}#{finding.code}"
    return rule


def _tags(finding: Finding) -> list[str]:
    """Far from GitHub's limit of 20."""
    if finding.rule.startswith(f"{GUEST}-"):
        return ["aws", GUEST]
    family = _FAMILIES.get(finding.code[:3])
    return ["aws", "lambda", *([family] if family else [])]


def _help(page: Page) -> str:
    parts = (f"## {heading}\n\n{page.section(heading)}" for heading in _SECTIONS if page.section(heading))
    text = f"# {page.name} ({page.code})\n\n" + "\n\n".join(parts)
    return "\n".join(visible(line) for line in text.split("\n"))


def _unmarked(text: str) -> str:
    """Without Markdown's links and emphasis."""
    for pattern, replacement in _MARKS:
        text = pattern.sub(replacement, text)
    return re.sub(r"^#+ ", "", text, flags=re.MULTILINE)


FINGERPRINT = "archlint/v1"
"""Changes with what `archlint.finding.fingerprint` takes in."""

MOST_STEPS = 1_000
"""Of a flow, the finding's own place among them: GitHub shows no more, and refuses a result with 10,000."""

MOST_PLACES = 100
"""Of one result, its own place among them: GitHub shows no more, and refuses a result with 1,000."""

_LONGEST = 2_000
"""Characters of a message."""


class Results:
    """Turns findings into results; counts what GitHub's limits cut off."""

    def __init__(self, functions: Sequence[Deployed], rules: Sequence[dict[str, Any]], artifacts: Artifacts) -> None:
        self._functions: Mapping[str, Deployed] = {deployed.function.id: deployed for deployed in functions}
        self._rules = {rule["id"]: index for index, rule in enumerate(rules)}
        self._artifacts = artifacts
        self.steps_cut = 0
        self.places_cut = 0

    def result(self, finding: Finding) -> dict[str, Any]:
        result: dict[str, Any] = {
            "ruleId": finding.code,
            "ruleIndex": self._rules[finding.code],
            "level": LEVELS.get(finding.severity, "warning"),
            "message": {"text": clipped(plain(advice(finding)), _LONGEST)},
            "locations": [self._artifacts.place(finding.place)],
            "partialFingerprints": {FINGERPRINT: finding.fingerprint},
            "properties": {"confidence": finding.confidence, "functions": list(finding.functions[:MOST_PLACES])},
        }
        if finding.trace:
            result["codeFlows"] = [{"threadFlows": [{"locations": list(self._flow(finding))}]}]
        if related := list(self._declarations(finding)):
            result["relatedLocations"] = related
        return result

    def _flow(self, finding: Finding) -> Iterator[dict[str, Any]]:
        """The way to the finding; of a very long one the beginning."""
        shown = finding.trace[: MOST_STEPS - 1]
        self.steps_cut += len(finding.trace) - len(shown)
        for depth, step in enumerate(shown):
            location = self._artifacts.place(step.place, clipped(step.message, _LONGEST))
            yield {"location": location, "nestingLevel": depth, "executionOrder": depth + 1}
        location = self._artifacts.place(finding.place, clipped(finding.message, _LONGEST))
        yield {"location": location, "nestingLevel": len(shown), "executionOrder": len(shown) + 1}

    def _declarations(self, finding: Finding) -> Iterator[dict[str, Any]]:
        """Where the finding's functions are declared."""
        known = [self._functions[name].function for name in finding.functions if name in self._functions]
        shown = known[: MOST_PLACES - 1]
        self.places_cut += len(known) - len(shown)
        for number, function in enumerate(shown, 1):
            message = clipped(f"function {function.name}", _LONGEST)
            yield {"id": number, **self._artifacts.place(function.defined_at, message)}


SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000
"""GitHub refuses a run with more (docs.github.com, SARIF results exceed one or more limits, 2026-11)."""

MOST_BYTES = 10_000_000
"""GitHub refuses a larger upload; counted after gzip."""

_MOST_NOTICES = 1_000


def render_sarif(result: ScanResult) -> str:
    """The worst findings where not all have room, with a notification of what is left out."""
    findings = worst_first(result.findings)
    most = min(len(findings), MOST_RESULTS)
    while True:
        text = rendered(_log(result, findings[:most], findings[most:]), indent=None)
        size = _zipped(text)
        if size <= MOST_BYTES or not most:
            return text
        most = int(most * 0.9 * MOST_BYTES / size)


def _zipped(text: str) -> int:
    """Bytes after a quick gzip, which a thorough one does not exceed; what is small is not tried."""
    return len(text) if len(text) <= MOST_BYTES else len(zlib.compress(text.encode(), 1))


def _log(result: ScanResult, findings: Sequence[Finding], cut: Sequence[Finding]) -> dict[str, Any]:
    rules = described(result, findings)
    artifacts = Artifacts()
    results = Results(result.functions, rules, artifacts)
    found = [results.result(finding) for finding in findings]
    notices = [*_cut(cut, results), *_remarks(result), *islice(_unread(result, artifacts), _MOST_NOTICES)]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "archlint",
                        "semanticVersion": __version__,
                        "version": __version__,
                        "rules": rules,
                        "notifications": [_kind(name, text) for name, text in _KINDS],
                    }
                },
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notices}],
                "originalUriBaseIds": {
                    ROOT: {"description": {"text": "The folder that was scanned, or its checkout."}}
                },
                "artifacts": artifacts.listed(),
                "columnKind": "unicodeCodePoints",
                "results": found,
            }
        ],
    }


_LIMIT, _UNREADABLE, _COVERAGE = "limit", "unreadable-file", "coverage"
_KINDS = (
    (_LIMIT, "Something is left out of this file for want of room."),
    (_UNREADABLE, "A file could not be read."),
    (_COVERAGE, "What the scan covers."),
)


def _kind(name: str, text: str) -> dict[str, Any]:
    """All that GitHub asks for of a descriptor."""
    return {"id": name, "shortDescription": {"text": text}, "fullDescription": {"text": text}, "help": {"text": text}}


def _notice(kind: str, level: str, text: str) -> dict[str, Any]:
    index = next(number for number, (name, _) in enumerate(_KINDS) if name == kind)
    text = clipped(plain(text), _LONGEST)
    return {"descriptor": {"id": kind, "index": index}, "level": level, "message": {"text": text}}


def _cut(cut: Sequence[Finding], results: Results) -> Iterator[dict[str, Any]]:
    if cut:
        yield _notice(
            _LIMIT,
            "warning",
            f"{plural(len(cut), 'finding')} ({counts(cut)}) left out: GitHub takes {MOST_RESULTS:,} results and "
            f"{MOST_BYTES // 1_000_000} MB. --format json has all of them.",
        )
    if results.steps_cut:
        steps = plural(results.steps_cut, "step")
        yield _notice(_LIMIT, "note", f"{steps} of code flows left out: GitHub shows {MOST_STEPS:,} a result.")
    if results.places_cut:
        places = plural(results.places_cut, "related place")
        yield _notice(_LIMIT, "note", f"{places} left out: GitHub shows {MOST_PLACES} places a result.")


def _unread(result: ScanResult, artifacts: Artifacts) -> Iterator[dict[str, Any]]:
    for path in sorted(result.coverage.files_failed):
        notice = _notice(_UNREADABLE, "warning", f"{path} could not be read; what it declares is not checked.")
        yield notice | {"locations": [{"physicalLocation": {"artifactLocation": artifacts.location(path)}}]}
    for gap in sorted(result.coverage.not_read):
        yield _notice(_COVERAGE, "note", f"Not read: {gap.message}.") | {"locations": [artifacts.place(gap.place)]}


def _remarks(result: ScanResult) -> Iterator[dict[str, Any]]:
    texts = [withheld(result)]
    if result.suppressed:
        texts.append(f"Suppressed: {result.suppressed:,}, each with its reason in the source.")
    if result.coverage.not_evaluated:
        texts.append(undecided(result))
    for text in texts:
        if text:
            yield _notice(_COVERAGE, "note", text)
