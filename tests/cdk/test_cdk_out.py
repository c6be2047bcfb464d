from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from archlint.model.function import FolderCode, Function, ImageCode, Setting, UnknownCode
from archlint.readers.cdk_out import Assembly, merge, read_assembly
from archlint.tree import MemoryTree
from archlint.values import Known, Unknown

ZIP, IMAGE = "a" * 64, "b" * 64
CODE = "def handler(event, context): ...\n"


def resource(path: str, **properties: object) -> dict[str, object]:
    given = {"Handler": "index.handler", "Runtime": "python3.12", "Code": {"S3Bucket": "b", "S3Key": f"{ZIP}.zip"}}
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {**given, **properties},
        "Metadata": {"aws:cdk:path": f"{path}/Resource", "aws:asset:path": f"asset.{ZIP}"},
    }


def stack(template: str, metadata: Mapping[str, Any] | None = None, **more: object) -> dict[str, object]:
    properties = {"templateFile": template}
    return {"type": "aws:cloudformation:stack", "properties": properties, "metadata": metadata or {}, **more}


def synthesised(resources: Mapping[str, object], **artifact: Any) -> dict[str, str]:
    artifacts = {
        "Main": stack("Main.template.json", **artifact),
        "Main.assets": {"type": "cdk:asset-manifest", "properties": {"file": "Main.assets.json"}},
        "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
    }
    assets = {
        "files": {ZIP: {"source": {"path": f"asset.{ZIP}", "packaging": "zip"}}},
        "dockerImages": {IMAGE: {"source": {"directory": f"asset.{IMAGE}", "dockerFile": "Dockerfile"}}},
    }
    return {
        "app/cdk.out/manifest.json": json.dumps({"version": "36.0.0", "artifacts": artifacts}),
        "app/cdk.out/Main.assets.json": json.dumps(assets),
        "app/cdk.out/Main.template.json": json.dumps({"Resources": resources}, indent=1),
        f"app/cdk.out/asset.{ZIP}/index.py": CODE,
        f"app/cdk.out/asset.{IMAGE}/Dockerfile": 'FROM public.ecr.aws/lambda/python:3.12\nCMD ["a.b"]\n',
        "app/lambda/index.py": CODE,
        "app/lib/stack.ts": "// one\n// two\n",
    }


def read(files: Mapping[str, str]) -> Assembly:
    found = read_assembly(MemoryTree(files), "app/cdk.out", "app")
    assert found is not None
    return found


def only(files: Mapping[str, str]) -> Function:
    (function,) = read(files).functions
    return function


def test_a_function_with_its_construct_path_and_source_folder() -> None:
    function = only(synthesised({"Fn1": resource("Main/Api/Fn", MemorySize=512)}))
    assert (function.id, function.name, function.kind) == ("app#Main/Api/Fn", "Fn", "cdk-out")
    assert function.memory_mb.value == Known(512)
    assert function.code == FolderCode("app/lambda")
    assert function.defined_at.path == "app/cdk.out/Main.template.json"


def test_an_asset_with_two_possible_sources_stays_unknown() -> None:
    files = synthesised({"Fn1": resource("Main/Fn")}) | {"app/copy/index.py": CODE}
    assert isinstance(only(files).code, UnknownCode)


def test_an_image() -> None:
    image = {"ImageUri": {"Fn::Sub": f"1.dkr.ecr.${{AWS::Region}}.amazonaws.com/assets:{IMAGE}"}}
    one = resource("Main/Fn", PackageType="Image", Code=image, ImageConfig={"Command": ["app.main"]})
    code = only(synthesised({"Fn1": one})).code
    assert isinstance(code, ImageCode)
    assert (code.context, code.command) == (f"app/cdk.out/asset.{IMAGE}", ("app.main",))


def test_an_image_whose_folder_is_in_the_repository() -> None:
    image = {"ImageUri": {"Fn::Sub": f"1.dkr.ecr.${{AWS::Region}}.amazonaws.com/assets:{IMAGE}"}}
    files = synthesised({"Fn1": resource("Main/Fn", PackageType="Image", Code=image)})
    files["app/image/Dockerfile"] = files[f"app/cdk.out/asset.{IMAGE}/Dockerfile"]
    code = only(files).code
    assert isinstance(code, ImageCode)
    assert (code.dockerfile, code.context) == ("app/image/Dockerfile", "app/image")


def test_a_template_without_construct_paths_has_them_in_the_metadata() -> None:
    one = resource("Main/Fn")
    del one["Metadata"]
    metadata = {"/Main/Api/Fn/Resource": [{"type": "aws:cdk:logicalId", "data": "Fn1"}]}
    files = synthesised({"Fn1": one}, metadata=metadata)
    files["app/cdk.out/N.nested.template.json"] = json.dumps({"Resources": {"Fn1": one}})
    assert {f.construct_path for f in read(files).functions} == {"Main/Api/Fn"}


@pytest.mark.parametrize(
    "path",
    [
        "Main/LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a",
        "Main/AWS679f53fac002430cb0da5b7982bd2287",
        "Main/BucketNotificationsHandler050a0587b7544547bf325f094a3db834",
        "Main/Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C",
        "Main/Provider/framework-onEvent",
        "Main/Asg/DrainECSHook/Function",
    ],
)
def test_functions_of_the_framework_are_dropped(path: str) -> None:
    assert read(synthesised({"Fn1": resource(path)})).functions == ()


