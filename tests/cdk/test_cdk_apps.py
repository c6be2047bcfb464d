from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from making import LAMBDA, Making

from archlint.model.declared import Declared
from archlint.model.place import Place
from archlint.readers.cdk.apps import entry_of, read_apps
from archlint.readers.cdk.values import Made, Run
from archlint.tree import MemoryTree, Tree
from archlint.values import Known, Unknown


@pytest.mark.parametrize(
    ("command", "files", "expected"),
    [
        ("python3 app.py", "app.py", "app.py"),
        (".venv/bin/python ./app.py", "app.py", "app.py"),
        ("poetry run python -m infra.app", "infra/app.py", "infra/app.py"),
        ("python -m infra", "infra/__main__.py", "infra/__main__.py"),
        ("uv run app.py", "app.py", "app.py"),
        ("npx ts-node --prefer-ts-exts bin/x.ts", "bin/x.ts", "bin/x.ts"),
        ("npx ts-node -P tsconfig.cdk.ts bin/x.ts", "bin/x.ts tsconfig.cdk.ts", "bin/x.ts"),
        ("npx tsc && npx tsx index.ts", "index.ts", "index.ts"),
        ("npx tsc -p tools/tsconfig.json && npx tsx bin/x.ts", "bin/x.ts", "bin/x.ts"),
        ("node bin/x.js", "bin/x.js bin/x.ts", "bin/x.ts"),
        ("node bin/x.js", "bin/x.js", "bin/x.js"),
        ("node bin/x", "bin/x.ts", "bin/x.ts"),
        ("node dist/bin/x.js", "bin/x.ts", "bin/x.ts"),
        ("node build/main.js", "src/main.ts", "src/main.ts"),
        ("cd infra && python app.py", "infra/app.py app.py", "infra/app.py"),
        ("sh -c 'python app.py'", "app.py", "app.py"),
        ("${PYTHON:-python3} app.py", "app.py", "app.py"),
        ("npm run -s synth-app", "bin/x.ts", "bin/x.ts"),
    ],
)
def test_the_file_that_an_app_starts_from(command: str, files: str, expected: str) -> None:
    scripts = json.dumps({"scripts": {"synth-app": "ts-node bin/x.ts"}})
    tree = MemoryTree({"infra-repo/package.json": scripts, **{f"infra-repo/{path}": "" for path in files.split()}})
    assert entry_of(command, "infra-repo", tree) == Known(f"infra-repo/{expected}")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("mvn -e -q compile exec:java", "written in Java"),
        ("dotnet run --project src/Cdk/Cdk.csproj", "written in C#"),
        ("go mod download && go run main.go", "written in Go"),
        ("python3 app.py", "no source file"),
        ("python3 ../../../etc/app.py", "no source file"),
        (None, "names no app"),
        ("x" * 5000, "too long"),
    ],
)
def test_apps_that_are_not_read_say_why(command: object, told: str) -> None:
    entry = entry_of(command, "infra", MemoryTree({"infra/cdk.json": ""}))
    assert isinstance(entry, Unknown)
    assert told in entry.reason


