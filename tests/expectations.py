"""Reads what examples and fixtures say about themselves: `# expect: rule-name` at the end of the line of a finding.

A line with several findings names their rules one after the other. Where a format has no comments, an `expect` block
(or a file expected.yaml) holds lines of the form `path:line rule-name`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from archlint.finding import Finding
from archlint.rulebook.page import Page

Expected = Counter[tuple[str, int, str]]
"""(path, line, rule) with how often it is found."""

_COMMENT = re.compile(r"# expect:((?:[ \t]+[a-z0-9-]+)+)[ \t]*$")
_FENCE = re.compile(r"^(`{3,})[ \t]*(\S*)[ \t]*(.*?)[ \t]*$")
_PLACE = re.compile(r"(.+):(\d+)[ \t]+([a-z0-9-]+)")

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.13
      MemorySize: 2048
      Timeout: 30
"""
"""What an example gets that shows no template of its own."""


@dataclass(frozen=True, slots=True)
class Example:
    """A repository in a page: the code blocks below one `###` heading of Bad or Good."""

    page: Page
    section: str
    title: str
    files: dict[str, str] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    """The lines of its `expect` blocks."""

    def repository(self) -> Mapping[str, str]:
        has_template = any(path.endswith((".yaml", ".yml", ".json", ".template")) for path in self.files)
        return self.files if has_template else {"template.yaml": TEMPLATE, **self.files}

    def expected(self) -> Expected:
        return in_comments(self.files) + in_places(self.places)


def found(findings: Iterable[Finding]) -> Expected:
    return Counter((finding.place.path, finding.place.line, finding.rule) for finding in findings)


def in_comments(files: Mapping[str, str]) -> Expected:
    expected: Expected = Counter()
    for path, text in files.items():
        for number, line in enumerate(text.split("\n"), 1):
            comment = _COMMENT.search(line)
            expected.update((path, number, rule) for rule in comment[1].split()) if comment else None
    return expected


def in_places(lines: Iterable[str]) -> Expected:
    expected: Expected = Counter()
    for line in lines:
        place = _PLACE.fullmatch(line.strip())
        if place is None:
            raise ValueError(f"not of the form `path:line rule-name`: {line!r}")
        expected[place[1], int(place[2]), place[3]] += 1
    return expected


def examples(page: Page) -> Iterator[Example]:
    """The examples of Bad and Good; raises ValueError for a block without a path or an example without a heading."""
    for section in ("Bad", "Good"):
        yield from _in_section(page, section)


def _in_section(page: Page, section: str) -> Iterator[Example]:
    example: Example | None = None
    block: list[str] | None = None
    fence = language = path = ""
    for line in page.section(section).splitlines():
        if block is None and line.startswith("### "):
            if example is not None:
                yield example
            example = Example(page, section, line[4:].strip())
        elif block is None and (opened := _FENCE.match(line)):
            fence, language, path = opened.groups()
            block = []
        elif block is not None and line.rstrip() == fence:
            if example is None:
                raise ValueError(f"{page.name}.md: a code block in {section} stands before the first ### heading")
            _put(example, language, path, block)
            block = None
        elif block is not None:
            block.append(line)
    if example is not None:
        yield example


def _put(example: Example, language: str, path: str, block: list[str]) -> None:
    if language == "expect":
        example.places.extend(line for line in block if line.strip())
    elif not path or path in example.files:
        raise ValueError(f"{example.page.name}.md: {example.title}: a block needs a path of its own, not {path!r}")
    else:
        example.files[path] = "\n".join(block) + "\n"
