"""Spendplane's meter beside the common pattern, over the same table and under the same faults. See `section.py`."""
