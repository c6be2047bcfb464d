"""Functions, classes, loops, conditions and imports."""

from __future__ import annotations

import pytest
from running import functions, kept, only, run, run_script

from archlint.readers.cdk.values import CdkInstance, CdkReference, Open


def test_a_stack_with_a_function() -> None:
    found = run("""
        class MyStack(Stack):
            def __init__(self, scope, construct_id, **kwargs):
                super().__init__(scope, construct_id, **kwargs)
                lambda_.Function(self, "F", memory_size=512, timeout=Duration.seconds(30))

        app = App()
        MyStack(app, "S", description="d")
        app.synth()
        """)
    made = only(found)
    stack = made.arguments[0]
    assert isinstance(stack, CdkInstance)
    assert stack.made is not None
    assert (stack.made.path, stack.made.arguments[1], stack.made.keywords) == (
        "aws_cdk.Stack",
        "S",
        {"description": "d"},
    )
    assert (stack.place.line, stack.made.place.line, made.place.line) == (10, 6, 7)
    assert made.arguments[1] == "F"
    assert not made.conditional
    assert found.gaps == []


def test_the_same_stack_in_typescript() -> None:
    found = run_script(
        "import { MyStack } from '../lib/stack'; const app = new cdk.App(); new MyStack(app, 'S', {size: 512});",
        {
            "lib/stack.ts": """
import * as cdk from 'aws-cdk-lib';
import { Function as Fn, Runtime } from 'aws-cdk-lib/aws-lambda';
export interface Props extends cdk.StackProps { size: number }
export class MyStack extends cdk.Stack {
  private readonly fn: Fn;
  constructor(scope: cdk.App, id: string, props: Props) {
    super(scope, id, props);
    this.fn = new Fn(this, 'F', { memorySize: props.size, runtime: Runtime.PYTHON_3_12 });
  }
}
"""
        },
    )
    made = only(found)
    assert made.keywords == {"memory_size": 512, "runtime": CdkReference("aws_cdk.aws_lambda.Runtime.PYTHON_3_12")}
    assert made.arguments[0].made.arguments[1] == "S"
    assert made.arguments[0].attributes["fn"] is made


def test_subclasses_of_a_function_across_files() -> None:
    found = run(
        """
        from lib.functions import Small
        Small(None, "F", handler="h.h")
        """,
        {
            "lib/__init__.py": "",
            "lib/functions.py": "from .base import Base\n\nclass Small(Base):\n    size = 128\n",
            "lib/base.py": "from aws_cdk import aws_lambda as l\n\n\nclass Base(l.Function):\n    size = 1\n"
            "    def __init__(self, scope, id, *, handler, timeout=3, **kwargs):\n"
            "        super().__init__(scope, id, memory_size=self.size, handler=handler, timeout=timeout, **kwargs)\n",
        },
    )
    made = only(found)
    assert made.keywords == {"memory_size": 128, "handler": "h.h", "timeout": 3}
    assert made.instance is not None
    assert (made.place.path, made.instance.place.path) == ("lib/base.py", "app.py")


def test_a_derived_class_without_constructor() -> None:
    made = only(run("class F(lambda_.Function):\n    pass\nF(None, 'X', handler='h')"))
    assert made.arguments == [None, "X"]
    assert made.instance is not None
    script = only(run_script("class F extends lambda.Function {}\nnew F(null, 'X', {handler: 'h'});"))
    assert script.keywords == {"handler": "h"}


def test_methods_of_the_base_by_super() -> None:
    found = run("""
        class A:
            def name(self): return "a" + self.end()
            def end(self): return "!"
        class B(A):
            def name(self): return super().name() + "b"
            def end(self): return "?"
        keep(B().name())
        """)
    assert kept(found) == ["a?b"]
    script = run_script("""
        class A { constructor(protected readonly x: string) {} name() { return 'a' + this.x; } }
        class B extends A { private y = this.x + '!'; name() { return super.name() + this.y; } }
        keep(new B('1').name());
        """)
    assert kept(script) == ["a11!"]


