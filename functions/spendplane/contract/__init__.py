"""What enters and leaves: pydantic models of events and of the two files that people write."""
