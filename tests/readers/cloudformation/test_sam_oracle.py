"""What archlint reads of SAM templates against what AWS's own translator makes of them."""

from __future__ import annotations

import json
from collections import Counter
from textwrap import dedent
from typing import Any

import pytest
import yaml
from templates import functions

from archlint.model.function import Function
from archlint.syntax.node import Mapping, Node, Sequence
from archlint.syntax.yaml import parse_yaml
from archlint.values import Known

pytestmark = pytest.mark.filterwarnings("ignore")

PRINCIPALS = {
    "apigateway.amazonaws.com": {"api", "http-api", "websocket-api"},
    "s3.amazonaws.com": {"s3"},
    "sns.amazonaws.com": {"sns"},
    "events.amazonaws.com": {"schedule", "eventbridge"},
    "logs.amazonaws.com": {"logs"},
    "iot.amazonaws.com": {"iot"},
    "alexa-appkit.amazon.com": {"alexa"},
    "cognito-idp.amazonaws.com": {"cognito"},
    "*": {"function-url"},
}

CASES = {
    "defaults": """
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties: {Handler: app.handler, Runtime: python3.12, CodeUri: s3://bucket/key}
        """,
    "globals of every shape": """
        Globals:
          Function:
            Runtime: python3.12
            Handler: app.handler
            MemorySize: 512
            Timeout: 30
            Architectures: [arm64]
            EphemeralStorage: {Size: 2048}
            Layers: [arn:aws:lambda:us-east-1:123456789012:layer:base:1]
            Environment: {Variables: {A: global, B: global}}
            Tags: {team: ml}
        Resources:
          Inherits:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: s3://bucket/key}
          Overrides:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: s3://bucket/key
              Timeout: '60'
              MemorySize: '1024'
              EphemeralStorage: {Size: '4096'}
              Layers: [arn:aws:lambda:us-east-1:123456789012:layer:own:2]
              Environment: {Variables: {B: own, C: own}}
        """,
    "globals that are ignored": """
        Globals:
          Function: {Runtime: python3.12, Handler: app.handler, MemorySize: 512, Timeout: 30}
        Resources:
          All:
            Type: AWS::Serverless::Function
            IgnoreGlobals: '*'
            Properties: {CodeUri: s3://bucket/key, Runtime: python3.11, Handler: main.run}
          Some:
            Type: AWS::Serverless::Function
            IgnoreGlobals: [Timeout]
            Properties: {CodeUri: s3://bucket/key}
        """,
    "globals with intrinsics": """
        Parameters:
          Memory: {Type: Number, Default: 2048}
          Stage: {Type: String, Default: prod}
        Conditions:
          IsProd: !Equals [!Ref Stage, prod]
        Globals:
          Function:
            Runtime: !Sub python3.${Minor}
            Handler: !Join [., [app, handler]]
            MemorySize: !Ref Memory
            Timeout: !If [IsProd, 120, 10]
            Environment: {Variables: {STAGE: !Ref Stage}}
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: s3://bucket/key
              Runtime: python3.13
              Environment: {Variables: {NAME: !Sub '${Stage}-table'}}
          B:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: s3://bucket/key
              Runtime: python3.13
              Timeout: !Ref AWS::NoValue
              MemorySize: !If [IsProd, !Ref AWS::NoValue, 256]
        """,
    "maps": """
        Parameters:
          Stage: {Type: String, Default: prod}
          Names: {Type: CommaDelimitedList, Default: 'one, two,three'}
        Mappings:
          Sizes:
            prod: {Memory: 3008, Timeout: 900, Runtime: python3.12}
            dev: {Memory: 256, Timeout: 30, Runtime: python3.12}
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: s3://bucket/key
              Handler: !Select [1, !Split ['|', 'a.b|app.handler|c.d']]
              Runtime: !FindInMap [Sizes, !Ref Stage, Runtime]
              MemorySize: !FindInMap [Sizes, !Ref Stage, Memory]
              Timeout: !FindInMap [Sizes, prod, Timeout]
              Environment:
                Variables:
                  SECOND: !Select [1, !Ref Names]
                  JOINED: !Join [':', !Ref Names]
                  SUBBED: !Sub ['${X}/${Stage}/${!Literal}', {X: !FindInMap [Sizes, dev, Memory]}]
        """,
    "inline": """
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.12
              Handler: index.handler
              InlineCode: |
                def handler(event, context):
                    return event
        """,
    "image": """
        Globals:
          Function: {Timeout: 300, MemorySize: 10240}
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties:
              PackageType: Image
              ImageUri: 123456789012.dkr.ecr.us-east-1.amazonaws.com/model:1
              Architectures: [arm64]
              ImageConfig: {Command: [app.handler]}
        """,
    "versions": """
        Resources:
          Ready:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: s3://bucket/key
              Runtime: python3.12
              Handler: app.handler
              AutoPublishAlias: live
              ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}
          Snap:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: s3://bucket/key
              Runtime: python3.12
              Handler: app.handler
              AutoPublishAlias: live
              SnapStart: {ApplyOn: PublishedVersions}
              ReservedConcurrentExecutions: '5'
          Public:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: s3://bucket/key
              Runtime: python3.12
              Handler: app.handler
              FunctionUrlConfig: {AuthType: NONE, InvokeMode: RESPONSE_STREAM}
        """,
    "events that permit": """
        Resources:
          Bucket: {Type: AWS::S3::Bucket}
          Topic: {Type: AWS::SNS::Topic}
          Pool: {Type: AWS::Cognito::UserPool}
          Logs: {Type: AWS::Logs::LogGroup}
          A:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: s3://bucket/key
              Runtime: python3.12
              Handler: app.handler
              Events:
                Rest: {Type: Api, Properties: {Path: /a, Method: get}}
                Http: {Type: HttpApi, Properties: {Path: /b, Method: post, TimeoutInMillis: 10000}}
                Upload: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: 's3:ObjectCreated:*'}}
                News: {Type: SNS, Properties: {Topic: !Ref Topic}}
                Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
                Changed: {Type: EventBridgeRule, Properties: {Pattern: {source: [aws.ec2]}}}
                Watched: {Type: CloudWatchEvent, Properties: {Pattern: {source: [aws.s3]}}}
                Lines: {Type: CloudWatchLogs, Properties: {LogGroupName: !Ref Logs, FilterPattern: ERROR}}
                Thing: {Type: IoTRule, Properties: {Sql: SELECT * FROM 't'}}
                Skill: {Type: AlexaSkill}
                SignUp: {Type: Cognito, Properties: {UserPool: !Ref Pool, Trigger: PreSignUp}}
        """,
    "events that poll": """
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: s3://bucket/key
              Runtime: python3.12
              Handler: app.handler
              Events:
                Queue: {Type: SQS, Properties: {Queue: 'arn:aws:sqs:us-east-1:123456789012:q'}}
                Stream:
                  Type: Kinesis
                  Properties: {Stream: 'arn:aws:kinesis:us-east-1:123456789012:stream/s', StartingPosition: LATEST}
                Table:
                  Type: DynamoDB
                  Properties:
                    Stream: 'arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/x'
                    StartingPosition: LATEST
        """,
}


