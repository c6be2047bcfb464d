from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from archlint.cli.main import main
from archlint.config import Config, read_config
from archlint.external import cfn_lint, join
from archlint.external import cfn_lint_child as child
from archlint.external.cfn_lint import MissingError, installed, lint
from archlint.external.join import CfnLintChoice, choice, with_cfn_lint
from archlint.rulebook.page import guest_page
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree

FIXTURES = Path(__file__).parents[2] / "fixtures"

TOO_MUCH = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Score:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
      MemorySize: 99999
"""

FAKE = """
import json, os, sys, time
job = json.load(sys.stdin)
print(json.dumps({"ready": "9.9"}), flush=True)
for path in job["paths"]:
    if path == "dies.yaml": os._exit(3)
    if path == "hangs.yaml": time.sleep(60)
    if path == "talks.yaml": print("x" * 5_000_000, flush=True)
    if path == "lies.yaml": print("{", flush=True)
    if path == "crashes.yaml": print(json.dumps({"path": path, "crash": "KeyError: 1"}), flush=True)
    else: print(json.dumps({"path": path, "matches": []}), flush=True)
"""


@pytest.fixture
def fake_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "fake.py"
    script.write_text(FAKE)
    monkeypatch.setattr(cfn_lint, "_CHILD", script)
    monkeypatch.setattr(cfn_lint, "FILE_SECONDS", 1.0)


def test_a_match_has_its_place_and_its_rule() -> None:
    linted = lint({"a/template.yaml": TOO_MUCH})
    assert linted.version.startswith("1.")
    (match,) = linted.matches
    assert (match.rule, match.path, match.line, match.column) == ("E3034", "a/template.yaml", 9, 7)
    assert match.keys[:2] == ("Resources", "Score")
    assert "99999" in match.message
    assert linted.failed == ()


def test_no_template_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cfn_lint, "_CHILD", Path("/nowhere"))
    assert lint({}).matches == ()


@pytest.mark.usefixtures("fake_child")
@pytest.mark.parametrize("bad", ["dies", "hangs", "talks", "lies", "crashes"])
def test_a_bad_template_costs_itself(bad: str) -> None:
    linted = lint(dict.fromkeys(("a.yaml", f"{bad}.yaml", "z.yaml"), "x"), processes=1)
    assert [path for path, _ in linted.failed] == [f"{bad}.yaml"]


@pytest.mark.usefixtures("fake_child")
def test_it_stops_when_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cfn_lint, "TOTAL_SECONDS", 0.0)
    linted = lint(dict.fromkeys(("hangs.yaml", "z.yaml"), "x"), processes=1)
    assert linted.failed == (
        ("hangs.yaml", "cfn-lint was not done in time"),
        ("z.yaml", "cfn-lint was not done in time"),
    )


def test_a_child_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cfn_lint, "_CHILD", Path("/nowhere/child.py"))
    with pytest.raises(MissingError, match="does not start"):
        lint({"a.yaml": TOO_MUCH})


def test_hostile_templates_end_nothing() -> None:
    texts = {
        str(path.relative_to(FIXTURES)): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in sorted((FIXTURES / "broken").rglob("*"))
        if path.suffix in (".yaml", ".json") and path.stat().st_size < 200_000
    }
    texts["names/[ab]*? ü.yaml"] = TOO_MUCH
    texts["empty.yaml"] = "Resources:\n"
    texts["deep.yaml"] = "Resources: " + "[" * 3_000
    linted = lint(texts)
    answered = {match.path for match in linted.matches} | {path for path, _ in linted.failed}
    assert {"names/[ab]*? ü.yaml", "empty.yaml", "deep.yaml"} <= answered
    assert all("archlint-" not in reason for _, reason in linted.failed)


def test_settings_beside_it_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A .cfnlintrc can name rules, which are code, and modules may lie about where cfn-lint is."""
    (tmp_path / ".cfnlintrc").write_text("ignore_checks: [E]\nappend_rules: [.]\n")
    (tmp_path / "cfnlint").mkdir()
    (tmp_path / "cfnlint" / "__init__.py").write_text("raise SystemExit('run')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    assert str(tmp_path) not in installed()
    assert [match.rule for match in lint({"template.yaml": TOO_MUCH}).matches] == ["E3034"]


def nested(url: str) -> str:
    return (
        "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
        f"      TemplateURL: {url}\n      Parameters:\n        Other: x\n"
    )


def test_a_template_opens_no_file_but_templates(tmp_path: Path) -> None:
    inside = "Parameters:\n  Secret:\n    Type: String\nResources:\n  Q:\n    Type: AWS::SQS::Queue\n"
    (tmp_path / "outside.yaml").write_text(inside)
    linted = lint({"a.yaml": nested("b.yaml"), "b.yaml": inside, "c.yaml": nested(str(tmp_path / "outside.yaml"))})
    assert {match.path for match in linted.matches if match.rule == "E3043"} == {"a.yaml"}
    assert not any("Secret" in match.message for match in linted.matches if match.path == "c.yaml")


def test_the_guard(tmp_path: Path) -> None:
    hook = child.guard([str(tmp_path)])
    inside = tmp_path / "x"
    hook("open", (str(inside), "r", 0))
    hook("open", (bytes(inside), None, 0))
    hook("open", (1, "r", 0))
    hook("import", ("json", None, None, None, None))
    for event, arguments in (
        ("open", (str(inside), "w", child.os.O_WRONLY)),
        ("open", (f"{tmp_path}-other/x", "r", 0)),
        ("open", (f"{tmp_path}/../x", "r", 0)),
        ("subprocess.Popen", ("sh", [], None, None)),
        ("os.system", (b"true",)),
        ("os.remove", (str(inside), -1)),
        ("socket.connect", (None, ("127.0.0.1", 80))),
    ):
        with pytest.raises(PermissionError):
            hook(event, arguments)


@pytest.mark.parametrize("version", ["1.39.0", "0.87.1"])
def test_an_old_cfn_lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    (tmp_path / "cfnlint").mkdir()
    (tmp_path / "cfnlint" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(MissingError, match="not installed"):
        installed()
    info = tmp_path / f"cfn_lint-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: cfn-lint\nVersion: {version}\n")
    with pytest.raises(MissingError, match=rf"{version} is older than 1\.40: pip install --upgrade"):
        installed()


def test_without_cfn_lint_the_command_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise MissingError("cfn-lint is not installed")

    monkeypatch.setattr(cfn_lint, "installed", missing)
    done = CliRunner().invoke(main, ["scan", str(FIXTURES / "captioning-right"), "--with", "cfn-lint"])
    assert done.exit_code == 2
    assert "--with: cfn-lint is not installed" in done.stderr


def test_its_time_is_a_stage_of_its_own() -> None:
    folder = str(FIXTURES / "captioning-right")
    assert "  cfn-lint  " in CliRunner().invoke(main, ["scan", folder, "--with", "cfn-lint", "--stats"]).stderr
    assert "cfn-lint" not in CliRunner().invoke(main, ["scan", folder, "--stats"]).stderr


def test_a_usual_scan_does_not_import_it() -> None:
    code = (
        "import sys\nfrom archlint.cli.main import main\n"
        f"try: main(['scan', {str(FIXTURES / 'captioning-right')!r}])\nexcept SystemExit: pass\n"
        "print(sorted(name for name in sys.modules if name.startswith(('cfnlint', 'archlint.external'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    (folder / "template.yaml").write_text(TOO_MUCH)
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("def handler(event, context):\n    return 1\n")
    return folder


@cache
def linted_once(texts: tuple[tuple[str, str], ...]) -> cfn_lint.Linted:
    return lint(dict(texts))


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join, "lint", lambda texts: linted_once(tuple(texts.items())))


def findings(repository: Path, *options: str) -> list[dict[str, object]]:
    done = CliRunner().invoke(main, ["scan", str(repository), "--with", "cfn-lint", "--format", "json", *options])
    assert done.exit_code in (0, 1), done.output
    found: list[dict[str, object]] = json.loads(done.stdout)["findings"]
    return [finding for finding in found if str(finding["rule"]).startswith("cfn-lint")]


@pytest.mark.usefixtures("remembered")
def test_its_findings_stand_in_the_report(repository: Path) -> None:
    (finding,) = findings(repository)
    assert {key: finding[key] for key in ("rule", "code", "severity", "path", "line", "function")} == {
        "rule": "cfn-lint-E3034",
        "code": "E3034",
        "severity": "error",
        "path": "template.yaml",
        "line": 9,
        "function": "template.yaml#Score",
    }
    assert "https://" in str(finding["help"])
    assert findings(repository)[0]["fingerprint"] == finding["fingerprint"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--ignore", "E3034"), 0),
        (("--ignore", "cfn-lint"), 0),
        (("--ignore", "cfn-lint-E3034,AL101"), 0),
        (("--ignore", "W1001"), 1),
        (("--select", "cfn-lint"), 1),
        (("--select", "W1001"), 0),
        (("--select", "AL1,e3034"), 1),
        (("--select", "AL1"), 1),
    ],
)
@pytest.mark.usefixtures("remembered")
def test_select_and_ignore(repository: Path, options: tuple[str, ...], expected: int) -> None:
    assert len(findings(repository, *options)) == expected


