"""The target for each kind of function, and what a decision always holds."""

from __future__ import annotations

import pytest
from deciding import (
    CAPTION,
    GPU,
    HTTP,
    NIGHT,
    PARSE,
    QUEUE,
    RULE,
    SCORE,
    TORCH,
    TRANSFORMERS,
    UPLOAD,
    VPC,
    WORK,
    candidate,
    plan,
    repository,
    said,
)  # fmt: skip

from archlint.config import Config
from archlint.knowledge.targets import targets
from archlint.plan.decision.decide import decide
from archlint.plan.usage.file import FunctionUsage, Usage
from archlint.scanner.pipeline import examine
from archlint.tree import MemoryTree

HANDS = """\
import time

import boto3

table = boto3.resource("dynamodb").Table("approvals")


def handler(event, context):
    while True:
        item = table.get_item(Key={"id": event["id"]})["Item"]
        if item["approved"]:
            return item
        time.sleep(20)
"""

ASK = """\
import json

import boto3

bedrock = boto3.client("bedrock-runtime")


def handler(event, context):
    return bedrock.converse(modelId="m", messages=json.loads(event["Records"][0]["body"]))
"""

COPY = """\
import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for key in event["keys"]:
        s3.copy_object(Bucket="archive", Key=key, CopySource=key)
"""

TRAIN = """\
from transformers import AutoModelForSequenceClassification, Trainer


def handler(event, context):
    model = AutoModelForSequenceClassification.from_pretrained("/opt/base")
    Trainer(model=model).train()
"""

IRIS = """\
from sklearn.linear_model import LinearRegression


def handler(event, context):
    return LinearRegression().fit(event["x"], event["y"]).coef_.tolist()
"""

COGNITO = """\
  Pool:
    Type: AWS::Cognito::UserPool
    Properties: {LambdaConfig: {PreSignUp: !GetAtt Work.Arn}}
"""

MACHINE = """\
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Task, Resource: !GetAtt Work.Arn, End: true}}}
"""

SKLEARN = "scikit-learn==1.7.2\njoblib\n"
FORTY_MINUTES = {"request_duration_ms": 2_400_000}


@pytest.mark.parametrize(
    ("event", "image", "target"),
    [
        (QUEUE, True, "lambda-managed-instances-gpu"),
        (QUEUE, False, "ecs-gpu"),
        (NIGHT, True, "batch-gpu"),
        (HTTP, True, "ecs-gpu"),
    ],
)
def test_code_that_needs_a_gpu(event: str, image: bool, target: str) -> None:
    unit = plan(repository(GPU, event=event, image=image, requirements=TORCH))
    assert unit.target == target
    assert candidate(unit, "lambda-stay").reasons[0].kind == "hard"
    assert candidate(unit, "lambda-stay").reasons[0].evidence is not None
    assert any("CPU is fast enough" in flip.condition for flip in unit.flips)


def test_a_gpu_for_arm64_cannot_be_had_on_lambda() -> None:
    files = repository(GPU, event=QUEUE, image=True, requirements=TORCH, properties="      Architectures: [arm64]\n")
    unit = plan(files)
    assert unit.target == "ecs-gpu"
    assert candidate(unit, "lambda-managed-instances-gpu").reasons[0].kind == "hard"


def test_private_data_keeps_it_from_a_second_provider() -> None:
    files = repository("import psycopg2\n" + GPU, event=QUEUE, image=True, requirements=TORCH, properties=VPC)
    rejected = candidate(plan(files), "modal")
    assert (rejected.verdict, rejected.reasons[0].kind) == ("rejected", "hard")
    evidence = rejected.reasons[0].evidence
    assert evidence is not None
    assert evidence.place is not None
    assert (evidence.place.path, evidence.place.line) == ("app.py", 1)


def test_the_answers_file_rules_a_second_provider_out() -> None:
    files = repository(GPU, event=NIGHT, image=True, requirements=TORCH)
    assert candidate(plan(files), "modal").verdict == "viable"
    assert candidate(plan(files, second_provider="no"), "modal").reasons[0].kind == "hard"
    assert any(question.answer_key == "second_provider" for question in plan(files).questions)


def test_training_alone_moves_nothing() -> None:
    unit = plan(repository(IRIS, event=HTTP, requirements=SKLEARN))
    assert unit.target == "lambda-stay"
    assert candidate(unit, "lambda-provisioned").verdict == "rejected"
    assert candidate(unit, "sagemaker-realtime").verdict == "rejected"


def test_a_deep_network_that_trains_all_night_is_a_task() -> None:
    files = repository(TRAIN, event=NIGHT, image=True, memory=10240, timeout=900, requirements=TRANSFORMERS)
    assert plan(files).target == "fargate-task"


