"""Which files would make archlint part of a repository's work, and what of that is there already."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archlint.finding import SEVERITIES
from archlint.knowledge.ml import library_of_distribution
from archlint.model.deployed import Deployed
from archlint.model.origin import origin_of
from archlint.results.result import ScanResult
from archlint.setup import texts
from archlint.setup.texts import with_setting
from archlint.syntax.node import DocumentError, Mapping, Node, Scalar, Sequence
from archlint.syntax.toml import parse_toml
from archlint.syntax.yaml import parse_yaml
from archlint.tree import Tree, UnreadableError
from archlint.values import Known


class NotWrittenError(Exception):
    """The message says why, for a person."""


def create(root: Path, path: str, text: str) -> None:
    """A new file with the folders above it. Raises NotWrittenError, also where something is there already."""
    target = _target(root, path)
    with _explained(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _beside(target, text.encode("utf-8")) as partial:
            _put(partial, target)


def replace(root: Path, path: str, before: bytes, after: bytes) -> None:
    """`after` in place of `before`, with the file's mode. Raises NotWrittenError, also where the file holds something
    else by now."""
    target = _target(root, path)
    with _explained(path):
        mode = target.lstat().st_mode
        if not stat.S_ISREG(mode):
            raise NotWrittenError(f"{path} is no regular file")
        if target.read_bytes() != before:
            raise NotWrittenError(f"{path} has changed in the meantime")
        with _beside(target, after) as partial:
            partial.chmod(stat.S_IMODE(mode))
            partial.replace(target)


def _target(root: Path, path: str) -> Path:
    folder = root
    *folders, name = path.split("/")
    for part in folders:
        folder = folder / part
        if folder.is_symlink():
            raise NotWrittenError(f"{path}: a link is in its way")
    return folder / name


@contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise NotWrittenError(f"{path} is there already") from error
    except OSError as error:
        raise NotWrittenError(f"{path}: {error.strerror or type(error).__name__}") from error


@contextmanager
def _beside(target: Path, data: bytes) -> Iterator[Path]:
    """A complete file in the same folder, which is gone afterwards unless it was moved."""
    partial = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
    try:
        with open(partial, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield partial
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def _put(partial: Path, target: Path) -> None:
    """In one step, and only where nothing is; a file system without hard links gets a look and a move."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        partial.replace(target)


@dataclass(frozen=True, slots=True)
class Stack:
    """`kinds` counts functions by what declares them, `findings` by severity, the worst first."""

    functions: int
    kinds: tuple[tuple[str, int], ...]
    images: int
    """Functions that are container images."""
    dockerfiles: int
    libraries: tuple[str, ...]
    """Machine-learning distributions that the functions' own files name, sorted."""
    findings: tuple[tuple[str, int], ...]

    def failing(self, fail_on: str) -> int:
        """How many findings fail a scan."""
        if fail_on == "never":
            return 0
        least = SEVERITIES.index(fail_on)
        return sum(number for severity, number in self.findings if SEVERITIES.index(severity) >= least)


def stack_of(result: ScanResult) -> Stack:
    kinds = Counter(deployed.function.kind for deployed in result.functions)
    severities = Counter(finding.severity for finding in result.findings)
    return Stack(
        functions=len(result.functions),
        kinds=tuple((origin_of(kind).title, number) for kind, number in sorted(kinds.items())),
        images=sum(deployed.function.package == Known("image") for deployed in result.functions),
        dockerfiles=len({d.image.dockerfile for d in result.functions if d.image is not None}),
        libraries=tuple(sorted(set(_libraries(result.functions)))),
        findings=tuple((name, severities[name]) for name in reversed(SEVERITIES) if severities[name]),
    )


def _libraries(functions: Iterable[Deployed]) -> Iterable[str]:
    for deployed in functions:
        for name in deployed.distributions:
            library = library_of_distribution(name)
            if library is not None and library.is_ml:
                yield name


PATH = ".pre-commit-config.yaml"


def mentions_archlint(text: str) -> bool:
    """Whether a hook of it runs archlint already. False for what is not YAML."""
    repos = _repos(text)
    if repos is None:
        return False
    for repo in repos.items:
        hooks = repo.get("hooks") if isinstance(repo, Mapping) else None
        for hook in hooks.items if isinstance(hooks, Sequence) else ():
            for key in ("id", "entry"):
                value = hook.get(key) if isinstance(hook, Mapping) else None
                if isinstance(value, Scalar) and value.text.split(" ")[0].startswith("archlint"):
                    return True
    return False


def with_hook(text: str, hook: str) -> str | None:
    """`text` with one more item at the end of `repos`, or None where that place is not certain: where `repos` is
    absent, empty, or written in brackets, and where the outcome would say anything else than before."""
    repos = _repos(text)
    if repos is None or not repos.items:
        return None
    lines = text.splitlines(keepends=True)
    first = repos.items[0].place.line - 1
    dash = lines[first][: repos.items[0].place.column - 1].rstrip() if first < len(lines) else ""
    if dash.lstrip(" \ufeff") != "-" or "\t" in dash:
        return None
    end = _last_line(lines, repos.place.end_line or 0, repos.place.end_column or 1)
    ending = "\r\n" if "\r\n" in text else "\n"
    item = textwrap.indent(hook, " " * (len(dash) - 1)).replace("\n", ending)
    gap = "" if lines[end - 1].endswith(("\n", "\r")) else ending
    changed = "".join(lines[:end]) + gap + item + "".join(lines[end:])
    return changed if _says_the_same(text, changed, hook) else None


