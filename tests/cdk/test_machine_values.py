"""Expressions, built-in functions and methods of both languages."""

from __future__ import annotations

import pytest
from running import kept, run, run_script

from archlint.readers.cdk.values import CdkReference, FilePath, Made, Member, Open, Several, Woven

PYTHON = [
    ("10 * 1024", 10240),
    ("7 // 2 + 7 % 2 - 2 ** 3", -4),
    ("1 / 4", 0.25),
    ("not 0 and 'x' or 'y'", "x"),
    ("'' or 'd'", "d"),
    ("f'{1 + 1}-{\"a\"}'", "2-a"),
    ("'%s-%d%%' % ('a', 3)", "a-3%"),
    ("'{}-{1}'.format('a')", Open),
    ("'{}-{x}'.format('a', x=2)", "a-2"),
    ("'a_b'.replace('_', '-').upper()", "A-B"),
    ("'a,b'.split(',')", ["a", "b"]),
    ("'-'.join(str(x) for x in range(3))", "0-1-2"),
    ("'ab'.startswith(('x', 'a'))", True),
    ("' x '.strip().zfill(3)", "00x"),
    ("[1, *[2, 3], 4][1:-1]", [2, 3]),
    ("[1, 2, 3][-1]", 3),
    ("{'a': 1, **{'a': 2, 'b': 3}}", {"a": 2, "b": 3}),
    ("{**{'a': 1}, 'a': 5}['a']", 5),
    ("{k: v * 2 for k, v in {'a': 1}.items() if v}", {"a": 2}),
    ("[(i, c) for i, c in enumerate('ab', 1)]", [[1, "a"], [2, "b"]]),
    ("[a + b for a in 'xy' for b in 'z']", ["xz", "yz"]),
    ("sorted({'b', 'a', 'b'})", ["a", "b"]),
    ("sorted(['bb', 'a'], key=len, reverse=True)", ["bb", "a"]),
    ("list(zip([1, 2], 'ab'))", [[1, "a"], [2, "b"]]),
    ("sum([1, 2], 3)", 6),
    ("max(1, 5, 3)", 5),
    ("any([0, 'x']) and all([])", True),
    ("isinstance('x', (int, str))", True),
    ("isinstance([], dict)", False),
    ("int('12') + int(3.9) + len('abc')", 18),
    ("round(2.567, 1)", 2.6),
    ("1 < 2 < 3", True),
    ("'b' in {'a': 1, 'b': 2}", True),
    ("3 not in [1, 2]", True),
    ("[1, [2]] == [1, [2]]", True),
    ("None is None", True),
    ("'x' if [] else 'y'", "y"),
    ("{'a': {'b': [5]}}['a']['b'][0]", 5),
    ("{'a': 1}.get('b', 9)", 9),
    ("dict(a=1, **{'b': 2})", {"a": 1, "b": 2}),
    ("list(map(lambda x: x + 1, [1, 2]))", [2, 3]),
    ("list(filter(None, [0, 1, '']))", [1]),
    ("list({'a': 1, 'b': 2})", ["a", "b"]),
    ("__import__('json')", Open),
    ("(y := 4) + y", 8),
    ("next(iter([7, 8]))", 7),
    ("'x' 'y' * 2", "xyxy"),
    ("1 / 0", Open),
    ("undefined_name", Open),
    ("'a' + 1", Open),
    ("int('x')", Open),
    ("[1, 2][9]", Open),
    ("abs(-3)", 3),
]

SCRIPT = [
    ("10 * 1024", 10240),
    ("7 / 2", 3.5),
    ("6 / 2", 3),
    ("1 + 'a' + true", "1atrue"),
    ("`x-${1 + 1}`", "x-2"),
    ("undefined ?? 'd'", "d"),
    ("'' || 'd'", "d"),
    ("0 ?? 5", 0),
    ("({a: 1, ...{a: 2, b: 3}})", {"a": 2, "b": 3}),
    ("({...{a: 1}, a: 5}).a", 5),
    ("[1, ...[2, 3]].length", 3),
    ("[1, 2, 3].map((x, i) => x * i)", [0, 2, 6]),
    ("[1, 2, 3].filter(x => x > 1).reduce((a, b) => a + b, 10)", 15),
    ("['a', 'b'].join('-').toUpperCase()", "A-B"),
    ("['b', 'a'].sort()", ["a", "b"]),
    ("Object.entries({a: 1}).map(([k, v]) => `${k}=${v}`)", ["a=1"]),
    ("Object.keys({a: 1, b: 2}).length", 2),
    ("Object.values(Object.assign({}, {a: 1}, {b: 2}))", [1, 2]),
    ("Object.fromEntries([['a', 1]])", {"a": 1}),
    ("Array.from({length: 3}, (_, i) => i)", [0, 1, 2]),
    ("[...new Set([1, 1, 2])]", [1, 2]),
    ("new Map([['a', 1]]).get('a')", 1),
    ("JSON.parse('{\"a\": [1]}').a[0]", 1),
    ("JSON.stringify({a: [1, 'x']})", '{"a":[1,"x"]}'),
    ("typeof 'x'", "string"),
    ("parseInt('12px')", 12),
    ("Number('1.5') + Math.floor(2.7)", 3.5),
    ("'a-b-c'.split('-')[1]", "b"),
    ("'a-a'.replace('a', 'b')", "b-a"),
    ("'abc'.slice(1) + 'abc'.substring(0, 1)", "bca"),
    ("'abc'.includes('b') && !'abc'.startsWith('b')", True),
    ("'7'.padStart(3, '0')", "007"),
    ("[1, 2].includes(2) ? 'y' : 'n'", "y"),
    ("[[1], [2, 3]].flat()", [1, 2, 3]),
    ("[3, 4].find(x => x > 3)", 4),
    ("[1, 2].some(x => x > 1)", True),
    ("(undefined as any)?.a.b.c()", None),
    ("({} as any).missing", None),
    ("[1, 2].indexOf(5)", -1),
    ("(() => { const {a, ...rest} = {a: 1, b: 2}; return rest; })()", {"b": 2}),
    ("(([a, , b]) => a + b)([1, 2, 3])", 4),
    ("(({a, b = 5}: any) => a + b)({a: 1})", 6),
    ("((...xs: number[]) => xs.length)(1, 2)", 2),
    ("'a'.concat('b', 'c')", "abc"),
    ("[1, 2, 3].slice(-2)", [2, 3]),
    ("nowhere", Open),
]


