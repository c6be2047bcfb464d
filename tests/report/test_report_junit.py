from __future__ import annotations

from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from junitparser import Failure, JUnitXml

from archlint.report.junit import render_junit
from report_results import RESULTS, many, one
from samples import make_finding, make_result

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parent / "schemas" / "junit-10.xsd"))


@pytest.mark.parametrize("name", RESULTS)
def test_the_schema_and_a_second_reader_take_it(name: str) -> None:
    text = render_junit(RESULTS[name])
    assert text.isascii()
    SCHEMA.validate(StringIO(text))
    read = JUnitXml.fromstring(text.encode())
    findings = len(RESULTS[name].findings)
    assert (read.tests, read.failures, read.errors) == (max(findings, 1), findings, 0)


def test_the_schema_refuses_what_is_wrong() -> None:
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        SCHEMA.validate(StringIO(render_junit(one()).replace("<testcase name=", "<testcase title=")))


def test_a_finding_is_a_failed_test() -> None:
    (suite,) = JUnitXml.fromstring(render_junit(one()).encode())
    (case,) = suite
    assert (case.classname, case.name) == ("src/app.py", "AL101 model-load-in-handler at 5:13")
    (failure,) = case.result
    assert isinstance(failure, Failure)
    assert (failure.type, failure.message) == (
        *("error", "The model is loaded on every invocation. Load it at module scope."),
    )
    assert (failure.text or "").splitlines() == [
        "src/app.py:5:13: The model is loaded on every invocation. Load it at module scope.",
        "  by src/app.py:8: handler()",
        "  by src/app.py:9: calls predict()",
        "  function template.yaml#CaptionFunction",
    ]


def test_nothing_found_is_a_test_that_passes() -> None:
    (suite,) = JUnitXml.fromstring(render_junit(make_result()).encode())
    (case,) = suite
    assert (case.name, case.result) == ("no findings", [])


def test_tests_are_told_apart_by_class_and_name() -> None:
    same = make_finding()
    cases = ET.fromstring(render_junit(make_result(same, same, *many().findings))).iter("testcase")
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(names) == len(set(names))
