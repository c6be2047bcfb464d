from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import lines, reasons, shown

from archlint.readers.cdk import program as ir
from archlint.readers.cdk.lowering.typescript_front import lower_typescript
from archlint.readers.cdk.lowering.typescript_nodes import MAX_CHARACTERS
from archlint.syntax.python import SourceError

LOWERED = [
    (
        "x = 1_000 + 0xff + 0b11 + 0o17 + 017 + 1e3 + .5 + 10n;",
        "(set x (+ (+ (+ (+ (+ (+ (+ 1000 255) 3) 15) 15) 1000) 0.5) 10))",
    ),
    ("x = \"a\\n\\x41\\u0041\\u{1F600}\\q\\'\" + 'b';", '(set x (+ "a\\nAA😀q\'" "b"))'),
    ('x = "\\ud83d\\ude00\\ud800";', '(set x "😀�")'),
    ("x = `a`;", '(set x "a")'),
    ("x = ``;", '(set x "")'),
    ("x = `a${b}\\n${c.d}`;", '(set x (template "a" b "\\n" c.d))'),
    ("x = tag`a`;", "(set x <a tagged template>)"),
    ("x = [true, false, null, undefined];", "(set x (list true false null null))"),
    ("x = [1, , ...y];", "(set x (list 1 null *y))"),
    ('x = {a, "b": 1, [c]: 2, 3: 4, ...d};', '(set x (dict "a":a "b":1 c:2 "3":4 **d))'),
    (
        "x = {a() { return this; }, async b() {}, get c() { return 1; }};",
        ('(set x (dict "a":(this fn a [] [(return this)]) "b":(this fn b [] []) "c":<a getter in an object>))'),
    ),
    ("x = a.b?.c[0];", "(set x (index a.b?.c 0))"),
    ("x = a?.[k];", "(set x (choice (== a null) null (index a k)))"),
    ("x = a?.(1);", "(set x (choice (== a null) null (call a 1)))"),
    ("x = f()?.(1);", "(set x (call (call f) 1))"),
    ("x = a.#b;", "(set x a.#b)"),
    ("x = (a as B)!.c satisfies D;", "(set x a.c)"),
    ("x = <T>a;", "(set x a)"),
    ("x = await f<T>(...a);", "(set x (call f *a))"),
    ('x = new a.B<C>(this, "id");', '(set x (call a.B this "id"))'),
    ("x = new A;", "(set x (call A))"),
    ("x = a === b && c !== d || !e;", "(set x (or (and (== a b) (!= c d)) (not e)))"),
    ("x = a ?? b ? c : d;", "(set x (choice (?? a b) c d))"),
    ("x = a in b;", "(set x (in a b))"),
    ("x = a instanceof b;", "(set x <the operator instanceof>)"),
    ("x = ~a;", "(set x <the operator ~>)"),
    ("x = a >>> b;", "(set x <the operator >>>>)"),
    ("x = -a + +b;", "(set x (+ (neg a) (call Number b)))"),
    ("x = typeof a;", "(set x (call typeof a))"),
    ("x = void 0;", "(set x (do [(eval 0)] null))"),
    ("x = delete a.b;", "(set x (do [(set a.b null)] true))"),
    ("x = /a/g;", "(set x <a regular expression>)"),
    ("x = import.meta.url;", "(set x import.meta.url)"),
    ("x = __dirname + process.env.X;", "(set x (+ __dirname process.env.X))"),
    ("x = a => a;", "(set x (fn (function) [a] [(return a)]))"),
    (
        "x = ({a, b = 1, ...c}: P = {}, ...d) => ({a});",
        '(set x (fn (function) [(object a:a b:b=1 *c)=(dict) *d] [(return (dict "a":a))]))',
    ),
    ("x = async (a?: number) => { return a; };", "(set x (fn (function) [a=null] [(return a)]))"),
    ("x = function f(this: X, a) { return this; };", "(set x (this fn f [a] [(return this)]))"),
    ("x = function* () { yield 1; };", "(set x (this fn (function) [] [(return <a generator function>)]))"),
    ("x = (() => 1)();", "(set x (call (fn (function) [] [(return 1)])))"),
    ("x = (a = b);", "(set x (do [(set a b)] a))"),
    ("x = (a.b += 1);", "(set x (do [(set+ a.b 1)] a.b))"),
    ("x = (f().a = b);", "(set x (do [(set (call f).a b)] <the value of an assignment>))"),
    ("x = i++ + --j;", "(set x (+ (do [(set+ i 1)] (- i 1)) (do [(set- j 1)] j)))"),
    ("x = (a, b);", "(set x (do [(eval a)] b))"),
    ("x = class extends A {};", "(set x (do [(class (class 1:5) [A] [])] (class 1:5)))"),
    ("x = class B {};", "(set x (do [(class B [] [])] B))"),
    ('x = require("a");', '(set x (call require "a"))'),
    ("x = <div/>;", "(eval <a syntax error>)"),
    ("a = b = c;", "(set a (do [(set b c)] b))"),
    ("[a, b] = [b, a];", "(set (targets a b) (list b a))"),
    ("({a, b: c.d} = e);", "(set (object a:a b:c.d) e)"),
    ("({[k]: a} = e);", "(eval e) ; (set a <a computed key in a pattern>)"),
    (
        "a ??= b; a ||= c; a &&= d; a **= 2; a >>>= 1;",
        "(set?? a b) ; (setor a c) ; (setand a d) ; (set** a 2) ; (set a <a rare operator>)",
    ),
    ("i++; --i;", "(set+ i 1) ; (set- i 1)"),
    ("delete a[b];", "(set (index a b) null)"),
    ("a && f();", "(if a [(eval (call f))])"),
    ("a || f();", "(if a [] [(eval (call f))])"),
    ("a ? f() : g();", "(if a [(eval (call f))] [(eval (call g))])"),
    ("void f();", "(eval (call f))"),
    ('"use strict";', ""),
    ("let a;", "(let a null)"),
    ("const a = 1, b = 2;", "(let a 1) ; (let b 2)"),
    (
        'const {a, b: c, d = 1, e: {f} = {}, "g-h": i, ...j} = k;',
        "(let (object a:a b:c d:d=1 e:(object f:f)=(dict) g-h:i *j) k)",
    ),
    ("const [a, , [b], ...c] = d;", "(let (targets* a (value) (targets b) c) d)"),
    (
        "const [a = 1, b] = c;",
        (
            "(eval c) ; (let b <an assignment to TypeScript's assignment pattern>) ; (let a <an assignment "
            "to TypeScript's assignment pattern>)"
        ),
    ),
    ("const {[a]: b} = c;", "(eval c) ; (let b <a computed key in a pattern>)"),
    ("using x = f();", "(let x (call f))"),
    ('const a = require("b");', "(import b *>a)"),
    ('const {a, b: c} = require("d");', "(import d a b>c)"),
    ('const a = require("b").c;', "(import b c>a)"),
    ('const a = await import("b");', "(import b *>a)"),
    ("const A = class extends B {};", "(class A [B] [])"),
    ('import * as a from "b";', "(import b *>a)"),
    ('import a, {b, c as d, type E} from "f";', "(import f default>a b c>d)"),
    ('import {default as a} from "b";', "(import b default>a)"),
    ('import type {A} from "b";', ""),
    ('import {type A} from "b";', ""),
    ('import "a";', "(import a)"),
    ('import {} from "a";', "(import a)"),
    ('import a = require("b");', "(import b *>a)"),
    ("import a = B.C.D;", "(let a B.C.D)"),
    ('import a from "./a.json" with {type: "json"};', "(import ./a.json default>a)"),
    ("export const a = 1, {b} = c;", "(let a 1) ; (let (object b:b) c) ; (export a b)"),
    ("export function f() {}", "(this fn f [] []) ; (export f)"),
    ("export class A {}", "(class A [] []) ; (export A)"),
    ("export enum A {}", "(let A (dict)) ; (export A)"),
    ("export default class A {}", "(class A [] []) ; (export A>default)"),
    ("export default class {}", "(class (default) [] []) ; (export (default)>default)"),
    ("export default function () {}", "(let (default) (this fn (function) [] [])) ; (export (default)>default)"),
    ("export default a;", "(export a>default)"),
    ("export default {a: 1};", '(let (default) (dict "a":1)) ; (export (default)>default)'),
    ("export default async () => {};", "(let (default) (fn (function) [] [])) ; (export (default)>default)"),
    ("export {a, b as c, type D};", "(export a b>c)"),
    ('export {default as a, b} from "c";', "(export default>a b from:c)"),
    ('export {default} from "c";', "(export default from:c)"),
    ('export * from "a";', "(export * from:a)"),
    ('export * as a from "b";', "(export *>a from:b)"),
    ("export = a;", "(export a>=)"),
    ("export type A = 1;", ""),
    ('export type {A} from "b";', ""),
    ("export interface A {}", ""),
    ("export declare const a: 1;", ""),
    (
        "export namespace A { export const b = 1; const c = 2; }",
        '(let b 1) ; (let c 2) ; (let A (dict "b":b)) ; (export A)',
    ),
    ("namespace A { export function f() {} }", '(this fn f [] []) ; (let A (dict "f":f))'),
    ('declare module "a" { }', ""),
    (
        "module.exports = {A, b: c, d: 1};",
        '(let (module) (dict "A":A "b":c "d":1)) ; (export (module)>=) ; (export A c>b)',
    ),
    ("module.exports = A;", "(export A>=)"),
    ("exports.a = 1;", "(let (exports.a) 1) ; (export (exports.a)>a)"),
    ("exports.a = a;", "(export a)"),
    (
        'enum A {B, C = 5, D, E = "e", "f-g" = "h", I = B}',
        '(let A (dict "B":0 "0":"B" "C":5 "5":"C" "D":6 "6":"D" "E":"e" "f-g":"h" "I":0 "0":"I"))',
    ),
    ("enum A {B = f(), C}", '(let A (dict "B":(call f) "C":<an enum\'s member without a value>))'),
    ("function f(a: number): void;", ""),
    ("function f(a = 1) { return a; }", "(this fn f [a=1] [(return a)])"),
    ("async function f() { await g(); }", "(this fn f [] [(eval (call g))])"),
    ("function* f() { yield 1; }", "(this fn f [] [(return <a generator function>)])"),
    ("class A {}", "(class A [] [])"),
    ("abstract class A<T> extends B<T> implements C { abstract a(): void; b(): void; c; }", "(class A [B] [])"),
    (
        (
            "class A { constructor(private readonly a: B, public b = 1, protected c, readonly d, e, {f}: G) "
            "{ super(); } }"
        ),
        "(class A [] [(this fn constructor [.a .b=1 .c .d e (object f:f)] [(eval (call super))])])",
    ),
    (
        ('class A { a = 1; static b = 2; declare c: D; #e = 3; "f" = () => this; readonly [k: string]: any; }'),
        "(class A [] [(set b 2)] [(set a 1) (set #e 3) (set f (fn (function) [] [(return this)]))])",
    ),
    (
        (
            "class A { get a() { return 1; } set a(b) {} static c() {} static get d() { return 1; } *e() {} "
            "[f]() {} @g() h() {} }"
        ),
        (
            "(class A [] [(this property fn a [] [(return 1)]) (this static fn c [] []) (set d <a static "
            "getter>) (this fn e [] [(return <a generator function>)]) (eval <a method with a computed "
            "name>) (this fn h [] [])])"
        ),
    ),
    ("class A { static { f(); } }", "(class A [] [(eval <a class's static block>)])"),
    ("@a @b(1) class A {}", "(@a @(call b 1) class A [] [])"),
    ("@a export class A {}", "(@a class A [] []) ; (export A)"),
    ("interface A {}", ""),
    ("type A = B;", ""),
    ("declare const a: B;", ""),
    ("if (a) b; else if (c) { d; } else e;", "(if a [(eval b)] [(if c [(eval d)] [(eval e)])])"),
    ("{ a; }", "(eval a)"),
    ("{ const a = 1; }", "(if true [(let a 1)])"),
    ("for (const a of b) c;", "(for a b [(eval c)])"),
    ("for (const {a, b} of c) { continue; }", "(for (object a:a b:b) c [(continue)])"),
    ("for (const [a = 1] of b) {}", "(for (value) b [(let a <an assignment to TypeScript's assignment pattern>)])"),
    ("for (const a in b) {}", "(for-keys a b [])"),
    ("for await (const a of b) {}", "(for a b [])"),
    (
        "for (let i = 0, n = 2; i < n; i++) { if (a) continue; b; }",
        ("(if true [(let i 0) (let n 2) (while (< i n) [(if a [(set+ i 1) (continue)]) (eval b) (set+ i 1)])])"),
    ),
    ("for (;;) break;", "(while true [(break)])"),
    ("for (i = 0; ; ) {}", "(set i 0) ; (while true [])"),
    ("while (a) { b; }", "(while a [(eval b)])"),
    (
        "do { a; if (b) continue; } while (c);",
        "(while true [(eval a) (if b [(if c [] [(break)]) (continue)]) (if c [] [(break)])])",
    ),
    (
        "try { a; } catch (e) { b; } finally { c; }",
        "(try [(eval a)] [(let e <an exception>) (eval b)] [finally (eval c)])",
    ),
    ("try { a; } catch { }", "(try [(eval a)] [])"),
    ("try { a; } catch ({b}) { }", "(try [(eval a)] [(let b <an exception>)])"),
    ('throw new Error("a");', "(raise)"),
    (
        "switch (a) { case 1: case 2: b; break; case 3: { c; break; } default: d; }",
        "(if (or (== a 1) (== a 2)) [(eval b)] [(if (== a 3) [(eval c)] [(eval d)])])",
    ),
    (
        "switch (f()) { default: a; break; case 1: b; }",
        "(let (value) (call f)) ; (if (== (value) 1) [(eval b)] [(eval a)])",
    ),
    (
        "switch (a) { case 1: if (b) break; c; }",
        "(for (switch) (list null) [(if (== a 1) [(if b [(break)]) (eval c)])])",
    ),
    (
        "switch (a) { case 1: b; case 2: c; }",
        ("(if (== a 1) [(eval b) (eval <a case that goes on into the next one>)] [(if (== a 2) [(eval c)])])"),
    ),
    ("for (const a of b) { switch (a) { case 1: continue; } }", "(for a b [(if (== a 1) [(continue)])])"),
    (
        "for (const a of b) { switch (a) { case 1: if (c) continue; if (d) break; e; } }",
        "(for a b [(eval <a switch that is no chain of conditions>)])",
    ),
    ("a: for (const b of c) { continue a; }", "(for b c [(eval <a jump to a label>)])"),
    ("return a;", "(return a)"),
    ("debugger; ;", ""),
    ("with (a) { b; }", "(eval <TypeScript's with statement>)"),
    ("const a = ; const b = 1;", "(let a <a syntax error>) ; (let b 1)"),
    ("f(1, @@, 2);", "(eval (call f *<a syntax error>))"),
    ("const a = {b: 1, c: };", '(let a (dict "b":1 "c":<a syntax error>))'),
    (
        "f();\nfunction f() {}\nexport function g() {}",
        "(this fn f [] []) ; (this fn g [] []) ; (export g) ; (eval (call f))",
    ),
    ("x = <div/>;", "(eval <a syntax error>)"),
    ("x = a // b\n  .c /* d */ .e();", "(set x (call a.c.e))"),
    ("x = 'a\\\nb';", '(set x "ab")'),
    ("import {b} from 'a' // c", "(import a b)"),
    ("f(/* a */ 1, // b\n 2)", "(eval (call f 1 2))"),
]