@pytest.mark.parametrize(("expression", "expected"), PYTHON)
def test_python_expressions(expression: str, expected: object) -> None:
    (value,) = kept(run(f"keep({expression})"))
    _check(value, expected)


@pytest.mark.parametrize(("expression", "expected"), SCRIPT)
def test_typescript_expressions(expression: str, expected: object) -> None:
    (made,) = (made for made in run_script(f"keep({expression}, 0);").made if made.path == "sink.keep")
    _check(made.arguments[0], expected)


def _check(value: object, expected: object) -> None:
    if expected is Open:
        assert isinstance(value, Open)
    else:
        assert value == expected
        assert isinstance(value, bool) == isinstance(expected, bool)


def test_library_names_have_one_spelling() -> None:
    python = run("keep(lambda_.Runtime.PYTHON_3_12)\nkeep(Duration.minutes(5))\nkeep(lambda_.Code.from_asset('x'))")
    script = run_script(
        "keep(lambda.Runtime.PYTHON_3_12); keep(cdk.Duration.minutes(5)); keep(lambda.Code.fromAsset('x'))"
    )
    for found in (kept(python), kept(script)):
        assert found[0] == CdkReference("aws_cdk.aws_lambda.Runtime.PYTHON_3_12")
        assert isinstance(found[1], Made)
        assert (found[1].path, found[1].arguments) == ("aws_cdk.Duration.minutes", [5])
        assert found[2].path == "aws_cdk.aws_lambda.Code.from_asset"


def test_properties_of_typescript_become_keywords() -> None:
    found = run_script("new lambda.Function(this, 'F', {memorySize: 512, environment: {fooBar: 'x'}, from: 1});")
    (made,) = found.made
    assert made.arguments == [None, "F"]
    assert made.keywords == {"memory_size": 512, "environment": {"fooBar": "x"}, "from_": 1}


def test_attributes_and_methods_of_what_was_made() -> None:
    found = run("""
        f = lambda_.Function(None, "F")
        keep(f.function_arn)
        f.role.add_to_policy("p")
        f.add_environment("K", "v")
        f.node.default_child.memory_size = 5
        """)
    function = found.made[0]
    assert kept(found) == [Member(function, "function_arn")]
    assert [(call.path.rsplit("Function.", 1)[1], call.owner is function) for call in function.calls] == [
        ("role.add_to_policy", True),
        ("add_environment", True),
    ]
    assert function.attributes == {"node.default_child.memory_size": 5}


def test_texts_with_an_open_part_are_open_and_keep_the_reason() -> None:
    (value,) = kept(run("import os\nkeep('x-' + os.environ['STAGE'] + '-y')"))
    assert value == Woven("it comes from the environment variable STAGE", "x-*-y")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("os.environ.get('X', 'd')", "d"),
        ("os.getenv('X') or 'd'", "d"),
        ("os.environ.get('CDK_DEFAULT_REGION', 'eu-west-1')", Open),
        ("os.environ.get('AWS_ACCOUNT_ID') or '1'", Open),
        ("os.environ['X']", Open),
        ("'a' if os.environ.get('X') == 'prod' else 'a'", "a"),
        ("'a' if os.environ.get('X') == 'prod' else 'b'", Open),
    ],
)
def test_environment_of_python(expression: str, expected: object) -> None:
    (value,) = kept(run(f"import os\nkeep({expression})"))
    _check(value, expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("process.env.X || 'd'", "d"),
        ("process.env.X ?? 'd'", "d"),
        ("process.env['X'] ?? 'd'", "d"),
        ("process.env.CDK_DEFAULT_ACCOUNT || '1'", Open),
        ("process.env.X", Open),
        ("process.env.X === 'true'", Open),
        ("(({ X = 'd' }) => X)(process.env as any)", "d"),
    ],
)
def test_environment_of_typescript(expression: str, expected: object) -> None:
    (value,) = kept(run_script(f"keep({expression});"))
    _check(value, expected)


