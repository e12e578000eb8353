"""The security part of the proof: rights, threats, and what the project is made of."""
