import * as cdk from "aws-cdk-lib";
import { Deployment, type Settings } from "../lib/deployment";

const app = new cdk.App();
const environments: { [name: string]: Settings } = app.node.tryGetContext("environments");
for (const name of Object.keys(environments)) {
  new Deployment(app, name[0].toUpperCase() + name.substring(1), { settings: environments[name] });
}
