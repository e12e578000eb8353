"""One module per command or group. Each says what it takes and shows what a use case of the core answers."""
