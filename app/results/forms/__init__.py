"""The forms of points, replies and tables."""