def test_properties_static_and_class_methods() -> None:
    found = run("""
        class C:
            count = 2
            @property
            def double(self): return self.count * 2
            @staticmethod
            def add(a, b): return a + b
            @classmethod
            def make(cls, n):
                c = cls()
                c.count = n
                return c
        keep([C.make(5).double, C.add(1, 2), C.count])
        """)
    assert kept(found) == [[10, 3, 2]]
    script = run_script("""
        class C { static readonly N = 2; static make() { return C.N; } get twice() { return 2 * C.N; } }
        keep(C.make() + new C().twice);
        """)
    assert kept(script) == [6]


def test_dataclasses_and_enumerations() -> None:
    found = run("""
        from dataclasses import dataclass, field
        from enum import Enum
        from typing import NamedTuple
        class Stage(str, Enum):
            DEV = "dev"
            PROD = "prod"
        @dataclass(frozen=True)
        class Config:
            name: str
            stage: Stage = Stage.DEV
            sizes: list = field(default_factory=lambda: [1])
            def full(self): return f"{self.name}-{self.stage.value}"
        class Pair(NamedTuple):
            a: int
            b: int = 2
        c = Config("x", stage=Stage("prod"))
        keep([c.full(), c.sizes, Pair(1).b, Stage.DEV == "dev", [s.name for s in Stage]])
        lambda_.Function(None, "F", environment=Config("y").stage)
        """)
    assert kept(found) == [["x-prod", [1], 2, True, ["DEV", "PROD"]]]
    assert only(found).keywords == {"environment": "dev"}


def test_typescript_enumerations() -> None:
    assert kept(run_script("enum E { A = 'a', B = 'b' }\nkeep(E.B); enum N { X, Y }\nkeep(N.Y);")) == ["b", 1]


def test_one_site_many_functions() -> None:
    found = run("""
        def make(scope, name, size=128):
            return lambda_.Function(scope, f"{name}-fn", memory_size=size)
        made = {n: make(None, n, size=s) for n, s in (("a", 1), ("b", 2))}
        made["a"].grant_invoke(made["b"])
        """)
    assert [(f.arguments[1], f.keywords["memory_size"]) for f in functions(found)] == [("a-fn", 1), ("b-fn", 2)]
    assert functions(found)[0].calls[0].arguments == [functions(found)[1]]


@pytest.mark.parametrize(
    "loop",
    [
        "for (const n of names) { make(n); }",
        "names.forEach(n => make(n));",
        "names.map(make);",
        "for (const i in names) { make(names[i]); }",
        "for (let i = 0; i < names.length; i++) { make(names[i]); }",
        "Object.entries({a: 1, b: 2}).forEach(([n]) => { make(n); });",
    ],
)
def test_loops_of_typescript(loop: str) -> None:
    found = run_script(
        "const names = ['a', 'b']; function make(n: string) { return new lambda.Function(null, n, {}); }\n" + loop
    )
    assert [f.arguments[1] for f in functions(found)] == ["a", "b"]
    assert not any(f.conditional for f in functions(found))


def test_functions_see_later_definitions_and_closures_keep_their_scope() -> None:
    found = run("""
        def outer(n):
            def inner(): return n + late()
            return inner
        f = outer(1)
        def late(): return 10
        keep(f())
        total = 0
        def bump():
            global total
            total += 5
        bump()
        keep(total)
        """)
    assert kept(found) == [11, 5]
    script = run_script("main(); function main() { const fs = [1, 2].map(n => () => n); keep(fs[0]() + fs[1]()); }")
    assert kept(script) == [3]


def test_async_code_is_plain() -> None:
    found = run_script("""
        async function load() { return { n: 'x' }; }
        (async () => { const c = await load(); new lambda.Function(null, c.n, {}); })().catch(e => { throw e; });
        Promise.resolve('y').then(n => new lambda.Function(null, n, {}));
        """)
    assert [f.arguments[1] for f in functions(found)] == ["x", "y"]


def test_star_relative_and_package_imports() -> None:
    found = run(
        """
        import infra.stacks.api as api
        from infra import *
        from infra.stacks import SIZE
        import infra.names
        keep([api.NAME, VALUE, SIZE, infra.names.N])
        """,
        {
            "infra/__init__.py": "VALUE = 1\n",
            "infra/names.py": "N = 9\n",
            "infra/stacks/__init__.py": "from .api import *\nfrom ..names import N\nSIZE = N\n",
            "infra/stacks/api.py": "NAME = 'api'\n",
        },
    )
    assert kept(found) == [["api", 1, 9, 9]]
    assert found.gaps == []


