"""Why a target that can work is not the choice: what it asks for, or which problem it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from archlint.knowledge import targets as known
from archlint.knowledge.targets import Target
from archlint.knowledge.vocabulary import PROBLEMS
from archlint.plan.decision.choose import STAY, Choice
from archlint.plan.decision.costing import Costs, after_fixes, pays
from archlint.plan.decision.targets import TODAY_TEXT, equals_today, solution
from archlint.plan.model import Reason
from archlint.plan.needs.requirements import Circumstances
from archlint.values import Known

_ENDS_WITH_A_MOVE = frozenset({"too-large", "hand-filled-libraries", "cold-users", "heavy-training"})
"""Problems that end as well where another service takes the function over, though nobody would move for them."""

_LEFT: Mapping[str, str] = MappingProxyType(
    {
        "no-gpu": "it has no GPU either",
        "too-large": "the package would still have to become an image",
        "hand-filled-libraries": "its libraries would still lie on a file system, filled by hand, that needs a VPC",
        "cold-users": "people would still meet the long start",
        "paid-waiting": "it would still be paid to wait",
        "moving-state": "each environment would still load the index again",
        "heavy-training": "it still ends after 900 s",
    }
)
_MOVES = 3
"""Named of what a target asks for."""


def why_not(case: Circumstances, target: Target, choice: Choice, money: Costs) -> Reason:
    """For a viable target that was not chosen."""
    chosen = known.target(choice.target)
    problem = choice.answers[0][0].name if choice.answers else None
    if problem == "cost":
        return Reason("soft", _by_cost(case, target, choice, money))
    if problem is not None and not _ends(target, problem, case):
        left = _LEFT.get(problem) or f"this would stay: {PROBLEMS[problem]}"
        return Reason("soft", left)
    if target.name in equals_today(case.deployed.function):
        return Reason("soft", TODAY_TEXT)
    extra = _asks(case, target, chosen)
    works = "it would do" if problem is not None else "it would work"
    if extra and target.rank > chosen.rank:
        return Reason("soft", f"{works}, and asks for more: {', '.join(extra)}")
    if problem is not None and target.rank < chosen.rank:
        return Reason("soft", f"{works} as a smaller change, and {_better(choice, chosen)}")
    return Reason("soft", f"{works}, and is a larger change than {chosen.name}")


def _by_cost(case: Circumstances, target: Target, choice: Choice, money: Costs) -> str:
    today, mine, theirs = (money.dollars(name) for name in (STAY, choice.target, target.cost))
    if target.name == STAY or target.name in equals_today(case.deployed.function):
        return f"{TODAY_TEXT}, and stays the dearer way"
    if today is None or mine is None or theirs is None:
        return "nothing that is known says that it would cost less"
    if not pays(theirs, after_fixes(case, today)):
        return "the bill would not fall by enough to move"
    if target.place == "elsewhere":
        return "cheaper than today, and a second provider is your decision"
    compared = "no cheaper" if theirs >= mine else "not so much cheaper that it would be worth more change"
    fits = target.rank < known.target(choice.target).rank
    return (
        f"cheaper than today, and {choice.target} fits better here" if fits else f"cheaper than today, and {compared}"
    )


def _ends(target: Target, problem: str, case: Circumstances) -> bool:
    if solution(target, problem, case.facts) is not None:
        return True
    if problem == "cold-users" and target.place == "elsewhere":
        return False
    taken_over = target.place != "lambda" or target.name.startswith("lambda-managed-instances")
    return problem in _ENDS_WITH_A_MOVE and taken_over


def _better(choice: Choice, chosen: Target) -> str:
    """In the words of the choice's own row, which says for which case it is the better fit."""
    return f"{chosen.name} fits better here ({choice.answers[0][1].text})"


def _asks(case: Circumstances, target: Target, chosen: Target) -> tuple[str, ...]:
    """What it takes that the choice does not, without what the function has already."""
    function = case.deployed.function
    image = function.package == Known("image")
    found = []
    for move in target.moves:
        has_runtime = move.startswith("runtime") and case.says("managed_runtime", "yes")
        has_image = image and move in ("image", "base image", "package")
        has_network = bool(function.vpc) and move == "the function into a VPC"
        if move not in chosen.moves and not (has_runtime or has_image or has_network):
            found.append(move)
    return tuple(found[:_MOVES])
