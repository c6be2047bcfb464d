"""What nobody can see in a repository and what the choice depends on, with how to find out."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.knowledge.limits import limit
from archlint.knowledge.targets import target
from archlint.model.size import ZIP_LIMIT_BYTES
from archlint.plan.decision.choose import Judged, TargetChoice
from archlint.plan.model import Question
from archlint.plan.needs.requirements import Profile
from archlint.values import Unknown


def risk(case: Profile, name: str) -> int:
    """One point each for leaving Lambda, callers that wait, order, private data, a quota, and a caller that nobody
    knows."""
    chosen = target(name)
    if chosen.rank == 0:
        return 1
    drivers = (
        chosen.place != "lambda",
        case.says("caller", "waits"),
        case.says("ordered", "yes"),
        case.says("private_data", "yes"),
        name.endswith("-gpu"),
        not case.deployed.function.triggers,
    )
    return min(5, 1 + sum(drivers))


_REPORTS = "the REPORT lines of a week: `archlint usage` reads them from an export of CloudWatch Logs"


def questions(case: Profile, judged: tuple[Judged, ...], choice: TargetChoice) -> tuple[Question, ...]:
    """Only what can change the choice or the bill of this function."""
    return (*_measured(case), *_of_people(case, judged, choice))


def _measured(case: Profile) -> Iterator[Question]:
    load = case.workload
    if load.monthly_requests is None and not case.says("one_shot", "yes"):
        yield Question("how often it is called", _REPORTS, "without it no cost and no break-even can be compared")
    seconds = case.number("timeout_s")
    near = seconds is not None and seconds >= limit("timeout_near").value and not case.says("front", "http")
    near = near and not case.deployed.function.durable and not case.says("one_shot", "yes")
    if load.duration_s is None and near:
        effect = f"above {limit('timeout_max').value} s it cannot stay a function; far below, the timeout can fall"
        yield Question("how long one run takes (p99)", _REPORTS, effect)
    elif load.duration_s is None and load.monthly_requests is not None:
        yield Question("how long one run takes", _REPORTS, "without it no cost can be compared")
    if load.init_s is None and case.says("init", "heavy") and not case.says("caller", "nobody"):
        effect = "above about 5 s, people who meet it wait: SnapStart or provisioned concurrency"
        yield Question("how long it starts (Init Duration)", _REPORTS, effect)
    fit = case.fact("zip_fit").value
    if isinstance(fit, Unknown) and case.says("package", "zip") and _may_be_large(case):
        effect = "above 250 MB only an image remains"
        yield Question("how large the built package is", "`sam build`, then `du -s` of the built folder", effect)
    if case.says("gpu", "optional") and load.gpu_speedup is None:
        how = "run the same input on a GPU instance once, and write gpu_speedup into the usage file"
        yield Question("how much faster a GPU is", how, "memory size and speed-up decide, not the request count")


def _may_be_large(case: Profile) -> bool:
    """A model's library in it, or half of the limit by the estimate."""
    size = case.deployed.size
    return case.says("model", "one", "many") or (size is not None and size.estimate_bytes > ZIP_LIMIT_BYTES / 2)


def _caller_matters(case: Profile) -> bool:
    """A function that starts fast and ends soon is the same with and without somebody who waits."""
    seconds = case.number("timeout_s")
    short = seconds is not None and seconds < limit("timeout_near").value
    return not (case.says("init", "light") and short)


def _of_people(case: Profile, judged: tuple[Judged, ...], choice: TargetChoice) -> Iterator[Question]:
    caller = case.fact("caller").value
    if isinstance(caller, Unknown) and _caller_matters(case):
        effect = "somebody who waits rules out tasks and jobs, and makes long starts matter"
        yield Question(f"does anybody wait for its answer? ({caller.reason})", "ask its callers", effect, "latency")
    private = case.fact("private_data")
    by_cost = bool(choice.answers) and choice.answers[0][0].name == "cost"
    open_question = case.says("gpu", "required") or by_cost
    holds_models = case.says("model", "one", "many")
    if private.is_word("yes") and private.confidence != "high" and (open_question or holds_models):
        effect = "without private data a second provider becomes possible, and the VPC can go"
        yield Question("what does it reach inside the VPC?", "its security groups' rules", effect, "private_network")
    sized = "training_size" in case.facts or case.number("duration_s") is not None
    if case.says("training", "yes") and not case.says("caller", "waits") and not sized:
        yield Question(
            "may one fit take longer than a function runs?",
            "time one with the largest data that you expect",
            "large: the training moves to a job; small: it stays",
            "training_size",
        )
    elsewhere = next((item for item in judged if item.target.place == "elsewhere"), None)
    if elsewhere is not None and not elsewhere.impossible and open_question and "second_cloud" not in case.facts:
        effect = "Modal scales to zero and bills by the second; data leaves the account"
        yield Question("may data go to a second provider?", "your decision", effect, "second_provider")
