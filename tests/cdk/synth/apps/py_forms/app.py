import os.path

from aws_cdk import App, CfnParameter, Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3_assets as assets
from aws_cdk.aws_ecr_assets import DockerImageAsset, Platform
from aws_cdk.aws_lambda_python_alpha import PythonFunction, PythonLayerVersion

app = App()
stack = Stack(app, "Forms")

for command in ("score", "train"):
    lambda_.DockerImageFunction(
        stack,
        command.title(),
        code=lambda_.DockerImageCode.from_image_asset(
            os.path.join(os.path.dirname(__file__), "image"), cmd=[f"{command}.main"], build_args={"EXTRA": command}
        ),
        memory_size=4096,
        timeout=Duration.minutes(15),
        architecture=lambda_.Architecture.ARM_64,
    )
lambda_.DockerImageFunction(
    stack, "Own", code=lambda_.DockerImageCode.from_image_asset("image", file="Dockerfile.own", target="last")
)
lambda_.Function(
    stack,
    "AssetImage",
    runtime=lambda_.Runtime.FROM_IMAGE,
    handler=lambda_.Handler.FROM_IMAGE,
    code=lambda_.Code.from_asset_image("image", cmd=["score.main"]),
    memory_size=512,
)
image = DockerImageAsset(stack, "Image", directory="image", platform=Platform.LINUX_AMD64)
asset = assets.Asset(stack, "Zip", path="code")
role = "arn:aws:iam::123456789012:role/plain"
lambda_.CfnFunction(
    stack,
    "RawImage",
    role=role,
    package_type="Image",
    code=lambda_.CfnFunction.CodeProperty(image_uri=image.image_uri),
    memory_size=1024,
    image_config=lambda_.CfnFunction.ImageConfigProperty(command=["train.main"]),
)
raw = lambda_.CfnFunction(
    stack,
    "RawZip",
    role=role,
    runtime="python3.12",
    handler="app.main",
    code=lambda_.CfnFunction.CodeProperty(s3_bucket=asset.s3_bucket_name, s3_key=asset.s3_object_key),
    architectures=["arm64"],
    ephemeral_storage=lambda_.CfnFunction.EphemeralStorageProperty(size=1024),
    timeout=25,
)
raw.add_property_override("MemorySize", 640)
lambda_.CfnFunction(
    stack,
    "RawInline",
    role=role,
    runtime="python3.13",
    handler="index.main",
    code={"zipFile": "def main(event, context):\n    return 1\n"},
)
for _ in range(2):
    lambda_.SingletonFunction(
        stack,
        f"Single{_}",
        uuid="5f4dcc3b-5aa7-65d6-1d83-27deb882cf99",
        lambda_purpose="Shared",
        runtime=lambda_.Runtime.PYTHON_3_12,
        handler="app.main",
        code=lambda_.Code.from_asset("code"),
        memory_size=224,
    )
PythonFunction(stack, "Built", entry="built", runtime=lambda_.Runtime.PYTHON_3_12)
PythonFunction(
    stack,
    "BuiltDeep",
    entry="built",
    index="inner/run.py",
    handler="start",
    runtime=lambda_.Runtime.PYTHON_3_13,
    layers=[PythonLayerVersion(stack, "BuiltLayer", entry="built", compatible_runtimes=[lambda_.Runtime.PYTHON_3_13])],
)

vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
files = efs.FileSystem(stack, "Files", vpc=vpc)
point = files.add_access_point("Point", path="/models")
lambda_.Function(
    stack,
    "Mounted",
    runtime=lambda_.Runtime.PYTHON_3_12,
    handler="app.main",
    code=lambda_.Code.from_asset("code"),
    vpc=vpc,
    filesystem=lambda_.FileSystem.from_efs_access_point(point, "/mnt/models"),
)
escaped = lambda_.Function(
    stack, "Escaped", runtime=lambda_.Runtime.PYTHON_3_12, handler="app.main", code=lambda_.Code.from_asset("code")
)
escaped.node.default_child.add_property_override("Timeout", 77)
escaped.node.default_child.memory_size = 832
memory = CfnParameter(stack, "Memory", type="Number", default=512)
lambda_.Function(
    stack,
    "Parameter",
    runtime=lambda_.Runtime.PYTHON_3_12,
    handler="app.main",
    code=lambda_.Code.from_asset("code"),
    memory_size=memory.value_as_number,
)
app.synth()
