from __future__ import annotations

import re
import shlex
from dataclasses import replace

import pytest

from archlint.finding import Finding
from archlint.knowledge import plan_steps
from archlint.knowledge.store import read_yaml
from archlint.model.deployed import Deployed
from archlint.model.function import ImageCode
from archlint.model.place import Place
from archlint.plan.cost import TARGETS
from archlint.plan.model import POINTS, SYMBOLS, FunctionPlan, PlanStep
from archlint.plan.steps import steps, to_mend
from archlint.plan.steps.words import slug, words
from archlint.plan.waves import Ties, schedule
from archlint.values import Known
from planning import deployed, finding, unit

MOVES = [target for target in TARGETS if target != "lambda-stay"]


def made(
    units: list[FunctionPlan], functions: list[Deployed], *found: Finding, ties: Ties | None = None
) -> tuple[PlanStep, ...]:
    findings = {one.fingerprint: one for one in found}
    order = schedule(units, ties or Ties(), [one.id for one in units if to_mend(one, findings)])
    by_id = {one.function.id: one for one in functions}
    return steps(units, by_id, findings, {"slow-init": "Make it short."}, order, ties or Ties())


def moved(target: str, *triggers: str, kind: str = "sam") -> tuple[PlanStep, ...]:
    return made([unit("A", target)], [deployed("A", *triggers, kind=kind)])


def keys(found: tuple[PlanStep, ...]) -> list[str]:
    return [step.key for step in found]


# --- the data files --------------------------------------------------------------------------------------------------


def test_every_trigger_that_readers_know_has_a_row() -> None:
    sources = read_yaml("triggers.yaml")
    tables = [sources[section].values() for section in ("sam_events", "resources", "principals", "pollers")]
    assert {row["type"] for table in tables for row in table} <= set(plan_steps.known_triggers())


@pytest.mark.parametrize("trigger", [*plan_steps.known_triggers(), "no such trigger"])
def test_a_trigger_can_move_or_says_why_not(trigger: str) -> None:
    assert plan_steps.way(trigger, "beside") is not None
    if plan_steps.contract(trigger) is None:
        ways = [plan_steps.way(trigger, form) for form in ("container", "task")]
        assert all(way and way.replace and way.shift and way.back and way.points in POINTS for way in ways)
    else:
        assert plan_steps.way(trigger, "container") is None


@pytest.mark.parametrize("target", MOVES)
def test_every_target_has_its_steps(target: str) -> None:
    found = plan_steps.move(target)
    assert found is not None
    assert found.form in plan_steps.FORMS
    assert set(found.base) <= set(plan_steps.base_keys())
    for recipe in (*found.steps, *map(plan_steps.base, found.base)):
        assert recipe.symbol in SYMBOLS
        assert recipe.points in POINTS
        assert recipe.shift or (recipe.title and recipe.verify)
        assert recipe.rollback or recipe.shift or not recipe.reversible


def test_nothing_moves_to_where_it_is() -> None:
    assert plan_steps.move("lambda-stay") is None


# --- moves -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", MOVES)
@pytest.mark.parametrize("kind", ["sam", "cloudformation", "cdk-python"])
def test_the_steps_of_a_move_follow_each_other(target: str, kind: str) -> None:
    found = moved(target, "s3", kind=kind)
    assert len({step.id for step in found}) == len(found)
    known: set[str] = set()
    for step in found:
        assert set(step.depends_on) <= known
        known.add(step.id)
        assert not re.search(r"\{[a-z]+\}", " ".join((step.title, step.detail, *step.commands, *step.files)))
        for command in step.commands:
            shlex.split(command)
    assert [step.wave for step in found] == sorted(step.wave for step in found)


def test_zip_to_image_goes_in_two_phases() -> None:
    found = moved("lambda-image", "sqs")
    assert keys(found) == ["events", "build", "beside", "replay", "shift", "park", "remove"]
    beside = next(step for step in found if step.key == "beside")
    assert beside.title == "Deploy AImage beside A, without traffic"
    assert "PackageType can only be set when a function is created" in beside.detail
    assert [step.key for step in found if not step.reversible] == ["remove"]
    assert found[-1].wave == max(step.wave for step in found)
    assert all(step.rollback for step in found if step.reversible)


