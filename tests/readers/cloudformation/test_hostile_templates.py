"""Bad input costs a message at most, never the scan."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from templates import read

from archlint.model.declared import Declared
from archlint.model.place import Problem

GOOD = """
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.12}}
"""


def beside(bad: str | bytes, name: str = "bad.yaml") -> Declared:
    """Reads a bad file next to a good one."""
    started = time.process_time()
    found = read({"good.yaml": GOOD, name: bad})
    assert time.process_time() - started < 10
    assert "good.yaml#F" in {f.id for f in found.functions}
    return found


def problem(bad: str | bytes, name: str = "bad.yaml") -> Problem:
    (only,) = beside(bad, name).problems
    return only


SILENT = {
    "empty": "",
    "blank": "\n\n",
    "null": "Resources:\n",
    "list": "Resources: [{Type: AWS::Lambda::Function}]\n",
    "text": "Resources: AWSTemplateFormatVersion\n",
    "no mapping": "- AWSTemplateFormatVersion\n- Resources\n",
    "compose": "services: {web: {image: x}}\n",
    "helm": "Resources: {{ .Values.resources }}\n{{- if .x }}\na: b\n{{ end }}\n",
    "jinja": "{% for x in y %}\nType: {{ x }}\nResources: 1\n{% endfor %}",
    "chart in a folder of templates": "Type: {{ x }}\n  Resources: [\n'AWS::' ",
    "binary": b"\x00\x01Resources AWS::",
}


@pytest.mark.parametrize("case", SILENT)
def test_what_is_no_template_is_passed_over(case: str) -> None:
    found = beside(SILENT[case])
    assert found.problems == ()
    assert len(found.functions) == 1


DEEP = 50_000
LOUD = {
    "syntax": (GOOD + "  G: [\n", "correct the syntax", 6),
    "tab": (GOOD.replace("  F:", "\tF:"), "correct the syntax", 4),
    "flow depth": (GOOD + "X: " + "[" * DEEP, "correct the syntax", 5),
    "block depth": (GOOD + "\n".join(" " * n + "a:" for n in range(2_000)), "nested more than", 154),
    "compact depth": (GOOD + "X:\n  " + "- " * DEEP, "nested more than", 6),
    "keys depth": (GOOD + "X:\n  " + "? " * DEEP, "nested more than", 6),
    "self": (GOOD + "X: &a [*a]\n", "an alias contains itself", 5),
    "undefined": (GOOD + "X: *a\n", "alias 'a' has no anchor", 5),
    "laughs": (
        GOOD
        + "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "\n".join(f"{c}: &{c} [{', '.join(['*' + chr(ord(c) - 1)] * 9)}]" for c in "bcdefghij"),
        "more than 1,000,000 nodes",
        11,
    ),
    "control character": (GOOD + "X: \x01\n", "control character", 5),
    "Latin-1": ((GOOD + "X: é\n").encode("latin-1"), "not UTF-8", 5),
}


@pytest.mark.parametrize("case", LOUD)
def test_a_broken_template_has_a_message_with_its_line(case: str) -> None:
    text, message, line = LOUD[case]
    found = problem(text)
    assert found.place.path == "bad.yaml"
    assert message in found.message
    assert found.place.line in (line, line + 1)


def test_a_bomb_of_merge_keys() -> None:
    rows = ["a: &a {x: 1, y: 2}"]
    rows += [f"{c}: &{c}\n  <<: [{', '.join(['*' + chr(ord(c) - 1)] * 9)}]\n  k{c}: 1" for c in "bcdefghij"]
    started = time.process_time()
    read({"bad.yaml": GOOD + "\n".join(rows)})
    assert time.process_time() - started < 1


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_json(opening: str) -> None:
    text = '{\n"AWSTemplateFormatVersion": "2010-09-09", "Resources": ' + opening * 100_000
    found = problem(text, "bad.json")
    assert (found.place.line, "nested more than" in found.message) == (2, True)


def test_minified_json_that_is_cut_off() -> None:
    text = '{"Resources":{"F":{"Type":"AWS::Lambda::Function","Properties":{'
    assert problem(text, "bad.json").place.column == len(text) + 1
    assert beside('{"Resources": {{ .Values }}, "Type": "AWS"', "bad.json").problems == ()


def test_large_files() -> None:
    big = GOOD + "".join(f"  F{n}: {{Type: AWS::SNS::Topic}}\n" for n in range(20_000))
    assert len(beside(big).functions) == 2
    over = problem("#" + "x" * 5_000_001 + GOOD, "template.yaml")
    assert "5,000,000" in over.message


def test_encodings_and_line_ends() -> None:
    for text in (
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
    ):
        found = beside(text)
        assert [f.defined_at.line for f in found.functions] == [4, 4]
    assert len(beside(GOOD.encode("utf-16")).functions) == 2
    assert len(beside(GOOD.encode("utf-16")[:-1]).functions) >= 1
    assert len(beside(GOOD.encode("utf-16-le")).functions) == 1


def test_the_first_document_counts() -> None:
    found = beside(GOOD + "---\n" + GOOD.replace("  F:", "  G:"))
    assert [f.name for f in found.functions] == ["F", "F"]


def test_of_duplicate_keys_the_last_counts() -> None:
    body = "{Type: AWS::Lambda::Function, Properties: {Timeout: 1, Timeout: 2}}"
    (only,) = read({"t.yaml": f"Resources:\n  F: {body}\n  F: {body.replace('Timeout: 2', 'Timeout: 3')}\n"}).functions
    assert str(only.timeout_s.value) == "Known(value=3)"


SEED = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters:
  P: {Type: String, Default: x}
  L: {Type: CommaDelimitedList, Default: 'a,b'}
Mappings: {M: {a: {b: c}}}
Conditions:
  C: {'Fn::And': [{Condition: D}, {'Fn::Equals': [{Ref: P}, x]}]}
  D: {'Fn::Or': [{'Fn::Not': [{'Fn::Equals': [{Ref: L}, y]}]}]}
Globals: {Function: {Timeout: 3, Layers: [a], Environment: {Variables: {A: b}}}}
Resources:
  Fn::ForEach::X: [N, {Ref: L}, {'F${N}': {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}}]
  F:
    Type: AWS::Serverless::Function
    Condition: C
    IgnoreGlobals: [Timeout]
    Metadata: {DockerContext: ., Dockerfile: D, DockerBuildArgs: {A: b}, archlint: {ignore: [{rule: a, reason: b}]}}
    Properties:
      PackageType: {'Fn::If': [C, Image, Zip]}
      MemorySize: {'Fn::FindInMap': [M, a, b, {DefaultValue: 1}]}
      EphemeralStorage: {Size: {'Fn::Select': [0, {'Fn::Split': [',', {'Fn::Join': [',', [a, b]]}]}]}}
      InlineCode: {'Fn::Sub': ['${A}', {A: {Ref: P}}]}
      CodeUri: {Bucket: a, Key: b}
      Layers: [{Ref: Y}]
      ImageConfig: {Command: [a], EntryPoint: [b], WorkingDirectory: c}
      FileSystemConfigs: [{LocalMountPath: /mnt/a}]
      SnapStart: {ApplyOn: PublishedVersions}
      CapacityProviderConfig: {X: {AcceleratorConfig: {AcceleratorMemorySize: 3}}}
      FunctionUrlConfig: {InvokeMode: BUFFERED}
      Events: {E: {Type: Api, Properties: {RestApiId: {Ref: A}, TimeoutInMillis: 5}}}
  R:
    Type: AWS::Lambda::Function
    Properties: {Code: {ZipFile: {'Fn::Join': ["\\n", [a, b]]}}, Runtime: {'Fn::GetAtt': [F, Arn]}}
  Y: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: a}}
  A: {Type: AWS::Serverless::Api, Properties: {DefinitionBody: {'Fn::Transform': {Name: I, Parameters: {Location: b}}}}}
  G:
    Type: AWS::ApiGateway::Method
    Properties: {Integration: {Uri: {'Fn::Sub': 'x${R.Arn}'}, RequestParameters: {a: b}}}
  W: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: {Ref: A}, IntegrationUri: {Ref: R}}}
  V: {Type: AWS::Lambda::Alias, Properties: {FunctionName: {Ref: R}, ProvisionedConcurrencyConfig: {a: 1}}}
  Q:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: {Ref: V}, EventSourceArn: {'Fn::GetAtt': [A, Arn]}}
  Z: {Type: AWS::Lambda::Permission, Properties: {FunctionName: {Ref: F}, Principal: s3.amazonaws.com}}
  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: bad.json, Parameters: {P: 1, L: {Ref: L}}}}
  K: {Type: 'Custom::K', Properties: {ServiceToken: {Ref: R}}}
"""
REPLACEMENTS: list[Any] = [
    None, True, 0, -1, 1.5, "", "x", "${P}", [], {}, [None], [[]], {"": None}, {"Ref": None}, {"Ref": "P"},
    {"Ref": ["P"]},
    {"Ref": "AWS::NoValue"}, {"Fn::If": ["C", 1]}, {"Fn::If": [["C"], 1, 2]}, {"Fn::Sub": [1, 2]},
    {"Fn::Join": ["", 3]},
    {"Fn::GetAtt": []}, {"Fn::Select": [None, None]}, {"Fn::FindInMap": [[], {}, None]}, {"Fn::Transform": []},
    {"Fn::ForEach::A": []}, {"Fn::ForEach::A": ["N", ["a"], {"${N}": 1}]}, {"Condition": "C"}, 10**30, "\ud83d\ude00",
]  # fmt: skip


def spots(node: Any) -> list[tuple[Any, Any]]:
    """Every place in a document where a value can be exchanged."""
    found: list[tuple[Any, Any]] = []
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else []
    for key in keys:
        found.append((node, key))
        found.extend(spots(node[key]))
    return found


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_no_shape_of_a_template_raises(seed: int, changes: int) -> None:
    chance = random.Random(seed)
    document = yaml.safe_load(SEED)
    for _ in range(changes):
        holder, key = chance.choice(spots(document))
        holder[key] = json.loads(json.dumps(chance.choice(REPLACEMENTS)))
    found = read({"bad.json": json.dumps(document), "good.yaml": GOOD})
    assert "good.yaml#F" in {f.id for f in found.functions}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_no_damage_to_the_text_raises(seed: int) -> None:
    chance = random.Random(seed)
    text = list(SEED)
    for _ in range(chance.randrange(1, 6)):
        text[chance.randrange(len(text))] = chance.choice("[]{}:-&*!|>'\"\\\t\n #%@`,?\0\ufeffé\u2028")
    read({"bad.yaml": "".join(text)})
