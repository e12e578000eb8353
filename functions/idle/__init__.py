"""Lambda: once a day, what instances idle."""
