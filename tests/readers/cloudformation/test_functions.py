"""Functions as templates declare them."""

from __future__ import annotations

import json

import pytest
from templates import function, functions, read, reason, value

from archlint.model.function import (
    AbsentCode,
    Code,
    FolderCode,
    Ignore,
    ImageCode,
    InlineCode,
    Layer,
    UnknownCode,
    ZipCode,
)
from archlint.model.place import Place
from archlint.scanner.survey import survey
from archlint.tree import MemoryTree

SAM = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: python3.12\n"
RAW = SAM.replace("Serverless", "Lambda")
FILES: dict[str, str | bytes] = {"svc/src/app.py": "", "svc/one.py": "", "svc/built.zip": b"PK", "svc/x/pkg.ZIP": b"PK"}


def code(head: str, rest: str) -> Code:
    files = {"svc/template.yaml": head + rest, **FILES}
    (only,) = read(files).functions
    return only.code


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("CodeUri: src/", FolderCode("svc/src", builds=True)),
        ("CodeUri: ./src", FolderCode("svc/src", builds=True)),
        ("CodeUri: ../svc/src", FolderCode("svc/src", builds=True)),
        ("CodeUri: one.py", FolderCode("svc/one.py", builds=True)),
        ("CodeUri: built.zip", ZipCode("svc/built.zip")),
        ("CodeUri: x/pkg.ZIP", ZipCode("svc/x/pkg.ZIP")),
        ("CodeUri: .", FolderCode("svc", builds=True)),
        ("CodeUri: ..", FolderCode("", builds=True)),
        ("Timeout: 3", FolderCode("svc", builds=True)),
        ("CodeUri: ../../out", UnknownCode("'../../out' leads out of the scanned folder")),
        ("CodeUri: /etc", UnknownCode("'/etc' leads out of the scanned folder")),
        ("CodeUri: s3://b/k", UnknownCode("the code is at s3://, outside the repository", uploaded=True)),
        ("CodeUri: {Bucket: b, Key: k}", UnknownCode("the code is an object in S3", uploaded=True)),
        ("CodeUri: !Ref Nobody", UnknownCode("CodeUri: the template defines no 'Nobody'")),
        ("CodeUri: [a]", UnknownCode("CodeUri: it is no path")),
        ("CodeUri: {}", UnknownCode("CodeUri: it is no path")),
    ],
)
def test_code_of_sam(written: str, expected: Code) -> None:
    assert code(SAM, f"      {written}\n") == expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("{BuildMethod: python3.12}", FolderCode("svc/src", builds=True)),
        ("{BuildMethod: python-uv}", FolderCode("svc/src", builds=True, builder="uv")),
        ("{BuildMethod: makefile}", FolderCode("svc/src", builder="makefile")),
        ("{BuildMethod: rust-cargolambda}", FolderCode("svc/src", builder="other")),
        ("{BuildMethod: !Ref Nobody}", FolderCode("svc/src", builder="other")),
        ("{SkipBuild: true}", FolderCode("svc/src")),
        ("{Purpose: none}", FolderCode("svc/src", builds=True)),
    ],
)
def test_how_sam_builds(metadata: str, expected: Code) -> None:
    assert code(SAM, f"      CodeUri: src\n    Metadata: {metadata}\n") == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Code: ./src", FolderCode("svc/src")),
        ("Code: {S3Bucket: b, S3Key: k}", UnknownCode("the code is an object in S3", uploaded=True)),
        ("Timeout: 3", UnknownCode("the template gives no Code")),
        ("CodeUri: src", UnknownCode("the template gives no Code")),
    ],
)
def test_code_of_cloudformation(written: str, expected: Code) -> None:
    assert code(RAW, f"      {written}\n") == expected


def test_code_that_is_missing() -> None:
    assert code(SAM, "      CodeUri: dist/out\n") == AbsentCode("svc/dist/out", Place("svc/template.yaml", 6, 7, 6, 14))


def test_open_code_is_not_taken_for_inline() -> None:
    head = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x]}\n"
    only = function(head + RAW + "      Code: !If [C, {ZipFile: x}, {S3Bucket: b}]\n")
    assert reason(only.package) == "it depends on condition C"
    assert only.code == UnknownCode("it depends on condition C")


