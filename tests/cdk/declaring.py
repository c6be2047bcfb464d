"""The architecture of small apps written as strings."""

from __future__ import annotations

from running import run

from archlint.model.resource import Architecture, Resource
from archlint.readers.cdk.architecture import read_architecture
from archlint.readers.cdk.functions import read_made
from archlint.tree import MemoryTree
from archlint.values import Value

HEAD = """
from aws_cdk import aws_apigateway as apigateway, aws_apigatewayv2 as apigatewayv2, aws_batch as batch
from aws_cdk import aws_dynamodb as dynamodb, aws_ecs as ecs, aws_efs as efs, aws_events as events
from aws_cdk import aws_elasticloadbalancingv2 as elb, aws_elasticloadbalancingv2_targets as elb_targets
from aws_cdk import aws_events_targets as targets, aws_iam as iam, aws_lambda_destinations as destinations
from aws_cdk import aws_lambda_event_sources as sources, aws_s3 as s3, aws_s3_notifications as notifications
from aws_cdk import aws_sns as sns, aws_sns_subscriptions as subscriptions, aws_sqs as sqs, Fn
from aws_cdk import aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks
app = App()
stack = Stack(app, 'Main')
def function(name, **options):
    return lambda_.Function(stack, name, runtime=lambda_.Runtime.PYTHON_3_12, handler='app.main',
        code=lambda_.Code.from_asset('code'), **options)
"""

Row = tuple[str, str, str]


def architecture(app: str) -> Architecture:
    """Of an app in the folder infra, after HEAD."""
    found = run(HEAD + app, entry="infra/app.py", folder="infra")
    return read_architecture(read_made(found, "infra", MemoryTree({})), "infra")


def resource(app: str, name: str) -> Resource:
    (found,) = [one for one in architecture(app).resources if one.name == name]
    return found


def setting(app: str, name: str, key: str) -> Value[object]:
    return resource(app, name).settings[key].value


def links(app: str) -> list[Row]:
    """Kind, source and target without the folder and the stack, in the order of finding."""
    return [(link.kind, short(link.source), short(link.target)) for link in architecture(app).links]


def details(app: str, kind: str) -> list[tuple[str, str, str]]:
    """Source, target and detail."""
    found = architecture(app).links
    return [(short(link.source), short(link.target), link.detail) for link in found if link.kind == kind]


def short(identity: str) -> str:
    return identity.partition("#")[2].removeprefix("Main/")
