"""What the planner reads from a repository about one function."""

from __future__ import annotations

import pytest
from deciding import (
    CAPTION,
    EFS,
    GPU,
    HTTP,
    NIGHT,
    PARSE,
    QUEUE,
    SCORE,
    TORCH,
    TRANSFORMERS,
    UPLOAD,
    VPC,
    need,
    plan,
    repository,
    said,
)

from archlint.plan.model import FunctionPlan
from archlint.plan.needs.triggers import runs_a_month

MONTH = 730 / 24

GUARDED = """\
import torch

MODEL = torch.jit.load("detector.pt", map_location="cpu")
if torch.cuda.is_available():
    MODEL.cuda()


def handler(event, context):
    return MODEL(torch.tensor(event["pixels"])).tolist()
"""

TRANSFORM = """\
def handler(event, context):
    return {"outputFiles": [f["contentBatches"] for f in event.get("inputFiles")], "base": event.get("knowledgeBaseId")}
"""

CALLER = """\
import os

import boto3

client = boto3.client("lambda")


def handler(event, context):
    client.invoke(FunctionName=os.environ["OTHER"], InvocationType="KIND")
"""


def value(unit: FunctionPlan, name: str) -> str | None:
    return need(unit, name)


@pytest.mark.parametrize(
    ("code", "gpu"), [(GPU, "required"), (GUARDED, "optional"), (CAPTION, "none"), (PARSE, "none")]
)
def test_whether_it_needs_a_gpu(code: str, gpu: str) -> None:
    assert value(plan(repository(code, event=QUEUE)), "gpu") == gpu


def test_a_need_says_where_it_comes_from() -> None:
    unit = plan(repository(GPU, event=QUEUE))
    (gpu,) = [item for item in unit.needs if item.name == "gpu"]
    assert gpu.evidence[0].rule == "gpu-use-on-lambda"
    assert gpu.evidence[0].place is not None
    assert gpu.evidence[0].place.path == "app.py"


@pytest.mark.parametrize(
    ("event", "caller"), [(HTTP, "waits"), (QUEUE, "nobody"), (NIGHT, "nobody"), (UPLOAD, "nobody")]
)
def test_who_waits(event: str, caller: str) -> None:
    assert value(plan(repository(PARSE, event=event)), "caller") == caller


def test_the_usage_file_knows_better_who_waits() -> None:
    assert value(plan(repository(PARSE, event=QUEUE), said("interactive")), "caller") == "waits"


def test_a_function_without_a_trigger_is_not_known_to_be_waited_for() -> None:
    unit = plan(repository(PARSE, timeout=900))
    assert (value(unit, "caller") or "").startswith("not known")
    assert any(question.answer_key == "latency" for question in unit.questions)


@pytest.mark.parametrize(("kind", "caller"), [("Event", "nobody"), ("RequestResponse", "waits")])
def test_another_function_that_invokes_it_shows_who_waits(kind: str, caller: str) -> None:
    front = (
        "  Zfront:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: front/\n"
        "      Handler: front.handler\n      Runtime: python3.13\n"
        "      Environment: {Variables: {OTHER: !Ref Work}}\n"
    )
    files = repository(PARSE, resources=front)
    files["front/front.py"] = CALLER.replace("KIND", kind)
    assert value(plan(files), "caller") == caller


def test_the_event_shows_a_contract_that_no_template_shows() -> None:
    unit = plan(repository(TRANSFORM))
    assert value(unit, "contract") == "yes"
    assert value(unit, "caller") == "nobody"


def test_a_vpc_that_serves_a_file_system_leads_to_no_private_data() -> None:
    assert value(plan(repository(SCORE, event=HTTP, properties=EFS)), "private_data") == "no"
    assert value(plan(repository(SCORE, event=HTTP, properties=VPC)), "private_data") == "yes"
    assert value(plan(repository(SCORE, event=HTTP)), "private_data") == "no"
    stated = said(private_network=False)
    assert value(plan(repository(SCORE, event=HTTP, properties=VPC), stated), "private_data") == "no"


def test_what_a_file_system_carries() -> None:
    named = "scikit-learn==1.7.2\njoblib\n"
    models = repository(SCORE, event=HTTP, properties=EFS, requirements=named)
    assert value(plan(models), "efs") == "models"
    assert value(plan(repository(SCORE, event=HTTP, properties=EFS)), "efs") == "libraries"
    assert value(plan(repository(PARSE, event=UPLOAD, properties=EFS)), "efs") == "files"


@pytest.mark.parametrize(
    ("runtime", "state"), [("python3.6", "blocked"), ("python3.9", "deprecated"), ("python3.13", "supported")]
)
def test_how_the_runtime_stands(runtime: str, state: str) -> None:
    assert value(plan(repository(PARSE, event=HTTP, runtime=runtime)), "runtime") == state


def test_libraries_that_outgrew_a_zip() -> None:
    files = repository(GUARDED, event=HTTP, runtime="python3.6", requirements="")
    unit = plan(files)
    assert value(unit, "zip_fit") == "outgrown"
    assert unit.target == "lambda-image"


@pytest.mark.parametrize(
    ("code", "named", "init"), [(CAPTION, TRANSFORMERS, "heavy"), (SCORE, "scikit-learn\njoblib\n", "medium")]
)
def test_how_long_it_starts(code: str, named: str, init: str) -> None:
    assert value(plan(repository(code, event=HTTP, image=True, requirements=named)), "init") == init
    assert value(plan(repository(code, event=HTTP, requirements=named), said(init_ms=500)), "init") == "light"


def test_a_gpu_that_the_usage_file_speaks_for_is_an_option() -> None:
    unit = plan(repository(CAPTION, event=UPLOAD, image=True, requirements=TORCH), said(gpu_speedup=8))
    assert value(unit, "gpu") == "optional"


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        ("rate(5 minutes)", 8760),
        ("rate(1 day)", MONTH),
        ("cron(0 2 * * ? *)", MONTH),
        ("cron(0/15 * * * ? *)", 96 * MONTH),
        ("cron(0 8 ? * MON-FRI *)", MONTH * 5 / 7),
        ("cron(30 6 1,15 * ? *)", 2),
        ("cron(0 2 1 1 ? *)", None),
        ("rate(0 minutes)", None),
        ("at(2026-12-01T00:00:00)", None),
        ("cron(*/0 * * * ? *)", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_how_often_a_schedule_runs(expression: str, runs: float | None) -> None:
    found = runs_a_month(expression)
    assert found is None if runs is None else found == pytest.approx(runs)