def resolve(node: Any, parameters: dict[str, Any], conditions: dict[str, bool]) -> Any:
    """What the translator leaves to CloudFormation, for the few intrinsics that survive in these cases."""
    if isinstance(node, list):
        return [resolve(item, parameters, conditions) for item in node]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        ((key, argument),) = node.items()
        if key == "Ref":
            return parameters.get(argument, node)
        if key == "Fn::If":
            return resolve(argument[1 if conditions[argument[0]] else 2], parameters, conditions)
        argument = resolve(argument, parameters, conditions)
        if key == "Fn::Join":
            return argument[0].join(map(str, argument[1]))
        if key == "Fn::Split":
            return argument[1].split(argument[0])
        if key == "Fn::Select":
            return argument[1][int(argument[0])]
        if key == "Fn::FindInMap":
            return parameters["Mappings"][argument[0]][argument[1]][argument[2]]
        if key == "Fn::Sub":
            text, extra = argument if isinstance(argument, list) else (argument, {})
            for name, value in {**parameters, **extra}.items():
                text = text.replace(f"${{{name}}}", str(value))
            return text.replace("${!", "${")
    return {key: resolve(value, parameters, conditions) for key, value in node.items()}


def plain(node: Node) -> Any:
    """A template as the translator wants it."""
    if isinstance(node, Mapping):
        return {entry.key: plain(entry.value) for entry in node}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return getattr(node, "value", None)


