from __future__ import annotations

from dataclasses import replace
from textwrap import dedent
from typing import Any

import pytest

from archlint.model.function import ImageCode
from archlint.model.image import Image
from archlint.model.place import Place, Problem
from archlint.packaging.image import handler_of, image_mounts, read_image
from archlint.tree import MemoryTree
from archlint.values import Known, Unknown, known_or_none

AWS = "FROM public.ecr.aws/lambda/python:3.12\n"
HERE = Place("template.yaml", 7)


def tree_of(dockerfile: str, *paths: str) -> MemoryTree:
    files: dict[str, str | bytes] = {"fn/Dockerfile": dedent(dockerfile)}
    files |= {"fn/" + path: "" for path in paths}
    return MemoryTree(files)


CODE = ImageCode("fn/Dockerfile", "fn", HERE)


def image_of(dockerfile: str, *paths: str, **changes: Any) -> Image:
    image = read_image(replace(CODE, **changes), tree_of(dockerfile, *paths))
    assert isinstance(image, Image), image
    return image


def handler(dockerfile: str, **changes: Any) -> str | None:
    return known_or_none(image_of(dockerfile, **changes).handler)


def places(dockerfile: str, *paths: str, **changes: Any) -> dict[str, str]:
    """Destination → source below the context."""
    image = image_of(dockerfile, *paths, **changes)
    return {c.destination: c.source.removeprefix("fn").removeprefix("/") for c in image.copies}


def mounts(dockerfile: str, *paths: str, **changes: Any) -> list[tuple[str, str]]:
    tree = tree_of(dockerfile, *paths)
    image = read_image(replace(CODE, **changes), tree)
    assert isinstance(image, Image)
    return [(m.at, m.source) for m in image_mounts(image, tree)]


# What runs


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('CMD ["app.handler"]', "app.handler"),
        ("CMD app.handler", "app.handler"),
        ('ENTRYPOINT ["python", "-m", "awslambdaric"]\nCMD ["pkg.app.handler"]', "pkg.app.handler"),
        ('ENTRYPOINT []\nCMD ["python", "-m", "awslambdaric", "app.handler"]', "app.handler"),
        ('ENTRYPOINT ["python", "-m", "awslambdaric", "app.handler"]', "app.handler"),
        ('ENTRYPOINT []\nCMD ["sh", "-c", "exec python -m awslambdaric app.handler"]', "app.handler"),
        ('ENTRYPOINT ["/lambda-entrypoint.sh"]\nCMD ["main.handler"]', "main.handler"),
        ('ENTRYPOINT ["/entry_script.sh"]\nCMD ["app.handler"]', "app.handler"),
        ('ENTRYPOINT ["/entry.sh"]\nCMD ["--quiet", "app.handler"]', "app.handler"),
        ('ENTRYPOINT []\nCMD ["/start.sh", "app.py"]', "/start.sh app.py"),
        ("CMD exec uvicorn --host 0.0.0.0 app:app", "exec uvicorn --host 0.0.0.0 app:app"),
        ('CMD ["old.handler"]\nCMD ["new.handler"]', "new.handler"),
        ("ENV MODULE=app\nCMD ${MODULE}.handler", "app.handler"),
    ],
)
def test_handler(lines: str, expected: str) -> None:
    assert handler(AWS + lines) == expected


def test_handler_has_the_line_of_cmd() -> None:
    image = image_of(AWS + 'CMD ["app.handler"]\n')
    assert handler_of(image, CODE).place == Place("fn/Dockerfile", 2)
    assert not image.shell_command


def test_template_overrides_command() -> None:
    code = replace(CODE, command=("other.handler",), working_directory="/srv", entrypoint=("/run",))
    image = read_image(code, tree_of(AWS + 'CMD ["app.handler"]'))
    assert isinstance(image, Image)
    assert handler_of(image, code).value == Known("other.handler")
    assert handler_of(image, code).place == HERE
    assert image.entrypoint == Known(("/run",))
    assert image.working_directory == Known("/srv")


