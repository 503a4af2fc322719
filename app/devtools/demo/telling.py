"""What the stories of all questions have in common: a question, its words, and steps with a moment
each.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from app.devtools.demo.office import Office
from app.devtools.demo.plan import Planned
from app.questions.models import Question

MINUTE = dt.timedelta(minutes=1)


class Step(NamedTuple):
    """One thing that happens."""

    at: dt.datetime
    seq: str
    act: Callable[[], object]


class Telling:
    """Part of the story of one question.

    Acts run later, in the order of time, when the question exists.
    """

    def __init__(self, planned: Planned, office: Office) -> None:
        self.planned, self.office = planned, office
        self.told: dict[str, Any] = dict(planned.told)
        self.words = office.words(planned)
        self.ago: int = self.told["ago"]
        self.number = int(planned.seq)
        self.steps: list[Step] = []

    @property
    def question(self) -> Question:
        """The question, once it has been asked."""
        return self.office.questions[self.planned.seq]

    def moment(self, ago: int, time: str, minutes: int = 0) -> dt.datetime:
        """So many working days ago at this time of the day."""
        return self.office.days.moment(ago, time, minutes=minutes)

    def then(self, at: dt.datetime, act: Callable[[], object]) -> None:
        """At this moment, that."""
        self.steps.append(Step(at, self.planned.seq, act))