@pytest.mark.parametrize(("text", "expected"), LOWERED)
def test_a_construct_is_lowered(text: str, expected: str) -> None:
    assert " ; ".join(lines(lower_typescript(text, "app.ts"))) == expected


@pytest.mark.parametrize("path", ["app.js", "app.mjs", "app.jsx", "app.tsx"])
def test_javascript_and_tsx_may_hold_jsx(path: str) -> None:
    source = lower_typescript("const { a } = require('b'); const c = <div>{a}</div>;", path)
    assert lines(source) == ["(import b a)", "(let c <JSX>)"]
    assert not source.broken


def test_places_are_where_new_stands() -> None:
    text = 'const a = 1;\r\n\r\nthis.é = (\r\n  new lambda.Function(this, "é", f(),\r\n    { b: new C() }));\r\n'
    source = lower_typescript(text, "lib/app.ts")
    assert (source.path, source.language, source.broken) == ("lib/app.ts", "typescript", False)
    statement = source.body[1]
    assert isinstance(statement, ir.Assign)
    call = statement.value
    assert isinstance(call, ir.Call)
    props = call.arguments[3]
    assert isinstance(props, ir.DictOf)
    found = [statement.place, call.place, call.arguments[2].place, props.items[0].value.place]
    assert [(place.path, place.line, place.column) for place in found] == [
        ("lib/app.ts", 3, 1),
        ("lib/app.ts", 4, 3),
        ("lib/app.ts", 4, 34),
        ("lib/app.ts", 5, 10),
    ]


