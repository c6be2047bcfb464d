"""What a scan hands to the reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archlint.finding import Finding
from archlint.model.coverage import Coverage
from archlint.model.deployed import Deployed


@dataclass(frozen=True, slots=True)
class ScanResult:
    """Functions and findings sorted by place. `sources` holds the text of every file that a finding points into."""

    functions: tuple[Deployed, ...]
    findings: tuple[Finding, ...]
    coverage: Coverage
    sources: Mapping[str, str]
    suppressed: int = 0
