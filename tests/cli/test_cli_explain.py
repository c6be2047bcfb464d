from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import archlint.report
from archlint.cli.main import main
from archlint.config import Config, read_config
from archlint.finding import Finding, Step
from archlint.model.function import Ignore
from archlint.model.place import Place
from archlint.report.explain import explain, render_json, render_text
from archlint.report.sheet import short
from archlint.report.text import render_text as scan_text
from archlint.results.result import ScanResult
from archlint.scanner.pipeline import scan_tree
from archlint.suppression.apply import apply
from archlint.suppression.comments import SuppressionWay, ways
from archlint.tree import MemoryTree
from samples import TRACE, make_deployed, make_finding, make_function, make_result

WRONG = Path(__file__).parents[2] / "fixtures/captioning-wrong"
SCHEMA = json.loads((Path(archlint.report.__file__).parent / "explain.v1.schema.json").read_text())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments])


@pytest.fixture(scope="module")
def findings() -> list[dict[str, object]]:
    done = CliRunner().invoke(main, ["scan", str(WRONG), "--format", "json"])
    found: list[dict[str, object]] = json.loads(done.stdout)["findings"]
    return found


@pytest.fixture(scope="module")
def trained(findings: list[dict[str, object]]) -> dict[str, object]:
    return next(f for f in findings if f["rule"] == "gpu-use-on-lambda" and f["line"] == 9)


def test_by_the_beginning_of_the_fingerprint(trained: dict[str, object]) -> None:
    fingerprint = str(trained["fingerprint"])
    done = run(fingerprint[:8].upper(), str(WRONG))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("error[AL105] gpu-use-on-lambda  src/captioning.py:9:23\n")
    assert f"       fingerprint {fingerprint}\n" in done.stdout
    headings = [line for line in done.stdout.splitlines() if line and line[0].isupper()]
    assert headings == [
        *("How it comes about", "Functions", "What it rests on", "Why it matters", "What to do"),
        *("When to allow it", "To silence it"),
    ]
    assert "  3. caption() calls load()  src/captioning.py:13\n\n    12 | def caption(image):\n" in done.stdout
    assert "  CaptionFunction  template.yaml:6\n    package zip; runtime python3.8; memory 128 MB;" in done.stdout
    assert "\n\n\n" not in done.stdout


@pytest.mark.parametrize(
    "wanted",
    ["src/captioning.py:9:23", "./src/captioning.py:9:23", "api-sync-timeout-mismatch", "al312", "AL312:template.yaml"],
)
def test_by_place_and_by_rule(wanted: str) -> None:
    assert run(wanted, str(WRONG)).exit_code == 0


def test_several_that_fit() -> None:
    done = run("gpu-use-on-lambda", str(WRONG))
    assert (done.exit_code, done.stdout) == (2, "")
    assert (
        "'gpu-use-on-lambda' means 2 findings; give the fingerprint of one:\n  da0ab92edf3f0eb7  gpu-use-on"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("src/captioning.py:10", "the closest:\n  da0ab92edf3f0eb7  gpu-use-on-lambda  src/captioning.py:9\n"),
        ("gpu-used-on-lambda", "the closest:\n"),
        ("da0ab92e0000", "the closest:\n  da0ab92edf3f0eb7"),
        ("ffffffffffff", "no finding is called 'ffffffffffff'"),
        ("da0", "no finding is called 'da0'"),
        ("\x1b[2J\u202e", "no finding is called '\\\\x1b[2J\\\\u202e'"),
        ("99999999999999999999:1", "no finding"),
    ],
)
def test_none_that_fits(wanted: str, expected: str) -> None:
    done = run(wanted, str(WRONG))
    assert (done.exit_code, done.stdout) == (2, "")
    assert expected in done.stderr
    assert "`archlint scan --format json` lists all findings" in done.stderr
    assert not set(done.stderr) & set("\x1b\u202e")


def test_a_scan_without_findings(tmp_path: Path) -> None:
    done = run("da0ab92e", str(tmp_path))
    assert done.exit_code == 2
    assert "this scan has none" in done.stderr


