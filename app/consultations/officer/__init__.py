"""The officers' screens: importing this package puts every route on the blueprint."""

from app.consultations.officer import dossier, editing, listing, setup, steps
from app.consultations.officer.base import bp

__all__ = ["bp", "dossier", "editing", "listing", "setup", "steps"]