def test_only_plain_cloudformation_needs_a_registry_of_its_own() -> None:
    plain = moved("lambda-image", "sqs", kind="cloudformation")
    assert "ecr" in keys(plain)
    assert any("docker push" in command for step in plain for command in step.commands)
    beside = next(step for step in moved("lambda-image", "sqs") if step.key == "beside")
    assert beside.commands[1].endswith("--resolve-image-repos")


def test_an_image_needs_no_new_package_type() -> None:
    code = ImageCode("src/Dockerfile", "src", Place("template.yaml"))
    old = deployed("A", "sqs")
    old = replace(old, function=replace(old.function, code=code, package=Known("image")))
    found = made([unit("A", "lambda-managed-instances-gpu")], [old])
    assert "PackageType" not in " ".join(step.detail for step in found)
    assert "ecr" not in keys(found)
    assert next(step for step in found if step.key == "build").files == ("src/Dockerfile",)


@pytest.mark.parametrize(
    ("target", "trigger", "words_"),
    [
        ("lambda-image", "sqs", "MaximumConcurrency"),
        ("lambda-image", "s3", "prefix"),
        ("lambda-image", "alb", "target group"),
        ("fargate-service", "s3", "rebuilds Records"),
        ("fargate-service", "alb", "5, 25, 100 percent"),
        ("fargate-task", "step-functions", "ecs:runTask.sync"),
        ("ecs-gpu", "cognito", "a user pool calls nothing but Lambda"),
        ("lambda-provisioned", "api", "alias"),
        ("modal", "sqs", "alias"),
    ],
)
def test_each_trigger_shifts_in_its_own_way(target: str, trigger: str, words_: str) -> None:
    found = [step for step in moved(target, trigger) if step.key == "shift"]
    assert len(found) == 1
    assert words_.lower() in found[0].detail.lower()


def test_several_triggers_shift_one_by_one_and_none_means_direct_callers() -> None:
    assert keys(moved("lambda-image", "sqs", "sqs", "s3")).count("shift") == 2
    (only,) = [step for step in moved("lambda-image") if step.key == "shift"]
    assert only.title == "Shift the traffic of A: its direct callers"


def test_what_is_shared_is_made_once() -> None:
    units = [unit("A", "fargate-service"), unit("B", "fargate-task")]
    found = made(units, [deployed("A", "sqs"), deployed("B", "schedule")])
    (cluster,) = [step for step in found if step.key == "cluster"]
    assert (cluster.unit, cluster.also) == (None, ("template.yaml#A", "template.yaml#B"))
    first = next(step for step in found if step.unit == "template.yaml#B" and step.key == "build")
    assert cluster.id in first.depends_on


def test_a_caller_shifts_after_its_callee() -> None:
    units = [unit("A", "lambda-image"), unit("B", "lambda-image")]
    ties = Ties(callers={"template.yaml#B": ("template.yaml#A",)}, awaited=frozenset({"template.yaml#B"}))
    found = made(units, [deployed("A", "api"), deployed("B")], ties=ties)
    shift = {step.unit: step for step in found if step.key == "shift"}
    assert shift["template.yaml#B"].id in shift["template.yaml#A"].depends_on
    assert shift["template.yaml#B"].wave < shift["template.yaml#A"].wave


@pytest.mark.parametrize(
    ("kind", "command"), [("sam", "sam build"), ("cloudformation", "aws cloudformation"), ("cdk-typescript", "npx cdk")]
)
def test_commands_fit_the_kind_of_template(kind: str, command: str) -> None:
    beside = next(step for step in moved("lambda-image", "sqs", kind=kind) if step.key == "beside")
    assert beside.commands[0].startswith(command)


def test_a_hostile_name_stays_one_word_of_a_command() -> None:
    name = "A'; rm -rf / #\x1b[31m`x`$(y)"
    hostile = replace(unit("A", "lambda-image"), name=name)
    (step, *_) = made([hostile], [deployed("A", "sqs")])
    assert shlex.split(step.commands[2])[4] == name.replace("\x1b", "?")
    assert "rm" not in slug("'; \x1b")
    assert words(hostile, deployed("A")).texts["slug"] == "a-rm-rf-31m-x-y"


# --- fixes -----------------------------------------------------------------------------------------------------------


