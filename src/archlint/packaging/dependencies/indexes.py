"""What the indexes that a repository names serve: PyPI's builds, CPU builds of PyTorch, or builds of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from archlint.model.image import Image, Install
from archlint.values import Unknown

PUBLIC_INDEXES = frozenset({"pypi.org", "download.pytorch.org"})
"""Hosts whose packages are those that the tables know."""

TORCH_FAMILY = frozenset({"torch", "torchvision", "torchaudio"})

_HOSTS = PUBLIC_INDEXES | {"pypi.python.org", "files.pythonhosted.org"}
_OPTIONS = frozenset("-i --index-url --extra-index-url -f --find-links --index --default-index".split())
_BACKEND = "--torch-backend"
_PIP = frozenset({"pip", "uv"})
"""Tools to which -i and -f mean indexes; to Poetry -f is a format, to conda a file."""

_VARIABLES = (
    "PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS UV_INDEX UV_INDEX_URL UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL"
    " UV_FIND_LINKS"
).split()


@dataclass(frozen=True, slots=True)
class Served:
    """`cpu` says that an index has CPU builds of PyTorch under the usual names, `other` that one may have any build of
    any package: a private index, a folder of wheels, or one whose address nobody knows here."""

    cpu: bool = False
    other: bool = False

    def __or__(self, more: Served) -> Served:
        return Served(self.cpu or more.cpu, self.other or more.other)

    @property
    def index(self) -> str:
        """As `Dependency.index` says it."""
        return "other" if self.other else "cpu" if self.cpu else ""


PYPI = Served()


def served_by(addresses: Iterable[str]) -> Served:
    """What all these indexes serve together."""
    found = PYPI
    for address in addresses:
        cpu = is_cpu_index(address)
        found |= Served(cpu, not cpu and bool(address) and _host(address) not in _HOSTS)
    return found


def is_cpu_index(address: str) -> bool:
    """Whether an index serves CPU builds alone, as PyTorch's does at …/whl/cpu."""
    return "cpu" in address.rstrip("/").split("/")[3:]


def of_command(install: Install) -> Served:
    """By the options of an install command."""
    found = PYPI
    for option in install.options:
        name, _, value = option.partition("=")
        if name == _BACKEND:
            found |= Served(cpu=value == "cpu")
        elif name in _OPTIONS and (name.startswith("--") or install.tool in _PIP):
            found |= served_by(_addresses(value)) if value else Served(other=True)
    return found


def of_environment(image: Image) -> Served:
    """By the variables that pip and uv read."""
    found = Served(cpu=_is_text(image, "UV_TORCH_BACKEND", "cpu"))
    for name in _VARIABLES:
        value = image.environment.get(name)
        if isinstance(value, Unknown):
            found |= Served(other=True)
        elif value is not None:
            found |= served_by(_addresses(value.value))
    return found


def _is_text(image: Image, name: str, text: str) -> bool:
    value = image.environment.get(name)
    return value is not None and not isinstance(value, Unknown) and value.value == text


def _addresses(value: str) -> Iterator[str]:
    """uv writes `name=https://…` as well."""
    for word in value.split():
        yield word.partition("=")[2] if "://" in word.partition("=")[2] else word


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