def test_a_syntax_error_leaves_the_rest_readable() -> None:
    source = lower_typescript("import a from 'a';\nclass A { b() { return 1; }\n  c = @@;\n}\nnew A();\n", "app.ts")
    assert source.broken
    text = shown(source.body)
    assert text.startswith("[(import a default>a) (class A [] [(this fn b [] [(return 1)])")
    assert text.endswith("(eval (call A))]")


@pytest.mark.parametrize(
    ("text", "reason"), [("[" * 300, "nested more than 200"), ("x" * (MAX_CHARACTERS + 1), "longer than")]
)
def test_what_would_exhaust_a_parser_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        lower_typescript(text, "app.ts")


def test_brackets_in_texts_and_comments_do_not_nest() -> None:
    text = "a(\"[[[(((\"); // ((((\n/* {{ */ b('[[');\n" * 100
    assert not lower_typescript(text, "app.ts").broken


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "a + " * 300 + "a",
        "a" + ".b()" * 300,
        "if (a) b; else " * 300 + "c;",
        "a = " + "!" * 300 + "b",
        "a = " + "b => " * 300 + "c",
        "a = " * 300 + "b",
        "a: " * 300 + "b",
    ],
)
def test_what_nests_without_brackets_is_opaque_in_the_depth(text: str) -> None:
    assert "nested too deeply" in reasons(lower_typescript(text, "app.ts"))


