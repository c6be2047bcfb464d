import { Duration, NestedStack, Stack, type StackProps, Stage, type StageProps } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

export interface Settings {
  memory: number;
  timeout?: number;
  tracing?: boolean;
}

type WithSettings<T> = T & { settings: Settings };

function handler(scope: Construct, id: string, more: Partial<lambda.FunctionProps> = {}): lambda.Function {
  return new lambda.Function(scope, id, {
    runtime: lambda.Runtime.PYTHON_3_12,
    handler: "app.main",
    code: lambda.Code.fromAsset("code"),
    ...more,
  });
}

class Inner extends NestedStack {
  constructor(scope: Construct, id: string, memory: number) {
    super(scope, id);
    handler(this, "Deep", { memorySize: memory + 64 });
  }
}

class Service extends Stack {
  constructor(scope: Construct, id: string, props: WithSettings<StackProps>) {
    super(scope, id, props);
    const { settings } = props;
    const retries = Number(this.node.tryGetContext("retries") ?? 3);
    handler(this, "Main", {
      memorySize: settings.memory,
      timeout: Duration.seconds((settings.timeout || 10) * retries),
    });
    new Inner(this, "Inner", settings.memory);
    if (settings?.tracing) {
      handler(this, "Traced", { tracing: lambda.Tracing.ACTIVE });
    }
    if (this.node.tryGetContext("warm") === "yes") {
      handler(this, "Warmer");
    }
    if (this.node.tryGetContext("debug")) {
      handler(this, "Debugger", { memorySize: 10240 });
    }
  }
}

export class Deployment extends Stage {
  readonly service: Service;

  constructor(scope: Construct, id: string, props: WithSettings<StageProps>) {
    super(scope, id, props);
    this.service = new Service(this, "Service", { settings: props.settings });
  }
}
