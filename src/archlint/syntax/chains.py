"""How deep expressions go without brackets: each step of `a+b+c`, `a.b.c` or `not not a` is a level to a parser."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""(?P<skip>\#[^\n]*+|\\\n)|(?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3}|\Z)|'{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3}|\Z)"""
    r"""|"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?)"""
    r"""|(?P<open>[\[({])|(?P<close>[\])}])|(?P<end>[,;\n])"""
    r"""|(?P<step>[-+~]|[*/%@&|^<>=!:.]++|\b(?:and|await|elif|else|for|if|in|is|lambda|not|or)\b)""",
    re.DOTALL,
)
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


def longest_chain(text: str) -> int:
    """The most steps in one expression of Python source, found in one pass; brackets and strings that do not close
    are taken as they come. A chain of `elif` counts as well."""
    longest = elifs = 0
    steps = [0]
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            steps[-1] += 1
            steps.append(0)
        elif kind == "close":
            longest = max(longest, steps.pop() if len(steps) > 1 else 0)
        elif kind == "end" and (token[0] != "\n" or len(steps) == 1):
            longest = max(longest, steps[-1])
            steps[-1] = 0
        elif kind in ("step", "string"):
            steps[-1] += 1
            elifs += token[0] == "elif"
    return max(longest, elifs, *steps)


def indentations(text: str) -> int:
    """How many widths of indentation there are: at least as many as blocks in blocks."""
    return len(set(_INDENTATION.findall(text)))
