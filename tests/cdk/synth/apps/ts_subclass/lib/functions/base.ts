import { Duration, Size } from "aws-cdk-lib";
import { Architecture, Code, Function, type FunctionProps, Runtime } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

export type BaseFunctionProps = Partial<FunctionProps> & Pick<FunctionProps, "handler">;

export class BaseFunction extends Function {
  constructor(scope: Construct, id: string, props: BaseFunctionProps) {
    super(scope, id, {
      runtime: Runtime.PYTHON_3_12,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset("src/handlers"),
      timeout: Duration.seconds(15),
      ...props,
    });
  }
}

export interface ModelFunctionProps extends BaseFunctionProps {
  readonly model: keyof typeof ModelFunction.MEMORY;
}

export class ModelFunction extends BaseFunction {
  static readonly MEMORY = { small: 1024, large: 8192 };

  constructor(scope: Construct, id: string, props: ModelFunctionProps) {
    const { model, ...rest } = props;
    super(scope, id, {
      ...rest,
      memorySize: ModelFunction.MEMORY[model],
      ephemeralStorageSize: Size.mebibytes(1024),
    });
    this.addEnvironment("MODEL", model);
  }
}
