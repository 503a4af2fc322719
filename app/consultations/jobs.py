"""What happens to consultations by itself: opening and closing at midnight, reminders.

Imports and results have their own modules.
"""

import importlib
import pkgutil
from pathlib import Path

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.consultations.service import lifecycle
from app.jobs.registry import periodic

#: Jobs of the other parts of the work stand in modules beside this one: jobs_imports and so on.
_PREFIX = "jobs_"


@periodic("consultations-clock", every_minutes=1, label=_l("Mở và đóng lấy ý kiến đúng ngày"))
def run_clock() -> None:
    """Open what was scheduled for today, close what had its last day yesterday."""
    lifecycle.open_due()
    lifecycle.close_due()


def init_app(app: Flask) -> None:
    """Importing this module registered the jobs above; those of the other parts are registered by
    importing theirs.
    """
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith(_PREFIX):
            importlib.import_module(f"{__package__}.{module.name}")
