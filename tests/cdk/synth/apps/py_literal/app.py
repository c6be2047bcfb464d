import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import Duration, Size
from aws_cdk import aws_lambda as _lambda
from shop import settings
from shop.settings import MINUTE, Limits

HERE = Path(__file__).parent

app = cdk.App()
stack = cdk.Stack(app, "Literal")

_lambda.Function(
    stack,
    "Plain",
    runtime=_lambda.Runtime.PYTHON_3_12,
    handler="app.main",
    code=_lambda.Code.from_asset("functions/plain"),
)
_lambda.Function(
    stack,
    "Sized",
    runtime=_lambda.Runtime.PYTHON_3_13,
    handler=f"{settings.MODULE}.main",
    code=_lambda.Code.from_asset(os.path.join(os.path.dirname(__file__), "functions", "sized")),
    memory_size=settings.BASE_MEMORY * 2 + 512 // 4,
    timeout=Duration.seconds(3 * MINUTE),
    ephemeral_storage_size=Size.gibibytes(Limits.DISK_GB),
    architecture=_lambda.Architecture.ARM_64,
    environment={"MODEL": settings.MODEL, "LEVEL": "INFO"},
    reserved_concurrent_executions=5,
)
_lambda.Function(
    stack,
    "Inline",
    runtime=_lambda.Runtime("python3.11", _lambda.RuntimeFamily.PYTHON, supports_inline_code=True),
    handler="index.main",
    code=_lambda.Code.from_inline((HERE / "functions" / "inline.py").read_text()),
    timeout=Duration.millis(9000),
)
with open("functions/inline.py", encoding="utf-8") as source:
    _lambda.Function(
        stack,
        "InlineOpened",
        runtime=_lambda.Runtime.PYTHON_3_11,
        handler="index.main",
        code=_lambda.InlineCode(source.read()),
        memory_size=int("256"),
    )
layer = _lambda.LayerVersion(stack, "Common", code=_lambda.Code.from_asset("functions/layer"))
arn = "arn:aws:lambda:eu-west-1:336392948345:layer:AWSSDKPandas-Python312:16"
layered = _lambda.Function(
    stack,
    "Layered",
    runtime=_lambda.Runtime.PYTHON_3_12,
    handler="app.main",
    code=_lambda.Code.from_asset(str(HERE / "functions" / "plain")),
    layers=[layer, _lambda.LayerVersion.from_layer_version_arn(stack, "Pandas", arn)],
    memory_size=max(settings.BASE_MEMORY, 1024),
    timeout=Duration.minutes(2).plus(Duration.seconds(30)),
    snap_start=_lambda.SnapStartConf.ON_PUBLISHED_VERSIONS,
)
layered.add_environment("STAGE", "prod")
node = _lambda.Function(
    stack,
    "Node",
    runtime=_lambda.Runtime.NODEJS_22_X,
    handler="index.handler",
    code=_lambda.Code.from_inline("exports.handler = async () => 1"),
)
app.synth()
