"""Findings as SARIF results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archlint.finding import Finding
from archlint.model.deployed import Deployed
from archlint.report.sarif.artifacts import Artifacts, plain
from archlint.report.sarif.rules import LEVELS
from archlint.report.words import advice, clipped

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
