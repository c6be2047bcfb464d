from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner, Result

import archlint.scanner
from archlint.cli.main import main
from archlint.config import Config
from archlint.finding import Finding
from archlint.model.coverage import Coverage
from archlint.results.result import ScanResult
from samples import EMPTY, make_finding, make_result

pytestmark = pytest.mark.usefixtures("catalogue")

WARNING = make_finding("timeout-near-limit", "AL301", "warning", path="template.yaml")

Scan = Callable[..., ScanResult]
Pipeline = Callable[[Scan], None]


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Puts a function in place of the scan."""

    def install(scan: Scan) -> None:
        module = ModuleType("archlint.scanner.pipeline")
        module.__dict__["scan"] = scan
        monkeypatch.setitem(sys.modules, "archlint.scanner.pipeline", module)
        monkeypatch.setattr(archlint.scanner, "pipeline", module, raising=False)

    return install


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(main, ["scan", *map(str, args)])


def finds(*findings: Finding) -> Scan:
    return lambda root, config, **_: make_result(*findings)


@pytest.mark.parametrize(
    ("findings", "options", "code"),
    [
        ((), (), 0),
        ((make_finding(),), (), 1),
        ((WARNING,), (), 0),
        ((WARNING,), ("--fail-on", "warning"), 1),
        ((WARNING,), ("--fail-on", "info"), 1),
        ((make_finding(), WARNING), ("--fail-on", "never"), 0),
    ],
)
def test_exit_codes(
    tmp_path: Path, pipeline: Pipeline, findings: tuple[Finding, ...], options: tuple[str, ...], code: int
) -> None:
    pipeline(finds(*findings))
    result = run(tmp_path, *options)
    assert (result.exit_code, result.stderr) == (code, "")
    assert "1 function, 3 files read." in result.stdout


def test_the_config_of_the_scanned_folder_counts(tmp_path: Path, pipeline: Pipeline) -> None:
    seen: list[Config] = []

    def scan(root: Path, config: Config, **_: object) -> ScanResult:
        assert root == tmp_path
        seen.append(config)
        return make_result(WARNING)

    pipeline(scan)
    tmp_path.joinpath("archlint.toml").write_text('fail-on = "warning"\nignore = ["AL104"]\nselect = ["AL1"]\n')
    assert run(tmp_path).exit_code == 1
    assert run(tmp_path, "--fail-on", "error").exit_code == 0
    assert run(tmp_path, "--no-config").exit_code == 0
    run(tmp_path, "--select", "AL301, AL001", "--select", "AL104", "--ignore", "unreadable-file")
    assert seen[0].selected() == {"model-load-in-handler"}
    assert seen[2] == Config()
    assert seen[3].selected() == {"timeout-near-limit"}


def test_nothing_to_scan_is_said_and_json_stays_valid(tmp_path: Path, pipeline: Pipeline) -> None:
    pipeline(lambda root, config, **_: EMPTY)
    result = run(tmp_path, "--format", "json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["functions"] == []
    assert "nothing to scan" in result.stderr
    pipeline(lambda root, config, **_: ScanResult((), (), Coverage(files_read=1), {}))
    assert run(tmp_path).exit_code == 0


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("missing",), "'missing' does not exist"),
        ((".", "file"), "'.' is a folder and PATH 'file' a file"),
        (("a\x1b[31mb",), "'a\\x1b[31mb' does not exist"),
        (("--select", "model-lod"), "did you mean 'model-load-in-handler'"),
        (("--ignore", "AL9"), "no rule is called 'AL9'"),
        (("--fail-on", "fatal"), "fatal"),
        (("--format", "xml"), "xml"),
        (("--nope",), "--nope"),
        (("--output", "folder"), "'folder' is a folder"),
        (("--output", "none/x"), "there is no folder 'none'"),
        (("broken",), "archlint.toml:1: not valid TOML"),
        (("hostile",), "unknown key"),
    ],
)
def test_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline, args: tuple[str, ...], complaint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("folder", "broken", "hostile"):
        tmp_path.joinpath(name).mkdir()
    tmp_path.joinpath("file").touch()
    tmp_path.joinpath("broken/archlint.toml").write_text("[")
    tmp_path.joinpath("hostile/archlint.toml").write_text('"\\u001b[31m" = 1')
    pipeline(finds())
    result = run(*args)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert "\x1b" not in result.stderr
    assert result.stdout == ""


def test_an_error_of_the_tool_is_one_plain_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline
) -> None:
    def scan(root: Path, config: Config, **_: object) -> ScanResult:
        raise RuntimeError("one\x1b[31m\ntwo")

    pipeline(scan)
    monkeypatch.delenv("ARCHLINT_DEBUG", raising=False)
    result = run(tmp_path)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (4, "", 1)
    assert "(RuntimeError: one\\x1b[31m); please report it" in result.stderr
    monkeypatch.setenv("ARCHLINT_DEBUG", "1")
    result = run(tmp_path)
    assert result.exit_code == 4
    assert "Traceback" in result.stderr


def test_an_interruption_is_no_finding(tmp_path: Path, pipeline: Pipeline) -> None:
    def scan(root: Path, config: Config, **_: object) -> ScanResult:
        raise KeyboardInterrupt

    pipeline(scan)
    assert run(tmp_path).exit_code == 130


def test_several_folders_are_one_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        tmp_path.joinpath(name).mkdir()
    tmp_path.joinpath("b/archlint.toml").write_text('fail-on = "never"\n')
    pipeline(lambda root, config, **_: make_result(make_finding() if root.name == "b" else WARNING))
    result = run("a", "./b/", "a", "--format", "json")
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [function["id"] for function in report["functions"]] == [
        "a/template.yaml#CaptionFunction",
        "b/template.yaml#CaptionFunction",
    ]
    assert report["functions"][1]["handler_source"]["path"] == "b/src/app.py"
    assert [(f["path"], f["function"]) for f in report["findings"]] == [
        ("a/template.yaml", "a/template.yaml#CaptionFunction"),
        ("b/src/app.py", "b/template.yaml#CaptionFunction"),
    ]
    assert report["coverage"]["files_read"] == 6
    assert report["coverage"]["left_out"][0] == {"reason": "built or vendored", "count": 4}
    assert report["coverage"]["not_evaluated"][1]["function"] == "b/template.yaml#CaptionFunction"
    assert len({f["fingerprint"] for f in report["findings"]}) == 2
    text = run("a", "b").stdout
    assert "b/src/app.py:5:13" in text
    assert '    5 |     model = torch.load("model.pt")' in text


def test_output_is_replaced_at_once(tmp_path: Path, pipeline: Pipeline) -> None:
    pipeline(finds(make_finding()))
    target = tmp_path / "report.json"
    target.write_text("old")
    target.chmod(0o640)
    result = run(tmp_path, "--format", "json", "--output", target)
    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads(target.read_text())["findings"]
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_output_never_writes_through_a_link(tmp_path: Path, pipeline: Pipeline) -> None:
    pipeline(finds())
    precious = tmp_path / "precious"
    precious.write_text("keep")
    link = tmp_path / "link"
    link.symlink_to(precious)
    assert run(tmp_path, "--output", link).exit_code == 0
    assert precious.read_text() == "keep"
    assert not link.is_symlink()
    assert "1 function" in link.read_text()


def test_a_write_that_fails_leaves_the_old_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline
) -> None:
    pipeline(finds())

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    target = tmp_path / "report"
    target.write_text("old")
    result = run(tmp_path, "--output", target)
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("report", "old")]


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path, pipeline: Pipeline) -> None:
    pipeline(finds())
    assert run(tmp_path, "--output", os.devnull).exit_code == 0
    assert not os.path.isfile(os.devnull)


SCAN_WITH_MANY = """
import sys, types
sys.path[:0] = [{tests!r}]
import samples, archlint.scanner
from archlint.cli.main import main
module = types.ModuleType("archlint.scanner.pipeline")
module.scan = lambda root, config, **_: samples.make_result(*[samples.make_finding()] * {number})
sys.modules["archlint.scanner.pipeline"] = archlint.scanner.pipeline = module
main(["scan", {root!r}])
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_reader_that_goes_away_changes_nothing(tmp_path: Path) -> None:
    code = SCAN_WITH_MANY.format(tests=str(Path(__file__).parents[1]), root=str(tmp_path), number=1000)
    process = subprocess.Popen(python(code), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), complaint) == (1, b"")


def test_output_that_the_terminal_cannot_encode(tmp_path: Path) -> None:
    code = SCAN_WITH_MANY.format(tests=str(Path(__file__).parents[1]), root=str(tmp_path), number=1)
    code = code.replace("make_finding()", "make_finding(message='caf\\xe9 \\u65e5')")
    done = subprocess.run(
        python(code), capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"caf\\xe9 \\u65e5" in done.stdout


@pytest.mark.parametrize("options", [("--output", "{}"), ("--also", "json={}")])
def test_a_report_does_not_replace_what_it_speaks_of(tmp_path: Path, options: tuple[str, ...]) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources: {F: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13}}}\n")
    before = template.read_text()
    result = run(tmp_path, *(option.format(template) for option in options))
    assert result.exit_code == 2
    assert "is a file of the scanned folder" in result.stderr
    assert template.read_text() == before
