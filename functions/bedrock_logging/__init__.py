"""Lambda: the custom resource that turns Bedrock's model invocation logging on and off."""
