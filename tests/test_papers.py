"""What README and .ci/run promise."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from archlint.cli.main import main
from archlint.config import read_config
from archlint.tree import MemoryTree

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def between(name: str) -> str:
    return README.split(f"<!-- {name}:begin -->")[1].split(f"<!-- {name}:end -->")[0]


@pytest.mark.parametrize("name", ["run", "tests"])
def test_each_command_is_one_line_in_its_markers(name: str) -> None:
    assert re.fullmatch(r"\n```sh\npython3 -m venv [^\n]+\n```\n", between(name))


def test_the_settings_of_the_readme_are_read(catalogue: object) -> None:
    text = README.split("```toml\n")[1].split("```")[0]
    assert tomllib.loads(text)["fail-on"] == "warning"
    config = read_config(MemoryTree({"archlint.toml": text.replace(', "AL2"', "")}))
    assert config.severity == {"timeout-near-limit": "info"}


def test_every_option_of_the_readme_exists() -> None:
    context = main.make_context("archlint", ["scan"])
    commands = [main.get_command(context, name) for name in main.list_commands(context)]
    known = {option for command in commands if command for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"archlint scan[^`\n#]*?(--[a-z-]+)", README)) <= known


def test_a_plan_is_checked_with_the_options_it_was_made_with() -> None:
    made, checked = (
        next(line for line in README.splitlines() if line.startswith("archlint plan") and word in line)
        for word in ("--output plan.json", "--check plan.json")
    )
    assert ("--usage" in made) == ("--usage" in checked)


def test_the_example_is_what_the_command_prints() -> None:
    done = CliRunner().invoke(main, ["scan", str(ROOT / "fixtures/captioning-wrong"), "--fail-on", "never"])
    assert done.exit_code == 0
    for part in between("example").strip().removeprefix("```text\n").removesuffix("\n```").split("\n…\n"):
        assert part in done.output