def test_a_selection_of_its_rules_leaves_out_all_others(repository: Path) -> None:
    done = CliRunner().invoke(
        main, ["scan", str(FIXTURES / "captioning-wrong"), "--with", "cfn-lint", "--select", "cfn-lint"]
    )
    assert "[AL" not in done.stdout
    assert "warning[W2531] cfn-lint-W2531" in done.stdout


def test_without_the_option_nothing_changes(repository: Path) -> None:
    done = CliRunner().invoke(main, ["scan", str(repository), "--format", "json"])
    assert "cfn-lint" not in done.stdout


def test_what_it_could_not_check_is_said() -> None:
    result = scan_tree(MemoryTree({"template.yaml": TOO_MUCH}), Config())
    wrong = (FIXTURES / "broken/wrong-types/template.yaml").read_text()
    joined = with_cfn_lint(replace(result, sources={"template.yaml": wrong}), Config(), CfnLintChoice())
    (note,) = joined.coverage.not_read
    assert note.place.path == "template.yaml"
    assert note.message.startswith("cfn-lint could not check it: ")


def test_files_that_are_no_templates_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def record(texts: dict[str, str]) -> cfn_lint.Linted:
        seen.extend(texts)
        return cfn_lint.Linted()

    monkeypatch.setattr(join, "lint", record)
    sources = {"template.yaml": TOO_MUCH, "app.py": TOO_MUCH, "values.yaml": "Resources: none", "s.json": "\udc80"}
    result = replace(scan_tree(MemoryTree({}), Config()), sources=sources)
    assert with_cfn_lint(result, Config(), CfnLintChoice()) == result
    assert seen == ["template.yaml"]


