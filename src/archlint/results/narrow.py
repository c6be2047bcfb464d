"""A result narrowed to given files, for hooks that ask about a few of them: the whole folder is judged all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from archlint.finding import Finding
from archlint.model.deployed import Deployed
from archlint.results.result import ScanResult
from archlint.values import Known

WITHHELD = "other files"


def touching(result: ScanResult, files: Iterable[str]) -> ScanResult:
    """Only the findings that one of `files` (paths as in the result) has to do with: their place, a step of their way,
    and where one of their functions is declared or handled. A finding that stands at the declaration judges the
    function as a whole, so that its Dockerfile and its dependency files count too.

    The functions are those of these findings and files; all of them where there would be none, since a report of no
    function reads as if the folder had none.
    """
    wanted = frozenset(files)
    known = {deployed.function.id: deployed for deployed in result.functions}
    kept = tuple(finding for finding in result.findings if not wanted.isdisjoint(_files(finding, known)))
    named = {name for finding in kept for name in finding.functions}
    functions = tuple(d for d in result.functions if d.function.id in named or not wanted.isdisjoint(_sources(d)))
    names = {deployed.function.id for deployed in functions}
    gaps = result.coverage.not_evaluated
    left_out = len(result.findings) - len(kept)
    return replace(
        result,
        functions=functions or result.functions,
        findings=kept,
        coverage=replace(result.coverage, not_evaluated=tuple(gap for gap in gaps if gap.function in names)),
        withheld=(*result.withheld, (WITHHELD, left_out)) if left_out else result.withheld,
    )


def _files(finding: Finding, known: Mapping[str, Deployed]) -> Iterator[str]:
    yield finding.place.path
    for step in finding.trace:
        yield step.place.path
    for name in finding.functions:
        deployed = known.get(name)
        if deployed is None:
            continue
        yield from _sources(deployed)
        if finding.place.path == deployed.function.defined_at.path:
            yield from _built_from(deployed)


def _sources(deployed: Deployed) -> Iterator[str]:
    yield deployed.function.defined_at.path
    if isinstance(deployed.source, Known):
        yield deployed.source.value.path


def _built_from(deployed: Deployed) -> Iterator[str]:
    if deployed.image is not None:
        yield deployed.image.dockerfile
    for dependency in deployed.dependencies:
        yield dependency.place.path
