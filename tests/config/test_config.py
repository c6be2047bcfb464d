from __future__ import annotations

from pathlib import Path

import pytest

from archlint.config import Config, ConfigError, PerFile, load_config, read_config, rule_names
from archlint.rulebook.registry import UnknownRuleError
from archlint.tree import MemoryTree

pytestmark = pytest.mark.usefixtures("catalogue")

FULL = """
select = ["AL1", "timeout-near-limit"]
ignore = ["AL104"]
exclude = ["legacy/", "*.gen.yaml"]
fail-on = "warning"

[severity]
model-load-in-handler = "info"
AL1 = "warning"

[per-file-ignores]
"tests/**" = ["AL1"]
"*.yaml" = ["AL301"]
"""


def own(text: str | bytes) -> Config:
    return read_config(MemoryTree({"archlint.toml": text}))


def test_the_defaults() -> None:
    assert read_config(MemoryTree({})) == Config()
    assert len(Config().selected()) == 5
    assert Config().fail_on == "error"


def test_every_key() -> None:
    config = own(FULL)
    assert config.selected() == {"model-load-in-handler", "timeout-near-limit"}
    assert config.exclude == ("legacy/", "*.gen.yaml")
    assert config.fail_on == "warning"
    assert config.severity == {"model-load-in-handler": "info", "client-created-in-handler": "warning"}
    assert config.per_file_ignores[1] == PerFile("*.yaml", frozenset({"timeout-near-limit"}))
    assert config.ignored_in("tests/a/b.py") == {"model-load-in-handler", "client-created-in-handler"}
    assert config.ignored_in("deep/t.yaml") == {"timeout-near-limit"}
    assert config.ignored_in("src/app.py") == frozenset()


def test_pyproject_holds_the_same(tmp_path: Path) -> None:
    tmp_path.joinpath("pyproject.toml").write_text('[tool.archlint]\nfail-on = "never"\nselect = ["AL301"]\n')
    config = load_config(tmp_path)
    assert (config.fail_on, config.selected()) == ("never", {"timeout-near-limit"})


@pytest.mark.parametrize(
    "text", ["[project]\n", "not toml [", "[tool]\nother = 1\n", "tool = 3 # archlint\n", "archlint ["]
)
def test_a_pyproject_without_settings_may_be_as_it_likes(text: str) -> None:
    assert read_config(MemoryTree({"pyproject.toml": text})) == Config()


