from aws_cdk import Duration, Size
from aws_cdk import aws_lambda as lambda_
from constructs import Construct


class BaseFunction(lambda_.Function):
    def __init__(self, scope: Construct, id: str, **kwargs) -> None:
        kwargs.setdefault("timeout", Duration.seconds(15))
        kwargs.setdefault("code", lambda_.Code.from_asset("src/handlers"))
        kwargs = {"runtime": lambda_.Runtime.PYTHON_3_12, "architecture": lambda_.Architecture.ARM_64} | kwargs
        super().__init__(scope, id, **kwargs)


class ModelFunction(BaseFunction):
    MEMORY = {"small": 1024, "large": 8192}

    def __init__(self, scope: Construct, id: str, model: str, **kwargs) -> None:
        super().__init__(
            scope,
            id,
            memory_size=self.MEMORY[model],
            ephemeral_storage_size=Size.mebibytes(1024),
            **kwargs,
        )
        self.add_environment("MODEL", model)


class Pair(Construct):
    def __init__(self, scope: Construct, id: str, code: lambda_.Code) -> None:
        super().__init__(scope, id)
        self.first, self.second = (self._make(code, name, size) for name, size in [("First", 192), ("Second", 320)])

    @staticmethod
    def _runtime() -> lambda_.Runtime:
        return lambda_.Runtime.PYTHON_3_13

    def _make(self, code: lambda_.Code, name: str, size: int) -> lambda_.Function:
        return lambda_.Function(self, name, runtime=self._runtime(), code=code, handler="app.main", memory_size=size)
