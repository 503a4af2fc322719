"""What happens to a consultation or a comment that others may want to hear of.

Listeners run inside the same transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.access.actors import Actor
from app.consultations.models import Consultation


@dataclass(frozen=True, slots=True)
class ConsultationMoved:
    """A move of the table was made (see states.FLOW)."""

    consultation: Consultation
    move: str
    actor: Actor
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
