"""Package installs in RUN commands: which tool, which files of the repository, which packages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from archlint.model.image import Install
from archlint.packaging.image.shell import Command
from archlint.values import Known, Value

_PYTHON = re.compile(r"python[0-9.]*\Z")
_PIP = re.compile(r"pip[0-9.]*\Z")
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?\s*(?:[<>=!~;@(].*)?\Z", re.DOTALL)
_URL = re.compile(r"(?:[a-z]+\+)?[a-z]+://|[a-z]+\+(?:git|ssh|file)")
_AT_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\])?\s*@\s*(?:[a-z]+\+)?[a-z]+://")
_EXTRAS = re.compile(r"\[([^\]]*)\]\Z")
_CONDA = frozenset({"conda", "mamba", "micromamba"})
_TAKES_VALUE = frozenset(
    "-r --requirement --requirements -c --constraint --constraints -e --editable -t --target -i --index-url --index"
    " --extra-index-url -f --find-links --platform --python-platform --python-version --implementation --abi"
    " --only-binary --no-binary --prefix --root --src --upgrade-strategy --progress-bar --trusted-host --cache-dir"
    " --timeout --default-timeout --retries --proxy --cert --log --python -p --report --config-settings -C"
    " --global-option --build-option --exists-action --root-user-action --use-feature --keyring-provider --group"
    " --no-group --only-group --extra --index-strategy --torch-backend --link-mode --package --project --directory"
    " --exclude-newer -o --output --output-file -w --wheel-dir -n --name --channel --file --with --without --only"
    " -E --extras --format --output-format -d --dest --override --overrides --default-index --categories"
    " --no-install-package".split()
)
_PROJECT_FILES = {
    "uv": ("uv.lock", "pyproject.toml"),
    "poetry": ("poetry.lock", "pyproject.toml"),
    "pdm": ("pdm.lock", "pyproject.toml"),
    "pipenv": ("Pipfile.lock", "Pipfile"),
}
_INSTALLABLE = ("pyproject.toml", "setup.cfg", "setup.py")


@dataclass(slots=True)
class Scene:
    """What a command sees: `file` finds the source of a file of the image, `expand` fills in variables."""

    file: Callable[[str], str | None]
    expand: Callable[[str], Value[str]]
    line: int
    end_line: int
    folder: str
    """The current directory."""
    exported: dict[str, tuple[str, ...]]
    """Requirement files that an export wrote, by file name, with the lock files that they come from."""


@dataclass(slots=True)
class _Found:
    files: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)

    def install(self, tool: str, scene: Scene) -> Install:
        return Install(
            tool,
            scene.line,
            scene.end_line,
            tuple(dict.fromkeys(self.files)),
            tuple(self.packages),
            tuple(self.options),
            tuple(self.unresolved),
            tuple(self.constraints),
            tuple(dict.fromkeys(self.extras)),
        )


def find_install(command: Command, scene: Scene) -> Install | None:
    """The install that a command does, if it is one. An export of a lock file counts: its result gets installed."""
    tool, verb, rest = _tool(command.words)
    if tool == "pip" and verb in ("install", "wheel"):
        return _arguments(rest, "pip", scene).install("pip", scene)
    if tool == "uv-pip" and verb in ("install", "sync"):
        return _arguments(rest, "pip-sync" if verb == "sync" else "pip", scene).install("uv", scene)
    if tool == "conda" and verb in ("install", "create", "update"):
        return _arguments(rest, "conda", scene).install("conda", scene)
    if tool in _PROJECT_FILES and verb in ("install", "sync", "add", "export", "requirements", "lock"):
        return _project(tool, verb, rest, command.outputs, scene)
    return None


def _tool(words: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    """(tool, verb, arguments); ("", "", ()) for any other command."""
    if words and _PYTHON.match(posixpath.basename(words[0])):
        while len(words) > 2 and words[1] != "-m" and words[1].startswith("-"):
            words = (words[0], *words[2:])
        words = words[2:] if len(words) > 2 and words[1] == "-m" else ()
    if not words:
        return "", "", ()
    name = posixpath.basename(words[0])
    rest = list(words[1:])
    before = []
    while rest and rest[0].startswith("-"):
        before.append(rest.pop(0))
        if before[-1] in _TAKES_VALUE and rest:
            before.append(rest.pop(0))
    verb = rest.pop(0) if rest else ""
    if name == "uv" and verb == "pip" and rest:
        return "uv-pip", rest[0], (*before, *rest[1:])
    if name in _CONDA:
        verb = rest.pop(0) if verb == "env" and rest else verb
        return "conda", verb, (*before, *rest)
    return ("pip" if _PIP.match(name) else name), verb, (*before, *rest)


def _project(tool: str, verb: str, rest: tuple[str, ...], outputs: tuple[str, ...], scene: Scene) -> Install | None:
    """Commands that read the project's own lock file."""
    found = _arguments(rest, tool, scene)
    for name in _PROJECT_FILES[tool]:
        path = scene.file(posixpath.join(scene.folder, name))
        if path is not None and verb != "add" and not (tool == "pipenv" and found.packages):
            found.files.append(path)
    if verb in ("export", "requirements", "lock"):
        written = [*outputs, *found.outputs]
        if not written:
            return None
        for path in written:
            scene.exported[posixpath.basename(path)] = tuple(found.files)
    if not (found.files or found.packages or found.unresolved):
        found.unresolved.append(_PROJECT_FILES[tool][0])
    return found.install(tool, scene)


