"""What an app makes, written by hand: the shape that the evaluator hands on."""

from __future__ import annotations

from archlint.model.function import Function
from archlint.model.place import Place
from archlint.readers.cdk.functions import read_functions
from archlint.readers.cdk.values import CdkReference, CdkValue, Made, Member, Run
from archlint.tree import MemoryTree, Tree

LAMBDA = "aws_cdk.aws_lambda"
FILES = {"infra/cdk.json": "{}", "infra/code/app.py": "def main(event, context): ...\n"}


class Making:
    """Makes constructs one line after the other in infra/stack.py."""

    def __init__(self, suffix: str = ".py") -> None:
        self.run = Run()
        self.file = f"infra/stack{suffix}"
        self.app = self.make("aws_cdk.App")
        self.stack = self.make("aws_cdk.Stack", self.app, "Main")

    def make(self, path: str, /, *arguments: CdkValue, **keywords: CdkValue) -> Made:
        made = Made(path, list(arguments), keywords, Place(self.file, len(self.run.made) + 1))
        self.run.made.append(made)
        return made

    def call(self, owner: Made, method: str, /, *arguments: CdkValue, **keywords: CdkValue) -> Made:
        made = self.make(f"{owner.path}.{method}", *arguments, **keywords)
        made.owner = owner
        owner.calls.append(made)
        return made

    def code(self, path: str = "code") -> Made:
        return self.make(f"{LAMBDA}.Code.from_asset", path)

    def function(self, name: str = "Fn", /, **keywords: CdkValue) -> Made:
        given = {"runtime": python("3_12"), "handler": "app.main", "code": self.code(), **keywords}
        return self.make(f"{LAMBDA}.Function", self.stack, name, **given)

    def functions(self, tree: Tree | None = None) -> list[Function]:
        return list(read_functions(self.run, "infra", tree or MemoryTree(FILES)))

    def only(self, tree: Tree | None = None) -> Function:
        (function,) = self.functions(tree)
        return function


def python(version: str) -> CdkReference:
    return CdkReference(f"{LAMBDA}.Runtime.PYTHON_{version}")


def arn(owner: Made) -> Member:
    return Member(owner, "function_arn")
