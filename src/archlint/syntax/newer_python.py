"""Source that is newer than the running Python, rewritten so that it can be parsed: lines stay where they are.

libcst reads the syntax of every Python 3; what is rewritten is only what an older parser does not know: type
parameters, `type` statements and quotes inside f-strings (3.12), `except` without parentheses (3.14).
"""

from __future__ import annotations

import libcst as cst


def in_older_syntax(text: str) -> str | None:
    """The rewritten source, or None when libcst cannot read it either."""
    try:
        module = cst.parse_module(text)
        return module.visit(_Older()).code
    except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError, ValueError):
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
        """`f"a{x}b"` becomes `"".join(("a", x, "b"))` on the same line when its quotes nest."""
        del original_node
        if not any(isinstance(part, cst.FormattedStringExpression) for part in updated_node.parts):
            return updated_node
        pieces: list[cst.Element] = []
        for part in updated_node.parts:
            if isinstance(part, cst.FormattedStringText):
                pieces.append(cst.Element(cst.SimpleString(repr(part.value))))
            elif isinstance(part, cst.FormattedStringExpression):
                pieces.append(cst.Element(part.expression))
        joined = cst.Attribute(cst.SimpleString('""'), cst.Name("join"))
        return cst.Call(joined, [cst.Arg(cst.Tuple(pieces))])
