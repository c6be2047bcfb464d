"""Functions as other repositories have them, with what an architect chooses and must not propose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deciding import EFS, HTTP, NIGHT, QUEUE, UPLOAD, VPC, repository, said
from profile_code import (
    BATCH_SCORE,
    CHAT,
    COGNITO,
    CUSTOM,
    DIFFUSION,
    DISTRIBUTION,
    EDGE,
    ENDPOINT,
    FETCH,
    FIFO,
    FIFO_QUEUE,
    FIT,
    FRAUD,
    KINESIS,
    ONNX,
    ORDERS,
    POOL,
    PROXY,
    RAG,
    SIGN_UP,
    SOCKET,
    SPACY,
    STATES,
    STREAM,
    TENSORFLOW,
    TEXTRACT,
    TORCH_WORKER,
    TRAIN,
    VIDEO,
    WHISPER,
    YOLO,
)

from archlint.plan.usage.file import FunctionUsage

GPU_TARGETS = ("lambda-managed-instances-gpu", "ecs-gpu", "batch-gpu")
HOSTING = ("sagemaker-realtime", "sagemaker-async", "sagemaker-serverless")
LATE = ("fargate-task", "sagemaker-async", "step-functions-map", "batch-gpu")
OFF_LAMBDA = ("fargate-service", "fargate-task", "ecs-gpu", "batch-gpu", "modal", *HOSTING)
ORDINARY = ("lambda-stay", "lambda-image", "lambda-efs", "lambda-provisioned", "lambda-snapstart", "lambda-durable")


@dataclass(frozen=True)
class Profile:
    """One function; `best` first, then what is acceptable."""

    name: str
    files: Mapping[str, str | bytes]
    best: tuple[str, ...]
    rejected: tuple[str, ...] = ()
    hard: tuple[str, ...] = ()
    usage: FunctionUsage | None = None


SKLEARN = "scikit-learn==1.6.1\njoblib==1.4.2\n"
TORCH = "torch==2.9.1\n"
XGBOOST = "xgboost==2.1.3\npandas==2.2.3\n"
WIDE = "spacy==3.8.7\npandas==2.2.3\nscikit-learn==1.6.1\nscipy==1.15.0\n"

PROFILES = (
    Profile(
        "spaCy beside pandas in a zip behind an API",
        repository(SPACY, event=HTTP, requirements=WIDE, runtime="python3.12", timeout=29),
        ("lambda-image",),
        GPU_TARGETS,
        ("lambda-stay", "lambda-snapstart", "fargate-task", "sagemaker-async", "step-functions-map"),
    ),
    Profile(
        "TensorFlow in an image for uploads",
        repository(TENSORFLOW, event=UPLOAD, image=True, requirements="tensorflow==2.19.0\n", timeout=120),
        ("lambda-stay",),
        (*GPU_TARGETS, "lambda-durable", "lambda-provisioned", "step-functions-map"),
        ("lambda-snapstart",),
    ),
    Profile(
        "Whisper with all the memory and time of a function",
        repository(WHISPER, event=UPLOAD, image=True, requirements=TORCH, timeout=900, memory=10_240),
        ("lambda-stay", "fargate-task"),
        ("lambda-provisioned", "lambda-durable", "sagemaker-serverless"),
        ("lambda-snapstart",),
    ),
    Profile(
        "Whisper for 25 minutes, seldom",
        repository(WHISPER, event=UPLOAD, image=True, requirements=TORCH, timeout=900, memory=10_240),
        ("fargate-task", "lambda-managed-instances"),
        (),
        (*ORDINARY, "sagemaker-realtime", "sagemaker-serverless"),
        said(monthly_requests=300, request_duration_ms=1_500_000),
    ),
    Profile(
        "a proxy that streams from Bedrock",
        repository(PROXY, event=HTTP, memory=512, timeout=30),
        ("lambda-stay",),
        (*GPU_TARGETS, *HOSTING, "lambda-durable", "lambda-managed-instances", "modal"),
        LATE,
    ),
    Profile(
        "the same proxy with five million long answers",
        repository(PROXY, event=HTTP, memory=1024, timeout=30),
        ("lambda-managed-instances", "fargate-service"),
        (*GPU_TARGETS, *HOSTING),
        LATE,
        said(monthly_requests=5e6, request_duration_ms=8000),
    ),
    Profile(
        "retrieval with a fixed index in memory",
        repository(RAG, event=HTTP, requirements="faiss-cpu==1.10.0\nnumpy==2.2.0\n", timeout=29),
        ("lambda-stay", "lambda-snapstart", "lambda-provisioned"),
        GPU_TARGETS,
        LATE,
    ),
    Profile(
        "a function in front of a SageMaker endpoint",
        repository(ENDPOINT, event=HTTP, memory=128, timeout=29),
        ("lambda-stay",),
        (*GPU_TARGETS, *HOSTING, "lambda-durable", "lambda-managed-instances", "fargate-service", "modal"),
        LATE,
    ),
    Profile(
        "XGBoost scores once a night",
        repository(BATCH_SCORE, event=NIGHT, image=True, requirements=XGBOOST, timeout=600),
        ("lambda-stay", "fargate-task"),
        (*GPU_TARGETS, "sagemaker-realtime", "lambda-managed-instances", "fargate-service", "lambda-provisioned"),
    ),
    Profile(
        "YOLO on a file system behind an API",
        repository(YOLO, event=HTTP, properties=EFS, timeout=29, runtime="python3.12"),
        ("lambda-stay", "lambda-image"),
        GPU_TARGETS,
        (*LATE, "lambda-snapstart", "sagemaker-serverless"),
    ),
    Profile(
        "the same on a runtime that has ended",
        repository(YOLO, event=HTTP, properties=EFS, timeout=29, runtime="python3.8"),
        ("lambda-image",),
        GPU_TARGETS,
        (*LATE, "lambda-snapstart", "sagemaker-serverless"),
    ),
    Profile(
        "Textract asked again and again: the job itself says when it is over",
        repository(TEXTRACT, event=UPLOAD, memory=256, timeout=900),
        ("lambda-stay", "lambda-durable"),
        (*GPU_TARGETS, *HOSTING, "step-functions-map", "lambda-provisioned", "lambda-managed-instances", "modal"),
    ),
    Profile(
        "a state machine's task at 900 s",
        repository(BATCH_SCORE, image=True, requirements=XGBOOST, timeout=900, resources=STATES),
        ("lambda-stay", "fargate-task"),
        ("lambda-managed-instances", "lambda-provisioned", "batch-gpu"),
    ),
    Profile(
        "a state machine's task of 20 minutes",
        repository(BATCH_SCORE, image=True, requirements=XGBOOST, timeout=900, resources=STATES),
        ("fargate-task",),
        ("batch-gpu",),
        (*ORDINARY, "lambda-managed-instances"),
        said(monthly_requests=100, request_duration_ms=1_200_000),
    ),
    Profile(
        "torch for each message of a queue, up to 15 minutes",
        repository(TORCH_WORKER, event=QUEUE, image=True, requirements=TORCH, timeout=900, memory=8192),
        ("lambda-stay", "fargate-service", "lambda-managed-instances"),
        (*GPU_TARGETS, "fargate-task", "step-functions-map", "lambda-provisioned"),
        ("lambda-snapstart",),
    ),
    Profile(
        "a custom resource that fills a file system",
        repository(FETCH, timeout=900, properties=EFS, resources=CUSTOM, requirements="huggingface_hub==0.30.0\n"),
        ("lambda-stay",),
        ("lambda-provisioned", "lambda-durable", "lambda-managed-instances"),
        (*OFF_LAMBDA, "step-functions-map", "lambda-snapstart"),
    ),
    Profile(
        "a chat over a websocket",
        repository(CHAT, memory=256, timeout=60, resources=SOCKET),
        ("lambda-stay",),
        (*GPU_TARGETS, *HOSTING, "lambda-durable", "lambda-managed-instances"),
    ),
    Profile(
        "a function at CloudFront's edge",
        repository(EDGE, memory=128, timeout=5, resources=DISTRIBUTION),
        ("lambda-stay",),
        (),
        (*OFF_LAMBDA, *(name for name in ORDINARY if name != "lambda-stay"), "lambda-managed-instances"),
    ),
    Profile(
        "scores in the order of a FIFO queue",
        repository(FIFO, event=ORDERS, memory=1024, resources=FIFO_QUEUE, requirements=SKLEARN),
        ("lambda-stay",),
        (*GPU_TARGETS, "fargate-task", "step-functions-map", "sagemaker-async", "lambda-managed-instances"),
    ),
    Profile(
        "records of a stream",
        repository(STREAM, event=KINESIS, memory=1024, requirements=SKLEARN),
        ("lambda-stay",),
        (*GPU_TARGETS, "step-functions-map", "sagemaker-async"),
        ("fargate-task", "batch-gpu"),
    ),
    Profile(
        "a fit on the rows of a request",
        repository(FIT, event=HTTP, memory=1024, timeout=29, requirements=SKLEARN),
        ("lambda-stay",),
        (*GPU_TARGETS, *HOSTING, "modal", "lambda-provisioned"),
        LATE,
    ),
    Profile(
        "training at night for two hours",
        repository(TRAIN, event=NIGHT, image=True, requirements=TORCH, timeout=900, memory=10_240),
        ("fargate-task", "batch-gpu"),
        ("fargate-service", "sagemaker-realtime", "ecs-gpu"),
        (*ORDINARY, "lambda-managed-instances"),
        said(request_duration_ms=7_200_000),
    ),
    Profile(
        "ffmpeg with ten gigabytes",
        repository(VIDEO, event=UPLOAD, image=True, timeout=900, memory=10_240),
        ("lambda-stay", "fargate-task"),
        (*GPU_TARGETS, *HOSTING, "lambda-durable", "lambda-provisioned"),
    ),
    Profile(
        "ffmpeg for forty minutes",
        repository(VIDEO, event=UPLOAD, image=True, timeout=900, memory=10_240),
        ("fargate-task", "lambda-managed-instances"),
        HOSTING,
        ORDINARY,
        said(monthly_requests=500, request_duration_ms=2_400_000),
    ),
    Profile(
        "scikit-learn beside a database in the VPC",
        repository(FRAUD, event=HTTP, memory=1024, timeout=10, properties=VPC, requirements=SKLEARN),
        ("lambda-stay", "lambda-snapstart"),
        GPU_TARGETS,
        (*LATE, "modal", "sagemaker-serverless"),
    ),
    Profile(
        "diffusion that needs a GPU, from a queue",
        repository(DIFFUSION, event=QUEUE, image=True, requirements=TORCH, timeout=900, memory=10_240),
        ("lambda-managed-instances-gpu", "ecs-gpu"),
        (),
        (*ORDINARY, "fargate-task", "fargate-service", "step-functions-map", "sagemaker-serverless"),
    ),
    Profile(
        "a small ONNX model that people call now and then",
        repository(ONNX, event=HTTP, requirements="onnxruntime==1.20.1\n", timeout=29, runtime="python3.12"),
        ("lambda-snapstart", "lambda-provisioned", "lambda-stay"),
        GPU_TARGETS,
        LATE,
        said("interactive", monthly_requests=5000, request_duration_ms=200),
    ),
    Profile(
        "the same with a hundred requests a second",
        repository(ONNX, event=HTTP, requirements="onnxruntime==1.20.1\n", timeout=29, memory=1769),
        ("lambda-stay", "fargate-service", "lambda-managed-instances"),
        GPU_TARGETS,
        LATE,
        said("interactive", monthly_requests=262_800_000, request_duration_ms=20),
    ),
    Profile(
        "a model inside a Cognito trigger",
        repository(SIGN_UP, event=COGNITO, memory=1024, timeout=5, resources=POOL, requirements=SKLEARN),
        ("lambda-snapstart", "lambda-provisioned"),
        (),
        (*OFF_LAMBDA, "step-functions-map"),
    ),
)
