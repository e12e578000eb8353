"""The HTTP interface against its own description: schemathesis asks, and what it was promised is looked up after it."""
