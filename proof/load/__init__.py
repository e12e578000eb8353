"""Hundreds of thousands of records through a deployed account whose meters are killed on the way."""
