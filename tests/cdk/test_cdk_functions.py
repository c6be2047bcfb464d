from __future__ import annotations

import pytest
from making import FILES, LAMBDA, Making, python

from archlint.model.function import (
    AbsentCode,
    FolderCode,
    ImageCode,
    InlineCode,
    Layer,
    UnknownCode,
    ZipCode,
)
from archlint.model.place import Place
from archlint.readers.cdk.values import REST, CdkInstance, CdkReference, Made, Member, Open, UserClass
from archlint.tree import MemoryTree
from archlint.values import Known, Unknown

DOCKER = {**FILES, "infra/image/dockerfile": "FROM public.ecr.aws/lambda/python:3.12\n"}


def test_defaults_are_those_of_the_cdk() -> None:
    app = Making()
    made = app.function()
    function = app.only()
    assert (function.id, function.name, function.kind) == ("infra#Main/Fn", "Fn", "cdk-python")
    assert function.construct_path == "Main/Fn"
    assert function.defined_at == made.place
    assert function.package == Known("zip")
    assert function.runtime.value == Known("python3.12")
    assert function.handler.value == Known("app.main")
    assert function.architecture.value == Known("x86_64")
    assert function.memory_mb.value == Known(128)
    assert function.timeout_s.value == Known(3)
    assert function.ephemeral_mb.value == Known(512)
    assert function.code == FolderCode("infra/code")


def test_units_and_enumerations() -> None:
    app = Making(".ts")
    app.function(
        memory_size=1024.0,
        timeout=app.make("aws_cdk.Duration.minutes", 15),
        ephemeral_storage_size=app.make("aws_cdk.Size.gibibytes", 2),
        architecture=CdkReference(f"{LAMBDA}.Architecture.ARM_64"),
        runtime=app.make(f"{LAMBDA}.Runtime", "python3.13"),
        reserved_concurrent_executions=5,
        environment={"TABLE": "t", "URL": Open("a token")},
    )
    function = app.only()
    assert function.kind == "cdk-typescript"
    assert function.memory_mb.value == Known(1024)
    assert function.timeout_s.value == Known(900)
    assert function.ephemeral_mb.value == Known(2048)
    assert function.architecture.value == Known("arm64")
    assert function.runtime.value == Known("python3.13")
    assert function.reserved_concurrency == Known(5)
    assert function.environment == {"TABLE": Known("t"), "URL": Unknown("a token")}


@pytest.mark.parametrize(
    ("unit", "amount", "expected"),
    [("seconds", 30, 30), ("hours", 0.25, 900), ("millis", 5000, 5), ("parse", "PT2M30S", 150)],
)
def test_durations(unit: str, amount: object, expected: int) -> None:
    app = Making()
    app.function(timeout=app.make(f"aws_cdk.Duration.{unit}", amount))
    assert app.only().timeout_s.value == Known(expected)


def test_durations_are_added() -> None:
    app = Making()
    minute = app.make("aws_cdk.Duration.minutes", 1)
    app.function(timeout=app.call(minute, "plus", app.make("aws_cdk.Duration.seconds", 5)))
    assert app.only().timeout_s.value == Known(65)


def test_what_is_open_stays_unknown_with_its_reason() -> None:
    app = Making()
    why = Open("the environment variable SIZE")
    app.function(memory_size=why, timeout=app.make("aws_cdk.Duration.seconds", why), runtime=why, code=why, layers=why)
    function = app.only()
    unknown = Unknown(why.reason)
    assert function.memory_mb.value == unknown
    assert function.runtime.value == unknown
    assert function.package == unknown
    assert function.code == UnknownCode(why.reason)
    assert isinstance(function.timeout_s.value, Unknown)
    assert function.layers == (Layer(why.reason),)


