"""How the declarations of a template refer to each other."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from templates import BASE, added, links, read, short

from archlint.values import Known


def test_the_base_has_no_links() -> None:
    assert short(links(BASE)) == []


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("!Ref Q", "Q"),
        ("!GetAtt Q.QueueName", "Q"),
        ("!GetAtt [Q, Arn]", "Q"),
        ("!Sub '${Q}'", "Q"),
        ("!Sub '${Q.Arn}/x'", "Q"),
        ("!Sub ['${Name}', {Name: !Ref Q}]", "Q"),
        ("!Join ['', ['arn:aws:s3:::', !Ref Bucket]]", "Bucket"),
        ("!Ref G", "G"),
        ("!Ref Alias", "F"),
        ("!GetAtt Ver.Version", "F"),
        ("work-queue", "Q"),
        ("!Sub 'https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/work-queue'", "Q"),
        ("!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:work-queue'", "Q"),
        ("arn:aws:events:eu-west-1:1:event-bus/orders-bus", "Bus"),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:my-fn:live'", "F"),
        ("!Sub '${AWS::StackName}-items'", "Table"),
        ("!Sub 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-items/index/i'", "Table"),
        ("!Sub '{{resolve:secretsmanager:${Secret}:SecretString:user}}'", "Secret"),
        ("!Sub '{{resolve:secretsmanager:${Given}:SecretString:user}}'", None),
        ("!Sub '${Q}-${T}'", None),
        ("!Ref Given", None),
        ("!Ref Nobody", None),
        ("!ImportValue Q", None),
        ("plain", None),
        ("!Sub 'arn:aws:sns:${AWS::Region}:${AWS::AccountId}:work-queue'", None),
        ("!If [Open, !Ref Q, !Ref T]", None),
        ("!Ref AWS::StackName", None),
        ("3", None),
        ("[a]", None),
    ],
)
def test_variables(value: str, target: str | None) -> None:
    text = f"H: {{Type: AWS::Lambda::Function, Properties: {{Environment: {{Variables: {{NAME: {value}}}}}}}}}"
    assert added(text) == ([("H", "env", target)] if target else [])


def test_a_link_stands_at_its_property() -> None:
    text = """
Globals:
  Function:
    Environment:
      Variables:
        TABLE: !Ref Table
Resources:
  Table: {Type: AWS::Serverless::SimpleTable}
  F: {Type: AWS::Serverless::Function}
"""
    (link,) = links(text)
    assert (link.source, link.target, link.detail) == ("template.yaml#F", "template.yaml#Table", "TABLE")
    assert (link.place.path, link.place.line) == ("template.yaml", 6)


def test_a_name_that_two_resources_have_says_nothing() -> None:
    text = """
Resources:
  A: {Type: AWS::SQS::Queue, Properties: {QueueName: shared-name}}
  B: {Type: AWS::SNS::Topic, Properties: {TopicName: shared-name}}
  F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {X: shared-name}}}}
"""
    assert links(text) == []


EVENTS = """
F:
  Type: AWS::Serverless::Function
  Properties:
    Events:
      E:
        Type: {kind}
        Properties: {{{properties}}}
