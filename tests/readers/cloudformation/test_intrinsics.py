"""Every intrinsic, where it gives a value and where it leaves one open."""

from __future__ import annotations

import time
from textwrap import dedent, indent

import pytest
from templates import function, functions, reason, value

from archlint.values import Known, Unknown, Value

HEAD = """
Parameters:
  Stage: {Type: String, Default: prod}
  Open: {Type: String}
  Null: {Type: String, Default: }
  Size: {Type: Number, Default: 512}
  Names: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Secret: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /path}
Mappings:
  Map:
    prod: {text: P, same: S}
    dev: {text: D, same: S}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Other: !Not [!Condition Prod]
  Both: !And [!Condition Prod, !Equals [!Ref Open, x]]
  Either: !Or [!Condition Prod, !Equals [!Ref Open, x]]
  Maybe: !Equals [!Ref Open, x]
  Loop: !Not [!Condition Loop]
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  F:
    Type: AWS::Lambda::Function
    Properties:
      Environment:
        Variables:
          X:
"""


def evaluate(expression: str) -> Value[str]:
    """An expression in the place of an environment variable."""
    return function(HEAD + indent(dedent(expression), " " * 12)).environment["X"]


KNOWN = {
    "text": "text",
    "12": "12",
    "true": "true",
    "'yes'": "yes",
    "0644": "0644",
    "!Ref Stage": "prod",
    "!Ref Size": "512",
    "{Ref: Stage}": "prod",
    "!Sub '${Stage}-${Size}'": "prod-512",
    "!Sub '${!Stage}'": "${Stage}",
    "!Sub ['${A}${Stage}', {A: !Ref Size}]": "512prod",
    "!Join ['-', [a, !Ref Stage]]": "a-prod",
    "!Join ['', !Ref Names]": "abc",
    "!Join ['', []]": "",
    "!Join ['-', [a, !Ref AWS::NoValue, b]]": "a-b",
    "!Select [1, !Ref Names]": "b",
    "!Select ['0', !Split ['/', x/y]]": "x",
    "!FindInMap [Map, !Ref Stage, text]": "P",
    "!FindInMap [Map, !Ref Open, same]": "S",
    "!FindInMap [Map, none, text, {DefaultValue: fallback}]": "fallback",
    "!If [Prod, 1, 2]": "1",
    "!If [Other, 1, 2]": "2",
    "!If [Either, 1, 2]": "1",
    "!If [Maybe, 1, '1']": "1",
    "Fn::Length: !Ref Names": "3",
}

OPEN = {
    "!Ref Open": "parameter Open has no default",
    "!Ref 'Null'": "parameter Null has no default",
    "!Ref Secret": "parameter Secret is read from SSM at deployment",
    "!Ref AWS::Region": "AWS::Region is known only at deployment",
    "!Ref Table": "it refers to Table",
    "!Ref Nobody": "the template defines no 'Nobody'",
    "!Ref [a]": "the template defines no ''",
    "!GetAtt Table.Arn": "it refers to Table",
    "!GetAtt [Table, Arn]": "it refers to Table",
    "!GetAtt Nobody.Arn": "the template defines no 'Nobody'",
    "!Sub '${Open}-x'": "parameter Open has no default",
    "!Sub '${Table.Arn}/*'": "it contains Table",
    "!Sub ['${A}', {A: !Ref AWS::NoValue}]": "Fn::Sub gets no value for A",
    "!Sub {a: b}": "Fn::Sub needs a text",
    "!Join ['-', [a, !Ref Open]]": "parameter Open has no default",
    "!Join ['-', !Ref Open]": "parameter Open has no default",
    "!Join [a]": "Fn::Join needs a delimiter and a list",
    "!Split ['', x]": "Fn::Split needs a delimiter",
    "!Split ['/', a/b]": "it is no text",
    "!Select [3, !Ref Names]": "Fn::Select has no element 3",
    "!Select [-1, !Ref Names]": "Fn::Select has no element -1",
    "!Select [x, !Ref Names]": "it is not a whole number",
    "!Select [0, !GetAZs '']": "Fn::GetAZs is not evaluated",
    "!FindInMap [Map, !Ref Open, text]": "parameter Open has no default",
    "!FindInMap [Map, !Ref Open, same, {DefaultValue: other}]": "parameter Open has no default",
    "!FindInMap [Map, none, text]": "Fn::FindInMap finds no such key",
    "!FindInMap [Map]": "Fn::FindInMap needs a map and two keys",
    "!If [Maybe, 1, 2]": "it depends on condition Maybe",
    "!If [Both, 1, 2]": "it depends on condition Both",
    "!If [Loop, 1, 2]": "it depends on condition Loop",
    "!If [Undefined, 1, 2]": "it depends on condition Undefined",
    "!If [Prod]": "Fn::If needs a condition and two values",
    "!ImportValue other": "it is imported from another stack",
    "!Base64 text": "Fn::Base64 is not evaluated",
    "!Cidr [10.0.0.0/8, 1, 1]": "Fn::Cidr is not evaluated",
    "Fn::ToJsonString: {a: b}": "Fn::ToJsonString is not evaluated",
    "Fn::Transform: {Name: M}": "Fn::Transform is not evaluated",
    "!Invented x": "Fn::Invented is not evaluated",
    "'{{resolve:ssm:/a/b}}'": "it is resolved from ssm at deployment",
    "!Sub '{{resolve:secretsmanager:${Stage}:SecretString}}'": "it is resolved from secretsmanager at deployment",
    "!Join ['', ['{{resolve:', 'ssm:/a}}']]": "it is resolved from ssm at deployment",
    "[a, b]": "it is no text",
    "{a: b}": "it is no text",
    "null": "it is not given",
}