def test_nested_updates_are_not_lowered_twice() -> None:
    source = lower_typescript("x[" * 100 + "i" + "++]" * 100, "app.ts")
    assert len(shown(source.body)) < 100_000


def test_a_long_switch_is_opaque() -> None:
    text = "switch (a) { " + "case 1: b; break; " * 200 + "}"
    assert lines(lower_typescript(text, "app.ts")) == ["(eval <a switch that is no chain of conditions>)"]


def test_minified_text_takes_no_longer_than_its_limit_allows() -> None:
    text = "var a=function(b,c){return b+c.d(e,{f:1,g:'h'})};"
    start = time.process_time()
    lower_typescript(text * (MAX_CHARACTERS // len(text)), "app.js")
    assert time.process_time() - start < 2


FRAGMENTS = st.sampled_from(
    "a b this . , : ; = == => ?. ?? ? ! ( ) [ ] { } ... < > + ++ && new class extends function if else for of in while "
    "do switch case default: try catch return yield await async import export from const let enum namespace "
    "type interface as ` ${ } 'é' \"\\ud800\" /a/ 1n 0x // /* \n @ # \ud800 <a>".split(" ")
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.lists(FRAGMENTS, max_size=25).map(" ".join)), st.sampled_from(["a.ts", "a.tsx"])
)
def test_any_text_is_lowered_or_refused(text: str, path: str) -> None:
    try:
        source = lower_typescript(text, path)
    except SourceError:
        return
    assert shown(source.body).encode()
