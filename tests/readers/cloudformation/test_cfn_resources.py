"""Resources beside functions, and the settings that rules ask for."""

from __future__ import annotations

import json

import pytest
from templates import read

from archlint.knowledge.resources import kind_of, resource_type
from archlint.knowledge.store import read_yaml
from archlint.model.resource import KINDS, LINKS, Resource
from archlint.readers.cdk_out import read_assembly
from archlint.tree import MemoryTree
from archlint.values import Known, Unknown


def resources(text: str, files: dict[str, str | bytes] | None = None) -> dict[str, Resource]:
    found = read({"template.yaml": text, **(files or {})})
    assert not found.problems, found.problems
    return {resource.name: resource for resource in found.architecture.resources}


def settings(text: str) -> dict[str, object]:
    """Of the resource R; an open value as its reason."""
    resource = resources(text)["R"]
    return {
        name: s.value.value if isinstance(s.value, Known) else f"? {s.value.reason}"
        for name, s in resource.settings.items()
    }


def resource(kind: str, properties: str) -> str:
    return f"Resources:\n  R:\n    Type: {kind}\n    Properties: {properties}\n"


def test_every_row_uses_known_words() -> None:
    for name in read_yaml("resources.yaml")["types"]:
        row = resource_type(name)
        assert row is not None
        assert row.kind in KINDS
        assert {link.kind for link in row.links} <= set(LINKS)
        assert {setting.form for setting in row.settings} <= {"integer", "boolean", "text", "words", "present", "gpus"}
    assert kind_of("AWS::EC2::VPC") == "other"


def test_a_queue_with_its_places() -> None:
    found = resources(
        """
Parameters:
  Redrive: {Type: String}
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: jobs.fifo
      FifoQueue: true
      VisibilityTimeout: '60'
      RedrivePolicy:
        deadLetterTargetArn: arn:aws:sqs:eu-west-1:1:dead
        maxReceiveCount: 3
  Plain: {Type: AWS::SQS::Queue}
"""
    )
    queue, plain = found["Q"], found["Plain"]
    assert (queue.id, queue.kind, queue.type) == ("template.yaml#Q", "queue", "AWS::SQS::Queue")
    assert (queue.physical_name, queue.stack, queue.conditional) == ("jobs.fifo", "template.yaml", False)
    assert (queue.place.path, queue.place.line) == ("template.yaml", 5)
    timeout = queue.settings["visibility_timeout_s"]
    assert (timeout.value, timeout.place.line if timeout.place else None) == (Known(60), 10)
    assert queue.settings["redrive"].value == Known(True)
    assert queue.settings["max_receive_count"].value == Known(3)
    assert plain.physical_name is None
    assert (plain.settings["visibility_timeout_s"].value, plain.settings["visibility_timeout_s"].place) == (
        Known(30),
        None,
    )
    assert "max_receive_count" not in plain.settings


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        ("AWS::SQS::Queue", "{VisibilityTimeout: !Ref P}", {"visibility_timeout_s": "? the template defines no 'P'"}),
        ("AWS::SQS::Queue", "{VisibilityTimeout: soon}", {"visibility_timeout_s": "? it is not a whole number"}),
        (
            "AWS::SQS::Queue",
            "{RedrivePolicy: !If [Some, {maxReceiveCount: 1}, !Ref AWS::NoValue]}",
            {
                "redrive": "? it depends on condition Some",
                "max_receive_count": "? it depends on condition Some",
            },
        ),
        ("AWS::SQS::Queue", "{FifoQueue: maybe}", {"fifo": "? 'maybe' is neither true nor false"}),
        (
            "AWS::SQS::Queue",
            "{DelaySeconds: 1, 'Fn::Transform': {Name: M}}",
            {"fifo": "? the properties are completed by Fn::Transform"},
        ),
        ("AWS::SNS::Topic", "{FifoTopic: true}", {"fifo": True}),
        ("AWS::StepFunctions::StateMachine", "{}", {"type": "STANDARD"}),
        ("AWS::Serverless::StateMachine", "{Type: EXPRESS}", {"type": "EXPRESS"}),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "{Protocol: HTTP}", {"target_type": "instance"}),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", "{TargetType: ip}", {"target_type": "ip"}),
        ("AWS::ECS::TaskDefinition", "{RequiresCompatibilities: [EC2, FARGATE]}", {"compatibilities": "EC2,FARGATE"}),
        (
            "AWS::ECS::TaskDefinition",
            "{ContainerDefinitions: [{ResourceRequirements: [{Type: GPU, Value: '2'}]}, {Name: x}]}",
            {"gpu": 2},
        ),
        (
            "AWS::ECS::TaskDefinition",
            "{ContainerDefinitions: [{ResourceRequirements: [{Type: GPU, Value: !Ref N}]}]}",
            {"gpu": "? the template defines no 'N'"},
        ),
        ("AWS::ECS::Service", "{LaunchType: FARGATE}", {"launch_type": "FARGATE"}),
        (
            "AWS::Batch::JobDefinition",
            (
                "{PlatformCapabilities: [FARGATE], Timeout: {AttemptDurationSeconds: 30}, RetryStrategy: {Attempts:"
                " 11}, ContainerProperties: {ResourceRequirements: [{Type: VCPU, Value: 1}, {Type: GPU, Value: 1}]}}"
            ),
            {"compatibilities": "FARGATE", "timeout_s": 30, "attempts": 11, "gpu": 1},
        ),
        (
            "AWS::SageMaker::EndpointConfig",
            "{ProductionVariants: [{InstanceType: ml.m5.large, ServerlessConfig: {MemorySizeInMB: 1024}}]}",
            {"serverless": True, "instance_type": "ml.m5.large", "async": False},
        ),
        ("AWS::ApiGatewayV2::Api", "{ProtocolType: WEBSOCKET}", {"protocol": "WEBSOCKET"}),
        ("AWS::ApiGateway::RestApi", "{EndpointConfiguration: {Types: [REGIONAL]}}", {"endpoint_type": "REGIONAL"}),
    ],
)
def test_settings(kind: str, properties: str, expected: dict[str, object]) -> None:
    found = settings(resource(kind, properties))
    assert {name: found[name] for name in expected} == expected


