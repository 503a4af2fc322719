"""Keeping the rule table and the land-use codes: what changes gets a new row from a day on, and the
old one its last day.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P
from app.access.actors import SYSTEM, Actor
from app.audit import service as audit
from app.consultations import shipped
from app.consultations.models import ConsultationRule, LandType
from app.consultations.rules import CONFIDENCE_LABELS, LONGEST_DAYS
from app.consultations.states import ConsultationType
from app.extensions import db
from app.kernel import publication
from app.kernel.errors import FieldError, Forbidden, NotFound
from app.kernel.links import Ref
from app.kernel.text import clean_line
from app.organisation import queries as organisation

RULE_TAG, LAND_TAG, SEED_TAG = (
    "consultation_setup:rule",
    "consultation_setup:land_type",
    "consultation_setup:seed",
)
TAGS = {
    RULE_TAG: _l("Sửa số ngày lấy ý kiến tối thiểu"),
    LAND_TAG: _l("Sửa mã loại đất"),
    SEED_TAG: _l("Nạp số ngày tối thiểu và mã loại đất có sẵn"),
}
_CODE = re.compile(r"[A-Z]{2,5}[0-9]{0,2}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleValues:
    """What a rule says from a day on."""

    min_days: int
    valid_from: dt.date
    source: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LandValues:
    """What a land-use code means from a day on."""

    name: str
    #: #rrggbb, or empty: not known.
    colour: str
    valid_from: dt.date
    source: str
    confidence: str


def seed(*, actor: Actor = SYSTEM) -> tuple[int, int]:
    """Write what ships with the product into tables that are still empty; returns how many rules
    and codes.

    The caller commits. Never touches a table that holds anything.
    """
    level = organisation.agency().level.value
    made_rules: list[Any] = []
    made_types: list[Any] = []
    if db.session.scalar(sa.select(ConsultationRule.id).limit(1)) is None:
        made_rules = [
            ConsultationRule(
                type=rule.type,
                min_days=rule.min_days,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
                source=rule.source,
                confidence=rule.confidence,
            )
            for rule in shipped.rules(level)
        ]
    if db.session.scalar(sa.select(LandType.id).limit(1)) is None:
        made_types = [
            LandType(
                code=use.code,
                name=use.name,
                colour=use.colour,
                valid_from=use.valid_from,
                valid_to=use.valid_to,
                source=use.source,
                confidence=use.confidence,
            )
            for use in shipped.land_uses()
        ]
    db.session.add_all([*made_rules, *made_types])
    db.session.flush()
    counts = len(made_rules), len(made_types)
    if any(counts):
        _record(
            SEED_TAG, actor, None, {"rules": counts[0], "land_types": counts[1], "level": level}
        )
    return counts


# Rules
# --------------------------------------------------------------------------------------------------
def rule_by_id(number: int) -> ConsultationRule:
    """The rule. Raises NotFound."""
    found = db.session.get(ConsultationRule, number)
    if found is None:
        raise NotFound
    return found


def add_rule(kind: ConsultationType, values: RuleValues, *, actor: Actor) -> ConsultationRule:
    """One more rule for a type. Raises Forbidden and FieldError."""
    _check_actor(actor)
    taken = sa.select(ConsultationRule.id).where(
        ConsultationRule.type == kind, ConsultationRule.valid_from == values.valid_from
    )
    _need(
        db.session.scalar(taken) is None,
        "valid_from",
        _("Loại này đã có một mức áp dụng từ đúng ngày đó. Hãy sửa mức ấy."),
    )
    row = ConsultationRule(type=kind, valid_to=None, updated_by=actor.id, **_checked_rule(values))
    db.session.add(row)
    return _rule_done(row, actor, "add")


def change_rule(row: ConsultationRule, values: RuleValues, *, actor: Actor) -> ConsultationRule:
    """From a later day on: the old row ends the day before and a new one begins. From the same day:
    a correction of the row.

    Raises Forbidden and FieldError.
    """
    _check_actor(actor)
    checked = _checked_rule(values)
    _check_continues(row.valid_from, row.valid_to, values.valid_from)
    if values.valid_from == row.valid_from:
        for name, value in checked.items():
            setattr(row, name, value)
        row.updated_by = actor.id
        return _rule_done(row, actor, "correct")
    after = ConsultationRule(type=row.type, valid_to=row.valid_to, updated_by=actor.id, **checked)
    row.valid_to, row.updated_by = values.valid_from - _ONE_DAY, actor.id
    db.session.add(after)
    return _rule_done(after, actor, "change")


def end_rule(row: ConsultationRule, last_day: dt.date, *, actor: Actor) -> ConsultationRule:
    """It no longer applies to what is posted after this day. Raises Forbidden and FieldError."""
    _check_actor(actor)
    _need(last_day >= row.valid_from, "valid_to", _("Ngày cuối phải từ ngày bắt đầu trở đi."))
    row.valid_to, row.updated_by = last_day, actor.id
    return _rule_done(row, actor, "end")


def _checked_rule(values: RuleValues) -> dict[str, Any]:
    source = clean_line(values.source)
    _need(
        0 <= values.min_days <= LONGEST_DAYS,
        "min_days",
        _("Hãy nhập số ngày từ 0 đến %(n)s.", n=LONGEST_DAYS),
    )
    _need(
        0 < len(source) <= 500,
        "source",
        _("Hãy ghi nguồn: luật, điều, khoản, hoặc vì sao cơ quan đặt mức này; tối đa 500 ký tự."),
    )
    _need(values.confidence in CONFIDENCE_LABELS, "confidence", _("Hãy chọn độ tin cậy."))
    return {
        "min_days": values.min_days,
        "valid_from": values.valid_from,
        "source": source,
        "confidence": values.confidence,
    }


def _rule_done(row: ConsultationRule, actor: Actor, act: str) -> ConsultationRule:
    db.session.flush()
    data = {
        "act": act,
        "type": row.type.value,
        "min_days": row.min_days,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "source": row.source,
        "confidence": row.confidence,
    }
    _record(RULE_TAG, actor, Ref("consultation_rule", row.id), data)
    return row


# Land-use codes
# --------------------------------------------------------------------------------------------------
def land_type_by_id(number: int) -> LandType:
    """The row of a code. Raises NotFound."""
    found = db.session.get(LandType, number)
    if found is None:
        raise NotFound
    return found


def add_land_type(code: str, values: LandValues, *, actor: Actor) -> LandType:
    """A code that was not there. Raises Forbidden and FieldError."""
    _check_actor(actor)
    code = clean_line(code).upper()
    _need(
        _CODE.fullmatch(code) is not None, "code", _("Mã gồm 2 đến 5 chữ cái in hoa. Ví dụ: LUC.")
    )
    query = sa.select(LandType.id).where(
        LandType.code == code,
        sa.or_(LandType.valid_to.is_(None), LandType.valid_to >= values.valid_from),
    )
    _need(
        db.session.scalar(query) is None,
        "code",
        _("Mã %(code)s đã có trong thời gian này. Hãy sửa dòng đang có.", code=code),
    )
    row = LandType(code=code, valid_to=None, **_checked_land(values))
    db.session.add(row)
    return _land_done(row, actor, "add")


def change_land_type(row: LandType, values: LandValues, *, actor: Actor) -> LandType:
    """As `change_rule`. Raises Forbidden and FieldError."""
    _check_actor(actor)
    checked = _checked_land(values)
    _check_continues(row.valid_from, row.valid_to, values.valid_from)
    if values.valid_from == row.valid_from:
        for name, value in checked.items():
            setattr(row, name, value)
        return _land_done(row, actor, "correct")
    after = LandType(code=row.code, valid_to=row.valid_to, **checked)
    row.valid_to = values.valid_from - _ONE_DAY
    db.session.add(after)
    return _land_done(after, actor, "change")


def end_land_type(row: LandType, last_day: dt.date, *, actor: Actor) -> LandType:
    """The code is no longer used after this day. Raises Forbidden and FieldError."""
    _check_actor(actor)
    _need(last_day >= row.valid_from, "valid_to", _("Ngày cuối phải từ ngày bắt đầu trở đi."))
    row.valid_to = last_day
    return _land_done(row, actor, "end")


def _checked_land(values: LandValues) -> dict[str, Any]:
    name, colour, source = (
        clean_line(values.name),
        clean_line(values.colour).lower(),
        clean_line(values.source),
    )
    _need(0 < len(name) <= 200, "name", _("Hãy nhập tên loại đất, tối đa 200 ký tự."))
    _need(
        not colour or _COLOUR.fullmatch(colour) is not None,
        "colour",
        _("Hãy nhập màu dạng #ffaa32, hoặc để trống khi chưa biết."),
    )
    _need(len(source) <= 300, "source", _("Hãy viết tối đa %(n)s ký tự.", n=300))
    _need(values.confidence in CONFIDENCE_LABELS, "confidence", _("Hãy chọn độ tin cậy."))
    return {
        "name": name,
        "colour": colour,
        "valid_from": values.valid_from,
        "source": source,
        "confidence": values.confidence,
    }


def _land_done(row: LandType, actor: Actor, act: str) -> LandType:
    db.session.flush()
    data = {
        "act": act,
        "code": row.code,
        "name": row.name,
        "colour": row.colour,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "confidence": row.confidence,
    }
    _record(LAND_TAG, actor, Ref("land_type", row.id), data)
    # Legends of public maps are made of these.
    publication.bump()
    return row


def _check_actor(actor: Actor) -> None:
    if actor is not SYSTEM and not actor.has(P.CONSULTATION_SETUP):
        raise Forbidden(_("Bạn không có quyền sửa thiết lập này."))


def _check_continues(first: dt.date, last: dt.date | None, new_first: dt.date) -> None:
    _need(
        new_first >= first,
        "valid_from",
        _(
            "Ngày áp dụng không được trước %(day)s, ngày dòng này bắt đầu.",
            day=first.strftime("%d/%m/%Y"),
        ),
    )
    _need(
        last is None or new_first <= last,
        "valid_from",
        _("Dòng này đã hết áp dụng trước ngày đó. Hãy thêm dòng mới."),
    )


def _need(condition: bool, field: str, message: str) -> None:
    if not condition:
        raise FieldError(field, message)


def _record(tag: str, actor: Actor, about: Ref | None, data: dict[str, Any]) -> None:
    audit.record(tag, actor_id=actor.id, actor=actor.full_name, about=about, data=data)
