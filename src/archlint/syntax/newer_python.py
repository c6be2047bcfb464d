"""Source that is newer than the running Python, rewritten so that it can be parsed: lines stay where they are.

What is rewritten is only what an older parser does not know: `except` without parentheses and t-strings (3.14), line by
line; type parameters, `type` statements and f-strings (3.12) through libcst, which reads the syntax of every Python 3.
"""

from __future__ import annotations

import ast
import re

import libcst as cst

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


_EXCEPT = re.compile(r"^([ \t]*except\*?[ \t]+)([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)([ \t]*:)", re.MULTILINE)
_T_STRING = re.compile(r"(?<![\w'\"])(?:[tT]([rR]?)|([rR])[tT])(?=['\"])")
_KEEPS_NO_LINE = (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError, ValueError)

MAX_CHARACTERS = 300_000
MAX_CHAIN = 250
MAX_INDENTATIONS = 120
"""Above these libcst, which has no bounds of its own, takes minutes or ends the process."""


def before_314(text: str) -> str:
    """The source without what came with Python 3.14; every character keeps its line."""
    return _T_STRING.sub(r"\1\2f", _EXCEPT.sub(_parenthesized, text))


def _parenthesized(match: re.Match[str]) -> str:
    """`except A, B:` as `except (A, B):`; `except A, e:` is Python 2 and stays."""
    start, kinds, end = match.groups()
    names = [kind.strip() for kind in kinds.split(",")]
    if "." not in names[-1] and not names[-1][0].isupper():
        return match.group()
    return f"{start.rstrip()} ({kinds}){end}"


def in_older_syntax(text: str) -> str | None:
    """The rewritten source, or None when libcst cannot read it either, or only at a price."""
    if len(text) > MAX_CHARACTERS or longest_chain(text) > MAX_CHAIN or indentations(text) > MAX_INDENTATIONS:
        return None
    try:
        module = cst.parse_module(before_314(text))
        return module.visit(_Older()).code
    except _KEEPS_NO_LINE:
        return None


class _Older(cst.CSTTransformer):
    """Drops what only type checkers read and takes f-strings apart."""

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        del original_node
        return updated_node.with_changes(type_parameters=None)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        del original_node
        return updated_node.with_changes(type_parameters=None)

    def leave_TypeAlias(self, original_node: cst.TypeAlias, updated_node: cst.TypeAlias) -> cst.Assign:
        del original_node
        return cst.Assign([cst.AssignTarget(updated_node.name)], cst.Name("object"))

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.BaseExpression:
        """`f"a{x}b"` becomes `("a" + (x) + "b")` where this Python cannot read it."""
        if _is_readable(updated_node):
            return updated_node
        result: cst.BaseExpression = cst.SimpleString('""')
        for part in updated_node.parts:
            if isinstance(part, cst.FormattedStringText):
                piece: cst.BaseExpression = cst.SimpleString(repr(part.value))
            elif isinstance(part, cst.FormattedStringExpression):
                inner = part.expression
                piece = inner if inner.lpar else inner.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
            else:
                continue
            result = cst.BinaryOperation(result, cst.Add(), piece)
        lost = _code(original_node).count("\n") - _code(result).count("\n")
        end = cst.RightParen(whitespace_before=_lines(lost)) if lost > 0 else cst.RightParen()
        return result.with_changes(lpar=[cst.LeftParen()], rpar=[end])


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def _is_readable(node: cst.FormattedString) -> bool:
    try:
        ast.parse(f"({_code(node)})")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _lines(count: int) -> cst.ParenthesizedWhitespace:
    """Line ends that parentheses allow."""
    return cst.ParenthesizedWhitespace(empty_lines=[cst.EmptyLine(indent=False)] * (count - 1))
