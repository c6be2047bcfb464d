import os
from pathlib import Path

import aws_cdk as cdk
import config
from aws_cdk import aws_lambda as lambda_
from catalogue import CATALOGUE, Kind, load

app = cdk.App()
suffix = app.node.try_get_context("suffix")
stack = cdk.Stack(app, f"Config-{suffix}")
stage = os.environ.get("ARCHLINT_SAMPLE_STAGE", "dev")
code = lambda_.Code.from_asset(str(Path(__file__).parents[1] / "code"))

for kind in Kind:
    entry = CATALOGUE[kind]
    lambda_.Function(
        stack,
        kind.name.title().replace("_", ""),
        function_name=f"{kind.value}-{stage}",
        runtime=config.runtime(entry),
        handler=entry["handler"],
        code=code,
        memory_size=min(entry.get("memory", 128) * config.FACTOR, 10_240),
        timeout=cdk.Duration.seconds(config.timeout(kind.value)),
    )

for name, entry in load("functions.json").items():
    match entry.get("size", "small"):
        case "small":
            memory = 160
        case "medium" | "big":
            memory = 320
        case _:
            memory = 480
    try:
        seconds = entry["seconds"]
    except KeyError:
        seconds = 42
    lambda_.Function(
        stack,
        name,
        runtime=lambda_.Runtime.PYTHON_3_12,
        handler=".".join((entry.get("module") or "app", "main")),
        code=code,
        memory_size=memory,
        timeout=cdk.Duration.seconds(seconds),
    )
if os.environ.get("ARCHLINT_SAMPLE_DEBUG"):
    lambda_.Function(
        stack, "Debug", runtime=lambda_.Runtime.PYTHON_3_12, handler="app.main", code=code, memory_size=10_240
    )
app.synth()
