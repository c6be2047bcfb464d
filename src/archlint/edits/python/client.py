"""What is known of boto3's clients: which can be made without a chance of failing."""

from __future__ import annotations

import ast

from archlint.edits.python.source import Source
from archlint.knowledge.aws_calls import services, since
from archlint.knowledge.releases import bounds

_SDK = frozenset({"boto3", "botocore"})
_WITH_RESOURCES = frozenset("cloudformation cloudwatch dynamodb ec2 glacier iam s3 sns sqs".split())
"""The services with boto3 resources since 1.34 (folders of boto3/data)."""


def is_of_aws(path: str) -> bool:
    return path.partition(".")[0] in _SDK


def fails_never(call: ast.Call, path: str, source: Source) -> bool:
    """Whether making it works in every environment of Lambda: a session, or a client for a service that all versions of
    boto3 know which the functions may have."""
    last = path.rpartition(".")[2]
    if not is_of_aws(path) or not _is_recent(source):
        return False
    if last in ("Session", "get_session"):
        return True
    given = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "service_name")]
    if len(given) != 1 or not isinstance(given[0], ast.Constant):
        return False
    return given[0].value in (_WITH_RESOURCES if last == "resource" else services())


def _is_recent(source: Source) -> bool:
    """Whether no function asks for a boto3 from before the list of services."""
    for view in source.views:
        for dependency in view.deployed.dependencies:
            asked = bounds(f"=={dependency.version}" if dependency.version else dependency.specifier)
            if dependency.name in _SDK and asked is not None and asked.high is not None and asked.high < since():
                return False
    return True
