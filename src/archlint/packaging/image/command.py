"""What an image runs: its CMD in words, the handler in it, sys.path, and the application of a web server."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Sequence

from archlint.packaging.image.shell import MAX_SCRIPT, SHELLS, inner_script
from archlint.packaging.image.variables import Variables, expand
from archlint.values import Known, Unknown, Value

NO_COMMAND = "the Dockerfile has no CMD and the template no ImageConfig.Command"

Words = tuple[str | None, ...]
"""None for a word that is not known."""

_HANDLER = re.compile(
    r"[A-Za-z_][\w-]*(?:[./][\w-]+)*\.(?!(?:py|sh|json|ya?ml|toml|txt|ini|cfg|conf|js)\Z)[A-Za-z_]\w*\Z"
)
_APP = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)(?:\(.*\))?\Z")
_MODULE = re.compile(r"[A-Za-z_][\w.]*\Z")
_PYTHON = re.compile(r"python[0-9.]*\Z")
_VARIABLE = re.compile(r"\$\{?[A-Za-z_]")
_SERVERS = frozenset({"uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "waitress-serve"})
_RIC = "awslambdaric"


def split_shell(text: str, variables: Variables) -> tuple[Value[tuple[str, ...]], Words]:
    """The words of a shell form, as a value and with gaps where single words are not known."""
    if len(text) > MAX_SCRIPT:
        return Unknown("its command is very long"), ()
    try:
        whole = expand(text, variables, shell=True)
        if isinstance(whole, Known):
            words = tuple(shlex.split(whole.value))
            return Known(words), words
        parts = [expand(word, variables) for word in shlex.split(text)]
    except ValueError:
        return Unknown("the quotes in its command do not match"), ()
    return Unknown(f"its command: {whole.reason}"), tuple(p.value if isinstance(p, Known) else None for p in parts)


def exec_words(words: tuple[str, ...], entrypoint: Value[tuple[str, ...]]) -> Value[tuple[str, ...]]:
    """The words of an exec form. Nothing fills in variables there, unless a shell gets the words."""
    first = entrypoint.value if isinstance(entrypoint, Known) else ()
    runs_shell = any(posixpath.basename(word) in SHELLS for word in (*first[:1], *words[:1]))
    for word in words:
        if not runs_shell and _VARIABLE.search(word):
            return Unknown(f"{word} in the exec form of CMD is not filled in by a shell")
    return Known(words)


def handler_text(command: Value[tuple[str, ...]] | None, entrypoint: Value[tuple[str, ...]]) -> Value[str]:
    """The effective handler: the argument of the runtime interface client, else the words of the command."""
    first = entrypoint.value if isinstance(entrypoint, Known) else ()
    if isinstance(command, Unknown):
        return command
    words = command.value if command is not None else ()
    if not words:
        stated = _after_client(first)
        return Known(stated) if stated is not None else Unknown(NO_COMMAND)
    if len(words) == 1:
        return Known(words[0])
    stated = _after_client(words)
    if stated is not None:
        return Known(stated)
    scripted = words[0].endswith(".sh") or _RIC in first or any(word.endswith(".sh") for word in first[:1])
    if scripted and _HANDLER.match(words[-1]):
        return Known(words[-1])
    return Known(" ".join(words))


def _after_client(words: Sequence[str]) -> str | None:
    """X of `python -m awslambdaric X`, also inside `sh -c`."""
    inner = inner_script(tuple(words))
    if inner is not None:
        try:
            words = shlex.split(inner[:MAX_SCRIPT])
        except ValueError:
            return None
    for at, word in enumerate(words[:-1]):
        if word == _RIC or word.endswith("/" + _RIC):
            return None if _VARIABLE.search(words[at + 1]) else words[at + 1]
    return None


def program_words(entrypoint: Words, command: Words) -> Words:
    """The words of what finally runs; `sh -c` is looked into."""
    words = (*entrypoint, *command)
    if any(word is None for word in words[:3]):
        return words
    inner = inner_script(tuple(word or "" for word in words))
    if inner is None:
        return words
    try:
        return tuple(shlex.split(inner[:MAX_SCRIPT]))
    except ValueError:
        return ()


def search_path(
    words: Words, aws: bool, known: bool, version: str | None, folder: str, environment: Variables
) -> tuple[str, ...]:
    """sys.path in order. AWS's bootstrap puts LAMBDA_TASK_ROOT first and /opt/python next unless PYTHONPATH is set;
    `python -m` starts with the working directory, a script with its own folder."""
    extra = _python_path(environment, folder)
    root = environment.get("LAMBDA_TASK_ROOT")
    task = [root.value] if isinstance(root, Known) and root.value.startswith("/") else []
    packages = f"lib/python{version}/site-packages" if version else None
    opt = [f"/opt/python/{packages}", "/opt/python"] if packages else ["/opt/python"]
    client = any(word in (_RIC, "-m") for word in words)
    found: list[str]
    if aws and not client and "/lambda-entrypoint.sh" in words[:1]:
        found = [*task, *([] if extra else opt), "/var/runtime", *extra]
        found += [f"/var/lang/{packages}"] if packages else []
        return tuple(dict.fromkeys([*found, folder]))
    found = [*_server_folder(words, folder), *extra]
    if aws or not known:
        found += [*task, *opt]
    if packages:
        found.append(f"/var/lang/{packages}" if aws else f"/usr/local/{packages}")
    return tuple(dict.fromkeys(found))


def _python_path(environment: Variables, folder: str) -> list[str]:
    value = environment.get("PYTHONPATH")
    if not isinstance(value, Known):
        return []
    return [posixpath.normpath(posixpath.join(folder, part)) for part in value.value.split(":") if part]


def _server_folder(words: Words, folder: str) -> list[str]:
    """What Python itself puts first: the folder of a script, or the one that a server is told, or the working one."""
    for option in ("--app-dir", "--chdir", "--pythonpath"):
        told = _option(words, option)
        if told:
            return [posixpath.normpath(posixpath.join(folder, told)), folder]
    script = _script(words)
    if script is not None:
        return [posixpath.normpath(posixpath.join(folder, posixpath.dirname(script)))]
    return [folder]


def _option(words: Words, name: str) -> str | None:
    for at, word in enumerate(words):
        if word == name and at + 1 < len(words):
            return words[at + 1]
        if word is not None and word.startswith(name + "="):
            return word[len(name) + 1 :]
    return None


def _script(words: Words) -> str | None:
    """The file of `python [options] file.py`."""
    for at, word in enumerate(words):
        if word is not None and _PYTHON.match(posixpath.basename(word)):
            rest = [w for w in words[at + 1 :] if w is None or not (w.startswith("-") and w != "-m")]
            if rest and rest[0] is not None and rest[0].endswith(".py"):
                return rest[0]
            return None
    return None


def web_application(
    words: Words,
    environment: Variables,
    folder: str,
    file: Callable[[str], str | None],
    module: Callable[[str], str | None],
) -> tuple[str, str] | None:
    """(file in the repository, attribute) of the application that the words serve. `file` looks an image path up,
    `module` a dotted name."""
    names = [posixpath.basename(word or "") for word in words]
    server = next((at for at, name in enumerate(names) if name in _SERVERS), None)
    found: tuple[str | None, str] = (None, "")
    script = _script(words)
    if server is not None:
        match = next((m for w in words[server + 1 :] if w and (m := _APP.match(w))), None)
        found = (module(match[1]), match[2]) if match else found
    elif "flask" in names:
        found = _flask(words, environment, module)
    elif "fastapi" in names:
        target = next((w for w in words if w and w.endswith(".py")), None)
        found = (file(posixpath.join(folder, target)) if target else None, _option(words, "--app") or "app")
    elif script is not None:
        found = (file(posixpath.join(folder, script)), "__main__")
    elif "-m" in words[:-1]:
        name = words[words.index("-m") + 1]
        wanted = name if name and name != _RIC and _MODULE.match(name) else None
        found = ((module(wanted) or module(wanted + ".__main__")) if wanted else None, "__main__")
    return (found[0], found[1]) if found[0] is not None else None


def _flask(words: Words, environment: Variables, module: Callable[[str], str | None]) -> tuple[str | None, str]:
    """`flask --app x run`, -A, FLASK_APP, and the names that flask tries by itself."""
    stated = environment.get("FLASK_APP")
    told = _option(words, "--app") or _option(words, "-A") or (stated.value if isinstance(stated, Known) else None)
    if told is None:
        return module("wsgi") or module("app"), "app"
    name, _, attribute = told.removesuffix(".py").replace("/", ".").lstrip(".").partition(":")
    return (module(name) if _MODULE.match(name) else None), attribute.partition("(")[0] or "app"
