"""What would have to be otherwise for another target to be the better one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from archlint.knowledge import targets as known
from archlint.knowledge.limits import limit
from archlint.knowledge.targets import PROBLEMS, Target
from archlint.plan.cost.money import requests_text
from archlint.plan.decision.choose import STAY, TODAY_TEXT, Judged, TargetChoice, equals_today, solution
from archlint.plan.decision.costing import Costs, after_fixes, pays, pays_from, used_from, worth_saving
from archlint.plan.model import Flip, Reason
from archlint.plan.needs.facts import Facts
from archlint.plan.needs.requirements import SECONDS_A_MONTH, SPARSE_GAP_S, Profile
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


def why_not(case: Profile, target: Target, choice: TargetChoice, money: Costs) -> Reason:
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


def _by_cost(case: Profile, target: Target, choice: TargetChoice, money: Costs) -> str:
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


def _ends(target: Target, problem: str, case: Profile) -> bool:
    if solution(target, problem, case.facts) is not None:
        return True
    if problem == "cold-users" and target.place == "elsewhere":
        return False
    taken_over = target.place != "lambda" or target.name.startswith("lambda-managed-instances")
    return problem in _ENDS_WITH_A_MOVE and taken_over


def _better(choice: TargetChoice, chosen: Target) -> str:
    """In the words of the choice's own row, which says for which case it is the better fit."""
    return f"{chosen.name} fits better here ({choice.answers[0][1].text})"


def _asks(case: Profile, target: Target, chosen: Target) -> tuple[str, ...]:
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


MANAGED, TASK = "lambda-managed-instances", "fargate-task"


def flips(case: Profile, judged: tuple[Judged, ...], choice: TargetChoice, money: Costs) -> tuple[Flip, ...]:
    """The target of each is one that nothing hard speaks against, other than the choice."""
    able = {item.target.name: item for item in judged if not item.impossible}
    found: dict[tuple[str, str], Flip] = {}
    for flip in (
        *_by_traffic(case, judged, choice, money),
        *_by_start(case, able, choice),
        *_by_time(case, able, choice),
        *_between_long_runs(able, choice, money),
        *_by_gpu(case, able, choice, money),
        *_by_state(case, able, choice),
        *_by_provider(case, judged, money, choice),
    ):
        if flip.target != choice.target:
            found.setdefault((flip.condition, flip.target), flip)
    return tuple(found.values())


def _by_traffic(case: Profile, judged: tuple[Judged, ...], choice: TargetChoice, money: Costs) -> Iterator[Flip]:
    """From how many requests on a move pays, for targets that may be chosen for their cost."""
    if money.workload.duration_s is None or case.says("gpu", "required") or not case.says("python", "yes"):
        return
    if not case.says("provider", "no"):
        return
    for item in judged:
        row = solution(item.target, "cost", case.facts)
        if row is None or item.rejected or item.target.name.endswith("-gpu") or item.target.place == "elsewhere":
            continue
        least = pays_from(case, money, item.target)
        if least is None:
            continue
        each = f"of {money.workload.duration_s.estimate:g} s"
        if choice.target == STAY:
            yield Flip(f"more than about {requests_text(least)} requests a month {each}", item.target.name)
        elif choice.target == item.target.name:
            yield Flip(f"fewer than about {requests_text(least)} requests a month {each}", STAY)


def _by_start(case: Profile, able: dict[str, Judged], choice: TargetChoice) -> Iterator[Flip]:
    if choice.target != STAY or case.says("init", "light") or case.says("caller", "nobody"):
        return
    number = requests_text(SECONDS_A_MONTH / SPARSE_GAP_S)
    waits = "" if case.says("caller", "waits") else "people wait for the answer and there are "
    snap = able.get("lambda-snapstart")
    best = snap if snap is not None and not snap.rejected and case.says("snapstart_runtime", "yes") else None
    if case.says("init", "heavy"):
        best = best or able.get("lambda-provisioned")
    if best is not None:
        yield Flip(
            f"{waits}fewer than about {number} requests a month, so that people meet long starts", best.target.name
        )


