"""The CDK stacks. A stack composes only; what a thing is, and who may use it, stands in `stacks/constructs/`."""
