from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Iterator

import pytest
from serving import FILES, Server, serving, wheel

from archlint.online import http, wheels
from archlint.online.http import Client, FetchError, is_allowed, unpacked, without_credentials
from archlint.online.wheels import Tail, WheelContents, WheelError, contents, read_wheel

CLIENT = Client()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as state:
        yield state


def put(server: Server, data: bytes) -> str:
    server.files["/files/a.whl"] = data
    return server.url("a.whl")


def test_the_counts(server: Server) -> None:
    data = wheel()
    found = read_wheel(CLIENT, put(server, data))
    assert found == WheelContents(
        unzipped=sum(FILES.values()),
        wheel_size=len(data),
        files=5,
        py_bytes=1_300,
        tests_bytes=300,
        distinfo_bytes=47,
        so_bytes=5_000,
    )
    assert server.asked == [("/files/a.whl", "bytes=-65558")]


def test_only_the_end_of_a_large_wheel_is_fetched(server: Server) -> None:
    stored = big({"a.bin": 3_000_000})
    assert read_wheel(CLIENT, put(server, stored)).unzipped == 3_000_000
    assert server.sent <= wheels.TAIL_BYTES


def big(files: dict[str, int]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for name, size in files.items():
            archive.writestr(name, b"x" * size)
    return data.getvalue()


def test_a_large_directory_takes_two_requests(server: Server) -> None:
    data = wheel({f"package/module_with_a_long_name_{n}.py": 1 for n in range(3_000)})
    found = read_wheel(CLIENT, put(server, data))
    assert (found.files, found.unzipped) == (3_000, 3_000)
    assert len(server.asked) == 2
    assert server.sent < len(data)


def test_a_comment_after_the_directory(server: Server) -> None:
    data = wheel({f"package/module_{n}.py": 1 for n in range(3_000)}, comment=b"c" * 60_000)
    assert read_wheel(CLIENT, put(server, data)).files == 3_000


def test_a_server_without_ranges_is_left_at_once(server: Server) -> None:
    server.mode = "whole"
    with pytest.raises(WheelError, match="byte ranges"):
        read_wheel(CLIENT, put(server, big({"a.bin": 3_000_000})))


def test_a_small_file_may_come_whole(server: Server) -> None:
    server.mode = "whole"
    assert read_wheel(CLIENT, put(server, wheel())).files == 5


@pytest.mark.parametrize("mode", ["redirect", "no content-range", "wrong bytes", "cut off", "too many", "error"])
def test_broken_answers(server: Server, mode: str) -> None:
    server.mode = mode
    with pytest.raises(WheelError):
        read_wheel(CLIENT, put(server, big({"a.bin": 100_000})))


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18, wheel()[:-30], b"\0" * 100_000])
def test_what_is_no_archive(server: Server, data: bytes) -> None:
    url = put(server, data)
    if data == b"PK\x05\x06" + b"\0" * 18:
        assert read_wheel(CLIENT, url).files == 0
        return
    with pytest.raises(WheelError):
        read_wheel(CLIENT, url)


def test_lying_directories() -> None:
    """Every number of the end record, changed: an error or a count, nothing else."""
    data = wheel()
    end = data.rfind(b"PK\x05\x06")
    for offset in range(4, 20, 2):
        for value in (0, 1, 0xFFFF):
            changed = data[: end + offset] + struct.pack("<H", value) + data[end + offset + 2 :]
            try:
                contents(Tail(changed, len(changed)))
            except WheelError:
                continue


def test_impossible_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    data = wheel()
    monkeypatch.setattr(wheels, "MAX_UNZIPPED_BYTES", 10)
    with pytest.raises(WheelError, match="impossible"):
        contents(Tail(data, len(data)))
    monkeypatch.setattr(wheels, "MAX_ENTRIES", 2)
    with pytest.raises(WheelError, match="more than 2 files"):
        contents(Tail(data, len(data)))


def test_a_huge_directory_is_not_fetched(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "MAX_DIRECTORY_BYTES", 70_000)
    with pytest.raises(WheelError, match="directory has more than"):
        read_wheel(CLIENT, put(server, wheel({f"package/module_{n:060}.py": 1 for n in range(3_000)})))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://pypi.org/x", True),
        ("http://pypi.org/x", False),
        ("http://localhost:80/x", True),
        ("http://127.0.0.1.evil.org/x", False),
        ("file:///etc/passwd", False),
        ("ftp://pypi.org/x", False),
        ("https://", False),
        ("https://[::1", False),
        ("https://host:port/", False),
        ("", False),
    ],
)
def test_which_addresses_are_asked(url: str, allowed: bool) -> None:
    assert is_allowed(url) is allowed
    if not allowed:
        with pytest.raises(FetchError):
            CLIENT.get(url, {}, 10)


def test_nobody_listens() -> None:
    with serving() as state:
        base = state.base
    with pytest.raises(FetchError, match="connection failed"):
        CLIENT.get(f"{base}/x", {}, 10)


def test_credentials_are_cut_off() -> None:
    assert without_credentials("https://me:secret@host:8/p/a.whl?token=x#f") == "https://host:8/p/a.whl"
    assert http.login_of("https://me:se%20cret@host/") == "Basic bWU6c2UgY3JldA=="
    assert http.login_of("https://host/") is None


def test_answers_may_be_gzip_but_not_bombs() -> None:
    packed = gzip.compress(b"0" * 1_000_000)
    answer = http.Answer(200, {"content-encoding": "gzip"}, packed)
    assert len(unpacked(answer, 1_000_000)) == 1_000_000
    for bad in (answer, http.Answer(200, {"content-encoding": "gzip"}, b"x")):
        with pytest.raises(FetchError):
            unpacked(bad, 999_999)
    with pytest.raises(FetchError):
        unpacked(http.Answer(200, {"content-encoding": "br"}, b"x"), 9)
