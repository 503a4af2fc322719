"""The forms of commenting, entering, moderating and guiding questions."""
