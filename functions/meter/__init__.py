"""Lambda: usage events from the queue into the ledger and the counters."""
