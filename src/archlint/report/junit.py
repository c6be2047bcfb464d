"""JUnit's XML, which every CI server shows as tests: a failed test a finding, or one that passes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from archlint.finding import Finding
from archlint.report.visible import visible, without_commands
from archlint.report.words import advice, clipped, headline, plural, remarks, worst_first
from archlint.results.result import ScanResult

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) has no way to write, not even as a number."""

_LONGEST = 2_000
_MOST_STEPS = 50


def render_junit(result: ScanResult) -> str:
    """ASCII only; the rest is written as numbers."""
    number = str(len(result.findings))
    totals = {"tests": number if result.findings else "1", "failures": number, "errors": "0", "time": "0"}
    root = ET.Element("testsuites", {"name": "archlint", **totals})
    suite = ET.SubElement(root, "testsuite", {"name": "archlint", **totals, "skipped": "0"})
    names: Counter[tuple[str, str]] = Counter()
    for finding in worst_first(result.findings):
        _failed(suite, finding, names)
    if not result.findings:
        ET.SubElement(suite, "testcase", {"name": "no findings", "classname": "archlint", "time": "0"})
    said = "\n".join(without_commands(line) for line in (f"archlint: {headline(result)}.", *remarks(result)))
    ET.SubElement(suite, "system-out").text = _legal(said)
    ET.indent(root)
    text = ET.tostring(root, encoding="us-ascii").decode("ascii")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _failed(suite: ET.Element, finding: Finding, names: Counter[tuple[str, str]]) -> None:
    """Servers tell tests apart by class and name, so both together are unique."""
    place = finding.place
    path = _legal(visible(place.path))
    name = _legal(f"{finding.code} {visible(finding.rule)} at {place.line}:{place.column}")
    names[path, name] += 1
    if names[path, name] > 1:
        name += f" ({names[path, name]})"
    case = ET.SubElement(suite, "testcase", {"name": name, "classname": path, "time": "0"})
    message = _legal(clipped(advice(finding), _LONGEST))
    failure = ET.SubElement(case, "failure", {"type": finding.severity, "message": message})
    failure.text = "\n".join(without_commands(_legal(line)) for line in _body(finding))


def _body(finding: Finding) -> Iterator[str]:
    place = finding.place
    yield f"{visible(place.path)}:{place.line}:{place.column}: {clipped(advice(finding), _LONGEST)}"
    for step in finding.trace[:_MOST_STEPS]:
        yield f"  by {visible(step.place.path)}:{step.place.line}: {clipped(visible(step.message), _LONGEST)}"
    if len(finding.trace) > _MOST_STEPS:
        yield f"  and {plural(len(finding.trace) - _MOST_STEPS, 'step')} more"
    for name in finding.functions[:_MOST_STEPS]:
        yield f"  function {visible(name)}"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("?", text)
