"""What idles, and what instances cost."""
