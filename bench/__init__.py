"""Measures the speed, cost and latency that Spendplane promises: `python -m bench`."""
