"""Dollars and numbers of requests as people read them."""

from __future__ import annotations

MILLION = 1e6
CENT = 0.01


def usd(dollars: float) -> str:
    """Cents below a thousand dollars, whole dollars above; less than a cent with its first two digits."""
    size = abs(dollars)
    if size and size < CENT:
        return f"${dollars:.2g}"
    return f"${dollars:,.2f}" if size < 1000 else f"${dollars:,.0f}"


def per_million(dollars: float) -> str:
    """The price of a million requests, given that of one."""
    return usd(dollars * MILLION)


def requests_text(count: float) -> str:
    """Such as "940 thousand" or "4.8 million"."""
    for size, word in ((1e9, " billion"), (1e6, " million"), (1e4, " thousand")):
        if count >= size:
            scaled = count / (size if word != " thousand" else 1e3)
            return f"{scaled:,.{0 if scaled >= 100 else 1}f}{word}"
    return f"{count:,.0f}"
