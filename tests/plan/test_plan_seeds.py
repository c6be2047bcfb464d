"""The decisions that well-known articles on machine learning in Lambda describe, each as a small repository."""

from __future__ import annotations

import pytest
from deciding import (
    CAPTION,
    EFS,
    GPU,
    HTTP,
    MONTHLY,
    PARSE,
    SCORE,
    TORCH,
    TRANSFORMERS,
    UPLOAD,
    candidate,
    plan,
    repository,
    said,
)  # fmt: skip

from archlint.plan.model import FunctionPlan

RECOMMENDER = """\
import time

import boto3
import faiss
import numpy

s3 = boto3.client("s3")
INDEX = None
LOADED = 0


def movies():
    global INDEX, LOADED
    if INDEX is None or time.time() - LOADED > 300:
        s3.download_file("films", "movies.faiss", "/tmp/movies.faiss")
        INDEX = faiss.read_index("/tmp/movies.faiss")
        LOADED = time.time()
    return INDEX


def handler(event, context):
    return movies().search(numpy.array([event["profile"]]), 10)[1].tolist()
"""

SENTIMENT = """\
from transformers import pipeline

PIPE = pipeline("sentiment-analysis", model="/mnt/models/sentiment")


def handler(event, context):
    return PIPE(event["text"])
"""

MANY = """\
import os

import joblib
import sklearn

CACHE = {}


def handler(event, context):
    name = event["queryStringParameters"]["model"]
    if name not in CACHE:
        CACHE[name] = joblib.load(os.path.join("/mnt/models", name + ".joblib"))
    return CACHE[name].predict([event["row"]]).tolist()
"""


def dollars(unit: FunctionPlan, target: str) -> float:
    cost = candidate(unit, target).cost
    assert cost is not None
    return cost.estimate


def test_two_million_small_files_stay_and_the_second_provider_is_peoples_decision() -> None:
    """The post's $326.87 is after the free tier; $333.73 without. A lower price elsewhere is a flip, not a choice."""
    unit = plan(
        repository(PARSE, event=UPLOAD, memory=10240),
        said("batch", monthly_requests=2e6, request_duration_ms=1000, init_ms=0),
    )
    assert unit.target == "lambda-stay"
    assert dollars(unit, "lambda-stay") == pytest.approx(333.734)


@pytest.mark.parametrize(("requests", "milliseconds"), [(10_000, 5_000), (15_000, 30_000)])
def test_the_guides_documents_stay(requests: float, milliseconds: float) -> None:
    usage = said("batch", monthly_requests=requests, request_duration_ms=milliseconds)
    unit = plan(repository(PARSE, event=UPLOAD, memory=2048), usage)
    assert unit.target == "lambda-stay"
    assert dollars(unit, "lambda-stay") < dollars(unit, "fargate-service")


def test_the_guides_fine_tuning_is_a_job_on_a_gpu_and_not_fargate() -> None:
    code = GPU.replace('return MODEL(torch.tensor(event["pixels"]).cuda()).tolist()', "MODEL.fit(event).cuda()")
    unit = plan(
        repository(code, event=MONTHLY, image=True, memory=10240, timeout=900, requirements=TORCH),
        said(monthly_requests=1, request_duration_ms=4 * 3600 * 1000),
    )
    assert unit.target == "batch-gpu"
    for name in ("lambda-stay", "fargate-task", "fargate-service", "lambda-managed-instances-gpu"):
        assert any(reason.kind == "hard" for reason in candidate(unit, name).reasons), name


def test_a_small_static_model_behind_an_api_stays() -> None:
    unit = plan(repository(SCORE, event=HTTP, requirements="scikit-learn==1.7.2\njoblib\n"))
    assert unit.target == "lambda-stay"
    assert candidate(unit, "ecs-gpu").verdict == "rejected"
    assert candidate(unit, "fargate-task").reasons[0].kind == "hard"


def test_a_recommender_with_an_index_that_changes_moves() -> None:
    unit = plan(repository(RECOMMENDER, event=HTTP, requirements="faiss-cpu\nnumpy\nboto3\n"))
    assert unit.target == "fargate-service"
    evidence = candidate(unit, "fargate-service").reasons[0].evidence
    assert evidence is not None
    assert evidence.place is not None
    assert evidence.place.path == "app.py"


def test_captions_of_uploads_stay_and_are_not_kept_warm() -> None:
    files = repository(CAPTION, event=UPLOAD, image=True, memory=10240, timeout=300, requirements=TRANSFORMERS)
    unit = plan(files)
    assert unit.target == "lambda-stay"
    for name in ("lambda-provisioned", "lambda-snapstart", "sagemaker-serverless"):
        assert candidate(unit, name).verdict == "rejected", name
    assert candidate(unit, "lambda-image").reasons[0].text == "this is what it is today"


def test_captions_earn_a_gpu_only_by_a_stated_speedup() -> None:
    files = repository(CAPTION, event=UPLOAD, image=True, memory=10240, timeout=300, requirements=TRANSFORMERS)
    traffic = {"monthly_requests": 2e6, "request_duration_ms": 3000}
    assert plan(files, said("batch", **traffic)).target == "lambda-stay"
    assert plan(files, said("batch", gpu_speedup=10, **traffic)).target == "ecs-gpu"


def test_hugging_face_on_a_file_system_that_was_filled_by_hand_becomes_an_image() -> None:
    """The runtime has ended, so the libraries have to be built again anyway."""
    unit = plan(repository(SENTIMENT, event=HTTP, runtime="python3.9", properties=EFS))
    assert unit.target == "lambda-image"
    assert candidate(unit, "lambda-snapstart").reasons[0].kind == "hard"


def test_hugging_face_with_its_models_on_a_file_system_stays() -> None:
    files = repository(SENTIMENT, event=HTTP, image=True, requirements=TRANSFORMERS, properties=EFS)
    assert plan(files).target == "lambda-stay"


def test_many_models_that_requests_choose_stay_on_their_file_system() -> None:
    unit = plan(repository(MANY, event=HTTP, requirements="scikit-learn==1.7.2\njoblib\n", properties=EFS))
    assert unit.target == "lambda-stay"
    assert candidate(unit, "lambda-efs").reasons[0].text == "this is what it is today"
    assert candidate(unit, "sagemaker-async").verdict == "rejected"


def test_one_fixed_model_needs_no_file_system() -> None:
    unit = plan(
        repository(SCORE, event=HTTP, requirements="scikit-learn==1.7.2\njoblib\n"),
        said(model_mb=50, monthly_requests=1000, request_duration_ms=50),
    )
    assert candidate(unit, "lambda-efs").verdict == "rejected"
