"""Changing the list of works."""
