import { type Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

export class Pair extends Construct {
  public readonly first: Function;
  public readonly second: Function;

  constructor(
    scope: Construct,
    id: string,
    private readonly code: Code,
  ) {
    super(scope, id);
    [this.first, this.second] = [
      { name: "First", size: 192 },
      { name: "Second", size: 320 },
    ].map(({ name, size }) => this.make(name, size));
  }

  protected get runtime(): Runtime {
    return Runtime.PYTHON_3_13;
  }

  private make(name: string, memorySize: number): Function {
    return new Function(this, name, { runtime: this.runtime, code: this.code, handler: "app.main", memorySize });
  }
}