def translate(text: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    source = plain(parse_yaml(text, "template.yaml"))
    defaults: dict[str, Any] = {}
    for name, parameter in source.get("Parameters", {}).items():
        is_list = parameter["Type"] == "CommaDelimitedList"
        defaults[name] = [p.strip() for p in parameter["Default"].split(",")] if is_list else parameter["Default"]
    scalars = {name: value for name, value in defaults.items() if not isinstance(value, list)}
    output = Translator({}, Parser()).translate(json.loads(json.dumps(source)), dict(scalars))
    environment = {**defaults, "Mappings": source.get("Mappings", {}), "AWS::NoValue": None}
    conditions = dict.fromkeys(source.get("Conditions", {}), True)
    return {
        name: {**body, "Properties": resolve(body.get("Properties", {}), environment, conditions)}
        for name, body in output["Resources"].items()
    }


def told(function: Function) -> dict[str, object]:
    """archlint's answer in CloudFormation's words."""
    runtime = function.runtime.value
    return {
        "Runtime": runtime.value if isinstance(runtime, Known) else runtime,
        "Handler": function.handler.value.value if isinstance(function.handler.value, Known) else None,
        "MemorySize": function.memory_mb.value,
        "Timeout": function.timeout_s.value,
        "EphemeralStorage": function.ephemeral_mb.value,
        "Architectures": function.architecture.value,
        "Image": function.package == Known("image"),
        "Environment": {name: getattr(value, "value", value) for name, value in function.environment.items()},
        "Layers": len(function.layers),
        "SnapStart": function.snapstart,
        "Reserved": function.reserved_concurrency,
    }


def translated(properties: dict[str, Any]) -> dict[str, object]:
    """The translator's answer with CloudFormation's defaults."""

    def number(name: str, default: int) -> Known[int]:
        return Known(int(properties.get(name) or default))

    image = properties.get("PackageType") == "Image"
    variables = (properties.get("Environment") or {}).get("Variables", {})
    reserved = properties.get("ReservedConcurrentExecutions")
    return {
        "Runtime": properties.get("Runtime"),
        "Handler": properties.get("Handler"),
        "MemorySize": number("MemorySize", 128),
        "Timeout": number("Timeout", 3),
        "EphemeralStorage": Known(int((properties.get("EphemeralStorage") or {}).get("Size", 512))),
        "Architectures": Known((properties.get("Architectures") or ["x86_64"])[0]),
        "Image": image,
        "Environment": {name: str(value) for name, value in variables.items()},
        "Layers": len(properties.get("Layers") or ()),
        "SnapStart": (properties.get("SnapStart") or {}).get("ApplyOn") == "PublishedVersions",
        "Reserved": None if reserved is None else Known(int(reserved)),
    }


@pytest.mark.parametrize("case", CASES)
def test_values_are_the_translators(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Transform: AWS::Serverless-2016-10-31\n" + dedent(CASES[case])
    resources = translate(text, monkeypatch)
    read = functions(text)
    lambdas = {name: body for name, body in resources.items() if body["Type"] == "AWS::Lambda::Function"}
    assert set(read) == set(lambdas)
    for name, body in lambdas.items():
        assert told(read[name]) == translated(body["Properties"]), name


@pytest.mark.parametrize("case", CASES)
def test_triggers_are_the_translators(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Transform: AWS::Serverless-2016-10-31\n" + dedent(CASES[case])
    resources = translate(text, monkeypatch)
    for name, function in functions(text).items():
        own = [b for b in resources.values() if f'"{name}' in json.dumps(b["Properties"])]
        permissions = [b["Properties"] for b in own if b["Type"] == "AWS::Lambda::Permission"]
        principals = {p["Principal"] for p in permissions}
        kinds = {trigger.type for trigger in function.triggers}
        assert all(kinds & PRINCIPALS[principal] for principal in principals)
        mappings = [b for b in own if b["Type"] == "AWS::Lambda::EventSourceMapping"]
        polled = Counter(b["Properties"]["EventSourceArn"].split(":")[2] for b in mappings)
        assert polled == Counter(t.type for t in function.triggers if t.type in ("sqs", "kinesis", "dynamodb"))
        allowed = set().union(*(PRINCIPALS[principal] for principal in principals)) | set(polled)
        assert kinds <= allowed
        aliases = [b["Properties"] for b in own if b["Type"] == "AWS::Lambda::Alias"]
        assert function.provisioned_concurrency == any("ProvisionedConcurrencyConfig" in alias for alias in aliases)


def test_the_cases_are_yaml_that_others_read() -> None:
    for text in CASES.values():
        assert yaml.compose(dedent(text)) is not None
