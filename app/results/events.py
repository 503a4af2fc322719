"""What happens to a result that others may want to hear of."""

from dataclasses import dataclass

from app.consultations.models import Consultation


@dataclass(frozen=True, slots=True)
class ResultReminder:
    """Comments were closed so many days ago (15 or 30) and no result is published yet.

    Emitted once for each.
    """

    consultation: Consultation
    days: int
