"""The references between the declarations of a real cloud assembly, by construct path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]
Reference = tuple[str, str, str, str]
"""Kind, source, target, detail."""

FRAMEWORK = re.compile(r"/(BucketNotificationsHandler|Custom::|LogRetention|AWS679f53|CDKMetadata)")
PASSED = {
    "AWS::Lambda::Alias": "FunctionName",
    "AWS::Lambda::Version": "FunctionName",
    "AWS::EFS::AccessPoint": "FileSystemId",
}
"""References to these count as references to what they belong to."""


class Assembly:
    """All templates of an assembly; exports join its stacks."""

    def __init__(self, folder: Path) -> None:
        self.templates = [json.loads(path.read_text()) for path in sorted(folder.rglob("*.template.json"))]
        self.exports: dict[str, tuple[int, Any]] = {}
        for number, template in enumerate(self.templates):
            for output in template.get("Outputs", {}).values():
                if "Export" in output and isinstance(output["Export"]["Name"], str):
                    self.exports[output["Export"]["Name"]] = (number, output["Value"])

    def references(self) -> tuple[set[Reference], set[Reference]]:
        """All of them, and the grants among them that the CDK may have added to an event source, a destination or a
        file system by itself."""
        templates = [Template(self, number) for number in range(len(self.templates))]
        found = {row for template in templates for row in (*template.rows(), *template.notifications())}
        sources = {(target, source) for kind, source, target, _ in found if kind == "event"}
        implied = sources | {(s, t) for kind, s, t, _ in found if kind in ("failure", "success", "mounts")}
        grants = {row for template in templates for row in template.grants()}
        return found | grants, {row for row in grants if row[1:3] in implied}

    def resources(self) -> dict[str, tuple[str, Json]]:
        """Type and properties by construct path."""
        found: dict[str, tuple[str, Json]] = {}
        for number, template in enumerate(self.templates):
            for name, body in template["Resources"].items():
                path = Template(self, number).path(name)
                if not FRAMEWORK.search(f"/{path}"):
                    found[path] = body["Type"], body.get("Properties", {})
        return found


class Template:
    def __init__(self, assembly: Assembly, number: int) -> None:
        self.assembly = assembly
        self.number = number
        self.resources: Mapping[str, Any] = assembly.templates[number]["Resources"]

    def rows(self) -> Iterator[Reference]:
        for name, body in self.resources.items():
            if FRAMEWORK.search("/" + self.path(name)):
                continue
            given = body.get("Properties", {})
            reader = READERS.get(body["Type"])
            if reader is not None:
                yield from reader(self, name, given)

    def path(self, name: str) -> str:
        path: str = self.resources[name].get("Metadata", {}).get("aws:cdk:path", name)
        return path.removesuffix("/Resource")

    def _of(self, value: object) -> list[str]:
        """The paths of what a value refers to."""
        found: list[str] = []
        for name in _names(value):
            if name in self.assembly.exports:
                number, exported = self.assembly.exports[name]
                found += Template(self.assembly, number)._of(exported)
            elif name in self.resources:
                body = self.resources[name]
                passed = PASSED.get(body["Type"])
                found += self._of(body["Properties"][passed]) if passed else [self.path(name)]
        return list(dict.fromkeys(found))

    def _rows(self, kind: str, source: object, target: object, detail: str = "") -> Iterator[Reference]:
        sources = [source] if isinstance(source, str) else self._of(source)
        yield from ((kind, one, other, detail) for one in sources for other in self._of(target))

    def function(self, name: str, given: Json) -> Iterator[Reference]:
        own = self.path(name)
        for key, value in given.get("Environment", {}).get("Variables", {}).items():
            yield from self._rows("env", own, value, key)
        yield from self._rows("uses", own, given.get("Layers"))
        yield from self._rows("failure", own, given.get("DeadLetterConfig"))
        for mount in given.get("FileSystemConfigs", ()):
            yield from self._rows("mounts", own, mount["Arn"], mount["LocalMountPath"])

    def mapping(self, _: str, given: Json) -> Iterator[Reference]:
        yield from self._rows("event", given["EventSourceArn"], given["FunctionName"])
        yield from self._rows("failure", given["FunctionName"], given.get("DestinationConfig"))

    def invoke_config(self, _: str, given: Json) -> Iterator[Reference]:
        destinations = given.get("DestinationConfig", {})
        yield from self._rows("failure", given["FunctionName"], destinations.get("OnFailure"))
        yield from self._rows("success", given["FunctionName"], destinations.get("OnSuccess"))

    def queue(self, name: str, given: Json) -> Iterator[Reference]:
        yield from self._rows("failure", self.path(name), given.get("RedrivePolicy"))

    def subscription(self, _: str, given: Json) -> Iterator[Reference]:
        kind = "event" if given["Protocol"] == "lambda" else "delivers"
        yield from self._rows(kind, given["TopicArn"], given["Endpoint"])
        yield from self._rows("failure", given["TopicArn"], given.get("RedrivePolicy"))

    def rule(self, name: str, given: Json) -> Iterator[Reference]:
        own = self.path(name)
        for target in given["Targets"]:
            for found in self._of(target["Arn"]):
                yield (self._kind(found, "delivers"), own, found, "")
            yield from self._rows("failure", own, target.get("DeadLetterConfig"))
        for bus in self._of(given.get("EventBusName")):
            yield ("delivers", bus, own, "")

    def _kind(self, path: str, otherwise: str) -> str:
        types = {self.path(name): body["Type"] for name, body in self.resources.items()}
        return "event" if types.get(path) == "AWS::Lambda::Function" else otherwise

    def api_method(self, _: str, given: Json) -> Iterator[Reference]:
        yield from self._rows("event", given["RestApiId"], given.get("Integration", {}).get("Uri"))

    def http_integration(self, _: str, given: Json) -> Iterator[Reference]:
        yield from self._rows("event", given["ApiId"], given["IntegrationUri"])

    def state_machine(self, name: str, given: Json) -> Iterator[Reference]:
        yield from self._rows("invokes", self.path(name), given["DefinitionString"])

    def notifications(self) -> Iterator[Reference]:
        """A custom resource of the CDK's sets the notifications of buckets."""
        for body in self.resources.values():
            if body["Type"] == "Custom::S3BucketNotifications":
                given = body["Properties"]
                told = given["NotificationConfiguration"]
                yield from self._rows("event", given["BucketName"], told.get("LambdaFunctionConfigurations"))
                yield from self._rows("delivers", given["BucketName"], told.get("QueueConfigurations"))

    def grants(self) -> Iterator[Reference]:
        """One row for each action that the statements of a function's role allow on a resource."""
        holders: dict[str, list[str]] = {}
        for name, body in self.resources.items():
            if body["Type"] == "AWS::Lambda::Function" and not FRAMEWORK.search("/" + self.path(name)):
                for role in self._of(body["Properties"].get("Role")):
                    holders.setdefault(role, []).append(self.path(name))
        for name, body in self.resources.items():
            given = body.get("Properties", {})
            if body["Type"] == "AWS::IAM::Policy":
                acting = [holder for role in self._of(given["Roles"]) for holder in holders.get(role, ())]
                yield from self._statements(given["PolicyDocument"], acting)
            for policy in given.get("Policies", ()) if body["Type"] == "AWS::IAM::Role" else ():
                yield from self._statements(policy["PolicyDocument"], holders.get(self.path(name), []))

    def _statements(self, document: Json, sources: list[str]) -> Iterator[Reference]:
        for statement in document["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            for target in self._of(statement["Resource"]):
                yield from (("grant", source, target, action) for source in sources for action in actions)


READERS = {
    "AWS::ApiGateway::Method": Template.api_method,
    "AWS::ApiGatewayV2::Integration": Template.http_integration,
    "AWS::Events::Rule": Template.rule,
    "AWS::Lambda::EventInvokeConfig": Template.invoke_config,
    "AWS::Lambda::EventSourceMapping": Template.mapping,
    "AWS::Lambda::Function": Template.function,
    "AWS::SNS::Subscription": Template.subscription,
    "AWS::SQS::Queue": Template.queue,
    "AWS::StepFunctions::StateMachine": Template.state_machine,
}


def _names(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("Ref"), str):
            yield value["Ref"]
        if isinstance(value.get("Fn::GetAtt"), list):
            yield value["Fn::GetAtt"][0]
        if isinstance(value.get("Fn::ImportValue"), str):
            yield value["Fn::ImportValue"]
        for inner in value.values():
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)
