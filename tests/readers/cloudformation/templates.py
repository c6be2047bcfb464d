"""Reads templates written as strings."""

from __future__ import annotations

from textwrap import dedent, indent

from archlint.model.declared import Declared
from archlint.model.function import Function
from archlint.model.resource import Link
from archlint.readers.cloudformation import read_templates
from archlint.tree import MemoryTree
from archlint.values import Known, Unknown, Value


def read(files: dict[str, str | bytes]) -> Declared:
    texts = {path: dedent(text) if isinstance(text, str) else text for path, text in files.items()}
    paths = [path for path in texts if path.endswith((".yaml", ".yml", ".json", ".template"))]
    return read_templates(MemoryTree(texts), sorted(paths))


def functions(template: str, files: dict[str, str | bytes] | None = None) -> dict[str, Function]:
    """By logical id. A template that starts at Resources needs no format version."""
    found = read({"template.yaml": template, **(files or {})})
    assert not found.problems, found.problems
    return {function.name: function for function in found.functions}


def function(template: str, files: dict[str, str | bytes] | None = None) -> Function:
    """The only function of a template."""
    (only,) = functions(template, files).values()
    return only


def value(fact: Value[object] | None) -> object:
    """The stated value; an open one fails the test."""
    assert isinstance(fact, Known), fact
    return fact.value


def reason(fact: Value[object] | None) -> str:
    """Why a value is open; a stated one fails the test."""
    assert isinstance(fact, Unknown), fact
    return fact.reason


BASE = """
Parameters:
  Given: {Type: String}
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: my-fn}}
  G: {Type: AWS::Lambda::Function}
  Alias: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, FunctionVersion: !GetAtt Ver.Version}}
  Ver: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: work-queue}}
  Dead: {Type: AWS::SQS::Queue}
  T: {Type: AWS::SNS::Topic}
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub '${AWS::StackName}-items'}}
  Bucket: {Type: AWS::S3::Bucket}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: orders-bus}}
  Machine: {Type: AWS::StepFunctions::StateMachine}
  Secret: {Type: AWS::SecretsManager::Secret}
"""


def links(text: str, files: dict[str, str | bytes] | None = None) -> list[Link]:
    found = read({"template.yaml": text, **(files or {})})
    assert not found.problems, found.problems
    return list(found.architecture.links)


def short(found: list[Link]) -> list[tuple[str, str, str]]:
    return [(link.source.partition("#")[2], link.kind, link.target.partition("#")[2]) for link in found]


def added(text: str, files: dict[str, str | bytes] | None = None) -> list[tuple[str, str, str]]:
    """The links that a resource adds to those of BASE, of which there are none."""
    return short(links(BASE + indent(dedent(text), "  "), files))
