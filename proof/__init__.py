"""What Spendplane promises, put to the test: `python -m proof` writes `build/proof.json` and `docs/proof.md`."""
