import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { BaseFunction, ModelFunction } from "./functions/base";
import { Pair } from "./functions/pair";

export interface ServiceStackProps extends StackProps {
  large?: boolean;
}

interface Spec {
  name: string;
  memory?: number;
  seconds?: number;
  environment?: Record<string, string>;
}

export class ServiceStack extends Stack {
  private readonly code = lambda.Code.fromAsset("src/handlers");
  private readonly factor: number;

  constructor(scope: Construct, id: string, props: ServiceStackProps = {}) {
    super(scope, id, props);
    this.factor = props.large ? 4 : 1;

    new BaseFunction(this, "Base", { handler: "app.main" });
    new BaseFunction(this, "Slow", {
      handler: "app.main",
      timeout: Duration.minutes(1),
      memorySize: 128 * this.factor,
    });
    new ModelFunction(this, "Model", { model: "small", handler: "app.main" });
    const pair = new Pair(this, "Pair", this.code);
    pair.first.addEnvironment("ROLE", "first");

    const specs: Spec[] = [
      { name: "read" },
      { name: "write", memory: 512 },
      { name: "batch", memory: 2048, seconds: 600, environment: { MODE: "batch" } },
    ];
    for (const spec of specs) {
      this.add(spec);
    }
  }

  private add({ name, memory = 256, ...spec }: Spec): lambda.Function {
    return new lambda.Function(this, name.charAt(0).toUpperCase() + name.slice(1), {
      runtime: lambda.Runtime.PYTHON_3_12,
      code: this.code,
      handler: `${name}.main`,
      memorySize: memory * this.factor,
      timeout: Duration.seconds(spec.seconds ?? 20),
      environment: { NAME: name, ...spec.environment },
    });
  }
}
