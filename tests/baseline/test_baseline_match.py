"""Which findings a baseline excuses: never more than were accepted, and those across edits."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

import pytest

from archlint.baseline.entry import BaselineEntry, counted, described
from archlint.baseline.file import parse, render
from archlint.baseline.match import BaselineMatch, match, names_of, narrowed
from archlint.config import Config
from archlint.results.result import ScanResult
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree

APP = """\
import boto3

def handler(event, context):
    s3 = boto3.client('s3', region_name='eu-west-1')
    return work(s3)

def work(s3):
    sqs = boto3.client('sqs')
    return sqs, s3
"""


def template(**functions: str) -> str:
    rows = ["Resources:"]
    for name, settings in functions.items():
        rows += [f"  {name}:", "    Type: AWS::Serverless::Function", "    Properties:", "      Runtime: python3.13"]
        rows += [f"      {setting}" for setting in settings.split("; ")]
    return "\n".join(rows) + "\n"


def one(handler: str = "app.handler", uri: str = "src/", timeout: int = 900) -> str:
    return f"CodeUri: {uri}; Handler: {handler}; Timeout: {timeout}"


FILES = {"template.yaml": template(One=one()), "src/app.py": APP}


def scanned(files: dict[str, str]) -> ScanResult:
    return scan_tree(MemoryTree(files), Config())


def entries(result: ScanResult) -> tuple[BaselineEntry, ...]:
    """Through the file and back."""
    return parse(render(entry for _, entry in described(result.findings, result.sources)).encode())


def matched(before: dict[str, str], after: dict[str, str]) -> BaselineMatch:
    result = scanned(after)
    is_file = MemoryTree(after).is_file
    return match(result.findings, result.sources, entries(scanned(before)), is_file=is_file, functions=names_of(result))


def new(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [f"{f.place.path}:{f.place.line} {f.rule}" for f in matched(before, after).new]


def test_nothing_is_new_in_the_same() -> None:
    found = matched(FILES, FILES)
    assert found.new == found.stale == ()
    assert found.known == len(scanned(FILES).findings) == 3


def test_lines_above_do_not_count() -> None:
    assert new(FILES, {**FILES, "src/app.py": "import os\n\n\n" + APP}) == []


def test_formatting_does_not_count() -> None:
    black = (
        APP.replace("'", '"')
        .replace('("s3", region', '(\n        "s3",\n        region')
        .replace('-1")', '-1",\n    )')
    )
    assert black.count("\n") == APP.count("\n") + 3
    wide = template(One=one()).replace("  ", "    ").replace("Timeout: 900", 'Timeout:  "900"')
    assert new(FILES, {"template.yaml": wide, "src/app.py": black.replace("    ", "  ")}) == []


def test_a_moved_folder_does_not_count() -> None:
    moved = {"infra/sam/template.yml": template(One=one(uri="../../lib/x/")), "lib/x/app.py": APP}
    assert new(FILES, moved) == []


def test_a_renamed_function_does_not_count() -> None:
    assert new(FILES, {**FILES, "template.yaml": template(Renamed=one())}) == []


def test_code_moved_to_another_file_does_not_count() -> None:
    helper = "import boto3\n\ndef work(s3):\n    sqs = boto3.client('sqs')\n    return sqs, s3\n"
    app = APP.split("def work")[0].replace("import boto3", "import boto3\nfrom helper import work")
    assert new(FILES, {**FILES, "src/app.py": app, "src/helper.py": helper}) == []


def test_an_edit_of_the_same_call_does_not_count() -> None:
    assert new(FILES, {**FILES, "src/app.py": APP.replace("eu-west-1", "us-east-1")}) == []
    slow = {**FILES, "template.yaml": template(One=one(timeout=890))}
    assert new(slow, {**FILES, "template.yaml": template(One=one(timeout=880))}) == []
    assert new(slow, FILES) == ["template.yaml:8 timeout-near-limit"], "it says something else now"


def test_one_more_among_equal_ones_is_new() -> None:
    line = "    s3 = boto3.client('s3', region_name='eu-west-1')\n"
    for times in (1, 3):
        more = {**FILES, "src/app.py": APP.replace(line, line * (1 + times))}
        assert len(new(FILES, more)) == times
        assert len(matched(more, FILES).stale) == 1
        assert matched(more, FILES).stale[0].count == times


def test_the_same_in_another_function_is_new() -> None:
    two = {**FILES, "template.yaml": template(One=one(), Two=one(uri="other/")), "other/app.py": APP}
    assert len(new(FILES, two)) == 3


def test_a_fix_here_does_not_pay_for_the_same_elsewhere() -> None:
    """One function is mended, and another one gets the very same problem."""
    before = {
        "template.yaml": template(One=one(timeout=900), Two=one("b.handler", "two/", 30)),
        "src/app.py": APP,
        "two/b.py": "def handler(e, c): pass\n",
    }
    after = {**before, "template.yaml": template(One=one(timeout=30), Two=one("b.handler", "two/", 900))}
    assert [row.split()[1] for row in new(before, after)] == ["timeout-near-limit"]
    copied = {**before, "src/app.py": "def handler(e, c): pass\n", "two/b.py": APP}
    assert len(new(before, copied)) == 2


def test_never_more_is_excused_than_was_accepted() -> None:
    chance = random.Random(1)
    result = scanned({**FILES, "template.yaml": template(One=one(), Two=one("app.work"))})
    both = described(result.findings, result.sources)
    for _ in range(300):
        accepted = counted(
            replace(
                chance.choice(both)[1],
                path=chance.choice(("src/app.py", "gone.py")),
                scope=chance.choice(("handler", "")),
                function=chance.choice(("One", "Gone")),
                count=chance.randrange(1, 3),
            )
            for _ in range(chance.randrange(4))
        )
        found = run(result, accepted)
        assert found.known + len(found.new) == len(result.findings)
        assert counted((*found.used, *found.stale)) == accepted
        rules = {entry.rule for entry in accepted}
        assert {f.rule for f in result.findings if f.rule not in rules} <= {f.rule for f in found.new}


def run(result: ScanResult, accepted: Iterable[BaselineEntry]) -> BaselineMatch:
    tree = MemoryTree(FILES)
    return match(result.findings, result.sources, tuple(accepted), is_file=tree.is_file, functions=names_of(result))


def test_files_that_cannot_be_read_are_known_by_their_path() -> None:
    broken = {**FILES, "src/app.py": "def handler(:\n"}
    assert new(broken, broken) == []
    two = {"template.yaml": template(One=one(), Two=one("b.handler", timeout=3)), "src/b.py": "def handler(:\n"}
    assert new(broken, {**broken, **two}) == ["src/b.py:1 unreadable-file"]


@pytest.mark.parametrize(
    ("accepted", "known"),
    [
        ({}, True),
        ({"rule": "model-load-in-handler"}, False),
        ({"scope": "other"}, True),
        ({"function": "Two"}, True),
        ({"function": "Two", "scope": "other"}, False),
        ({"function": "Gone", "scope": "other"}, True),
        ({"function": "", "scope": "other"}, False),
        ({"path": "src/two.py"}, True),
        ({"path": "src/two.py", "scope": "other"}, False),
        ({"path": "src/two.py", "function": "Two"}, False),
        ({"path": "src/two.py", "function": "", "scope": "other"}, False),
        ({"path": "src/gone.py", "function": "Two", "scope": "other"}, True),
        ({"anchor": "edited"}, True),
        ({"anchor": "edited", "message": "about something else"}, False),
        ({"anchor": "edited", "scope": "other"}, False),
        ({"anchor": "edited", "function": "Two"}, False),
        ({"anchor": "edited", "path": "src/two.py"}, False),
        ({"anchor": "edited", "path": "gone/app.py"}, True),
        ({"anchor": "edited", "path": "two/app.py"}, False),
        ({"anchor": "edited", "path": "gone/b.py"}, False),
        ({"anchor": "edited", "path": "gone/app.py", "scope": "other"}, False),
    ],
)
def test_by_what_an_accepted_finding_is_known_again(accepted: dict[str, str], known: bool) -> None:
    two = template(One=one(timeout=30), Two=one("two.handler", timeout=30))
    files = {**FILES, "template.yaml": two, "src/two.py": "def handler(e, c): pass\n", "two/app.py": "x = 1\n"}
    result = scanned(files)
    (finding, entry), *_ = described(result.findings, result.sources)
    assert (finding.rule, entry.scope, entry.function) == ("client-created-in-handler", "handler", "One")
    found = match(
        [finding],
        result.sources,
        [replace(entry, **accepted)],
        is_file=MemoryTree(files).is_file,
        functions=names_of(result),
    )
    assert bool(found.known) is known


@pytest.mark.parametrize("path", ["src/two.py", "src/gone.py"])
def test_without_code_a_finding_is_known_at_its_path_alone(path: str) -> None:
    """Such as in a file that is no text."""
    result = scanned(FILES)
    ((finding, entry),) = described(result.findings[:1], {})
    assert entry.anchor == ""
    for accepted, known in ((entry, 1), (replace(entry, path=path), 0)):
        found = match([finding], {}, [accepted], is_file=lambda path: "gone" not in path, functions=frozenset({"One"}))
        assert found.known == known


def test_what_is_the_same_comes_before_what_is_alike() -> None:
    """The call that was there is known, and not the equal one that now stands above it."""
    call = "boto3.client('s3', region_name='eu-west-1')"
    more = APP.replace("def handler", f"def early():\n    s3 = {call}\n\ndef handler").replace(
        "return work", "early()\n    return work"
    )
    assert new(FILES, {**FILES, "src/app.py": more}) == ["src/app.py:4 client-created-in-handler"]


def test_used_and_stale_are_what_was_and_was_not_found() -> None:
    found = matched(FILES, {**FILES, "template.yaml": template(One=one(timeout=30))})
    assert [entry.rule for entry in found.used] == ["client-created-in-handler"] * 2
    assert [entry.rule for entry in found.stale] == ["timeout-near-limit"]
    assert all(entry.count == 1 for entry in (*found.used, *found.stale))


def test_a_narrowed_result_counts_what_it_leaves_out() -> None:
    result = replace(scanned(FILES), withheld=(("diff base", 2),))
    nothing = narrowed(result, run(result, ()), "baseline")
    assert (nothing.findings, nothing.withheld) == (result.findings, (("diff base", 2),))
    all_known = narrowed(result, run(result, entries(result)), "baseline")
    assert (all_known.findings, all_known.withheld) == ((), (("diff base", 2), ("baseline", 3)))
    assert all_known.functions == result.functions


def test_a_path_with_a_number_sign_is_no_name() -> None:
    files = {"c#/template.yaml": template(One=one(uri="../src/")), "src/app.py": APP}
    assert names_of(scanned(files)) == {"One"}
