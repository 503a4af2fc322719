"""Citizens' routes."""