def test_typescript_modules_and_tsconfig_paths() -> None:
    found = run_script(
        """
        import first, { A as a } from '../lib';
        import * as all from '../lib';
        import { c } from '@app/c';
        const { d } = require('../lib/d');
        keep([first, a, all.B, c, d]);
        """,
        {
            "lib/index.ts": "export * from './b';\nexport { A } from './a.js';\nexport default 'first';\n",
            "lib/a.ts": "export const A = 1;\n",
            "lib/b.ts": "const x = 2;\nexport { x as B };\n",
            "lib/d.js": "module.exports = { d: 4 };\n",
            "src/c.ts": "export function c2() { return 3; }\nexport const c = c2();\n",
            "tsconfig.json": '{ // paths\n "compilerOptions": {"baseUrl": ".", "paths": {"@app/*": ["src/*"],},} }',
        },
    )
    assert kept(found) == [["first", 1, 2, 3, 4]]
    assert found.gaps == []


def test_modules_that_import_each_other() -> None:
    found = run(
        "import a\nkeep(a.f())",
        {"a.py": "import b\ndef f(): return b.g()\nX = 1\n", "b.py": "from a import X\ndef g(): return X\n"},
    )
    assert kept(found) == [1]
    script = run_script(
        "import { f } from '../a'; keep(f());",
        {
            "a.ts": "import { g } from './b';\nexport function f() { return g(); }\nexport const X = 1;\n",
            "b.ts": "import { X } from './a';\nexport function g() { return X; }\n",
        },
    )
    assert kept(script) == [1]


def test_a_local_module_before_a_library() -> None:
    found = run("from constructs import Thing\nkeep(Thing)", {"constructs/thing.txt": ""})
    assert kept(found) == [CdkReference("constructs.Thing")]
    found = run("from constructs import Thing\nkeep(Thing)", {"constructs.py": "Thing = 5"})
    assert kept(found) == [5]


def test_the_entry_is_main_and_the_folder_is_a_place_to_import_from() -> None:
    app = "from shared import X\nif __name__ == '__main__':\n    keep(X)\n"
    found = run(
        app, {"infra/shared.py": "X = 1\nif __name__ == '__main__':\n    X = 2"}, entry="infra/bin/a.py", folder="infra"
    )
    assert kept(found) == [1]


def test_open_conditions_run_both_branches_in_doubt() -> None:
    found = run("""
        import os
        size = 1
        name = "same"
        if os.environ["STAGE"] == "prod":
            size = 2
            name = "same"
            lambda_.Function(None, "A")
        else:
            lambda_.Function(None, "B")
        lambda_.Function(None, "C", memory_size=size, function_name=name)
        """)
    assert [(f.arguments[1], f.conditional) for f in functions(found)] == [("A", True), ("B", True), ("C", False)]
    last = functions(found)[2]
    assert isinstance(last.keywords["memory_size"], Open)
    assert "STAGE" in last.keywords["memory_size"].reason
    assert last.keywords["function_name"] == "same"
    assert "STAGE" in functions(found)[0].condition


def test_each_branch_starts_from_the_same_state() -> None:
    found = run("""
        import os
        env = {"A": "1"}
        layers = ["x"]
        if os.environ["S"]:
            env["A"] = "2"
            env["B"] = "3"
            layers.append("y")
            own = {}
            own["K"] = "v"
            lambda_.Function(None, "F", environment=own)
        else:
            keep([dict(env), list(layers)])
        keep(env)
        keep(layers)
        """)
    inside, env, layers = kept(found)
    assert inside == [{"A": "1"}, ["x"]]
    assert isinstance(env["A"], Open)
    assert isinstance(env["B"], Open)
    assert layers[0] == "x"
    assert isinstance(layers[1], Open)
    assert only(found).keywords["environment"] == {"K": "v"}


