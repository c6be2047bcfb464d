"""From a handler string to the file and function that it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from archlint.code.program import Sources
from archlint.link import Linked, link
from archlint.model.function import (
    AbsentCode,
    FolderCode,
    ImageCode,
    InlineCode,
    Layer,
    Setting,
    UnknownCode,
    ZipCode,
)
from archlint.model.place import Place
from archlint.tree import MemoryTree
from archlint.values import Known, Unknown
from samples import make_function

HANDLER = "def handler(e, c):\n    pass\n"
HERE = Place("template.yaml", 5, 9)


def linked(files: Mapping[str, str | bytes], name: str = "app.handler", **changes: Any) -> Linked:
    tree = MemoryTree(files)
    settings = {"code": FolderCode(""), "layers": (), "handler": Setting(Known(name), HERE)} | changes
    return link(
        replace(make_function(), **settings),
        tree,
        Sources(tree),
        lambda called: [path for path in sorted(files) if path.rpartition("/")[2] == called],
    )


def source(found: Linked) -> str:
    """ "path:line function", or why it is not known."""
    value = found.deployed.source
    return (
        value.reason if isinstance(value, Unknown) else f"{value.value.path}:{value.value.line} {value.value.function}"
    )


@pytest.mark.parametrize(
    ("files", "handler", "code", "expected"),
    [
        ({"app.py": HANDLER}, "app.handler", "", "app.py:1 handler"),
        ({"src/app.py": HANDLER}, "app.handler", "src", "src/app.py:1 handler"),
        ({"src/app.py": HANDLER}, "src.app.handler", "", "src/app.py:1 handler"),
        ({"src/app.py": HANDLER}, "src/app.handler", "", "src/app.py:1 handler"),
        ({"pkg/__init__.py": "", "pkg/mod.py": HANDLER}, "pkg.mod.handler", "", "pkg/mod.py:1 handler"),
        ({"pkg/__init__.py": HANDLER}, "pkg.handler", "", "pkg/__init__.py:1 handler"),
        ({"pkg/mod.py": HANDLER}, "pkg.mod.handler", "", "pkg/mod.py:1 handler"),
        ({"src/app.py": HANDLER}, "app.handler", "src/app.py", "src/app.py:1 handler"),
        ({"app.py": "import m\n\nhandler = m.Mangum(m.app)\n"}, "app.handler", "", "app.py:3 handler"),
        ({"app.py": "handler = lambda e, c: 1\n"}, "app.handler", "", "app.py:1 handler"),
        ({"app.py": "class handler:\n    pass\n"}, "app.handler", "", "app.py:1 handler"),
        ({"app.py": "from other import handler\n", "other.py": HANDLER}, "app.handler", "", "app.py:1 handler"),
        ({"app.py": "import x\nfrom other import *\n", "other.py": HANDLER}, "app.handler", "", "app.py:2 handler"),
        ({"app.py": "try:\n from a import handler\nexcept E:\n  handler = 1\n"}, "app.handler", "", "app.py:4 handler"),
        ({"app.py": "if x:\n    def handler(e, c): pass\n"}, "app.handler", "", "app.py:2 handler"),
        ({"app.py": "def a():\n    global handler\n    handler = 1\n"}, "app.handler", "", "app.py:3 handler"),
        ({"app.py": "handler: object = print\n"}, "app.handler", "", "app.py:1 handler"),
        ({"app.py": "a, handler = 1, 2\n"}, "app.handler", "", "app.py:1 handler"),
        ({"app.py": "import a as handler\n"}, "app.handler", "", "app.py:1 handler"),
        ({"app.py": "async def handler(e, c): pass\n"}, "app.handler", "", "app.py:1 handler"),
        ({"app.py": "def handler(e, c): pass\n\n@x\ndef handler(e, c): pass\n"}, "app.handler", "", "app.py:4 handler"),
    ],
)  # fmt: skip
def test_source(files: dict[str, str], handler: str, code: str, expected: str) -> None:
    found = linked(files, handler, code=FolderCode(code))
    assert source(found) == expected
    assert found.deployed.missing is None
    assert found.entry == handler.rpartition(".")[2]


@pytest.mark.parametrize(
    ("files", "handler", "expected"),
    [
        ({"app.py": "x = 1\n"}, "app.handler", "app.py defines no 'handler'"),
        ({"app.py": "def main(): pass\n"}, "app.handler", "app.py defines no 'handler'"),
        ({"app.py": "def f():\n    def handler(e, c): pass\n"}, "app.handler", "app.py defines no 'handler'"),
        ({"app.py": "class A:\n    def handler(self, e): pass\n"}, "app.handler", "app.py defines no 'handler'"),
        ({"app.py": "from other import *\n", "other.py": "x = 1\n"}, "app.handler", None),
        ({"app.py": "from lib import *\n"}, "app.handler", None),
        ({"app.py": "def __getattr__(name): pass\n"}, "app.handler", None),
        ({"app.py": "globals()['handler'] = print\n"}, "app.handler", None),
        ({"main.py": HANDLER}, "app.handler", "no module 'app' is in the code"),
        ({"src/app.py": HANDLER}, "app.handler", "no module 'app' is in the code"),
        ({"app.js": ""}, "app.handler", "no module 'app' is in the code"),
        ({"main.py": HANDLER, "Makefile": ""}, "app.handler", None),
        ({"main.py": HANDLER, "setup.py": ""}, "app.handler", None),
        ({"app.py": "def ("}, "app.handler", None),
        ({"app.py": HANDLER}, "handler", None),
        ({"app.py": HANDLER}, "", None),
        ({"app.py": HANDLER}, ".", None),
        ({"app.py": HANDLER}, "..handler", "no module '.' is in the code"),
        ({"app.py": HANDLER}, "app handler.x", None),
        ({"run.sh": ""}, "run.sh", None),
        ({"bootstrap.x": ""}, "bootstrap.x", None),
    ],
)
def test_missing(files: dict[str, str], handler: str, expected: str | None) -> None:
    assert linked(files, handler).deployed.missing == expected


def test_outside_layers_may_hold_the_module() -> None:
    layers = (Layer("Theirs", arn="arn:aws:lambda:eu-west-1:1:layer:Theirs:3"),)
    assert linked({"main.py": ""}, layers=layers).deployed.missing is None


@pytest.mark.parametrize("folder", ["layer/python", "layer", "layer/python/lib/python3.12/site-packages"])
def test_a_handler_in_a_layer(folder: str) -> None:
    files = {"src/x.py": "", f"{folder}/shared/app.py": HANDLER}
    found = linked(files, "shared.app.handler", code=FolderCode("src"), layers=(Layer("L", folder="layer"),))
    assert source(found) == f"{folder}/shared/app.py:1 handler"


def test_an_installed_handler_is_not_missing() -> None:
    files = {"x.py": "", "wrap/__init__.py": HANDLER, "wrap-1.0.dist-info/METADATA": ""}
    found = linked(files, "wrap.handler")
    assert (source(found), found.deployed.missing) == ("wrap/__init__.py:1 handler", None)


def test_the_code_comes_before_its_layers() -> None:
    files = {"src/app.py": HANDLER, "layer/python/app.py": "x = 1"}
    found = linked(files, code=FolderCode("src"), layers=(Layer("L", folder="layer"),))
    assert source(found) == "src/app.py:1 handler"


@pytest.mark.parametrize(
    ("handler", "variable"),
    [
        ("datadog_lambda.handler.handler", "DD_LAMBDA_HANDLER"),
        ("newrelic_lambda_wrapper.handler", "NEW_RELIC_LAMBDA_HANDLER"),
    ],
)
def test_behind_a_monitoring_layer(handler: str, variable: str) -> None:
    found = linked({"app.py": HANDLER}, handler, environment={variable: Known("app.handler")})
    assert (source(found), found.entry) == ("app.py:1 handler", "handler")
    assert source(linked({"app.py": HANDLER}, handler)) == f"{variable} does not name the handler behind {handler}"
    unknown = linked({"app.py": HANDLER}, handler, environment={variable: Unknown("a parameter")})
    assert source(unknown) == "a parameter"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"runtime": Setting(Known("nodejs22.x"))}, "the runtime is not Python"),
        ({"handler": Setting(Unknown("parameter Handler has no default"))}, "parameter Handler has no default"),
        ({"code": AbsentCode("build", HERE)}, "'build' is not in the repository"),
        ({"code": ZipCode("dist/f.zip")}, "the code is inside dist/f.zip"),
        ({"code": UnknownCode("the image is in a registry")}, "the image is in a registry"),
    ],
)
def test_not_at_hand(changes: dict[str, Any], expected: str) -> None:
    found = linked({"app.py": HANDLER}, **changes)
    assert (source(found), found.entry, found.deployed.missing) == (expected, None, None)


def test_uploaded_code_is_found_by_its_name() -> None:
    uploaded = UnknownCode("the code is in a bucket", uploaded=True)
    found = linked({"lambdas/one/app.py": HANDLER}, code=uploaded)
    assert source(found) == "lambdas/one/app.py:1 handler"
    assert found.deployed.by_name
    twice = linked({"one/app.py": HANDLER, "two/app.py": HANDLER}, code=uploaded)
    assert source(twice) == "the code is in a bucket"
    assert source(linked({"one/app.py": "x = 1"}, code=uploaded)) == "the code is in a bucket"
    assert source(linked({"one/myapp.py": HANDLER}, code=uploaded)) == "the code is in a bucket"
    assert source(linked({"a/pkg/app.py": HANDLER}, "pkg.app.handler", code=uploaded)) == "a/pkg/app.py:1 handler"
    assert source(linked({"app.py": HANDLER}, "handler", code=uploaded)) == "the code is in a bucket"


def test_inline_code() -> None:
    text = "import os\ndef handler(e, c):\n    pass\n"
    code = InlineCode(text, Place("template.yaml", 10, 11))
    found = linked({}, "index.handler", code=code)
    assert (source(found), found.entry) == ("template.yaml:11 handler", "handler")
    assert source(linked({}, "app.handler", code=code)) == "inline code is module 'index', but the handler names 'app'"
    assert linked({}, "index.main", code=code).deployed.missing == "template.yaml defines no 'main'"
    broken = linked({}, "index.handler", code=InlineCode("def (", HERE))
    assert (source(broken), broken.entry) == ("template.yaml:5 handler", None)


IMAGE = "FROM public.ecr.aws/lambda/python:3.12\nCOPY src ${LAMBDA_TASK_ROOT}\n"


def image(dockerfile: str, files: Mapping[str, str] | None = None, **settings: Any) -> Linked:
    code = ImageCode("Dockerfile", "", HERE, **settings)
    return linked({"Dockerfile": dockerfile, **({"src/app.py": HANDLER} if files is None else files)}, code=code)


def test_an_image_takes_its_handler_from_cmd() -> None:
    assert source(image(IMAGE + 'CMD ["app.handler"]\n')) == "src/app.py:1 handler"
    assert source(image(IMAGE + 'CMD ["x.y"]\n', command=("app.handler",))) == "src/app.py:1 handler"
    assert image(IMAGE + 'CMD ["x.y"]\n').entry is None
    assert image(IMAGE + 'CMD ["app.handler"]\n', {"src/main.py": ""}).deployed.missing is None


def test_an_image_with_a_web_server() -> None:
    dockerfile = (
        "FROM python:3.12-slim\n"
        "COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.9.1 /lambda-adapter /opt/extensions/lambda-adapter\n"
        "WORKDIR /var/task\nCOPY src/ ./\n"
        'CMD ["uvicorn", "app:api", "--port", "8080"]\n'
    )
    found = image(dockerfile, {"src/app.py": "from fastapi import FastAPI\napi = FastAPI()\n"})
    assert source(found) == "the Lambda Web Adapter calls a web server, not a handler"
    assert found.entry == "api"
    assert found.module is not None
    assert found.module.path == "src/app.py"


def test_an_image_without_a_dockerfile() -> None:
    found = linked({"app.py": HANDLER}, code=ImageCode("Dockerfile", "", HERE))
    assert isinstance(found.deployed.source, Unknown)
    assert found.problem is not None


def test_an_unreadable_handler_is_a_problem_with_its_line() -> None:
    tree = MemoryTree({"app.py": "x = 1\ndef (\n"})
    sources = Sources(tree)
    found = link(replace(make_function(), code=FolderCode(""), layers=()), tree, sources)
    assert source(found) == "app.py:1 handler"
    assert [(p.place.path, p.place.line) for p in sources.problems.values()] == [("app.py", 2)]
