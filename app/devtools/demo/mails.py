"""What became of the mails that the sample happenings caused: nearly all long delivered, a few
still on their way.
"""

import datetime as dt

import sqlalchemy as sa

from app.extensions import db
from app.kernel.clock import frozen, now
from app.mailer import service as mailer
from app.mailer.models import OutboxMessage

_RUNNER = "demo"
#: How long a mail server took, in turn.
_SECONDS = (9, 14, 31, 55)
_REFUSED = "550 5.1.1 Hộp thư của người nhận không tồn tại"
_PUT_OFF = "451 4.7.1 Máy chủ thư tạm thời từ chối, xin thử lại sau"
#: The three newest of these wait or were put off; the newest answer was refused.
_TO_CITIZENS, _ANSWER = "question-%", "question-answered"


def settle() -> None:
    """Let a runner that was there all the time deliver them: nothing is to be sent now for what
    never happened.

    Of the newest mails to citizens two still wait, one was put off and one refused, so that the
    screen shows what it can.
    """
    moment = now()
    newest = _newest(_TO_CITIZENS, 3)
    waiting, special = (
        newest[:2],
        {**dict.fromkeys(_newest(_ANSWER, 1), _REFUSED), **dict.fromkeys(newest[2:], _PUT_OFF)},
    )
    # These three look as if queued a moment ago, or the screen would warn that nothing leaves.
    late = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.id.in_(newest))
        .values(available_at=moment, waiting_since=moment)
    )
    db.session.execute(late, execution_options={"synchronize_session": False})
    others = sa.select(OutboxMessage.id, OutboxMessage.created_at).where(
        OutboxMessage.id.not_in(waiting)
    )
    for number, written_at in db.session.execute(
        others.order_by(OutboxMessage.available_at, OutboxMessage.id)
    ).all():
        sent_at = written_at + dt.timedelta(seconds=_SECONDS[number % len(_SECONDS)])
        with frozen(
            moment if number in special else min(sent_at, moment - dt.timedelta(seconds=1))
        ):
            _deliver(special)
    db.session.expire_all()


def _newest(kind: str, count: int) -> list[int]:
    query = (
        sa.select(OutboxMessage.id)
        .where(OutboxMessage.kind.like(kind))
        .order_by(OutboxMessage.id.desc())
        .limit(count)
    )
    return list(db.session.scalars(query))


def _deliver(special: dict[int, str]) -> None:
    claim = mailer.claim(_RUNNER)
    if claim is None:
        return
    match special.get(claim.id):
        case None:
            mailer.acknowledge(claim)
        case reason if reason == _PUT_OFF:
            mailer.defer(claim, reason)
        case reason:
            mailer.reject(claim, reason)
