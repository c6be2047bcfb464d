"""State machines and OpenAPI documents, and input that is built to harm."""

from __future__ import annotations

import json
import time
from textwrap import dedent, indent

import pytest
from templates import BASE, links, read, short

from archlint.values import Known

DEFINITION = {
    "StartAt": "A",
    "States": {
        "A": {"Type": "Task", "Resource": "${F.Arn}", "Next": "B"},
        "B": {
            "Type": "Parallel",
            "Branches": [
                {
                    "States": {
                        "C": {
                            "Type": "Task",
                            "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
                            "Parameters": {"FunctionName": "${G.Arn}:$LATEST", "Payload": {"b": "${Bucket}"}},
                        }
                    }
                }
            ],
        },
        "D": {
            "Type": "Map",
            "ItemProcessor": {
                "States": {
                    "E": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                        "Arguments": {"QueueUrl": "${Q}"},
                    }
                }
            },
        },
        "H": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:sqs:sendMessage",
            "Parameters": {"QueueUrl": "${Q}"},
        },
        "I": {"Type": "Task", "Resource": "arn:aws:states:::athena:startQueryExecution", "Parameters": {}},
        "J": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "my-fn", "InvocationType": "Event"},
        },
    },
}
INVOKED = [
    ("Run", "F", True, "lambda:invoke"),
    ("Run", "Q", False, "sqs:sendMessage"),
    ("Run", "F", False, "lambda:invoke"),
    ("Run", "Q", True, "sqs:sendMessage.waitForTaskToken"),
    ("Run", "G", True, "lambda:invoke"),
]


def invoked(machine: str, files: dict[str, str | bytes] | None = None) -> list[tuple[str, str, bool, str]]:
    found = links(BASE + indent(dedent(machine), "  "), files)
    assert {link.kind for link in found} == {"invokes"}
    return sorted((link.source[14:], link.target[14:], link.sync, link.detail) for link in found)


def test_a_definition_as_a_text() -> None:
    text = json.dumps(DEFINITION)
    machine = f"Run: {{Type: AWS::StepFunctions::StateMachine, Properties: {{DefinitionString: !Sub '{text}'}}}}"
    assert invoked(machine) == sorted(INVOKED)


def test_a_definition_in_a_file() -> None:
    machine = """
Run:
  Type: AWS::Serverless::StateMachine
  Properties:
    DefinitionUri: flow.asl.json
    DefinitionSubstitutions: {Fn: !GetAtt F.Arn, Second: !Ref Alias, Count: 3}
"""
    states = {
        "A": {"Type": "Task", "Resource": "${Fn}"},
        "B": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "${Second}"},
        },
    }
    text = json.dumps({"States": states}, indent=1).replace('"Task", "Res', '"Task",\n"Res')
    assert invoked(machine, {"flow.asl.json": text}) == [("Run", "F", True, "lambda:invoke")] * 2
    assert invoked(machine) == [("Run", "F", False, "")] * 2
    found = links(BASE + indent(machine, "  "), {"flow.asl.json": text})
    assert {link.place.path for link in found} == {"flow.asl.json"}
    unquoted = text.replace('"${Fn}"', '"${Fn}", "TimeoutSeconds": ${Count}')
    assert invoked(machine, {"flow.asl.json": unquoted}) == [("Run", "F", True, "lambda:invoke")] * 2


def test_a_definition_as_a_mapping() -> None:
    machine = """
Run:
  Type: AWS::Serverless::StateMachine
  Properties:
    Definition:
      States:
        A: {Type: Task, Resource: !GetAtt F.Arn}
        B: {Type: Task, Resource: 'arn:aws:states:::ecs:runTask.sync', Parameters: {TaskDefinition: !Ref Task}}
Task: {Type: AWS::ECS::TaskDefinition}
"""
    assert invoked(machine) == [("Run", "F", True, "lambda:invoke"), ("Run", "Task", True, "ecs:runTask.sync")]