def test_unknown_types_show_only_where_something_refers_to_them() -> None:
    text = """
Resources:
  Key: {Type: AWS::KMS::Key}
  Vpc: {Type: AWS::EC2::VPC}
  F:
    Type: AWS::Lambda::Function
    Properties:
      Environment: {Variables: {KEY: !Ref Key}}
"""
    assert {name: r.kind for name, r in resources(text).items()} == {"Key": "other"}


def test_an_access_point_belongs_to_its_file_system() -> None:
    text = """
Resources:
  Files: {Type: AWS::EFS::FileSystem}
  Point: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: !Ref Files}}
  Foreign: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: fs-1}}
"""
    assert set(resources(text)) == {"Files", "Foreign"}


def test_conditions_that_stay_open() -> None:
    text = """
Parameters: {Stage: {Type: String, Default: prod}}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Always: !Equals [a, a]
Resources:
  A: {Type: AWS::SQS::Queue, Condition: Prod}
  B: {Type: AWS::SQS::Queue, Condition: Always}
"""
    assert {name: r.conditional for name, r in resources(text).items()} == {"A": True, "B": False}


def test_what_sam_adds() -> None:
    text = """
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS}, OnSuccess: {Type: SNS}}}
      Events:
        Get: {Type: Api, Properties: {Path: /, Method: get}}
        Http: {Type: HttpApi}
        Tick:
          Type: Schedule
          Properties: {Schedule: rate(1 hour), DeadLetterConfig: {Type: SQS, QueueLogicalId: Dead}}
        Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: cron(0 1 * * ? *)}}
"""
    found = resources(text)
    assert {name: (r.kind, r.type) for name, r in found.items()} == {
        "ServerlessRestApi": ("api", "AWS::Serverless::Api"),
        "ServerlessHttpApi": ("api", "AWS::Serverless::HttpApi"),
        "FTick": ("rule", "AWS::Events::Rule"),
        "Dead": ("queue", "AWS::SQS::Queue"),
        "FNightly": ("schedule", "AWS::Scheduler::Schedule"),
        "FEventInvokeConfigOnFailureQueue": ("queue", "AWS::SQS::Queue"),
        "FEventInvokeConfigOnSuccessTopic": ("topic", "AWS::SNS::Topic"),
    }
    assert found["FTick"].settings["schedule_expression"].value == Known("rate(1 hour)")
    assert found["FNightly"].settings["schedule_expression"].value == Known("cron(0 1 * * ? *)")


def test_resources_in_a_loop() -> None:
    text = """
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Queues:
    - Name
    - [One, Two]
    - Queue${Name}: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub 'q-${Name}'}}
"""
    assert {name: r.physical_name for name, r in resources(text).items()} == {"QueueOne": "q-One", "QueueTwo": "q-Two"}


def test_a_synthesised_stack_has_construct_paths() -> None:
    def made(kind: str, path: str, **properties: object) -> dict[str, object]:
        return {"Type": kind, "Properties": properties, "Metadata": {"aws:cdk:path": path}}

    body = {
        "Resources": {
            "Jobs1": made("AWS::SQS::Queue", "Main/Jobs/Resource", VisibilityTimeout=60),
            "Worker1": made(
                "AWS::Lambda::Function",
                "Main/Worker/Resource",
                Environment={"Variables": {"QUEUE": {"Ref": "Jobs1"}}},
            ),
            "Mapping1": made(
                "AWS::Lambda::EventSourceMapping",
                "Main/Worker/SqsEventSource:Jobs/Resource",
                EventSourceArn={"Fn::GetAtt": ["Jobs1", "Arn"]},
                FunctionName={"Ref": "Worker1"},
            ),
        }
    }
    artifact = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Main.template.json"}}
    files = {
        "cdk.out/manifest.json": json.dumps({"artifacts": {"Main": artifact}}),
        "cdk.out/Main.template.json": json.dumps(body),
    }
    assembly = read_assembly(MemoryTree(files), "cdk.out", "")
    assert assembly is not None
    found = {r.id: r for r in assembly.architecture.resources}
    mapping = ".#Main/Worker/SqsEventSource:Jobs"
    assert {identity: r.stack for identity, r in found.items()} == {".#Main/Jobs": "Main", mapping: "Main"}
    assert found[mapping].settings["batch_size"].value == Known(10)
    assert {(link.kind, link.source, link.target, link.detail) for link in assembly.architecture.links} == {
        ("event", ".#Main/Jobs", ".#Main/Worker", mapping),
        ("env", ".#Main/Worker", ".#Main/Jobs", "QUEUE"),
    }


def test_an_open_name_is_no_name() -> None:
    text = resource("AWS::SQS::Queue", "{QueueName: !Sub '${AWS::StackName}-jobs'}")
    (queue,) = resources(text).values()
    assert queue.physical_name is None
    assert not any(isinstance(setting.value, Unknown) for setting in queue.settings.values())
