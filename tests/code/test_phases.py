"""What runs at import, at most once, and on every invocation: by the programs in text files."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from programs import HERE, INVOKE, phases, programs, reach_of, sections, way

from archlint.code.reach import Phase

LOADER = "import heavy\ndef load(): return heavy.load()\n"
AT_IMPORT = "import heavy\nmodel = heavy.load()\n"


@pytest.mark.parametrize(("files", "expected"), [case for case in programs() if "limits" not in str(case.id)])
def test_phase(files: Mapping[str, str], expected: set[Phase]) -> None:
    assert phases(files).get("heavy.load", set()) == expected


@pytest.mark.xfail(reason="a known limit")
@pytest.mark.parametrize(("files", "expected"), [case for case in programs() if "limits" in str(case.id)])
def test_limit(files: Mapping[str, str], expected: set[Phase]) -> None:
    assert phases(files).get("heavy.load", set()) == expected


@pytest.mark.parametrize(("path", "files"), list(sections(HERE / "symbolic_paths.txt")))
def test_symbolic_path(path: str, files: Mapping[str, str]) -> None:
    assert path in phases(files)


def test_a_layer_of_the_repository_is_on_the_path() -> None:
    files = {
        "src/app.py": "from shared.models import load\ndef handler(e, c): load()",
        "layer/python/shared/__init__.py": "",
        "layer/python/shared/models.py": LOADER,
    }
    assert phases(files, code="src", layers=("layer",))["heavy.load"] == {INVOKE}


def test_an_installed_library_keeps_its_name() -> None:
    files = {
        "app.py": "import heavy, lite, dash_name\ndef handler(e, c): heavy.load(), lite.run(), dash_name.go()",
        "heavy/__init__.py": "def load(): pass",
        "heavy-1.0.dist-info/METADATA": "",
        "lite/__init__.py": "from torch import run",
        "dash_name.py": "",
        "Dash-2.0.dist-info/RECORD": "dash_name.py,sha256=x,1\nDash-2.0.dist-info/RECORD,,\n",
    }
    assert set(phases(files)) == {"heavy.load", "torch.run", "dash_name.go"}


def test_the_way_names_each_call() -> None:
    files = {
        "app.py": "from tools import A\n\n\ndef run(e):\n    return A(e)\n\n\ndef handler(e, c):\n    return run(e)\n",
        "tools.py": "import heavy\n\n\nclass A:\n    def __init__(self, e):\n        self.m = heavy.load()\n",
    }
    assert way(files, "heavy.load") == [
        "app.py:8 Lambda calls handler()",
        "app.py:9 handler() calls run()",
        "app.py:5 run() calls A.__init__()",
    ]


def test_the_way_of_an_import() -> None:
    files = {"app.py": "import tools\ndef handler(e, c): pass", "tools.py": AT_IMPORT}
    assert way(files, "heavy.load") == ["app.py:1 Lambda imports app", "app.py:1 the module imports tools"]


MODEL = """\
import heavy
class Model:
  @property
  def ready(self): heavy.load()
  def __enter__(self): heavy.load()
  def __call__(self): heavy.load()
"""


@pytest.mark.parametrize(
    ("app", "tools", "steps"),
    [
        (
            "from tools import Model\nm = Model()\ndef handler(e, c):\n  m.ready",
            MODEL,
            ["app.py:4 handler() calls Model.ready()"],
        ),
        (
            "from tools import Model\ndef handler(e, c):\n  with Model(): pass",
            MODEL,
            ["app.py:3 handler() calls Model.__enter__()"],
        ),
        (
            "from tools import Model\nm = Model()\ndef handler(e, c):\n  m()",
            MODEL,
            ["app.py:4 handler() calls Model.__call__()"],
        ),
        (
            "from tools import keep\ndef handler(e, c):\n  @keep\n  def f(): pass",
            "import heavy\ndef keep(f): heavy.load()",
            ["app.py:4 handler() calls keep()"],
        ),
    ],
)
def test_the_way_through_what_is_no_plain_call(app: str, tools: str, steps: list[str]) -> None:
    found = way({"app.py": app, "tools.py": tools}, "heavy.load")
    assert found[0].endswith("Lambda calls handler()")
    assert found[1:] == steps


def test_the_way_through_a_package() -> None:
    files = {
        "app.py": "def handler(e, c):\n  run()\ndef run():\n  import pkg.tools\n",
        "pkg/__init__.py": AT_IMPORT,
        "pkg/tools.py": "",
    }
    assert way(files, "heavy.load") == [
        "app.py:1 Lambda calls handler()",
        "app.py:2 handler() calls run()",
        "app.py:4 run() imports pkg",
    ]


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ("e.load()", {"?.load"}),
        ("e['model'].load()", {"?.load"}),
        ("for x in e: x.load()", {"?.load"}),
        ("heavy.model().load()", {"heavy.model", "heavy.model().load"}),
        ("own().load()", {"?.load"}),
        ("own()", set()),
        ("e['f']()", set()),
    ],
)
def test_a_receiver_that_is_not_known_has_a_question_mark(body: str, paths: set[str]) -> None:
    assert set(phases(f"import heavy\ndef own(): return 1\ndef handler(e, c):\n  {body}")) == paths


@pytest.mark.parametrize(
    ("body", "guarded"),
    [
        ("if not os.path.exists('/tmp/m'):\n    heavy.load()", True),
        ("if not os.path.isfile('/tmp/m'):\n    heavy.load()", True),
        ("if os.path.exists('/tmp/m'):\n    return\n  heavy.load()", True),
        ("if not Path('/tmp/m').exists():\n    heavy.load()", True),
        ("if 'm' not in os.listdir('/tmp'):\n    heavy.load()", True),
        ("there = os.path.exists('/tmp/m')\n  if not there:\n    heavy.load()", True),
        ("try:\n    open('/tmp/m')\n  except FileNotFoundError:\n    heavy.load()", True),
        ("if os.path.exists('/tmp/m'):\n    heavy.load()", False),
        ("heavy.load()\n  if not os.path.exists('/tmp/m'):\n    pass", False),
        ("if not os.path.exists('/tmp/m'):\n    os.mkdir('/tmp/m')\n  heavy.load()", False),
    ],
)
def test_a_file_that_may_be_there(body: str, guarded: bool) -> None:
    app = f"import heavy, os\nfrom pathlib import Path\ndef handler(e, c):\n  {body}\n"
    (call,) = (call for call in reach_of(app).calls() if call.path == "heavy.load")
    assert (call.phase, call.site.context.file_guarded) == (INVOKE, guarded)