def test_several_folders_have_their_own_fingerprints(tmp_path: Path) -> None:
    folders = [str(WRONG), str(WRONG.parent / "captioning-right")]
    scan = CliRunner().invoke(main, ["scan", *folders, "--format", "json"])
    finding = next(f for f in json.loads(scan.stdout)["findings"] if f["rule"] == "deprecated-runtime")
    assert run(finding["fingerprint"], *folders).exit_code == 0
    assert run(finding["fingerprint"], str(WRONG)).exit_code == 2


def test_json(trained: dict[str, object]) -> None:
    done = run(str(trained["fingerprint"]), str(WRONG), "--format", "json")
    document = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(document)
    assert document["finding"] == trained
    assert [function["name"] for function in document["functions"]] == ["CaptionFunction"]
    assert [fact["name"] for fact in document["facts"]] == ["ml_libraries"]
    assert document["silence"][0]["line"] == 9


def test_the_runtimes_of_its_functions_are_facts() -> None:
    document = json.loads(run("deprecated-runtime", str(WRONG), "--format", "json").stdout)
    assert [fact["name"] for fact in document["facts"]] == ["runtimes", "runtimes:python3.8"]


def test_with_cfn_lint() -> None:
    done = run("W2531", str(WRONG), "--with", "cfn-lint")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("warning[W2531] cfn-lint-W2531  template.yaml:11:7\n")
    assert "# archlint: ignore[cfn-lint-W2531] " in done.stdout
    assert run("W2531", str(WRONG)).exit_code == 2


def test_the_report_of_a_scan_names_each_finding(trained: dict[str, object]) -> None:
    done = CliRunner().invoke(main, ["scan", str(WRONG)])
    assert f"archlint explain {short(str(trained['fingerprint']))}\n" in done.stdout


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("color", [False, True])
def test_text_of_the_repository_cannot_act_on_the_terminal(color: bool) -> None:
    evil = "\x1b[31m[bold]x[/bold]\n\r\x07\u202e\u2028\udc80"
    path = f"{evil}.py"
    step = Step(Place(path, 1), evil)
    identity = f"{path}#{evil}"
    finding = make_finding(path=path, line=1, functions=(identity,), message=evil, trace=(step, step), advice=evil)
    deployed = make_deployed(make_function(evil, template=path))
    result = replace(make_result(finding, functions=(deployed,)), sources={path: f"\x1b[2J{evil}\t\x9b0m"})
    explained = explain(result, finding)
    text = render_text(explained, result.sources, color=color)
    bare = text.replace("\x1b[", "", text.count("\x1b["))
    assert "\x1b[31m[bold]" not in text
    assert "\x1b[2J" not in text
    assert not set(bare) & set("\x1b\r\x07\t\x9b\u202e\u2028\udc80")
    assert ("\x1b" in text) is color
    as_json = render_json(explained, result)
    Draft202012Validator(SCHEMA).validate(json.loads(as_json))
    json.dumps(json.loads(as_json)).encode("utf-8", "strict")
    assert "\udc80" not in str(json.loads(as_json))


@pytest.mark.usefixtures("catalogue")
def test_a_rule_without_a_page_and_a_place_without_text() -> None:
    finding = make_finding("some-rule", "AL999", path="gone.py", line=77, functions=("nowhere#X",))
    text = render_text(explain(make_result(finding), finding), {})
    assert "Why it matters" not in text
    assert "Functions" not in text
    assert '    "/gone.py" = ["some-rule"]\n' in text


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("width", [80, 100, 160])
def test_prose_keeps_to_the_width(width: int) -> None:
    finding = make_finding(message="word " * 80, trace=TRACE, advice="long " * 90)
    result = make_result(finding)
    assert max(map(len, render_text(explain(result, finding), result.sources, width=width).splitlines())) <= width


