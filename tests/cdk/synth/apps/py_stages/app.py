from aws_cdk import App, Duration, NestedStack, Stack, Stage, Tags
from aws_cdk import aws_lambda as lambda_


def handler(scope, id, **more):
    return lambda_.Function(
        scope,
        id,
        runtime=lambda_.Runtime.PYTHON_3_12,
        handler="app.main",
        code=lambda_.Code.from_asset("code"),
        **more,
    )


class Inner(NestedStack):
    def __init__(self, scope, construct_id, memory):
        super().__init__(scope, construct_id)
        handler(self, "Deep", memory_size=memory + 64)


class Service(Stack):
    def __init__(self, scope, construct_id, settings, **kwargs):
        super().__init__(scope, construct_id, **kwargs)
        retries = int(self.node.try_get_context("retries") or 3)
        handler(
            self,
            "Main",
            memory_size=settings["memory"],
            timeout=Duration.seconds(settings.get("timeout", 10) * retries),
        )
        Inner(self, "Inner", settings["memory"])
        if settings.get("tracing"):
            handler(self, "Traced", tracing=lambda_.Tracing.ACTIVE)
        if self.node.try_get_context("warm") == "yes":
            handler(self, "Warmer")
        if self.node.try_get_context("debug"):
            handler(self, "Debugger", memory_size=10240)


class Deployment(Stage):
    def __init__(self, scope, id, settings, **kwargs):
        super().__init__(scope, id, **kwargs)
        self.service = Service(self, "Service", settings)
        Tags.of(self).add("stage", id)


app = App()
for name, settings in app.node.try_get_context("environments").items():
    Deployment(app, name.capitalize(), settings)
app.synth()
