"""Changing points, replies and tables."""
