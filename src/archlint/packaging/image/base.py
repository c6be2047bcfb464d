"""What is known of a base image from its reference alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from archlint.knowledge.releases import lambda_libc, tag_libc
from archlint.values import Known, Value

TASK_ROOT = "/var/task"

_AWS = re.compile(r"(?:\A|/)(?:lambda/(?P<short>[a-z]+)|amazon/aws-lambda-(?P<long>[a-z]+))\Z")
_PLAIN = re.compile(
    r"(?:\A|\A(?:docker\.io|index\.docker\.io|mirror\.gcr\.io)/(?:library/)?|\Alibrary/|/library/)"
    r"(?:python|debian|ubuntu|alpine|amazonlinux|scratch|pypy|node|openjdk|golang|fedora|almalinux|rockylinux)\Z"
    r"|\Apublic\.ecr\.aws/(?:amazonlinux/amazonlinux|debian/debian|ubuntu/ubuntu)\Z|\Aghcr\.io/astral-sh/uv\Z"
)
_OFFICIAL = re.compile(r"(?:\A|/)python\Z")
_VERSION = re.compile(r"\Av?(3\.\d{1,2})(?:[.\-_]|\Z)")
_NAMED_VERSION = re.compile(r"(?:\A|[-_/])python(3\.\d{1,2})(?:[.\-_]|\Z)")
_AWS_ENVIRONMENT: Mapping[str, Value[str]] = MappingProxyType(
    {
        "LANG": Known("en_US.UTF-8"),
        "TZ": Known(":/etc/localtime"),
        "PATH": Known("/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
        "LAMBDA_TASK_ROOT": Known(TASK_ROOT),
        "LAMBDA_RUNTIME_DIR": Known("/var/runtime"),
    }
)


@dataclass(frozen=True, slots=True)
class Base:
    """`working_directory` is "" where it is not known. `known` means that nothing else is inherited unseen."""

    known: bool
    aws: bool = False
    python_version: str | None = None
    platform: str | None = None
    working_directory: str = ""
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, Value[str]] = field(default_factory=lambda: MappingProxyType({}))


def base_image(name: str | None, tag: str | None) -> Base:
    """Reads a reference's name (without tag) and tag; None stands for a part that is not known."""
    if name is None:
        return _guest(None)
    found = _AWS.search(name)
    version = _python_version(name, tag)
    if found is not None:
        machine = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}.get((tag or "").rpartition("-")[2])
        return Base(True, True, version, machine, TASK_ROOT, ("/lambda-entrypoint.sh",), _AWS_ENVIRONMENT)
    if _PLAIN.search(name):
        return Base(True, python_version=version, working_directory="/", entrypoint=())
    return _guest(version)


def libc_of(reference: str) -> tuple[tuple[int, int] | None, bool]:
    """The version of the C library of AWS's base images and of the official Python images, and whether it is musl;
    None where the reference does not tell."""
    name, tag = split_reference(reference)
    base = base_image(name, tag)
    major, _, minor = (base.python_version or "").partition(".")
    if base.aws:
        return (lambda_libc((int(major), int(minor))) if minor else None), False
    return tag_libc(tag) if _OFFICIAL.search(name) else (None, False)


def split_reference(reference: str) -> tuple[str, str]:
    """A reference's name and tag; "" for no tag. A digest is dropped."""
    name = reference.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return (head, tag) if colon and "/" not in tag else (name, "")


def _guest(version: str | None) -> Base:
    """Somebody's own image. LAMBDA_TASK_ROOT is reserved: where it exists on Lambda it is /var/task."""
    environment = MappingProxyType({"LAMBDA_TASK_ROOT": Known(TASK_ROOT)})
    return Base(False, python_version=version, environment=environment)


def _python_version(name: str, tag: str | None) -> str | None:
    last = name.rpartition("/")[2]
    if tag and last in ("python", "aws-lambda-python") and (found := _VERSION.match(tag)):
        return found[1]
    named = _NAMED_VERSION.search(name) or _NAMED_VERSION.search(tag or "")
    return named[1] if named else None
