"""Small repositories in memory, and the plan's unit for their function."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from archlint.config import Config
from archlint.plan.decision.decide import decide
from archlint.plan.model import Candidate, Figure, FunctionPlan
from archlint.plan.needs.requirements import Options
from archlint.plan.usage.file import FunctionUsage, Usage
from archlint.scanner.pipeline import examine
from archlint.tree import MemoryTree

TODAY = date(2026, 11, 22)

DOCKERFILE = """\
FROM public.ecr.aws/lambda/python:3.13
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY app.py ${LAMBDA_TASK_ROOT}/
CMD ["app.handler"]
"""

QUEUE = "Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}"
NIGHT = "Type: Schedule, Properties: {Schedule: cron(0 2 * * ? *)}"
MONTHLY = "Type: Schedule, Properties: {Schedule: cron(0 2 1 * ? *)}"
HTTP = "Type: HttpApi, Properties: {Path: /, Method: post}"
UPLOAD = "Type: S3, Properties: {Bucket: !Ref Bucket, Events: 's3:ObjectCreated:*'}"
RULE = "Type: EventBridgeRule, Properties: {Pattern: {source: [shop]}}"

RESOURCES = """\
  Queue: {Type: AWS::SQS::Queue}
  Bucket: {Type: AWS::S3::Bucket}
  Point: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: fs-1}}
"""
VPC = "      VpcConfig: {SecurityGroupIds: [sg-1], SubnetIds: [subnet-1]}\n"
EFS = VPC + "      FileSystemConfigs: [{Arn: !GetAtt Point.Arn, LocalMountPath: /mnt/models}]\n"


def repository(
    app: str,
    *,
    event: str | None = None,
    image: bool = False,
    runtime: str = "python3.13",
    memory: int = 3008,
    timeout: int = 60,
    requirements: str = "",
    properties: str = "",
    resources: str = "",
) -> dict[str, str | bytes]:
    """One SAM function `Work` of app.py with one event."""
    zipped = f"      CodeUri: .\n      Handler: app.handler\n      Runtime: {runtime}\n"
    package = "      PackageType: Image\n" if image else zipped
    metadata = "    Metadata: {Dockerfile: Dockerfile, DockerContext: .}\n" if image else ""
    events = f"      Events: {{Call: {{{event}}}}}\n" if event else ""
    template = (
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Work:\n    Type: AWS::Serverless::Function\n"
        f"{metadata}    Properties:\n{package}      MemorySize: {memory}\n      Timeout: {timeout}\n"
        f"{properties}{events}{RESOURCES}{resources}"
    )
    return {
        "template.yaml": template,
        "app.py": textwrap.dedent(app),
        "requirements.txt": requirements,
        "Dockerfile": DOCKERFILE,
    }


def said(
    latency: str | None = None,
    private_network: bool | None = None,
    training_size: str | None = None,
    **figures: float,
) -> FunctionUsage:
    """What a usage file says of the function."""
    return FunctionUsage(
        MappingProxyType({key: Figure.exact(value, "declared") for key, value in figures.items()}),
        latency=latency,
        private_network=private_network,
        training_size=training_size,
    )


def plan(files: Mapping[str, str | bytes], usage: FunctionUsage | None = None, **answers: str) -> FunctionPlan:
    """The unit of the repository's first function."""
    project, result = examine(MemoryTree(files), Config())
    known = Usage(defaults=usage) if usage is not None else None
    return decide(project, result, known, Options(TODAY, MappingProxyType(answers)))[0]


def candidate(unit: FunctionPlan, target: str) -> Candidate:
    (found,) = [item for item in unit.candidates if item.target == target]
    return found


def need(unit: FunctionPlan, name: str) -> str | None:
    """The value that the plan shows of a need; None where it shows none."""
    return next((item.value for item in unit.needs if item.name == name), None)


GPU = """\
import torch

MODEL = torch.jit.load("detector.pt")
MODEL.to("cuda")


def handler(event, context):
    return MODEL(torch.tensor(event["pixels"]).cuda()).tolist()
"""

WORK = """\
import subprocess


def handler(event, context):
    subprocess.run(["encode", event["Records"][0]["s3"]["object"]["key"]], check=True)
"""

SCORE = """\
import joblib
import sklearn

MODEL = joblib.load("visitors.joblib")


def handler(event, context):
    return MODEL.predict([event["features"]]).tolist()
"""

CAPTION = """\
from transformers import VisionEncoderDecoderModel

MODEL = VisionEncoderDecoderModel.from_pretrained("./captions")


def handler(event, context):
    return MODEL.generate(event["pixels"]).tolist()
"""

PARSE = """\
import json


def handler(event, context):
    return json.loads(event["body"])
"""

TORCH = "torch==2.9.1\n"
TRANSFORMERS = "torch==2.9.1\ntransformers==4.57.1\n"
