"""A small repository with everything that one part may take from another, and edits of it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

Edit = Callable[[Path, random.Random], None]

FILES = {
    ".gitignore": "build/\n*.log\nlocal.yaml\n",
    "orders/template.yaml": """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Take:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.12
              Handler: app.handler
              CodeUri: src/
              Timeout: 600
              Events:
                Web: {Type: HttpApi}
          Queue:
            Type: AWS::SQS::Queue
            Properties: {QueueName: orders}
          Work:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.12
              Handler: work.handler
              CodeUri: src/
              Timeout: 120
              Events:
                Jobs: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}
        """,
    "orders/src/app.py": """
        import boto3
        import shared

        def handler(event, context):
            boto3.client("sqs").send_message(QueueUrl="orders", MessageBody=shared.text(event))
            return {"statusCode": 200}
        """,
    "orders/src/work.py": """
        import torch

        def handler(event, context):
            model = torch.load("model.pt")  # archlint: ignore[model-load-in-handler] once a day
            return model(event)
        """,
    "orders/src/shared.py": "def text(event):\n    return str(event)\n",
    "orders/src/requirements.txt": "torch==2.5.1\nboto3\n",
    "billing/template.yaml": """
        Transform: AWS::Serverless-2016-10-31
        Parameters:
          Wait: {Type: Number, Default: 60}
        Resources:
          Bill:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.9
              Handler: bill.handler
              CodeUri: .
              Timeout: !Ref Wait
          Nested:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: nested.yaml, Parameters: {Name: orders}}
        """,
    "billing/nested.yaml": """
        Transform: AWS::Serverless-2016-10-31
        Parameters: {Name: {Type: String}}
        Resources:
          Inner:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.12
              Handler: app.handler
              CodeUri: {Bucket: code, Key: inner.zip}
              Environment: {Variables: {QUEUE: !Ref Name}}
        """,
    "billing/bill.py": """
        import boto3

        sqs = boto3.client("sqs")

        def handler(event, context):
            sqs.send_message(QueueUrl="orders", MessageBody="bill")
        """,
    "infra/cdk.json": '{"app": "python3 app.py"}',
    "infra/app.py": """
        import aws_cdk as cdk
        from stack import Thumbs

        app = cdk.App()
        Thumbs(app, "Thumbs")
        app.synth()
        """,
    "infra/stack.py": """
        from aws_cdk import Duration, Stack, aws_lambda as lambda_

        class Thumbs(Stack):
            def __init__(self, scope, name):
                super().__init__(scope, name)
                lambda_.Function(self, "Make", runtime=lambda_.Runtime.PYTHON_3_12, handler="thumb.handler",
                                 code=lambda_.Code.from_asset("code"), timeout=Duration.seconds(900))
        """,
    "infra/code/thumb.py": """
        from transformers import pipeline

        def handler(event, context):
            return pipeline("image-classification")(event["url"])
        """,
    "image/template.yaml": """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Look:
            Type: AWS::Serverless::Function
            Metadata: {Dockerfile: Dockerfile, DockerContext: .}
            Properties: {PackageType: Image, Timeout: 899, MemorySize: 10240}
        """,
    "image/Dockerfile": """
        FROM public.ecr.aws/lambda/python:3.12
        COPY look.py ./
        RUN pip install torch
        CMD ["look.handler"]
        """,
    "image/look.py": "def handler(event, context):\n    return 1\n",
    "data/rows.json": '{"Resources": "none"}',
}


def write_repository(root: Path) -> Path:
    for path, text in FILES.items():
        _write(root / path, dedent(text).lstrip())
    return root


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def _replace(path: str, old: str, new: str) -> Edit:
    def edit(root: Path, dice: random.Random) -> None:
        if (root / path).is_file():
            text = (root / path).read_text(errors="replace")
            _write(root / path, text.replace(old, new, 1) if old in text else text.replace(new, old, 1))

    return edit


def _append(root: Path, dice: random.Random) -> None:
    path = dice.choice(_files(root))
    path.write_bytes(path.read_bytes() + dice.choice([b"\n# end\n", b"\n", b"\nimport torch\n", b"}\n", b"\xff\n"]))


def _delete(root: Path, dice: random.Random) -> None:
    dice.choice(_files(root)).unlink()


def _restore(root: Path, dice: random.Random) -> None:
    path = dice.choice(sorted(FILES))
    if not (root / path).is_dir():
        _write(root / path, dedent(FILES[path]).lstrip())


def _copy_folder(root: Path, dice: random.Random) -> None:
    folder = dice.choice(["orders", "billing", "infra", "image"])
    if (root / folder).is_dir():
        shutil.copytree(root / folder, root / f"{folder}{dice.randrange(3)}", dirs_exist_ok=True)


def _remove_folder(root: Path, dice: random.Random) -> None:
    folders = sorted(path for path in root.iterdir() if path.is_dir() and path.name[-1].isdigit())
    if folders:
        shutil.rmtree(dice.choice(folders))


def _move(root: Path, dice: random.Random) -> None:
    path = dice.choice(_files(root))
    path.rename(path.with_name(dice.choice(["app.py", "inner.py", "template.yaml", "nested.yaml", "other.txt"])))


def _link(root: Path, dice: random.Random) -> None:
    link = root / "orders" / "src" / dice.choice(["shared.py", "linked.py"])
    if link.parent.is_dir():
        link.unlink(missing_ok=True)
        link.symlink_to(dice.choice(["../../billing/bill.py", "app.py", "/etc/hostname", "nowhere"]))


def _garbage(root: Path, dice: random.Random) -> None:
    dice.choice(_files(root)).write_bytes(
        dice.choice([b"", b"\0", b"def (:\n", b"Resources: {A: {Type: 'AWS::S3::Bucket"])
    )


EDITS: tuple[Edit, ...] = (
    _replace("orders/template.yaml", "Timeout: 600", "Timeout: 20"),
    _replace("orders/template.yaml", "QueueName: orders", "QueueName: others"),
    _replace("orders/src/app.py", '"orders"', '"others"'),
    _replace("orders/src/shared.py", "def text", "import torch\ndef text"),
    _replace("orders/src/work.py", "# archlint: ignore[model-load-in-handler] once a day", ""),
    _replace("orders/src/requirements.txt", "torch==2.5.1", "requests==2.32.3"),
    _replace("billing/template.yaml", "Default: 60", "Default: 890"),
    _replace("billing/template.yaml", "nested.yaml", "../orders/template.yaml"),
    _replace("billing/nested.yaml", "app.handler", "bill.handler"),
    _replace("infra/stack.py", "seconds(900)", "seconds(30)"),
    _replace("infra/cdk.json", "app.py", "stack.py"),
    _replace("image/Dockerfile", "look.handler", "lost.handler"),
    _replace(".gitignore", "build/", "orders/template.yaml"),
    _append,
    _append,
    _delete,
    _restore,
    _restore,
    _copy_folder,
    _remove_folder,
    _move,
    _link,
    _garbage,
)
