"""A hook put into an existing .pre-commit-config.yaml: lines go in, and no other line changes."""

from __future__ import annotations

import textwrap

from archlint.syntax.node import DocumentError, Mapping, Node, Scalar, Sequence
from archlint.syntax.yaml import parse_yaml

PATH = ".pre-commit-config.yaml"


def mentions_archlint(text: str) -> bool:
    """Whether a hook of it runs archlint already. False for what is not YAML."""
    repos = _repos(text)
    if repos is None:
        return False
    for repo in repos.items:
        hooks = repo.get("hooks") if isinstance(repo, Mapping) else None
        for hook in hooks.items if isinstance(hooks, Sequence) else ():
            for key in ("id", "entry"):
                value = hook.get(key) if isinstance(hook, Mapping) else None
                if isinstance(value, Scalar) and value.text.split(" ")[0].startswith("archlint"):
                    return True
    return False


def with_hook(text: str, hook: str) -> str | None:
    """`text` with one more item at the end of `repos`, or None where that place is not certain: where `repos` is
    absent, empty, or written in brackets, and where the outcome would say anything else than before."""
    repos = _repos(text)
    if repos is None or not repos.items:
        return None
    lines = text.splitlines(keepends=True)
    first = repos.items[0].place.line - 1
    dash = lines[first][: repos.items[0].place.column - 1].rstrip() if first < len(lines) else ""
    if dash.lstrip(" \ufeff") != "-" or "\t" in dash:
        return None
    end = _last_line(lines, repos.place.end_line or 0, repos.place.end_column or 1)
    ending = "\r\n" if "\r\n" in text else "\n"
    item = textwrap.indent(hook, " " * (len(dash) - 1)).replace("\n", ending)
    gap = "" if lines[end - 1].endswith(("\n", "\r")) else ending
    changed = "".join(lines[:end]) + gap + item + "".join(lines[end:])
    return changed if _says_the_same(text, changed, hook) else None


def _repos(text: str) -> Sequence | None:
    try:
        document = parse_yaml(text, PATH)
    except DocumentError:
        return None
    repos = document.get("repos") if isinstance(document, Mapping) else None
    return repos if isinstance(repos, Sequence) else None


def _last_line(lines: list[str], line: int, column: int) -> int:
    """The last line of a block that a parser says to end at the next token, without blank lines and comments that stand
    before that token."""
    end = min(line if column > 1 else line - 1, len(lines))
    while end > 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _says_the_same(before: str, after: str, hook: str) -> bool:
    try:
        old, new, item = (parse_yaml(text, PATH) for text in (before, after, hook))
    except DocumentError:
        return False
    if not isinstance(old, Mapping) or not isinstance(new, Mapping) or not isinstance(item, Sequence):
        return False
    was, now = _plain(old), _plain(new)
    added = _plain(item)
    if not isinstance(was, dict) or not isinstance(was["repos"], list) or not isinstance(added, list):
        return False
    return now == {**was, "repos": was["repos"] + added}


def _plain(node: Node) -> object:
    """Without places; the parser has bounded the depth."""
    if isinstance(node, Mapping):
        return {entry.key: _plain(entry.value) for entry in node}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else None
