"""Use cases, one per file, by subject; over the ports in `ports`."""
