from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trees import lines, reasons, shown

from archlint.readers.cdk import program as ir
from archlint.readers.cdk.lowering.python_front import MAX_CHARACTERS, lower_python
from archlint.syntax.python import SourceError

LOWERED = [
    ("x = \"a\" 'b'", '(set x "ab")'),
    ("x = 1.5", "(set x 1.5)"),
    ("x = -1", "(set x (neg 1))"),
    ("x = None", "(set x null)"),
    ("x = True", "(set x true)"),
    ('x = b"a"', "(set x <Python's bytes>)"),
    ("x = ...", "(set x <an ellipsis>)"),
    ('x = "\\ud800"', '(set x "�")'),
    ('x = f"a{b}c{d!r}{e:>{w}}"', '(set x (template "a" b "c" (call repr d) (call format e (template ">" w))))'),
    ('x = f"a" "b"', '(set x (template "ab"))'),
    ("x = (1, *y)", "(set x (list 1 *y))"),
    ("x = [a, b]", "(set x (list a b))"),
    ("x = {1, 2}", "(set x (call set (list 1 2)))"),
    ('x = {"a": 1, **b}', '(set x (dict "a":1 **b))'),
    ("x = a.b.c(1, *d, e=2, **f)", '(set x (call a.b.c 1 *d "e":2 **f))'),
    ("x = a[0]", "(set x (index a 0))"),
    ("x = a[1:]", "(set x (index a (call slice 1 null null)))"),
    ("x = a if b else c", "(set x (choice b a c))"),
    ("x = a + b * c ** d // e % f", "(set x (+ a (% (// (* b (** c d)) e) f)))"),
    ("x = a | b", "(set x (| a b))"),
    ("x = a @ b", "(set x <Python's operator MatMult>)"),
    ("x = ~a", "(set x <Python's operator Invert>)"),
    ("x = +a", "(set x a)"),
    ("x = not a", "(set x (not a))"),
    ("x = a and b and c", "(set x (and (and a b) c))"),
    ("x = a < b <= c", "(set x (and (< a b) (<= b c)))"),
    ("x = a not in b", "(set x (not-in a b))"),
    ("x = a is not None", "(set x (is-not a null))"),
    ("x = lambda a, b=1: a", "(set x (fn (lambda) [a b=1] [(return a)]))"),
    ("x = lambda: (yield)", "(set x <a generator function>)"),
    ("x = [a for a in b if c if d]", "(set x (list-of a (for a b c d)))"),
    ("x = {k: v for k, v in b}", "(set x (dict-of (list k v) (for (targets k v) b)))"),
    ("x = {a for a in b}", "(set x (set-of a (for a b)))"),
    ("x = f(a for a in b for c in d)", "(set x (call f (generator-of a (for a b) (for c d))))"),
    ("x = [a for a, *b, c in d]", "(set x <an assignment to a starred name before others>)"),
    ("x = await f()", "(set x (call f))"),
    ("f(x := 1)", "(eval (call f (do [(set x 1)] x)))"),
    ("x: int = 1", "(set x 1)"),
    ("x: int", ""),
    ("x += 1", "(set+ x 1)"),
    ("x @= 1", "(set x <Python's operator MatMult>)"),
    ("x = y = f()", "(set x (call f)) ; (set y x)"),
    ("self.x = self.y = f()", "(set (value) (call f)) ; (set self.x (value)) ; (set self.y (value))"),
    ("a, (b, c) = d", "(set (targets a (targets b c)) d)"),
    ("a, *b = c", "(set (targets* a b) c)"),
    (
        "*a, b = c",
        (
            "(eval c) ; (set b <an assignment to a starred name before others>) ; (set a <an assignment to "
            "a starred name before others>)"
        ),
    ),
    ("x[0], y.z = c", "(set (targets (index x 0) y.z) c)"),
    ("del x", "(set x <it was deleted>)"),
    ("del x[0], y.z", "(eval (call x.pop 0)) ; (set y.z <it was deleted>)"),
    ("del x[1:]", "(set (index x (call slice 1 null null)) <a deleted slice>)"),
    ('"""text"""', ""),
    ("f()", "(eval (call f))"),
    ("pass", ""),
    ("assert x", ""),
    ('raise ValueError("x") from e', "(raise)"),
    ("import a", "(import a *>a)"),
    ("import a.b", "(import a *>a) ; (import a.b)"),
    ("import a.b as c, d as e", "(import a.b *>c) ; (import d *>e)"),
    ("from a import b, c as d", "(import a b c>d)"),
    ("from . import a", "(import . a)"),
    ("from ..a.b import *", "(import ..a.b *)"),
    ("def f(a, /, b, c=1, *d, e, g=2, **h): return a", "(fn f [a b c=1 *d kw:e kw:g=2 **h] [(return a)])"),
    ('def f(*, a: int = 1) -> int: "doc"; return', "(fn f [kw:a=1] [(return)])"),
    ("async def f(): await g()", "(fn f [] [(eval (call g))])"),
    ("def f(): yield 1", "(fn f [] [(return <a generator function>)])"),
    ("def f(): return [(yield)]", "(fn f [] [(return <a generator function>)])"),
    ("def f(): return g(lambda: (yield))", "(fn f [] [(return (call g <a generator function>))])"),
    ("def f(): global b, a; a = 1", "(outer:a outer:b fn f [] [(set a 1)])"),
    ("@d(1)\ndef f(): pass", "(@(call d 1) fn f [] [])"),
    ("class A: pass", "(class A [] [])"),
    ("class A(B, C[T], metaclass=M): x = 1", "(class A [B (index C T)] [(set x 1)])"),
    (
        'class A: x: int; y: str = "a"; z: ClassVar[int] = 1',
        '(class A [] [(set y "a") (set z 1)] [(set x <it has no default>) (set y "a")])',
    ),
    ("if a: b\nelif c: d\nelse: e", "(if a [(eval b)] [(if c [(eval d)] [(eval e)])])"),
    ('if __name__ == "__main__": main()', '(if (== __name__ "__main__") [(eval (call main))])'),
    ("for a in b: c", "(for a b [(eval c)])"),
    (
        "for a, b in c: break\nelse: d",
        "(for (targets a b) c [(break)]) ; (if <whether the loop was left by a break> [(eval d)])",
    ),
    ("for a in c: d\nelse: e", "(for a c [(eval d)]) ; (eval e)"),
    (
        "for a, *b, c in d: e",
        (
            "(for (value) d [(set a <an assignment to a starred name before others>) (set c <an assignment "
            "to a starred name before others>) (set b <an assignment to a starred name before others>) "
            "(eval e)])"
        ),
    ),
    ("async for a in b: c", "(for a b [(eval c)])"),
    ("while a: continue", "(while a [(continue)])"),
    ("with open(a) as b, c: d", "(set b (call open a)) ; (eval c) ; (eval d)"),
    ("async with a as (b, c): d", "(set (targets b c) a) ; (eval d)"),
    (
        "try: a\nexcept E as e: b\nexcept: c\nelse: d\nfinally: e",
        "(try [(eval a) (eval d)] [(set e <an exception>) (eval b)] [(eval c)] [finally (eval e)])",
    ),
    ("try: a\nexcept* E: b", "(try [(eval a)] [(eval b)])"),
    (
        (
            "class A:\n @property\n def b(self): 1\n @b.setter\n def b(self, c): 1\n @staticmethod\n def d(): 1\n "
            "@classmethod\n def e(cls): 1\n @cached_property\n def f(self): 1"
        ),
        (
            "(class A [] [(property @property fn b [self] []) (static @staticmethod fn d [] []) (class "
            "@classmethod fn e [cls] []) (property @cached_property fn f [self] [])])"
        ),
    ),
    (
        "@dataclass(frozen=True)\nclass A: x: int = 1",
        '(@(call dataclass "frozen":true) class A [] [(set x 1)] [(set x 1)])',
    ),
    ("@overload\ndef f(): ...\ndef f(): f()", "(fn f [] [(eval (call f))])"),
    ('def f():\n """text"""\n nonlocal b\n b = 1', "(outer:b fn f [] [(set b 1)])"),
    (
        "match a:\n case 1 | 'b': c\n case None: d\n case e if e: f\n case _: g",
        (
            '(if (or (== a 1) (== a "b")) [(eval c)] [(if (is a null) [(eval d)] [(if (do [(set e a)] e) '
            "[(set e a) (eval f)] [(eval g)])])])"
        ),
    ),
    (
        "match f():\n case [a, *b]: c\n case {'d': e, **g}: h\n case A(i) as j: k\n case 2 as l: m",
        (
            "(set (value) (call f)) ; (if <whether a pattern of match applies> [(set a <a part that a "
            "pattern of match took>) (set b <a part that a pattern of match took>) (eval c)] [(if <whether "
            "a pattern of match applies> [(set g <a part that a pattern of match took>) (set e <a part that "
            "a pattern of match took>) (eval h)] [(if <whether a pattern of match applies> [(set i <a part "
            "that a pattern of match took>) (set j (value)) (eval k)] [(if (== (value) 2) [(set l (value)) "
            "(eval m)])])])])"
        ),
    ),
    (
        "x = a < (b < c < d) < e",
        ("(set x (and (< a <a chain of comparisons inside another>) (< <a chain of comparisons inside another> e)))"),
    ),
    ("x = a < (b < c) < e", "(set x (and (< a (< b c)) (< (< b c) e)))"),
]


