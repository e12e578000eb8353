"""`make demo`: a story of about a minute in a local account of its own, told as it happens and checked at its end."""
