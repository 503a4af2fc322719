"""Writing the list of works and projects row by row.

The sums are made anew with every change. Files: project_import.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.audit import moving
from app.consultations import policy, voices
from app.consultations.models import Consultation
from app.consultations.service import core
from app.consultations.states import Stage
from app.extensions import db
from app.kernel.clock import now, today
from app.kernel.errors import FieldError, Forbidden
from app.kernel.text import shorten
from app.works import queries
from app.works.models import ProjectItem, ProjectParcel
from app.works.parcels import parse_list
from app.works.rows import LENGTHS, Problem, ProjectRow, check, ha_text

_AREAS = ("planned_ha", "existing_ha", "added_ha")


# One row by hand
# --------------------------------------------------------------------------------------------------
def problems_of(raw: Mapping[str, str]) -> list[Problem]:
    """Everything that is wrong with a row as it was typed, for a form to show all at once."""
    return check(raw, queries.land_types(today()))[1]


def save(
    consultation: Consultation,
    item: ProjectItem | None,
    raw: Mapping[str, str],
    *,
    actor: Actor,
    seen_revision: int | None,
) -> ProjectItem:
    """Change a work, or add one (`item` None) at the end of the list.

    Raises Forbidden, Stale, and FieldError for the first thing that is wrong (see
    rows.check), for a code that another work has, and for a new code of a work whose
    address is public already.
    """
    _guard(consultation, actor)
    lock(consultation)
    if item is not None:
        moving.check_revision(item, seen_revision)
    row, problems = check(raw, queries.land_types(today()))
    if row is None:
        raise FieldError(problems[0].field, problems[0].message)
    _check_code(consultation, item, row.code)
    if item is None:
        item = ProjectItem(consultation_id=consultation.id, position=next_position(consultation))
        db.session.add(item)
        note = _("Thêm %(code)s.", code=row.code)
        write(item, row)
    else:
        changed = changes(item, row)
        if not changed:
            return item
        note = shorten(f"{row.code}: " + "; ".join(changed), moving.NOTE_MAX)
        write(item, row)
    _done(consultation, actor, note, {"codes": [row.code]})
    return item


def _check_code(consultation: Consultation, item: ProjectItem | None, code: str) -> None:
    if item is not None and item.code == code:
        return
    if item is not None and consultation.stage is not Stage.DRAFT:
        raise FieldError(
            "code",
            _(
                "Cuộc lấy ý kiến đã đăng nên không đổi được mã: người dân đang dùng mã %(code)s.",
                code=item.code,
            ),
        )
    query = sa.select(ProjectItem.name).where(
        ProjectItem.consultation_id == consultation.id, ProjectItem.code == code
    )
    taken = db.session.scalar(query)
    if taken is not None:
        raise FieldError("code", _("Mã %(code)s đã dùng cho «%(name)s».", code=code, name=taken))


def next_position(consultation: Consultation) -> int:
    """Where the next work of the list stands."""
    query = sa.select(sa.func.max(ProjectItem.position)).where(
        ProjectItem.consultation_id == consultation.id
    )
    return (db.session.scalar(query) or 0) + 1


def remove(
    consultation: Consultation, item: ProjectItem, *, actor: Actor, seen_revision: int | None
) -> bool:
    """Take a work out of the list. True: it is gone; False: comments are about it, so it stays,
    marked.

    Raises Forbidden, Stale.
    """
    _guard(consultation, actor)
    lock(consultation)
    moving.check_revision(item, seen_revision)
    code = item.code
    gone = take_out([item])[0] == [code]
    _done(consultation, actor, _("Bỏ %(code)s.", code=code), {"codes": [code], "kept": not gone})
    return gone


def restore(
    consultation: Consultation, item: ProjectItem, *, actor: Actor, seen_revision: int | None
) -> None:
    """Put a work back into the list that was taken out and kept. Raises Forbidden, Stale."""
    _guard(consultation, actor)
    lock(consultation)
    moving.check_revision(item, seen_revision)
    if item.removed_at is None:
        return
    item.removed_at = None
    _done(
        consultation,
        actor,
        _("Đưa %(code)s trở lại danh mục.", code=item.code),
        {"codes": [item.code]},
    )


def _guard(consultation: Consultation, actor: Actor) -> None:
    if not policy.may_edit(actor, consultation):
        raise Forbidden(_("Chỉ đơn vị chủ trì và người phụ trách được sửa danh mục này."))


def lock(consultation: Consultation) -> None:
    """One writer of a list at a time, or the sums of the slower one would miss the other's rows."""
    db.session.execute(
        sa.select(Consultation.id).where(Consultation.id == consultation.id).with_for_update()
    )


def _done(consultation: Consultation, actor: Actor, note: str, data: Mapping[str, Any]) -> None:
    summarise(consultation.id)
    core.note_change(consultation, "projects", actor, note=note, data=data)


