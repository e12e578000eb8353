"""From messages to ledger rows and counters."""
