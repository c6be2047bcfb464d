from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.syntax.requirements import KINDS, decode, parse_requirements, redact


def kinds(text: str) -> list[tuple[str, str, int]]:
    return [(line.kind, line.name, line.line) for line in parse_requirements(text)]


def test_nothing() -> None:
    assert parse_requirements("") == ()
    assert parse_requirements("# only\n\n   # comments\n") == ()


def test_a_requirement_with_everything() -> None:
    (line,) = parse_requirements('Flask_RESTful[Async,web] >=1.0, <2 ; python_version >= "3.9"  # why\n')
    assert (line.kind, line.name, line.extras) == ("requirement", "flask-restful", ("Async", "web"))
    assert line.specifier == "<2,>=1.0"
    assert str(line.marker) == 'python_version >= "3.9"'


def test_line_numbers_survive_continuations_comments_and_crlf() -> None:
    text = "a==1 \\\r\n    --hash=sha256:00 \\\r\n    --hash=sha256:11\r\n# note\r\n\r\nb\r\n"
    assert kinds(text) == [("requirement", "a", 1), ("requirement", "b", 6)]


def test_hundreds_of_hashes_are_one_requirement() -> None:
    text = "numpy==2.2.6 \\\n" + " \\\n".join(f"  --hash=sha256:{i:064d}" for i in range(300))
    assert kinds(text) == [("requirement", "numpy", 1)]


@pytest.mark.parametrize("text", ["-r base.txt", "-rbase.txt", "--requirement base.txt", "--requirement=base.txt"])
def test_includes(text: str) -> None:
    assert kinds(text) == [("include", "base.txt", 1)]


def test_constraints_options_editables() -> None:
    text = (
        "-c pins.txt\n--extra-index-url https://u:secret@host/whl/cpu\n-i https://host/simple\n-e .\n--no-binary :all:"
    )
    assert kinds(text) == [
        ("constraint", "pins.txt", 1),
        ("option", "--extra-index-url", 2),
        ("option", "--index-url", 3),
        ("editable", "", 4),
        ("option", "--no-binary", 5),
    ]
    assert parse_requirements(text)[1].url == "https://host/whl/cpu"


@pytest.mark.parametrize("line", ["pip install boto3", "a b c", "==1.0", "a @@ b", "a==1" + ")" * 5, "?"])
def test_what_pip_refuses_is_invalid(line: str) -> None:
    assert [kind for kind, _, _ in kinds(line)] == ["invalid"]


def test_deep_markers_do_not_end_the_parser() -> None:
    assert kinds("a; " + "(" * 3000 + "python_version > '3'" + ")" * 3000)[0][0] == "invalid"


def test_wheels_by_address_tell_name_and_version() -> None:
    (line,) = parse_requirements("https://host/whl/cpu/torch-1.1.0%2Bcpu-cp36-cp36m-linux_x86_64.whl")
    assert (line.name, line.specifier, line.url is not None) == ("torch", "==1.1.0+cpu", True)
    (named,) = parse_requirements("torch @ https://host/torch-2.0.0-cp311-cp311-linux_x86_64.whl")
    assert named.specifier == "==2.0.0"


@pytest.mark.parametrize(
    "text",
    [
        "git+https://user:hunter2@host/o/r.git@v1",
        "git+https://${USER}:hunter2@host/o/r.git",
        "pkg @ https://user:hunter2@host/p.tar.gz?token=hunter2#hunter2",
        "https://user:hun/ter2:hunter2@host/p.zip",
        "-e git+ssh://git:hunter2@host/o/r.git#egg=pkg",
        "--index-url https://user:hunter2@host/simple",
        "-r https://user:hunter2@host/r.txt",
        "this is no requirement https://user:hunter2@host/x",
        "-fhttps://user:hunter2@host/x",
        "--config-settings token=hunter2",
        "a b user:hunter2@host",
    ],
)
def test_credentials_are_never_kept(text: str) -> None:
    assert "hunter2" not in repr(parse_requirements(text))


def test_redact_keeps_host_and_path() -> None:
    assert redact("git+https://u:p@host.org/o/r.git@v1.0#egg=r") == "git+https://host.org/o/r.git@v1.0"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings(encoding: str) -> None:
    assert kinds(decode("boto3==1.34.0\r\nnumpy\r\n".encode(encoding))) == [
        ("requirement", "boto3", 1),
        ("requirement", "numpy", 2),
    ]


@given(st.text(max_size=200))
def test_any_text_parses(text: str) -> None:
    assert all(line.kind in KINDS and line.line >= 1 for line in parse_requirements(text))


@given(st.binary(max_size=200))
def test_any_bytes_decode(data: bytes) -> None:
    parse_requirements(decode(data))


@pytest.mark.parametrize("line", ["six-1.17.0-py2.py3-none-any.whl", "./lib/six-1.17.0-py2.py3-none-any.whl"])
def test_wheels_that_lie_beside_are_told_by_their_names(line: str) -> None:
    (found,) = parse_requirements(line)
    assert (found.name, found.specifier, found.url) == ("six", "==1.17.0", line)


@pytest.mark.parametrize(
    ("line", "kind", "url", "extras"),
    [
        ("./lib[web,cli]", "requirement", "./lib", ("cli", "web")),
        (".[all]", "requirement", ".", ("all",)),
        ("-e ./lib[web]", "editable", "./lib", ("web",)),
        ("file:lib", "requirement", "file:lib", ()),
        ("-e .", "editable", ".", ()),
    ],
)
def test_local_projects_with_extras(line: str, kind: str, url: str, extras: tuple[str, ...]) -> None:
    (found,) = parse_requirements(line)
    assert (found.kind, found.url, found.extras) == (kind, url, extras)
