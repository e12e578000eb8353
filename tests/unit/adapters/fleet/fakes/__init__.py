"""Services of AWS as far as the kill switch uses them, with their rules and their ways of saying no."""
