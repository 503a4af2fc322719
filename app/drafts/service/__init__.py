"""Changing the text of a draft."""