def test_an_open_spread_hides_every_property_that_is_not_written() -> None:
    app = Making()
    app.function(**{REST: Open("the parameter props"), "memory_size": 256})
    function = app.only()
    assert function.memory_mb.value == Known(256)
    assert function.timeout_s.value == Unknown("the parameter props")
    assert not function.vpc


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("NODEJS_20_X", "nodejs20.x"),
        ("NODEJS_LATEST", "nodejs"),
        ("JAVA_8_CORRETTO", "java8.al2"),
        ("PROVIDED_AL2023", "provided.al2023"),
        ("DOTNET_CORE_3_1", "dotnetcore3.1"),
        ("RUBY_3_3", "ruby3.3"),
    ],
)
def test_runtimes_of_other_languages(member: str, name: str) -> None:
    app = Making()
    app.function(runtime=CdkReference(f"{LAMBDA}.Runtime.{member}"))
    assert app.only().runtime.value == Known(name)
    assert not app.only().is_python


def test_a_python_function_has_an_index_and_a_handler() -> None:
    app = Making()
    path = "aws_cdk.aws_lambda_python_alpha.PythonFunction"
    app.make(path, app.stack, "A", entry="code", runtime=python("3_11"))
    app.make(path, app.stack, "B", entry="code", runtime=python("3_11"), index="api/app.py", handler="main")
    first, second = app.functions()
    assert first.handler.value == Known("index.handler")
    assert second.handler.value == Known("api.app.main")
    assert first.code == FolderCode("infra/code", builds=True)
    assert first.package == Known("zip")


def test_an_image_with_overrides() -> None:
    app = Making()
    code = app.make(
        f"{LAMBDA}.DockerImageCode.from_image_asset", "image", cmd=["app.main"], target="run", build_args={"V": "1"}
    )
    app.make(f"{LAMBDA}.DockerImageFunction", app.stack, "Fn", code=code)
    function = app.only(MemoryTree(DOCKER))
    assert isinstance(function.code, ImageCode)
    assert (function.code.dockerfile, function.code.context) == ("infra/image/dockerfile", "infra/image")
    assert (function.code.command, function.code.target) == (("app.main",), "run")
    assert function.code.build_args == {"V": "1"}
    assert function.package == Known("image")
    assert function.runtime.value == Known(None)


def test_an_image_asset_of_the_apps_own() -> None:
    app = Making()
    asset = app.make("aws_cdk.aws_ecr_assets.DockerImageAsset", app.stack, "Image", directory="image")
    code = app.make(f"{LAMBDA}.DockerImageCode.from_ecr", Member(asset, "repository"), cmd=["a.b"])
    app.make(f"{LAMBDA}.DockerImageFunction", app.stack, "Fn", code=code)
    found = app.only(MemoryTree(DOCKER)).code
    assert isinstance(found, ImageCode)
    assert found.command == ("a.b",)


def test_an_image_whose_command_is_open_is_unknown() -> None:
    app = Making()
    code = app.make(f"{LAMBDA}.DockerImageCode.from_image_asset", "image", cmd=[Open("a token")])
    app.make(f"{LAMBDA}.DockerImageFunction", app.stack, "Fn", code=code)
    assert isinstance(app.only(MemoryTree(DOCKER)).code, UnknownCode)


def test_code_in_archives_buckets_and_nowhere() -> None:
    app = Making()
    tree = MemoryTree({**FILES, "infra/a.zip": b"PK"})
    asset = app.make("aws_cdk.aws_s3_assets.Asset", app.stack, "Asset", path="code")
    app.function("Zip", code=app.code("a.zip"))
    app.function("Absent", code=app.code("dist"))
    app.function("Outside", code=app.code("../../x"))
    app.function("Bucket", code=app.make(f"{LAMBDA}.Code.from_bucket", Open("a bucket"), "key"))
    members = (Member(asset, "bucket"), Member(asset, "s3_object_key"))
    app.function("Asset", code=app.make(f"{LAMBDA}.Code.from_bucket", *members))
    found = [function.code for function in app.functions(tree)]
    assert found[0] == ZipCode("infra/a.zip")
    assert isinstance(found[1], AbsentCode)
    assert isinstance(found[2], UnknownCode)
    assert isinstance(found[3], UnknownCode)
    assert found[3].uploaded
    assert found[4] == FolderCode("infra/code")


def test_a_bundling_command_that_copies_a_subfolder() -> None:
    app = Making()
    command = ["bash", "-c", "pip install -r requirements.txt -t /asset-output && cp -au src/. /asset-output"]
    code = app.make(f"{LAMBDA}.Code.from_asset", "code", bundling={"command": command})
    app.function(code=code)
    assert app.only(MemoryTree({**FILES, "infra/code/src/app.py": ""})).code == FolderCode(
        "infra/code/src", builds=True
    )


