"""Lambda: the kill switch."""
