from __future__ import annotations

from making import LAMBDA, Making, python
from running import kept, run, run_script

from archlint.readers.cdk.values import REST, Open
from archlint.values import Known

KIND = """
from enum import Enum
class Kind(str, Enum):
    API = "api"
    JOB = "job"
"""


def test_a_member_of_an_enumeration_of_texts_is_the_same_key_as_its_text() -> None:
    found = run(
        f"""{KIND}
table = {{Kind.API: 1, Kind.JOB: 2}}
keep([table[kind] for kind in Kind])
keep([table["api"], table.get("job"), "api" in table, Kind.JOB in table, "none" in table])
keep([key.name for key in table])
table["api"] = 3
keep([table[Kind.API], len(table)])
keep({{"api": 4}}[Kind.API])
"""
    )
    assert kept(found) == [[1, 2], [1, 2, True, True, False], ["API", "JOB"], [3, 2], 4]
    assert found.gaps == []


def test_the_union_of_two_dicts() -> None:
    found = run(
        """
        import json, os
        keep({"a": 1, "b": 1} | {"b": 2})
        keep(json.loads(os.environ["OPEN"]) | {"b": 2})
        """
    )
    one, other = kept(found)
    assert one == {"a": 1, "b": 2}
    assert other["b"] == 2
    assert isinstance(other[REST], Open)


def test_the_entries_of_a_folder() -> None:
    found = run_script(
        """
        import { readdirSync } from "fs";
        const entries = readdirSync("tasks", { withFileTypes: true });
        keep(entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name));
        keep(entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`));
        """,
        {"tasks/clean/app.py": "", "tasks/score/app.py": "", "tasks/readme.md": ""},
    )
    assert kept(found) == [["clean", "score"], ["tasks/readme.md"]]


def test_a_singleton_that_is_made_twice_is_one_function() -> None:
    app = Making()
    for name in ("One", "Two"):
        single = app.make(f"{LAMBDA}.SingletonFunction", app.stack, name, uuid="a-b", runtime=python("3_12"))
        app.call(single, "add_function_url" if name == "Two" else "add_environment")
    function = app.only()
    assert function.id == "infra#Main/SingletonLambdaab"
    assert [trigger.type for trigger in function.triggers] == ["function-url"]


def test_open_properties_are_no_provisioned_concurrency() -> None:
    app = Making()
    function = app.function(**{REST: Open("it is open")})
    assert function.keywords[REST]
    assert not app.only().provisioned_concurrency
    assert app.only().runtime.value == Known("python3.12")
