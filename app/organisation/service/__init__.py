"""Changing the agency, its units, topics and places.

Every change is recorded, and public pages follow at once.
"""

from app.organisation.service.importing import (
    UNIT_OF_COMMUNE,
    ImportResult,
    import_topics,
    import_units,
)
from app.organisation.service.saving import save_agency, save_place, save_topic, save_unit
from app.organisation.service.succession import restore_unit, retire_unit

__all__ = [
    "UNIT_OF_COMMUNE",
    "ImportResult",
    "import_topics",
    "import_units",
    "restore_unit",
    "retire_unit",
    "save_agency",
    "save_place",
    "save_topic",
    "save_unit",
]
