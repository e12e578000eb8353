"""Lambda: every five minutes, the hours of what runs on instances."""
