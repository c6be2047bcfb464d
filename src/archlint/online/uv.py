"""uv as a subprocess: it chooses versions, and builds nothing, reads no settings and sees no scanned file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archlint.online.index import UserIndexes

TIMEOUT_SECONDS = 60.0
MAX_OUTPUT_BYTES = 20_000_000
MAX_MESSAGE_BYTES = 200_000
MISSING = 'uv is not installed, which chooses the versions: install "archlint-aws[online]"'

PASSED_ON = frozenset(
    """HOME NETRC SSL_CERT_FILE SSL_CERT_DIR HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy
    no_proxy SYSTEMROOT USERPROFILE LOCALAPPDATA UV_INDEX_STRATEGY UV_HTTP_TIMEOUT UV_SYSTEM_CERTS UV_NATIVE_TLS
    UV_EXCLUDE_NEWER UV_OFFLINE""".split()
)
"""The user's own network settings; every other variable stays here."""


class UvError(Exception):
    """uv gave no lock; the message is what it said, and may hold addresses of indexes."""


@dataclass(frozen=True, slots=True)
class ResolveQuestion:
    """What uv is asked. `excluded` packages are left out wherever something needs them."""

    lines: tuple[str, ...]
    platform: str
    python: str
    index: str = ""
    extra_indexes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    with_dependencies: bool = True


@dataclass(frozen=True, slots=True)
class Uv:
    """The program with the user's indexes; `environment` is the user's own."""

    program: str
    cache: Path
    indexes: UserIndexes
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    timeout: float = TIMEOUT_SECONDS

    def lock(self, question: ResolveQuestion) -> str:
        """The text of a pylock.toml; raises UvError."""
        with tempfile.TemporaryDirectory(prefix="archlint-") as folder:
            place = Path(folder)
            (place / "empty").mkdir()
            (place / "excluded.txt").write_text("\n".join(question.excluded), encoding="utf-8")
            arguments = _arguments(question, self.indexes, place / "excluded.txt")
            with (place / "out").open("w+b") as out, (place / "err").open("w+b") as err:
                try:
                    done = subprocess.run(
                        [self.program, *arguments],
                        input="".join(f"{line}\n" for line in question.lines).encode(),
                        stdout=out,
                        stderr=err,
                        cwd=place / "empty",
                        env=self._environment(),
                        timeout=self.timeout,
                        check=False,
                    )
                except subprocess.TimeoutExpired as error:
                    raise UvError(f"uv gave no answer within {self.timeout:.0f} seconds") from error
                except (OSError, ValueError) as error:
                    raise UvError("uv could not be started") from error
                out.seek(0)
                text = out.read(MAX_OUTPUT_BYTES + 1)
                err.seek(0)
                message = err.read(MAX_MESSAGE_BYTES).decode("utf-8", "replace")
        if done.returncode != 0:
            raise UvError(message or f"uv ended with code {done.returncode}")
        if len(text) > MAX_OUTPUT_BYTES:
            raise UvError("uv's answer is too long")
        return text.decode("utf-8", "replace")

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in self.environment.items() if k in PASSED_ON or _is_index_login(k)}
        if "PIP_CERT" in self.environment:
            kept.setdefault("SSL_CERT_FILE", self.environment["PIP_CERT"])
        kept["UV_CACHE_DIR"] = str(self.cache)
        kept["UV_DEFAULT_INDEX"] = self.indexes.primary
        kept["NO_COLOR"] = "1"
        for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL"):
            if self.indexes.extra and self.environment.get(name):
                kept[name] = self.environment[name]
        if self.indexes.extra and not {"UV_INDEX", "UV_EXTRA_INDEX_URL"} & kept.keys():
            kept["UV_INDEX"] = " ".join(self.indexes.extra)
        return kept


def find_uv(environment: Mapping[str, str]) -> str | None:
    """The uv beside this Python first, then the one on the path; never one in the current folder."""
    folders = [sysconfig.get_path("scripts"), *environment.get("PATH", "").split(os.pathsep)]
    absolute = [folder for folder in folders if folder and os.path.isabs(folder)]
    return shutil.which("uv", path=os.pathsep.join(absolute))


def _is_index_login(name: str) -> bool:
    return name.startswith("UV_INDEX_") and name.endswith(("_USERNAME", "_PASSWORD"))


def _arguments(question: ResolveQuestion, indexes: UserIndexes, excluded: Path) -> Sequence[str]:
    """Only wheels, so that nothing is built: building runs a package's own code. Without `-p` and
    `--no-python-downloads` uv looks for an interpreter of the asked version, and fetches one, for 6 to 14 s."""
    found = ["pip", "compile", "--format", "pylock.toml", "--only-binary", ":all:", "--no-header", "--no-config"]
    found += ["--python-platform", question.platform, "--python-version", question.python]
    found += ["-p", sys.executable, "--no-python-downloads", "--quiet"]
    if question.index:
        found += ["--default-index", question.index]
    for url in question.extra_indexes:
        found += ["--index", url]
    if question.extra_indexes:
        found += ["--index-strategy", "unsafe-best-match"]
    for place in indexes.find_links:
        found += ["--find-links", place]
    if question.excluded:
        found += ["--excludes", str(excluded)]
    if not question.with_dependencies:
        found.append("--no-deps")
    return [*found, "-"]
