"""The kill switch: looks, decides, acts, and says what it did."""