def test_two_places_for_settings_are_refused() -> None:
    tree = MemoryTree({"archlint.toml": "", "pyproject.toml": "[tool.archlint]\n"})
    with pytest.raises(ConfigError, match=r"archlint\.toml and \[tool\.archlint\] in pyproject\.toml"):
        read_config(tree)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("selct = []", r"archlint.toml:1: selct: unknown key (did you mean 'select'?)"),
        ("fail_on = 'error'", "fail_on: unknown key (did you mean 'fail-on'?)"),
        ("select = 'AL1'", "select: must be a list of strings, not a string"),
        ("select = [1]", "select: must hold only strings that are not empty, not 1"),
        ("ignore = ['']", "ignore: must hold only strings"),
        (
            "ignore = ['model-lod-in-handler']",
            "no rule is called 'model-lod-in-handler'; did you mean 'model-load-in-ha",
        ),
        ("ignore = ['AL999']", "ignore: no rule is called 'AL999'"),
        ("ignore = ['AL9']", "ignore: no rule is called 'AL9'"),
        ("exclude = 3", "exclude: must be a list of strings, not an integer"),
        ("fail-on = 'errors'", "must be one of error, warning, info, never, not 'errors' (did you mean 'error'?)"),
        ("fail-on = true", "must be one of error, warning, info, never, not a boolean"),
        ("severity = []", "severity: must be a table, not a list"),
        ("severity.AL101 = 'loud'", "severity.AL101: must be one of info, warning, error"),
        (
            "severity.AL101 = 'off'",
            'severity.AL101: a rule is switched off by its name in `ignore`: ignore = ["AL101"]',
        ),
        (
            "severity.AL101 = false",
            'severity.AL101: a rule is switched off by its name in `ignore`: ignore = ["AL101"]',
        ),
        ("persona = 'auditor'", "persona: must be one of default, pedantic, not 'auditor'"),
        ("severity.nope = 'info'", "severity.nope: no rule is called 'nope'"),
        ("per-file-ignores = 1.5", "per-file-ignores: must be a table, not a number"),
        ("per-file-ignores.'*.py' = 1979-05-27", "must be a list of strings, not a date or time"),
        ("per-file-ignores.'*.py' = ['x']", "per-file-ignores.\"*.py\": no rule is called 'x'"),
        ("select = [", "archlint.toml:1: not valid TOML: "),
        ("\n\nignore = []\nignore = []\n", "archlint.toml:4: not valid TOML: "),
        ("ignore = []\nselect = [\n", "archlint.toml:2: not valid TOML: "),
        (b"\xff\xfe", "archlint.toml: not valid TOML: it is not UTF-8 text; save it as UTF-8"),
        ("a=" + "[" * 5000, "archlint.toml:1: not valid TOML: nested more than"),
        ("a" + ".a" * 5000 + " = 1", "archlint.toml:1: not valid TOML: a key has more than"),
        ("\n" + "k" * 100_000 + " = 1", "archlint.toml:2: " + "k" * 80 + "…: unknown key"),
        ("ignore = ['" + "x" * 100_000 + "']", "ignore: no rule is called"),
        ("'s\u00e9lect' = []", "archlint.toml:1: \"s\u00e9lect\": unknown key (did you mean 'select'?)"),
        ("x" * 5_000_001, "archlint.toml: cannot be read: "),
    ],
)
def test_what_is_refused(text: str | bytes, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        own(text)
    assert complaint in str(caught.value)


def test_complaints_about_pyproject_name_the_table() -> None:
    with pytest.raises(ConfigError, match=r"pyproject\.toml:2: tool\.archlint\.nope: unknown key"):
        read_config(MemoryTree({"pyproject.toml": "[tool.archlint]\nnope = 1\n"}))
    with pytest.raises(ConfigError, match=r"pyproject\.toml:1: tool\.archlint: must be a table"):
        read_config(MemoryTree({"pyproject.toml": "tool.archlint = 1\n"}))
    with pytest.raises(ConfigError, match=r"pyproject\.toml:2: not valid TOML"):
        read_config(MemoryTree({"pyproject.toml": "[tool.archlint]\nselect = [\n"}))


def test_the_command_line_selects_anew_and_ignores_more() -> None:
    config = own(FULL).override(select=rule_names(["AL104", "al301"]), ignore=rule_names(["AL301"]), fail_on="info")
    assert config.select == {"client-created-in-handler", "timeout-near-limit"}
    assert config.selected() == frozenset()
    assert config.fail_on == "info"
    assert own(FULL).override() == own(FULL)


def test_rules_by_name_code_and_beginning() -> None:
    assert rule_names(["AL"]) == Config().selected()
    assert rule_names(["AL00"]) == {"unreadable-file", "unused-suppression"}
    assert rule_names(["Model-Load-In-Handler"]) == rule_names(["al101"]) == {"model-load-in-handler"}
    with pytest.raises(UnknownRuleError, match="did you mean 'AL101'"):
        rule_names(["AL1011"])


def test_every_message_is_short_and_one_line() -> None:
    long = "'" + "x" * 50_000 + "'"
    for text in (
        f"select = [{long}]",
        f"fail-on = {long}",
        f"exclude = [[{long}]]",
        f"limits.concurrency = {long}",
        f"limits.{long} = 1",
        f"per-file-ignores.{long} = [1]",
        "limits.concurrency = " + "9" * 4_000,
    ):
        with pytest.raises(ConfigError) as caught:
            own(text)
        assert len(str(caught.value)) < 600
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# c\n[severity]\nAL1 = 'loud'\n", 3),
        ("ignore = [\n  'AL104', # ]\n]\n\n[per-file-ignores]\n'a[b]' = ['AL1']\n\"x\\ty\" = ['nope']\n", 7),
        ("exclude = ['''\n[severity]\n''']\nfail-on = 'x'\n", 4),
        ("severity = { AL1 = 'info', AL2 = 'x' }\n", 1),
        ("\n\n[limits] # own\n\n  concurrency = 'many'\n", 5),
        ("\r\n[limits]\r\nconcurrency = 0\r\n", 3),
        ("limits.concurrency = 1\nlimits.nope = 2\n", 2),
    ],
)
def test_a_complaint_names_its_line(text: str, line: int) -> None:
    with pytest.raises(ConfigError) as caught:
        own(text)
    assert str(caught.value).startswith(f"archlint.toml:{line}: ")


def test_all_means_every_rule() -> None:
    assert rule_names(["ALL"]) == rule_names(["AL"])
    assert own('[per-file-ignores]\n"tests/**" = ["all"]').ignored_in("tests/a.py") == Config().selected()


def test_the_persona() -> None:
    assert own("persona = 'pedantic'").persona == "pedantic"
    assert own("").override(persona="pedantic").persona == "pedantic"
    assert own("persona = 'pedantic'").override(persona=None).persona == "pedantic"