INLINE = {
    "literal": ("Code:\n        ZipFile: |\n          import os\n          x = 1\n", "import os\nx = 1\n", 8, 11, True),
    "stripped": (
        "Code:\n        ZipFile: |-\n\n            # first\n            x = 1\n",
        "\n# first\nx = 1",
        8,
        13,
        True,
    ),
    "indicator": ("Code:\n        ZipFile: |2\n            x = 1\n", "  x = 1\n", 8, 11, True),
    "sub": ("Code:\n        ZipFile: !Sub |\n          x = '${!y}'\n", "x = '${y}'\n", 8, 11, True),
    "long sub": ("Code:\n        ZipFile:\n          Fn::Sub: |\n            x = 1\n", "x = 1\n", 9, 13, True),
    "folded": ("Code:\n        ZipFile: >\n          x = 1\n\n          y = 2\n", "x = 1\ny = 2\n", 7, 18, False),
    "join": (
        'Code:\n        ZipFile: !Join\n          - "\\n"\n          - - x = 1\n            - y = 2\n',
        "x = 1\ny = 2",
        7,
        18,
        False,
    ),
    "quoted": ('Code: {ZipFile: "x = 1\\ny = 2"}\n', "x = 1\ny = 2", 6, 23, False),
}


@pytest.mark.parametrize("way", INLINE)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_inline_code(way: str, ends: str) -> None:
    written, text, line, column, block = INLINE[way]
    files = {"t.yaml": (RAW + "      " + written).replace("\n", ends)}
    (only,) = read(files).functions
    assert isinstance(only.code, InlineCode)
    assert value(only.package) == "inline"
    assert (only.code.text, only.code.place.line, only.code.place.column, only.code.block) == (
        text,
        line,
        column,
        block,
    )


def test_inline_code_in_json() -> None:
    template = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x = 1\ny"}}}}}
    (only,) = read({"t.json": json.dumps(template, indent=1)}).functions
    assert only.code == InlineCode("x = 1\ny", Place("t.json", 7, 17, 7, 27), block=False)


def test_inline_code_of_sam_and_what_is_open_in_it() -> None:
    assert isinstance(code(SAM, "      InlineCode: |\n        x = 1\n"), InlineCode)
    opened = code(SAM, "      InlineCode: !Sub |\n        x = '${AWS::Region}'\n")
    assert isinstance(opened, UnknownCode)
    assert "AWS::Region" in opened.reason


IMAGE = """
Resources:
  F:
    Type: AWS::Serverless::Function
    Metadata:
      DockerContext: ./model
      {metadata}
    Properties:
      PackageType: Image
      {properties}
"""


def image(metadata: str = "DockerTag: v1", properties: str = "Timeout: 3", dockerfile: str = "Dockerfile") -> Code:
    template = IMAGE.replace("{metadata}", metadata).replace("{properties}", properties)
    return function(template, {f"model/{dockerfile}": "FROM scratch"}).code


def test_images() -> None:
    place = Place("template.yaml", 6, 22, 6, 29)
    assert image() == ImageCode("model/Dockerfile", "model", place)
    assert image(dockerfile="dockerfile") == ImageCode("model/dockerfile", "model", place)
    assert image("Dockerfile: gpu.Dockerfile", dockerfile="gpu.Dockerfile") == ImageCode(
        "model/gpu.Dockerfile", "model", place
    )
    assert image("Dockerfile: other") == AbsentCode("model/other", place)
    assert image("Dockerfile: ../../Dockerfile") == UnknownCode(
        "Dockerfile '../../Dockerfile' leads out of the scanned folder"
    )
    built = image("DockerBuildTarget: prod\n      DockerBuildArgs: {PY: '3.12', N: 1}")
    assert built == ImageCode("model/Dockerfile", "model", place, target="prod", build_args={"PY": "3.12", "N": "1"})
    run = image(properties="ImageConfig: {Command: [app.handler], EntryPoint: [/e], WorkingDirectory: /w}")
    assert run == ImageCode("model/Dockerfile", "model", place, ("app.handler",), ("/e",), "/w")


def test_an_open_command_is_not_dropped() -> None:
    assert isinstance(image(properties="ImageConfig: {Command: [!ImportValue x]}"), UnknownCode)
    assert isinstance(image("DockerBuildTarget: !ImportValue x"), UnknownCode)


def test_an_image_of_a_registry() -> None:
    uri = "123.dkr.ecr.us-east-1.amazonaws.com/x:1"
    only = function(RAW.replace("      Runtime: python3.12\n", "") + f"      Code: {{ImageUri: '{uri}'}}\n")
    assert value(only.package) == "image"
    assert only.code == UnknownCode(f"the image is in a registry: {uri}")


def test_layers() -> None:
    arn = "arn:aws:lambda:us-east-1:123:layer:x:1"
    only = functions(
        f"""
        Resources:
          Own: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: layer/}}}}
          Zip: {{Type: AWS::Lambda::LayerVersion, Properties: {{Content: deps.zip}}}}
          Far: {{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: s3://b/k}}}}
          F:
            Type: AWS::Serverless::Function
            Properties:
              Layers: [!Ref Own, !Ref Zip, !Ref Far, '{arn}', !Sub 'arn:${{AWS::Region}}:y', !ImportValue z]
        """,
        {"layer/python/x.py": "", "deps.zip": b"PK"},
    )["F"]
    assert only.layers == (
        Layer("Own", folder="layer"),
        Layer("Zip", folder="deps.zip"),
        Layer("Far"),
        Layer(arn, arn=arn),
        Layer("arn:${AWS::Region}:y", arn="arn:${AWS::Region}:y"),
        Layer("it is imported from another stack"),
    )


