"""The files of rules/targets: whole, consistent with the cost model, and refused with a clear message where wrong."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from archlint.knowledge import targets as known
from archlint.knowledge.store import read_yaml, rules_folder
from archlint.knowledge.targets import NUMBERS, PROBLEMS, WORDS, TargetError, parse_target, targets
from archlint.plan.cost import TARGETS
from archlint.plan.cost import targets as cost
from archlint.plan.model import POINTS, SYMBOLS
from archlint.plan.needs.facts import FunctionFact, filled, holds
from archlint.values import Known, Unknown

FACTS = {"type": "object", "minProperties": 1, "propertyNames": {"enum": [*WORDS, *NUMBERS, "any"]}}
REJECTION = {
    "type": "object",
    "required": ["if", "kind", "text"],
    "additionalProperties": False,
    "properties": {
        "if": FACTS,
        "kind": {"enum": ["hard", "soft"]},
        "text": {"type": "string", "minLength": 10},
        "source": {"type": "string"},
        "as_of": {"type": "string"},
    },
}
TEXTS = {"type": "array", "items": {"type": "string", "minLength": 3}}
LIMIT = {
    "type": "object",
    "required": ["value", "unit", "source", "as_of"],
    "additionalProperties": False,
    "properties": {
        "value": {"type": "number", "exclusiveMinimum": 0},
        "unit": {"type": "string"},
        "source": {"type": "string", "pattern": "^(https://|general knowledge, no source opened)"},
        "as_of": {"type": "string", "pattern": "^20[0-9]{2}"},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["title", "symbol", "rank", "place", "points", "adapter", "cost", "moves", "stays"],
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string"},
        "symbol": {"enum": list(SYMBOLS)},
        "rank": {"type": "integer", "minimum": 0},
        "place": {"enum": list(known.PLACES)},
        "points": {"enum": list(POINTS)},
        "adapter": {"enum": list(known.ADAPTERS)},
        "cost": {"enum": list(TARGETS)},
        "moves": TEXTS,
        "stays": TEXTS,
        "notes": TEXTS,
        "groups": {"type": "array", "items": {"enum": list(read_yaml("target_groups.yaml")["groups"])}},
        "limits": {"type": "object", "additionalProperties": LIMIT},
        "rejects": {"type": "array", "items": REJECTION},
        "solves": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["problem", "order", "text"],
                "additionalProperties": False,
                "properties": {
                    "problem": {"enum": list(PROBLEMS)},
                    "order": {"type": "integer", "minimum": 0},
                    "text": {"type": "string"},
                    "if": FACTS,
                },
            },
        },
    },
}

FILES = sorted((rules_folder() / "targets").glob("*.yaml"))
GOOD: dict[str, Any] = {
    "title": "T",
    "symbol": "+",
    "rank": 1,
    "place": "aws",
    "points": 3,
    "adapter": "none",
    "cost": "lambda-stay",
    "moves": [],
    "stays": [],
    "rejects": [{"if": {"gpu": "required"}, "kind": "hard", "text": "no GPU"}],
    "solves": [{"problem": "no-gpu", "order": 0, "text": "has one"}],
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_the_form_of_a_target(path: Any) -> None:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert not [error.message for error in Draft202012Validator(SCHEMA).iter_errors(data)]


def test_there_is_one_file_for_each_target_of_the_cost_model() -> None:
    assert {target.name for target in targets()} == set(TARGETS)
    assert len({target.rank for target in targets()}) == len(targets())
    assert targets()[0].name == "lambda-stay"


def test_every_problem_is_solved_by_some_target() -> None:
    assert {row.problem for target in targets() for row in target.solves} == set(PROBLEMS)


def test_every_limit_that_a_condition_names_has_a_source_and_a_date() -> None:
    for target in targets():
        for item in target.limits.values():
            assert item.title, target.name
            assert item.as_of.startswith("20"), target.name


def test_numbers_in_texts_are_facts() -> None:
    for target in targets():
        for item in target.rejects:
            assert "{" not in filled(item.text, {name: FunctionFact(Known(1.0)) for name in NUMBERS}), item.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"title": None}, "title must be a text"),
        ({"symbol": "x"}, "symbol must be one of"),
        ({"rank": "first"}, "rank must be a whole number"),
        ({"points": 4}, "points must be one of"),
        ({"groups": ["nowhere"]}, "no group 'nowhere'"),
        ({"rejects": {}}, "rejects must be a list"),
        ({"rejects": [{"if": {}, "kind": "hard", "text": "x"}]}, "names no fact"),
        ({"rejects": [{"if": {"mood": "bad"}, "kind": "hard", "text": "x"}]}, "no fact 'mood'"),
        (
            {"rejects": [{"if": {"gpu": "maybe"}, "kind": "hard", "text": "x"}]},
            "must be one of none, optional, required",
        ),
        ({"rejects": [{"if": {"duration_s": 900}, "kind": "hard", "text": "x"}]}, "must be a mapping"),
        ({"rejects": [{"if": {"duration_s": {"over": "nothing"}}, "kind": "hard", "text": "x"}]}, "no limit 'nothing'"),
        ({"rejects": [{"if": {"duration_s": {"over": True}}, "kind": "hard", "text": "x"}]}, "must be a number"),
        ({"rejects": [{"if": {"gpu": "none"}, "kind": "stern", "text": "x"}]}, "kind must be one of hard, soft"),
        ({"solves": [{"problem": "boredom", "order": 0, "text": "x"}]}, "problem must be one of"),
        ({"limits": {"a": {"value": 1, "unit": "s", "source": "here"}}}, "limits.a.as_of must be a text"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(change: dict[str, Any], message: str) -> None:
    with pytest.raises(TargetError, match=r"here\.yaml: ") as raised:
        parse_target("here", {**copy.deepcopy(GOOD), **change}, {})
    assert message in str(raised.value)


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_a_file_that_is_no_mapping_is_refused(data: Any) -> None:
    with pytest.raises(TargetError, match="must be a mapping"):
        parse_target("here", data, {})


def test_a_missing_key_is_named() -> None:
    with pytest.raises(TargetError, match="moves is missing"):
        parse_target("here", {key: value for key, value in GOOD.items() if key != "moves"}, {})


def test_a_condition_holds_only_where_everything_is_known() -> None:
    wanted = {"if": {"gpu": "required", "duration_s": {"over": 900}}, "kind": "hard", "text": "x"}
    (item,) = parse_target("here", {**GOOD, "rejects": [wanted]}, {}).rejects
    gpu = FunctionFact(Known("required"))
    assert holds(item.when, {"gpu": gpu, "duration_s": FunctionFact(Known(1000.0))})
    assert not holds(item.when, {"gpu": gpu, "duration_s": FunctionFact(Known(900.0))})
    assert not holds(item.when, {"gpu": gpu, "duration_s": FunctionFact(Unknown("nobody says"))})
    assert not holds(item.when, {"gpu": gpu})


def test_a_range_passes_a_bound_only_as_a_whole() -> None:
    wanted = {"if": {"duration_s": {"over": "timeout_max"}}, "kind": "hard", "text": "x"}
    (item,) = parse_target("here", {**GOOD, "rejects": [wanted]}, {}).rejects
    assert not holds(item.when, {"duration_s": FunctionFact(Known(1000.0), low=800.0, high=1200.0)})
    assert holds(item.when, {"duration_s": FunctionFact(Known(1000.0), low=901.0, high=1200.0)})


def test_any_of_several_conditions() -> None:
    wanted = {"if": {"any": [{"gpu": "required"}, {"training": "yes"}]}, "kind": "soft", "text": "x"}
    (item,) = parse_target("here", {**GOOD, "rejects": [wanted]}, {}).rejects
    assert holds(item.when, {"training": FunctionFact(Known("yes"))})
    assert not holds(item.when, {"training": FunctionFact(Known("no")), "gpu": FunctionFact(Known("none"))})


def test_a_target_whose_cost_has_no_formula_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    unpriced = replace(targets()[0], name="new-target", cost="new-formula")
    monkeypatch.setattr(cost, "targets", lambda: (*targets(), unpriced))
    with pytest.raises(TargetError, match=r"new-target\.yaml: cost: there is no formula 'new-formula'; there are: "):
        cost.priced_targets.__wrapped__()
