import json
from pathlib import Path

from aws_cdk import App, Duration, Stack
from aws_cdk import aws_lambda as lambda_

ROOT = Path(__file__).resolve().parent
FUNCTIONS = {
    "ingest": {"memory": 256, "timeout": 30},
    "embed": {"memory": 3008, "timeout": 300, "arm": True},
    "search": {"memory": 512},
}
COMMON = dict(runtime=lambda_.Runtime.PYTHON_3_12, handler="app.main")

app = App()
stack = Stack(app, "Loops")
for name, options in FUNCTIONS.items():
    extra = {}
    if "timeout" in options:
        extra["timeout"] = Duration.seconds(options["timeout"])
    lambda_.Function(
        stack,
        f"{name}-function",
        code=lambda_.Code.from_asset(f"functions/{name}"),
        memory_size=options["memory"],
        architecture=lambda_.Architecture.ARM_64 if options.get("arm", False) else lambda_.Architecture.X86_64,
        **COMMON,
        **extra,
    )

for path in sorted(ROOT.joinpath("tasks").rglob("app.py")):
    folder = path.parent
    settings = json.loads((folder / "settings.json").read_text())
    lambda_.Function(
        stack,
        "Task" + "".join(part.capitalize() for part in folder.relative_to(ROOT / "tasks").parts),
        code=lambda_.Code.from_asset(str(folder)),
        memory_size=settings["memory"],
        timeout=Duration.minutes(settings.get("minutes", 1)),
        **COMMON,
    )

sizes = [128 * 2**n for n in range(3)]
made = [
    lambda_.Function(
        stack, f"Size{index}", code=lambda_.Code.from_asset("functions/search"), memory_size=size, **COMMON
    )
    for index, size in enumerate(sizes, start=1)
]
names = ["alpha", "beta", "gamma"]
index = 0
while index < len(names):
    if names[index].startswith("b"):
        index += 1
        continue
    lambda_.Function(
        stack, names[index].upper(), code=lambda_.Code.from_asset("functions/ingest"), **{**COMMON, "memory_size": 192}
    )
    index += 1
for (name, size), seconds in zip(sorted({"y": 704, "x": 640}.items()), (11, 12)):
    lambda_.Function(
        stack,
        f"Zip-{name}",
        code=lambda_.Code.from_asset("functions/ingest"),
        memory_size=size,
        timeout=Duration.seconds(seconds),
        **COMMON,
    )
app.synth()
