"""Several scanned folders in one report: every path in it is prefixed with the folder as it was given."""

from __future__ import annotations

import hashlib
import posixpath
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from archlint.finding import Finding
from archlint.model.coverage import Coverage, NotEvaluated
from archlint.model.deployed import Deployed
from archlint.model.place import Place
from archlint.results.result import ScanResult
from archlint.rulebook.page import Page
from archlint.values import Known


def merge(parts: Sequence[tuple[str, ScanResult]], *, prefixed: bool = False) -> ScanResult:
    """One result for folders as they were given; a single one keeps paths relative to itself, unless they are to be
    `prefixed` all the same. Its fingerprints stay as they are."""
    if len(parts) == 1:
        folder, only = parts[0]
        return _prefixed(_prefix(folder), only) if prefixed else only
    moved = [_moved(_prefix(folder), result) for folder, result in parts]
    left_out: Counter[str] = Counter()
    for part in moved:
        left_out.update(dict(part.coverage.left_out))
    return ScanResult(
        functions=tuple(function for part in moved for function in part.functions),
        findings=tuple(sorted((f for part in moved for f in part.findings), key=lambda finding: finding.sort_key)),
        coverage=Coverage(
            files_read=sum(part.coverage.files_read for part in moved),
            files_failed=tuple(path for part in moved for path in part.coverage.files_failed),
            not_evaluated=tuple(gap for part in moved for gap in part.coverage.not_evaluated),
            not_read=tuple(gap for part in moved for gap in part.coverage.not_read),
            left_out=tuple(sorted(left_out.items())),
            outside=tuple(path for part in moved for path in part.coverage.outside),
        ),
        sources={path: text for part in moved for path, text in part.sources.items()},
        suppressed=sum(part.suppressed for part in moved),
        withheld=_withheld(moved),
        changes=tuple(change for part in moved for change in part.changes),
        rules=_rules(moved),
    )


def _prefixed(prefix: str, result: ScanResult) -> ScanResult:
    moved = _moved(prefix, result)
    both = zip(moved.findings, result.findings, strict=True)
    return replace(moved, findings=tuple(replace(new, fingerprint=old.fingerprint) for new, old in both))


def _rules(parts: Sequence[ScanResult]) -> Mapping[str, Page]:
    """A name that means different rules in two folders is explained by neither page."""
    found: dict[str, Page] = {}
    differ: set[str] = set()
    for name, page in (item for part in parts for item in part.rules.items()):
        differ |= {name} if found.setdefault(name, page) != page else set()
    return MappingProxyType({name: page for name, page in found.items() if name not in differ})


def _withheld(parts: Sequence[ScanResult]) -> tuple[tuple[str, int], ...]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(dict(part.withheld))
    return tuple(sorted(total.items()))


def _prefix(folder: str) -> str:
    """ "services/a/" for `./services/a`, "" for `.`."""
    path = posixpath.normpath(folder.replace("\\", "/"))
    return "" if path == "." else path.rstrip("/") + "/"


def _moved(prefix: str, result: ScanResult) -> ScanResult:
    coverage = result.coverage
    return replace(
        result,
        functions=tuple(_function(prefix, deployed) for deployed in result.functions),
        findings=tuple(_finding(prefix, finding) for finding in result.findings),
        coverage=replace(
            coverage,
            files_failed=tuple(prefix + path for path in coverage.files_failed),
            outside=tuple(prefix + path for path in coverage.outside),
            not_evaluated=tuple(_gap(prefix, gap) for gap in coverage.not_evaluated),
            not_read=tuple(replace(gap, place=_place(prefix, gap.place)) for gap in coverage.not_read),
        ),
        sources={prefix + path: text for path, text in result.sources.items()},
        changes=tuple(replace(change, function=prefix + change.function) for change in result.changes),
    )


def _place(prefix: str, place: Place) -> Place:
    return replace(place, path=prefix + place.path)


def _gap(prefix: str, gap: NotEvaluated) -> NotEvaluated:
    return replace(gap, function=prefix + gap.function)


def _function(prefix: str, deployed: Deployed) -> Deployed:
    """What reports print of a function; its mounts and code stay relative to their own folder."""
    function, source = deployed.function, deployed.source
    return replace(
        deployed,
        function=replace(function, id=prefix + function.id, defined_at=_place(prefix, function.defined_at)),
        source=Known(replace(source.value, path=prefix + source.value.path)) if isinstance(source, Known) else source,
    )


def _finding(prefix: str, finding: Finding) -> Finding:
    """The fingerprint takes the prefix in, so that equal files in two folders stay two findings."""
    text = (prefix + "\0" + finding.fingerprint).encode("utf-8", "surrogatepass")
    return replace(
        finding,
        place=_place(prefix, finding.place),
        functions=tuple(prefix + function for function in finding.functions),
        trace=tuple(replace(step, place=_place(prefix, step.place)) for step in finding.trace),
        fingerprint=hashlib.sha256(text).hexdigest()[:16] if prefix else finding.fingerprint,
    )
