from __future__ import annotations

from textwrap import dedent

import pytest

from archlint.finding import Finding
from archlint.model.function import Ignore
from archlint.model.place import Place
from archlint.suppression.apply import Suppressed, apply
from samples import CATALOGUE, make_finding, make_function

pytestmark = pytest.mark.usefixtures("catalogue")

ALL = frozenset(row[0] for row in CATALOGUE)
LOAD = "# archlint: ignore[model-load-in-handler] runs once a day"


def at(path: str, line: int, end_line: int | None = None, rule: str = "model-load-in-handler") -> Finding:
    end = (end_line, 5) if end_line else None
    return make_finding(rule, "AL000", path=path, line=line, column=1, end=end)


def run(text: str, *findings: Finding, path: str = "app.py", selected: frozenset[str] = ALL) -> Suppressed:
    return apply(findings, {path: dedent(text)}, (), selected)


def complaints(result: Suppressed) -> list[tuple[int, str]]:
    return [(f.place.line, f.message) for f in result.kept if f.rule == "unused-suppression"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.py", f"x = 1\nload()  {LOAD}\n"),
        ("app.py", f"x = 1\r\nload()  {LOAD}\r\n"),
        ("app.py", f"x = 1\rload()  {LOAD}\r"),
        ("app.py", "x = 1\nload()  # pragma: no cover # archlint: ignore[AL101] why not\n"),
        ("app.py", "x = 1\nload()  #archlint:ignore [al101, timeout-near-limit]: why not\n"),
        ("template.yaml", f"a: 'it''s'\nb: 'c' {LOAD}\n"),
        ("template.yaml", f"ZipFile: |\n  load()  {LOAD}\n"),
        ("Dockerfile", f"FROM x\nRUN y {LOAD}\n"),
        ("requirements.txt", f"a\ntorch  {LOAD}\n"),
        ("pyproject.toml", f'a = "#"\nb = "x"  {LOAD}\n'),
        ("template.yaml", f"a: b\nb: it's one {LOAD}\n"),
        ("template.yaml", f"a: b\nb: 'ends with \\' {LOAD}\n"),
        ("template.yaml", f'a: b\nb: "says \\"so" {LOAD}\n'),
        ("stack.ts", "let u = 'https://x';\nload(); // archlint: ignore[model-load-in-handler] once\n"),
        ("stack.ts", "let u = 'https://x';\nload();// archlint: ignore[model-load-in-handler] once\n"),
        ("app.py", "x = 1\nload()  # archlint: ignore[AL101, ] why\n"),
    ],
)
def test_a_comment_behind_speaks_about_its_line(path: str, text: str) -> None:
    result = apply([at(path, 2)], {path: text}, (), frozenset({"model-load-in-handler", "unused-suppression"}))
    assert (len(result.kept), len(result.silenced)) == (0, 1)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.py", f"{LOAD}\n\n# more\nload()\n"),
        ("app.py", f"  {LOAD}\n  # archlint: ignore[AL104] other\n\n  load()\n"),
        ("template.yaml", f"    {LOAD}\n\n# more\nA: b\n"),
        ("Dockerfile", f"{LOAD}\n\n\nRUN x\n"),
        ("stack.ts", "// archlint: ignore[AL101] once\n\n// more\nload();\n"),
    ],
)
def test_a_comment_alone_speaks_about_the_next_line(path: str, text: str) -> None:
    result = apply([at(path, 4)], {path: text}, (), frozenset({"model-load-in-handler"}))
    assert (result.kept, len(result.silenced)) == ((), 1)


def test_a_comment_anywhere_in_the_span() -> None:
    text = f"""\
        load(
            1,  {LOAD}
        )
        load()
    """
    result = run(text, at("app.py", 1, 3), at("app.py", 4))
    assert [f.place.line for f in result.kept] == [4]
    assert [f.place.line for f in result.silenced] == [1]


@pytest.mark.parametrize(("line", "silenced"), [(1, 0), (2, 1), (4, 1), (5, 0)])
def test_a_comment_beside_the_span_does_not_count(line: int, silenced: int) -> None:
    lines = [f"x{n}()" + f"  {LOAD}" * (n == line) for n in range(1, 7)]
    assert len(run("\n".join(lines), at("app.py", 2, 4)).silenced) == silenced


