import { App, Duration, Stack } from "aws-cdk-lib";
import { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { AttributeType, TableV2, StreamViewType } from "aws-cdk-lib/aws-dynamodb";
import { Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource, S3EventSource, SqsDlq, SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Bucket, EventType } from "aws-cdk-lib/aws-s3";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Topic } from "aws-cdk-lib/aws-sns";
import { LambdaSubscription, SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { DefinitionBody, Pass, StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";

interface StorageProps {
  name: string;
}

class Storage extends Construct {
  public readonly table: TableV2;
  public readonly bucket: Bucket;
  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    this.table = new TableV2(this, props.name, {
      partitionKey: { name: "id", type: AttributeType.STRING },
      dynamoStream: StreamViewType.NEW_IMAGE,
    });
    this.bucket = new Bucket(this, "Bucket");
  }
}

class Own extends lambda.Function {
  constructor(scope: Construct, id: string, props: Partial<lambda.FunctionProps> = {}) {
    super(scope, id, {
      runtime: lambda.Runtime.PYTHON_3_12,
      handler: "app.main",
      code: lambda.Code.fromAsset("code"),
      ...props,
      environment: { ...props.environment, STAGE: "test" },
    });
  }
}

class Main extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const storage = new Storage(this, "Storage", { name: "Items" });
    const dead = new Queue(this, "Dead", { fifo: false });
    const queue = new Queue(this, "Work", {
      visibilityTimeout: Duration.seconds(90),
      deadLetterQueue: { queue: dead, maxReceiveCount: 5 },
    });
    const secret = new Secret(this, "Key");
    const topic = new Topic(this, "Done");

    const worker = new Own(this, "Worker", {
      environment: { TABLE: storage.table.tableName, ARN: `${storage.bucket.bucketArn}/out`, TOPIC: topic.topicArn },
      events: [new SqsEventSource(queue, { batchSize: 3, reportBatchItemFailures: true })],
    });
    const entry = new Own(this, "Entry", { environment: { QUEUE_URL: queue.queueUrl, WORKER: worker.functionArn } });
    const api = new HttpApi(this, "Http", { defaultIntegration: new HttpLambdaIntegration("Entry", entry) });
    worker.addEventSource(
      new DynamoEventSource(storage.table, {
        startingPosition: lambda.StartingPosition.TRIM_HORIZON,
        onFailure: new SqsDlq(dead),
      }),
    );
    entry.addEventSource(new S3EventSource(storage.bucket, { events: [EventType.OBJECT_CREATED] }));
    entry.addEnvironment("API", api.apiId);
    entry.addEnvironment("SECRET", secret.secretArn);

    storage.table.grantReadData(entry);
    storage.table.grantWriteData(worker);
    storage.bucket.grantRead(entry);
    storage.bucket.grantWrite(worker);
    queue.grantSendMessages(entry);
    queue.grantPurge(entry);
    secret.grantWrite(worker);
    topic.grantPublish(worker);
    entry.addToRolePolicy(
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [worker.functionArn, `${worker.functionArn}:*`] }),
    );

    topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
    topic.addSubscription(new LambdaSubscription(entry));

    const machine = new StateMachine(this, "Machine", {
      definitionBody: DefinitionBody.fromChainable(
        new Pass(this, "Start").next(new LambdaInvoke(this, "Run", { lambdaFunction: worker.currentVersion })),
      ),
    });
    machine.grantStartExecution(entry);
    new Rule(this, "Nightly", {
      schedule: Schedule.cron({ minute: "0", hour: "3" }),
      targets: [new targets.SfnStateMachine(machine, { input: RuleTargetInput.fromObject({ a: 1 }) })],
    });
    entry.configureAsyncInvoke({ maxEventAge: Duration.minutes(5) });
  }
}

new Main(new App(), "Links");
