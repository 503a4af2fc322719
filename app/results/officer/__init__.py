"""The officers' screens: importing this package puts every route on the blueprint."""

from app.results.officer import points, replies, splitting, tables
from app.results.officer.base import bp

__all__ = ["bp", "points", "replies", "splitting", "tables"]
