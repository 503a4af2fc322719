"""Many made-up questions at once, written past the services: for measuring, never for looking at.

What matters for speed is real: the rows, the indexes, the full-text index, the share of open
questions, dates over five years. What nobody measures is left out: mails, the audit record, all but
one line of each log.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.devtools.demo import plan
from app.devtools.demo.load import check_allowed, load_organisation
from app.devtools.demo.prose import Prose
from app.extensions import db
from app.kernel import fulltext
from app.kernel.clock import local, now
from app.kernel.db import Counter
from app.kernel.links import Ref
from app.kernel.publication import bump
from app.organisation import queries as organisation
from app.organisation.models import AgencyProfile
from app.questions.models import AnswerVersion, Question, QuestionLog
from app.questions.service.core import DEFAULT_DAYS, FAR_AWAY
from app.questions.service.intake import CONSENT_TEXT
from app.questions.service.keeping import CLOSE_DAYS
from app.questions.states import Outcome, Stage, Visibility
from app.submissions.models import Submission
from app.submissions.states import Channel, Consent, NameDisplay

#: Rows in one transaction.
BATCH = 2_000
#: Questions that wait, however many there are.
OPEN = 50
_YEARS = 5
_DAY = dt.timedelta(days=1)
_NAMES = (
    "Nguyễn Thị Lan",
    "Trần Văn Hùng",
    "Lê Thị Hoa",
    "Phạm Văn Nam",
    "Võ Thị Mai",
    "Đặng Văn Sơn",
    "Bùi Thị Thu",
    "Hồ Văn Tài",
)


@dataclass(frozen=True, slots=True)
class Scaled:
    """What was added."""

    questions: int
    answered: int
    open: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the rows of one run go."""

    first_submission: int
    first_question: int
    first_version: int
    prefix: str
    units: Sequence[int]
    topics: Sequence[int]
    places: Sequence[tuple[int, str]]
    started: dt.datetime
    #: Between two questions.
    step: dt.timedelta


def scale(count: int, *, answered_share: float = 0.97) -> Scaled:
    """Add so many questions, oldest first, of which this share is answered and public; commits in
    batches.

    Raises Refused where demo data is not allowed. Without an authority the sample one is made,
    without people.
    """
    check_allowed()
    if db.session.get(AgencyProfile, 1) is None:
        load_organisation(plan.profile("xa"))
        db.session.commit()
    answered = round(count * answered_share)
    waiting = min(OPEN, count - answered)
    place = _place(count)
    prose = Prose(place.first_question)
    numbers = dict(db.session.execute(sa.select(Counter.name, Counter.value)).all())
    for first in range(0, count, BATCH):
        _write(
            [
                _row(place, prose, numbers, index, count, answered, waiting)
                for index in range(first, min(first + BATCH, count))
            ]
        )
        _keep(numbers)
        db.session.commit()
    _finish()
    return Scaled(count, answered, waiting)


def _place(count: int) -> _Place:
    moment = now()
    started = moment - _YEARS * 365 * _DAY
    return _Place(
        first_submission=_next_id(Submission),
        first_question=_next_id(Question),
        first_version=_next_id(AnswerVersion),
        prefix=organisation.agency().tracking_prefix,
        units=[unit.id for unit in organisation.active_units()],
        topics=[topic.id for topic in organisation.active_topics()],
        places=[(place.id, place.name) for place in organisation.active_places()],
        started=started,
        step=(moment - started) / (count + 1),
    )


def _next_id(model: Any) -> int:
    return 1 + (db.session.scalar(sa.select(sa.func.max(model.id))) or 0)


@dataclass(frozen=True, slots=True)
class _Row:
    """One question as rows of its tables."""

    submission: dict[str, Any]
    question: dict[str, Any]
    version: dict[str, Any] | None
    document: tuple[Ref, str, str] | None
    log: dict[str, Any]


def _row(
    place: _Place,
    prose: Prose,
    numbers: dict[str, int],
    index: int,
    count: int,
    answered: int,
    waiting: int,
) -> _Row:
    # The newest wait; what is not answered besides was taken back, evenly over the years.
    is_open = index >= count - waiting
    rest = count - waiting
    is_answered = not is_open and (index + 1) * answered // rest > index * answered // rest
    at = (
        place.started + place.step * (index + 1)
        if not is_open
        else now() - (count - index) * dt.timedelta(hours=2)
    )
    where, where_name = place.places[index % len(place.places)]
    title, body = prose.title(where_name), prose.question(where_name)
    question = _question(place, prose, index, at, is_open=is_open, is_answered=is_answered)
    submission = _submission(place, numbers, index, at, title, body, where, is_public=is_answered)
    log = {
        "question_id": question["id"],
        "at": at,
        "actor": "citizen",
        "move": "receive",
        "to_stage": Stage.RECEIVED,
        "note": "",
        "public": True,
    }
    if not is_answered:
        return _Row(submission, question, None, None, log)
    version = _version(prose, place.first_version + index, question, where_name)
    document = (
        Ref("question", question["id"]),
        title,
        f"{body}\n{version['short']}\n{version['findings']}\n{version['resolution']}",
    )
    return _Row(submission, question, version, document, log)


