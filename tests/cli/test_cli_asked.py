from __future__ import annotations

from dataclasses import fields

import click
import pytest

from archlint.cli.asked import Asked
from archlint.cli.scan import command


def test_each_option_has_its_field_and_its_default() -> None:
    assert [field.name for field in fields(Asked)] == [parameter.name for parameter in command.params]
    with command.make_context("scan", []) as context:
        assert Asked(**context.params) == Asked()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--baseline", "x", "--no-baseline"], "exclude each other"),
        (["--show-settings", "--format", "sarif"], "formats text and json, not sarif"),
        (["--reason", "x"], "--reason belongs to --add-ignores"),
        (["--diff"], "--diff belongs to --add-ignores"),
    ],
)
def test_options_that_contradict_each_other(options: list[str], complaint: str) -> None:
    with command.make_context("scan", options) as context, pytest.raises(click.UsageError, match=complaint):
        Asked(**context.params)


def test_lists_are_split_and_the_persona_is_named() -> None:
    with command.make_context("scan", ["--select", "AL1, AL2,,", "--select", "AL3", "--pedantic"]) as context:
        asked = Asked(**context.params)
    assert asked.select == ("AL1", "AL2", "AL3")
    assert asked.persona == "pedantic"
    assert Asked().persona is None
