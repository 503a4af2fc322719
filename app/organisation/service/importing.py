"""Units and topics from rows of a table, by code and by slug.

Importing the same rows again changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.access.actors import SYSTEM, Actor
from app.audit import service as audit
from app.extensions import db
from app.kernel import publication
from app.kernel.errors import Refused
from app.kernel.text import clean_line
from app.organisation import queries
from app.organisation.models import Topic, Unit, UnitKind
from app.organisation.service import checking, recording
from app.organisation.suggestions import default_keywords

#: Which unit of a commune does the work of which unit of the former district.
UNIT_OF_COMMUNE = {
    "TNMT": "KT",
    "KTHT": "KT",
    "NNPT": "KT",
    "TCKH": "KT",
    "QLDA": "KT",
    "LDTBXH": "VHXH",
    "GDDT": "VHXH",
    "VHTT": "VHXH",
    "NV": "VP",
    "TP": "VP",
    "TTR": "VP",
    "TCD": "VP",
    "MC": "HCC",
    "TTVH": "DVTH",
    "DVNN": "DVTH",
}


@dataclass
class ImportResult:
    """What an import did, by code or slug."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)

    def note(self, key: str, *, is_new: bool, changed: bool) -> None:
        """Count one row."""
        (self.created if is_new else self.updated if changed else self.unchanged).append(key)


def import_units(rows: Iterable[Mapping[str, str]], *, actor: Actor = SYSTEM) -> ImportResult:
    """Add or change units: code, name_vi, kind, sort and optionally parent (a code), phone, email.

    An empty cell leaves what is there. Raises Refused with the number of the first wrong row;
    parents may come later.
    """
    rows, result = list(rows), ImportResult()
    known = {unit.code: unit for unit in queries.all_units()}
    for number, row in enumerate(rows, start=1):
        code, name = clean_line(row.get("code")), clean_line(row.get("name_vi"))
        if not checking.is_unit_code(code) or not name or row.get("kind") not in set(UnitKind):
            raise _wrong_row(number)
        is_new = code not in known
        unit = known.get(code) or Unit(
            code=code, slug=recording.free_slug(Unit, name), former_names=[]
        )
        optional = {
            key: clean_line(row.get(key)) for key in ("phone", "email") if clean_line(row.get(key))
        }
        values = {
            "name": name,
            "kind": UnitKind(row["kind"]),
            "sort": _number(row, "sort", number),
            **optional,
        }
        changed = bool(recording.put(unit, values))
        db.session.add(unit)
        db.session.flush()
        known[code] = unit
        result.note(code, is_new=is_new, changed=changed)
    for number, row in enumerate(rows, start=1):
        if parent := clean_line(row.get("parent")):
            if parent not in known:
                raise _wrong_row(number)
            recording.put(known[clean_line(row["code"])], {"parent_id": known[parent].id})
    _finish("organisation:units:imported", result, actor)
    return result


def import_topics(rows: Iterable[Mapping[str, str]], *, actor: Actor = SYSTEM) -> ImportResult:
    """Add or change topics: slug, name_vi, name_en, default_unit (a code), answer_working_days.
    Order is the rows' order.

    A unit of a former district that is not there stands for the commune's (UNIT_OF_COMMUNE). New
    topics start with the shipped keywords; existing keywords stay. Raises Refused with the number
    of the first wrong row.
    """
    result, shipped = ImportResult(), default_keywords()
    known = {topic.slug: topic for topic in queries.all_topics()}
    units = {unit.code: unit for unit in queries.active_units()}
    for number, row in enumerate(rows, start=1):
        slug, name = clean_line(row.get("slug")), clean_line(row.get("name_vi"))
        days = _number(row, "answer_working_days", number)
        code = clean_line(row.get("default_unit"))
        unit = units.get(code) or units.get(UNIT_OF_COMMUNE.get(code, ""))
        if (
            not slug
            or not name
            or unit is None
            or not checking.MIN_DAYS <= days <= checking.MAX_DAYS
        ):
            raise _wrong_row(number)
        is_new = slug not in known
        topic = known.get(slug) or Topic(slug=slug, keywords=shipped.get(slug, ""))
        values = {
            "name": name,
            "name_en": clean_line(row.get("name_en")),
            "sort": number * 10,
            "default_unit_id": unit.id,
            "answer_working_days": days,
        }
        changed = bool(recording.put(topic, values))
        db.session.add(topic)
        known[slug] = topic
        result.note(slug, is_new=is_new, changed=changed)
    _finish("organisation:topics:imported", result, actor)
    return result


def _number(row: Mapping[str, str], key: str, number: int) -> int:
    try:
        return int(row[key])
    except (KeyError, ValueError):
        raise _wrong_row(number) from None


def _wrong_row(number: int) -> Refused:
    return Refused(
        _("Dòng %(number)s của danh sách chưa đúng. Chưa có gì được nhập.", number=number)
    )


def _finish(tag: str, result: ImportResult, actor: Actor) -> None:
    db.session.flush()
    if result.created or result.updated:
        data = {"created": result.created, "updated": result.updated}
        audit.record(tag, actor_id=actor.id, actor=actor.full_name, about=None, data=data)
        publication.bump()
