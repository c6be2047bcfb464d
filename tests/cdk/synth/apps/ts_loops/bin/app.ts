import { App, Duration, Stack } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as fs from "node:fs";
import { basename, join } from "node:path";

interface Options {
  memory: number;
  timeout?: number;
  arm?: boolean;
}

const FUNCTIONS: Record<string, Options> = {
  ingest: { memory: 256, timeout: 30 },
  embed: { memory: 3008, timeout: 300, arm: true },
  search: { memory: 512 },
};
const common = { runtime: lambda.Runtime.PYTHON_3_12, handler: "app.main" };

const app = new App();
const stack = new Stack(app, "Loops");
for (const [name, options] of Object.entries(FUNCTIONS)) {
  new lambda.Function(stack, `${name}-function`, {
    ...common,
    code: lambda.Code.fromAsset(`functions/${name}`),
    memorySize: options.memory,
    architecture: options.arm ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
    ...(options.timeout && { timeout: Duration.seconds(options.timeout) }),
  });
}

const tasks = join(__dirname, "../tasks");
fs.readdirSync(tasks, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => join(tasks, entry.name))
  .forEach((folder) => {
    const settings = JSON.parse(fs.readFileSync(join(folder, "settings.json"), "utf-8"));
    new lambda.Function(stack, `Task-${basename(folder)}`, {
      ...common,
      code: lambda.Code.fromAsset(folder),
      memorySize: settings.memory,
      timeout: Duration.minutes(settings.minutes ?? 1),
    });
  });
for (const file of fs.readdirSync("single")) {
  if (!file.endsWith(".py")) continue;
  const name = file.replace(".py", "");
  new lambda.Function(stack, `Single${name.toUpperCase()}`, {
    ...common,
    code: lambda.Code.fromAsset("single"),
    handler: `${name}.main`,
  });
}

const sizes = Array.from({ length: 3 }, (_, index) => 128 * 2 ** index);
sizes.forEach((memorySize, index) => {
  new lambda.Function(stack, `Size${index + 1}`, {
    ...common,
    memorySize,
    code: lambda.Code.fromAsset("functions/search"),
  });
});
for (let index = 0; index < 4; index++) {
  if (index % 2 === 1) {
    continue;
  }
  new lambda.Function(stack, `Even${index}`, {
    ...common,
    code: lambda.Code.fromAsset("functions/ingest"),
    timeout: Duration.seconds(10 * (index + 1)),
  });
}
const kinds = new Map([
  ["x", 640],
  ["y", 704],
]);
kinds.forEach((memorySize, name) => {
  new lambda.Function(stack, `Kind-${name}`, { ...common, memorySize, code: lambda.Code.fromAsset("functions/ingest") });
});
const total = [...kinds.values()].reduce((sum, size) => sum + size, 0);
new lambda.Function(stack, "Total", {
  ...common,
  memorySize: total,
  code: lambda.Code.fromAsset("functions/ingest"),
});
