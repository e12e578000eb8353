"""Lambda: once a minute, whatever was left open."""