BODY = """
Api:
  Type: AWS::Serverless::Api
  Properties:
    DefinitionBody:
      openapi: 3.0.1
      paths:
        /slow:
          post:
            x-amazon-apigateway-integration:
              uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${G.Arn}/invocations'
              timeoutInMillis: 120000
        /named:
          get:
            x-amazon-apigateway-integration:
              uri: arn:aws:apigateway:eu-west-1:lambda:path/x/functions/arn:aws:lambda:eu-west-1:1:function:my-fn
        /queue:
          get:
            x-amazon-apigateway-integration:
              uri: !Sub 'arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${Q.QueueName}'
"""


def test_the_operations_of_an_api() -> None:
    text = BASE + indent(BODY, "  ")
    found = links(text)
    assert short(found) == [("Api", "event", "G"), ("Api", "event", "F"), ("Api", "delivers", "Q")]
    assert [link.sync for link in found] == [True, True, False]
    triggers = {f.name: [(t.type, t.timeout_s) for t in f.triggers] for f in read({"template.yaml": text}).functions}
    assert triggers == {"F": [("api", None)], "G": [("api", Known(120.0))]}


def test_an_event_takes_the_timeout_of_its_operation() -> None:
    text = """
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      DefinitionBody:
        paths:
          /slow:
            post: {x-amazon-apigateway-integration: {uri: x, timeoutInMillis: 60000}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Slow: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /slow, Method: POST}}
        Fast: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /fast, Method: get}}
"""
    (function,) = read({"template.yaml": text}).functions
    assert [trigger.timeout_s for trigger in function.triggers] == [Known(60.0), None]


HOSTILE = {
    "a part of itself": "Resources:\n  A: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: !Ref A}}\n"
    "  F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {A: !Ref A}}}}\n",
    "aliases in a circle": "Resources:\n  A: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref B}}\n"
    "  B: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref A}}\n  F: {Type: AWS::Lambda::Function}\n",
    "wrong shapes": "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {Policies: 3, Events: [1],"
    " Environment: [x], EventInvokeConfig: x, Layers: {a: b}, FileSystemConfigs: 1, DeadLetterQueue: []}}\n"
    "  M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionString: '{', Policies: [[]], Events: 1}}\n"
    "  A: {Type: AWS::Serverless::Api, Properties: {DefinitionBody: {paths: [1]}, Auth: 3}}\n"
    "  R: {Type: AWS::Events::Rule, Properties: {Targets: {Arn: 1}, EventPattern: 3}}\n",
    "a definition outside": "Resources:\n  M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: ..}}\n",
    "states in states": "Resources:\n  M: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '"
    + '{"States":{"A":{"Type":"Map","Iterator":' * 60
    + "{}"
    + "}}}" * 60
    + "'}}\n",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_templates(case: str) -> None:
    started = time.process_time()
    assert read({"template.yaml": HOSTILE[case]}).problems == ()
    assert time.process_time() - started < 5


def test_many_policies_and_permissions_stay_cheap() -> None:
    functions = "".join(
        f"  F{n}: {{Type: AWS::Lambda::Function, Properties: {{Role: !GetAtt R.Arn}}}}\n"
        f"  P{n}: {{Type: AWS::Lambda::Permission, Properties: {{FunctionName: !Ref F{n},"
        " Principal: s3.amazonaws.com, SourceArn: !GetAtt B.Arn}}\n"
        for n in range(600)
    )
    wanted = ", ".join(["!GetAtt B.Arn"] * 600)
    text = (
        "Resources:\n  B: {Type: AWS::S3::Bucket}\n  R: {Type: AWS::IAM::Role, Properties: {Policies: [{PolicyDocument:"
        f" {{Statement: [{{Effect: Allow, Action: 's3:*', Resource: [{wanted}]}}]}}}}]}}}}\n{functions}"
    )
    started = time.process_time()
    assert len(links(text)) < 3_500
    assert time.process_time() - started < 10
