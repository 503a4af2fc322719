"""Reading points, replies and tables."""
