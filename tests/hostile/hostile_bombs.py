"""Repositories that are built to exhaust their reader, by name. Each holds a sound service beside the bomb."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from expectations import TEMPLATE

Files = dict[str, str]

HANDLER = "\ndef handler(event, context):\n    return VALUE\n"
SOUND: Mapping[str, str] = {
    "sound/template.yaml": TEMPLATE,
    "sound/app.py": "import joblib\ndef handler(event, context):\n    return joblib.load('model.joblib')\n",
}
"""It has one error, in line 3 of its app.py."""

SYNTAX_ERROR = "\nx = = 1\n"


def code(text: str, name: str = "app.py") -> Callable[[], Files]:
    """A handler's module, in two ways: as it is, and with an error that sends it to the parser for newer syntax."""
    return lambda: {"template.yaml": TEMPLATE, name: text + HANDLER}


def broken(text: str) -> Callable[[], Files]:
    return lambda: {"template.yaml": TEMPLATE, "app.py": text + HANDLER + SYNTAX_ERROR}


def template(text: str, name: str = "template.yaml") -> Callable[[], Files]:
    return lambda: {name: text, "app.py": HANDLER}


def beside(name: str, text: str, **more: str) -> Callable[[], Files]:
    """A file of the packaging of a function."""
    return lambda: {"template.yaml": TEMPLATE, "app.py": HANDLER, name: text, **more}


def app(text: str) -> Callable[[], Files]:
    """A CDK app in Python."""
    return lambda: {"cdk.json": '{"app": "python3 app.py"}', "app.py": "import aws_cdk as cdk\n" + text}


def script(text: str) -> Callable[[], Files]:
    """A CDK app in TypeScript."""
    return lambda: {
        "cdk.json": '{"app": "npx ts-node bin/app.ts"}',
        "bin/app.ts": 'import * as cdk from "aws-cdk-lib";\n' + text,
    }


def _function(index: int) -> str:
    properties = "{Handler: app.handler, Runtime: python3.13, CodeUri: .}"
    return f"  F{index}: {{Type: AWS::Serverless::Function, Properties: {properties}}}\n"


_LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"{c}: &{c} [{', '.join(['*' + chr(ord(c) - 1)] * 9)}]" for c in "bcdefghij"
)
_MERGES = "a: &a {x: 1, y: 2}\n" + "\n".join(
    f"{c}: &{c} {{<<: [{', '.join(['*' + chr(ord(c) - 1)] * 9)}]}}" for c in "bcdefghij"
)
_WIDE_MERGES = (
    "\n".join(f"a{n}: &a{n} {{k{n}: 1}}" for n in range(5_000))
    + "\nb:\n"
    + "".join(f"  <<: *a{n % 5_000}\n" for n in range(200_000))
)

