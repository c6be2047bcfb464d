"""Pipfile.lock."""

from __future__ import annotations

import re
from typing import Any

from archlint.syntax.locks.model import MAIN, MAX_PACKAGES, Lock, Locked, names_of, table, tables, text_of
from archlint.syntax.project_files import Project
from archlint.syntax.project_files.lines import canonical
from archlint.syntax.requirements import redact

_OBJECT = re.compile(r'^\s*"([^"\\\n]+)":\s*\{', re.MULTILINE)


def read_pipfile(data: dict[str, Any], text: str, project: Project | None) -> Lock:
    packages: dict[tuple[str, str], Locked] = {}
    sources = {text_of(one.get("name")): one for one in tables(table(data.get("_meta")).get("sources"))}
    for section, group in (("default", MAIN), ("develop", "dev")):
        numbers = _keys(text, section)
        for name, entry in list(table(data.get(section)).items())[:MAX_PACKAGES]:
            version = text_of(table(entry).get("version")).removeprefix("==")
            key = (canonical(name), version)
            held = packages.get(key)
            packages[key] = Locked(
                *key,
                markers=(text_of(table(entry).get("markers")),) if table(entry).get("markers") else (),
                indexed=not any(word in table(entry) for word in ("git", "path", "file")),
                path=text_of(table(entry).get("path")) or None,
                groups=frozenset({group}) | (held.groups if held is not None else frozenset()),
                line=held.line if held is not None else numbers.get(name, 1),
                index=redact(text_of(sources.get(text_of(table(entry).get("index")), {}).get("url"))),
            )
    return Lock(tuple(packages.values()), named=names_of(project))


def _keys(text: str, section: str) -> dict[str, int]:
    """The lines of the objects that stand below a key of the document, as pipenv writes them."""
    found: dict[str, int] = {}
    start = re.search(rf'^\s*"{section}":', text, re.MULTILINE)
    line, at = 1, 0
    for one in _OBJECT.finditer(text, start.end()) if start is not None else ():
        line += text.count("\n", at, one.start(1))
        at = one.start(1)
        if one[1] == "develop" and section == "default":
            break
        found.setdefault(one[1], line)
    return found
