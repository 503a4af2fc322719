"""The list of works and projects from a file: what its rows do to the list, by the code of each
work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.consultations import policy
from app.consultations.models import Consultation
from app.extensions import db
from app.imports.kinds import ApplyResult, RefusedRow, Rows
from app.imports.models import ImportRun
from app.kernel.clock import today
from app.kernel.errors import Refused
from app.kernel.text import clean_line, shorten
from app.works import queries
from app.works.models import ProjectItem
from app.works.rows import LENGTHS, ProjectRow, check, normal_code
from app.works.service import works

#: Changes that are told one by one after an import.
MOST_TOLD = 200


def parse_places(text: str) -> dict[str, str]:
    """«X-TH = xã Tân Hội», one a line: what codes of places are called.

    Lines without «=» say nothing.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        code, equals, name = line.partition("=")
        if equals and clean_line(code) and clean_line(name):
            found[clean_line(code).upper()] = clean_line(name)[: LENGTHS["place"]]
    return found


@dataclass(slots=True)
class _Outcome:
    """What a file did to the list."""

    unchanged: int = 0
    added: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    #: Row of the file by code, refused rows included: what a file names is not missing from it.
    rows: dict[str, int] = field(default_factory=dict)
    #: Refused rows whose code could not be read.
    nameless: int = 0

    @property
    def accepted(self) -> int:
        return self.unchanged + len(self.added) + len(self.changed)

    def told(self) -> dict[str, Any]:
        """For the office's page about the list."""
        changed = [
            {"code": code, "what": what} for code, what in list(self.changed.items())[:MOST_TOLD]
        ]
        lists = {
            "added": self.added[:MOST_TOLD],
            "removed": self.removed[:MOST_TOLD],
            "marked": self.marked[:MOST_TOLD],
        }
        return {**lists, "changed": changed, "unchanged": self.unchanged}


def apply_file(run: ImportRun, rows: Rows, actor: Actor) -> ApplyResult:
    """Take the rows of a file into the list: by code, new ones in, known ones changed, the rest as
    it is or (option) out.

    A row that breaks a rule is refused and the others are kept. Raises Refused when the list may no
    longer be changed, or when there are no land types to compare with.
    """
    consultation = db.session.get_one(Consultation, run.consultation_id)
    if not policy.may_edit(actor, consultation):
        raise Refused(
            _("Danh mục không còn sửa được: kết quả đã công bố hoặc bạn không còn quyền.")
        )
    works.lock(consultation)
    codes = frozenset(queries.land_types(today()))
    if not codes:
        raise Refused(
            _(
                "Chưa có bảng mã loại đất. Hãy nhập bảng loại đất trong phần thiết lập rồi tải "
                "lại tệp."
            )
        )
    outcome = _Outcome()
    places = {str(code): str(name) for code, name in dict(run.options.get("places") or {}).items()}
    position = works.next_position(consultation)
    for batch in rows.batches():
        checked = [_checked(read, places, codes, outcome) for read in batch]
        known = _known(consultation, [row.code for row in checked if row is not None])
        for row in checked:
            if row is not None:
                _take(
                    consultation, known.get(row.code), row, position + len(outcome.added), outcome
                )
        db.session.flush()
    if _is_whole(run, rows):
        _leave_out(consultation, outcome)
    _order(consultation, outcome)
    works.summarise(consultation.id)
    run.options = {**run.options, "outcome": outcome.told()}
    return ApplyResult(outcome.accepted, outcome.refused, _message(run, rows, outcome))


def _checked(
    read: Mapping[str, Any], places: Mapping[str, str], codes: frozenset[str], outcome: _Outcome
) -> ProjectRow | None:
    raw = dict(read["raw"])
    raw["place"] = places.get(clean_line(raw.get("place")).upper(), raw.get("place", ""))
    row, problems = check(raw, codes)
    reasons = [f"{works.labels()[problem.field]}: {problem.message}" for problem in problems]
    code = row.code if row else normal_code(raw.get("code"))
    if not code:
        outcome.nameless += 1
    elif code in outcome.rows:
        reasons.append(
            _("Mã %(code)s đã có ở dòng %(row)s của tệp.", code=code, row=outcome.rows[code])
        )
    else:
        outcome.rows[code] = int(read["row"])
    if reasons:
        outcome.refused.append(RefusedRow(int(read["row"]), read["cells"], reasons))
        return None
    return row


