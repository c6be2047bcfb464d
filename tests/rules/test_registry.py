from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

import archlint.rules
from archlint.rulebook import registry
from archlint.rulebook.page import SECTIONS, Page, PageError, parse_page
from samples import PAGE, make_page

TEXT = PAGE.format(code="AL101", severity="error", summary="About it", module="true")


def test_every_page_has_its_module_and_all_sections() -> None:
    for page in registry.pages().values():
        assert page.headings() == SECTIONS, page.name
        assert all(page.section(heading) for heading in SECTIONS), page.name
        if page.module:
            assert registry.load_check(page), page.name


def test_every_module_with_a_check_has_its_page() -> None:
    names = [module.name for module in pkgutil.walk_packages(archlint.rules.__path__, "archlint.rules.")]
    rules = {name for name in names if hasattr(importlib.import_module(name), "check")}
    pages = [page for page in registry.pages().values() if page.module]
    assert rules == {f"archlint.rules.{page.family}.{page.module_name}" for page in pages}


def test_a_page() -> None:
    page = parse_page("model-load-in-handler", TEXT)
    assert (page.code, page.severity, page.confidence, page.since, page.module) == (
        "AL101",
        "error",
        "high",
        "0.1.0",
        True,
    )
    assert page.headings() == SECTIONS
    assert page.section("What it does") == "It looks."
    assert page.section("Bad") == "```python\n## not a heading\n```"
    assert page.section("Nothing") == ""
    assert page.lead("Why it matters").startswith("Every request pays for it again. That is **slow**")
    assert page.lead("Bad") == ""
    assert page.module_name == "model_load_in_handler"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("---\ncode", "code", "does not begin with front matter"),
        ("code: AL101", "code: [", "front matter is not YAML"),
        ("code: AL101", "code: 101", "`code` must be text"),
        ("code: AL101", "code: AL1", r"`code` must look like AL\d{3}, not 'AL1'"),
        ("code: AL101\n", "", "lacks code"),
        ("since", "sinse", "has unknown keys sinse"),
        ("severity: error", "severity: fatal", "`severity` must be one of info, warning, error, not 'fatal'"),
        ("confidence: high", "confidence: [high]", "`confidence` must be one of low, medium, high"),
        ("module: true", "module: maybe", "`module` and `over-all` must be true or false"),
        (TEXT, "---\n- a\n---\n", "is not a mapping"),
    ],
)
def test_a_malformed_page_is_named(old: str, new: str, complaint: str) -> None:
    with pytest.raises(PageError) as caught:
        parse_page("some-rule", TEXT.replace(old, new))
    assert str(caught.value).startswith("some-rule.md: ")
    assert complaint in str(caught.value)


def test_a_malformed_name() -> None:
    with pytest.raises(PageError, match=r"Some_Rule\.md: a rule's name"):
        parse_page("Some_Rule", TEXT)


def folder(root: Path, **texts: str) -> Path:
    for name, text in texts.items():
        family, _, stem = name.partition("__")
        root.joinpath(family).mkdir(exist_ok=True)
        root.joinpath(family, f"{stem}.md").write_text(text)
    return root


def test_discovery_sorts_by_code_and_passes_facts_over(tmp_path: Path) -> None:
    second = TEXT.replace("AL101", "AL001")
    found = registry.read_pages(folder(tmp_path, code__one=TEXT, files__two=second, data__x="no", targets__y="no"))
    assert list(found) == ["two", "one"]


def test_codes_are_unique(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"one\.md and two\.md: both have the code AL101"):
        registry.read_pages(folder(tmp_path, code__one=TEXT, code__two=TEXT))


def test_names_are_unique(tmp_path: Path) -> None:
    other = TEXT.replace("AL101", "AL102")
    with pytest.raises(PageError, match=r"one\.md: it exists in two families"):
        registry.read_pages(folder(tmp_path, code__one=TEXT, files__one=other))


def test_checks_are_imported_when_asked_for(monkeypatch: pytest.MonkeyPatch, catalogue: object) -> None:
    module = ModuleType("archlint.rules.configuration.timeout_near_limit")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.raises(PageError, match=r"timeout-near-limit\.md: the module .* has no function check"):
        registry.checks(["timeout-near-limit"])
    module.__dict__["check"] = lambda project, page: iter(())
    ((page, check),) = registry.checks(["unused-suppression", "timeout-near-limit", "unheard-of"])
    assert (page.code, check) == ("AL301", module.__dict__["check"])


def test_a_page_without_a_module() -> None:
    with pytest.raises(PageError, match=r"no-such-rule\.md: there is no module archlint\.rules\.no_such_rule"):
        registry.load_check(make_page("no-such-rule", "AL998"))


def test_rules_by_name_or_code(catalogue: dict[str, Page]) -> None:
    page = catalogue["model-load-in-handler"]
    assert registry.rule("AL101") is registry.rule("al101") is registry.rule("model-load-in-handler") is page
    with pytest.raises(registry.UnknownRuleError, match="did you mean 'model-load-in-handler'"):
        registry.rule("model-load")
