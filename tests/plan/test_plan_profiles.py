"""What an architect chooses for functions as other repositories have them, and what must not be proposed."""

from __future__ import annotations

import pytest
from deciding import (
    CAPTION,
    EFS,
    HTTP,
    NIGHT,
    PARSE,
    SCORE,
    TODAY,
    TRANSFORMERS,
    UPLOAD,
    VPC,
    candidate,
    plan,
    repository,
    said,
)
from profile_code import FRAUD, SPACY, TRAIN, YOLO
from profiles import PROFILES, SKLEARN, TORCH, WIDE, Profile

from archlint.config import Config
from archlint.knowledge.plan_steps import covered_by, decided_by_target
from archlint.plan.decision.decide import decide
from archlint.plan.needs.requirements import Options
from archlint.plan.several import avoid
from archlint.plan.usage.file import Usage
from archlint.scanner.pipeline import examine
from archlint.tree import MemoryTree


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_what_an_architect_chooses_and_rules_out(profile: Profile) -> None:
    unit = plan(profile.files, profile.usage)
    assert unit.target in profile.best
    for name in (*profile.rejected, *profile.hard):
        assert candidate(unit, name).verdict == "rejected", name
    for name in profile.hard:
        assert any(why.kind == "hard" for why in candidate(unit, name).reasons), name
    chosen = candidate(unit, unit.target)
    assert chosen.verdict == "chosen"
    assert chosen.reasons


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_a_flip_leads_to_a_target_that_can_work(profile: Profile) -> None:
    unit = plan(profile.files, profile.usage)
    for flip in (flip for flip in unit.flips if not flip.condition.startswith("a CPU")):
        assert candidate(unit, flip.target).reasons[0].kind == "soft", flip


def test_people_say_how_large_the_training_is() -> None:
    files = repository(TRAIN, event=NIGHT, image=True, requirements=TORCH, timeout=300)
    asked = plan(files)
    assert asked.target == "lambda-stay"
    assert "training_size" in {question.answer_key for question in asked.questions}
    large = plan(files, said(training_size="large"))
    assert large.target == "fargate-task"
    small = plan(
        repository(TRAIN, event=NIGHT, image=True, requirements=TORCH, timeout=900), said(training_size="small")
    )
    assert small.target == "lambda-stay"
    for unit in (large, small):
        assert "training_size" not in {question.answer_key for question in unit.questions}


def test_viable_targets_say_what_they_ask_for_or_what_they_leave() -> None:
    ended = plan(repository(YOLO, event=HTTP, properties=EFS, timeout=29, runtime="python3.8"))
    assert "filled by hand" in candidate(ended, "lambda-efs").reasons[0].text
    assert "load balancer" in candidate(ended, "fargate-service").reasons[0].text
    small = plan(repository(FRAUD, event=HTTP, memory=3008, timeout=10, requirements=SKLEARN))
    assert "a capacity provider" in candidate(small, "lambda-managed-instances").reasons[0].text


def test_a_target_that_is_ruled_out_leaves_the_next_best() -> None:
    project, result = examine(MemoryTree(repository(SPACY, event=HTTP, requirements=WIDE, timeout=29)), Config())
    usage, options = Usage(), Options(TODAY)
    units = decide(project, result, usage, options)
    assert [unit.target for unit in units] == ["lambda-image"]
    (second,) = avoid(project, result, usage, options, units, ["lambda-image"])
    assert second.target == "lambda-managed-instances"
    assert len(second.candidates) == len(units[0].candidates)
    ruled_out = candidate(second, "lambda-image")
    assert [why.text for why in ruled_out.reasons] == ["you ruled it out with --avoid"]
    assert "asks for more" in candidate(second, "fargate-service").reasons[0].text
    (third,) = avoid(project, result, usage, options, units, ["lambda-image", "lambda-managed-instances"])
    assert third.target == "fargate-service"
    (same,) = avoid(project, result, usage, options, units, ["modal"])
    assert same.target == "lambda-image"
    assert candidate(same, "modal").verdict == "rejected"


def test_a_cheaper_target_that_is_not_chosen_is_not_said_to_be_dear() -> None:
    usage = said("batch", monthly_requests=2e6, request_duration_ms=3000, gpu_speedup=10)
    files = repository(CAPTION, event=UPLOAD, image=True, requirements=TRANSFORMERS, memory=10_240, timeout=300)
    unit = plan(files, usage)
    assert unit.target == "ecs-gpu"
    assert "dearer" in candidate(unit, "lambda-stay").reasons[0].text
    assert "would not fall by enough" in candidate(unit, "lambda-managed-instances").reasons[0].text
    assert "cheaper than today" in candidate(unit, "sagemaker-async").reasons[0].text
    assert "its start takes longer" in candidate(unit, "batch-gpu").reasons[0].text


def test_what_a_target_decides_is_no_step_and_a_long_timeout_behind_an_api_no_question() -> None:
    unit = plan(repository(SCORE, event=HTTP, memory=1024, timeout=900, requirements=SKLEARN))
    assert not any("one run" in question.what for question in unit.questions)
    assert {"user-facing-ml-cold-start", "snapstart-opportunity", "training-on-lambda"} <= decided_by_target()
    assert covered_by("timeout-near-limit") == "api-sync-timeout-mismatch"


def test_small_functions_are_asked_nothing_that_changes_nothing() -> None:
    unit = plan(repository(PARSE, memory=128, timeout=10, properties=VPC, requirements="someones-package==1.0\n"))
    assert {question.what for question in unit.questions} == {"how often it is called"}
    model = plan(repository(SCORE, memory=1024, timeout=10, properties=VPC, requirements=SKLEARN))
    asked = {question.answer_key for question in model.questions}
    assert {"latency", "private_network"} <= asked
