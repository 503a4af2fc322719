"""Creating a consultation and changing what it says: its texts, its dates while nobody has seen
them, its announced meetings.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P
from app.access.actors import SYSTEM, Actor
from app.audit import moving
from app.consultations import policy, rules
from app.consultations.models import Consultation, PublicMeeting
from app.consultations.queries import rules as rule_table
from app.consultations.service import core
from app.consultations.states import ConsultationType, ShowComments, Stage
from app.extensions import db
from app.kernel.clock import now, today
from app.kernel.db import next_number
from app.kernel.errors import FieldError, Forbidden
from app.kernel.html import paragraphs, safe_href
from app.kernel.text import clean, clean_line
from app.kernel.text import slug as make_slug
from app.organisation.service.checking import is_email, is_phone
from app.workdays import queries as workdays

TITLE_MIN, TITLE_MAX, SUMMARY_MAX = 10, 300, 10_000
MOST_MEETINGS, MOST_BASES = 30, 20
#: Address parts that mean something else below /lay-y-kien and /can-bo/lay-y-kien.
RESERVED_SLUGS = frozenset({"lich", "moi", "thiet-lap", "nhap", "nhap-du-lieu", "feed"})
_SLUG_MAX = 80
_FIELD_LABELS = {
    "type": _l("Loại"),
    "title": _l("Tên"),
    "summary": _l("Trích yếu"),
    "lead_unit_id": _l("Đơn vị chủ trì"),
    "officer_id": _l("Người phụ trách"),
    "legal_basis": _l("Căn cứ"),
    "notice_number": _l("Số thông báo"),
    "opens_on": _l("Ngày mở"),
    "closes_on": _l("Ngày đóng"),
    "receive_address": _l("Địa chỉ nhận ý kiến"),
    "receive_phone": _l("Điện thoại"),
    "receive_email": _l("Thư điện tử"),
    "posting_place": _l("Nơi niêm yết"),
    "show_comments": _l("Hiện góp ý"),
    "meetings": _l("Lịch họp dân"),
}
#: How long a text may be, by column.
_LIMITS = {
    "notice_number": 60,
    "receive_address": 300,
    "receive_phone": 40,
    "receive_email": 254,
    "posting_place": 500,
}


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that is announced."""

    starts_at: dt.datetime
    place: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What people fill in about a consultation."""

    type: ConsultationType
    title: str
    summary: str = ""
    lead_unit_id: int | None = None
    officer_id: int | None = None
    #: Text and address (empty: none) of each law or decision it rests on.
    legal_basis: Sequence[tuple[str, str]] = ()
    notice_number: str = ""
    opens_on: dt.date | None = None
    #: None: as soon as the rules allow after opens_on.
    closes_on: dt.date | None = None
    receive_address: str = ""
    receive_phone: str = ""
    receive_email: str = ""
    posting_place: str = ""
    show_comments: ShowComments = ShowComments.AT_ONCE
    meetings: Sequence[Meeting] = ()


def create(*, actor: Actor, facts: Facts) -> Consultation:
    """A new draft with its code, such as LYK-2026-07. Raises Forbidden and FieldError."""
    if actor is not SYSTEM and not actor.has(P.CONSULTATION_EDIT):
        raise Forbidden(_("Bạn không có quyền tạo cuộc lấy ý kiến."))
    values = _values(facts, None)
    year = today().year
    consultation = Consultation(
        code=f"LYK-{year}-{next_number(f'consultation:{year}'):02d}",
        slug=_free_slug(values["title"], None),
        stage=Stage.DRAFT,
        created_by=actor.id,
        **{
            **values,
            "officer_id": values["officer_id"] or actor.id,
            "lead_unit_id": values["lead_unit_id"] or actor.unit_id,
        },
    )
    db.session.add(consultation)
    db.session.flush()
    _put_meetings(consultation, facts.meetings)
    core.note_change(
        consultation, "create", actor, data={"code": consultation.code, "title": consultation.title}
    )
    return consultation


def edit(
    consultation: Consultation, *, actor: Actor, seen_revision: int | None, facts: Facts
) -> Consultation:
    """Change what it says. Type and dates are fixed from posting on, and from opening on also when
    comments are shown.

    Raises Forbidden, Stale and FieldError.
    """
    if actor is not SYSTEM and not policy.may_edit(actor, consultation):
        raise Forbidden(_("Chỉ đơn vị chủ trì và người phụ trách được sửa nội dung này."))
    moving.check_revision(consultation, seen_revision)
    values = {
        name: value
        for name, value in _values(facts, consultation).items()
        if name not in fixed_fields(consultation)
    }
    changed = {
        name: _plain(value)
        for name, value in values.items()
        if getattr(consultation, name) != value
    }
    meetings_changed = list(facts.meetings) != meetings_of(consultation)
    if not changed and not meetings_changed:
        return consultation
    for name in changed:
        setattr(consultation, name, values[name])
    if "title" in changed and consultation.posted_at is None:
        consultation.slug = _free_slug(consultation.title, consultation.id)
    if meetings_changed:
        _put_meetings(consultation, facts.meetings)
        changed["meetings"] = [
            [meeting.starts_at.isoformat(), meeting.place, meeting.note]
            for meeting in facts.meetings
        ]
    consultation.updated_at = now()
    labels = [str(_FIELD_LABELS[name]) for name in changed if name in _FIELD_LABELS]
    core.note_change(consultation, "edit", actor, note=", ".join(labels), data={"changed": changed})
    return consultation


def fixed_fields(consultation: Consultation) -> frozenset[str]:
    """What may no longer be changed: what people were promised when it was posted, or when it
    opened.
    """
    if consultation.stage is Stage.DRAFT:
        return frozenset()
    fixed = {"type", "opens_on", "closes_on", "wanted_closes_on"}
    if consultation.stage is not Stage.SCHEDULED:
        fixed.add("show_comments")
    return frozenset(fixed)


def meetings_of(consultation: Consultation) -> list[Meeting]:
    """Its announced meetings, in the order of time."""
    query = sa.select(PublicMeeting).where(PublicMeeting.consultation_id == consultation.id)
    return [
        Meeting(row.starts_at, row.place, row.note)
        for row in db.session.scalars(query.order_by(PublicMeeting.starts_at, PublicMeeting.id))
    ]


def _put_meetings(consultation: Consultation, meetings: Sequence[Meeting]) -> None:
    if len(meetings) > MOST_MEETINGS:
        raise FieldError("meetings", _("Chỉ nhập được tối đa %(n)s buổi họp.", n=MOST_MEETINGS))
    db.session.execute(
        sa.delete(PublicMeeting).where(PublicMeeting.consultation_id == consultation.id)
    )
    for meeting in meetings:
        place, note = clean_line(meeting.place), clean_line(meeting.note)
        if not place or len(place) > 300 or len(note) > 500:
            raise FieldError(
                "meetings",
                _("Mỗi buổi họp cần nơi họp, tối đa 300 ký tự; ghi chú tối đa 500 ký tự."),
            )
        db.session.add(
            PublicMeeting(
                consultation_id=consultation.id, starts_at=meeting.starts_at, place=place, note=note
            )
        )
    db.session.flush()


def _values(facts: Facts, known: Consultation | None) -> dict[str, Any]:
    """The columns that these facts give, checked. Raises FieldError."""
    title, summary = clean_line(facts.title), clean(facts.summary)
    _need(
        len(title) >= TITLE_MIN,
        "title",
        _("Hãy viết tên rõ nội dung, ít nhất %(n)s ký tự.", n=TITLE_MIN),
    )
    _need(len(title) <= TITLE_MAX, "title", _("Tên dài quá %(n)s ký tự. Hãy rút gọn.", n=TITLE_MAX))
    _need(len(summary) <= SUMMARY_MAX, "summary", _("Trích yếu dài quá. Hãy rút gọn."))
    texts = {name: clean_line(getattr(facts, name)) for name in _LIMITS}
    for name, limit in _LIMITS.items():
        _need(len(texts[name]) <= limit, name, _("Hãy viết tối đa %(n)s ký tự.", n=limit))
    _need(
        not texts["receive_phone"] or is_phone(texts["receive_phone"]),
        "receive_phone",
        _("Số điện thoại chưa đúng. Ví dụ: 0253 3555 001."),
    )
    _need(
        not texts["receive_email"] or is_email(texts["receive_email"]),
        "receive_email",
        _("Thư điện tử chưa đúng. Ví dụ: ten@example.vn."),
    )
    return {
        "type": facts.type,
        "title": title,
        "summary": summary,
        "summary_html": str(paragraphs(summary)),
        "lead_unit_id": facts.lead_unit_id,
        "officer_id": facts.officer_id,
        "legal_basis": _bases(facts.legal_basis),
        "show_comments": facts.show_comments,
        **texts,
        **_dates(facts, known),
    }


def _bases(given: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    found = [
        {"text": clean_line(text), "url": clean_line(url)}
        for text, url in given
        if clean_line(text)
    ]
    _need(
        len(found) <= MOST_BASES,
        "legal_basis",
        _("Chỉ nhập được tối đa %(n)s căn cứ.", n=MOST_BASES),
    )
    for row in found:
        _need(
            len(row["text"]) <= 500 and len(row["url"]) <= 500,
            "legal_basis",
            _("Hãy viết tối đa %(n)s ký tự.", n=500),
        )
        _need(
            not row["url"] or safe_href(row["url"]),
            "legal_basis",
            _("Địa chỉ của căn cứ chưa đúng: %(url)s", url=row["url"][:100]),
        )
    return found


def _dates(facts: Facts, known: Consultation | None) -> dict[str, dt.date | None]:
    """First and last day; a last day that was not given is proposed, one that can only be too short
    is refused.

    What nobody changed is kept as it is: a draft that has become too short while it lay says so
    when it is posted.
    """
    opens_on, wanted = facts.opens_on, facts.closes_on
    if known is not None and (known.stage is not Stage.DRAFT or _same_dates(facts, known)):
        return {
            "opens_on": known.opens_on,
            "closes_on": known.closes_on,
            "wanted_closes_on": known.wanted_closes_on,
        }
    if opens_on is None:
        _need(wanted is None, "opens_on", _("Hãy nhập ngày mở trước khi nhập ngày đóng."))
        return {"opens_on": None, "closes_on": None, "wanted_closes_on": None}
    _need(
        opens_on >= today(),
        "opens_on",
        _("Ngày mở %(day)s đã qua. Hãy chọn lại ngày mở.", day=opens_on.strftime("%d/%m/%Y")),
    )
    if wanted is None:
        found = rule_table.proposed_last_day(facts.type, opens_on)
    else:
        _need(wanted >= opens_on, "closes_on", _("Ngày đóng phải từ ngày mở trở đi."))
        _need(
            (wanted - opens_on).days <= rules.LONGEST_DAYS,
            "closes_on",
            _("Ngày đóng xa quá một năm sau ngày mở."),
        )
        found = rules.last_day(workdays.calendar(), today(), wanted)
        # It cannot be posted before today, so what is too short from today on is too short whenever
        # it is posted.
        short = rules.too_short(rule_table.in_force(facts.type, today()), found)
        _need(not short, "closes_on", short)
    return {
        "opens_on": opens_on,
        "closes_on": found.day,
        "wanted_closes_on": found.wanted if found.wanted != found.day else None,
    }


def _same_dates(facts: Facts, known: Consultation) -> bool:
    if (facts.type, facts.opens_on) != (known.type, known.opens_on):
        return False
    return facts.closes_on is not None and facts.closes_on in {
        known.closes_on,
        known.wanted_closes_on,
    }


def _need(condition: bool, field: str, message: str) -> None:
    if not condition:
        raise FieldError(field, message)


def _free_slug(title: str, own_id: int | None) -> str:
    base = make_slug(title, limit=_SLUG_MAX)
    query = sa.select(Consultation.slug).where(Consultation.slug.startswith(base, autoescape=True))
    taken = {
        *db.session.scalars(query if own_id is None else query.where(Consultation.id != own_id)),
        *RESERVED_SLUGS,
    }
    if base not in taken:
        return base
    return next(
        candidate
        for number in range(2, len(taken) + 3)
        if (candidate := f"{base}-{number}") not in taken
    )


def _plain(value: Any) -> Any:
    """A value as the record keeps it."""
    return value.isoformat() if isinstance(value, dt.date) else value


__all__ = ["Facts", "Meeting", "create", "edit", "fixed_fields", "meetings_of"]