def _submission(
    place: _Place,
    numbers: dict[str, int],
    index: int,
    at: dt.datetime,
    title: str,
    body: str,
    where: int,
    *,
    is_public: bool,
) -> dict[str, Any]:
    number, counter = place.first_submission + index, f"{place.prefix}-{local(at).year}"
    numbers[counter] = numbers.get(counter, 0) + 1
    return {
        "id": number,
        "kind": "question",
        "code": f"{counter}-{numbers[counter]:06d}",
        "pin_hash": f"{number:064x}",
        "idempotency_key": f"scale-{number:026d}",
        "channel": Channel.WEB,
        "received_at": at,
        "language": "vi",
        "title": title,
        "body": body,
        "public_title": title if is_public else None,
        "public_body": body if is_public else None,
        "public_html": f"<p>{body}</p>" if is_public else None,
        "place_id": where,
        "name": _NAMES[index % len(_NAMES)],
        "phone": f"0912{index % 1_000_000:06d}",
        "name_display": NameDisplay.INITIALS,
        "consent": Consent.PUBLISH,
        "consent_text": CONSENT_TEXT,
        "consent_at": at,
        "confirmed_at": at,
        "restricted": False,
        "spam_points": 0,
        "spam_reasons": [],
    }


def _question(
    place: _Place, prose: Prose, index: int, at: dt.datetime, *, is_open: bool, is_answered: bool
) -> dict[str, Any]:
    chance = prose.random
    took = 1 + int(chance.random() * chance.random() * 12)
    answered_at = min(at + took * 1.4 * _DAY, now()) if is_answered else None
    closed_at = (
        answered_at + CLOSE_DAYS * _DAY
        if answered_at and answered_at + CLOSE_DAYS * _DAY < now()
        else None
    )
    due = local(at).date() + 14 * _DAY if is_open else None
    stage = (Stage.ASSIGNED if index % 2 else Stage.RECEIVED) if is_open else Stage.WITHDRAWN
    return {
        "id": place.first_question + index,
        "submission_id": place.first_submission + index,
        "kind": "question",
        "classification": "ordinary",
        # Answered ones get their stage with their answer, which comes after them.
        "stage": stage,
        "visibility": Visibility.PRIVATE,
        "topic_id": place.topics[int(chance.random() * chance.random() * len(place.topics))],
        "unit_id": None if stage is Stage.RECEIVED else place.units[index % len(place.units)],
        "received_on": local(at).date(),
        "working_days": DEFAULT_DAYS,
        "extra_days": 0,
        "due_on": due,
        "sort_on": due or FAR_AWAY,
        "answered_at": answered_at,
        "took_days": took if is_answered else None,
        "closed_at": closed_at,
        "published_at": answered_at,
        "published_year": local(answered_at).year if answered_at else None,
        "helpful_yes": 0,
        "helpful_no": 0,
        "created_at": at,
        "updated_at": answered_at or at,
        "revision": 1,
    }


def _version(
    prose: Prose, number: int, question: dict[str, Any], where_name: str
) -> dict[str, Any]:
    findings, steps = prose.findings(where_name), prose.resolution()
    return {
        "id": number,
        "question_id": question["id"],
        "number": 1,
        "short": prose.short(),
        "findings": findings,
        "findings_html": f"<p>{findings}</p>",
        "resolution": "\n".join(steps),
        "resolution_html": f"<p>{'<br>'.join(steps)}</p>",
        "legal_basis": [],
        "outcome": Outcome.GUIDANCE,
        "contact": "",
        "letter": "",
        "approver_name": "Nguyễn Văn Bình",
        "approved_at": question["answered_at"],
        "self_approved": False,
    }


def _write(rows: list[_Row]) -> None:
    _insert(Submission.__table__, [row.submission for row in rows])
    _insert(Question.__table__, [row.question for row in rows])
    _insert(QuestionLog.__table__, [row.log for row in rows])
    versions = [row.version for row in rows if row.version is not None]
    if not versions:
        return
    _insert(AnswerVersion.__table__, versions)
    table, first = Question.__table__, rows[0].question["id"]
    change = (
        sa.update(table)
        .where(table.c.id.between(first, rows[-1].question["id"]), table.c.answered_at.is_not(None))
        .values(
            stage=sa.case(
                (table.c.closed_at.is_(None), sa.literal_column("'answered'")),
                else_=sa.literal_column("'closed'"),
            ),
            visibility=Visibility.PUBLIC,
            # Both are numbered alike, with a gap where there is no answer.
            version_id=table.c.id + (versions[0]["id"] - versions[0]["question_id"]),
        )
    )
    db.session.execute(change)
    fulltext.put_many(row.document for row in rows if row.document is not None)


def _insert(table: Any, rows: list[dict[str, Any]]) -> None:
    if db.session.get_bind().dialect.name != "postgresql":
        db.session.execute(sa.insert(table), rows)
        return
    # One statement for all rows: the server takes them apart several times faster than it takes
    # them one by one.
    names = ", ".join(rows[0])
    statement = (
        f"INSERT INTO {table.name} ({names}) SELECT {names} FROM "  # noqa: S608
        f"json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))"
    )
    db.session.execute(sa.text(statement), {"rows": json.dumps(rows, default=str)})


def _keep(numbers: dict[str, int]) -> None:
    table = Counter.__table__
    db.session.execute(sa.delete(table).where(table.c.name.in_(numbers)))
    db.session.execute(
        sa.insert(table), [{"name": name, "value": value} for name, value in numbers.items()]
    )


def _finish() -> None:
    if db.session.get_bind().dialect.name == "postgresql":
        for name in ("submission", "question", "answer_version"):
            db.session.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM "  # noqa: S608
                    f"{name}))"
                )
            )
            # As the server would by itself, some minutes later.
            db.session.execute(sa.text(f"ANALYZE {name}"))
    bump()
    db.session.commit()