"""


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        ("SQS", "Queue: !GetAtt Q.Arn", [("Q", "event", "F")]),
        ("SQS", "Queue: !Ref Given", []),
        ("SQS", "Queue: 'arn:aws:sqs:eu-west-1:1:work-queue'", [("Q", "event", "F")]),
        ("SNS", "Topic: !Ref T", [("T", "event", "F")]),
        ("SNS", "Topic: !Ref T, SqsSubscription: true", [("T", "delivers", "FEQueue"), ("FEQueue", "event", "F")]),
        (
            "SNS",
            "Topic: !Ref T, SqsSubscription: {QueueArn: !GetAtt Q.Arn, QueueUrl: !Ref Q}",
            [("T", "delivers", "Q"), ("Q", "event", "F")],
        ),
        (
            "SNS",
            "Topic: !Ref T, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn}",
            [("T", "failure", "Dead"), ("T", "event", "F")],
        ),
        ("S3", "Bucket: !Ref Bucket, Events: 's3:ObjectCreated:*'", [("Bucket", "event", "F")]),
        ("DynamoDB", "Stream: !GetAtt Table.StreamArn", [("Table", "event", "F")]),
        (
            "DynamoDB",
            "Stream: !GetAtt Table.StreamArn, DestinationConfig: {OnFailure: {Destination: !GetAtt Dead.Arn}}",
            [("Table", "event", "F"), ("F", "failure", "Dead")],
        ),
        ("Schedule", "Schedule: rate(1 day)", [("FE", "event", "F")]),
        (
            "EventBridgeRule",
            "EventBusName: !Ref Bus, Pattern: {source: [x]}, DeadLetterConfig: {Arn: !GetAtt Dead.Arn}",
            [("FE", "event", "F"), ("Bus", "delivers", "FE"), ("FE", "failure", "Dead")],
        ),
        (
            "EventBridgeRule",
            "Pattern: {detail: {bucket: {name: [!Ref Bucket]}}}",
            [("FE", "event", "F"), ("Bucket", "delivers", "FE")],
        ),
        ("Api", "Path: /, Method: get", [("ServerlessRestApi", "event", "F")]),
        ("Api", "RestApiId: !Ref Given", []),
        ("Nonsense", "Queue: !Ref Q", []),
    ],
)
def test_sam_events(kind: str, properties: str, expected: list[tuple[str, str, str]]) -> None:
    text = BASE.replace("  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: my-fn}}\n", "")
    assert short(links(text + indent(EVENTS.format(kind=kind, properties=properties), "  "))) == expected


def test_a_mapping_and_who_waits() -> None:
    text = """
Resources:
  Q: {Type: AWS::SQS::Queue}
  Api: {Type: AWS::Serverless::Api}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Work: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn, MaximumBatchingWindowInSeconds: 5}}
        Get: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /, Method: get}}
"""
    found = read({"template.yaml": text}).architecture
    assert [(link.sync, link.detail) for link in found.links] == [(False, "template.yaml#FWork"), (True, "")]
    (mapping,) = (r for r in found.resources if r.kind == "mapping")
    assert mapping.id == "template.yaml#FWork"
    assert mapping.settings["batch_size"].value == Known(10)
    assert mapping.settings["batching_window_s"].value == Known(5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            (
                "M: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Q.Arn, FunctionName:"
                " !Ref F, DestinationConfig: {OnFailure: {Destination: !Ref T}}}}"
            ),
            [("Q", "event", "F"), ("F", "failure", "T")],
        ),
        (
            "M: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !Ref Q, FunctionName: my-fn}}",
            [("Q", "event", "F")],
        ),
        (
            "S: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref T, Endpoint: !GetAtt Q.Arn, Protocol: sqs}}",
            [("T", "delivers", "Q")],
        ),
        (
            (
                "S: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref T, Endpoint: !GetAtt F.Arn,"
                " RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn}}}"
            ),
            [("T", "event", "F"), ("T", "failure", "Dead")],
        ),
        (
            (
                "R: {Type: AWS::Events::Rule, Properties: {EventBusName: !Ref Bus, Targets: [{Arn: !GetAtt F.Arn},"
                " {Arn: !Ref Machine, DeadLetterConfig: {Arn: !GetAtt Dead.Arn}}]}}"
            ),
            [("R", "event", "F"), ("R", "delivers", "Machine"), ("Bus", "delivers", "R"), ("R", "failure", "Dead")],
        ),
        (
            (
                "B: {Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: {QueueConfigurations: [{Queue:"
                " !GetAtt Q.Arn}], LambdaConfigurations: [{Function: !GetAtt F.Arn}]}}}"
            ),
            [("B", "event", "F"), ("B", "delivers", "Q")],
        ),
        (
            (
                "P: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt Q.Arn, Target: !Ref Machine, Enrichment:"
                " !GetAtt F.Arn}}"
            ),
            [("Q", "delivers", "Machine"), ("Q", "event", "F")],
        ),
        (
            "S: {Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: !GetAtt Alias.Arn}}}",
            [("S", "event", "F")],
        ),
        (
            "D: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn}}}",
            [("D", "failure", "Dead")],
        ),
        (
            (
                "E: {Type: AWS::Lambda::EventInvokeConfig, Properties: {FunctionName: !Ref F, DestinationConfig:"
                " {OnSuccess: {Destination: !Ref T}, OnFailure: {Destination: !GetAtt Dead.Arn}}}}"
            ),
            [("F", "failure", "Dead"), ("F", "success", "T")],
        ),
        (
            (
                "P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Principal: s3.amazonaws.com,"
                " SourceArn: !GetAtt Bucket.Arn}}"
            ),
            [("Bucket", "event", "F")],
        ),
        ("P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Principal: s3.amazonaws.com}}", []),
        (
            "H: {Type: AWS::Lambda::Function, Properties: {DeadLetterConfig: {TargetArn: !GetAtt Dead.Arn}}}",
            [("H", "failure", "Dead")],
        ),
        (
            "U: {Type: AWS::Cognito::UserPool, Properties: {LambdaConfig: {PreSignUp: !Ref F, KMSKeyID: !Ref Q}}}",
            [("U", "event", "F")],
        ),
        ("S: {Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: !GetAtt Custom.Arn}}}", []),
    ],
)
def test_resources_that_refer_to_others(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert added(text) == expected


def test_failures_that_leave_the_template() -> None:
    text = """
