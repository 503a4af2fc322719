"""One row at a time, as the forms of officer.py send it."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.extensions import db
from app.kernel.clock import today
from app.kernel.errors import FieldError
from app.kernel.text import clean_line
from app.organisation import queries
from app.organisation.models import AgencyLevel, AgencyProfile, Place, Topic, Unit, UnitKind
from app.organisation.service import checking, recording


def save_agency(
    *,
    actor: Actor,
    name: str,
    level: AgencyLevel,
    tracking_prefix: str,
    parent_name: str = "",
    code: str = "",
    address: str = "",
    phone: str = "",
    fax: str = "",
    email: str = "",
    responsible: str = "",
    place_name: str = "",
    domain: str = "",
    licence: str = "",
    citizen_reception_text: str = "",
    former_names: Sequence[str] = (),
) -> AgencyProfile:
    """Write the agency's profile. Raises FieldError."""
    _need_name(name)
    _need(
        not code or checking.is_agency_code(code),
        "code",
        _("Mã chỉ gồm chữ in hoa, chữ số, dấu chấm và gạch nối."),
    )
    _need_contacts(phone, email)
    _need(not fax or checking.is_phone(fax), "fax", _("Số fax chưa đúng. Ví dụ: 0253 3555 001."))
    _need(
        not domain or checking.is_domain(domain),
        "domain",
        _("Tên miền chưa đúng. Ví dụ: anson.namhai.gov.vn."),
    )
    _need(
        checking.is_prefix(tracking_prefix),
        "tracking_prefix",
        _("Hãy nhập từ 2 đến 6 chữ cái in hoa không dấu. Ví dụ: AS."),
    )
    row = db.session.get(AgencyProfile, 1) or AgencyProfile(id=1)
    changed = recording.put(
        row,
        {
            "name": name,
            "level": level,
            "tracking_prefix": tracking_prefix,
            "parent_name": parent_name,
            "code": code,
            "address": address,
            "phone": phone,
            "fax": fax,
            "email": email,
            "responsible": responsible,
            "place_name": place_name,
            "domain": domain,
            "licence": licence,
            "citizen_reception_text": citizen_reception_text,
            "former_names": _names(former_names, besides=name),
        },
    )
    db.session.add(row)
    recording.finish(
        "organisation:agency:saved", "agency", row, actor=actor, data={"changed": changed}
    )
    return row


def save_unit(
    unit: Unit | None,
    *,
    actor: Actor,
    code: str,
    name: str,
    kind: UnitKind,
    sort: int = 100,
    parent_id: int | None = None,
    phone: str = "",
    email: str = "",
    hours: str = "",
    address: str = "",
    valid_from: dt.date | None = None,
    former_names: Sequence[str] = (),
) -> Unit:
    """Add a unit (None) or change one; its address part stays.

    Raises FieldError, or NotFound for an unknown parent.
    """
    _need_name(name)
    _need(
        checking.is_unit_code(code),
        "code",
        _("Mã đơn vị chỉ gồm chữ in hoa, chữ số và gạch nối, tối đa 20 ký tự. Ví dụ: KT."),
    )
    other = db.session.scalars(sa.select(Unit.id).where(Unit.code == code)).one_or_none()
    _need(
        other is None or (unit is not None and unit.id == other),
        "code",
        _("Mã này đã dùng cho đơn vị khác."),
    )
    _need_contacts(phone, email)
    if unit is not None and unit.valid_to is not None:
        _need(
            valid_from is None or valid_from <= unit.valid_to,
            "valid_from",
            _("Ngày bắt đầu phải trước ngày kết thúc của đơn vị."),
        )
    if parent_id is not None:
        _need_parent(unit, parent_id)
    row = unit or Unit(slug=recording.free_slug(Unit, name))
    changed = recording.put(
        row,
        {
            "code": code,
            "name": name,
            "kind": kind,
            "sort": sort,
            "parent_id": parent_id,
            "phone": phone,
            "email": email,
            "hours": hours,
            "address": address,
            "valid_from": valid_from,
            "former_names": _names(former_names, besides=name),
        },
    )
    db.session.add(row)
    recording.finish("organisation:unit:saved", "unit", row, actor=actor, data={"changed": changed})
    return row


