"""What officers type in for people: a slip, a letter, a call, an agency's opinion, or all that was
said at a village meeting.

All of it becomes comments like any other. Silence is never agreement: only what somebody wrote,
ticked or said is entered.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.audit import moving
from app.comments import policy
from app.comments.models import VillageMeeting
from app.comments.service import commenting
from app.comments.service.accepting import Opinion, Sender, Target
from app.comments.service.commenting import CommentReceipt
from app.comments.service.surveys import SurveyGiven
from app.comments.states import SenderKind, Stance, TargetKind
from app.comments.wording import TICKED
from app.consultations.models import Consultation
from app.consultations.service import core
from app.extensions import db
from app.files import service as files
from app.kernel.clock import now, start_of_day, today
from app.kernel.errors import DomainError, FieldError, Forbidden
from app.kernel.links import Ref
from app.kernel.text import clean, clean_line
from app.submissions.service import Contact, Sent
from app.submissions.states import Channel, Consent, NameDisplay

#: Ways by which something reaches the office that is typed in one by one; a meeting is a batch of
#: its own.
CHANNELS = (Channel.PAPER, Channel.COUNTER, Channel.PHONE, Channel.EMAIL)
#: Signatures under one letter, people in one room: more is a slip of the finger.
PEOPLE_MAX = 100_000
STATEMENTS_MAX = 100
PLACE_MAX, MEETING_NOTE_MAX = 300, 1_000
#: Who spoke at a meeting without the minutes naming them.
SPEAKER = "Người dự họp"


@dataclass(frozen=True, slots=True)
class Origin:
    """What every comment needs to get its code and PIN."""

    secret_key: str
    prefix: str
    #: One per form or row: the same twice is one comment.
    key: str


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands on the paper, or was said on the telephone."""

    stance: Stance
    body: str
    name: str
    consent: Consent
    channel: Channel = Channel.PAPER
    #: The day on the paper, or on which it came: decides whether it is late. None: today.
    day: dt.date | None = None
    target_kind: TargetKind = TargetKind.WHOLE
    clause_anchor: str | None = None
    project_id: int | None = None
    proposed_text: str = ""
    sender_kind: SenderKind = SenderKind.RESIDENT
    phone: str | None = None
    email: str | None = None
    name_display: NameDisplay = NameDisplay.INITIALS
    organisation_name: str = ""
    tax_code: str = ""
    letter_number: str = ""
    sheet: str = ""
    parcel: str = ""
    place_id: int | None = None
    #: Signatures under it: people are counted apart from comments.
    people: int = 1
    #: Answers to guiding questions, by the question's id.
    survey: Mapping[int, SurveyGiven] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one person said at a meeting. Without a name it is a participant's."""

    stance: Stance
    body: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Minutes:
    """What the minutes of a meeting say, besides the statements. Counts are people."""

    held_on: dt.date
    place: str
    present: int
    agree: int
    disagree: int
    note: str = ""


class RowErrors(DomainError):
    """Some statements of a meeting cannot be accepted: what is wrong, by the place of the statement
    from 0. Nothing is kept.
    """

    def __init__(self, rows: dict[int, FieldError]) -> None:
        super().__init__(_("Có ý kiến chưa nhập được. Chưa có gì được lưu."))
        self.rows = rows


# One by one
# --------------------------------------------------------------------------------------------------
def enter(
    consultation: Consultation,
    slip: Slip,
    origin: Origin,
    *,
    actor: Actor,
    file_keys: Sequence[str] = (),
) -> CommentReceipt:
    """Take in one slip, letter, call or opinion. Sent twice with the same key it is one comment.

    Raises Forbidden for somebody who may not or a consultation that takes nothing, FieldError for
    what cannot be accepted.
    """
    guard(consultation, actor)
    if slip.channel not in CHANNELS:
        raise FieldError("channel", _("Hãy chọn cách nhận góp ý."))
    if not 1 <= slip.people <= PEOPLE_MAX:
        raise FieldError("people", _("Số người ký phải từ 1 đến 100.000."))
    return _take(
        consultation,
        slip,
        origin,
        arrival(consultation, slip.day, "day"),
        actor=actor,
        file_keys=file_keys,
    )


def guard(consultation: Consultation, actor: Actor) -> None:
    """Raises Forbidden for somebody who may not enter comments here now."""
    if not policy.may_enter(actor, consultation):
        raise Forbidden(
            _(
                "Chỉ nhập được góp ý khi cuộc lấy ý kiến đang mở hoặc đang tổng hợp, bởi người "
                "được giao."
            )
        )


def arrival(consultation: Consultation, day: dt.date | None, named: str) -> dt.datetime:
    """The moment that stands for a day on paper: now for today, the last second of an earlier day.

    Raises FieldError for a day to come, or before the first on which comments are taken.
    """
    if day is None or day == today():
        return now()
    if day > today():
        raise FieldError(named, _("Ngày này chưa tới. Hãy xem lại."))
    if consultation.opens_on is not None and day < consultation.opens_on:
        raise FieldError(named, _("Ngày này trước ngày mở lấy ý kiến. Hãy xem lại."))
    return start_of_day(day + dt.timedelta(days=1)) - dt.timedelta(seconds=1)


def text_of(slip: Slip) -> str:
    """What was written; of a slip on which only a box was ticked a sentence that says so."""
    return clean(slip.body) or TICKED.get(slip.stance, "")


