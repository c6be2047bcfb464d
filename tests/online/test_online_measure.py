from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from serving import FILES, Server, serving, wheel

from archlint.model.size import SizePart
from archlint.online.cache import Cache
from archlint.online.http import Client
from archlint.online.index import UserIndexes, fetchable, user_indexes, wished
from archlint.online.measure import OnlineMeasurer, user_measurer
from archlint.online.resolve import NO_WHEEL, NOT_A_REQUIREMENT, NOT_FOUND, platform_of, resolve
from archlint.online.uv import ResolveQuestion, UvError
from archlint.packaging.sizes.measurer import Failed, Measured, Measurer, Request, Unmeasured, WheelFile
from archlint.packaging.target import PackageTarget

X86 = PackageTarget("x86_64")
TOTAL = sum(FILES.values())
USER = UserIndexes()


def lock(*packages: tuple[str, str, str]) -> str:
    """A pylock.toml of (name, version, address of its wheel)."""
    rows = (
        f'[[packages]]\nname = "{name}"\nversion = "{version}"\nwheels = [{{ url = "{url}", size = 9 }}]\n'
        for name, version, url in packages
    )
    return 'lock-version = "1.0"\n' + "\n".join(rows)


def pure(name: str, version: str) -> tuple[str, str, str]:
    return name, version, f"https://files.pythonhosted.org/{name}-{version}-py3-none-any.whl"


class FakeResolver:
    """Answers with what a function says, and keeps the questions."""

    def __init__(self, answer: Callable[[ResolveQuestion], str]) -> None:
        self.answer = answer
        self.asked: list[ResolveQuestion] = []

    def lock(self, question: ResolveQuestion) -> str:
        self.asked.append(question)
        return self.answer(question)


def fails(message: str) -> str:
    raise UvError(message)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as state:
        yield state


def measurer(server: Server, folder: Path, *packages: tuple[str, str, str]) -> OnlineMeasurer:
    user = UserIndexes(primary=f"{server.base}/simple")
    return OnlineMeasurer(user, Client(), Cache(folder), FakeResolver(lambda _: lock(*packages)))


def test_exact_parts(server: Server, tmp_path: Path) -> None:
    server.publish("thing", "thing-1.0-py3-none-any.whl", wheel())
    online: Measurer = measurer(server, tmp_path, ("thing", "1.0", server.url("thing-1.0-py3-none-any.whl")))
    found = online.requirements(Request(("thing",), X86))
    assert isinstance(found, Measured)
    assert found.parts == (SizePart("thing", TOTAL, TOTAL, TOTAL, "dependency", 347, round(1_300 * 1.13)),)
    assert (found.versions, found.unknown, found.notes) == ((("thing", "1.0"),), (), ())
    assert datetime.fromisoformat(found.resolved_at).tzinfo is not None


def test_everything_is_remembered(server: Server, tmp_path: Path) -> None:
    server.publish("thing", "thing-1.0-py3-none-any.whl", wheel())
    package = ("thing", "1.0", server.url("thing-1.0-py3-none-any.whl"))
    first = measurer(server, tmp_path, package).requirements(Request(("thing",), X86))
    asked = len(server.asked)
    again = measurer(server, tmp_path)
    again.resolver = None
    assert again.requirements(Request((" thing ",), X86)) == first
    assert len(server.asked) == asked
    assert isinstance(again.requirements(Request(("thing>1",), X86)), Failed)


def test_a_wheel_that_cannot_be_read_is_named(server: Server, tmp_path: Path) -> None:
    found = measurer(server, tmp_path, ("gone", "1", server.url("gone-1-py3-none-any.whl"))).requirements(
        Request(("gone",), X86)
    )
    assert isinstance(found, Measured)
    assert found.unknown == (Unmeasured("gone", "the server answered 404"),)
    assert found.parts == ()


def test_without_uv(tmp_path: Path) -> None:
    online = user_measurer({"PATH": ""}, tmp_path)
    if online.resolver is None:
        found = online.requirements(Request(("thing",), X86))
        assert isinstance(found, Failed)
        assert "archlint-aws[online]" in found.message


def test_locks_need_no_uv(server: Server, tmp_path: Path) -> None:
    sha256 = server.publish("thing", "thing-1.0-py3-none-any.whl", wheel())
    online = measurer(server, tmp_path)
    online.resolver = None
    locked = WheelFile("thing", "1.0", "thing-1.0-py3-none-any.whl")
    foreign = replace(locked, url="https://files.example/thing-1.0-py3-none-any.whl", sha256=sha256)
    for one in (locked, foreign):
        found = online.locked((one,))
        assert isinstance(found, Measured)
        assert (found.parts[0].estimate_bytes, found.unknown, found.resolved_at) == (TOTAL, (), "")
    for bad in (replace(locked, sha256="0" * 64), replace(locked, file="thing-2.0-py3-none-any.whl")):
        found = online.locked((bad,))
        assert isinstance(found, Measured)
        assert [one.name for one in found.unknown] == ["thing"]