def test_a_comment_alone_at_the_end_speaks_about_the_last_line() -> None:
    assert len(run(f"x = 1\n{LOAD}", at("app.py", 2)).silenced) == 1
    assert len(run(f"x = 1\n{LOAD}", at("app.py", 1)).silenced) == 0


def test_another_rule_file_or_line_stays() -> None:
    result = run(f"x = 1  {LOAD}\n", at("app.py", 1, rule="timeout-near-limit"), at("b.py", 1), at("app.py", 2))
    assert len(result.silenced) == 0
    assert complaints(result) == [(1, "This suppression of model-load-in-handler matches no finding: remove it.")]


def test_without_a_reason_nothing_is_suppressed() -> None:
    for comment in (
        "# archlint: ignore[AL101]",
        "# archlint: ignore[AL101] -- ",
        "# archlint: ignore[AL101] # pragma: no cover",
    ):
        result = run(f"load()  {comment}\n", at("app.py", 1))
        assert len(result.silenced) == 0
        (complaint,) = complaints(result)
        assert "model-load-in-handler gives no reason" in complaint[1]


def test_one_without_a_reason_leaves_the_next_its_effect() -> None:
    result = run(f"load()  # archlint: ignore[AL101]\nload()  {LOAD}\n", at("app.py", 1), at("app.py", 2))
    assert [f.place.line for f in result.silenced] == [2]


def test_unknown_and_absent_names() -> None:
    result = run(
        "x  # archlint: ignore[model-load-in-handlr] why\ny  # archlint: ignore why\nz  # archlint: ignore[] w\n"
    )
    found = complaints(result)
    assert [line for line, _ in found] == [1, 2, 3]
    assert "did you mean 'model-load-in-handler'?" in found[0][1]
    assert "names no rule" in found[1][1]
    assert "names no rule" in found[2][1]


def test_each_name_counts_for_itself() -> None:
    result = run("load()  # archlint: ignore[AL101, AL104] why\n", at("app.py", 1))
    assert len(result.silenced) == 1
    assert complaints(result) == [(1, "This suppression of client-created-in-handler matches no finding: remove it.")]


def test_complaints_only_about_selected_rules() -> None:
    assert run(f"x = 1  {LOAD}\n", selected=ALL - {"model-load-in-handler"}).kept == ()
    assert run(f"x = 1  {LOAD}\n", selected=ALL - {"unused-suppression"}).kept == ()


def test_a_complaint_can_be_excused_too() -> None:
    result = run("x = 1  # archlint: ignore[AL101, AL002] only found on Windows\n")
    assert (result.kept, len(result.silenced)) == ((), 1)
    idle = run("x = 1  # archlint: ignore[unused-suppression] just so\n")
    assert complaints(idle) == [(1, "This suppression of unused-suppression matches no finding: remove it.")]


def test_the_place_and_the_fingerprints_of_a_complaint() -> None:
    first, *others = run(f"x = 1  {LOAD}\n" * 3).kept
    assert first.place == Place("app.py", 1, 8, 1, 8 + len(LOAD))
    assert (first.code, first.severity, first.confidence, first.functions) == ("AL002", "warning", "high", ())
    assert len({first.fingerprint, *(other.fingerprint for other in others)}) == 3
    (moved,) = run(f"# new\nx = 1  {LOAD}\n").kept
    assert moved.fingerprint == first.fingerprint


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.py", f'x = "{LOAD}"\n'),
        ("app.py", f'"""\n{LOAD}\n"""\n'),
        ("app.py", f'x = f"{{1}} {LOAD}"\n'),
        ("template.yaml", f'a: "{LOAD}"\n'),
        ("template.yaml", f"a: ['b', ' {LOAD}']\n"),
        ("template.yaml", f"a: b{LOAD}\n"),
        ("template.yaml", f'a: "b \\" {LOAD}"\n'),
        ("template.json", f'{{"a": "x {LOAD}"}}\n'),
        ("stack.ts", 'let a = "// archlint: ignore[AL101] no";\n'),
        ("app.py", "x = 1 // archlint\n# type: x // archlint: ignore[AL101] no\n"),
    ],
)
def test_strings_are_no_comments(path: str, text: str) -> None:
    findings = [at(path, line) for line in (1, 2)]
    assert apply(findings, {path: text}, (), ALL) == Suppressed(tuple(findings), ())