@pytest.mark.parametrize("expression", KNOWN)
def test_known(expression: str) -> None:
    assert evaluate(expression) == Known(KNOWN[expression])


@pytest.mark.parametrize("expression", OPEN)
def test_open(expression: str) -> None:
    assert evaluate(expression) == Unknown(OPEN[expression])


def test_no_value_is_as_if_absent() -> None:
    assert function(HEAD + "            !Ref AWS::NoValue").environment["X"] == Unknown("it is not given")


@pytest.mark.parametrize(
    ("written", "number"),
    [("1024", 1024), ("'1024'", 1024), ("1024.0", 1024), ("!Ref Size", 512), ("!Sub '${Size}'", 512)],
)
def test_whole_numbers(written: str, number: int) -> None:
    text = HEAD.replace("      Environment:", f"      MemorySize: {written}\n      Environment:")
    assert value(function(text).memory_mb.value) == number


@pytest.mark.parametrize(
    "written",
    ["1.5", "many", "1_024", "0x10", "1e3", "0128", "12:30", "' 12 '", "١٢", "true", "[1]", "{a: 1}", ".inf", "9" * 30],
)
def test_other_numbers_are_open(written: str) -> None:
    text = HEAD.replace("      Environment:", f"      MemorySize: {written}\n      Environment:")
    assert reason(function(text).memory_mb.value)


def test_loops_in_resources_properties_and_over_parameters() -> None:
    read = functions(
        """
        Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
        Parameters:
          Names: {Type: CommaDelimitedList, Default: 'Alpha,Beta'}
        Resources:
          Fn::ForEach::Functions:
            - Name
            - !Ref Names
            - 'Fn${Name}':
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.12
                  Handler: !Sub '${Name}.handler'
                  MemorySize: 256
                  Environment:
                    Variables:
                      WHO: !Ref Name
                      Fn::ForEach::Vars:
                        - Key
                        - [ONE, TWO]
                        - 'K_${Key}': !Sub 'v${Key}'
        """
    )
    assert set(read) == {"FnAlpha", "FnBeta"}
    alpha = read["FnAlpha"]
    assert value(alpha.handler.value) == "Alpha.handler"
    assert {name: value(v) for name, v in alpha.environment.items()} == {
        "WHO": "Alpha",
        "K_ONE": "vONE",
        "K_TWO": "vTWO",
    }


def test_a_loop_over_an_open_collection_leaves_the_properties_open() -> None:
    read = function(
        """
        Parameters: {Names: {Type: CommaDelimitedList}}
        Resources:
          Fn::ForEach::Functions: [Name, !Ref Names, {'Fn${Name}': {Type: AWS::Lambda::Function}}]
          F:
            Type: AWS::Lambda::Function
            Properties:
              Timeout: 5
              Fn::ForEach::P: [Name, !Ref Names, {'${Name}': 1}]
        """
    )
    assert value(read.timeout_s.value) == 5
    assert reason(read.memory_mb.value) == "the properties are completed by Fn::ForEach::P"


def test_an_include_leaves_the_properties_open() -> None:
    read = function(
        """
        Resources:
          F:
            Type: AWS::Lambda::Function
            Properties:
              Timeout: 5
              Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
        """
    )
    assert value(read.timeout_s.value) == 5
    for open_value in (read.memory_mb.value, read.architecture.value, read.runtime.value, read.package):
        assert reason(open_value) == "the properties are completed by Fn::Transform"


@pytest.mark.parametrize(
    ("name", "conditional"), [("Maybe", True), ("Prod", True), ("Always", False), ("Never", True), ("None", True)]
)
def test_conditions(name: str, conditional: bool) -> None:
    text = HEAD.replace("  Loop:", "  Always: !Equals [a, a]\n  Never: !Equals [a, b]\n  Loop:")
    text = text.replace("  F:\n", f"  F:\n    Condition: '{name}'\n")
    assert function(text + "            x").conditional is conditional


BOMBS = {
    "doubling joins": "\n".join(
        ["a0: &a0 {Ref: Big}"]
        + [f"a{i}: &a{i} {{'Fn::Join': ['', [*a{i - 1}, *a{i - 1}]]}}" for i in range(1, 12)]
        + ["X: *a11"]
    ),
    "long join": "l: &l {Ref: Big}\nX: !Join ['', [" + ", ".join(["*l"] * 20_000) + "]]",
    "many splits": "s: &s !Split ['a', !Ref Big]\nX: !Join ['', [" + ", ".join(["!Select [0, *s]"] * 3_000) + "]]",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused_in_time(bomb: str) -> None:
    text = (
        f"Parameters: {{Big: {{Type: String, Default: {'a' * 100_000}}}}}\n"
        "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment:\n        Variables:\n"
    )
    started = time.process_time()
    assert reason(function(text + indent(BOMBS[bomb], " " * 10)).environment["X"])
    assert time.process_time() - started < 5


def test_a_loop_that_copies_a_bomb_ends() -> None:
    rows = ["b0: &b0 [" + ", ".join(["x"] * 50) + "]", "b1: &b1 [" + ", ".join(["*b0"] * 50) + "]"]
    rows.append("b2: &b2 [" + ", ".join(["*b1"] * 50) + "]")
    text = "\n".join(rows) + (
        "\nResources:\n  Fn::ForEach::F:\n    - N\n    - [" + ", ".join(f"n{i}" for i in range(900)) + "]\n"
        "    - 'F${N}': {Type: AWS::Lambda::Function, Properties: {Tags: *b2}}\n"
    )
    started = time.process_time()
    functions(text)
    assert time.process_time() - started < 8
