"""The functions of a real cloud assembly, as CloudFormation would deploy them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]

FRAMEWORK = re.compile(r"/(BucketNotificationsHandler|Custom::|LogRetention|AWS679f53)")
POINTERS = ("AWS::Lambda::Alias", "AWS::Lambda::Version")
DEFAULTS = {"memory_mb": 128, "timeout_s": 3, "ephemeral_mb": 512, "architecture": "x86_64"}
TRIGGERS = {
    "AWS::ApiGateway::Method": "api",
    "AWS::ApiGatewayV2::Integration": "http-api",
    "AWS::StepFunctions::StateMachine": "step-functions",
    "AWS::Lambda::Url": "function-url",
    "AWS::SNS::Subscription": "sns",
    "Custom::S3BucketNotifications": "s3",
}
POLLED = {
    "AWS::SQS::Queue": "sqs",
    "AWS::Kinesis::Stream": "kinesis",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::DynamoDB::GlobalTable": "dynamodb",
}


@dataclass(slots=True)
class Deployed:
    """One function; `code` is its folder below the app's, the text of inline code, or an image's (context, Dockerfile,
    target, command)."""

    path: str
    values: dict[str, Any]
    code: Any
    layers: int
    vpc: bool
    mounts: tuple[str, ...]
    environment: dict[str, Any]
    provisioned: bool = False
    triggers: set[str] = field(default_factory=set)


def functions(assembly: Path, app: Path) -> dict[str, Deployed]:
    """By construct path; `app` is the folder that the app ran in."""
    assets, images = _assets(assembly)
    found: dict[str, Deployed] = {}
    for template in sorted(assembly.rglob("*.template.json")):
        resources = json.loads(template.read_text())["Resources"]
        own = {name: _function(body, assets, images, app) for name, body in resources.items() if _is_own(body)}
        for name, body in resources.items():
            _connect(name, body, resources, own)
        assert not found.keys() & {function.path for function in own.values()}
        found.update({function.path: function for function in own.values()})
    return found


def _is_own(body: Json) -> bool:
    return body["Type"] == "AWS::Lambda::Function" and not FRAMEWORK.search(body["Metadata"]["aws:cdk:path"])


def _assets(assembly: Path) -> tuple[dict[str, str], dict[str, Json]]:
    """Without staging an asset's source is the folder itself."""
    files: dict[str, str] = {}
    images: dict[str, Json] = {}
    for path in assembly.rglob("*.assets.json"):
        manifest = json.loads(path.read_text())
        files.update({key: asset["source"].get("path", "") for key, asset in manifest["files"].items()})
        images.update({key: asset["source"] for key, asset in manifest["dockerImages"].items()})
    return files, images


def _function(body: Json, assets: Mapping[str, str], images: Mapping[str, Json], app: Path) -> Deployed:
    given: Json = body["Properties"]
    code: Json = given["Code"]
    kind = "image" if given.get("PackageType") == "Image" else "inline" if "ZipFile" in code else "zip"
    values = {
        "package": kind,
        "runtime": given.get("Runtime"),
        "handler": given.get("Handler"),
        "memory_mb": given.get("MemorySize", DEFAULTS["memory_mb"]),
        "timeout_s": given.get("Timeout", DEFAULTS["timeout_s"]),
        "ephemeral_mb": given.get("EphemeralStorage", {}).get("Size", DEFAULTS["ephemeral_mb"]),
        "architecture": given.get("Architectures", [DEFAULTS["architecture"]])[0],
        "reserved_concurrency": given.get("ReservedConcurrentExecutions"),
        "snapstart": given.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions",
    }
    return Deployed(
        path=body["Metadata"]["aws:cdk:path"].removesuffix("/Resource"),
        values=values,
        code=_code(kind, given, assets, images, app),
        layers=len(given.get("Layers", ())),
        vpc="VpcConfig" in given,
        mounts=tuple(mount["LocalMountPath"] for mount in given.get("FileSystemConfigs", ())),
        environment=given.get("Environment", {}).get("Variables", {}),
    )


def _code(kind: str, given: Json, assets: Mapping[str, str], images: Mapping[str, Json], app: Path) -> Any:
    if kind == "inline":
        return given["Code"]["ZipFile"]
    (digest,) = set(re.findall(r"[0-9a-f]{64}", json.dumps(given["Code"])))
    if kind == "zip":
        return os.path.relpath(assets[digest], app)
    image = images[digest]
    context = os.path.relpath(image["directory"], app)
    command = tuple(given.get("ImageConfig", {}).get("Command", ())) or None
    return context, f"{context}/{image.get('dockerFile', 'Dockerfile')}", image.get("dockerBuildTarget"), command


def _connect(name: str, body: Json, resources: Json, own: Mapping[str, Deployed]) -> None:
    """Adds what a resource says about the functions that it names, perhaps through an alias or a version."""
    kind, given = body["Type"], body.get("Properties", {})
    trigger = TRIGGERS.get(kind)
    if kind == "AWS::Events::Rule":
        trigger = "schedule" if "ScheduleExpression" in given else "eventbridge"
    if kind == "AWS::Lambda::EventSourceMapping":
        (source,) = _references(given["EventSourceArn"])
        trigger = POLLED[resources[source]["Type"]]
    provisioned = kind in POINTERS and "ProvisionedConcurrencyConfig" in given
    if trigger is None and not provisioned:
        return
    for target in _targets(given, resources):
        if target in own:
            own[target].provisioned |= provisioned
            own[target].triggers |= {trigger} if trigger else set()


def _targets(value: object, resources: Json) -> Iterator[str]:
    for name in _references(value):
        body = resources.get(name, {})
        if body.get("Type") in POINTERS:
            yield from _targets(body["Properties"], resources)
        else:
            yield name


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("Ref"), str):
            yield value["Ref"]
        if isinstance(value.get("Fn::GetAtt"), list):
            yield value["Fn::GetAtt"][0]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
