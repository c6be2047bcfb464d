"""A small package index on this machine: wheels made on the spot, with and without byte ranges."""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FILES = {
    "thing/__init__.py": 1_000,
    "thing/tests/test_a.py": 300,
    "thing/lib/native.so.1": 5_000,
    "thing-1.0.dist-info/METADATA": 40,
    "thing-1.0.dist-info/tests/x": 7,
}


def wheel(files: Mapping[str, int] = FILES, comment: bytes = b"") -> bytes:
    """An archive of files with these many bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, size in files.items():
            archive.writestr(name, b"x" * size)
        archive.comment = comment
    return data.getvalue()


@dataclass
class Server:
    """`mode` says how files are answered; `asked` are the paths with their ranges, in order."""

    files: dict[str, bytes] = field(default_factory=dict)
    mode: str = "ranges"
    asked: list[tuple[str, str]] = field(default_factory=list)
    sent: int = 0
    base: str = ""

    def url(self, name: str) -> str:
        return f"{self.base}/files/{name}"

    def publish(self, package: str, file: str, data: bytes) -> str:
        """Puts a wheel on the index and returns its hash."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.files[f"/files/{file}"] = data
        entry = {"filename": file, "url": f"../../files/{file}", "hashes": {"sha256": sha256}, "size": len(data)}
        page = json.loads(self.files.get(f"/simple/{package}/", b'{"files": []}'))
        page["files"].append(entry)
        self.files[f"/simple/{package}/"] = json.dumps(page).encode()
        return sha256


@contextmanager
def serving() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            part = self.headers.get("Range", "")
            state.asked.append((self.path, part))
            data = state.files.get(self.path)
            if data is None:
                self.send_error(404)
            elif self.path.startswith("/simple/"):
                self.answer(200, data, {"Content-Type": "application/vnd.pypi.simple.v1+json"})
            else:
                self.send_file(data, part)

        def send_file(self, data: bytes, part: str) -> None:
            first, last = _span(part, len(data))
            content = f"bytes {first}-{last}/{len(data)}"
            if state.mode == "whole":
                self.answer(200, data, {})
            elif state.mode == "redirect":
                self.answer(302, b"", {"Location": "http://elsewhere.invalid/x.whl"})
            elif state.mode == "no content-range":
                self.answer(206, data[first : last + 1], {})
            elif state.mode == "wrong bytes":
                self.answer(206, data[first:last], {"Content-Range": content})
            elif state.mode == "cut off":
                self.answer(206, data[first : last + 1], {"Content-Range": content}, cut=10)
            elif state.mode == "too many":
                self.answer(206, data[first : last + 1] + b"0" * 100_000, {"Content-Range": content})
            elif state.mode == "error":
                self.send_error(503)
            else:
                self.answer(206, data[first : last + 1], {"Content-Range": content})

        def answer(self, status: int, body: bytes, headers: Mapping[str, str], cut: int = 0) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body[: len(body) - cut])
                state.sent += len(body) - cut
            except OSError:
                return

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _span(part: str, total: int) -> tuple[int, int]:
    if found := re.fullmatch(r"bytes=-(\d+)", part):
        return max(0, total - int(found[1])), total - 1
    found = re.fullmatch(r"bytes=(\d+)-(\d+)", part)
    assert found is not None
    return int(found[1]), int(found[2])
