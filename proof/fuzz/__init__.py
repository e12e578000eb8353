"""Inputs that nobody would think of, for everything that reads what others write: `python -m proof fuzz`."""
