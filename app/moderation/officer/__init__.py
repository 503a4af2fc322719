"""The officers' screens: importing this package puts every route on the blueprint."""

from app.moderation.officer import (
    answering,
    approving,
    bulk,
    comments,
    entry,
    erasing,
    home,
    moving,
    preparing,
    queue,
    reports,
    samples,
    workbench,
)
from app.moderation.officer.base import bp

__all__ = [
    "answering",
    "approving",
    "bp",
    "bulk",
    "comments",
    "entry",
    "erasing",
    "home",
    "moving",
    "preparing",
    "queue",
    "reports",
    "samples",
    "workbench",
]