def test_runs_of_forty_minutes() -> None:
    rare = said(monthly_requests=300, **FORTY_MINUTES)
    assert plan(repository(WORK, event=UPLOAD, timeout=900), rare).target == "fargate-task"
    steady = said(monthly_requests=8000, **FORTY_MINUTES)
    assert plan(repository(WORK, event=QUEUE, timeout=900), steady).target == "lambda-managed-instances"
    machine = plan(repository(WORK, timeout=900, resources=MACHINE), steady)
    assert machine.target == "fargate-task"
    assert candidate(machine, "lambda-managed-instances").reasons[0].kind == "hard"


@pytest.mark.parametrize("name", ["lambda-stay", "lambda-image", "lambda-durable", "lambda-provisioned", "lambda-efs"])
def test_a_run_over_900_seconds_rules_every_ordinary_function_out(name: str) -> None:
    unit = plan(repository(WORK, event=UPLOAD, timeout=900), said(monthly_requests=300, **FORTY_MINUTES))
    first = candidate(unit, name).reasons[0]
    assert first.kind == "hard"
    assert "2,400 s" in first.text
    assert first.evidence is not None
    assert first.evidence.as_of == "2026-11-17"


def test_a_timeout_at_the_limit_is_a_question_and_no_long_run() -> None:
    unit = plan(repository(WORK, event=UPLOAD, timeout=900))
    assert unit.target == "lambda-stay"
    assert any("900 s" in flip.condition for flip in unit.flips)
    assert any("one run" in question.what for question in unit.questions)


def test_a_loop_over_records_past_900_seconds_becomes_a_map() -> None:
    usage = said(monthly_requests=100, request_duration_ms=1_800_000)
    assert plan(repository(COPY, event=NIGHT, timeout=900), usage).target == "step-functions-map"
    assert plan(repository(COPY, event=NIGHT, timeout=900)).target == "lambda-stay"


def test_waiting_for_people_is_for_durable_functions() -> None:
    assert plan(repository(HANDS, event=RULE, timeout=900)).target == "lambda-durable"
    bounded = HANDS.replace("while True", "for _ in range(4)")
    assert plan(repository(bounded, event=RULE, timeout=900, memory=128)).target == "lambda-stay"


def test_waiting_for_a_model_behind_an_api_pays_only_with_traffic() -> None:
    files = repository(ASK, event=QUEUE, timeout=300, memory=1024)
    few = said(monthly_requests=10_000, request_duration_ms=15_000)
    many = said(monthly_requests=3e6, request_duration_ms=15_000)
    assert plan(files).target == "lambda-stay"
    assert plan(files, few).target == "lambda-stay"
    assert plan(files, many).target == "lambda-managed-instances"


def test_a_contract_keeps_the_function_on_lambda() -> None:
    unit = plan(repository(SCORE, memory=1024, timeout=5, requirements=SKLEARN, resources=COGNITO))
    assert unit.target == "lambda-snapstart"
    for name in ("fargate-service", "fargate-task", "ecs-gpu", "batch-gpu", "modal", "sagemaker-realtime"):
        assert candidate(unit, name).reasons[0].kind == "hard", name


def test_snapstart_needs_a_runtime_that_has_it() -> None:
    files = repository(SCORE, runtime="python3.11", memory=1024, timeout=5, requirements=SKLEARN, resources=COGNITO)
    assert plan(files).target == "lambda-provisioned"


def test_users_of_a_rarely_called_image() -> None:
    files = repository(CAPTION, event=HTTP, image=True, memory=10240, timeout=29, requirements=TRANSFORMERS)
    assert plan(files).target == "lambda-stay"
    assert any(flip.target == "lambda-provisioned" for flip in plan(files).flips)
    assert plan(files, said(monthly_requests=5000, request_duration_ms=3000)).target == "lambda-provisioned"


def test_a_start_of_some_seconds_is_worth_a_snapshot_where_the_package_is_a_zip() -> None:
    rare = said(monthly_requests=5000, request_duration_ms=50)
    assert plan(repository(SCORE, event=HTTP, requirements=SKLEARN), rare).target == "lambda-snapstart"
    assert plan(repository(SCORE, event=HTTP, image=True, requirements=SKLEARN), rare).target == "lambda-stay"
    large = repository(SCORE, event=HTTP, requirements=SKLEARN, properties="      EphemeralStorage: {Size: 2048}\n")
    assert candidate(plan(large, rare), "lambda-snapstart").reasons[0].kind == "hard"
    assert plan(large, rare).target == "lambda-stay"


