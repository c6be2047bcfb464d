from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from archlint.finding import Finding
from archlint.model.deployed import Deployed
from archlint.plan.accepted import Accepted, AcceptedError, Checked, check, read_accepted, read_accepted_file
from archlint.plan.answers import read_answers
from archlint.plan.model import FunctionPlan, Need, Plan
from archlint.plan.several import insist
from archlint.plan.steps import steps, to_mend
from archlint.plan.usage.file import FunctionUsage, Usage
from archlint.plan.usage.keys import UsageError
from archlint.plan.waves import Ties, schedule
from archlint.report.plan.json import render_json
from archlint.values import Known
from planning import deployed, finding, unit


def plan(units: list[FunctionPlan], functions: list[Deployed], *found: Finding) -> Plan:
    findings = {one.fingerprint: one for one in found}
    order = schedule(units, Ties(), [one.id for one in units if to_mend(one, findings)])
    by_id = {one.function.id: one for one in functions}
    return Plan(tuple(units), order.waves, steps(units, by_id, findings, {}, order, Ties()))


def accepted(units: list[FunctionPlan], *found: Finding) -> Accepted:
    functions = [deployed(one.name, "sqs") for one in units]
    return read_accepted(render_json(plan(units, functions, *found)))


def checked(before: Accepted, units: list[FunctionPlan], functions: list[Deployed], *found: Finding) -> Checked:
    by_id = {one.function.id: one for one in functions}
    return check(before, plan(units, functions, *found), by_id, {one.fingerprint: one for one in found})


def kinds(found: Checked) -> list[tuple[str, str]]:
    return [(one.unit.partition("#")[2], one.kind) for one in found.differences]


A, IMAGE = unit("A", fixes=("f1",)), unit("A", "lambda-image", fixes=("f1",))


def test_nothing_has_changed() -> None:
    found = checked(accepted([A], finding("f1")), [A], [deployed("A")], finding("f1"))
    assert found.matches
    assert [done for _, done in found.steps] == [False]


def test_a_mended_finding_is_done() -> None:
    found = checked(accepted([A], finding("f1")), [replace(A, fixes=())], [deployed("A")])
    assert found.matches
    assert [done for _, done in found.steps] == [True]


def test_a_function_is_gone_and_another_is_new() -> None:
    found = checked(accepted([A]), [unit("B")], [deployed("B")])
    assert kinds(found) == [("A", "vanished"), ("B", "new")]


def test_another_choice_and_another_need() -> None:
    now = replace(unit("A", "ecs-gpu"), needs=(Need("gpu", "required", "high"),))
    found = checked(accepted([A]), [now], [deployed("A")])
    assert kinds(found) == [("A", "target"), ("A", "need")]
    assert "lambda-stay" in found.differences[0].text
    assert "gpu: none in the plan, required today" in found.differences[1].text


def test_settings_and_traffic_are_no_reason_to_plan_anew() -> None:
    now = replace(A, needs=(*A.needs, Need("memory_mb", "4,096 MB", "high"), Need("demand", "sparse", "high")))
    assert checked(accepted([A]), [now], [deployed("A")]).matches


def test_a_second_function_beside_the_first_is_part_of_the_plan() -> None:
    second = replace(deployed("AImage", "sqs"))
    found = checked(accepted([IMAGE]), [IMAGE, unit("AImage")], [deployed("A"), second])
    assert found.matches
    assert {step.key for step, done in found.steps if done} == {"build", "beside"}


def test_when_the_old_function_is_removed_all_is_done() -> None:
    found = checked(accepted([IMAGE]), [unit("AImage")], [deployed("AImage", "sqs")])
    assert found.matches
    assert all(done for step, done in found.steps)


def test_a_change_in_place_is_seen() -> None:
    warm = unit("A", "lambda-provisioned")
    now = deployed("A", "api")
    now = replace(now, function=replace(now.function, provisioned_concurrency=True))
    found = checked(accepted([warm]), [unit("A")], [now])
    assert found.matches
    assert {step.key for step, done in found.steps if done} == {"provision"}