def test_a_choice() -> None:
    assert choice(Config()).takes("cfn-lint-E3012")
    assert not choice(Config(), ignore=["e3012"]).takes("cfn-lint-E3012")
    assert not choice(Config(ignore=frozenset({"cfn-lint"}))).takes("cfn-lint-E3012")
    assert choice(Config(select=frozenset({"model-load-in-handler"}))).takes("cfn-lint-E3012")


@pytest.mark.parametrize(
    ("text", "name", "severity"),
    [
        ("E3012", "cfn-lint-E3012", "error"),
        ("cfn-lint-w2531", "cfn-lint-W2531", "warning"),
        ("I3042", "cfn-lint-I3042", "info"),
        ("CFN-LINT", "cfn-lint", "warning"),
    ],
)
def test_names(text: str, name: str, severity: str) -> None:
    page = guest_page(text)
    assert page is not None
    assert (page.name, page.severity) == (name, severity)


@pytest.mark.parametrize("text", ["", "E301", "E30122", "AL101", "cfn-lint-", "X3012"])
def test_other_names(text: str) -> None:
    assert guest_page(text) is None


def test_a_config_of_the_repository_cannot_ask_for_it() -> None:
    with pytest.raises(Exception, match="unknown key"):
        read_config(MemoryTree({"archlint.toml": 'with = ["cfn-lint"]'}))
