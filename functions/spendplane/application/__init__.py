"""Use cases, one per file, over the ports in `ports`."""