def test_an_image_in_place_counts_as_reached() -> None:
    now = deployed("A", "api")
    now = replace(now, function=replace(now.function, package=Known("image")))
    assert checked(accepted([IMAGE]), [unit("A")], [now]).matches


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is no plan"),
        ('{"schema": "archlint/scan/v1"}', "is no plan: its schema is 'archlint/scan/v1'"),
        ('{"schema": "archlint/plan/v1"}', "is no whole plan"),
        ('{"schema": "archlint/plan/v1", "units": [1], "steps": [], "inputs": {}, "region": ""}', "is no whole plan"),
        (
            '{"schema": "archlint/plan/v1", "units": {"a": 1}, "steps": 7, "inputs": {}, "region": ""}',
            "is no whole plan",
        ),
    ],
)
def test_a_file_that_is_no_plan(text: str, message: str) -> None:
    with pytest.raises(AcceptedError, match=r"^is no") as raised:
        read_accepted(text)
    assert message in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AcceptedError, match="cannot be read"):
        read_accepted_file(tmp_path / "none.json")


def test_every_key_of_a_plan_is_asked_for() -> None:
    document = json.loads(render_json(plan([IMAGE], [deployed("A", "sqs")], finding("f1"))))
    for key in ("units", "steps", "inputs", "region"):
        with pytest.raises(AcceptedError):
            read_accepted(json.dumps({name: value for name, value in document.items() if name != key}))


# --- wishes and answers ----------------------------------------------------------------------------------------------


def test_what_people_insist_on_keeps_what_speaks_against_it() -> None:
    found = insist(A, "ecs-gpu")
    assert found.target == found.candidates[0].target == "ecs-gpu"
    assert [why.text for why in found.blockers] == ["no GPU there"]
    assert found.candidates[1].verdict == "viable"
    assert insist(A, "lambda-stay") is A


KNOWN = [("template.yaml#A", "A"), ("template.yaml#B", "B"), ("other.yaml#B", "B")]


def test_answers_lie_over_the_usage() -> None:
    text = (
        "second_provider: no\ndefaults: {latency: batch}\nfunctions:\n  A: {gpu_speedup: 10, private_network: true}\n"
    )
    answers = read_answers(text, "answers.yml", KNOWN)
    usage = Usage("eu-west-1", functions={"template.yaml#A": FunctionUsage(latency="interactive")})
    found = answers.over(usage, [id_ for id_, _ in KNOWN])
    first, second = found.of("template.yaml#A"), found.of("other.yaml#B")
    speedup = first.get("gpu_speedup")
    assert (first.latency, first.private_network, found.region) == ("interactive", True, "eu-west-1")
    assert speedup is not None
    assert speedup.estimate == 10
    assert second.latency == "batch"
    assert answers.general == {"second_provider": "no"}


def test_all_that_is_wrong_with_answers_is_said_with_its_line() -> None:
    text = "second_providers: no\nsecond_provider: maybe\nfunctions:\n  C: {}\n  B: {}\n  A: {gpu_speed: 3}\n"
    with pytest.raises(UsageError) as raised:
        read_answers(text, "answers.yml", KNOWN)
    lines = [str(problem).split(": ", 1) for problem in raised.value.problems]
    assert [place for place, _ in lines] == [f"answers.yml:{line}" for line in (1, 2, 4, 5, 6)]
    assert "did you mean 'second_provider'" in lines[0][1]
    assert "is the name of 2 functions" in lines[3][1]


@pytest.mark.parametrize("text", ["", "null\n", "# nothing\n"])
def test_an_empty_answers_file_says_nothing(text: str) -> None:
    assert read_answers(text, "answers.yml", KNOWN).functions == {}


@pytest.mark.parametrize("text", ["- a", "a: [", "functions: 3", "\x00"])
def test_answers_of_the_wrong_shape(text: str) -> None:
    with pytest.raises(UsageError):
        read_answers(text, "answers.yml", KNOWN)