CHAINS = {
    "sum": "VALUE = " + "+".join(["1"] * 50_000),
    "attributes": "VALUE = a" + ".b" * 50_000,
    "calls of calls": "VALUE = a" + "()" * 50_000,
    "items of items": "VALUE = a" + "[0]" * 50_000,
    "nested brackets": "VALUE = " + "[" * 1_500 + "]" * 1_500,
    "nested calls": "VALUE = " + "f(" * 900 + ")" * 900,
    "nested calls below the limit": "VALUE = " + "f(" * 190 + ")" * 190,
    "nested braces below the limit": "VALUE = " + "{a: " * 190 + "1" + "}" * 190,
    "negations": "VALUE = " + "not " * 50_000 + "1",
    "signs": "VALUE = " + "-" * 50_000 + "1",
    "lambdas": "VALUE = " + "lambda: " * 20_000 + "1",
    "conditions": "VALUE = " + "1 if a else " * 20_000 + "1",
    "comparisons": "VALUE = " + "1 < " * 50_000 + "1",
    "powers": "VALUE = " + "2 ** " * 20_000 + "1",
    "and": "VALUE = " + "a and " * 50_000 + "1",
    "strings side by side": "VALUE = " + "'a' " * 50_000,
    "f-strings side by side": "VALUE = " + "f'{a}' " * 20_000,
    "many assignments": "a = " * 20_000 + "1\nVALUE = a",
    "elif": "if a: pass\n" + "elif a: pass\n" * 20_000 + "VALUE = 1",
    "blocks": "".join(" " * n + "if a:\n" for n in range(99)) + " " * 99 + "VALUE = 1\n",
    "backslashes": "VALUE = 1" + "\\\n" * 50_000,
    "semicolons": "a = 1;" * 50_000 + "\nVALUE = 1",
    "decorators": "@f\n" * 20_000 + "def g(): pass\nVALUE = 1",
    "many statements": "a = f(a)\n" * 50_000 + "VALUE = a",
    "formats in formats": "VALUE = f'{" + "a:{" * 100 + "}" * 100 + "}'",
    "an open string": "VALUE = 1\n'''" + "a\n" * 200_000,
    "walrus": "VALUE = " + "(a := " * 150 + "1" + ")" * 150,
    "stars": "VALUE = [" + "*a, " * 50_000 + "]",
    "comprehensions": "VALUE = " + "[a for a in " * 100 + "a" + "]" * 100,
    "digits": "VALUE = " + "9" * 200_000,
    "suppressions": "# archlint: ignore[model-load-in-handler] because\n" * 90_000,
    "comments": "# archlint: x\n" * 300_000,
    "an undeclared encoding": "# coding: idna\nVALUE = 1",
}

