"""Writes a synthetic repository of N Lambda functions, to see how a scan's time grows with a repository.

    python benchmarks/generate.py 1000 FOLDER

Every ten functions share a stack: a SAM template, a code folder with a handler module for each function and two shared
modules, and a requirements file. Each tenth function does model work, and each fifth stack is a Python CDK app. The
same N gives the same files.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

FUNCTIONS_OF_A_STACK = 10
CDK_EACH = 5
SEED = 20261122

HEAD = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage:
    Type: String
    Default: test
Globals:
  Function:
    Runtime: python3.13
    Timeout: {timeout}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: {visibility}
"""

FUNCTION = """\
  Function{number}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: handler_{number}.handler
      MemorySize: {memory}
      Environment:
        Variables:
          TABLE: !Ref Table
          STAGE: !Sub "${{Stage}}-{number}"
      Policies:
        - DynamoDBCrudPolicy: {{TableName: !Ref Table}}
      Events:
        Work:
          Type: {event}
"""

EVENTS = (
    "HttpApi\n          Properties: {{Path: /f{number}, Method: post}}\n",
    "SQS\n          Properties: {{Queue: !GetAtt Queue.Arn, BatchSize: 5}}\n",
    "Schedule\n          Properties: {{Schedule: rate(1 hour)}}\n",
)

HANDLER = '''\
"""Function {number} of the benchmark."""

import json
import os

import boto3

from shared.records import clean, total
from shared.store import Store

STORE = Store(os.environ["TABLE"])
LIMIT = {limit}


def selected(records):
    for position, record in enumerate(records):
        if position >= LIMIT:
            break
        yield clean(record, "{word}")


def handler(event, context):
    records = list(selected(event.get("Records", [])))
    STORE.put({{"id": context.aws_request_id, "total": total(records)}})
{extra}    return {{"statusCode": 200, "body": json.dumps({{"records": len(records), "stage": os.environ["STAGE"]}})}}
'''

MODEL = """\
    import joblib

    model = joblib.load("/opt/model.joblib")
    STORE.put({"id": "prediction", "value": str(model.predict([[total(records)]])[0])})
"""

RECORDS = '''\
"""What every handler of the stack does to a record."""


def clean(record, word):
    return {key.strip().lower(): value for key, value in record.items() if key != word}


def total(records):
    return sum(len(str(value)) for record in records for value in record.values())
'''

STORE = '''\
"""The table, opened once per environment."""

import boto3


class Store:
    def __init__(self, name):
        self.table = boto3.resource("dynamodb").Table(name)

    def put(self, item):
        self.table.put_item(Item=item)

    def get(self, key):
        return self.table.get_item(Key={"id": key}).get("Item")
'''

CDK_HEAD = """\
import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_


class ServiceStack(cdk.Stack):
    def __init__(self, scope, name, **kwargs):
        super().__init__(scope, name, **kwargs)
        table = dynamodb.Table(
            self, "Table", partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
        )
"""

CDK_FUNCTION = """\
        function_{number} = lambda_.Function(
            self,
            "Function{number}",
            runtime=lambda_.Runtime.PYTHON_3_13,
            code=lambda_.Code.from_asset("src"),
            handler="handler_{number}.handler",
            memory_size={memory},
            timeout=cdk.Duration.seconds({timeout}),
            environment={{"TABLE": table.table_name, "STAGE": "test"}},
        )
        table.grant_read_write_data(function_{number})
"""

CDK_TAIL = """\


app = cdk.App()
ServiceStack(app, "Service")
app.synth()
"""


def generate(functions: int, folder: Path) -> None:
    """Writes into `folder`, which has to be new."""
    folder.mkdir(parents=True)
    chance = random.Random(SEED)
    for first in range(0, functions, FUNCTIONS_OF_A_STACK):
        numbers = range(first, min(first + FUNCTIONS_OF_A_STACK, functions))
        number = first // FUNCTIONS_OF_A_STACK
        _stack(folder / f"team-{number // 50}" / f"service-{number}", numbers, chance, cdk=number % CDK_EACH == 1)


def _stack(folder: Path, numbers: range, chance: random.Random, *, cdk: bool) -> None:
    shared = folder / "src" / "shared"
    shared.mkdir(parents=True)
    (shared / "__init__.py").write_text("")
    (shared / "records.py").write_text(RECORDS)
    (shared / "store.py").write_text(STORE)
    (folder / "src" / "requirements.txt").write_text("boto3==1.40.0\njoblib==1.5.2\nscikit-learn==1.7.2\n")
    (folder / "README.md").write_text(f"# Service\n\nFunctions {numbers.start} to {numbers.stop - 1}.\n")
    timeout = chance.choice((10, 30, 60))
    memory = {number: chance.choice((512, 1024, 3008)) for number in numbers}
    for number in numbers:
        text = HANDLER.format(
            number=number,
            limit=chance.randrange(10, 900),
            word=chance.choice(("draft", "secret", "internal")),
            extra=MODEL if number % 10 == 0 else "",
        )
        (folder / "src" / f"handler_{number}.py").write_text(text)
    if cdk:
        body = "".join(CDK_FUNCTION.format(number=n, memory=memory[n], timeout=timeout) for n in numbers)
        (folder / "app.py").write_text(CDK_HEAD + body + CDK_TAIL)
        (folder / "cdk.json").write_text('{"app": "python3 app.py"}\n')
        return
    body = "".join(
        FUNCTION.format(number=n, memory=memory[n], event=EVENTS[n % len(EVENTS)].format(number=n)) for n in numbers
    )
    (folder / "template.yaml").write_text(HEAD.format(timeout=timeout, visibility=timeout * 6) + body)


if __name__ == "__main__":
    generate(int(sys.argv[1]), Path(sys.argv[2]))
