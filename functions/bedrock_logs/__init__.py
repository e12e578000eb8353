"""Lambda: lines of Bedrock's model invocation log into usage events."""
