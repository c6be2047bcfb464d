from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archlint.syntax.dockerfile import KEYWORDS, DockerfileError, Instruction, parse_dockerfile


def only(text: str) -> Instruction:
    """The instruction after FROM."""
    return parse_dockerfile("FROM scratch\n" + text)[1]


def test_lines_of_continued_instruction() -> None:
    run = only("RUN a \\\n  # a remark\n\n  && b\nUSER x\n")
    assert run.value == "a   && b"
    assert (run.line, run.end_line) == (2, 5)


def test_comment_lines_are_not_continued() -> None:
    assert [i.keyword for i in parse_dockerfile("# x \\\nFROM a\n")] == ["FROM"]


def test_escape_directive() -> None:
    text = "# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN one `\n two\nCOPY C:\\ D:\\\n"
    assert [i.value for i in parse_dockerfile(text)] == ["a", "one  two", "C:\\ D:\\"]


def test_doubled_escape_ends_the_line() -> None:
    assert [i.keyword for i in parse_dockerfile("FROM a\nRUN b \\\\\nRUN c")] == ["FROM", "RUN", "RUN"]


def test_directive_after_instruction_is_a_comment() -> None:
    assert only("# escape=`\nRUN a \\\n b").value == "a  b"


def test_byte_order_mark_and_crlf() -> None:
    first, second = parse_dockerfile('\ufefffrom a as b\r\ncmd ["x"]\r\n')
    assert (first.keyword, first.words) == ("FROM", ("a", "as", "b"))
    assert (second.words, second.json_form) == (("x",), True)


def test_flags() -> None:
    copy = only("COPY --from=build --chown=1:1 --link a b")
    assert copy.flags == (("from", "build"), ("chown", "1:1"), ("link", ""))
    assert copy.words == ("a", "b")
    assert copy.flag("from") == "build"
    assert copy.flag("chmod") is None


def test_flags_on_continuation_lines() -> None:
    run = only("RUN --mount=type=bind,source=a,target=b \\\n    --network=none \\\n    pip install x")
    assert [name for name, _ in run.flags] == ["mount", "network"]
    assert run.value == "pip install x"


@pytest.mark.parametrize("text", ["CMD ['a']", "CMD [a", 'CMD ["a", 1]', 'CMD ["a"] b', 'CMD ["\\ud800"]', "CMD [[]]"])
def test_broken_json_is_the_shell_form(text: str) -> None:
    assert not only(text).json_form


def test_empty_array_is_the_exec_form() -> None:
    entry = only("ENTRYPOINT []")
    assert (entry.words, entry.json_form) == ((), True)


def test_heredocs() -> None:
    run = only("RUN <<EOF cat && <<-'B' tee x\na\n\tb\nEOF\n\tc $d\n\tB\nUSER x")
    assert [(h.name, h.text, h.expand) for h in run.heredocs] == [("EOF", "a\n\tb", True), ("B", "c $d", False)]
    assert (run.line, run.end_line) == (2, 7)


@pytest.mark.parametrize("text", ['RUN echo "<<EOF"', "RUN cat <<<EOF", "RUN echo $((1<<2))", "CMD cat <<EOF"])
def test_no_heredoc(text: str) -> None:
    assert only(text).heredocs == ()


def test_onbuild_keeps_its_text() -> None:
    assert only("ONBUILD COPY . /app").value == "COPY . /app"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "no FROM"),
        ("# nothing\n", 1, "no FROM"),
        ("FROM a\nimport os\n", 2, "unknown instruction 'import'"),
        ("\nRUN a\nFROM b\n", 2, "before the first FROM"),
        ("FROM a b\n", 1, "FROM takes"),
        ("FROM a\nCOPY\n", 2, "no argument"),
        ("FROM a\nRUN <<EOF\nx\n", 2, "has no end"),
        ("# escape=x\nFROM a\n", 1, "escape"),
        ("FROM a\n" * 2_002, 2_001, "more than"),
    ],
)
def test_no_dockerfile(text: str, line: int, message: str) -> None:
    with pytest.raises(DockerfileError, match=message) as caught:
        parse_dockerfile(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    "text",
    [
        "RUN " + "x" * 5_000_000,
        "CMD [" + '"a",' * 1_000_000,
        "CMD " + "[" * 5_000_000,
        'CMD ["' + "\\" * 4_999_999,
        "RUN a <<B " + "'\"" * 1_000_000,
        "RUN a " + "<<" * 1_000_000,
        "COPY " + "--a=b " * 500_000 + "a b",
        "RUN a \\\n" + "#\n" * 1_000_000 + " b",
        "RUN a" + " \\\n" * 1_000_000 + " b",
        "RUN a" + " " * 3_000_000 + "\\ x",
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_takes_bounded_time(text: str) -> None:
    start = time.process_time()
    with contextlib.suppress(DockerfileError):
        parse_dockerfile("FROM a\n" + text)
    assert time.process_time() - start < 10


pieces = st.sampled_from(
    [*sorted(KEYWORDS), "\n", " ", "\\\n", "#", "<<A", "A", "[", '"', "]", ",", "--a=", "${x}", "=", "\t"]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(st.one_of(pieces, st.text(max_size=3)), max_size=40).map("".join)))
def test_nothing_but_its_own_error(text: str) -> None:
    for whole in (text, "FROM a\n" + text):
        last = whole.count("\n") + 1
        try:
            lines = [(i.line, i.end_line) for i in parse_dockerfile(whole)]
        except DockerfileError as error:
            lines = [(error.line, error.line)]
        assert all(1 <= line <= end <= last for line, end in lines)
