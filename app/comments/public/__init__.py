"""Citizens' routes."""

from app.comments.public import commenting, downloads, reading, tracking

BLUEPRINTS = tuple(module.bp for module in (commenting, reading, tracking, downloads))
