import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { Architecture, Code, Function, LayerVersion, Runtime } from "aws-cdk-lib/aws-lambda";
import { readFileSync } from "fs";
import * as path from "path";
import settings, { BASE_MEMORY, type Limits, limits, Size } from "../lib/settings";

const app = new cdk.App();
const stack = new cdk.Stack(app, "Literal");
const root = path.join(__dirname, "..", "functions");

new lambda.Function(stack, "Plain", {
  runtime: lambda.Runtime.PYTHON_3_12,
  handler: "app.main",
  code: lambda.Code.fromAsset("functions/plain"),
});

const common = {
  runtime: Runtime.PYTHON_3_13,
  handler: `${settings.module}.main`,
  memorySize: BASE_MEMORY * 2 + (512 >> 2),
};
const { disk, ...rest }: Limits = limits;
new Function(stack, "Sized", {
  ...common,
  code: Code.fromAsset(path.resolve(root, "sized")),
  timeout: cdk.Duration.seconds(rest.minutes * 60),
  ephemeralStorageSize: cdk.Size.gibibytes(disk),
  architecture: Architecture.ARM_64,
  environment: { MODEL: settings.model, LEVEL: "INFO" },
  reservedConcurrentExecutions: 5,
});
new Function(stack, "Overridden", {
  ...common,
  code: Code.fromAsset(path.join(root, "plain")),
  memorySize: Size.Large,
  timeout: cdk.Duration.parse("PT1M30S"),
});
new lambda.Function(stack, "Inline", {
  runtime: new Runtime("python3.11", lambda.RuntimeFamily.PYTHON, { supportsInlineCode: true }),
  handler: "index.main",
  code: Code.fromInline(readFileSync(path.join(root, "inline.py"), { encoding: "utf8" })),
  timeout: cdk.Duration.millis(9000),
  memorySize: Number("256"),
});
const layers = [
  new LayerVersion(stack, "Common", { code: Code.fromAsset("functions/layer") }),
  LayerVersion.fromLayerVersionArn(
    stack,
    "Pandas",
    "arn:aws:lambda:eu-west-1:336392948345:layer:AWSSDKPandas-Python312:16",
  ),
];
const layered = new Function(stack, "Layered", {
  runtime: Runtime.PYTHON_3_12,
  handler: ["app", "main"].join("."),
  code: Code.fromAsset(`${root}/plain`),
  layers: [...layers],
  memorySize: Math.max(BASE_MEMORY, 1024),
  snapStart: lambda.SnapStartConf.ON_PUBLISHED_VERSIONS,
  timeout: cdk.Duration.minutes(2).plus(cdk.Duration.seconds(30)),
});
layered.addEnvironment("STAGE", "prod");
const cfn = layered.node.defaultChild as lambda.CfnFunction;
cfn.addPropertyOverride("EphemeralStorage.Size", 2048);
