"""Runs small apps written as strings."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from archlint.readers.cdk.evaluator.budget import MAX_STEPS
from archlint.readers.cdk.evaluator.machine import run_app
from archlint.readers.cdk.values import CdkValue, Made, Run
from archlint.tree import MemoryTree

HEAD = "from aws_cdk import App, Duration, Stack, aws_lambda as lambda_\nfrom sink import keep\n"
SCRIPT_HEAD = (
    'import * as cdk from "aws-cdk-lib";\nimport * as lambda from "aws-cdk-lib/aws-lambda";\n'
    'import { Construct } from "constructs";\nimport { keep } from "sink";\n'
)


def run(
    app: str,
    others: Mapping[str, str] | None = None,
    *,
    entry: str = "app.py",
    folder: str = "",
    context: Mapping[str, object] | None = None,
    steps: int = MAX_STEPS,
) -> Run:
    """Evaluates `app` as the file `entry` of a tree that also holds `others`."""
    head = HEAD if entry.endswith(".py") else SCRIPT_HEAD
    files = {entry: head + textwrap.dedent(app), **(others or {})}
    return run_app(MemoryTree(files), entry, folder, context or {}, steps)


def run_script(app: str, others: Mapping[str, str] | None = None, **options: str) -> Run:
    return run(app, others, entry=options.get("entry", "bin/app.ts"), folder=options.get("folder", ""))


def kept(found: Run) -> list[CdkValue]:
    """What the app handed to keep(), in order."""
    return [made.arguments[0] for made in found.made if made.path == "sink.keep"]


def functions(found: Run) -> list[Made]:
    """The Lambda functions that the app made."""
    return [made for made in found.made if made.path.endswith((".Function", ".DockerImageFunction"))]


def only(found: Run) -> Made:
    (made,) = functions(found)
    return made