BOMBS: dict[str, Callable[[], Files]] = {
    **{f"python: {name}": code(text) for name, text in CHAINS.items()},
    **{f"broken python: {name}": broken(text) for name, text in CHAINS.items()},
    "yaml: brackets": template(TEMPLATE + "X: " + "[" * 50_000),
    "yaml: braces": template(TEMPLATE + "X: " + "{a: " * 50_000),
    "yaml: dashes": template(TEMPLATE + "X:\n  " + "- " * 50_000),
    "yaml: questions": template(TEMPLATE + "X:\n  " + "? " * 50_000),
    "yaml: laughs": template(TEMPLATE + _LAUGHS),
    "yaml: merges": template(TEMPLATE + _MERGES),
    "yaml: wide merges": template(TEMPLATE + _WIDE_MERGES),
    "yaml: anchors": template(TEMPLATE + "X: [" + ", ".join(f"&a{n} x" for n in range(200_000)) + "]"),
    "yaml: long scalar": template(TEMPLATE + "X: " + "a" * 4_000_000),
    "yaml: long quoted scalar": template(TEMPLATE + 'X: "' + "\\x41" * 1_000_000 + '"'),
    "yaml: long key": template(TEMPLATE + "X" * 2_000 + ": 1\n"),
    "yaml: one key many times": template(TEMPLATE + "X: 1\n" * 300_000),
    "yaml: digits": template(TEMPLATE.replace("2048", "9" * 100_000)),
    "yaml: tags": template(TEMPLATE + "X: " + "!Sub " * 1 + "[" + "!Sub x," * 200_000 + "]"),
    "yaml: many documents": template(TEMPLATE + "---\na: 1\n" * 200_000),
    "yaml: comments": template(TEMPLATE + "#\n" * 2_000_000),
    "yaml: many functions": template(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n" + "".join(map(_function, range(2_000)))
    ),
    "yaml: many parameters": template(
        "Parameters:\n" + "".join(f"  P{n}: {{Type: String}}\n" for n in range(50_000)) + TEMPLATE
    ),
    "yaml: subs of subs": template(
        TEMPLATE.replace("2048", "!Sub '" + "${A}" * 100_000 + "'"),
    ),
    "yaml: joins of joins": template(
        TEMPLATE.replace("2048", "!Join ['', [" * 70 + "a" + "]]" * 70),
    ),
    "json: brackets": template('{"Resources": {"AWS::": ' + "[" * 50_000, "template.json"),
    "json: objects": template('{"Resources": {"AWS::": ' + '{"a":' * 50_000, "template.json"),
    "json: digits": template('{"Resources": {"AWS::": ' + "9" * 1_000_000 + "}}", "template.json"),
    "json: exponent": template(
        '{"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "python3.13",'
        ' "MemorySize": 1e999, "Timeout": -1e999, "EphemeralStorage": {"Size": 1e400}, "Handler": "a.b"}}}}',
        "template.json",
    ),
    "json: surrogate": template(
        '{"Resources": {"\\ud800F": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "\\udc00",'
        ' "Handler": "\\ud800.b"}}}}',
        "template.json",
    ),
    "toml: dotted key": beside("pyproject.toml", "a" + ".a" * 50_000 + " = 1\n"),
    "toml: dotted table": beside("pyproject.toml", "[a" + ".a" * 50_000 + "]\n"),
    "toml: many dotted keys": beside("pyproject.toml", "".join(f"{'a.' * 90}b{n} = 1\n" for n in range(20_000))),
    "toml: brackets": beside("pyproject.toml", "a = " + "[" * 50_000),
    "toml: tables in tables": beside("pyproject.toml", "a = " + "{a = " * 5_000),
    "toml: lock": beside("uv.lock", "a" + ".a" * 50_000 + " = 1\n"),
    "toml: lock's table": beside("poetry.lock", "[[a" + ".a" * 50_000 + "]]\n"),
    "toml: pylock": beside("pylock.toml", "a = " + "[" * 50_000),
    "toml: Pipfile": beside("Pipfile", "a" + ".a" * 50_000 + " = 1\n"),
    "toml: configuration": beside("archlint.toml", "a" + ".a" * 50_000 + " = 1\n"),
    "json: Pipfile.lock": beside("Pipfile.lock", '{"default": ' + '{"a":' * 50_000),
    "json: digits of a lock": beside("Pipfile.lock", '{"default": {"a": {"version": ' + "9" * 5_000 + "}}}"),
    "ini: continuation": beside("setup.cfg", "[options]\ninstall_requires =\n" + "  a\n" * 100_000),
    "requirements: long line": beside("requirements.txt", "a" * 3_000_000),
    "requirements: brackets": beside("requirements.txt", "a; " + "(" * 50_000),
    "requirements: marker": beside("requirements.txt", "a; " + "os_name == 'a' and " * 20_000 + "os_name == 'b'"),
    "requirements: itself": beside("requirements.txt", "-r requirements.txt\n" * 50_000),
    "requirements: many": beside("requirements.txt", "".join(f"package{n}==1.0\n" for n in range(100_000))),
    "setup.py: sum": beside("setup.py", "x = " + "+".join(["1"] * 50_000) + "\nsetup(install_requires=x)"),
    "config: pattern": beside(
        "archlint.toml",
        '[per-file-ignores]\n"' + "*a" * 30 + 'b" = ["model-load-in-handler"]\n',
        **{"a" * 200 + "/template.yaml": "X: [AWS::\n", "a" * 200 + "/t.yaml": TEMPLATE},
    ),
    "gitignore: patterns": beside(".gitignore", ("*a" * 40 + "b\n") * 10_000),
    "gitignore: stars": beside(".gitignore", "**/" * 5_000 + "a\n" + "*" * 5_000 + "\n" + "[" * 10_000),
    "gitignore: many": beside(".gitignore", "".join(f"a{n}/**/*.b\n" for n in range(100_000))),
    "docker: continuation": beside("Dockerfile", "FROM a\nRUN a" + " \\\n b" * 200_000),
    "docker: stages": beside("Dockerfile", "".join(f"FROM a AS s{n}\n" for n in range(100_000))),
    "cdk: sum": app("x = " + "+".join(["1"] * 50_000)),
    "cdk: doubling": app("x = 'ab'\n" + "x = x + x\n" * 100),
    "cdk: list doubling": app("x = [1, 2]\n" + "x = x + x\n" * 100),
    "cdk: dict in dict": app("x = {}\n" + "x = {'a': x, 'b': x}\n" * 200 + "print(str(x))\ny = x == {'a': x}"),
    "cdk: repeat": app("x = 'a' * 10**12\ny = [0] * 10**12\nz = 2 ** 10**9\nw = 1 << 10**9\nv = f'{1:>1000000000}'"),
    "cdk: forever": app("while True:\n    x = 1\n"),
    "cdk: loops in loops": app("for a in range(10**9):\n  for b in range(10**9):\n    x = a\n"),
    "cdk: recursion": app("def f(x): return f(x)\nf(1)\ndef g(x): return g(x) + g(x)\ng(1)\n"),
    "cdk: itself": app("x = []\nx.append(x)\nstr(x)\nx == x\nsorted(x)\nd = {}\nd['d'] = d\nrepr(d)\njson.dumps(d)"),
    "cdk: classes": app("".join(f"class A{n}(A{n - 1}): pass\n" for n in range(1, 3_000)) + "A2999()"),
    "cdk: bases of themselves": app("class A(A): pass\nclass B(C): pass\nclass C(B): pass\nA(); B(); C().x"),
    "cdk: pattern": app("import re\nre.match('(a+)+$', 'a' * 40 + 'b')\nre.sub('(a|a)*$', '', 'a' * 60 + 'b')"),
    "cdk: format": app("x = '{:1000000000}'.format(1)\ny = '%1000000000d' % 1\nz = 'a'.ljust(10**10)\nx.zfill(10**10)"),
    "cdk: split": app("x = 'a,' * 50000\nfor i in range(100000): x.split(',')\n"),
    "cdk: comprehension": app("x = [a for a in range(1000) for b in range(1000) for c in range(1000)]"),
    "cdk: import circle": lambda: {
        **app("import other\nother.f()\n")(),
        "other.py": "import app\nfrom app import *\ndef f(): return app.x",
    },
    "ts: sum": script("const x = " + "1+" * 50_000 + "1;"),
    "ts: brackets": script("const x = " + "[" * 50_000),
    "ts: braces": script("const x = " + "{a:" * 20_000),
    "ts: blocks": script("{" * 50_000),
    "ts: arrows": script("const x = " + "() => " * 20_000 + "1"),
    "ts: calls": script("x" + "()" * 50_000),
    "ts: templates": script("const x = " + "`${" * 5_000),
    "ts: types": script("type X = " + "A<" * 20_000),
    "ts: ternaries": script("const x = " + "a ? b : " * 20_000 + "1"),
    "ts: doubling": script("let x = 'ab';" + "x = x + x;" * 100),
    "ts: forever": script("for (;;) {}\nwhile (true) {}\n"),
    "ts: recursion": script("const f = (x) => f(x) + f(x); f(1);"),
    "ts: repeat": script("const x = 'a'.repeat(1e12); const y = new Array(1e12); const z = 'a'.padStart(1e12);"),
    "ts: pattern": script("const x = /(a+)+$/.test('a'.repeat(40) + 'b'); 'a'.replace(/(a|a)*$/, '');"),
    "cdk.json: brackets": lambda: {"cdk.json": '{"app": ' + "[" * 50_000, "app.py": ""},
    "cdk.out: brackets": lambda: {
        "cdk.json": '{"app": "python3 app.py"}',
        "app.py": "",
        "cdk.out/manifest.json": '{"artifacts": ' + '{"a":' * 50_000,
        "cdk.out/tree.json": '{"tree": ' + '{"a":' * 50_000,
    },
    "step functions: brackets": template(
        TEMPLATE
        + "  S:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: '"
        + '{"a":' * 5_000
        + "'\n"
    ),
}
