"""Which files would make archlint part of a repository's work, and what of that is there already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archlint.setup import pre_commit, texts
from archlint.setup.files import create, replace
from archlint.setup.toml_settings import with_setting
from archlint.syntax.toml import parse_toml
from archlint.tree import Tree, UnreadableError

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
class Change:
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


Proposal = InPlace | ByHand | Change


def settings(tree: Tree, baseline: bool) -> Proposal:
    """With `baseline`, they shall name the baseline, which they do not yet."""
    if _is_there(tree, SETTINGS):
        return _setting(tree, SETTINGS, ()) if baseline else InPlace(SETTINGS, "it is there")
    if _has_own_table(tree):
        table = ("tool", "archlint")
        return _setting(tree, SHARED, table) if baseline else InPlace(SHARED, "it has [tool.archlint]")
    text = texts.settings(baseline)
    return Change(SETTINGS, "what archlint looks for, and when it fails", text, text)


def _setting(tree: Tree, path: str, table: tuple[str, ...]) -> Proposal:
    line = texts.setting()
    try:
        before = tree.read(path)
        after = None if tree.is_link(path) else with_setting(before.decode("utf-8"), table, line)
    except (UnreadableError, UnicodeDecodeError):
        return ByHand(path, "it cannot be read", line)
    if after is None:
        return ByHand(path, "it is not certain where a key can be added", line)
    return Change(path, "names the baseline, for every scan of this folder", line, after, before)


def hook(tree: Tree, baseline: bool) -> Proposal:
    """With `baseline`, the command names it; so for `integration`."""
    path, entry = pre_commit.PATH, texts.hook(baseline)
    purpose = "a look at the changed files before each commit"
    if not _is_there(tree, path):
        text = "repos:\n" + "".join(f"  {line}\n" for line in entry.splitlines())
        return Change(path, purpose, text, text)
    try:
        before = tree.read(path)
        text = before.decode("utf-8")
    except (UnreadableError, UnicodeDecodeError):
        return ByHand(path, "it cannot be read", entry)
    if pre_commit.mentions_archlint(text):
        return InPlace(path, "it has a hook of archlint")
    after = None if tree.is_link(path) else pre_commit.with_hook(text, entry)
    if after is None:
        return ByHand(path, "it is not certain where its `repos` end", entry)
    return Change(path, purpose, entry, after, before)


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
    return Change(WORKFLOW, "a scan of each push and pull request", text, text)


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
