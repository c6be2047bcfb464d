"""Small repositories as bytes by path: sound ones, damaged ones, and secrets planted in them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from archlint.tree import MAX_FILE_BYTES
from fuzzing.damage import damaged

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-s3cr3t"

Files = dict[str, bytes]

_IS_TEMPLATE = r"\.(?:ya?ml|json|template)\Z"
TEMPLATE = b"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.13, MemorySize: 2048, Timeout: 30}
"""
"""For examples that show none."""

_FOLDERS = ("fixtures/*", "fixtures/broken/*", "tests/cdk/synth/apps/*")
_FENCE = re.compile(r"^(`{3,})[ \t]*\S+[ \t]+(\S+)[ \t]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{2,3} ", re.MULTILINE)
_PROPERTIES = re.compile(rb"^( +)Properties:[ \t]*\r?\n", re.MULTILINE)
_SIZES = re.compile(rb"(?<=MemorySize: )\d+|(?<=Timeout: )\d+")


@cache
def repositories() -> Sequence[Files]:
    """Those of fixtures/, the apps of the tests, and the examples of the rule pages."""
    found: list[Files] = []
    for folder in (folder for places in _FOLDERS for folder in sorted(ROOT.glob(places))):
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if _is_small(p)}
        if files:
            found.append(files)
    for page in sorted(ROOT.glob("rules/*/*.md")):
        for part in _HEADING.split(page.read_text(encoding="utf-8")):
            blocks = {name: text.encode() for _, name, text in _FENCE.findall(part)}
            if blocks:
                found.append(
                    blocks if any(re.search(_IS_TEMPLATE, p) for p in blocks) else {"template.yaml": TEMPLATE} | blocks
                )
    return found


def _is_small(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size < MAX_FILE_BYTES // 50


@cache
def texts(ending: str) -> Sequence[bytes]:
    """The files of all repositories whose path matches a pattern at its end."""
    pattern = re.compile(rf"(?:.*/)?(?:{ending})\Z")
    return sorted({data for files in repositories() for path, data in files.items() if pattern.match(path)})


def damaged_repository(chance: random.Random, among: Sequence[Files]) -> Files:
    """One in which a few files are changed; now and then one is another's, has another's name, or holds a secret."""
    files = dict(chance.choice(among))
    for path in chance.sample(sorted(files), min(len(files), chance.randint(1, 3))):
        files[path] = damaged(chance, files[path], _other(chance, among, path))
    if chance.random() < 0.2:
        files |= chance.choice(among)
    if chance.random() < 0.1:
        one, name = chance.choice(sorted(files)), chance.choice(sorted(files))
        files[name] = files[one]
    return planted(chance, files) if chance.random() < 0.4 else files


def _other(chance: random.Random, among: Sequence[Files], path: str) -> bytes:
    """A file of another repository, if possible of the same kind."""
    other = chance.choice(among)
    alike = sorted(name for name in other if name.rpartition(".")[2] == path.rpartition(".")[2])
    return other[chance.choice(alike or sorted(other))]


def planted(chance: random.Random, files: Files) -> Files:
    """With a secret where it must not be repeated: in an environment, a default, an address, a line that is wrong."""
    found = dict(files)
    for path in chance.sample(sorted(files), min(len(files), 2)):
        found[path] = _planted(chance, path, files[path])
    return found


def _planted(chance: random.Random, path: str, data: bytes) -> bytes:
    secret, name = SECRET.encode(), path.rpartition("/")[2]
    wrong = chance.random() < 0.4
    address = b"https://user:" + secret + b"@example.org/simple"
    if name.endswith((".yaml", ".yml", ".template")):
        if wrong:
            return data + b"\n\n\n\n  x: " + secret + b": " + secret + b": [\n"
        filler = b"# filler\n" * 4
        values = b"{API_KEY: " + secret + b", URL: '" + address + b"'}}\n"
        given = rb"\g<0>" + filler + rb"\1  Environment: {Variables: " + values + filler
        default = filler + b"Parameters:\n" + filler + b"  FuzzKey: {Type: String, Default: " + secret + b"}\n"
        return _SIZES.sub(b"!Ref FuzzKey", _PROPERTIES.sub(given, data, count=1), count=1) + b"\n" + default
    if name.endswith(".py"):
        line = b"password = = '" + secret + b"'" if wrong else b"import urllib3\nurllib3.request('" + address + b"')"
        return data + b"\n" * 5 + line + b"\n"
    if name.endswith((".ts", ".js")):
        return data + b"\n" * 5 + (b"const = '" + secret + b"' = ;\n" if wrong else b"fetch('" + address + b"');\n")
    if name.endswith((".toml", ".lock", ".cfg", "Pipfile")):
        return data + b'\n\n\nkey = "' + (secret if wrong else address + b'"\n')
    if name.endswith(".json"):
        return data[:-2] + b',\n\n\n "x": ' + secret if wrong else data
    if "ockerfile" in name:
        return data + b"\n\n\n" + (secret + b" x\n" if wrong else b"RUN pip install -i " + address + b" boto3\n")
    if name.endswith((".txt", ".in")):
        lines = (b"--extra-index-url " + address, b"a @ " + address, b"git+" + address, b"extra-index-url " + address)
        return data + b"\n" + chance.choice(lines) + b"\n"
    return data


def has_secret(files: Files) -> bool:
    return any(SECRET.encode() in data for data in files.values())
