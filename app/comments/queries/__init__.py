"""Reading comments."""
