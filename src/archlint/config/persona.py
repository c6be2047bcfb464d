"""What a persona keeps out of a report."""

from __future__ import annotations

from dataclasses import replace

from archlint.config.settings import Config
from archlint.result import ScanResult

WITHHELD = "pedantic"


def shown(result: ScanResult, config: Config) -> ScanResult:
    """The result without what the config's persona withholds, which is counted. Suppressions of withheld findings count
    as used, and plans and explanations rest on all findings: only reports are narrowed."""
    kept = tuple(finding for finding in result.findings if not config.withholds(finding))
    hidden = len(result.findings) - len(kept)
    if not hidden:
        return result
    return replace(result, findings=kept, withheld=(*result.withheld, (WITHHELD, hidden)))