Parameters: {Dead: {Type: String}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      DeadLetterQueue: {Type: SQS, TargetArn: !Ref Dead}
      EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SNS, Destination: 'arn:aws:sns:eu-west-1:1:x'}}}
"""
    found = read({"template.yaml": text}).architecture
    assert short(list(found.links)) == [("F", "failure", "F.DeadLetterQueue"), ("F", "failure", "F.OnFailure")]
    assert [(r.kind, r.type, r.name) for r in found.resources] == [
        ("queue", "", "${Dead}"),
        ("topic", "", "arn:aws:sns:eu-west-1:1:x"),
    ]


def test_layers_and_file_systems() -> None:
    text = """
Layer: {Type: AWS::Serverless::LayerVersion}
Files: {Type: AWS::EFS::FileSystem}
Point: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: !Ref Files}}
H:
  Type: AWS::Lambda::Function
  Properties:
    Layers: [!Ref Layer, 'arn:aws:lambda:eu-west-1:1:layer:x:1']
    FileSystemConfigs: [{Arn: !GetAtt Point.Arn, LocalMountPath: /mnt/models}]
"""
    assert added(text) == [("H", "uses", "Layer"), ("H", "mounts", "Files")]


def test_nested_stacks_pass_resources_on() -> None:
    root = """
Resources:
  Q: {Type: AWS::SQS::Queue}
  Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: data.yaml}}
  Child:
    Type: AWS::Serverless::Application
    Properties:
      Location: child.yaml
      Parameters: {Queue: !GetAtt Q.Arn, Table: !GetAtt Data.Outputs.Name, Other: !GetAtt Data.Outputs.Nothing}
"""
    data = """
Resources:
  Table: {Type: AWS::DynamoDB::Table}
Outputs:
  Name: {Value: !Ref Table}
"""
    child = """
Parameters: {Queue: {Type: String}, Table: {Type: String}, Other: {Type: String}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {TABLE: !Ref Table, OTHER: !Ref Other}}
      Events: {E: {Type: SQS, Properties: {Queue: !Ref Queue}}}
"""
    found = links(root, {"data.yaml": data, "child.yaml": child})
    assert [(link.source, link.kind, link.target) for link in found] == [
        ("child.yaml#F", "env", "data.yaml#Table"),
        ("template.yaml#Q", "event", "child.yaml#F"),
    ]


def test_literal_names_make_triggers() -> None:
    text = """
P: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Q.Arn, FunctionName: my-fn}}
I:
  Type: AWS::ApiGatewayV2::Integration
  Properties:
    IntegrationUri: !Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:my-fn'
    TimeoutInMillis: 5000
"""
    found = read({"template.yaml": BASE + indent(dedent(text), "  ")})
    by_name = {function.name: function for function in found.functions}
    assert {(t.type, t.timeout_s) for t in by_name["F"].triggers} == {("sqs", None), ("http-api", Known(5.0))}


def test_an_alias_that_sam_makes() -> None:
    text = """
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live}}
  G: {Type: AWS::Serverless::Function, Properties: {Environment: {Variables: {F: !Ref FAliaslive}}}}
"""
    assert short(links(text)) == [("G", "env", "F")]
