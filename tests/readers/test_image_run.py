"""What RUN installs, what CMD serves, and Dockerfiles made to hurt."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archlint.model.deployed import Mount
from archlint.model.function import ImageCode
from archlint.model.image import Image
from archlint.model.place import Place
from archlint.packaging.image import image_mounts, read_image
from archlint.tree import MemoryTree
from archlint.values import Known

AWS = "FROM public.ecr.aws/lambda/python:3.12\n"
CODE = ImageCode("fn/Dockerfile", "fn", Place("template.yaml", 7))


def tree_of(dockerfile: str, *paths: str) -> MemoryTree:
    return MemoryTree({"fn/Dockerfile": dockerfile} | {"fn/" + path: "" for path in paths})


def image_of(dockerfile: str, *paths: str) -> Image:
    image = read_image(CODE, tree_of(dockerfile, *paths))
    assert isinstance(image, Image), image
    return image


# Installs


@pytest.mark.parametrize(
    ("run", "tool", "files", "packages"),
    [
        ("pip install -r requirements.txt", "pip", ["requirements.txt"], []),
        ("python3.12 -m pip install --no-cache-dir -rrequirements.txt -t .", "pip", ["requirements.txt"], []),
        ("PIP_X=1 pip3 install 'torch==2.4.0' \"numpy>=1\" -i https://e.org", "pip", [], ["torch==2.4.0", "numpy>=1"]),
        ("pip install scipy>=1.0 2>&1", "pip", [], ["scipy"]),
        ("cd sub && pip install -r req.txt", "pip", ["sub/req.txt"], []),
        ("uv pip install --system -r requirements.txt boto3", "uv", ["requirements.txt"], ["boto3"]),
        ("uv sync --frozen", "uv", ["uv.lock", "pyproject.toml"], []),
        ("poetry install --only main", "poetry", ["pyproject.toml"], []),
        ("pip install .", "pip", ["pyproject.toml"], []),
        ("pip install git+https://e.org/x.git#egg=x", "pip", [], ["git+https://e.org/x.git#egg=x"]),
        ("conda env update -n base -f env.yml", "conda", ["env.yml"], []),
        ("micromamba install -y -n base -c conda-forge faiss-cpu", "conda", [], ["faiss-cpu"]),
    ],
)
def test_installs(run: str, tool: str, files: list[str], packages: list[str]) -> None:
    paths = ("requirements.txt", "sub/req.txt", "pyproject.toml", "uv.lock", "env.yml")
    image = image_of(AWS + "COPY . .\nRUN " + run, *paths)
    (install,) = image.installs
    assert install.tool == tool
    assert list(install.files) == ["fn/" + f for f in files]
    assert list(install.packages) == packages
    assert (install.line, install.unresolved) == (3, ())


def test_install_forms() -> None:
    text = AWS + (
        'RUN ["pip", "install", "a"]\n'
        "RUN <<EOF\npip install b\nEOF\n"
        "RUN --mount=type=bind,source=req.txt,target=/tmp/r.txt pip install -r /tmp/r.txt\n"
        "RUN apt-get update && \\\n  pip install c ; pip uninstall d\n"
        "RUN pip install -r gone.txt $MORE\n"
    )
    found = image_of(text, "req.txt").installs
    assert [(i.line, i.end_line, i.packages, i.files, i.unresolved) for i in found] == [
        (2, 2, ("a",), (), ()),
        (3, 5, ("b",), (), ()),
        (6, 6, (), ("fn/req.txt",), ()),
        (7, 8, ("c",), (), ()),
        (9, 9, (), (), ("gone.txt", "$MORE")),
    ]


def test_exported_lock_file() -> None:
    text = (
        "FROM python:3.12 AS b\nWORKDIR /b\nCOPY poetry.lock pyproject.toml ./\n"
        "RUN poetry export -f requirements.txt -o requirements.txt\n" + AWS + "COPY --from=b /b/requirements.txt .\n"
        "RUN pip install -r requirements.txt"
    )
    assert [i.files for i in image_of(text, "poetry.lock", "pyproject.toml").installs] == [
        ("fn/poetry.lock", "fn/pyproject.toml")
    ] * 2


# Web servers


ADAPTER = "COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:0.8.4 /lambda-adapter /opt/extensions/lambda-adapter\n"


@pytest.mark.parametrize(
    ("cmd", "expected"),
    [
        ('CMD ["uvicorn", "--host", "0.0.0.0", "api.main:app", "--port", "8080"]', ("fn/api/main.py", "app")),
        ("CMD exec gunicorn -b 0.0.0.0:$PORT -k uvicorn.workers.UvicornWorker main:create()", ("fn/main.py", "create")),
        ('CMD ["python", "-m", "hypercorn", "main:app"]', ("fn/main.py", "app")),
        ('CMD ["sh", "-c", "uvicorn main:app --port $PORT"]', ("fn/main.py", "app")),
        ('CMD ["python", "main.py"]', ("fn/main.py", "__main__")),
        ('CMD ["python", "-m", "api.main"]', ("fn/api/main.py", "__main__")),
        ('CMD ["flask", "--app", "main", "run"]', ("fn/main.py", "app")),
        ('CMD ["uvicorn", "--app-dir", "api", "main:other"]', ("fn/api/main.py", "other")),
        ('ENTRYPOINT ["uvicorn"]\nCMD ["main:app"]', ("fn/main.py", "app")),
        ('CMD ["uvicorn", "gone:app"]', None),
        ('CMD ["./run.sh"]', None),
    ],
)
def test_web_adapter(cmd: str, expected: tuple[str, str] | None) -> None:
    text = "FROM python:3.12-slim\n" + ADAPTER + "WORKDIR /app\nCOPY . .\n" + cmd
    image = image_of(text, "main.py", "api/main.py")
    assert image.is_web_adapter
    assert image.web_app == expected
    assert image.gaps == ()


def test_handler_of_a_web_server_is_its_command() -> None:
    image = image_of('FROM python:3.12\nCMD ["uvicorn", "app:app"]')
    assert image.handler == Known("uvicorn app:app")
    assert not image_of(AWS).is_web_adapter


# Hostile input


@pytest.mark.parametrize(
    "text",
    [
        "ENV A=xx\n" + "ENV A=$A$A\n" * 1_500,
        "FROM scratch AS s0\nCOPY . /\n"
        + "".join(
            f"FROM scratch AS s{n}\nCOPY --from=s{n - 1} / /a\nCOPY --from=s{n - 1} / /b\n" for n in range(1, 90)
        ),
        "".join(f"COPY app.py /{n}/{n}/\n" for n in range(900)) + "FROM a\n" + "COPY --from=0 */*/*/*/x /z/\n" * 900,
        "COPY " + "*" * 50_000 + "a /x/",
        "RUN pip install " + "'" * 99_999,
        "RUN " + "pip install a;" * 60_000,
        "CMD " + "${A:-" * 100_000,
        "COPY ." + "/a" * 100_000 + " /x",
        "".join(f"COPY app.py /{n}/\n" for n in range(1_900)),
        "COPY app.py /a /b/\n" * 900 + "RUN pip install" + " -r a" * 15_000,
        "RUN " + "cd a;" * 19_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_dockerfile_takes_bounded_time(text: str) -> None:
    start = time.process_time()
    image_of(AWS + text, "app.py")
    assert time.process_time() - start < 10


lines = st.sampled_from(
    """\
FROM a AS b|FROM b|FROM $X|ARG X|ARG X=1 Y|ENV A=$X B='|ENV A b|COPY . $A|COPY --from=b / .|COPY a* ../..
ADD ${X:-.} /|WORKDIR ..|WORKDIR $X|CMD $A|CMD ["$A"]|ENTRYPOINT x y|ENTRYPOINT ["sh", "-c"]|USER|CMD python -m
RUN pip install $( -r|RUN cd .. && mkdir|RUN uv pip|COPY --parents **/* [a|CMD ["flask", "--app", ""]
RUN --mount=type=bind,source=..,target=.. pip install ./[|CMD uvicorn a:b --app-dir|RUN poetry export > x""".replace(
        "\n", "|"
    ).split("|")
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(lines, st.text(max_size=20)), max_size=12))
def test_no_exception_escapes(parts: list[str]) -> None:
    tree = tree_of("FROM a AS b\n" + "\n".join(parts), "app.py", "src/x.py")
    found = read_image(replace(CODE, dockerfile="fn/Dockerfile"), tree)
    if isinstance(found, Image):
        assert all(isinstance(mount, Mount) for mount in image_mounts(found, tree))
