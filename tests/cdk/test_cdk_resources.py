from __future__ import annotations

import textwrap

import pytest
from declaring import HEAD, architecture, resource, setting
from running import HEAD as FIRST

from archlint.knowledge.cdk import arn_target, resource_type
from archlint.knowledge.resources import kind_of
from archlint.knowledge.store import read_yaml
from archlint.model.resource import KINDS
from archlint.values import Known, Unknown

LINES = len((FIRST + HEAD).splitlines())
REQUIREMENT = "ecs.CfnTaskDefinition.ResourceRequirementProperty(type='GPU', value='2')"
CONTAINER = f"ecs.CfnTaskDefinition.ContainerDefinitionProperty(resource_requirements=[{REQUIREMENT}])"
FARGATE = "batch.EcsFargateContainerDefinition(stack, 'C')"


def test_a_resource_has_the_id_and_place_of_its_construct() -> None:
    found = resource("sqs.Queue(stack, 'Jobs', queue_name='jobs')", "Jobs")
    assert (found.id, found.kind, found.type, found.stack) == ("infra#Main/Jobs", "queue", "AWS::SQS::Queue", "Main")
    assert (found.place.path, found.place.line) == ("infra/app.py", LINES + 1)
    assert found.physical_name == "jobs"
    assert not found.conditional


def test_a_class_of_the_app_counts_at_its_call() -> None:
    app = """
    class Jobs(sqs.Queue):
        def __init__(self, scope, id):
            super().__init__(scope, id, visibility_timeout=Duration.minutes(1))

    Jobs(stack, 'Own')
    """
    found = resource(textwrap.dedent(app), "Own")
    assert found.place.line == LINES + 6
    assert found.settings["visibility_timeout_s"].value == Known(60)


def test_equal_and_open_ids_stay_apart() -> None:
    app = "\nimport os\nfor name in ('a', 'b'):\n    sqs.Queue(stack, os.environ[name])\n"
    assert [found.id for found in architecture(app).resources] == ["infra#Main/?", "infra#Main/?~2"]


def test_what_may_not_be_made_is_conditional() -> None:
    app = "\nimport os\nif os.environ['STAGE'] == 'x':\n    sns.Topic(stack, 'Told')\n"
    assert resource(app, "Told").conditional


@pytest.mark.parametrize(
    ("given", "key", "expected"),
    [
        ("", "visibility_timeout_s", Known(30)),
        ("visibility_timeout=Duration.minutes(15)", "visibility_timeout_s", Known(900)),
        ("fifo=True", "fifo", Known(True)),
        ("queue_name='a.fifo'", "fifo", Known(True)),
        ("", "fifo", Known(False)),
        ("", "redrive", Known(False)),
        ("dead_letter_queue=sqs.DeadLetterQueue(queue=other, max_receive_count=3)", "redrive", Known(True)),
        ("dead_letter_queue=sqs.DeadLetterQueue(queue=other, max_receive_count=3)", "max_receive_count", Known(3)),
    ],
)
def test_settings_of_a_queue(given: str, key: str, expected: object) -> None:
    app = f"\nother = sqs.Queue(stack, 'Other')\nsqs.Queue(stack, 'It', {given})\n"
    assert setting(app, "It", key) == expected


def test_a_default_has_no_place_and_a_stated_value_has_the_constructs() -> None:
    found = resource("sqs.Queue(stack, 'It', fifo=True)", "It").settings
    assert found["visibility_timeout_s"].place is None
    assert found["fifo"].place == resource("sqs.Queue(stack, 'It', fifo=True)", "It").place


def test_an_open_value_is_unknown() -> None:
    app = "\nimport os\nsqs.Queue(stack, 'It', visibility_timeout=Duration.seconds(int(os.environ['T'])))"
    assert isinstance(setting(app, "It", "visibility_timeout_s"), Unknown)