def _take(
    consultation: Consultation,
    slip: Slip,
    origin: Origin,
    arrived: dt.datetime,
    *,
    actor: Actor,
    file_keys: Sequence[str] = (),
    meeting_id: int | None = None,
) -> CommentReceipt:
    return commenting.comment(
        consultation,
        Opinion(slip.stance, text_of(slip), slip.proposed_text, slip.survey),
        Target(slip.target_kind, slip.clause_anchor, slip.project_id, place_id=slip.place_id),
        Sender(
            slip.sender_kind,
            Contact(
                name=slip.name,
                phone=slip.phone,
                email=slip.email,
                name_display=slip.name_display,
                consent=slip.consent,
            ),
            slip.organisation_name,
            slip.tax_code,
            slip.letter_number,
            slip.sheet,
            slip.parcel,
        ),
        Sent(
            secret_key=origin.secret_key,
            prefix=origin.prefix,
            idempotency_key=origin.key,
            channel=slip.channel,
            actor=actor,
            file_keys=file_keys,
            received_at=arrived,
        ),
        meeting_id=meeting_id,
        people=slip.people,
    )


# A meeting
# --------------------------------------------------------------------------------------------------
def hold_meeting(
    consultation: Consultation,
    minutes: Minutes,
    statements: Sequence[Statement],
    origin: Origin,
    *,
    consent: Consent,
    actor: Actor,
    file_keys: Sequence[str] = (),
) -> VillageMeeting:
    """Write down a meeting and one comment for each statement: all of it or nothing. The same key
    twice is one meeting.

    Raises Forbidden, FieldError for the minutes, RowErrors for statements; the caller then undoes
    the transaction (or savepoint).
    """
    guard(consultation, actor)
    if known := db.session.scalar(
        sa.select(VillageMeeting).where(VillageMeeting.entry_key == origin.key)
    ):
        found: VillageMeeting = known
        return found
    arrived = arrival(consultation, minutes.held_on, "held_on")
    meeting = _meeting(consultation, minutes, len(statements), origin.key, actor)
    if file_keys:
        files.claim(file_keys, Ref("village_meeting", meeting.id))
    wrong: dict[int, FieldError] = {}
    for number, statement in enumerate(statements):
        key = f"{origin.key[:54]}-{number}"
        slip = Slip(
            statement.stance,
            statement.body,
            clean_line(statement.name) or SPEAKER,
            consent,
            Channel.MEETING,
            name_display=NameDisplay.HIDDEN,
        )
        try:
            _take(
                consultation,
                slip,
                Origin(origin.secret_key, origin.prefix, key),
                arrived,
                actor=actor,
                meeting_id=meeting.id,
            )
        except FieldError as error:
            wrong[number] = error
    if wrong:
        raise RowErrors(wrong)
    note = _(
        "Họp dân ngày %(day)s: %(present)s người dự, %(agree)s đồng ý, %(disagree)s không đồng ý, "
        "%(n)s ý kiến.",
        day=minutes.held_on.strftime("%d/%m/%Y"),
        present=minutes.present,
        agree=minutes.agree,
        disagree=minutes.disagree,
        n=len(statements),
    )
    core.note_change(
        consultation,
        "meeting",
        actor,
        note=note,
        data={"meeting": meeting.id, "statements": len(statements)},
    )
    return meeting


def _meeting(
    consultation: Consultation, minutes: Minutes, statements: int, key: str, actor: Actor
) -> VillageMeeting:
    place = clean_line(minutes.place)
    if not place or len(place) > PLACE_MAX:
        raise FieldError("place", _("Hãy ghi nơi họp, tối đa 300 ký tự."))
    if not 1 <= minutes.present <= PEOPLE_MAX:
        raise FieldError("present", _("Số người dự họp phải từ 1 đến 100.000."))
    if minutes.agree < 0 or minutes.disagree < 0:
        raise FieldError("agree", _("Số người không thể âm."))
    if minutes.agree + minutes.disagree > minutes.present:
        raise FieldError(
            "agree",
            _(
                "Số đồng ý cộng số không đồng ý lớn hơn số người dự. Người không nói gì không "
                "được tính là đồng ý."
            ),
        )
    if statements > STATEMENTS_MAX:
        raise FieldError("place", _("Mỗi cuộc họp nhập nhiều nhất %(n)s ý kiến.", n=STATEMENTS_MAX))
    meeting = VillageMeeting(
        consultation_id=consultation.id,
        held_on=minutes.held_on,
        place=place,
        present=minutes.present,
        agree=minutes.agree,
        disagree=minutes.disagree,
        note=clean(minutes.note)[:MEETING_NOTE_MAX],
        entry_key=key,
        entered_by=actor.id,
    )
    db.session.add(meeting)
    db.session.flush()
    return meeting


def edit_meeting(
    consultation: Consultation,
    meeting: VillageMeeting,
    *,
    actor: Actor,
    seen_revision: int | None,
    note: str,
    file_keys: Sequence[str] = (),
) -> None:
    """Change the note, add scans of the minutes. Counts and statements stay as the minutes have
    them.

    Raises Forbidden, Stale.
    """
    guard(consultation, actor)
    moving.check_revision(meeting, seen_revision)
    meeting.note = clean(note)[:MEETING_NOTE_MAX]
    if file_keys:
        files.claim(file_keys, Ref("village_meeting", meeting.id))
    db.session.flush()
    data = {"meeting": meeting.id, "files": len(file_keys)}
    core.note_change(
        consultation, "meeting", actor, note=_("Sửa ghi chú, biên bản họp dân."), data=data
    )
