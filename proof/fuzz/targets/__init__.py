"""What is fuzzed, each in a module with one `TARGET`."""
