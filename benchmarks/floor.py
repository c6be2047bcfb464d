"""The least that a linter of a whole repository does: reads every file, parses every Python file and composes every
template. Prints the counts.

    python benchmarks/floor.py FOLDER
"""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import yaml

LEFT_OUT = frozenset((".git", "node_modules"))
MARKS = (b"AWSTemplateFormatVersion", b"AWS::")


def files(folder: Path) -> Iterator[Path]:
    """Regular files below `folder`, in order; links are not followed."""
    for current, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        for name in sorted(names):
            path = Path(current, name)
            if path.is_file() and not path.is_symlink():
                yield path


def is_template(path: Path, text: bytes) -> bool:
    return path.suffix in (".yaml", ".yml", ".template") and any(mark in text for mark in MARKS)


def floor(folder: Path) -> tuple[int, int, int]:
    """How many files there are, how many Python files parse, and how many templates compose."""
    every = python = templates = 0
    for path in files(folder):
        text = path.read_bytes()
        every += 1
        try:
            if path.suffix == ".py":
                ast.parse(text)
                python += 1
            elif is_template(path, text):
                yaml.compose(text, Loader=yaml.CSafeLoader)
                templates += 1
        except (SyntaxError, ValueError, RecursionError, MemoryError, yaml.YAMLError):
            continue
    return every, python, templates


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print("{} files, {} of Python, {} templates".format(*floor(Path(sys.argv[1]))))
