"""Which file a CDK app starts from, by the command in cdk.json."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from archlint.tree import Tree, UnreadableError, join
from archlint.values import Known, Unknown, Value

SCRIPTS = (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs")
"""TypeScript is read where a compiled file lies beside it."""

OTHER_LANGUAGES = {
    "mvn": "Java",
    "mvnw": "Java",
    "gradle": "Java",
    "gradlew": "Java",
    "java": "Java",
    "dotnet": "C#",
    "go": "Go",
}
BUILD_FOLDERS = ("dist", "build", "out", "cdk.out", ".build", "lib")
SOURCE_FOLDERS = ("", "src")
MAX_COMMAND = 2_000
_WORD = re.compile(r"[^\s\"'`;&|()<>]+|&&|;|\|\|")
_VARIABLE = re.compile(r"\$\{\w+:?-([^}]*)\}")


def entry_of(command: object, folder: str, tree: Tree) -> Value[str]:
    """The file, relative to the root, or the reason why none is read. `folder` is that of cdk.json."""
    if not isinstance(command, str) or not command.strip():
        return Unknown("cdk.json names no app")
    if len(command) > MAX_COMMAND:
        return Unknown("its command is too long")
    words = _VARIABLE.sub(r"\1", command)
    found = _in_words(_WORD.findall(words), folder, tree, 0)
    return Known(found) if found is not None else Unknown(_why(_WORD.findall(words), command))


def _why(words: list[str], command: str) -> str:
    for word in words:
        language = OTHER_LANGUAGES.get(word.rpartition("/")[2])
        if language is not None:
            return f"the app is written in {language}, which is not read"
    return f"no source file is found for '{command.strip()}'"


def _in_words(words: list[str], folder: str, tree: Tree, level: int) -> str | None:
    """The last file that the command names: what stands before it builds the app."""
    here, found = folder, None
    for position, word in enumerate(words):
        before = words[position - 1] if position else ""
        if before == "cd":
            here = join(here, word) or here
        elif before == "-m" and re.fullmatch(r"[\w.]+", word):
            found = _module(word, here, tree) or found
        elif before in ("-p", "-P", "--project", "-r", "--require", "--loader", "--import", "--tsconfig"):
            continue
        else:
            found = next(_files(word, here, tree), None) or found
    if found is None and level == 0:
        script = _package_script(words, folder, tree)
        return _in_words(_WORD.findall(script), folder, tree, 1) if script else None
    return found


def _module(name: str, folder: str, tree: Tree) -> str | None:
    path = name.replace(".", "/")
    choices = (join(folder, f"{path}.py"), join(folder, f"{path}/__main__.py"))
    return next((choice for choice in choices if choice is not None and tree.is_file(choice)), None)


def _files(word: str, folder: str, tree: Tree) -> Iterator[str]:
    """The sources that a word of the command can mean, the likeliest first."""
    if word.startswith("-"):
        return
    path = join(folder, word)
    if path is None or not path:
        return
    if word.endswith(".py"):
        choices = [path]
    elif word.endswith(SCRIPTS):
        stem = path.rpartition(".")[0]
        choices = [*_beside(stem), *(c for inner in _uncompiled(stem, folder) for c in _beside(inner))]
    elif "/" in word:
        choices = [*_beside(path), *_beside(f"{path}/index"), f"{path}.py"]
    else:
        choices = []
    yield from (choice for choice in choices if tree.is_file(choice))


def _beside(stem: str) -> list[str]:
    return [stem + suffix for suffix in SCRIPTS]


def _uncompiled(stem: str, folder: str) -> Iterator[str]:
    """Where the source of a compiled file lies when the compiler writes to a folder of its own."""
    inner = stem.removeprefix(f"{folder}/") if folder else stem
    first, _, rest = inner.partition("/")
    if first in BUILD_FOLDERS and rest:
        for source in SOURCE_FOLDERS:
            found = join(folder, f"{source}/{rest}" if source else rest)
            if found is not None:
                yield found


def _package_script(words: list[str], folder: str, tree: Tree) -> str | None:
    """The command behind `npm run NAME` and `yarn NAME`."""
    path = join(folder, "package.json")
    if not {"npm", "yarn", "pnpm", "bun"} & set(words) or path is None or not tree.is_file(path):
        return None
    try:
        scripts = json.loads(tree.read(path)).get("scripts")
    except (UnreadableError, ValueError, RecursionError, AttributeError):
        return None
    named = (scripts.get(word) for word in words if isinstance(scripts, dict))
    return next((text for text in named if isinstance(text, str) and len(text) <= MAX_COMMAND), None)