@pytest.mark.parametrize(("text", "expected"), LOWERED)
def test_a_construct_is_lowered(text: str, expected: str) -> None:
    assert " ; ".join(lines(lower_python(text, "app.py"))) == expected


def test_places_are_where_the_whole_call_begins() -> None:
    source = lower_python('x = 1\n\nfn = (\n    a\n    .b(c)\n)\né = f("é", g())\n', "stacks/app.py")
    assert (source.path, source.language, source.broken) == ("stacks/app.py", "python", False)
    first, second = source.body[1], source.body[2]
    assert isinstance(first, ir.Assign)
    assert isinstance(second, ir.Assign)
    assert isinstance(second.value, ir.Call)
    assert (first.place.path, first.place.line, first.value.place.line) == ("stacks/app.py", 3, 4)
    assert [(part.place.line, part.place.column) for part in (second, second.value, second.value.arguments[1])] == [
        (7, 1),
        (7, 5),
        (7, 12),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = ", "not valid Python"),
        ("print 'a'", "Python 2"),
        ("a\0", "null"),
        ("[" * 300, "nested more than 200"),
        ("x" * (MAX_CHARACTERS + 1), "longer than"),
    ],
)
def test_what_is_no_python_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        lower_python(text, "app.py")


@pytest.mark.parametrize("text", ["a = " + "a + " * 300 + "a", "a" + ".b()" * 300, "if a: b\n" + "elif a: b\n" * 300])
def test_what_nests_without_brackets_is_opaque_in_the_depth(text: str) -> None:
    assert "nested too deeply" in reasons(lower_python(text, "app.py"))


def test_a_very_long_chain_is_refused_or_opaque() -> None:
    """From Python 3.12 on, the parser itself takes it."""
    try:
        found = reasons(lower_python("if a: b\n" + "elif a: b\n" * 5000, "app.py"))
    except SourceError as error:
        found = [str(error)]
    assert any("nested too deeply" in reason for reason in found)


def test_long_chains_of_conditions_are_opaque() -> None:
    assert lines(lower_python("a = " + "a and " * 300 + "a", "app.py")) == ["(set a <more than 120 operands>)"]


FRAGMENTS = st.sampled_from(
    "a b self . , : = := == ( ) [ ] { } * ** + < not in is lambda if else elif for while def class with as try except "
    "match case return yield await async import from global del @ f\"{ }\" 'é' 1 1e400 None # \\ ; \n \ud800".split(" ")
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(FRAGMENTS, max_size=25).map(" ".join)))
def test_any_text_is_lowered_or_refused(text: str) -> None:
    try:
        source = lower_python(text.replace("_", " "), "app.py")
    except SourceError:
        return
    assert shown(source.body).encode()
