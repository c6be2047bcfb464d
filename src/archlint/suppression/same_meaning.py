"""Whether a text with comments added still means what it meant."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from archlint.readers.cdk.lowering.typescript_nodes import parse_typescript
from archlint.syntax.dockerfile import DockerfileError, Instruction, parse_dockerfile
from archlint.syntax.node import DocumentError, Mapping, Node, Scalar, Sequence
from archlint.syntax.python import SourceError, parse_python
from archlint.syntax.toml import TomlError, parse_toml
from archlint.syntax.yaml import parse_yaml

_PYTHON = (".py", ".pyi")
_SCRIPTS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_YAML = (".yaml", ".yml", ".template")
_LISTS = (".txt", ".in", ".cfg")
_LINE_END = re.compile(r"\r\n|\r|\n")
_COMMENT = re.compile(r"(?:^|\s)#.*\Z")


def same_meaning(path: str, before: str, after: str) -> bool:
    """False where it is not known, too: for a syntax that archlint does not read, and for text that does not parse."""
    name = path.lower().rsplit("/", 1)[-1]
    try:
        if name.endswith(_PYTHON):
            return _same_python(before, after)
        if name.endswith(_SCRIPTS):
            return _leaves(before, path) == _leaves(after, path)
        if name.endswith(_YAML):
            return _same_node(parse_yaml(before, path), parse_yaml(after, path))
        if name.endswith(".toml"):
            return parse_toml(before) == parse_toml(after)
        if name.endswith(_LISTS):
            return _entries(before) == _entries(after)
        if "dockerfile" in name or "containerfile" in name:
            return _steps(before) == _steps(after)
    except (SourceError, DocumentError, TomlError, DockerfileError, RecursionError):
        return False
    return False


def _same_python(before: str, after: str) -> bool:
    return ast.dump(parse_python(before)) == ast.dump(parse_python(after))


def _leaves(text: str, path: str) -> list[tuple[str, bytes]]:
    """The tokens that are no comments; raises SourceError for a syntax error."""
    root = parse_typescript(text, path)
    if root.has_error:
        raise SourceError("it is not valid TypeScript")
    found: list[tuple[str, bytes]] = []
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == "comment":
            continue
        if node.child_count == 0 or node.type in ("template_string", "jsx_text"):
            found.append((node.type, node.text or b""))
        else:
            pending.extend(reversed(node.children))
    return found


def _same_node(one: Node, other: Node) -> bool:
    pending = [(one, other)]
    seen: set[tuple[int, int]] = set()
    while pending:
        pair = pending.pop()
        key = (id(pair[0]), id(pair[1]))
        if key in seen:
            continue
        seen.add(key)
        below = _below(*pair)
        if below is None:
            return False
        pending.extend(below)
    return True


def _below(one: Node, other: Node) -> list[tuple[Node, Node]] | None:
    """The pairs that are left to compare; None where the nodes differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if [entry.key for entry in one.entries] != [entry.key for entry in other.entries]:
            return None
        return [(a.value, b.value) for a, b in zip(one.entries, other.entries, strict=True)]
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        return list(zip(one.items, other.items, strict=True)) if len(one.items) == len(other.items) else None
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        same = one.value == other.value and type(one.value) is type(other.value)
        return [] if same or (one.block and other.block and _same_inline(one.text, other.text)) else None
    return None


def _same_inline(before: str, after: str) -> bool:
    """A function's code in its template, which is longer by a comment afterwards."""
    return bool(before.strip()) and _same_python(before, after)


def _steps(text: str) -> list[tuple[object, ...]]:
    return [_step(instruction) for instruction in parse_dockerfile(text)]


def _step(instruction: Instruction) -> tuple[object, ...]:
    return (instruction.keyword, instruction.value, instruction.words, instruction.flags, instruction.heredocs)


def _entries(text: str) -> list[str]:
    return list(_logical_lines(text))


def _logical_lines(text: str) -> Iterator[str]:
    """As pip joins the lines of a requirements file: a comment ends what a backslash continues."""
    parts: list[str] = []
    for line in _LINE_END.split(text):
        is_comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not is_comment:
            parts.append(line[:-1])
            continue
        joined = "".join((*parts, "" if is_comment else _COMMENT.sub("", line))).strip()
        parts = []
        if joined:
            yield joined
    if parts:
        yield "".join(parts).strip()
