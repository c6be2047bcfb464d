"""Python and TypeScript sources to the one small tree of `cdk.program`."""