TEXT = "import json\n\ndef handler(event, context):\n    return json.dumps(event)\n"


def test_inline_code_in_a_literal_of_the_app() -> None:
    app = Making()
    lines = "".join(f"        {line}\n" if line else "\n" for line in TEXT.splitlines())
    app.run.files[app.file] = f'code = Code.from_inline(textwrap.dedent("""\n{lines}"""))\n'
    app.function(code=app.make(f"{LAMBDA}.Code.from_inline", "\n" + TEXT))
    function = app.only()
    assert function.package == Known("inline")
    assert isinstance(function.code, InlineCode)
    assert function.code.block
    assert (function.code.place.line, function.code.place.column) == (1, 9)


def test_inline_code_that_is_a_whole_file() -> None:
    app = Making()
    app.run.files["infra/code/hook.py"] = TEXT
    app.function(code=app.make(f"{LAMBDA}.Code.from_inline", TEXT))
    code = app.only().code
    assert isinstance(code, InlineCode)
    assert (code.place, code.block) == (Place("infra/code/hook.py"), True)


def test_inline_code_that_is_put_together_counts_as_its_call() -> None:
    app = Making()
    made = app.function(code=app.make(f"{LAMBDA}.Code.from_inline", TEXT))
    code = app.only().code
    assert isinstance(code, InlineCode)
    assert (code.place, code.block) == (made.place, False)


def test_layers_vpc_files_and_snapstart() -> None:
    app = Making()
    own = app.make(f"{LAMBDA}.LayerVersion", app.stack, "Tools", code=app.code())
    theirs = app.make(
        f"{LAMBDA}.LayerVersion.from_layer_version_arn", app.stack, "P", "arn:aws:lambda:eu-west-1:1:layer:p:7"
    )
    mount = app.make(f"{LAMBDA}.FileSystem.from_efs_access_point", Open("an access point"), "/mnt/models")
    function = app.function(
        layers=[own],
        vpc=app.make("aws_cdk.aws_ec2.Vpc", app.stack, "Vpc"),
        filesystem=mount,
        snap_start=CdkReference(f"{LAMBDA}.SnapStartConf.ON_PUBLISHED_VERSIONS"),
        durable_config={"executionTimeout": 1},
    )
    app.call(function, "add_layers", theirs)
    app.call(function, "add_environment", "A", "1")
    found = app.only()
    arn = "arn:aws:lambda:eu-west-1:1:layer:p:7"
    assert found.layers == (Layer("Tools", folder="infra/code"), Layer(arn, arn=arn))
    assert (found.vpc, found.efs_mounts, found.snapstart, found.durable) == (True, ("/mnt/models",), True, True)
    assert found.environment == {"A": Known("1")}


@pytest.mark.parametrize("method", [True, False])
def test_provisioned_concurrency(method: bool) -> None:
    app = Making()
    function = app.function()
    if method:
        app.call(function, "add_alias", "live", provisioned_concurrent_executions=2)
    else:
        version = Member(function, "current_version")
        path = f"{LAMBDA}.Alias"
        app.make(path, app.stack, "Live", alias_name="live", version=version, provisioned_concurrent_executions=2)
    assert app.only().provisioned_concurrency


def test_a_class_of_the_app_is_defined_where_it_is_called() -> None:
    app = Making()
    made = app.function(REASON="x")
    cls = UserClass.__new__(UserClass)
    made.instance = CdkInstance(cls, Place("infra/app.py", 7), made=made)
    assert app.only().defined_at == Place("infra/app.py", 7)


def test_paths_go_through_stages_objects_of_the_app_and_open_ids() -> None:
    app = Making()
    stage = app.make("aws_cdk.Stage", app.app, "Prod")
    stack = app.make("aws_cdk.Stack", stage, Open("an open name"))
    inner = app.make("constructs.Construct", scope=stack, id="Api")
    instance = CdkInstance(UserClass.__new__(UserClass), Place("infra/app.py"), made=inner)
    app.make(f"{LAMBDA}.Function", instance, "Fn")
    app.make(f"{LAMBDA}.Function", instance, "Fn")
    first, second = app.functions()
    assert first.id == "infra#Prod/?/Api/Fn"
    assert second.id == "infra#Prod/?/Api/Fn~2"