def test_context_comes_from_cdk_json() -> None:
    app = """
        app = App()
        keep(app.node.try_get_context("stage"))
        keep(app.node.try_get_context("missing"))
        class S(Stack):
            def __init__(self, scope, id):
                super().__init__(scope, id)
                keep(self.node.try_get_context("deep")["a"])
        S(app, "S")
        """
    assert kept(run(app, context={"stage": "dev", "deep": {"a": 1}})) == ["dev", None, 1]
    script = "const app = new cdk.App(); keep(app.node.tryGetContext('stage')); keep(app.node.tryGetContext('no'));"
    assert kept(run(script, entry="app.ts", context={"stage": "dev"})) == ["dev", None]


def test_open_spreads_leave_a_mark() -> None:
    found = run("""
        import os
        config = json_of(os.environ["X"])
        lambda_.Function(None, "F", timeout=1, **config)
        keep([1, *config])
        keep({"a": 1, **config, "b": 2})
        def f(a, b=5, **kw):
            keep(b)
        f(1, **config)
        """)
    made = found.made[0]
    assert isinstance(made.keywords["timeout"], Open)
    assert isinstance(made.keywords["**"], Open)
    items, data, default = kept(found)
    assert items[0] == 1
    assert isinstance(items[1], Several)
    assert isinstance(data["a"], Open)
    assert data["b"] == 2
    assert isinstance(default, Open)


def test_paths_of_python() -> None:
    found = run(
        """
        import os
        from pathlib import Path
        here = Path(__file__).resolve().parent
        keep(here / "lambda" / "x.py")
        keep(os.path.join(os.path.dirname(__file__), "..", "lambda"))
        keep((here / "config.txt").read_text())
        keep(open("cdk/config.txt").read())
        with open(os.path.join(os.getcwd(), "cdk", "config.txt")) as f:
            keep(f.readlines())
        keep(sorted(p.name for p in Path("lambda").rglob("*.py")))
        keep(sorted(os.listdir("lambda")))
        keep(os.path.exists("lambda/a.py") and not Path("nope").exists())
        """,
        {"cdk/config.txt": "a\nb", "lambda/a.py": "", "lambda/deep/b.py": "", "lambda/c.txt": ""},
        entry="cdk/app.py",
    )
    path, joined, text, again, lines, names, listing, there = kept(found)
    assert path == FilePath("/:repository:/cdk/lambda/x.py")
    assert joined == "/:repository:/cdk/../lambda"
    assert text == again == "a\nb"
    assert lines == ["a\n", "b"]
    assert names == ["a.py", "b.py"]
    assert listing == ["a.py", "c.txt", "deep"]
    assert there is True
    assert found.files["cdk/config.txt"] == "a\nb"


def test_paths_of_typescript() -> None:
    found = run_script(
        """
        import * as path from 'path';
        import { readFileSync, existsSync, readdirSync } from 'node:fs';
        keep(path.join(__dirname, '..', 'lambda'));
        keep(readFileSync(path.resolve(__dirname, '../lambda/a.py'), 'utf8'));
        keep(readFileSync('lambda/a.py').toString());
        keep(existsSync(path.join(process.cwd(), 'nope')));
        keep(readdirSync('lambda').filter(f => f.endsWith('.py')).map(f => path.basename(f, '.py')));
        """,
        {"lambda/a.py": "pass", "lambda/b.txt": ""},
    )
    assert kept(found) == ["/:repository:/lambda", "pass", "pass", False, ["a"]]


@pytest.mark.parametrize(
    "read",
    ["open('../../etc/passwd').read()", "open('/etc/passwd').read()", "__import__('os').popen('id').read()"],
)
def test_nothing_outside_the_root_is_read(read: str) -> None:
    found = run(f"keep({read})")
    (value,) = kept(found)
    assert isinstance(value, Open)
    assert list(found.files) == ["app.py"]


def test_data_files() -> None:
    files = {"c.json": '{"a": [1, {"b": null}]}', "c.yaml": "x: {y: 5m}\nz: [1, true]", "c.toml": "t = 3"}
    found = run(
        """
        import json, yaml, tomllib
        keep(json.load(open("c.json")))
        keep(yaml.safe_load(open("c.yaml")))
        with open("c.toml", "rb") as f:
            keep(tomllib.load(f))
        """,
        files,
    )
    assert kept(found) == [{"a": [1, {"b": None}]}, {"x": {"y": "5m"}, "z": [1, True]}, {"t": 3}]
    script = run_script(
        "import config from '../c.json'; import * as all from '../c.json'; keep(config.a[0]); keep(all.a[0]);", files
    )
    assert kept(script) == [1, 1]