def test_no_command_is_unknown() -> None:
    image = image_of(AWS)
    assert image.handler == Unknown("the Dockerfile has no CMD and the template no ImageConfig.Command")
    assert handler_of(image, CODE).place is None


@pytest.mark.parametrize("cmd", ["CMD ${NAME}.handler", 'CMD ["${NAME}.handler"]', "CMD `pick`.$(x)", 'CMD a"b'])
def test_open_command_is_unknown(cmd: str) -> None:
    image = image_of(AWS + cmd)
    assert isinstance(image.handler, Unknown)
    assert isinstance(image.command, Unknown)


def test_entrypoint_drops_an_inherited_command() -> None:
    assert handler(AWS.rstrip() + ' AS a\nCMD ["a.h"]\nFROM a\nENTRYPOINT ["/x"]') is None
    assert handler(AWS.rstrip() + ' AS a\nCMD ["a.h"]\nFROM a\nUSER x') == "a.h"
    assert handler(AWS + 'CMD ["a.h"]\nENTRYPOINT ["/x"]') == "a.h"


# The base image


@pytest.mark.parametrize(
    ("base", "version"),
    [
        ("public.ecr.aws/lambda/python:3.12", "3.12"),
        ("public.ecr.aws/lambda/python:3.9.2022.10.26.12", "3.9"),
        ("1.dkr.ecr.eu-west-1.amazonaws.com/ecr-public/lambda/python:3.13-arm64", "3.13"),
        ("amazon/aws-lambda-python:3.8", "3.8"),
        ("python:3.11-slim@sha256:00", "3.11"),
        ("ghcr.io/astral-sh/uv:python3.13-alpine", "3.13"),
        ("python:3", None),
        ("python:latest", None),
        ("python", None),
        ("example.org:5000/team/base", None),
        ("node:3.12", None),
    ],
)
def test_python_version(base: str, version: str | None) -> None:
    assert image_of(f"FROM {base}\n").python_version == version


def test_base_from_arguments() -> None:
    text = "ARG V=3.12\nARG BASE=public.ecr.aws/lambda/python:${V}\nFROM --platform=linux/arm64 $BASE\n"
    image = image_of(text)
    assert (image.base, image.base_line) == (Known("public.ecr.aws/lambda/python:3.12"), 3)
    assert (image.python_version, image.platform, image.aws_base) == ("3.12", "linux/arm64", True)
    assert image_of(text, build_args={"V": "3.10"}).python_version == "3.10"


def test_base_with_open_tag_is_still_aws() -> None:
    image = image_of("ARG V\nFROM public.ecr.aws/lambda/python:$V\n")
    assert isinstance(image.base, Unknown)
    assert (image.aws_base, image.python_version) == (True, None)


def test_unknown_base_keeps_relative_destinations() -> None:
    text = 'ARG BASE\nFROM $BASE\nCOPY app.py ./\nCOPY lib lib\nCMD ["app.handler"]'
    image = image_of(text, "app.py", "lib/a.py")
    assert isinstance(image.base, Unknown)
    assert isinstance(image.working_directory, Unknown)
    assert [c.destination for c in image.copies] == ["app.py", "lib"]
    assert mounts(text, "app.py", "lib/a.py") == [("lib", "fn/lib"), ("app.py", "fn/app.py")]


