"""The real functions in a simulated account: one seed, one run, byte for byte. See `section.py` for what is proved."""