@pytest.mark.parametrize(
    "text",
    [
        f"def f(:\n  load()  {LOAD}\n",
        f"x = (\nload()  {LOAD}\n",
        f"  a\n load()  {LOAD}\n",
        f"x = '\nload()  {LOAD}\n",
        f"a\x00b\nload()  {LOAD}\n",
        f"{'(' * 3000}\nload()  {LOAD}\n",
        f"x = \udc80\nload()  {LOAD}\n",
    ],
)
def test_comments_in_python_that_does_not_parse(text: str) -> None:
    assert len(apply([at("app.py", 2)], {"app.py": text}, (), ALL).silenced) == 1


def test_what_a_tokenizer_read_is_not_read_again_where_it_failed() -> None:
    assert len(complaints(run(f"x = 1  {LOAD}\nx = (\n"))) == 1
    assert len(complaints(run(f"x = (  {LOAD}\n"))) == 1


def test_more_than_a_thousand_in_a_file_are_not_read() -> None:
    text = f"load()  {LOAD}\n" * 1002
    result = run(text, *(at("app.py", line) for line in range(1, 1003)))
    assert len(result.silenced) == 1000
    assert complaints(result) == [
        (1001, "This file holds more than 1,000 suppressions; from here on they are not read.")
    ]


def test_nothing_is_unused_in_a_file_that_was_not_read() -> None:
    text = f"{LOAD}\nx  # archlint: ignore[unreadable-file] it is a template of ours\n"
    both = apply([], {"a.py": text, "b.py": text}, (), ALL, unread={"a.py"})
    assert [(f.place.path, f.place.line) for f in both.kept] == [("a.py", 2), ("b.py", 1), ("b.py", 2)]


def test_metadata_excuses_the_findings_of_its_function() -> None:
    ignore = Ignore("AL101", "runs once a day", Place("template.yaml", 20))
    function = make_function("A", ignores=(ignore,))
    theirs = make_finding(functions=("template.yaml#A",))
    shared = make_finding(functions=("template.yaml#A", "template.yaml#B"), line=6)
    nobodys = make_finding(functions=(), line=7)
    result = apply([theirs, shared, nobodys], {}, (function, make_function("B")), ALL)
    assert result == Suppressed((shared, nobodys), (theirs,))
    both = make_function("B", ignores=(ignore,))
    assert apply([shared], {}, (function, both), ALL).silenced == (shared,)


@pytest.mark.parametrize(
    ("rule", "reason", "complaint"),
    [
        ("AL101", "once a day", "This suppression of model-load-in-handler matches no finding"),
        ("AL101", " ", "gives no reason"),
        ("al1", "why", "no rule is called 'al1'"),
        ("", "why", "names no rule"),
    ],
)
def test_metadata_that_does_nothing(rule: str, reason: str, complaint: str) -> None:
    function = make_function("A", ignores=(Ignore(rule, reason, Place("template.json", 20, 7)),))
    (found,) = apply([], {}, (function,), ALL).kept
    assert complaint in found.message
    assert (found.place, found.functions) == (Place("template.json", 20, 7), ("template.yaml#A",))


def test_everything_comes_out_sorted_by_place() -> None:
    findings = [at("b.py", 3), at("a.py", 9), at("a.py", 2)]
    result = apply(findings, {"a.py": f"\n\n\n{LOAD}"}, (), ALL)
    assert [(f.place.path, f.place.line) for f in result.kept] == [("a.py", 2), ("a.py", 4), ("a.py", 9), ("b.py", 3)]
    both = apply(findings, {"a.py": f"\nx  {LOAD}", "b.py": f"\n\nx  {LOAD}"}, (), ALL)
    assert [f.place.path for f in both.silenced] == ["a.py", "b.py"]