# COPY


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("COPY app.py ${LAMBDA_TASK_ROOT}", {"/var/task/app.py": "app.py"}),
        ("COPY app.py .", {"/var/task/app.py": "app.py"}),
        ("COPY app.py main.py", {"/var/task/main.py": "app.py"}),
        ("COPY app.py util.py ./src/", {"/var/task/src/app.py": "app.py", "/var/task/src/util.py": "util.py"}),
        ('COPY --chown=1:1 ["app.py", "./"]', {"/var/task/app.py": "app.py"}),
        ("COPY *.py /x", {"/x/app.py": "app.py", "/x/util.py": "util.py"}),
        ("COPY src .", {"/var/task": "src"}),
        ("COPY src/ ./code/", {"/var/task/code": "src"}),
        ("COPY src/* ./", {"/var/task": "src/pkg", "/var/task/main.py": "src/main.py"}),
        ("COPY . .", {"/var/task": ""}),
        ("ADD ./src/main.py /opt/python/", {"/opt/python/main.py": "src/main.py"}),
        ("copy ../app.py /app.py", {"/app.py": "app.py"}),
        ("WORKDIR /srv\nWORKDIR api\nCOPY app.py .", {"/srv/api/app.py": "app.py"}),
        ("RUN mkdir -p /fn\nCOPY app.py /fn", {"/fn/app.py": "app.py"}),
        ("COPY app.py /fn", {"/fn": "app.py"}),
        ("ARG D=/fn\nCOPY app.py ${D}/", {"/fn/app.py": "app.py"}),
        ("ARG D\nCOPY app.py ${D:-/x}/", {"/x/app.py": "app.py"}),
        ("ENV D=/e\nARG D=/a\nCOPY app.py $D/", {"/e/app.py": "app.py"}),
        ("ENV D=/e\nCOPY app.py ${D:+/set}${E:+/no}/", {"/set/app.py": "app.py"}),
        ("COPY --parents src/main.py /p/", {"/p/src/main.py": "src/main.py"}),
    ],
)
def test_copy(lines: str, expected: dict[str, str]) -> None:
    assert places(AWS + lines, "app.py", "util.py", "src/main.py", "src/pkg/a.py") == expected


@pytest.mark.parametrize(
    "line",
    [
        "COPY app.py ${NOWHERE}/",
        "COPY gone.py ./",
        "COPY --from=nginx:1 /etc/x.py ./",
        "ADD https://example.org/a.py ./",
        "ADD model.tar.gz ./",
        "COPY <<EOF /var/task/x.py\nimport os\nEOF",
        "RUN cp /a.py /var/task/",
    ],
)
def test_what_cannot_be_followed_is_a_gap(line: str) -> None:
    image = image_of(AWS + line, "app.py", "model.tar.gz")
    assert image.copies == ()
    assert [g.line for g in image.gaps] == [2]


def test_global_argument_needs_a_declaration_in_the_stage() -> None:
    assert places("ARG D=/fn\n" + AWS + "COPY app.py $D/", "app.py") == {}
    assert places("ARG D=/fn\n" + AWS + "ARG D\nCOPY app.py $D/", "app.py") == {"/fn/app.py": "app.py"}


def test_dockerignore() -> None:
    text = AWS + "COPY . .\nCOPY tests /t"
    tree = MemoryTree(
        {
            "fn/Dockerfile": text,
            "fn/.dockerignore": "# no tests\ntests\n**/*.pyc\nlib/*\n!lib/keep.py\napp.py\n",
            **{f"fn/{p}": "" for p in ("main.py", "tests/t.py", "lib/a.py", "lib/keep.py", "sub/app.py", "sub/x.pyc")},
            "fn/app.py": "",
            "fn/all/one.py": "",
        }
    )
    image = read_image(CODE, tree)
    assert isinstance(image, Image)
    assert {c.destination for c in image.copies} == {
        "/var/task/" + p for p in (".dockerignore", "Dockerfile", "main.py", "lib/keep.py", "sub/app.py", "all")
    }
    assert [g.line for g in image.gaps] == [3]


# Stages


STAGES = """\
FROM python:3.12-slim AS Build
WORKDIR /w
COPY src ./src
COPY app.py .
RUN pip install -t /deps numpy==2.1

FROM public.ecr.aws/lambda/python:3.12 AS run
COPY --from=build /w/src ./
COPY --from=0 /w/app.py ./
COPY --from=build /w/*.py /opt/
CMD ["app.handler"]

FROM run AS debug
CMD ["debug.handler"]
"""