@pytest.mark.parametrize("inline", [True, False])
def test_functions_that_metadata_marks_are_dropped(inline: bool) -> None:
    mark = {"/Main/Made/Handler": [{"type": "aws:cdk:is-custom-resource-handler-singleton", "data": True}]}
    if inline:
        files = synthesised({"Fn1": resource("Main/Made/Handler/Fn")}, metadata=mark)
    else:
        files = synthesised({"Fn1": resource("Main/Made/Handler/Fn")}, additionalMetadataFile="Main.metadata.json")
        files["app/cdk.out/Main.metadata.json"] = json.dumps(mark)
    assert read(files).functions == ()


def test_the_line_that_creates_a_function() -> None:
    frames = [
        "new Function (/home/me/app/node_modules/aws-cdk-lib/aws-lambda/lib/function.js:1:1)",
        "new ApiStack (/home/me/app/lib/stack.ts:2:5)",
    ]
    metadata = {"/Main/Fn": [{"type": "aws:cdk:creationStack", "data": frames}]}
    function = only(synthesised({"Fn1": resource("Main/Fn", MemorySize=512)}, metadata=metadata))
    assert (function.defined_at.path, function.defined_at.line) == ("app/lib/stack.ts", 2)
    assert function.memory_mb.place is None


def test_frames_that_lead_nowhere() -> None:
    frames = ["new Fn (" + "a" * 5000, "x:" + "9" * 5000, "Fn (lib/stack.ts:" + "9" * 50 + ":1)", "/etc/passwd:1:1", ""]
    metadata = {"/Main/Fn": [{"type": "aws:cdk:creationStack", "data": frames}, {"trace": 3}]}
    function = only(synthesised({"Fn1": resource("Main/Fn")}, metadata=metadata))
    assert function.defined_at.path == "app/cdk.out/Main.template.json"


def test_stages_and_nested_stacks() -> None:
    files = synthesised({"Fn1": resource("Main/Fn")})
    manifest = json.loads(files["app/cdk.out/manifest.json"])
    manifest["artifacts"]["Prod"] = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    files["app/cdk.out/manifest.json"] = json.dumps(manifest)
    inner = {"artifacts": {"ProdApi": stack("ProdApi.template.json")}}
    files["app/cdk.out/assembly-Prod/manifest.json"] = json.dumps(inner)
    files["app/cdk.out/assembly-Prod/ProdApi.template.json"] = json.dumps({"Resources": {"A": resource("Prod/Api/A")}})
    nested = {"Resources": {"B": resource("Main/Nested/B")}}
    files["app/cdk.out/MainNested.nested.template.json"] = json.dumps(nested)
    assert {f.construct_path for f in read(files).functions} == {"Main/Fn", "Prod/Api/A", "Main/Nested/B"}


@pytest.mark.parametrize(
    "manifest",
    [
        "{",
        "[]",
        '{"artifacts": []}',
        '{"artifacts": {"A": {"type": "cdk:cloud-assembly", "properties": 3}}}',
        "[" * 9999,
    ],
)
def test_a_broken_manifest_is_no_exception(manifest: str) -> None:
    files = {**synthesised({}), "app/cdk.out/manifest.json": manifest}
    assert read(files).functions == ()


def test_an_assembly_within_itself_ends() -> None:
    artifacts = {"A": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "../cdk.out/../cdk.out"}}}
    files = {"app/cdk.out/manifest.json": json.dumps({"artifacts": artifacts})}
    assert read(files).functions == ()


def test_no_assembly() -> None:
    assert read_assembly(MemoryTree({"app/cdk.json": "{}"}), "app/cdk.out", "app") is None


def source_of(function: Function, **changes: Any) -> Function:
    return replace(function, kind="cdk-python", **changes)


def test_what_the_source_leaves_open_is_completed() -> None:
    assembly = read(synthesised({"Fn1": resource("Main/Fn", MemorySize=512)}))
    (built,) = assembly.functions
    why = Unknown("an environment variable")
    written = source_of(built, memory_mb=Setting(why), code=UnknownCode("open"), conditional=True)
    merged = merge([written], assembly)
    (function,) = merged.functions
    assert function.memory_mb == Setting(Known(512))
    assert (function.code, function.kind) == (FolderCode("app/lambda"), "cdk-python")
    assert not function.conditional
    assert merged.notes == ()


def test_an_open_id_is_completed() -> None:
    assembly = read(synthesised({"Fn1": resource("Main/Fn")}))
    written = source_of(assembly.functions[0], construct_path="?/Fn", id="app#?/Fn")
    (function,) = merge([written], assembly).functions
    assert (function.id, function.construct_path) == ("app#Main/Fn", "Main/Fn")


def test_an_assembly_that_contradicts_the_source_is_stale() -> None:
    assembly = read(synthesised({"Fn1": resource("Main/Fn", MemorySize=512)}))
    written = source_of(
        assembly.functions[0], memory_mb=Setting(Known(1024)), timeout_s=Setting(Unknown("open")), code=UnknownCode("x")
    )
    merged = merge([written], assembly)
    assert merged.functions == (written,)
    assert "memory_mb of Main/Fn" in merged.notes[0].message


def test_functions_on_one_side_only() -> None:
    assembly = read(synthesised({"Fn1": resource("Main/Old")}))
    written = source_of(assembly.functions[0], construct_path="Main/New", id="app#Main/New", name="New")
    merged = merge([written], assembly)
    assert [(f.name, f.kind) for f in merged.functions] == [("New", "cdk-python"), ("Old", "cdk-out")]
    assert "does not have Main/New" in merged.notes[0].message