def test_a_lock_cannot_spoil_the_cache(server: Server, tmp_path: Path) -> None:
    """It names the hash of one wheel and the address of another."""
    server.publish("thing", "thing-1.0-py3-none-any.whl", wheel({"small": 1}))
    true = server.publish("other", "other-1.0-py3-none-any.whl", wheel())
    online = measurer(server, tmp_path)
    url = server.url("thing-1.0-py3-none-any.whl")
    online.locked((WheelFile("thing", "1.0", "thing-1.0-py3-none-any.whl", url, true),))
    found = online.locked((WheelFile("other", "1.0", "other-1.0-py3-none-any.whl", "", true),))
    assert isinstance(found, Measured)
    assert found.parts[0].estimate_bytes == TOTAL


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://files.pythonhosted.org/packages/a/thing-1.0-py3-none-any.whl", True),
        ("https://files.pythonhosted.org/packages/a/other-1.0-py3-none-any.whl", False),
        ("https://me:pw@files.pythonhosted.org/thing-1.0-py3-none-any.whl", False),
        ("https://files.pythonhosted.org/thing-1.0-py3-none-any.whl?x=1", False),
        ("https://169.254.169.254/thing-1.0-py3-none-any.whl", False),
        ("http://localhost:8080/thing-1.0-py3-none-any.whl", False),
        ("https://files.pythonhosted.org.evil.org/thing-1.0-py3-none-any.whl", False),
        ("file:///thing-1.0-py3-none-any.whl", False),
        ("", False),
    ],
)
def test_which_addresses_of_a_lock_are_asked(url: str, allowed: bool) -> None:
    assert fetchable(WheelFile("thing", "1.0", "thing-1.0-py3-none-any.whl", url), USER) is allowed


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://download.pytorch.org/whl/cpu", True),
        ("https://pypi.org/simple", True),
        ("http://pypi.org/simple", False),
        ("https://me:pw@pypi.org/simple", False),
        ("https://corp.example/simple", False),
        ("https://pypi.org/simple --find-links /", False),
        ("../wheels", False),
    ],
)
def test_which_indexes_a_repository_may_name(url: str, allowed: bool) -> None:
    assert wished(url, USER) is allowed
    assert wished(url, UserIndexes("https://corp.example/simple/")) is (allowed or "corp.example" in url)


def test_an_index_that_is_not_asked_is_named(server: Server, tmp_path: Path) -> None:
    request = Request(("thing",), X86, "https://corp.example/simple", ("https://download.pytorch.org/whl/cpu",))
    online = measurer(server, tmp_path)
    found = online.requirements(request)
    assert isinstance(found, Measured)
    assert found.notes == ("the index at corp.example was not asked: only your own settings can allow it",)
    assert isinstance(online.resolver, FakeResolver)
    assert online.resolver.asked[0].index == ""
    assert online.resolver.asked[0].extra_indexes == ("https://download.pytorch.org/whl/cpu",)


def test_only_names_and_versions_reach_uv() -> None:
    resolver = FakeResolver(lambda _: lock(pure("a", "1")))
    lines = (
        "A[x]>=1; python_version>'3'",
        "a<3",
        "windows-only; sys_platform=='win32'",
        "-e .",
        "--index-url https://evil.example",
        "b @ git+https://x/y",
        "c===${SECRET}",
        "d @ file:///etc/passwd",
        "e\n--find-links /",
        "../path",
    )
    found = resolve(Request(lines, X86), resolver, USER)
    assert all(question.lines in (("a[x]<3,>=1",), ("a[x]<3,>=1", "a>=1")) for question in resolver.asked)
    assert set(found.unknown) == {
        Unmeasured(name, NOT_A_REQUIREMENT) for name in ("a line of the requirements", "b", "c", "d")
    }


def test_a_package_without_wheels_is_left_out() -> None:
    def answer(question: ResolveQuestion) -> str:
        if "old" not in question.excluded:
            return fails("error:\n  cause: Because all versions of old have no usable wheels and you require old, we")
        if "private" not in question.excluded:
            return fails("Because private was not found in the package\nregistry and you require private")
        return lock(pure("a", "1"))

    found = resolve(Request(("a==1", "old", "private>1"), X86), FakeResolver(answer), USER)
    assert [one.name for one in found.wheels] == ["a"]
    assert found.unknown == (Unmeasured("old", NO_WHEEL), Unmeasured("private", NOT_FOUND))


