"""«Vì sao ngày này?»: how the due date of a question was counted."""

from collections.abc import Sequence

from app.questions.models import Question
from app.workdays import queries as workdays
from app.workdays.calendar import Calendar, Explanation
from app.workdays.clock import Pause, explain_due


def explained(
    question: Question, pauses: Sequence[Pause] = (), *, calendar: Calendar | None = None
) -> Explanation | None:
    """Every day on the way to the due date;

    None while the clock stands still or where there is none.
    """
    if question.due_on is None:
        return None
    return explain_due(
        calendar or workdays.calendar(),
        received_on=question.received_on,
        working_days=question.working_days,
        pauses=pauses,
        extra_days=question.extra_days,
    )
