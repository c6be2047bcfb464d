"""Texts of source files that any later stage can print."""

from __future__ import annotations


def whole_characters(text: str) -> str:
    """Surrogate pairs joined; a lone surrogate, which no file or terminal takes, becomes U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