def test_nothing_but_packages_without_wheels() -> None:
    found = resolve(
        Request(("old==1.0",), X86), FakeResolver(lambda _: fails("old==1.0 has no usable wheels and")), USER
    )
    assert (found.wheels, found.unknown) == ((), (Unmeasured("old", NO_WHEEL),))


def test_a_contradiction_ends_it() -> None:
    resolver = FakeResolver(lambda _: fails("you require a>1 and a<1, which are incompatible"))
    with pytest.raises(UvError):
        resolve(Request(("a>1", "a<1"), X86), resolver, USER)
    assert len(resolver.asked) == 1


def test_a_release_held_back_by_a_missing_wheel_is_freed() -> None:
    """The newest release needs a package without wheels, so a resolver that builds nothing takes one of years ago."""

    def answer(question: ResolveQuestion) -> str:
        if not question.with_dependencies or "server-api" in question.excluded:
            return lock(pure("kit", "2.0"))
        if "kit>=2.0" in question.lines:
            return fails("Because server-api>=2 has no usable wheels and kit==2.0 depends on server-api>=2, we")
        return lock(pure("kit", "0.1"), pure("relic", "1"))

    found = resolve(Request(("kit",), X86), FakeResolver(answer), USER)
    assert [(one.name, one.version) for one in found.wheels] == [("kit", "2.0")]
    assert found.unknown == (Unmeasured("server-api", NO_WHEEL),)


def test_a_release_held_back_by_another_requirement_stays() -> None:
    def answer(question: ResolveQuestion) -> str:
        if not question.with_dependencies:
            return lock(pure("frames", "3.0"), pure("wrangler", "1"))
        if "frames>=3.0" in question.lines:
            return fails("Because relic==1 has no usable wheels and wrangler depends on frames<3 and you require")
        return lock(pure("frames", "2.0"), pure("wrangler", "1"))

    found = resolve(Request(("frames", "wrangler"), X86), FakeResolver(answer), USER)
    assert [one.version for one in found.wheels] == ["2.0", "1"]
    assert found.unknown == ()


def test_the_best_wheel_of_several_is_taken() -> None:
    urls = [
        f"https://h/a-1-{tags}.whl"
        for tags in ("py3-none-any", "cp312-cp312-manylinux_2_28_x86_64", "cp312-cp312-win_amd64")
    ]
    wheels = ", ".join(f'{{ url = "{url}" }}' for url in urls)
    text = f'[[packages]]\nname = "a"\nversion = "1"\nwheels = [{wheels}]\n'
    text += '[[packages]]\nname = "w"\nversion = "1"\nmarker = "sys_platform == \'win32\'"\n'
    text += '[[packages]]\nname = "source"\nversion = "1"\n'
    found = resolve(Request(("a",), X86), FakeResolver(lambda _: text), USER)
    assert [one.url for one in found.wheels] == [urls[1]]
    assert found.unknown == (Unmeasured("source", NO_WHEEL),)


@pytest.mark.parametrize(
    ("target", "platform"),
    [
        (PackageTarget("x86_64", (3, 13)), "x86_64-manylinux_2_34"),
        (PackageTarget("aarch64", (3, 12)), "aarch64-manylinux_2_34"),
        (PackageTarget("x86_64", (3, 11)), "x86_64-manylinux_2_17"),
    ],
)
def test_platforms(target: PackageTarget, platform: str) -> None:
    assert platform_of(target) == platform


def test_messages_hold_no_credentials(tmp_path: Path) -> None:
    resolver = FakeResolver(lambda _: fails("Failed to fetch: `https://me:s3cret@corp.example/simple/six/?k=s3cret`"))
    online = OnlineMeasurer(USER, Client(), Cache(tmp_path), resolver)
    found = online.requirements(Request(("six",), X86))
    assert isinstance(found, Failed)
    assert "s3cret" not in found.message
    assert "corp.example" in found.message


def test_the_users_own_indexes() -> None:
    environment = {
        "UV_DEFAULT_INDEX": "https://me:pw@corp.example/simple",
        "PIP_INDEX_URL": "https://unused.example/",
        "PIP_EXTRA_INDEX_URL": "extra=https://two.example/simple http://three.example/",
        "PIP_FIND_LINKS": "/a /b",
    }
    found = user_indexes(environment)
    assert found.all == ("https://two.example/simple", "https://me:pw@corp.example/simple")
    assert found.find_links == ("/a", "/b")
    assert found.logins() == {"corp.example": "Basic bWU6cHc="}
    assert user_indexes({}).all == ("https://pypi.org/simple",)
