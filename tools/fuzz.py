"""Scans thousands of damaged repositories and reports every exception and every scan that takes too long.

    python tools/fuzz.py --runs 1000 --seed 1

Seeds are the repositories of fixtures/, the examples of the rule pages, and whatever folders --more names. The same
seed gives the same inputs; --only N repeats one of them.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import re
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from archlint.config import Config, ConfigError, read_config
from archlint.pipeline import scan_tree
from archlint.report.formats import FORMATS, Screen
from archlint.tree import MAX_FILE_BYTES, MemoryTree

ROOT = Path(__file__).parents[1]
SLOW = 10.0
"""Seconds of processor time."""
STUCK = 120
"""Seconds after which the process ends with a traceback of where it was."""

Files = dict[str, bytes]

_IS_TEMPLATE = r"\.(?:ya?ml|json|template)\Z"
_TEMPLATE = {
    "template.yaml": b"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.13, MemorySize: 2048, Timeout: 30}
"""
}
"""For examples that show none."""

_FENCE = re.compile(r"^(`{3,})[ \t]*\S+[ \t]+(\S+)[ \t]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{2,3} ", re.MULTILINE)
_NUMBER = re.compile(rb"\d+")
_TOKENS = tuple(
    rb"""( ) [ ] { } : , ; ' " ''' {a} ${A} ${ { }} !Sub !Ref !GetAtt !If !Join !Select !Split !ImportValue !Transform
    !FindInMap Fn::Sub Fn::ForEach::X Ref Resources: Globals: Parameters: Conditions: AWS::Serverless::Function
    AWS::NoValue null true ~ .inf .nan 1e999 -1 0 99999999999999999999 0x10 1_000 &a *a <<: ? | > --- ... %YAML \ \x00
    \xff \xed\xa0\x80 \xef\xbb\xbf \xe2\x80\xa8 \r \t \x0c \n \n\n # // /* */ ` ${ => async await yield lambda: def
    import from * ** := == @ = -r -c -e --hash=sha256: ; [extra] @file:///x FROM ARG RUN COPY --from=0 CMD ENTRYPOINT
    <<EOF EOF [[package]] name version == ../ ../../.. / . .. ~ %s {0} {:>99999999} ::error:: ##[error] \x1b[31m
    archlint:ignore[ https://u:p@h/ self super() __import__ exec while for if else return try: except: global""".split()
)


def seeds(more: Sequence[Path] = ()) -> list[Files]:
    """Small repositories, each as the bytes of its files by path."""
    found: list[Files] = []
    for folder in (*sorted(ROOT.glob("fixtures/*")), *sorted(ROOT.glob("fixtures/broken/*")), *more):
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if _is_small(p)}
        if files:
            found.append(files)
    for page in sorted(ROOT.glob("rules/*/*.md")):
        for part in _HEADING.split(page.read_text(encoding="utf-8")):
            blocks = {name: text.encode() for _, name, text in _FENCE.findall(part)}
            if blocks:
                found.append(blocks if any(re.search(_IS_TEMPLATE, p) for p in blocks) else blocks | _TEMPLATE)
    return found


def _is_small(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size < MAX_FILE_BYTES // 50


def inputs(seed: int, count: int, repositories: Sequence[Files]) -> Iterator[tuple[int, Files]]:
    """Numbered damaged repositories."""
    for number in range(count):
        yield number, damaged(random.Random(f"{seed}:{number}"), repositories)


def damaged(chance: random.Random, repositories: Sequence[Files]) -> Files:
    """A repository in which a few files are changed, and now and then one is another's or has another's name."""
    files = dict(chance.choice(repositories))
    for path in chance.sample(sorted(files), min(len(files), chance.randint(1, 3))):
        other = chance.choice(repositories)
        files[path] = _changed(chance, files[path], other[chance.choice(sorted(other))])
    if chance.random() < 0.2:
        files |= chance.choice(repositories)
    if chance.random() < 0.1:
        one, other_name = chance.choice(sorted(files)), chance.choice(sorted(files))
        files[other_name] = files[one]
    return files


def _changed(chance: random.Random, data: bytes, other: bytes) -> bytes:
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(data))
        end = min(len(data), at + int(chance.expovariate(1 / 20)) + 1)
        kind = chance.randrange(9)
        if kind == 0:
            data = data[:at] + data[end:]
        elif kind == 1:
            data = data[:end] + data[at:end] * chance.choice((1, 2, 3, 50)) + data[end:]
        elif kind == 2:
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        elif kind == 3:
            data = _lines_swapped(chance, data)
        elif kind == 4:
            start = chance.randint(0, len(other))
            data = data[:at] + other[start : start + chance.randint(1, 200)] + data[at:]
        elif kind == 5:
            numbers = list(_NUMBER.finditer(data))
            if numbers:
                found = chance.choice(numbers)
                new = chance.choice((b"0", b"-1", b"9" * 30, b"1.5", b"1e999", b"'a'", b"[]", b"{}", b""))
                data = data[: found.start()] + new + data[found.end() :]
        elif kind == 6 and chance.random() < 0.2:
            data = data[:at]
        else:
            data = (
                data[:at] + chance.choice((b"", b" ")) + chance.choice(_TOKENS) + chance.choice((b"", b" ")) + data[at:]
            )
    return data[: MAX_FILE_BYTES // 10]


def _lines_swapped(chance: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) > 1:
        one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[two] = lines[two], chance.choice((lines[one], b"    " + lines[one], lines[one].lstrip()))
    return b"".join(lines)


def run(files: Files) -> str:
    """What is wrong with the scan of a repository, or ""."""
    started = time.process_time()
    try:
        tree = MemoryTree(files)
        try:
            config = read_config(tree)
        except ConfigError:
            config = Config()
        result = scan_tree(tree, config)
        for render in FORMATS.values():
            render(result, Screen())
    except Exception:
        return traceback.format_exc(limit=-12)
    took = time.process_time() - started
    return f"took {took:.1f} s of processor time\n" if took > SLOW else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="Run this input alone and write its files to standard output.")
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="Folders to take as further seeds.")
    options = parser.parse_args()
    repositories = seeds(options.more)
    known: dict[str, int] = {}
    for number, files in inputs(options.seed, options.runs, repositories):
        if options.only is not None and number != options.only:
            continue
        if options.only is not None:
            print({path: data.decode("utf-8", "backslashreplace") for path, data in files.items()})
        faulthandler.dump_traceback_later(STUCK, exit=True)
        problem = run(files)
        if problem:
            place = problem.strip().split("\n")[-3:]
            key = "\n".join(place) if "Traceback" in problem else f"slow {number}"
            known[key] = known.get(key, 0) + 1
            if known[key] == 1:
                print(f"--- input {number}\n{problem}", flush=True)
        if number and number % 1000 == 0:
            print(f"{number} inputs, {len(known)} problems", file=sys.stderr, flush=True)
    faulthandler.cancel_dump_traceback_later()
    print(f"{options.runs} inputs from {len(repositories)} repositories: {len(known)} kinds of problems")
    return 1 if known else 0


if __name__ == "__main__":
    raise SystemExit(main())