@pytest.mark.parametrize(
    ("construct", "key", "expected"),
    [
        ("sqs.CfnQueue(stack, 'It', visibility_timeout=45)", "visibility_timeout_s", Known(45)),
        ("sqs.CfnQueue(stack, 'It', redrive_policy={'maxReceiveCount': 2})", "max_receive_count", Known(2)),
        ("elb.CfnTargetGroup(stack, 'It')", "target_type", Known("instance")),
        ("elb.CfnTargetGroup(stack, 'It', target_type='ip')", "target_type", Known("ip")),
        (
            "elb.ApplicationTargetGroup(stack, 'It', target_type=elb.TargetType.INSTANCE)",
            "target_type",
            Known("instance"),
        ),
        ("ecs.FargateTaskDefinition(stack, 'It')", "compatibilities", Known("FARGATE")),
        ("ecs.FargateTaskDefinition(stack, 'It').add_container('c', gpu_count=1)", "gpu", Known(1)),
        (
            "ecs.TaskDefinition(stack, 'It', compatibility=ecs.Compatibility.EC2_AND_FARGATE)",
            "compatibilities",
            Known("EC2,FARGATE"),
        ),
        (
            "ecs.CfnTaskDefinition(stack, 'It', requires_compatibilities=['EC2', 'FARGATE'])",
            "compatibilities",
            Known("EC2,FARGATE"),
        ),
        (
            f"ecs.CfnTaskDefinition(stack, 'It', container_definitions=[{CONTAINER}])",
            "gpu",
            Known(2),
        ),
        (
            f"batch.EcsJobDefinition(stack, 'It', timeout=Duration.seconds(30), container={FARGATE})",
            "timeout_s",
            Known(30),
        ),
        (
            "batch.EcsJobDefinition(stack, 'It', container=batch.EcsEc2ContainerDefinition(stack, 'C', gpu=4))",
            "gpu",
            Known(4),
        ),
        (
            "batch.EcsJobDefinition(stack, 'It', container=batch.EcsFargateContainerDefinition(stack, 'C'))",
            "compatibilities",
            Known("FARGATE"),
        ),
        ("sfn.StateMachine(stack, 'It')", "type", Known("STANDARD")),
        ("sfn.StateMachine(stack, 'It', state_machine_type=sfn.StateMachineType.EXPRESS)", "type", Known("EXPRESS")),
        (
            "events.Rule(stack, 'It', schedule=events.Schedule.rate(Duration.days(2)))",
            "schedule_expression",
            Known("rate(2 days)"),
        ),
        (
            "events.Rule(stack, 'It', schedule=events.Schedule.cron(minute='5', week_day='MON'))",
            "schedule_expression",
            Known("cron(5 * ? * MON *)"),
        ),
    ],
)
def test_settings(construct: str, key: str, expected: object) -> None:
    assert setting(f"\n{construct}", "It", key) == expected


def test_a_target_group_without_a_type_takes_that_of_its_targets() -> None:
    found = setting("\nelb.ApplicationTargetGroup(stack, 'It')", "It", "target_type")
    assert found == Unknown("the targets decide the target type")


def test_an_override_goes_before_the_property() -> None:
    app = (
        "\nqueue = sqs.Queue(stack, 'It', visibility_timeout=Duration.seconds(1))\n"
        "queue.node.default_child.add_property_override('VisibilityTimeout', 77)\n"
    )
    assert setting(app, "It", "visibility_timeout_s") == Known(77)


def test_the_size_of_a_batch_is_stated_or_the_services() -> None:
    app = "\nfunction('F').add_event_source(sources.SqsEventSource(sqs.Queue(stack, 'Q'){}))\n"
    assert setting(app.format(""), "SqsEventSource", "batch_size") == Known(10)
    assert setting(app.format(", batch_size=3"), "SqsEventSource", "batch_size") == Known(3)


def test_functions_parts_and_other_constructs_are_no_resources() -> None:
    app = (
        "\nfunction('F')\niam.Role(stack, 'R')\nefs.AccessPoint(stack, 'A')\n"
        "lambda_.CfnAlias(stack, 'L')\nlambda_.CfnPermission(stack, 'P')\n"
    )
    assert architecture(app).resources == ()


def test_a_type_that_nobody_knows_shows_only_where_it_is_referred_to() -> None:
    app = "\nstore = sqs.CfnQueueInlinePolicy(stack, 'Odd')\n"
    assert architecture(app).resources == ()
    (found,) = architecture(app + "function('F', environment={'A': store.ref})\n").resources
    assert (found.kind, found.type) == ("other", "AWS::SQS::QueueInlinePolicy")


def test_every_construct_declares_a_kind() -> None:
    kinds = {kind_of(kind) for kind in read_yaml("cdk_resources.yaml")["constructs"].values()}
    assert kinds <= set(KINDS) - {"other"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("aws_cdk.aws_sqs.Queue", "AWS::SQS::Queue"),
        ("aws_cdk.aws_dynamodb.CfnGlobalTable", "AWS::DynamoDB::GlobalTable"),
        ("aws_cdk.aws_ecs.CfnTaskDefinition.ContainerDefinitionProperty", None),
        ("aws_cdk.aws_iam.Role", None),
    ],
)
def test_types_of_constructs(path: str, expected: str | None) -> None:
    assert resource_type(path) == expected


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:lambda:eu-west-1:1:function:name:live", ("function", "name")),
        ("arn:*:sqs:*:*:jobs", ("queue", "jobs")),
        ("arn:aws:dynamodb:*:*:table/items/index/*", ("table", "items")),
        ("arn:aws:s3:::bucket/key", ("bucket", "bucket")),
        ("arn:aws:ssm:*:*:parameter/a/b", ("parameter", "/a/b")),
        ("arn:aws:lambda:*:*:layer:numbers:3", ("layer", "numbers")),
        ("arn:aws:sqs:*:*:*", None),
        ("arn:aws:iam::1:role/name", None),
        ("arn:aws:sqs", None),
    ],
)
def test_what_an_arn_names(arn: str, expected: tuple[str, str] | None) -> None:
    assert arn_target(arn) == expected
