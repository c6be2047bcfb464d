from dataclasses import dataclass, field
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.functions import BaseFunction, ModelFunction, Pair


@dataclass(frozen=True)
class Spec:
    name: str
    memory: int = 256
    seconds: int = 20
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def timeout(self) -> Duration:
        return Duration.seconds(self.seconds)


class ServiceStack(Stack):
    def __init__(self, scope: Construct, construct_id: str, *, large: bool, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.code = lambda_.Code.from_asset("src/handlers")
        self.factor = 4 if large else 1
        BaseFunction(self, "Base", handler="app.main")
        BaseFunction(self, "Slow", handler="app.main", timeout=Duration.minutes(1), memory_size=128 * self.factor)
        ModelFunction(self, "Model", model="small", handler="app.main")
        pair = Pair(self, "Pair", code=self.code)
        pair.first.add_environment("ROLE", "first")
        for spec in (Spec("read"), Spec("write", memory=512), Spec("batch", 2048, seconds=600)):
            self._add(spec)

    def _add(self, spec: Spec) -> lambda_.Function:
        return lambda_.Function(
            self,
            spec.name.title(),
            runtime=lambda_.Runtime.PYTHON_3_12,
            code=self.code,
            handler=f"{spec.name}.main",
            memory_size=spec.memory * self.factor,
            timeout=spec.timeout,
            environment={"NAME": spec.name, **spec.environment},
        )
