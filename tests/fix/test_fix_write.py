"""Files on disk: atomic, with their mode, never through a link."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from archlint.edits.write import NotWrittenError, unified, write


def test_the_new_file_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "a" / "run.sh"
    file.parent.mkdir()
    file.write_bytes(b"old\r\n")
    file.chmod(0o751)
    write(tmp_path, "a/run.sh", b"old\r\n", b"new\r\n")
    assert file.read_bytes() == b"new\r\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o751
    assert os.listdir(file.parent) == ["run.sh"]


@pytest.mark.parametrize("now", [b"old and more", b"ol", b"OLD"])
def test_a_file_that_changed_is_left_alone(tmp_path: Path, now: bytes) -> None:
    (tmp_path / "a").write_bytes(now)
    with pytest.raises(NotWrittenError, match="changed since it was read"):
        write(tmp_path, "a", b"old", b"new")
    assert (tmp_path / "a").read_bytes() == now


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "a").write_bytes(b"old")
    (root / "file").symlink_to(outside / "a")
    (root / "folder").symlink_to(outside)
    for path in ("file", "folder/a", "../outside/a"):
        with pytest.raises(NotWrittenError, match="symbolic link"):
            write(root, path, b"old", b"new")
    assert (outside / "a").read_bytes() == b"old"


def test_what_is_gone_or_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotWrittenError):
        write(tmp_path, "missing", b"", b"new")
    with pytest.raises(NotWrittenError, match="not a regular file"):
        write(tmp_path, "folder", b"", b"new")


def test_a_link_as_root_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link", "a", b"old", b"new")
    assert (tmp_path / "real" / "a").read_bytes() == b"new"


def test_a_diff_says_where_a_line_end_is_missing() -> None:
    diff = unified({"a.txt": (b"one\r\ntwo", b"one\r\nthree")}, {})
    assert diff == (
        "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\r\n-two\n\\ No newline at end of file\n"
        "+three\n\\ No newline at end of file\n"
    )
    assert unified({}, {}) == ""
