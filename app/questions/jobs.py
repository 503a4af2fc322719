"""What happens to questions by itself: publishing at the hour, closing, erasing what may no longer
be kept.
"""

from flask import Flask

from app.jobs.registry import periodic
from app.kernel import throttle
from app.questions.service import keeping, publishing
from app.submissions import service as submissions


@periodic("questions-publish-scheduled", every_minutes=1)
def publish_scheduled() -> None:
    """Publish what was scheduled for a moment that has come."""
    publishing.publish_due()


@periodic("questions-close", every_minutes=60)
def close_old() -> None:
    """Close what was answered ten days ago."""
    keeping.close_old()


@periodic("questions-erase", every_minutes=60)
def erase_expired() -> None:
    """Erase what was never confirmed, and old spam; forget old tries and openings."""
    keeping.erase_expired()
    throttle.purge()
    submissions.forget_openings()


def init_app(app: Flask) -> None:
    """Importing this module registered the jobs."""
