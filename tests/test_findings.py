"""From hits to findings: whose they are, what tells them apart, and what of a scan its result names."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from archlint.config import Config
from archlint.config.settings import PerFile
from archlint.finding import Finding, fingerprint
from archlint.results.result import ScanResult
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree

RULE = "client-created-in-handler"
FUNCTION = """\
  {name}:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: {code}, Handler: app.handler, Runtime: {runtime}}}
"""
CLIENT = 'import boto3\n\n\ndef handler(event, context):\n    boto3.client("s3").list_buckets()\n'
BROKEN = "Resources:\n  Score:\n    Type: AWS::Serverless::Function\n    Description: two things: features and a name\n"


def template(*names: str, code: str = ".", runtime: str = "python3.13") -> str:
    found = "".join(FUNCTION.format(name=name, code=code, runtime=runtime) for name in names)
    return f"Transform: AWS::Serverless-2016-10-31\nResources:\n{found}"


def scan(files: Mapping[str, str], config: Config | None = None) -> ScanResult:
    return scan_tree(MemoryTree(files), config or Config(select=frozenset({RULE, "unused-suppression"})))


def of(result: ScanResult, rule: str = RULE) -> list[Finding]:
    return [finding for finding in result.findings if finding.rule == rule]


def test_one_finding_for_all_the_functions_that_run_a_line() -> None:
    files = {
        "b/template.yaml": template("Late", code="../src"),
        "a/template.yaml": template("Second", "First", code="../src"),
        "src/app.py": CLIENT,
    }
    (found,) = of(scan(files))
    assert found.functions == ("a/template.yaml#Second", "a/template.yaml#First", "b/template.yaml#Late")
    assert (found.place.path, found.place.line) == ("src/app.py", 5)


def test_a_fingerprint_counts_equal_lines_from_above() -> None:
    """Baselines of earlier versions hold them."""
    call = '    boto3.client("s3").list_buckets()'
    files = {"template.yaml": template("Work"), "app.py": f"{CLIENT}    x = 1\n{call}\n{call}\n"}
    found = of(scan(files))
    assert [finding.place.line for finding in found] == [5, 7, 8]
    assert [finding.fingerprint for finding in found] == [
        fingerprint(RULE, "app.py", call.strip(), number) for number in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    "text",
    [CLIENT, CLIENT.rstrip(), CLIENT.replace("\n", "\r\n"), CLIENT.replace("\n", "\r"), "# new\n\n" + CLIENT],
)
def test_a_fingerprint_is_of_the_line_s_own_text(text: str) -> None:
    (found,) = of(scan({"template.yaml": template("Work"), "app.py": text}))
    assert found.fingerprint == fingerprint(RULE, "app.py", 'boto3.client("s3").list_buckets()', 1)


@pytest.mark.parametrize(
    ("config", "severities"),
    [
        (Config(severity={RULE: "info"}), ["info", "info"]),
        (Config(severity={"deprecated-runtime": "info"}), ["warning", "warning"]),
        (Config(per_file_ignores=(PerFile("a/", frozenset({RULE})),)), ["warning"]),
        (Config(per_file_ignores=(PerFile("a/", frozenset({"deprecated-runtime"})),)), ["warning", "warning"]),
        (Config(exclude=("a/app.py",)), ["warning"]),
        (Config(exclude=("a/",), per_file_ignores=(PerFile("b/", frozenset({RULE})),)), []),
        (Config(ignore=frozenset({RULE})), []),
    ],
)
def test_what_owners_ask_for(config: Config, severities: list[str]) -> None:
    files = {"template.yaml": template("A", code="a") + FUNCTION.format(name="B", code="b", runtime="python3.13")}
    found = of(scan({**files, "a/app.py": CLIENT, "b/app.py": CLIENT}, config))
    assert [finding.severity for finding in found] == severities
    assert [finding.place.path for finding in found] == ["a/app.py", "b/app.py"][-len(severities) :] * bool(severities)


def test_a_rule_that_is_not_selected_reports_nothing() -> None:
    files = {"template.yaml": template("Work"), "bad.yaml": BROKEN, "app.py": CLIENT}
    assert {finding.rule for finding in scan(files).findings} == {RULE}


def test_what_is_suppressed_is_counted() -> None:
    text = CLIENT.replace("()\n", "()  # archlint: ignore[AL104] once a year\n")
    result = scan({"template.yaml": template("Work"), "app.py": text})
    assert (result.findings, result.suppressed) == ((), 1)
    assert scan({"template.yaml": template("Work"), "app.py": CLIENT}).suppressed == 0


def test_a_file_that_cannot_be_read_may_say_why() -> None:
    """And its suppressions of other rules are not called unused."""
    bad = BROKEN.rstrip() + "  # archlint: ignore[{}] rendered before it is deployed\n"
    config = Config(select=frozenset({"unreadable-file", "unused-suppression", RULE}))
    for rule, left in (("unreadable-file", []), (RULE, ["unreadable-file"])):
        result = scan(
            {"template.yaml": template("Work"), "app.py": "def handler(e, c): ...\n", "b.yaml": bad.format(rule)},
            config,
        )
        assert [finding.rule for finding in result.findings] == left
        assert result.coverage.files_failed == ("b.yaml",)


def test_the_coverage_names_what_was_read_and_what_was_not() -> None:
    files = {
        "template.yaml": template("Work"),
        "app.py": CLIENT,
        "bad.yaml": BROKEN,
        "node_modules/x/template.yaml": template("Theirs"),
        "java/cdk.json": '{"app": "mvn exec:java"}',
    }
    coverage = scan(files).coverage
    assert coverage.files_read == 2
    assert coverage.files_failed == ("bad.yaml",)
    assert [problem.place.path for problem in coverage.not_read] == ["java/cdk.json"]
    assert dict(coverage.left_out) == {"built or vendored": 1}
