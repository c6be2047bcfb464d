from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from archlint.knowledge.prices import prices
from archlint.model.deployed import Deployed
from archlint.model.function import Function, Setting, Trigger, UnknownCode
from archlint.model.place import Place
from archlint.plan.cost import Workload, monthly_cost
from archlint.plan.cost.workload import workload
from archlint.plan.model import Figure
from archlint.plan.usage.file import Usage, read_usage, read_usage_file
from archlint.plan.usage.keys import UsageError
from archlint.values import Known, Unknown

KNOWN = (
    ("template.yaml#Captions", "Captions"),
    ("template.yaml#Search", "Search"),
    ("a.yaml#Twin", "Twin"),
    ("b.yaml#Twin", "Twin"),
)


def read(text: str) -> Usage:
    return read_usage(text, "usage.yml", KNOWN)


def problems(text: str) -> list[str]:
    with pytest.raises(UsageError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_whole_file() -> None:
    usage = read("""
region: us-east-1
free_tier: true
defaults: {latency: batch, cold_share: 0.01}
functions:
  Captions:
    monthly_requests: 2000000
    request_duration_ms: [800, 1000, 1500]
    gpu_speedup: {low: 5, high: 15}
    gpu: a10g
    private_network: true
    latency: Interactive
  template.yaml#Search:
    provenance: measured
    init_ms: 4e3
    duration_by_memory_ms: {512: 900, 1024: 450.5}
""")
    assert (usage.region, usage.free_tier) == ("us-east-1", True)
    captions, search = usage.of("template.yaml#Captions"), usage.of("template.yaml#Search")
    assert captions.get("monthly_requests") == Figure.exact(2e6, "declared")
    assert captions.get("request_duration_ms") == Figure(800, 1000, 1500, "declared")
    assert captions.get("gpu_speedup") == Figure(5, 10, 15, "declared", "the middle of the range")
    assert (captions.gpu, captions.private_network, captions.latency) == ("A10G", True, "interactive")
    assert captions.place == Place("usage.yml", 6, 3, 6, 11)
    assert search.get("init_ms") == Figure.exact(4000, "measured")
    assert search.get("cold_share") == Figure.exact(0.01, "declared")
    assert (search.latency, dict(search.duration_by_memory_ms)) == ("batch", {512: 900, 1024: 450.5})
    assert usage.of("other").latency == "batch"


def test_what_infracost_reads() -> None:
    usage = read("""
version: 0.1
resource_type_default_usage:
  aws_lambda_function: {request_duration_ms: 500}
resource_usage:
  aws_lambda_function.Captions: {monthly_requests: 100}
  Search: {monthly_requests: 200}
  aws_s3_bucket.models: {standard: {storage_gb: 10}}
""")
    assert usage.of("template.yaml#Captions").get("monthly_requests") == Figure.exact(100, "declared")
    assert usage.of("template.yaml#Search").get("request_duration_ms") == Figure.exact(500, "declared")


@pytest.mark.parametrize("name", ["stack-Captions-1A2B3C4D5E6F", "Stack-Captions8F2A1B3C-aBc123DeF456"])
def test_the_name_that_cloudformation_gave(name: str) -> None:
    usage = read(f"functions: {{{name}: {{monthly_requests: 1}}}}")
    assert list(usage.functions) == ["template.yaml#Captions"]


def test_an_empty_file() -> None:
    assert read("") == Usage()
    assert read("functions:") == Usage()
    assert read("functions: {Captions: }").of("template.yaml#Captions").figures == {}


def test_every_problem_is_told_with_its_line() -> None:
    found = problems("""
regoin: eu
free_tier: 1
functions:
  Capions: {monthly_requests: 1}
  Twin: {monthly_requests: 1}
  Search:
    monthly_request: 5
    cold_share: 2
    request_duration_ms: -1
    init_ms: [5, 1]
    latency: interactiv
    gpu: T5
    payload_mb: lots
    private_network: perhaps
    peak_factor: 1_000
    items: {low: 1}
    duration_by_memory_ms: {big: 1}
  Captions:
    monthly_requests: 1.0e14
    request_duration_ms: 1e12
    model_mb: .inf
  template.yaml#Captions: 7
""")
    assert found == [
        "usage.yml:2: unknown key 'regoin'; did you mean 'region'?",
        "usage.yml:3: free_tier must be true or false, not 1",
        "usage.yml:5: there is no function 'Capions'; did you mean 'Captions'?",
        "usage.yml:6: 'Twin' is the name of 2 functions: say a.yaml#Twin, b.yaml#Twin",
        "usage.yml:8: unknown key 'monthly_request'; did you mean 'monthly_requests'?",
        "usage.yml:9: cold_share must lie between 0 and 1 of the requests, not 2: a share, so 0.02 for 2 %",
        (
            "usage.yml:10: request_duration_ms must lie between 0.001 and 604,800,000 milliseconds, not -1: "
            "no target runs for a week; it is not nanoseconds"
        ),
        "usage.yml:11: init_ms: a range goes from the lowest to the highest number",
        "usage.yml:12: latency must be one of interactive, batch, not 'interactiv'; did you mean 'interactive'?",
        found[9],
        "usage.yml:14: payload_mb must be a number (MB in and out of one request), not 'lots'",
        "usage.yml:15: private_network must be true or false, not 'perhaps'",
        (
            "usage.yml:16: peak_factor must be a number (times the mean concurrency), not '1_000'; "
            "write it without separators"
        ),
        "usage.yml:17: items must be a number, [low, high] or {low: …, estimate: …, high: …}",
        "usage.yml:18: duration_by_memory_ms: 'big' is not a memory size in MB",
        (
            "usage.yml:20: monthly_requests must lie between 0 and 10,000,000,000,000 requests a month, "
            "not 100,000,000,000,000: check the unit"
        ),
        found[16],
        found[17],
        "usage.yml:23: the function is there twice; first in line 19: keep one of them",
        "usage.yml:23: template.yaml#Captions must hold keys such as monthly_requests, not 7",
    ]
    assert found[9].startswith("usage.yml:13: gpu must be one of T4, L4, ")
    assert found[16].startswith("usage.yml:21: request_duration_ms must lie between")
    assert found[17].startswith("usage.yml:22: model_mb must")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("functions: {[}", "usage.yml:1: is not valid YAML:"),
        ("- a", "usage.yml:1: the file must hold keys such as functions: and region:, not a list of 1"),
        ("functions: [a]", "usage.yml:1: functions must hold names of functions, each with its keys, not a list of 1"),
        ("region: 7", "usage.yml:1: region must be a text, not 7"),
        ("region: eu-west-9", "usage.yml:1: region must be one of us-east-1, not 'eu-west-9'"),
        ("functions: {X: {steps: 1}}", "usage.yml:1: there is no function 'X'; there are: Captions, Search, Twin"),
        ("resource_usage: {X: {monthly_requests: 1}}", "usage.yml:1: there is no function 'X'"),
    ],
)
def test_one_problem(text: str, message: str) -> None:
    assert problems(text)[0].startswith(message)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yml", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            read_usage_file(path, KNOWN)
    large = tmp_path / "large.yml"
    large.write_bytes(b"#" * 1_000_001)
    with pytest.raises(UsageError, match="larger than 1,000,000 bytes"):
        read_usage_file(large, KNOWN)
    small = tmp_path / "small.yml"
    small.write_text("functions: {Search: {steps: 3}}")
    assert read_usage_file(small, KNOWN).of("template.yaml#Search").get("steps") == Figure.exact(3, "declared")


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["functions", "Captions", "defaults", "monthly_requests", "gpu", "low", "high", "<<"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_stands_there_nothing_else_is_raised(value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=False)
    for written in (text, f"functions: {{Captions: {text}}}"):
        with suppress(UsageError):
            figures = [figure for usage in read(written).functions.values() for figure in usage.figures.values()]
            assert all(figure.low <= figure.estimate <= figure.high for figure in figures)


PLACE = Place("template.yaml", 3)
SEARCH = Function(
    id="template.yaml#Search",
    name="Search",
    kind="sam",
    defined_at=PLACE,
    package=Known("zip"),
    runtime=Setting(Known("python3.12")),
    handler=Setting(Known("app.handler")),
    architecture=Setting(Known("arm64")),
    memory_mb=Setting(Known(1024)),
    timeout_s=Setting(Known(60)),
    ephemeral_mb=Setting(Known(512)),
    code=UnknownCode("elsewhere"),
    triggers=(Trigger("api", True, PLACE),),
)


def deployed(**changes: object) -> Deployed:
    function = replace(SEARCH, **changes)
    return Deployed(function, function.handler, Unknown("elsewhere"))


def test_a_function_and_its_usage_make_a_workload() -> None:
    usage = read(
        "functions: {Search: {monthly_requests: 2628000, request_duration_ms: 500, init_ms: [1000, 3000], "
        "peak_concurrency: 5}}"
    )
    found = workload(deployed(), usage)
    assert found.memory_mb == Figure.exact(1024, "derived")
    assert found.duration_s == Figure.exact(0.5, "declared")
    assert found.init_s == Figure(1, 2, 3, "declared", "the middle of the range")
    assert found.peak_factor
    assert found.peak_factor.estimate == 10
    assert (found.architecture, found.http, found.today, found.traffic.init_s) == (
        "arm64",
        True,
        "lambda-stay",
        found.init_s,
    )


@pytest.mark.parametrize(
    ("type_", "http"),
    [("websocket-api", True), ("vpc-lattice", True), ("alb", True), ("cognito", False), ("appsync", False)],
)
def test_callers_over_http_need_a_load_balancer(type_: str, http: bool) -> None:
    found = deployed(triggers=(Trigger(type_, True, PLACE),))
    assert workload(found, read("functions: {Search: {monthly_requests: 1000}}")).http is http


def test_what_is_not_known_stays_unknown() -> None:
    open_ = Unknown("a parameter without a default")
    unknown = Setting(open_)
    found = workload(deployed(memory_mb=unknown, architecture=unknown, ephemeral_mb=unknown), Usage())
    assert (found.memory_mb, found.architecture, found.monthly_requests, found.duration_s) == (None,) * 4
    assert found.ephemeral_mb.high == 10240
    some = Workload(Figure.exact(1024, "derived"), Figure.exact(1e6, "declared"), Figure.exact(1, "declared"))
    either = Workload(some.memory_mb, some.monthly_requests, some.duration_s, architecture=None)
    cost, x86 = (monthly_cost("lambda-stay", one, prices()) for one in (either, some))
    assert cost
    assert x86
    assert cost.low < cost.estimate == x86.estimate
    assert "the architecture is not known: priced as x86_64" in cost.assumptions


def test_a_tuning_run_counts_at_the_memory_that_it_measured() -> None:
    usage = read("functions: {Search: {duration_by_memory_ms: {1024: 250, 2048: 120}}}")
    found = workload(deployed(), usage).duration_s
    assert found
    assert (found.estimate, found.provenance) == (0.25, "measured")
    assert workload(deployed(memory_mb=Setting(Known(512))), usage).duration_s is None


@pytest.mark.parametrize(
    ("changes", "today"),
    [
        ({"provisioned_concurrency": True}, "lambda-provisioned"),
        ({"snapstart": True}, "lambda-snapstart"),
        ({"capacity_provider": True}, "lambda-managed-instances"),
        ({"capacity_provider": True, "accelerator": True}, "lambda-managed-instances-gpu"),
    ],
)
def test_today_is_priced_as_it_is_run(changes: dict[str, object], today: str) -> None:
    usage = read("functions: {Search: {monthly_requests: 1000, request_duration_ms: 500}}")
    found = workload(deployed(**changes), usage)
    assert found.today == today
    assert monthly_cost("lambda-stay", found, prices()) == monthly_cost(today, found, prices())
    assert monthly_cost("lambda-stay", found, prices()) is not None
