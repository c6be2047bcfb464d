"""What is left to do when nobody reads standard output any more."""

from __future__ import annotations

import contextlib
import os
import sys


def forget_the_rest() -> None:
    """Drops what the interpreter would try to write once more at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
