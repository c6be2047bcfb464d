"""What a second scan has to show before a fix is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archlint.cache.incremental import CacheSnapshot
from archlint.cache.recording_tree import VersionedTree
from archlint.config import Config
from archlint.finding import Finding
from archlint.fix.run import problem, run
from archlint.results.result import ScanResult
from archlint.scanner import pipeline
from archlint.tree import MemoryTree
from samples import make_deployed, make_finding, make_function, make_result

A, B = (f"template.yaml#{name}" for name in ("A", "B"))
FUNCTIONS = tuple(make_deployed(make_function(name)) for name in ("A", "B"))


def found(rule: str, severity: str = "error", *functions: str) -> Finding:
    return make_finding(rule, "AL999", severity, functions=functions)


def result(*findings: Finding) -> ScanResult:
    return make_result(*findings, functions=FUNCTIONS)


FIXED = found("fixed", "error", A)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ([], [], None),
        ([], [FIXED], "fixed is still found"),
        ([found("fixed", "error", B)], [found("fixed", "error", B)], None),
        ([found("fixed", "error", A)], [found("fixed", "error", A)], None),
        ([found("fixed", "error", A)], [FIXED, FIXED], "fixed is still found"),
        ([], [found("fixed", "error", B)], "fixed would be found instead"),
        ([], [found("other", "error", A)], "other would be found instead"),
        ([], [found("other", "error")], "other would be found instead"),
        ([], [found("other", "warning", A)], "other would be found instead"),
        ([], [found("other", "info", A)], None),
        ([found("other", "info", A)], [found("other", "warning", A)], "other would be found instead"),
        ([found("other", "warning", A)], [found("other", "error", A)], "other would be found instead"),
        ([found("other", "error", A)], [found("other", "warning", A)], None),
        ([found("other", "error", A)], [found("other", "error", B)], "other would be found instead"),
        ([found("other", "error", A)], [found("other", "error", A, B)], "other would be found instead"),
        ([found("other", "error", A, B)], [found("other", "error", B)], None),
        ([found("other", "error", A)], [found("other", "error", A)] * 2, "other would be found instead"),
        ([found("b"), found("a")], [found("b"), found("a")] * 2, "a would be found instead"),
    ],
)
def test_nothing_worse_takes_the_place_of_what_was_fixed(
    before: list[Finding], after: list[Finding], why: str | None
) -> None:
    assert problem(result(FIXED, *before), result(*after), [FIXED]) == why


def test_one_of_two_may_be_fixed_for_a_file_of_no_function() -> None:
    template = found("fixed", "warning")
    assert problem(result(template, template), result(template), [template]) is None
    assert problem(result(template, template), result(template), [template] * 2) == "fixed is still found"


def test_no_function_goes_and_none_comes() -> None:
    one, both = replace(result(FIXED), functions=FUNCTIONS[:1]), result()
    why = "the functions are not the same afterwards"
    assert problem(one, both, [FIXED]) == why
    assert problem(replace(both, findings=(FIXED,)), replace(one, findings=()), [FIXED]) == why
    assert problem(result(FIXED), replace(both, functions=FUNCTIONS[::-1]), [FIXED]) is None


def test_a_file_that_could_not_be_read_before_is_no_harm() -> None:
    bad = replace(result().coverage, files_failed=("bad.yaml",))
    fixed, clean = replace(result(FIXED), coverage=bad), replace(result(), coverage=bad)
    assert problem(fixed, clean, [FIXED]) is None
    assert problem(fixed, result(), [FIXED]) is None
    assert problem(result(FIXED), clean, [FIXED]) == "a file could no longer be read"


PACKAGE = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Work:\n    Type: AWS::Serverless::Function\n"
TEMPLATE = (
    f"{PACKAGE}    Properties:\n      InlineCode: 'def handler(event, context): return 1'\n"
    "      Handler: index.handler\n      Runtime: python3.13\n      Timeout: 60\n"
    "      Events: {Job: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}}\n"
    "  Jobs:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: 30\n"
)


@pytest.mark.parametrize(("severity", "kept"), [("error", False), ("warning", False), ("info", True)])
def test_a_fix_that_makes_another_problem_is_undone(severity: str, kept: bool) -> None:
    """The other rule is not even selected: no fix trades one problem for another."""
    worse = found("another-rule", severity, "template.yaml#Work")

    def scan(tree: VersionedTree, config: Config, known: CacheSnapshot | None) -> tuple[ScanResult, CacheSnapshot]:
        seen, memory = pipeline.rescan(tree, config, known)
        changed = tree.read("template.yaml") != TEMPLATE.encode()
        return replace(seen, findings=(*seen.findings, *[worse] * changed)), memory

    only = Config(select=frozenset({"queue-visibility-below-timeout"}))
    outcome = run(MemoryTree({"template.yaml": TEMPLATE}), only, rescan=scan)
    assert bool(outcome.changed) is kept
    reasons = [] if kept else ["it could not be proven: another-rule would be found instead"]
    assert [one.reason for one in outcome.unproven] == reasons
