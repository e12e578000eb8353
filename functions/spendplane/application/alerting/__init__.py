"""Crossed thresholds: judged, announced, sent again."""