def _repos(text: str) -> Sequence | None:
    try:
        document = parse_yaml(text, PATH)
    except DocumentError:
        return None
    repos = document.get("repos") if isinstance(document, Mapping) else None
    return repos if isinstance(repos, Sequence) else None


def _last_line(lines: list[str], line: int, column: int) -> int:
    """The last line of a block that a parser says to end at the next token, without blank lines and comments that stand
    before that token."""
    end = min(line if column > 1 else line - 1, len(lines))
    while end > 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _says_the_same(before: str, after: str, hook: str) -> bool:
    try:
        old, new, item = (parse_yaml(text, PATH) for text in (before, after, hook))
    except DocumentError:
        return False
    if not isinstance(old, Mapping) or not isinstance(new, Mapping) or not isinstance(item, Sequence):
        return False
    was, now = _plain(old), _plain(new)
    added = _plain(item)
    if not isinstance(was, dict) or not isinstance(was["repos"], list) or not isinstance(added, list):
        return False
    return now == {**was, "repos": was["repos"] + added}


def _plain(node: Node) -> object:
    """Without places; the parser has bounded the depth."""
    if isinstance(node, Mapping):
        return {entry.key: _plain(entry.value) for entry in node}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else None


WORKFLOW = ".github/workflows/archlint.yml"
SETTINGS, SHARED = "archlint.toml", "pyproject.toml"


@dataclass(frozen=True, slots=True)
class InPlace:
    """Nothing is to be done about it."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """A text that people have to put where it belongs, since only they can say where that is."""

    path: str
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """A file to write; `before` is None for a new one. `text` is what is new in it."""

    path: str
    purpose: str
    text: str
    after: str
    before: bytes | None = None

    def apply(self, root: Path) -> None:
        """Raises NotWrittenError."""
        if self.before is None:
            create(root, self.path, self.after)
        else:
            replace(root, self.path, self.before, self.after.encode("utf-8"))


Proposal = InPlace | ByHand | ProposedChange


def settings(tree: Tree, baseline: bool) -> Proposal:
    """With `baseline`, they shall name the baseline, which they do not yet."""
    if _is_there(tree, SETTINGS):
        return _setting(tree, SETTINGS, ()) if baseline else InPlace(SETTINGS, "it is there")
    if _has_own_table(tree):
        table = ("tool", "archlint")
        return _setting(tree, SHARED, table) if baseline else InPlace(SHARED, "it has [tool.archlint]")
    text = texts.settings(baseline)
    return ProposedChange(SETTINGS, "what archlint looks for, and when it fails", text, text)


def _setting(tree: Tree, path: str, table: tuple[str, ...]) -> Proposal:
    line = texts.setting()
    try:
        before = tree.read(path)
        after = None if tree.is_link(path) else with_setting(before.decode("utf-8"), table, line)
    except (UnreadableError, UnicodeDecodeError):
        return ByHand(path, "it cannot be read", line)
    if after is None:
        return ByHand(path, "it is not certain where a key can be added", line)
    return ProposedChange(path, "names the baseline, for every scan of this folder", line, after, before)


def hook(tree: Tree, baseline: bool) -> Proposal:
    """With `baseline`, the command names it; so for `integration`."""
    path, entry = PATH, texts.hook(baseline)
    purpose = "a look at the changed files before each commit"
    if not _is_there(tree, path):
        text = "repos:\n" + "".join(f"  {line}\n" for line in entry.splitlines())
        return ProposedChange(path, purpose, text, text)
    try:
        before = tree.read(path)
        text = before.decode("utf-8")
    except (UnreadableError, UnicodeDecodeError):
        return ByHand(path, "it cannot be read", entry)
    if mentions_archlint(text):
        return InPlace(path, "it has a hook of archlint")
    after = None if tree.is_link(path) else with_hook(text, entry)
    if after is None:
        return ByHand(path, "it is not certain where its `repos` end", entry)
    return ProposedChange(path, purpose, entry, after, before)


def integration(tree: Tree, baseline: bool) -> Proposal:
    """The job for the service that the repository is built by: GitHub's, unless only GitLab's is in use."""
    if _is_there(tree, WORKFLOW):
        return InPlace(WORKFLOW, "it is there")
    if _is_there(tree, ".gitlab-ci.yml") and not tree.is_dir(".github"):
        if "archlint" in _text(tree, ".gitlab-ci.yml"):
            return InPlace(".gitlab-ci.yml", "it mentions archlint")
        return ByHand(".gitlab-ci.yml", "add this job to it", texts.gitlab(baseline))
    for name in tree.names(".github/workflows"):
        path = f".github/workflows/{name}"
        if name.endswith((".yml", ".yaml")) and "archlint" in _text(tree, path):
            return InPlace(path, "it mentions archlint")
    text = texts.workflow(baseline)
    return ProposedChange(WORKFLOW, "a scan of each push and pull request", text, text)


def _is_there(tree: Tree, path: str) -> bool:
    """Also a link that leads nowhere, and a folder."""
    folder, _, name = path.rpartition("/")
    return name in tree.names(folder)


def _has_own_table(tree: Tree) -> bool:
    try:
        tool = parse_toml(_text(tree, SHARED)).get("tool")
    except ValueError:
        return False
    return isinstance(tool, dict) and "archlint" in tool


def _text(tree: Tree, path: str) -> str:
    try:
        return tree.read(path).decode("utf-8", "replace")
    except UnreadableError:
        return ""