def _arguments(words: tuple[str, ...], tool: str, scene: Scene) -> _Found:
    found = _Found()
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word.startswith("#"):
            break
        if not word.startswith("-") or word == "-":
            _positional(word, tool, found, scene)
            continue
        name, equals, value = word.partition("=")
        if not word.startswith("--") and len(word) > 2 and word[:2] in _TAKES_VALUE:
            name, equals, value = word[:2], "=", word[2:].removeprefix("=")
        elif not equals and name in _TAKES_VALUE | ({"-f", "-c", "--channel"} if tool == "conda" else set()):
            equals, value = "=", words[at] if at < len(words) else ""
            at += 1
        _option(name, equals, value, tool, found, scene)
    return found


def _option(name: str, equals: str, value: str, tool: str, found: _Found, scene: Scene) -> None:
    if name in ("-r", "--requirement", "--requirements") or (tool == "conda" and name in ("-f", "--file")):
        _file(value, found, scene)
    elif name in ("-e", "--editable"):
        _positional(value, tool, found, scene)
    elif name in ("-o", "--output", "--output-file"):
        found.outputs.append(value)
    else:
        if name in ("-c", "--constraint", "--constraints") and tool != "conda":
            found.constraints += _constraints(value, scene)
        text = scene.expand(name + equals + value)
        found.options.append(text.value if isinstance(text, Known) else name)


def _positional(word: str, tool: str, found: _Found, scene: Scene) -> None:
    text = scene.expand(word)
    if not isinstance(text, Known) or "`" in word:
        found.unresolved.append(word)
        return
    value = text.value
    if tool == "pip-sync":
        _file(word, found, scene)
    elif _URL.match(value) or _AT_ADDRESS.match(value):
        found.packages.append(value)
    elif value.startswith((".", "/")) or value.endswith((".whl", ".zip", ".tar.gz")) or "/" in value.split("@")[0]:
        _local(value, found, scene)
    elif _PACKAGE.match(value):
        found.packages.append(value)
    elif value:
        found.unresolved.append(value)


def _file(word: str, found: _Found, scene: Scene) -> None:
    text = scene.expand(word)
    path = scene.file(posixpath.join(scene.folder, text.value)) if isinstance(text, Known) else None
    exported = scene.exported.get(posixpath.basename(word), ())
    if path is not None:
        found.files.append(path)
    elif exported:
        found.files += exported
    else:
        found.unresolved.append(word)


def _constraints(word: str, scene: Scene) -> list[str]:
    text = scene.expand(word)
    path = scene.file(posixpath.join(scene.folder, text.value)) if isinstance(text, Known) else None
    return [] if path is None else [path]


def _local(value: str, found: _Found, scene: Scene) -> None:
    """A wheel or a project folder, with or without extras: `.`, `./package[extra]`."""
    asked = _EXTRAS.search(value)
    bare = value[: asked.start()] if asked is not None else value
    place = posixpath.join(scene.folder, bare)
    paths = [scene.file(place)] + [scene.file(posixpath.join(place, name)) for name in _INSTALLABLE]
    path = next((p for p in paths if p is not None), None)
    if path is None:
        found.unresolved.append(value)
        return
    found.files.append(path)
    found.extras += [one.strip() for one in asked[1].split(",") if one.strip()] if asked is not None else []