def save_topic(
    topic: Topic | None,
    *,
    actor: Actor,
    name: str,
    answer_working_days: int,
    default_unit_id: int | None = None,
    name_en: str = "",
    sort: int = 100,
    keywords: str = "",
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    slug: str | None = None,
) -> Topic:
    """Add a topic (None) or change one; its address part stays. `slug` proposes one for a new
    topic.

    The new number of days holds for questions received from then on. Raises FieldError, or NotFound
    for an unknown unit.
    """
    _need_name(name)
    _need(
        checking.MIN_DAYS <= answer_working_days <= checking.MAX_DAYS,
        "answer_working_days",
        _(
            "Hãy nhập từ %(low)s đến %(high)s ngày làm việc.",
            low=checking.MIN_DAYS,
            high=checking.MAX_DAYS,
        ),
    )
    _need(
        valid_from is None or valid_to is None or valid_from <= valid_to,
        "valid_to",
        _("Ngày cuối phải sau hoặc trùng ngày đầu."),
    )
    if default_unit_id is not None:
        active = queries.unit(default_unit_id).is_active(today())
        _need(active, "default_unit_id", _("Đơn vị này không còn hoạt động. Hãy chọn đơn vị khác."))
    row = topic or Topic(slug=recording.free_slug(Topic, slug or name))
    changed = recording.put(
        row,
        {
            "name": name,
            "name_en": name_en,
            "sort": sort,
            "default_unit_id": default_unit_id,
            "answer_working_days": answer_working_days,
            "keywords": keywords,
            "valid_from": valid_from,
            "valid_to": valid_to,
        },
    )
    db.session.add(row)
    recording.finish(
        "organisation:topic:saved", "topic", row, actor=actor, data={"changed": changed}
    )
    return row


def save_place(
    place: Place | None, *, actor: Actor, name: str, sort: int = 100, active: bool = True
) -> Place:
    """Add a place (None) or change one; its address part stays. Raises FieldError."""
    _need_name(name)
    other = db.session.scalars(sa.select(Place.id).where(Place.name == name)).first()
    _need(
        other is None or (place is not None and place.id == other),
        "name",
        _("Địa bàn này đã có trong danh sách."),
    )
    row = place or Place(slug=recording.free_slug(Place, name))
    changed = recording.put(row, {"name": name, "sort": sort, "active": active})
    db.session.add(row)
    recording.finish(
        "organisation:place:saved", "place", row, actor=actor, data={"changed": changed}
    )
    return row


def _need(holds: bool, field: str, message: str) -> None:
    if not holds:
        raise FieldError(field, message)


def _need_name(name: str) -> None:
    _need(bool(name.strip()), "name", _("Hãy nhập tên."))


def _need_contacts(phone: str, email: str) -> None:
    _need(
        not phone or checking.is_phone(phone),
        "phone",
        _("Số điện thoại chưa đúng. Ví dụ: 0253 3555 001."),
    )
    _need(
        not email or checking.is_email(email),
        "email",
        _("Thư điện tử chưa đúng. Ví dụ: ten@example.vn."),
    )


def _need_parent(unit: Unit | None, parent_id: int) -> None:
    """A unit cannot stand below itself, however far down."""
    above, seen = queries.unit(parent_id), set()
    while True:
        _need(
            unit is None or above.id != unit.id,
            "parent_id",
            _("Một đơn vị không thể trực thuộc chính nó."),
        )
        if above.parent_id is None or above.id in seen:
            return
        seen.add(above.id)
        above = queries.unit(above.parent_id)


def _names(names: Sequence[str], *, besides: str) -> list[str]:
    cleaned = dict.fromkeys(clean_line(name) for name in names)
    return [name for name in cleaned if name and name != besides]
