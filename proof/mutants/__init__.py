"""Deliberate bugs, each of which the project's own tests must catch. One that survives is a missing test."""