def test_a_singleton_lies_in_its_stack() -> None:
    app = Making()
    scope = app.make("constructs.Construct", app.stack, "Inner")
    app.make(f"{LAMBDA}.SingletonFunction", scope, "Once", uuid="ab-12", code=app.code(), runtime=python("3_12"))
    assert app.only().construct_path == "Main/SingletonLambdaab12"


def test_cloudformations_own_properties() -> None:
    app = Making(".ts")
    app.make(
        f"{LAMBDA}.CfnFunction",
        app.stack,
        "Raw",
        runtime="python3.12",
        handler="index.handler",
        code={"zipFile": TEXT},
        architectures=["arm64"],
        ephemeral_storage={"size": 1024},
        timeout=30,
        environment={"variables": {"A": "1"}},
    )
    function = app.only()
    assert function.package == Known("inline")
    assert isinstance(function.code, InlineCode)
    assert function.architecture.value == Known("arm64")
    assert function.ephemeral_mb.value == Known(1024)
    assert function.timeout_s.value == Known(30)
    assert function.environment == {"A": Known("1")}


def test_properties_that_are_overridden_below_the_construct() -> None:
    app = Making()
    made = app.function(memory_size=256)
    app.call(made, "node.default_child.add_property_override", "MemorySize", 512)
    app.call(made, "node.default_child.add_property_override", "EphemeralStorage.Size", 2048)
    app.call(made, "node.default_child.add_override", "Properties.DurableConfig", {"ExecutionTimeout": 60})
    app.call(made, "role.node.default_child.add_property_override", "Timeout", 9)
    made.attributes["node.default_child.snap_start"] = {"apply_on": "PublishedVersions"}
    function = app.only()
    assert function.memory_mb.value == Known(512)
    assert function.ephemeral_mb.value == Known(2048)
    assert function.timeout_s.value == Known(3)
    assert (function.durable, function.snapstart) == (True, True)


def test_a_solutions_construct_makes_a_function_from_properties() -> None:
    app = Making(".ts")
    app.make(
        "aws_solutions_constructs.aws_apigateway_lambda.ApiGatewayToLambda",
        app.stack,
        "Api",
        lambda_function_props={"runtime": python("3_12"), "handler": "app.main", "code": app.code(), "memorySize": 512},
    )
    function = app.only()
    assert function.construct_path == "Main/Api/LambdaFunction"
    assert function.memory_mb.value == Known(512)


def test_a_function_of_another_language_is_listed_with_it() -> None:
    app = Making(".ts")
    app.make("aws_cdk.aws_lambda_nodejs.NodejsFunction", app.stack, "Web", entry="web/index.ts")
    function = app.only()
    assert function.runtime.value == Known("nodejs")
    assert not function.is_python


def test_what_the_framework_makes_is_not_in_the_source() -> None:
    app = Making()
    app.make("aws_cdk.aws_s3_deployment.BucketDeployment", app.stack, "Deploy")
    app.make(f"{LAMBDA}.Function.from_function_arn", app.stack, "Theirs", "arn:aws:lambda:eu-west-1:1:function:f")
    assert app.functions() == []


def test_an_unlikely_shape_never_raises() -> None:
    app = Making()
    odd: list[object] = [
        None,
        7,
        10**400,
        float("nan"),
        float("-inf"),
        [],
        {},
        [Open("x")],
        Made("a.B", [], {}, Place("x")),
        CdkReference("a.b"),
        True,
    ]
    for number, value in enumerate(odd):
        names = "memory_size timeout runtime handler code layers environment architecture events filesystem vpc".split()
        app.make(f"{LAMBDA}.Function", value, value, **dict.fromkeys(names, value))
        app.make(
            f"{LAMBDA}.CfnFunction", app.stack, f"n{number}", **dict.fromkeys([*names, "ephemeral_storage"], value)
        )
    assert len(app.functions()) == 2 * len(odd)
