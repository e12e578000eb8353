"""The world: AWS services, files, and the in-memory twin for tests."""
