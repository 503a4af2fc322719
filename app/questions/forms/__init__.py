"""The forms of asking, and of the officers' screens, by where they stand."""
