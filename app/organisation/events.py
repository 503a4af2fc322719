"""What others may want to follow."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitRetired:
    """A unit ended; its open work and its people move to the successor, when there is one."""

    unit_id: int
    successor_id: int | None
    last_day: dt.date