def way(kind: str, finding: Finding, text: str | None = None) -> SuppressionWay | None:
    sources = {} if text is None else {finding.place.path: text}
    return next((found for found in ways(finding, sources) if found.kind == kind), None)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.py", "if x:\n    y = 1\n", "    # archlint: ignore[some-rule] "),
        ("a.py", "y = \\\n  1\n", None),
        ("Dockerfile", "RUN a \\\n  && b\n", "  # archlint: ignore[some-rule] "),
        ("docker/Dockerfile.gpu", "FROM a\nRUN b\n", "# archlint: ignore[some-rule] "),
        ("lib/stack.ts", "{\n\tnew Function()\n", "\t// archlint: ignore[some-rule] "),
        ("requirements.txt", "a\nb\n", "# archlint: ignore[some-rule] "),
        ("t.yaml", "Resources:\n  A:\n", "  # archlint: ignore[some-rule] "),
        ("t.yaml", '{\n  "A": 1}', None),
        ("t.json", '{\n  "A": 1}', None),
        ("t.template", '{\n  "A": 1}', None),
        ("Pipfile.lock", '{\n  "A": 1}', None),
        ("model.onnx", "\n\n", None),
        ("a.py", "one line", None),
    ],
)
def test_the_comment_for_a_file(path: str, text: str, expected: str | None) -> None:
    found = way("comment", make_finding("some-rule", path=path, line=2), text)
    assert (found.text.split("<")[0] if found else None) == expected


def silenced_by_comment(files: dict[str, str], result: ScanResult, finding: Finding) -> bool:
    found = next((w for w in ways(finding, result.sources) if w.kind == "comment"), None)
    assert found is not None, finding
    assert found.line is not None
    lines = files[found.path].splitlines(keepends=True)
    lines.insert(found.line - 1, found.text + "\n")
    again = scan_tree(MemoryTree({**files, found.path: "".join(lines)}), Config())
    before = sum(1 for f in result.findings if (f.rule, f.place.path) == (finding.rule, finding.place.path))
    after = sum(1 for f in again.findings if (f.rule, f.place.path) == (finding.rule, finding.place.path))
    return after < before and not any(f.rule == "unused-suppression" for f in again.findings)


def test_the_comment_that_it_proposes_silences_each_finding() -> None:
    files = {str(p.relative_to(WRONG)): p.read_text() for p in WRONG.rglob("*") if p.is_file() and p.suffix != ".pyc"}
    result = scan_tree(MemoryTree(files), Config())
    assert len(result.findings) > 5
    assert [f for f in result.findings if not silenced_by_comment(files, result, f)] == []


def test_the_settings_that_it_proposes_are_read() -> None:
    path = "src/[a]b c!/#x*.py"
    finding = make_finding(path=path)
    for kind in ("per-file", "ignore", "severity"):
        found = way(kind, finding)
        assert found is not None
        config = read_config(MemoryTree({"archlint.toml": found.text}))
        hit = {
            "per-file": finding.rule in config.ignored_in(path) and not config.ignored_in("src/a.py"),
            "ignore": finding.rule in config.ignore,
            "severity": config.severity.get(finding.rule) == "info",
        }
        assert hit[kind]


def test_metadata_for_json() -> None:
    found = way("metadata", make_finding(path="t.json", functions=("t.json#Score",)), "{}")
    assert found is not None
    assert found.resource == "Score"
    rule = json.loads("{" + found.text + "}")["Metadata"]["archlint"]["ignore"][0]
    ignore = Ignore(rule["rule"], rule["reason"], Place("t.json", 2))
    function = make_function("Score", template="t.json", ignores=(ignore,))
    finding = make_finding(path="t.json", functions=("t.json#Score",))
    assert apply([finding], {}, [function], frozenset({finding.rule})).kept == ()


def test_the_scan_report_shows_short_fingerprints_of_all() -> None:
    findings = (make_finding(line=1), make_finding(line=2))
    text = scan_text(make_result(*findings))
    assert text.count(f"archlint explain {short(findings[0].fingerprint)}\n") == 1
    assert text.count("archlint explain ") == 2