def test_known_conditions_run_one_branch() -> None:
    found = run("""
        app = App()
        if app.node.try_get_context("prod"):
            lambda_.Function(None, "A")
        elif 1 > 2:
            lambda_.Function(None, "B")
        else:
            lambda_.Function(None, "C")
        """)
    assert [f.arguments[1] for f in functions(found)] == ["C"]
    assert not only(found).conditional


def test_after_a_doubtful_return_everything_is_in_doubt() -> None:
    found = run("""
        import os
        def build(scope):
            lambda_.Function(scope, "A")
            if os.environ.get("X"):
                return "early"
            lambda_.Function(scope, "B")
            return "late"
        keep(build(None))
        lambda_.Function(None, "C")
        """)
    assert [f.conditional for f in functions(found)] == [False, True, False]
    assert isinstance(kept(found)[0], Open)


def test_an_error_that_may_be_raised_does_not_count() -> None:
    found = run("""
        import os
        account = os.environ.get("ACCOUNT")
        if not account:
            raise ValueError("set ACCOUNT")
        lambda_.Function(None, "A")
        """)
    assert not only(found).conditional


def test_after_an_error_that_is_raised_all_is_in_doubt() -> None:
    found = run("""
        env = App().node.try_get_context("env")
        if env is None:
            raise ValueError("give -c env=…")
        lambda_.Function(None, "A")
        """)
    assert only(found).conditional
    assert "the app raises an error here" in [reason for reason, _ in found.gaps]


def test_loops_of_unknown_length_run_once_in_doubt() -> None:
    found = run("""
        import boto3
        i = 0
        for name in boto3.client("s3").list_buckets()["Buckets"]:
            i += 1
            lambda_.Function(None, f"F{i}", function_name=name, memory_size=i)
        keep(i)
        """)
    made = only(found)
    assert made.conditional
    assert isinstance(made.arguments[1], Open)
    assert isinstance(made.keywords["memory_size"], Open)
    assert isinstance(kept(found)[0], Open)


def test_callbacks_of_unknown_lists_run_once_in_doubt() -> None:
    found = run_script("""
        const names = process.env.NAMES!.split(',');
        names.forEach(n => new lambda.Function(null, n, {}));
        """)
    made = only(found)
    assert made.conditional
    assert isinstance(made.arguments[1], Open)


def test_a_doubtful_continue_and_break() -> None:
    found = run("""
        import os
        for n in ["a", "b"]:
            lambda_.Function(None, n + "1")
            if os.environ.get(n):
                continue
            lambda_.Function(None, n + "2")
        for n in ["c", "d"]:
            if os.environ.get(n):
                break
            lambda_.Function(None, n)
        lambda_.Function(None, "end")
        """)
    assert [(f.arguments[1], f.conditional) for f in functions(found)] == [
        ("a1", False),
        ("a2", True),
        ("b1", False),
        ("b2", True),
        ("c", True),
        ("d", True),
        ("end", False),
    ]


def test_try_runs_the_handler_only_for_what_surely_raises() -> None:
    found = run(
        """
        import json
        try:
            config = json.load(open("missing.json"))
            keep("never")
        except FileNotFoundError:
            config = {"size": 1}
        try:
            size = config["size"]
        except KeyError:
            size = 2
        try:
            raise ValueError
        except ValueError as e:
            size += 10
        finally:
            size += 100
        keep(size)
        """
    )
    assert kept(found) == [111]


def test_short_circuits_in_doubt() -> None:
    found = run_script("""
        const on = process.env.ON === '1';
        on && new lambda.Function(null, 'A', {});
        const b = on ? new lambda.Function(null, 'B', {}) : undefined;
        false && new lambda.Function(null, 'C', {});
        keep(b);
        """)
    assert [(f.arguments[1], f.conditional) for f in functions(found)] == [("A", True), ("B", True)]
    assert isinstance(kept(found)[0], Open)


def test_a_gap_says_why_a_module_is_unknown() -> None:
    found = run("from broken import X\nkeep(X)\nfrom .gone import Y\nkeep(Y)", {"broken.py": "def ("})
    assert all(isinstance(value, Open) for value in kept(found))
    assert len(found.gaps) == 2
    assert found.gaps[0][1].path == "broken.py"


