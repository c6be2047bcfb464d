"""What a repository is made of, in the words that its owners would use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from archlint.finding import SEVERITIES
from archlint.knowledge.ml import library_of_distribution
from archlint.model.deployed import Deployed
from archlint.results.result import ScanResult
from archlint.values import Known

KINDS = {
    "sam": "SAM",
    "cloudformation": "CloudFormation",
    "cdk-python": "CDK (Python)",
    "cdk-typescript": "CDK (TypeScript)",
    "cdk-out": "CDK (synthesised)",
}


@dataclass(frozen=True, slots=True)
class Stack:
    """`kinds` counts functions by what declares them, `findings` by severity, the worst first."""

    functions: int
    kinds: tuple[tuple[str, int], ...]
    images: int
    """Functions that are container images."""
    dockerfiles: int
    libraries: tuple[str, ...]
    """Machine-learning distributions that the functions' own files name, sorted."""
    findings: tuple[tuple[str, int], ...]

    def failing(self, fail_on: str) -> int:
        """How many findings fail a scan."""
        if fail_on == "never":
            return 0
        least = SEVERITIES.index(fail_on)
        return sum(number for severity, number in self.findings if SEVERITIES.index(severity) >= least)


def stack_of(result: ScanResult) -> Stack:
    kinds = Counter(deployed.function.kind for deployed in result.functions)
    severities = Counter(finding.severity for finding in result.findings)
    return Stack(
        functions=len(result.functions),
        kinds=tuple((KINDS.get(kind, kind), number) for kind, number in sorted(kinds.items())),
        images=sum(deployed.function.package == Known("image") for deployed in result.functions),
        dockerfiles=len({d.image.dockerfile for d in result.functions if d.image is not None}),
        libraries=tuple(sorted(set(_libraries(result.functions)))),
        findings=tuple((name, severities[name]) for name in reversed(SEVERITIES) if severities[name]),
    )


def _libraries(functions: Iterable[Deployed]) -> Iterable[str]:
    for deployed in functions:
        for name in deployed.distributions:
            library = library_of_distribution(name)
            if library is not None and library.is_ml:
                yield name
