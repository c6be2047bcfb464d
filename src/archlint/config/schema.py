"""The JSON Schema of archlint.toml, for editors. What it takes is what the reader takes, but for what only the reader
can know: which rules there are, whether a pattern is one, and whether a path stays below the folder."""

from __future__ import annotations

import json
import sys
from typing import Any

from archlint.config.settings import FAIL_ON, PERSONAS
from archlint.finding import SEVERITIES
from archlint.knowledge.limits import Settable, settable

FILE = "archlint.v1.schema.json"


def schema() -> dict[str, Any]:
    """The document that `archlint.v1.schema.json` beside this module holds."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of archlint",
        "description": "archlint.toml, or [tool.archlint] in pyproject.toml: an architecture linter for AWS Lambda.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "select": _rules("The rules that run; by default all of them."),
            "ignore": {**_rules("Rules that do not run."), "default": []},
            "exclude": {
                "type": "array",
                "items": {"$ref": "#/$defs/text"},
                "default": [],
                "description": "Where no template or app is looked for and nothing is reported: patterns in"
                " .gitignore's syntax, relative to the scanned folder.",
                "examples": [["legacy/", "*.generated.yaml"]],
            },
            "fail-on": {
                "enum": list(FAIL_ON),
                "default": "error",
                "description": "From which severity on a finding makes the exit code 1.",
            },
            "persona": {
                "enum": list(PERSONAS),
                "default": "default",
                "description": "default: the findings that are sure enough; pedantic: all of them.",
            },
            "baseline": {
                "type": "string",
                "pattern": "\\S",
                "description": "The file of accepted findings that `archlint baseline write` makes: a path below the"
                " scanned folder.",
                "examples": ["archlint-baseline.json"],
            },
            "severity": {
                "type": "object",
                "propertyNames": {"$ref": "#/$defs/text"},
                "additionalProperties": {"enum": list(SEVERITIES)},
                "default": {},
                "description": "Another severity for a rule, by its name, its code or the beginning of its code.",
                "examples": [{"model-load-in-handler": "info", "AL2": "warning"}],
            },
            "per-file-ignores": {
                "type": "object",
                "additionalProperties": _rules("Rules that say nothing about the files that the pattern matches."),
                "default": {},
                "description": "Rules that say nothing about some files: a pattern in .gitignore's syntax for each.",
                "examples": [{"tests/**": ["ALL"], "*.gen.yaml": ["AL3"]}],
            },
            "limits": {
                "type": "object",
                "additionalProperties": False,
                "properties": {key: _limit(row) for key, row in settable().items()},
                "default": {},
                "description": "Quotas that AWS has raised for this account, and archlint's own thresholds.",
            },
        },
        "$defs": {"text": {"type": "string", "pattern": "\\S"}},
    }


def rendered() -> str:
    """The schema as it lies in the file."""
    return json.dumps(schema(), indent=2, ensure_ascii=True) + "\n"


def _rules(what: str) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {"$ref": "#/$defs/text"},
        "description": f"{what} Names, codes, beginnings of codes such as AL1, or ALL.",
    }


def _limit(row: Settable) -> dict[str, Any]:
    what = "quota of the account" if row.kind == "quota" else "threshold of archlint"
    return {
        "type": "integer" if row.whole else "number",
        "minimum": row.least,
        "maximum": row.most,
        "default": row.default,
        "description": f"{row.text[0].upper()}{row.text[1:]} ({row.unit}; {what}). Used by {', '.join(row.rules)}.",
    }


if __name__ == "__main__":
    sys.stdout.write(rendered())