class Runner:
    """Makes one function and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Mapping[str, Any]]] = []

    def __call__(self, tree: Tree, entry: str, folder: str, context: Mapping[str, Any]) -> Run:
        self.asked.append((entry, folder, context))
        app = Making()
        app.function(memory_size=512)
        app.run.files[entry] = "# an app"
        app.run.gaps.append(("a gap", Place(entry, 3)))
        return app.run


def read(files: Mapping[str, str], runner: Runner | None = None) -> Declared:
    return read_apps(MemoryTree(files), sorted(files), runner or Runner())


def test_every_app_is_read_with_its_context() -> None:
    runner = Runner()
    settings = json.dumps({"app": "python3 app.py", "context": {"stage": "prod"}})
    kept = json.dumps({"stage": "dev", "zones": ["a"]})
    found = read(
        {
            "a/cdk.json": settings,
            "a/cdk.context.json": kept,
            "a/app.py": "",
            "b/cdk.json": settings,
            "b/app.py": "",
            "c/package.json": "{}",
        },
        runner,
    )
    assert runner.asked[0] == ("a/app.py", "a", {"stage": "prod", "zones": ["a"]})
    assert [function.id for function in found.functions] == ["a#Main/Fn", "b#Main/Fn"]
    assert found.texts == {"a/app.py": "# an app", "b/app.py": "# an app"}
    assert [note.message for note in found.not_read] == ["a gap", "a gap"]
    assert found.problems == ()


def test_an_app_at_the_root() -> None:
    found = read({"cdk.json": '{"app": "python3 app.py"}', "app.py": ""})
    assert [function.id for function in found.functions] == [".#Main/Fn"]


def test_a_broken_cdk_json_is_one_problem() -> None:
    found = read({"a/cdk.json": "{", "b/cdk.json": "[1]", "c/cdk.json": "[" * 100_000})
    assert [problem.place.path for problem in found.problems] == ["a/cdk.json", "c/cdk.json"]
    assert [note.place.path for note in found.not_read] == ["b/cdk.json"]


def test_an_app_in_another_language_is_a_note() -> None:
    found = read({"cdk.json": '{"app": "mvn -q exec:java"}'})
    assert found.functions == ()
    assert [note.message for note in found.not_read] == ["the app is written in Java, which is not read"]


def test_a_python_app_from_its_source() -> None:
    files = {
        "cdk.json": '{"app": "python3 app.py"}',
        "app.py": (
            "import aws_cdk as cdk\n"
            "from aws_cdk import aws_lambda as lambda_\n"
            "app = cdk.App()\n"
            "stack = cdk.Stack(app, 'Main')\n"
            "fn = lambda_.Function(stack, 'Fn', runtime=lambda_.Runtime.PYTHON_3_12, handler='app.main',\n"
            "    code=lambda_.Code.from_asset('code'), timeout=cdk.Duration.minutes(2))\n"
            "fn.add_function_url()\n"
        ),
        "code/app.py": "def main(event, context): ...\n",
    }
    (function,) = read_apps(MemoryTree(files), sorted(files)).functions
    assert function.id == ".#Main/Fn"
    assert function.defined_at.line == 5
    assert function.timeout_s.value == Known(120)
    assert [trigger.type for trigger in function.triggers] == ["function-url"]


def test_a_typescript_app_from_its_source() -> None:
    files = {
        "cdk.json": '{"app": "npx ts-node --prefer-ts-exts bin/x.ts"}',
        "bin/x.ts": (
            "import * as cdk from 'aws-cdk-lib';\n"
            "import * as path from 'path';\n"
            "import * as lambda from 'aws-cdk-lib/aws-lambda';\n"
            "import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';\n"
            "import { Queue } from 'aws-cdk-lib/aws-sqs';\n"
            "const app = new cdk.App();\n"
            "const stack = new cdk.Stack(app, 'Main');\n"
            "const fn = new lambda.Function(stack, 'Fn', {\n"
            "  runtime: lambda.Runtime.PYTHON_3_12, handler: 'app.main', memorySize: 2 * 1024,\n"
            "  code: lambda.Code.fromAsset(path.join(__dirname, '../code')),\n"
            "});\n"
            "fn.addEventSource(new SqsEventSource(new Queue(stack, 'Q')));\n"
        ),
        "code/app.py": "def main(event, context): ...\n",
    }
    (function,) = read_apps(MemoryTree(files), sorted(files)).functions
    assert (function.kind, function.defined_at.line) == ("cdk-typescript", 8)
    assert function.memory_mb.value == Known(2048)
    assert [trigger.type for trigger in function.triggers] == ["sqs"]


def test_a_made_function_needs_no_arguments() -> None:
    def runner(tree: Tree, entry: str, folder: str, context: Mapping[str, Any]) -> Run:
        return Run(made=[Made(f"{LAMBDA}.Function", [], {}, Place(entry))])

    files = {"cdk.json": '{"app": "python3 app.py"}', "app.py": ""}
    (function,) = read_apps(MemoryTree(files), sorted(files), runner).functions
    assert function.id == ".#?/?"
