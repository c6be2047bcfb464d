"""What a scan hands to the reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from archlint.finding import Finding
from archlint.model.change import Change
from archlint.model.coverage import Coverage
from archlint.model.deployed import Deployed
from archlint.rulebook import registry
from archlint.rulebook.page import Page


@dataclass(frozen=True, slots=True)
class ScanResult:
    """Functions and findings sorted by place. `sources` holds the text of every file that a finding points into."""

    functions: tuple[Deployed, ...]
    findings: tuple[Finding, ...]
    coverage: Coverage
    sources: Mapping[str, str]
    suppressed: int = 0
    withheld: tuple[tuple[str, int], ...] = ()
    """How many findings the report leaves out, by what left them out: `baseline`, `diff base`, `other files`."""
    changes: tuple[Change, ...] = ()
    """With a diff base: functions that are new or whose settings with a price differ from it."""
    rules: Mapping[str, Page] = field(default_factory=lambda: MappingProxyType({}))
    """The pages of the rules of this scan that archlint does not ship, by name."""

    def page(self, rule: str) -> Page | None:
        """What explains a finding's rule; for a rule of cfn-lint what stands in for its page."""
        return self.rules.get(rule) or registry.find(rule)