def test_managed_instances_durable_functions_and_tenants() -> None:
    only = function(
        SAM
        + """      DurableConfig: {ExecutionTimeout: 86400, RetentionPeriodInDays: 7}
      CapacityProviderConfig: {Arn: !ImportValue provider}
      AcceleratorConfig: {AcceleratorMemorySize: 12}
      TenancyConfig: {TenantIsolationMode: PER_TENANT}
      VpcConfig: {SubnetIds: [a]}
      FileSystemConfigs: [{Arn: a, LocalMountPath: /mnt/models}]
"""
    )
    assert (only.durable, only.capacity_provider, only.accelerator, only.tenant_isolation) == (True, True, True, True)
    assert (only.vpc, only.efs_mounts) == (True, ("/mnt/models",))
    nested = function(
        RAW + "      CapacityProviderConfig: {LambdaManagedInstancesCapacityProviderConfig: {AcceleratorConfig: {}}}\n"
    )
    assert nested.accelerator
    without = function(SAM + "      DurableConfig: !Ref AWS::NoValue\n")
    assert not without.durable


def test_a_property_of_the_wrong_shape_is_open() -> None:
    only = function(
        RAW + "      EphemeralStorage: 1024\n      Architectures: [x86_64, arm64]\n      MemorySize: {a: 1}\n"
    )
    assert reason(only.ephemeral_mb.value) == "EphemeralStorage has no Size"
    assert reason(only.architecture.value) == "Architectures has several values"
    assert reason(only.memory_mb.value) == "it is no text"
    assert reason(function(RAW + "      EphemeralStorage: !GetAtt F.Arn\n").ephemeral_mb.value) == "it refers to F"


def test_ignores_in_metadata() -> None:
    only = function(
        """
        Resources:
          F:
            Type: AWS::Lambda::Function
            Metadata: {archlint: {ignore: [{rule: AL301, reason: batch}, {rule: AL302}, {reason: none}, 3]}}
        """
    )
    assert [(i.rule, i.reason) for i in only.ignores] == [("AL301", "batch"), ("AL302", "")]
    assert isinstance(only.ignores[0], Ignore)


PARENT = """
Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: child.yaml, Parameters: {{M: {0}}}}}
"""
CHILD = """
Parameters: {M: {Type: Number, Default: 128}, Names: {Type: CommaDelimitedList, Default: 'a,b'}}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {MemorySize: !Ref M, Handler: !Select [1, !Ref Names]}
"""


def nested(**parents: str) -> object:
    (only,) = read({"child.yaml": CHILD, **{f"{name}.yaml": text for name, text in parents.items()}}).functions
    return only.memory_mb.value


def test_nested_stacks() -> None:
    assert value(nested()) == 128
    assert value(nested(a=PARENT.format(1024))) == 1024
    assert value(nested(a=PARENT.format(1024), b=PARENT.format("'1024'"))) == 1024
    assert (
        reason(nested(a=PARENT.format(1024), b=PARENT.format(512)))
        == "several parent stacks pass different values of M"
    )
    assert (
        reason(nested(a=PARENT.format("!ImportValue x")))
        == "the parent stack passes M: it is imported from another stack"
    )
    application = PARENT.replace("CloudFormation::Stack", "Serverless::Application").replace("TemplateURL", "Location")
    assert value(nested(a=application.format(2048))) == 2048


def test_lists_and_grandparents() -> None:
    middle = "Parameters: {P: {Type: String, Default: 'p,q'}}\n" + PARENT.format("1, Names: !Ref P")
    top = PARENT.format("1, P: 'x,y'").replace("child", "middle")
    (only,) = read({"child.yaml": CHILD, "middle.yaml": middle}).functions
    assert value(only.handler.value) == "q"
    (only,) = read({"child.yaml": CHILD, "middle.yaml": middle, "top.yaml": top}).functions
    assert value(only.handler.value) == "y"


def test_stacks_that_nest_each_other_end() -> None:
    one = PARENT.format("!Ref M").replace("child", "two") + "Parameters: {M: {Type: String, Default: a}}"
    assert read({"one.yaml": one, "two.yaml": one.replace("two", "one")}).functions == ()


def test_a_packaged_copy_counts_once() -> None:
    source = SAM + "      CodeUri: src\n"
    files = {"template.yaml": source, "packaged.yaml": SAM + "      CodeUri: s3://b/k\n", "src/app.py": ""}
    assert [f.id for f in read(files).functions] == ["template.yaml#F"]
    assert survey(MemoryTree(files), ()).division.copies == 1
