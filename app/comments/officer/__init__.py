"""The officers' screens: importing this package puts every route on the blueprint."""

from app.comments.officer import entering, lists, queue, slips, steps, survey_answers, surveys
from app.comments.officer.base import bp

__all__ = ["bp", "entering", "lists", "queue", "slips", "steps", "survey_answers", "surveys"]
