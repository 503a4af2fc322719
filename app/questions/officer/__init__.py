"""The officers' screens: importing this package puts every route on the blueprint."""

from app.questions.officer import (
    answering,
    approving,
    bulk,
    entry,
    erasing,
    moving,
    preparing,
    queue,
    reports,
    samples,
    workbench,
)
from app.questions.officer.base import bp

__all__ = [
    "bp",
    "answering",
    "approving",
    "bulk",
    "entry",
    "erasing",
    "moving",
    "preparing",
    "queue",
    "reports",
    "samples",
    "workbench",
]