def _known(consultation: Consultation, codes: list[str]) -> dict[str, ProjectItem]:
    query = sa.select(ProjectItem).where(
        ProjectItem.consultation_id == consultation.id, ProjectItem.code.in_(codes)
    )
    return {item.code: item for item in db.session.scalars(query)}


def _take(
    consultation: Consultation,
    item: ProjectItem | None,
    row: ProjectRow,
    position: int,
    outcome: _Outcome,
) -> None:
    if item is None:
        item = ProjectItem(consultation_id=consultation.id, position=position)
        db.session.add(item)
        works.write(item, row)
        outcome.added.append(row.code)
        return
    changed = works.changes(item, row)
    if not changed:
        outcome.unchanged += 1
        return
    works.write(item, row)
    outcome.changed[row.code] = changed


def _is_whole(run: ImportRun, rows: Rows) -> bool:
    """Does the officer say so, and is it not the file of refused rows that comes back mended?"""
    return bool(run.options.get("whole")) and not rows.meta.get("mended")


def _leave_out(consultation: Consultation, outcome: _Outcome) -> None:
    """The file is the whole list: what it does not name goes.

    Not while a row's code could not be read: it may be one of them.
    """
    if outcome.nameless or not outcome.accepted:
        return
    query = sa.select(ProjectItem).where(
        ProjectItem.consultation_id == consultation.id, ProjectItem.removed_at.is_(None)
    )
    missing = [item for item in db.session.scalars(query) if item.code not in outcome.rows]
    outcome.removed, outcome.marked = works.take_out(missing)


def _order(consultation: Consultation, outcome: _Outcome) -> None:
    """The order of the file, where the file names the whole list; a file of some works leaves the
    order as it is.
    """
    query = sa.select(ProjectItem.id, ProjectItem.code, ProjectItem.position).where(
        ProjectItem.consultation_id == consultation.id, ProjectItem.removed_at.is_(None)
    )
    listed = db.session.execute(query).all()
    if any(code not in outcome.rows for _number, code, _position in listed):
        return
    ordered = sorted(listed, key=lambda row: outcome.rows[row.code])
    moved = [
        {"row_id": row.id, "new_place": place}
        for place, row in enumerate(ordered, start=1)
        if row.position != place
    ]
    if moved:
        # Beside the ORM: a row that only moved is nobody's stale page.
        table = ProjectItem.__table__
        change = (
            sa.update(table)
            .where(table.c.id == sa.bindparam("row_id"))
            .values(position=sa.bindparam("new_place"))
        )
        db.session.execute(change, moved)
        db.session.expire_all()


def _message(run: ImportRun, rows: Rows, outcome: _Outcome) -> str:
    parts = [
        _(
            "Thêm %(added)s, sửa %(changed)s, giữ nguyên %(same)s công trình.",
            added=len(outcome.added),
            changed=len(outcome.changed),
            same=outcome.unchanged,
        )
    ]
    if outcome.removed or outcome.marked:
        parts.append(
            _(
                "Bỏ khỏi danh mục %(removed)s; giữ lại và đánh dấu %(marked)s vì đã có góp ý.",
                removed=len(outcome.removed),
                marked=len(outcome.marked),
            )
        )
    elif _is_whole(run, rows) and outcome.nameless:
        parts.append(_("Chưa bỏ công trình nào khỏi danh mục, vì có dòng không đọc được mã."))
    if unknown := rows.meta.get("unknown"):
        parts.append(
            _(
                "Không dùng các cột: %(names)s.",
                names=", ".join(f"«{name}»" for name in unknown[:8]),
            )
        )
    return shorten(" ".join(parts), 500)
