"""Lambda: announcements from the bus to people."""