def write(item: ProjectItem, row: ProjectRow) -> None:
    """The row into the table, and which parcels it touches."""
    same_place = item.id is not None and item.map_text == row.map_text
    for name, value in row.columns().items():
        setattr(item, name, value)
    item.removed_at = None
    db.session.flush()
    if same_place:
        return
    db.session.execute(sa.delete(ProjectParcel).where(ProjectParcel.project_id == item.id))
    found = [
        {
            "consultation_id": item.consultation_id,
            "project_id": item.id,
            "sheet": parcels.sheet,
            "parcel_from": parcels.first,
            "parcel_to": parcels.last,
        }
        for parcels in parse_list(row.map_text)
    ]
    if found:
        db.session.execute(sa.insert(ProjectParcel), found)


def take_out(items: Iterable[ProjectItem]) -> tuple[list[str], list[str]]:
    """Codes of the works that are gone, and of those that had to stay, marked."""
    rows = list(items)
    kept_ids = voices.used_works([item.id for item in rows])
    gone = [item for item in rows if item.id not in kept_ids]
    marked = [item for item in rows if item.id in kept_ids and item.removed_at is None]
    for item in marked:
        item.removed_at = now()
    codes = [item.code for item in gone]
    for item in gone:
        db.session.delete(item)
    db.session.flush()
    return codes, [item.code for item in marked]


# What differs
# --------------------------------------------------------------------------------------------------
def labels() -> dict[str, str]:
    """What the fields of a row are called."""
    return {
        "code": _("Mã công trình"),
        "name": _("Hạng mục"),
        "group_name": _("Nhóm"),
        "land_code": _("Mã loại đất"),
        "planned_ha": _("Diện tích kế hoạch"),
        "existing_ha": _("Diện tích hiện trạng"),
        "added_ha": _("Diện tích tăng thêm"),
        "uses": _("Sử dụng vào loại đất"),
        "place": _("Địa điểm"),
        "map_text": _("Vị trí trên bản đồ"),
        "basis": _("Căn cứ"),
        "funding": _("Nguồn vốn"),
        "year": _("Năm"),
        "note": _("Ghi chú"),
    }


def _shown(values: Mapping[str, Any]) -> dict[str, str]:
    """What a row says, each field as people write it."""
    shown = {name: str(values[name]) for name in LENGTHS}
    shown |= {name: ha_text(Decimal(values[name])) for name in _AREAS}
    shown["uses"] = "; ".join(
        f"{use['code']} {ha_text(Decimal(use['ha']))}" for use in values["uses"]
    )
    return shown


def changes(item: ProjectItem, row: ProjectRow) -> list[str]:
    """«Diện tích kế hoạch: 12,60 → 13,00» for each field that would change."""
    titles, after = labels(), _shown(row.columns())
    before = _shown({name: getattr(item, name) for name in titles})
    found = [
        f"{titles[name]}: {before[name] or '–'} → {after[name] or '–'}"
        for name in titles
        if before[name] != after[name]
    ]
    if item.removed_at is not None:
        found.append(_("đưa trở lại danh mục"))
    return found


# Sums
# --------------------------------------------------------------------------------------------------
def summarise(consultation_id: int) -> None:
    """Keep count, groups and the sums by land code with the consultation; its revision stays as it
    is.
    """
    db.session.flush()
    here = sa.and_(ProjectItem.consultation_id == consultation_id, ProjectItem.removed_at.is_(None))
    sums: dict[str, list[Decimal]] = {}
    groups: dict[str, None] = {}
    count = 0
    columns = (
        ProjectItem.group_name,
        ProjectItem.land_code,
        ProjectItem.planned_ha,
        ProjectItem.existing_ha,
        ProjectItem.added_ha,
    )
    query = (
        sa.select(*columns, ProjectItem.uses)
        .where(here)
        .order_by(ProjectItem.position, ProjectItem.id)
    )
    for group, code, planned, existing, added, uses in db.session.execute(
        query.execution_options(yield_per=500)
    ):
        count += 1
        if group:
            groups[group] = None
        line = sums.setdefault(code, [Decimal(0)] * 4)
        for place, value in enumerate((planned, existing, added)):
            line[place] += value
        for use in uses:
            sums.setdefault(use["code"], [Decimal(0)] * 4)[3] += Decimal(use["ha"])
    order = {code: number for number, code in enumerate(queries.land_types(today()))}
    lines = sorted(sums.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))
    kept = {
        "count": count,
        "groups": list(groups),
        "balances": [[code, *(str(value) for value in line)] for code, line in lines],
    }
    db.session.execute(
        sa.update(Consultation)
        .where(Consultation.id == consultation_id)
        .values(project_summary=kept)
        .execution_options(synchronize_session=False)
    )
