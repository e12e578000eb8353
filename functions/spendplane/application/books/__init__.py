"""What was counted: read, explained, checked, mended."""
