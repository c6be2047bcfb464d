"""Fixes of Dockerfiles, and where they do not dare."""

from __future__ import annotations

import pytest

from archlint.config import Config
from archlint.fix.run import run
from archlint.tree import MemoryTree

TEMPLATE = """Transform: AWS::Serverless-2016-10-31
Resources:
  Caption:
    Type: AWS::Serverless::Function
    Metadata:
      Dockerfile: Dockerfile
      DockerContext: .
    Properties:
      PackageType: Image
      MemorySize: 3008
      Timeout: 60
"""
HEAD = "FROM public.ecr.aws/lambda/python:3.13\n"
TAIL = 'CMD ["app.handler"]\n'


def fixed(body: str, rule: str, *, unsafe: bool = True, **files: str) -> str:
    source = f"{HEAD}{body}{TAIL}"
    tree = {
        "template.yaml": TEMPLATE,
        "Dockerfile": source,
        "app.py": "def handler(event, context):\n    return 1\n",
        "requirements.txt": files.get("requirements", "numpy==2.3.4\n"),
    }
    outcome = run(MemoryTree(tree), Config(select=frozenset({rule})), unsafe=unsafe)
    return (outcome.changed["Dockerfile"][1].decode() if "Dockerfile" in outcome.changed else source)[
        len(HEAD) : -len(TAIL)
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "COPY app.py requirements.txt ./\nRUN pip install -r requirements.txt\n",
            "COPY requirements.txt ./\nRUN pip install -r requirements.txt\nCOPY app.py ./\n",
        ),
        (
            "COPY --chown=1:1 . .\nRUN pip install -r \\\n  requirements.txt\n",
            "COPY --chown=1:1 requirements.txt ./\nRUN pip install -r \\\n  requirements.txt\nCOPY --chown=1:1 . .\n",
        ),
    ],
)
def test_the_code_moves_down(before: str, after: str) -> None:
    assert fixed(before, "docker-layer-order") == after


@pytest.mark.parametrize(
    "body",
    [
        "COPY . .\nRUN chmod +x app.py\nRUN pip install -r requirements.txt\n",
        'COPY [".", "."]\nRUN pip install -r requirements.txt\n',
        "COPY . \\\n  .\nRUN pip install -r requirements.txt\n",
        "ADD . .\nRUN pip install -r requirements.txt\n",
        "COPY . .\nRUN pip install -r requirements.txt && python app.py\n",
        "COPY . .\nRUN pip install -r requirements.txt\nCOPY app.py ./other.py\nRUN pip install pandas==2.3.3\n",
    ],
)
def test_it_stays_where_something_may_need_it(body: str) -> None:
    assert fixed(body, "docker-layer-order") == body


def test_requirements_that_include_others() -> None:
    body = "COPY . .\nRUN pip install -r requirements.txt\n"
    assert fixed(body, "docker-layer-order", requirements="-r base.txt\nnumpy==2.3.4\n") == body


def test_the_cache_of_every_install_goes() -> None:
    before = "RUN pip install tensorflow==2.21.0 && \\\n    # pip install: two\n    pip3 install torch==2.9.1+cpu\n"
    after = before.replace("pip install tensorflow", "pip install --no-cache-dir tensorflow").replace(
        "pip3 install", "pip3 install --no-cache-dir"
    )
    assert fixed(before, "docker-fat-image", unsafe=False) == after


def test_a_windows_file_keeps_its_line_ends() -> None:
    before = "COPY . .\r\nRUN pip install -r requirements.txt\r\n"
    after = "COPY requirements.txt ./\r\nRUN pip install -r requirements.txt\r\nCOPY . .\r\n"
    assert fixed(before, "docker-layer-order").replace("\r\n", "\n") == after.replace("\r\n", "\n")
