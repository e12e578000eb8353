"""What brings usage in that no service publishes: hours of instances, Bedrock's invocation log."""
