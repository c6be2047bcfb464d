from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from archlint.report.gitlab import render_gitlab
from archlint.results.result import ScanResult
from report_results import RESULTS, many, one
from samples import make_finding, make_result

ISSUE = {
    "type": "object",
    "required": ["description", "check_name", "fingerprint", "severity", "location"],
    "additionalProperties": False,
    "properties": {
        "description": {"type": "string"},
        "check_name": {"type": "string", "minLength": 1},
        "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
        "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
        "location": {
            "type": "object",
            "required": ["path", "lines"],
            "properties": {
                "path": {"type": "string"},
                "lines": {
                    "type": "object",
                    "required": ["begin"],
                    "properties": {"begin": {"type": "integer", "minimum": 1}, "end": {"type": "integer"}},
                },
            },
        },
    },
}
"""What docs.gitlab.com/ci/testing/code_quality asks for (2026-11); GitLab publishes no schema."""


def issues(result: ScanResult) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render_gitlab(result))
    return found


@pytest.mark.parametrize("name", RESULTS)
def test_the_documented_form(name: str) -> None:
    found = issues(RESULTS[name])
    jsonschema.validate(found, {"type": "array", "items": ISSUE})
    assert len(found) == len(RESULTS[name].findings)


def test_an_issue() -> None:
    assert issues(one()) == [
        {
            "description": "AL101: The model is loaded on every invocation. Load it at module scope.",
            "check_name": "model-load-in-handler",
            "fingerprint": one().findings[0].fingerprint,
            "severity": "critical",
            "location": {"path": "src/app.py", "lines": {"begin": 5}},
        }
    ]


def test_severities_and_order() -> None:
    assert [issue["severity"] for issue in issues(many(6))] == ["critical"] * 2 + ["major"] * 2 + ["info"] * 2


def test_no_two_fingerprints_are_the_same() -> None:
    """GitLab would show one of them."""
    same = make_finding()
    found = issues(make_result(same, same, same))
    assert len({issue["fingerprint"] for issue in found}) == 3
    assert found[0]["fingerprint"] == same.fingerprint
    assert found == issues(make_result(same, same, same))