def test_files_are_followed_through_stages() -> None:
    image = image_of(STAGES, "src/a.py", "app.py", target="run")
    assert [(c.source, c.destination, c.line) for c in image.copies] == [
        ("fn/src", "/var/task", 8),
        ("fn/app.py", "/var/task/app.py", 9),
        ("fn/app.py", "/opt/app.py", 10),
    ]
    assert [i.packages for i in image.installs] == [("numpy==2.1",)]


def test_part_of_a_copied_folder() -> None:
    text = "FROM scratch AS a\nCOPY . /w\n" + AWS + "COPY --from=a w/src/pkg ./pkg\nCOPY --from=a /w/app.py ./"
    assert places(text, "src/pkg/x.py", "app.py") == {"/var/task/pkg": "src/pkg", "/var/task/app.py": "app.py"}


def test_targets() -> None:
    assert handler(STAGES) == "debug.handler"
    assert handler(STAGES, target="1") == "app.handler"
    assert isinstance(read_image(replace(CODE, target="none"), tree_of(STAGES)), Problem)


# sys.path


def test_mounts_of_an_aws_base() -> None:
    text = AWS + "COPY a /opt/python/\nCOPY b /var/task\nCOPY c /elsewhere\nCOPY app.py ./\n"
    assert mounts(text, "a/x.py", "b/x.py", "c/x.py", "app.py") == [("app.py", "fn/app.py"), ("", "fn/b"), ("", "fn/a")]


def test_python_path_takes_the_place_of_opt() -> None:
    text = AWS + 'ENV PYTHONPATH="${PYTHONPATH}:/srv/lib"\nCOPY a /opt/python/\nCOPY . /srv\nCMD ["app.handler"]'
    assert mounts(text, "a/x.py", "lib/y.py") == [("", "fn/lib")]


def test_mounts_of_another_base() -> None:
    text = """\
        FROM python:3.12-slim
        ARG FUNCTION_DIR="/function"
        WORKDIR ${FUNCTION_DIR}
        COPY app/* ${FUNCTION_DIR}
        COPY lib /usr/local/lib/python3.12/site-packages/lib
        ENTRYPOINT [ "/usr/local/bin/python", "-m", "awslambdaric" ]
        CMD [ "app.handler" ]
        """
    assert mounts(text, "app/app.py", "lib/z.py") == [("app.py", "fn/app/app.py"), ("lib", "fn/lib")]


def test_a_script_has_its_own_folder_first() -> None:
    text = 'FROM python:3.12\nWORKDIR /w\nCOPY . .\nCMD ["python", "src/main.py"]'
    assert mounts(text, "src/main.py") == [("", "fn/src")]


# Files that are not there or not readable


def test_dockerfile_name_in_another_case() -> None:
    tree = MemoryTree({"fn/dockerfile": AWS + 'CMD ["app.handler"]'})
    image = read_image(CODE, tree)
    assert isinstance(image, Image)
    assert image.dockerfile == "fn/dockerfile"
    assert isinstance(read_image(CODE, MemoryTree({"fn/dockerfile": AWS, "fn/DOCKERFILE": AWS})), Problem)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"\xff\xfe", Place("fn/Dockerfile")),
        (b"FROM a\n\nprint(1)\n", Place("fn/Dockerfile", 3)),
        (b"FROM a\n" + b"#" * 1_000_001, Place("fn/Dockerfile")),
    ],
)
def test_unreadable(content: bytes, place: Place) -> None:
    problem = read_image(CODE, MemoryTree({"fn/Dockerfile": content}))
    assert isinstance(problem, Problem)
    assert problem.place == place
    assert isinstance(read_image(CODE, MemoryTree({})), Problem)
