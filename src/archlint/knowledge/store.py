"""Where the rule pages and data files live, in a checkout and in an installed wheel."""

from __future__ import annotations

import json
import os
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml

PACKAGE = Path(__file__).resolve().parents[1]


@cache
def rules_folder() -> Path:
    """The shipped `rules/` folder: inside the package when installed, at the top of a checkout otherwise."""
    shipped = PACKAGE / "_rules"
    return shipped if shipped.is_dir() else PACKAGE.parents[1] / "rules"


_parsed_in: list[Path] = []


def keep_parsed(folder: Path | None) -> None:
    """Where this process keeps parsed data files for the next one, by their content; nowhere unless it is asked to.
    Parsing them takes a tenth of a short scan."""
    _parsed_in[:] = [] if folder is None else [folder]


@cache
def read_yaml(name: str) -> Any:
    """A data file of `rules/data`, by file name."""
    raw = (rules_folder() / "data" / name).read_bytes()
    kept = _parsed_in[0] / f"{_digest(raw)}.table" if _parsed_in else None
    found = _kept(kept)
    if found is None:
        found = yaml.load(raw, Loader=yaml.CSafeLoader)
        if kept is not None:
            _keep(kept, found)
    return found


def _kept(path: Path | None) -> Any:
    """None for what was not kept, or came to harm since."""
    try:
        digest, _, text = path.read_bytes().partition(b"\n") if path is not None else (b"", b"", b"")
        return json.loads(text) if _digest(text).encode() == digest else None
    except (OSError, ValueError, RecursionError):
        return None


def _keep(path: Path, value: Any) -> None:
    """What JSON would give back otherwise, such as a date, is not kept."""
    try:
        text = json.dumps(value).encode()
        if json.loads(text) == value:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.urandom(8).hex()}")
            partial.write_bytes(_digest(text).encode() + b"\n" + text)
            os.replace(partial, path)
    except (OSError, TypeError, ValueError):
        return


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


@cache
def read_json(name: str) -> Any:
    """A data file of `rules/data`, by file name."""
    return json.loads((rules_folder() / "data" / name).read_bytes())
