"""GET requests with a bound on everything: hosts' schemes, redirects, bytes and seconds."""

from __future__ import annotations

import base64
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from archlint import __version__

SOCKET_SECONDS = 15.0
TOTAL_SECONDS = 60.0
MAX_REDIRECTS = 5
_CHUNK = 65_536
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_FAILURES = (OSError, HTTPException, ValueError, EOFError, zlib.error)


class FetchError(Exception):
    """An answer that is not what was asked for; the message names no credentials."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_allowed(url: str) -> bool:
    """HTTPS, or plain HTTP to this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL))


def host_of(url: str) -> str:
    """The host and port of an address, "" when there is none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def without_credentials(url: str) -> str:
    """The address without user, password, query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


class _Redirects(HTTPRedirectHandler):
    max_redirections = MAX_REDIRECTS

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if not is_allowed(newurl):
            raise FetchError("the server redirects to an address that is not HTTPS")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass(slots=True)
class Client:
    """`logins` are Authorization headers by host, from the user's own settings; they are sent to that host only."""

    logins: Mapping[str, str] = field(default_factory=dict)
    _opener: OpenerDirector = field(default_factory=lambda: build_opener(_Redirects))

    def get(self, url: str, headers: Mapping[str, str], limit: int) -> Answer:
        """At most `limit` bytes of body; raises FetchError for anything else than 200 and 206."""
        return self._get(url, headers, limit, 0)

    def get_part(self, url: str, part: str, limit: int) -> Answer:
        """A byte range such as "-65536". A server that sends the whole file instead is left at once, unless that file
        is no longer than the limit."""
        answer = self._get(url, {"Range": f"bytes={part}", "Accept-Encoding": "identity"}, limit, limit)
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise FetchError("the server compresses byte ranges")
        return answer

    def _get(self, url: str, headers: Mapping[str, str], limit: int, whole_limit: int) -> Answer:
        if not is_allowed(url):
            raise FetchError("the address is not HTTPS")
        request = Request(without_credentials(url), headers={"User-Agent": f"archlint/{__version__}", **headers})
        if login := self.logins.get(host_of(url)):
            request.add_unredirected_header("Authorization", login)
        try:
            with self._opener.open(request, timeout=SOCKET_SECONDS) as response:
                return _read(response, limit, whole_limit)
        except HTTPError as error:
            error.close()
            raise FetchError(f"the server answered {error.code}") from error
        except _FAILURES as error:
            raise FetchError(f"the connection failed ({type(error).__name__})") from error


def _read(response: HTTPResponse, limit: int, whole_limit: int) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    status = response.status
    if status not in (200, 206):
        raise FetchError(f"the server answered {status}")
    length = int(headers["content-length"]) if headers.get("content-length", "").isdecimal() else None
    if status == 200 and whole_limit and (length is None or length > whole_limit):
        raise FetchError("the server does not serve byte ranges")
    if length is not None and length > limit:
        raise FetchError(f"the answer has more than {limit:,} bytes")
    body = bytearray()
    deadline = time.monotonic() + TOTAL_SECONDS
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > limit:
            raise FetchError(f"the answer has more than {limit:,} bytes")
        if time.monotonic() > deadline:
            raise FetchError(f"the answer took more than {TOTAL_SECONDS:.0f} seconds")
    if length is not None and len(body) != length:
        raise FetchError("the answer was cut off")
    return Answer(status, headers, bytes(body))


def unpacked(answer: Answer, limit: int) -> bytes:
    """The body without its gzip encoding; raises FetchError when it unpacks to more than `limit` bytes."""
    encoding = answer.headers.get("content-encoding", "identity")
    if encoding == "identity":
        return answer.body
    if encoding != "gzip":
        raise FetchError("the answer has an encoding that was not asked for")
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        data = stream.decompress(answer.body, limit + 1)
    except zlib.error as error:
        raise FetchError("the answer is not valid gzip") from error
    if len(data) > limit or not stream.eof:
        raise FetchError(f"the answer has more than {limit:,} bytes, or was cut off")
    return data


def login_of(url: str) -> str | None:
    """The Authorization header for the user and password of an address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if not parts.username and not parts.password:
        return None
    pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
