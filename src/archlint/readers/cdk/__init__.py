"""CDK apps read from their source: two front ends, one small tree, one evaluator; nothing is executed."""
