#!/usr/bin/env node
import { App } from "aws-cdk-lib";
import { ServiceStack } from "../lib";

const app = new App();
["eu-west-1", "us-east-1"].forEach((region) => {
  new ServiceStack(app, `Service-${region}`, {
    env: { account: "123456789012", region },
    large: region.startsWith("eu"),
  });
});