def _by_time(case: Profile, able: dict[str, Judged], choice: TargetChoice) -> Iterator[Flip]:
    seconds, longest = case.number("timeout_s"), limit("timeout_max")
    if choice.target != STAY or case.number("duration_s") is not None or seconds is None:
        return
    if seconds < limit("timeout_at_wall").value or case.says("front", "http") or case.deployed.function.durable:
        return
    free = {key: item for key, item in able.items() if not item.rejected}
    name = _best(free, "too-long", case.facts)
    if name is not None:
        yield Flip(f"one run takes longer than {longest.value} s", name)


def _between_long_runs(able: dict[str, Judged], choice: TargetChoice, money: Costs) -> Iterator[Flip]:
    """Tasks cost nothing between runs; Managed Instances are the smaller change once their floor is used."""
    pair = (MANAGED, TASK)
    if choice.target not in pair or any(name not in able or able[name].rejected for name in pair):
        return
    if money.workload.duration_s is None:
        return

    least = used_from(money, able[MANAGED].target, able[TASK].target)
    current = money.workload.monthly_requests
    if least is None:
        return
    if choice.target == TASK and (current is None or current.estimate < least):
        yield Flip(f"more than about {requests_text(least)} runs a month", MANAGED)
    elif choice.target == MANAGED and (current is None or current.estimate > least):
        yield Flip(f"fewer than about {requests_text(least)} runs a month", TASK)


def _best(able: dict[str, Judged], problem: str, facts: Facts) -> str | None:
    rows = [
        (row.order, item.target.rank, name)
        for name, item in able.items()
        if (row := solution(item.target, problem, facts))
    ]
    return min(rows)[2] if rows else None


def _by_gpu(case: Profile, able: dict[str, Judged], choice: TargetChoice, money: Costs) -> Iterator[Flip]:
    if case.says("gpu", "required") and case.workload.gpu_speedup is None and not case.deployed.function.accelerator:
        large = case.says("package", "zip") and case.says("zip_fit", "over", "outgrown")
        text = "a CPU is fast enough, and the code asks for a GPU only where there is one"
        yield Flip(text, "lambda-image" if large else STAY)
    if not case.says("gpu", "optional") or case.workload.gpu_speedup is not None or choice.target != STAY:
        return
    for name in ("ecs-gpu", "batch-gpu", "lambda-managed-instances-gpu"):
        if name in able:
            even = money.break_even(name)
            if even is not None and even.speedup is not None:
                yield Flip(f"a GPU is at least {even.speedup:.1f} times as fast", name)
            elif even is None:
                yield Flip("the usage file states a speed-up (gpu_speedup) that pays for a GPU", name)
            return


def _by_state(case: Profile, able: dict[str, Judged], choice: TargetChoice) -> Iterator[Flip]:
    if case.says("index", "fixed") and not case.says("caller", "nobody") and "fargate-service" in able:
        yield Flip("the index changes while people wait for answers from it", "fargate-service")
    spread = able.get("step-functions-map")
    looped = case.says("loop", "yes") and choice.target == STAY and case.number("duration_s") is not None
    if looped and spread is not None and not spread.rejected:
        yield Flip("the records of one event take longer than a function may run", "step-functions-map")
    asked = "training_size" not in case.facts
    if case.says("training", "yes") and choice.target == STAY and not case.says("caller", "waits") and asked:
        name = "batch-gpu" if case.says("gpu", "required", "optional") else "fargate-task"
        if name in able:
            yield Flip("the training data grows until one fit no longer ends within 900 s", name)


def _by_provider(case: Profile, judged: tuple[Judged, ...], money: Costs, choice: TargetChoice) -> Iterator[Flip]:
    """A second provider is people's decision; so is a private network that stands in its way."""
    item = next((found for found in judged if found.target.place == "elsewhere"), None)
    if item is None or case.says("second_cloud", "yes", "no"):
        return
    mine, theirs = money.dollars(choice.target), money.dollars(item.target.cost)
    if not item.rejected and mine is not None and theirs is not None and mine - theirs >= worth_saving(mine):
        yield Flip(
            f"a second provider is acceptable (about ${theirs:,.0f} a month against ${mine:,.0f})", item.target.name
        )
    only = [reason for reason in item.against if reason.kind == "hard"]
    if case.says("gpu", "required") and case.says("private_data", "yes") and len(only) == 1:
        yield Flip("it needs no private data of the VPC, and a second provider is acceptable", item.target.name)
