import { App, Duration, Stack } from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as efs from "aws-cdk-lib/aws-efs";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import * as s3 from "aws-cdk-lib/aws-s3";
import * as s3n from "aws-cdk-lib/aws-s3-notifications";
import * as sqs from "aws-cdk-lib/aws-sqs";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import * as tasks from "aws-cdk-lib/aws-stepfunctions-tasks";
import * as path from "path";

const app = new App();
const stack = new Stack(app, "Events");

const make = (name: string, props: Partial<lambda.FunctionProps> = {}) =>
  new lambda.Function(stack, name, {
    runtime: lambda.Runtime.PYTHON_3_12,
    handler: "app.main",
    code: lambda.Code.fromAsset(path.join(__dirname, "..", "code")),
    ...props,
  });

const queue = new sqs.Queue(stack, "Queue", { visibilityTimeout: Duration.minutes(5) });
make("Queued").addEventSource(new SqsEventSource(queue, { batchSize: 5 }));
make("Both", { events: [new SqsEventSource(queue)] });

const bucket = new s3.Bucket(stack, "Bucket");
const stored = make("Stored");
bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new s3n.LambdaDestination(stored));
const second = make("StoredToo");
bucket.addObjectCreatedNotification(new s3n.LambdaDestination(second), { prefix: "in/" });

const api = new apigateway.RestApi(stack, "Api");
const served = make("Served");
const integration = new apigateway.LambdaIntegration(served);
["GET", "POST"].forEach((method) => api.root.addMethod(method, integration));
new apigateway.LambdaRestApi(stack, "Whole", { handler: make("Whole-Fn"), proxy: true });

const http = new HttpApi(stack, "Http");
const quick = make("Quick");
http.addRoutes({
  path: "/quick",
  methods: [HttpMethod.ANY],
  integration: new HttpLambdaIntegration("QuickIntegration", quick),
});
make("Linked").addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });

const timed = make("Timed");
new Rule(stack, "Hourly", { schedule: Schedule.rate(Duration.hours(1)), targets: [new targets.LambdaFunction(timed)] });
const noticed = make("Noticed");
const rule = new Rule(stack, "Notice", { eventPattern: { source: ["aws.ec2"] } });
rule.addTarget(new targets.LambdaFunction(noticed));

const steps = [0, 1].map((number) => make(`Step${number}`));
const [first, then] = steps.map(
  (step, index) => new tasks.LambdaInvoke(stack, `Task${index}`, { lambdaFunction: step, outputPath: "$.Payload" }),
);
new sfn.StateMachine(stack, "Machine", { definitionBody: sfn.DefinitionBody.fromChainable(first.next(then)) });

const warm = make("Warm", { memorySize: 1769 });
const alias = new lambda.Alias(stack, "Live", {
  aliasName: "live",
  version: warm.currentVersion,
  provisionedConcurrentExecutions: 2,
});
api.root.addResource("warm").addMethod("GET", new apigateway.LambdaIntegration(alias));

for (const command of ["score", "train"] as const) {
  new lambda.DockerImageFunction(stack, `Image-${command}`, {
    code: lambda.DockerImageCode.fromImageAsset(path.join(__dirname, "../image"), {
      cmd: [`${command}.main`],
      file: command === "train" ? "Dockerfile.train" : undefined,
    }),
    memorySize: 4096,
    timeout: Duration.minutes(15),
  });
}
new lambda.SingletonFunction(stack, "Single", {
  uuid: "5f4dcc3b-5aa7-65d6-1d83-27deb882cf99",
  runtime: lambda.Runtime.PYTHON_3_12,
  handler: "index.main",
  code: new lambda.InlineCode("def main(event, context):\n    return 1\n"),
});
new lambda.CfnFunction(stack, "Raw", {
  role: "arn:aws:iam::123456789012:role/plain",
  runtime: "python3.13",
  handler: "index.main",
  code: { zipFile: "def main(event, context): pass" },
  architectures: ["arm64"],
  ephemeralStorage: { size: 1024 },
});
new lambda.Function(stack, "Bundled", {
  runtime: lambda.Runtime.PYTHON_3_12,
  handler: "app.main",
  code: lambda.Code.fromAsset("code", {
    bundling: {
      image: lambda.Runtime.PYTHON_3_12.bundlingImage,
      command: ["bash", "-c", "pip install -r requirements.txt -t /asset-output && cp -au . /asset-output"],
    },
  }),
});

const vpc = new ec2.Vpc(stack, "Vpc", { maxAzs: 2 });
const files = new efs.FileSystem(stack, "Files", { vpc });
make("Mounted", {
  vpc,
  filesystem: lambda.FileSystem.fromEfsAccessPoint(files.addAccessPoint("Point", { path: "/models" }), "/mnt/models"),
});
