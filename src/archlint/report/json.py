"""The report for programs, as scan.v1.schema.json beside this file describes it."""

from __future__ import annotations

from typing import Any

from archlint.finding import Finding
from archlint.model.coverage import Coverage
from archlint.model.deployed import Deployed
from archlint.model.place import Place
from archlint.model.size import Size
from archlint.report.changes import change_row
from archlint.report.document import rendered
from archlint.results.result import ScanResult
from archlint.values import Known, known_or_none

SCHEMA = "archlint/scan/v1"


def render_json(result: ScanResult) -> str:
    """ASCII only. A lone surrogate, which strict parsers refuse even when escaped, becomes the text \\udcXX."""
    document = {
        "schema": SCHEMA,
        "functions": [_function(deployed) for deployed in result.functions],
        "findings": [_finding(finding) for finding in result.findings],
        "coverage": _coverage(result.coverage),
        "withheld": [{"reason": reason, "count": count} for reason, count in result.withheld],
        "changes": [change_row(change) for change in result.changes],
    }
    return rendered(document)


def _function(deployed: Deployed) -> dict[str, Any]:
    function = deployed.function
    source = deployed.source
    return {
        "id": function.id,
        "name": deployed.name,
        "construct_path": deployed.construct_path,
        "kind": function.kind,
        "defined_at": {"path": function.defined_at.path, "line": function.defined_at.line},
        "conditional": function.conditional,
        "package": known_or_none(function.package),
        "runtime": known_or_none(function.runtime.value),
        "handler": known_or_none(deployed.handler.value),
        "architecture": known_or_none(function.architecture.value),
        "memory_mb": known_or_none(function.memory_mb.value),
        "timeout_s": known_or_none(function.timeout_s.value),
        "ephemeral_mb": known_or_none(function.ephemeral_mb.value),
        "handler_source": {"path": source.value.path, "function": source.value.function, "line": source.value.line}
        if isinstance(source, Known)
        else None,
        "layers": [layer.arn or layer.name for layer in function.layers],
        "events": [{"type": trigger.type, "sync": trigger.sync} for trigger in function.triggers],
        "size": _size(deployed.size),
        "unknown": [{"attribute": attribute, "reason": reason} for attribute, reason in deployed.unknowns()],
    }


def _size(size: Size | None) -> dict[str, Any] | None:
    if size is None:
        return None
    return {
        "estimate_bytes": size.estimate_bytes,
        "low_bytes": size.low_bytes,
        "high_bytes": size.high_bytes,
        "method": size.method,
        "verdict": size.verdict,
        "unknown_packages": list(size.unknown_packages),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "code": finding.code,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        **_span(finding.place),
        "function": finding.functions[0] if finding.functions else None,
        "functions": list(finding.functions),
        "trace": [
            {"path": step.place.path, "line": step.place.line, "message": step.message} for step in finding.trace
        ],
        "help": finding.help,
        "fingerprint": finding.fingerprint,
    }


def _span(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "files_read": coverage.files_read,
        "files_failed": sorted(coverage.files_failed),
        "not_evaluated": [
            {"rule": gap.rule, "function": gap.function, "attribute": gap.attribute, "reason": gap.reason}
            for gap in sorted(coverage.not_evaluated)
        ],
        "not_read": [
            {"path": gap.place.path, "line": gap.place.line, "reason": gap.message} for gap in sorted(coverage.not_read)
        ],
        "left_out": [{"reason": reason, "count": count} for reason, count in sorted(coverage.left_out)],
        "outside": sorted(coverage.outside),
    }
