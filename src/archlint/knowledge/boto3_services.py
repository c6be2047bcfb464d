"""The services that boto3 can make a client for."""

from __future__ import annotations

from functools import cache

from packaging.version import Version

from archlint.knowledge.store import read_yaml


@cache
def services() -> frozenset[str]:
    """Names of services that every version of boto3 since `since()` knows."""
    return frozenset(read_yaml("boto3_services.yaml")["services"].split())


@cache
def since() -> Version:
    """The version of boto3 and botocore (they go together) whose services are listed."""
    return Version(read_yaml("boto3_services.yaml")["version"])
