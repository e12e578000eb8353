"""The `spendplane` command: what a person or a script asks of a deployed Spendplane."""