def test_a_fix_names_its_rule_its_place_and_its_advice() -> None:
    (step,) = made([unit("A", fixes=("f1",))], [deployed("A")], finding("f1"))
    assert (step.key, step.wave, step.symbol, step.points) == ("fix", 1, "~", 3)
    assert step.title == "Mend model-load-in-handler at src/app.py:4"
    assert step.detail == "Load it once."
    assert step.findings == ("f1",)
    assert step.verify == ("archlint scan --select AL101 no longer names src/app.py",)


def test_without_advice_of_its_own_the_page_advises() -> None:
    found = finding("f1", rule="slow-init", code="AL106", advice=None)
    (step,) = made([unit("A", fixes=("f1",))], [deployed("A")], found)
    assert step.detail == "Make it short."


def test_three_rules_of_one_line_are_listed() -> None:
    rules = ("model-load-in-handler", "slow-init", "tmp-reliance")
    found = [finding(f"f{n}", rule=rule) for n, rule in enumerate(rules)]
    (step,) = made([unit("A", fixes=tuple(one.fingerprint for one in found))], [deployed("A")], *found)
    assert step.title.startswith("Mend model-load-in-handler, slow-init and tmp-reliance at ")


def test_one_rule_in_one_file_is_one_edit() -> None:
    found = [finding(f"f{n}", line=n) for n in (3, 9, 12, 40)]
    (step,) = made([unit("A", fixes=tuple(one.fingerprint for one in found))], [deployed("A")], *found)
    assert step.title == "Mend model-load-in-handler at src/app.py:3, 9, 12 and 1 more"
    assert step.points == 3


def test_one_line_with_several_rules_is_one_edit() -> None:
    pinned = finding("f2", rule="docker-unpinned", code="AL210", path="Dockerfile", line=1)
    fat = finding("f1", rule="gpu-wheels-on-cpu", code="AL204", path="Dockerfile", line=1)
    (step,) = made([unit("A", fixes=("f1", "f2"))], [deployed("A")], pinned, fat)
    assert set(step.findings) == {"f1", "f2"}
    assert step.points == 3
    assert "docker-unpinned" in step.title
    assert "gpu-wheels-on-cpu" in step.title


def test_the_line_that_declares_a_function_is_no_single_edit() -> None:
    near = finding("f1", rule="timeout-near-limit", code="AL301", path="template.yaml", line=12)
    large = finding("f2", rule="package-near-limit", code="AL202", path="template.yaml", line=12)
    assert len(made([unit("A", fixes=("f1", "f2"))], [deployed("A")], near, large)) == 2


def test_a_fix_for_several_functions_counts_once() -> None:
    both = ("template.yaml#A", "template.yaml#B")
    shared = finding("f1", rule="gpu-wheels-on-cpu", code="AL204", path="requirements.txt", line=2, functions=both)
    (step,) = made([unit("A", fixes=("f1",)), unit("B", fixes=("f1",))], [deployed("A"), deployed("B")], shared)
    assert (step.unit, step.also) == (both[0], both[1:])


def test_one_rule_for_two_functions_of_a_template_is_two_edits() -> None:
    found = [
        finding("f1", rule="timeout-near-limit", code="AL301", path="template.yaml", line=9),
        finding(
            "f2", rule="timeout-near-limit", code="AL301", path="template.yaml", line=19, functions=("template.yaml#B",)
        ),
    ]
    units = [unit("A", fixes=("f1",)), unit("B", fixes=("f2",))]
    assert [step.unit for step in made(units, [deployed("A"), deployed("B")], *found)] == [one.id for one in units]


def test_what_a_move_does_away_with_is_not_mended_first() -> None:
    large = finding("f1", rule="package-too-large-for-zip", code="AL201", path="requirements.txt")
    assert "fix" not in keys(made([unit("A", "lambda-image", fixes=("f1",))], [deployed("A", "sqs")], large))
    assert "fix" in keys(made([unit("A", fixes=("f1",))], [deployed("A", "sqs")], large))


def test_suppressed_findings_have_no_step() -> None:
    assert made([unit("A", fixes=("gone",))], [deployed("A")]) == ()


def test_ids_do_not_depend_on_lines() -> None:
    first = made([unit("A", fixes=("f1",))], [deployed("A")], finding("f1", line=4))
    second = made([unit("A", fixes=("f1",))], [deployed("A")], finding("f1", line=400))
    assert [step.id for step in first] == [step.id for step in second]
