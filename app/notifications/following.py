"""News of consultations for those who follow them: opened, extended, about to close, result
published.

There may be thousands of followers: a job writes the mails, a hundred at a time. Nobody gets two
mails about the same consultation on one day; what does not fit today is told tomorrow morning.
Nothing is sent at night.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from app.consultations.models import Consultation
from app.consultations.queries import public
from app.consultations.queries.public import PublicConsultation
from app.consultations.states import Phase, Stage, Visibility
from app.extensions import db
from app.jobs import service as jobs
from app.jobs.registry import job, periodic
from app.kernel.clock import HANOI, local, now, start_of_day, today
from app.kernel.display import vi_date
from app.kernel.links import Ref
from app.kernel.tokens import keyed_hash
from app.mailer import queries as outbox
from app.notifications import mails, service
from app.notifications.models import Subscription

OPENED, EXTENDED, CLOSING, RESULT = "opened", "extended", "closing", "result"
#: The mail of each kind of news.
NEWS = {
    OPENED: "consultation-opened",
    EXTENDED: "consultation-extended",
    CLOSING: "consultation-closing",
    RESULT: "consultation-result",
}
#: Mails that one run of the job writes in its one transaction.
BATCH = 100
MORNING, EVENING = dt.time(7, 30), dt.time(20, 0)
#: «Còn 3 ngày», the last one included: from then on followers are reminded.
CLOSING_DAYS = 3
JOB = "consultation-news"


@dataclass(frozen=True, slots=True)
class _Task:
    """What one run of the job is about."""

    consultation_id: int
    what: str
    #: The last day as it was when the news came up: an extension makes it old.
    closes_on: str
    after: int = 0
    #: The round: the day for which it was planned.
    day: str = ""

    def payload(self, **changes: Any) -> dict[str, Any]:
        return {
            "consultation_id": self.consultation_id,
            "what": self.what,
            "closes_on": self.closes_on,
            "after": self.after,
            "day": self.day,
            **changes,
        }


def daytime(moment: dt.datetime) -> dt.datetime:
    """This moment, or the next morning when it is night in Hà Nội."""
    there = local(moment)
    if MORNING <= there.time() <= EVENING:
        return moment
    return next_morning(moment) if there.time() > EVENING else _morning(there.date())


def next_morning(moment: dt.datetime) -> dt.datetime:
    """07:30 on the day after."""
    return _morning(local(moment).date() + dt.timedelta(days=1))


def _morning(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, MORNING, HANOI).astimezone(dt.UTC)


def tell(consultation: Consultation, what: str) -> None:
    """Plan the mails about this news, in the transaction of what happened."""
    _plan(_Task(consultation.id, what, str(consultation.closes_on)), daytime(now()))


def _plan(task: _Task, moment: dt.datetime, *, after: int = 0) -> None:
    day = str(local(moment).date())
    key = f"news:{task.consultation_id}:{task.what}:{task.closes_on}:{day}:{after}"
    jobs.enqueue(JOB, task.payload(after=after, day=day), run_at=moment, dedupe_key=key)


@job(JOB, label=_l("Gửi tin lấy ý kiến cho người theo dõi"))
def send_news(payload: dict[str, Any]) -> None:
    """Write one batch of mails, and plan the rest.

    Safe to repeat: the keys of the mails are what counts.
    """
    task = _Task(**payload)
    found = public.rows(
        public.public(*public.COLUMNS).where(Consultation.id == task.consultation_id)
    )
    if not found or not _still_news(found[0], task):
        return
    consultation = found[0]
    people = service.followers_of_consultation(
        task.consultation_id, new_too=task.what == OPENED, after=task.after, limit=BATCH
    )
    told, busy = _told(consultation, [person.email for person in people])
    waiting = False
    for person in people:
        key = _key(consultation, task, person)
        if f"{NEWS[task.what]}:{key}" in told:
            continue
        if person.email in busy:
            waiting = True
            continue
        _send(consultation, task.what, person, key)
        # The same address may follow twice.
        told.add(f"{NEWS[task.what]}:{key}")
        busy.add(person.email)
    if waiting:
        _plan(task, next_morning(now()))
    if len(people) == BATCH:
        _plan(task, now(), after=people[-1].id)


def _still_news(consultation: PublicConsultation, task: _Task) -> bool:
    if task.what == RESULT:
        return consultation.phase is Phase.RESULT
    return consultation.phase is Phase.OPEN and (
        task.what == OPENED or str(consultation.closes_on) == task.closes_on
    )


def _key(consultation: PublicConsultation, task: _Task, person: Subscription) -> str:
    reader = keyed_hash(str(current_app.secret_key), "news", person.email)[:40]
    return f"{consultation.code}:{task.closes_on}:{reader}"


def _told(consultation: PublicConsultation, addresses: list[str]) -> tuple[set[str], set[str]]:
    """The keys of the news that these people got about it, and the addresses that
    got some today.
    """
    written = outbox.written_about(
        Ref("consultation", consultation.id), kinds=NEWS.values(), to=addresses
    )
    midnight = start_of_day(today())
    return {row.dedupe_key for row in written}, {
        row.to_address for row in written if row.created_at >= midnight
    }


def _send(consultation: PublicConsultation, what: str, person: Subscription, key: str) -> None:
    stop_url = mails.link(service.stop_path(person, secret_key=str(current_app.secret_key)))
    mails.send(
        NEWS[what],
        to=person.email,
        about=Ref("consultation", consultation.id),
        key=key,
        language=person.language,
        headers=mails.stop_headers(stop_url),
        title=consultation.title,
        summary=consultation.summary,
        closes=vi_date(consultation.closes_on),
        before=vi_date(consultation.first_closes_on),
        reason=consultation.extension_reason,
        days=consultation.days_left,
        url=mails.link(consultation.url + ("/ket-qua" if what == RESULT else "")),
        comment_url=mails.link(f"{consultation.url}/gop-y"),
        stop_url=stop_url,
    )


@periodic(
    "consultation-closing", at="07:30", not_after="20:00", label=_l("Nhắc lấy ý kiến sắp hết hạn")
)
def closing_soon() -> None:
    """Once for each last day, as soon as three are left: a run that was missed is made up the next
    morning.
    """
    query = sa.select(Consultation).where(
        Consultation.visibility == Visibility.PUBLIC,
        Consultation.stage.in_([Stage.SCHEDULED, Stage.OPEN]),
        Consultation.opens_on <= today(),
        Consultation.closes_on >= today(),
        Consultation.closes_on < today() + dt.timedelta(days=CLOSING_DAYS),
    )
    for consultation in db.session.scalars(query.order_by(Consultation.id)):
        tell(consultation, CLOSING)