def test_a_zip_that_only_torch_makes_too_large_becomes_an_image() -> None:
    code = GPU.replace('MODEL.to("cuda")\n', "").replace(".cuda()", "")
    unit = plan(repository(code, event=QUEUE, requirements=TORCH))
    assert unit.target == "lambda-image"
    assert candidate(unit, "lambda-stay").verdict == "rejected"


def test_a_zip_that_what_the_runtime_has_makes_too_large_stays() -> None:
    """pyarrow and pandas fit once boto3 is left to the runtime and nothing idle is packed."""
    code = "import boto3\nimport pandas\nimport pyarrow\n\n\ndef handler(event, context):\n    return 1\n"
    named = "boto3==1.40.0\npandas==2.2.3\npyarrow==18.0.0\nscikit-learn==1.7.2\n"
    unit = plan(repository(code, event=QUEUE, requirements=named))
    assert unit.target == "lambda-stay"


def test_more_memory_than_a_function_has() -> None:
    usage = said(monthly_requests=200_000, request_duration_ms=60_000, working_set_mb=20_000)
    unit = plan(repository(WORK, event=QUEUE, memory=10240, timeout=900), usage)
    assert unit.target == "lambda-managed-instances"


def test_a_saving_below_a_hundred_dollars_moves_nothing() -> None:
    files = repository(ASK, event=QUEUE, timeout=300, memory=512)
    assert plan(files, said(monthly_requests=1e6, request_duration_ms=5000)).target == "lambda-stay"


def test_every_target_has_a_verdict_and_a_reason() -> None:
    unit = plan(repository(PARSE, event=HTTP))
    assert {item.target for item in unit.candidates} == {target.name for target in targets()}
    assert unit.candidates[0].target == unit.target
    assert [item.verdict for item in unit.candidates].count("chosen") == 1
    assert all(item.reasons and all(reason.text for reason in item.reasons) for item in unit.candidates)


def test_without_usage_no_cost_is_printed() -> None:
    unit = plan(repository(PARSE, event=HTTP))
    assert all(item.cost is None for item in unit.candidates)
    assert candidate(unit, "lambda-stay").cost_formula
    assert any("how often" in question.what for question in unit.questions)


def test_a_schedule_says_how_often() -> None:
    unit = plan(repository(PARSE, event=NIGHT), said(request_duration_ms=2000))
    requests = unit.traffic.monthly_requests
    assert requests is not None
    assert requests.estimate == pytest.approx(730 / 24)
    assert requests.provenance == "derived"


def test_other_languages_are_left_alone() -> None:
    files = repository("x = 1\n", event=HTTP, runtime="nodejs22.x")
    unit = plan(files, said(monthly_requests=1e9, request_duration_ms=1000))
    assert unit.target == "lambda-stay"


def test_an_empty_repository_has_no_units() -> None:
    project, result = examine(MemoryTree({}), Config())
    assert decide(project, result) == ()


def test_broken_code_is_no_reason_to_fail() -> None:
    unit = plan(repository("def handler(:\n", event=HTTP))
    assert unit.target == "lambda-stay"


def test_defaults_of_the_usage_file_hold_for_every_function() -> None:
    names = [f"F{n}" for n in range(40)]
    lines = ["Transform: AWS::Serverless-2016-10-31", "Resources:"]
    for name in names:
        lines += [f"  {name}:", "    Type: AWS::Serverless::Function", "    Properties:"]
        lines += ["      CodeUri: .", "      Handler: app.handler", "      Runtime: python3.13"]
    project, result = examine(MemoryTree({"template.yaml": "\n".join(lines) + "\n", "app.py": PARSE}), Config())
    usage = Usage(defaults=FunctionUsage(said(monthly_requests=1e6, request_duration_ms=100).figures))
    assert len(decide(project, result, usage)) == len(names)


def test_a_gpu_at_a_second_provider_has_no_price_of_a_cpu() -> None:
    files = repository(GPU, event=HTTP, image=True, requirements=TORCH)
    usage = said(monthly_requests=2_000_000, request_duration_ms=1000)
    assert candidate(plan(files, usage), "modal").cost is None
    measured = said(monthly_requests=2_000_000, request_duration_ms=1000, gpu_speedup=20)
    priced = candidate(plan(files, measured), "modal").cost
    assert priced is not None
    assert any("T4" in text for text in priced.assumptions)


def test_libraries_that_only_a_new_runtime_makes_too_large() -> None:
    files = repository("import torch\n" + SCORE, event=HTTP, runtime="python3.6")
    texts = [reason.text for reason in candidate(plan(files), "lambda-image").reasons]
    assert any("on a current runtime its libraries no longer fit a zip" in text for text in texts)
