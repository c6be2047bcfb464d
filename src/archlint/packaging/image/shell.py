"""The commands of a RUN instruction, as far as they can be told apart without running a shell."""

from __future__ import annotations

import posixpath
import re
import shlex
from dataclasses import dataclass

from archlint.syntax.dockerfile import Instruction

MAX_SCRIPT = 100_000
"""Characters of a script that are looked at."""
SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_BEFORE = frozenset({"sudo", "exec", "time", "env", "command", "then", "do", "else", "if", "!", "{", "nohup"})
_ENDS = frozenset({"&&", "||", ";", "|", "&", ";;", "(", ")", "|&"})


@dataclass(frozen=True, slots=True)
class Command:
    """Words without quotes, variables as they are written. `outputs` are the files of `>` and `>>`."""

    words: tuple[str, ...]
    outputs: tuple[str, ...] = ()


def run_commands(run: Instruction) -> list[Command]:
    """Every command of a RUN instruction in any of its forms."""
    if run.json_form:
        inner = inner_script(run.words)
        return [Command(run.words)] if inner is None else commands(inner)
    if run.heredocs:
        program = run.value.split("<<")[0].split()
        if not program or posixpath.basename(program[0]) in SHELLS:
            return [c for document in run.heredocs for line in _lines(document.text) for c in commands(line)]
        return commands(run.value.split("\n")[0])
    return commands(run.value)


def inner_script(words: tuple[str, ...]) -> str | None:
    """The script of `sh -c script`."""
    if len(words) > 2 and posixpath.basename(words[0]) in SHELLS:
        at = next((n for n, word in enumerate(words) if re.fullmatch(r"-[a-z]*c", word)), None)
        if at is not None and at + 1 < len(words):
            return words[at + 1]
    return None


def commands(script: str) -> list[Command]:
    """The commands of one logical line; none when its quotes do not match or it is very long."""
    if len(script) > MAX_SCRIPT:
        return []
    lexer = shlex.shlex(script, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    found: list[Command] = []
    words: list[str] = []
    outputs: list[str] = []
    redirect = ""
    try:
        for token in [*lexer, ";"]:
            if token in _ENDS:
                if words:
                    found.append(Command(_bare(words), tuple(outputs)))
                words, outputs, redirect = [], [], ""
            elif set(token) <= set("<>&"):
                redirect = token
                if words and words[-1].isdigit():
                    words.pop()
            elif redirect:
                if redirect in (">", ">>"):
                    outputs.append(token)
                redirect = ""
            else:
                words.append(token)
    except ValueError:
        return found
    return [command for command in found if command.words]


def _bare(words: list[str]) -> tuple[str, ...]:
    """Without assignments and words such as sudo before the program."""
    at = 0
    while at < len(words) and (words[at] in _BEFORE or _ASSIGNMENT.match(words[at])):
        at += 1
    return tuple(words[at:])


def _lines(text: str) -> list[str]:
    return [line for line in text.replace("\\\n", " ").split("\n") if not line.lstrip().startswith("#")]