def test_calls_of_the_base_by_its_name() -> None:
    found = run("""
        class F(lambda_.Function):
            def __init__(self, scope, id):
                lambda_.Function.__init__(self, scope, id, handler="h")
        F(None, "X")
        """)
    made = only(found)
    assert made.keywords == {"handler": "h"}
    assert made.instance is not None


def test_sys_path_additions_are_searched() -> None:
    found = run(
        """
        import os, sys
        sys.path.append(os.path.join(os.path.dirname(__file__), "..", "shared"))
        from common import X
        keep(X)
        """,
        {"shared/common.py": "X = 3"},
        entry="cdk/app.py",
        folder="cdk",
    )
    assert kept(found) == [3]


def test_account_and_region_of_a_stack() -> None:
    found = run("""
        class S(Stack):
            def __init__(self, scope, id, **kw):
                super().__init__(scope, id, **kw)
                keep(self.region)
        from aws_cdk import Environment
        S(App(), "S", env=Environment(region="eu-west-1"))
        S(App(), "T")
        """)
    assert kept(found)[0] == "eu-west-1"
    assert kept(found)[1].name == "region"


def test_the_context_of_the_caller_is_not_changed() -> None:
    context = {"deep": {"a": 1}}
    found = run("d = App().node.try_get_context('deep')\nd['a'] = 2\nkeep(d)", context=context)
    assert kept(found) == [{"a": 2}]
    assert context == {"deep": {"a": 1}}


def test_members_of_enumerations_by_name_and_value() -> None:
    found = run("""
        from enum import Enum, auto
        class Size(Enum):
            SMALL = 128
            LARGE = 512
        keep([Size["LARGE"].value, Size(128).name, Size.SMALL == Size.SMALL, Size.SMALL == Size.LARGE, str(Size.SMALL)])
        """)
    assert kept(found) == [[512, "SMALL", True, False, "Size.SMALL"]]


def test_pydantic_models() -> None:
    found = run("""
        from pydantic import BaseModel, Field
        class Config(BaseModel):
            name: str
            size: int = Field(default=3)
            def label(self): return f"{self.name}-{self.size}"
        keep(Config(**{"name": "a", "size": 5}).label())
        keep(Config.model_validate({"name": "b"}).label())
        keep(Config(name="c").model_dump())
        """)
    assert kept(found) == ["a-5", "b-3", {"name": "c", "size": 3}]


def test_what_circles_can_be_printed() -> None:
    found = run("class S(Stack):\n    pass\ns = S(App(), 'S')\ns.me = s\nlambda_.Function(s, 'F', x=s)\nkeep(s)")
    assert repr(kept(found)) == "[Instance(S at app.py:5)]"
    assert repr(only(found)) == "Made(aws_cdk.aws_lambda.Function at app.py:7)"


def test_functions_that_are_handed_on() -> None:
    found = run_script("""
        class Api extends Construct {
          readonly names: string[] = [];
          constructor(scope: any, id: string) {
            super(scope, id);
            ['a', 'b'].forEach(this.add);
            ['c'].forEach((n) => this.add(n));
            this.add.call(this, 'd');
          }
          add(n: string) { this.names.push(n); return this; }
        }
        keep(new Api(null, 'X').add('e').names);
        """)
    assert kept(found) == [["a", "b", "c", "d", "e"]]


def test_destructuring_props_with_defaults() -> None:
    found = run_script("""
        interface P { size?: number; name: string; tags?: object }
        function make({ size = 128, name, ...rest }: P) {
          return new lambda.Function(null, name, { memorySize: size, ...rest });
        }
        make({ name: 'a' });
        make({ name: 'b', size: 256, tags: { x: 1 } });
        """)
    assert [f.keywords for f in functions(found)] == [{"memory_size": 128}, {"memory_size": 256, "tags": {"x": 1}}]


def test_overloaded_spread_later_wins() -> None:
    found = run_script("""
        const defaults = { memorySize: 128, timeout: 3, environment: { A: '1' } };
        new lambda.Function(null, 'F', { ...defaults, timeout: 9, environment: { ...defaults.environment, B: '2' } });
        """)
    assert only(found).keywords == {"memory_size": 128, "timeout": 9, "environment": {"A": "1", "B": "2"}}
