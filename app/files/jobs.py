"""What happens to files by itself: contents removed after a deletion, leftovers swept, waiting
files scanned again.
"""

from typing import Any

from flask import Flask

from app.files import service
from app.jobs.registry import job, periodic


@job(service.REMOVE_JOB)
def remove(payload: dict[str, Any]) -> None:
    """Remove contents whose rows are gone."""
    service.remove_blobs(payload["blobs"])


@periodic("files-janitor", every_minutes=60, lease_minutes=60)
def janitor() -> None:
    """Sweep away what belongs to nothing."""
    service.sweep()


@periodic("files-rescan", every_minutes=5, lease_minutes=60)
def rescan() -> None:
    """Ask the virus scanner about files that wait for it."""
    service.rescan()


def init_app(app: Flask) -> None:
    """Importing this module registered the jobs."""
