from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

import archlint.report
from archlint.model.deployed import Deployed
from archlint.model.size import ModelFile, Size, SizePart
from archlint.report.size import Sized, render_json, render_text
from archlint.values import Unknown
from samples import make_deployed, make_function

MB = 1_048_576
SCHEMA = json.loads((Path(archlint.report.__file__).parent / "size.v1.schema.json").read_text())
PARTS = (
    SizePart("torch", 500 * MB, 600 * MB, 700 * MB, "dependency", 10 * MB, 40 * MB),
    SizePart("numpy", 40 * MB, 50 * MB, 60 * MB, "dependency", 5 * MB, 20 * MB),
    SizePart("six", 100, 200, 300, "dependency"),
    SizePart("perhaps", 0, 0, 3 * MB, "dependency"),
    SizePart("the function's code", MB, MB, MB),
)
LARGE = Size(
    651 * MB + 200,
    541 * MB + 100,
    764 * MB + 300,
    250 * MB,
    "table",
    "over",
    PARTS,
    unknown_packages=("ours",),
    as_of="2026-11-21",
    evidence=("src/requirements.txt",),
    compiles=True,
    models=(ModelFile("src/model.onnx", 130, 90 * MB),),
)
SMALL = Size(1000, 1000, 1000, 250 * MB, "folder", "under", (SizePart("the function's code", 1000, 1000, 1000),))


def one(name: str, size: Size | None, advice: str = "") -> Sized:
    function = replace(make_function(), id=f"template.yaml#{name}", name=name)
    return Sized(replace(make_deployed(function), size=size), advice)


def text(*found: Sized, top: int = 10, color: bool = False, width: int = 100) -> str:
    return render_text(found, top=top, width=width, color=color)


def test_a_table_then_the_parts() -> None:
    assert (
        text(one("Small", SMALL), one("Caption", LARGE, "Deploy it as an image."), one("Other", None))
        == """\
unzipped       range  of limit  verdict  package  function
 ~651 MB  541-764 MB      260%  over     zip      Caption
   <1 MB       exact        0%  under    zip      Small
       ?                        ?        zip      Other

Caption  651 MB of 250 MB
  torch                    600 MB  92%
  numpy                     50 MB   8%
  six                       <1 MB   0%
  perhaps              up to 3 MB   0%
  the function's code        1 MB   0%
  __pycache__ would add 60 MB; this build writes it
  not known: ours
  from: table of 2026-11-21; read: src/requirements.txt
  do Deploy it as an image.

? 1 function without a size: its code is not here, or not Python.
"""
    )


def test_what_is_nearest_to_its_limit_stands_first() -> None:
    image = replace(LARGE, limit_bytes=10_240 * MB, estimate_bytes=2_000 * MB)
    small = replace(SMALL, estimate_bytes=100 * MB)
    shown = text(one("Image", image), one("Zip", small)).splitlines()
    assert [line.split()[-1] for line in shown[1:3]] == ["Zip", "Image"]


def test_nothing() -> None:
    assert text() == "unzipped  range  of limit  verdict  package  function\n"
    assert json.loads(render_json([])) == {"schema": "archlint/size/v1", "functions": []}


def test_only_the_largest_parts() -> None:
    shown = text(one("Caption", LARGE), top=2)
    assert "numpy" in shown
    assert "perhaps" not in shown
    assert re.search(r"and 3 more +1 MB +0%", shown)
    assert "more" not in text(one("Caption", LARGE), top=0)


def test_functions_with_one_package_share_its_parts() -> None:
    shown = text(*(one(name, LARGE) for name in "ABCDE"))
    assert shown.count("torch") == 1
    assert "\nA, B, C and 2 more  651 MB of 250 MB\n" in shown


def test_equal_names_are_told_apart() -> None:
    first, second = one("Caption", SMALL), one("Caption", SMALL)
    function = replace(second.deployed.function, id="other.yaml#Caption")
    shown = text(first, Sized(replace(second.deployed, function=function)))
    assert shown.count("Caption (template.yaml:12)") == 2


def test_compiled_files_that_the_build_leaves_out() -> None:
    shown = text(one("Caption", replace(LARGE, compiles=False)))
    assert "__pycache__ would add 60 MB; this build does not write it" in shown


@pytest.mark.parametrize("verdict", ["over", "near", "unknown", "under"])
def test_on_a_terminal_there_are_bars(verdict: str) -> None:
    shown = text(one("Caption", replace(LARGE, verdict=verdict)), color=True, width=140)
    assert "█" in shown
    assert "\x1b[" in shown
    assert "█" not in text(one("Caption", LARGE))


@pytest.mark.parametrize("width", [20, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    found = (one("Caption" * 20, LARGE, "Deploy it as an image. " * 20), one("Small", SMALL))
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text(*found, color=True, width=width)).splitlines()
    free = ("  from:", "Caption", "  __pycache__")
    assert all(len(line) <= max(width, 60) for line in lines if not line.startswith(free))


def test_hostile_text() -> None:
    part = replace(PARTS[0], name="evil\x1b[2J\n\u202e\ud800")
    size = replace(LARGE, parts=(part, PARTS[1]), unknown_packages=("\x07bell",), evidence=("a\rb",))
    shown = text(one("name\x1b]0;x\x07", size, "do\x1b[31m"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", shown)
    document = render_json([one("\ud800", size)])
    assert document.isascii()
    assert json.loads(document)["functions"][0]["name"] == "\\ud800"


def parsed(*found: Sized) -> list[dict[str, object]]:
    document = json.loads(render_json(found))
    jsonschema.validate(document, SCHEMA)
    functions: list[dict[str, object]] = document["functions"]
    return functions


def test_json() -> None:
    first, second = parsed(one("Caption", LARGE, "Deploy it as an image."), one("Other", None))
    assert first["advice"] == "Deploy it as an image."
    assert first["defined_at"] == {"path": "template.yaml", "line": 12}
    size = first["size"]
    assert isinstance(size, dict)
    for end in ("low_bytes", "estimate_bytes", "high_bytes"):
        assert sum(part[end] for part in size["parts"]) == size[end]
    assert size["compiled_bytes"] == 60 * MB
    assert size["models"] == [{"path": "src/model.onnx", "deployed_bytes": 130, "lfs_stated_bytes": 90 * MB}]
    assert (second["size"], second["advice"]) == (None, None)


def test_json_of_a_package_type_that_is_open() -> None:
    deployed: Deployed = one("Caption", SMALL).deployed
    function = replace(deployed.function, package=Unknown("a parameter"))
    (found,) = parsed(Sized(replace(deployed, function=function)))
    assert found["package"] is None
    assert text(Sized(replace(deployed, function=function))).splitlines()[1].split()[-2] == "?"
