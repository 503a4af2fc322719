"""The draft clause by clause: read from a .docx, mended by people, published. A published version
is never changed, only followed.

Everything here works on one version that is not published yet; its revision guards against two
people mending at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm.attributes import flag_modified

from app.access.actors import Actor
from app.audit import moving
from app.consultations import policy
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.consultations.service import core
from app.drafts import queries
from app.drafts.models import Clause, DraftVersion
from app.drafts.service.matching import Part, carry_over, changes
from app.drafts.service.shape import anchor_for, reshape
from app.drafts.states import ClauseKind
from app.extensions import db
from app.imports.kinds import ApplyResult, Rows
from app.imports.models import ImportRun
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused
from app.kernel.html import paragraphs
from app.kernel.text import clean, clean_line

LABEL_MAX = 60
HEADING_MAX = 500
TEXT_MAX = 50_000
#: Parts of one version: a code has some three thousand.
CLAUSES_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Words:
    """What a person typed for one part."""

    kind: ClauseKind
    label: str
    heading: str
    text: str

    def checked(self) -> "Words":
        """Cleaned. Raises FieldError for nothing at all, or too much."""
        made = Words(self.kind, clean_line(self.label), clean_line(self.heading), clean(self.text))
        for field, limit in (("label", LABEL_MAX), ("heading", HEADING_MAX), ("text", TEXT_MAX)):
            if len(getattr(made, field)) > limit:
                raise FieldError(field, _("Không quá %(limit)s ký tự.", limit=limit))
        if not (made.label or made.heading or made.text):
            raise FieldError("text", _("Hãy nhập số hiệu, tiêu đề hoặc nội dung."))
        return made


def part_of(clause: Clause) -> Part:
    """A clause without its row."""
    return Part(
        clause.kind,
        clause.anchor,
        clause.label,
        clause.full_label,
        clause.heading,
        clause.text,
        clause.depth,
    )


# Reading a file
# --------------------------------------------------------------------------------------------------
def apply_draft(run: ImportRun, rows: Rows, actor: Actor) -> ApplyResult:
    """The clauses that were read become a new version; anchors of the newest version live on.

    For the import's job.
    """
    assert run.consultation_id is not None
    if rows.count > CLAUSES_MAX:
        raise Refused(_("Dự thảo có quá nhiều mục: nhiều nhất %(limit)s mục.", limit=CLAUSES_MAX))
    consultation = staff.by_id(run.consultation_id)
    version = _new_version(consultation, actor, file_name=run.file_name)
    made = [clause for batch in rows.batches() for clause in map(_from_row, batch)]
    reshape(made)
    _keep_anchors(version, made)
    _store(version, made)
    doubtful = sum(bool(clause.doubtful) for clause in made)
    message = _(
        "Đã đọc thành bản %(number)s với %(clauses)s mục.", number=version.number, clauses=len(made)
    )
    if doubtful:
        message += " " + _("%(n)s mục chưa chắc, hãy xem lại trước khi công bố.", n=doubtful)
    return ApplyResult(len(made), message=message)


def _from_row(row: Mapping[str, Any]) -> Clause:
    text = clean(row["text"])[:TEXT_MAX]
    return Clause(
        kind=ClauseKind(row["kind"]),
        anchor=row["anchor"][:120],
        depth=0,
        label=clean_line(row["label"])[:LABEL_MAX],
        full_label="",
        heading=clean_line(row["heading"])[:HEADING_MAX],
        text=text,
        html=str(paragraphs(text)),
        doubtful=row["doubtful"][:200],
    )


def _new_version(
    consultation: Consultation, actor: Actor, *, file_name: str = "", note: str = ""
) -> DraftVersion:
    last = db.session.scalar(
        sa.select(sa.func.max(DraftVersion.number)).where(
            DraftVersion.consultation_id == consultation.id
        )
    )
    version = DraftVersion(
        consultation_id=consultation.id,
        number=(last or 0) + 1,
        file_name=file_name,
        note=note,
        changes=[],
        created_by=actor.id,
    )
    db.session.add(version)
    db.session.flush()
    return version


def _keep_anchors(version: DraftVersion, made: Sequence[Clause]) -> None:
    """The anchors of the published version, or of the newest one when none is published."""
    before = queries.published_version(version.consultation_id) or next(
        (found for found in queries.versions_of(version.consultation_id) if found.id != version.id),
        None,
    )
    if before is None:
        return
    parts = [part_of(clause) for clause in made]
    carry_over(
        [part_of(clause) for clause in queries.entities_of(before.id)],
        parts,
        suffix=f"ban-{version.number}",
    )
    for clause, part in zip(made, parts, strict=True):
        clause.anchor = part.anchor
        if part.note:
            clause.doubtful = f"{clause.doubtful} {part.note}".strip()[:200]


def _store(version: DraftVersion, made: Sequence[Clause]) -> None:
    for position, clause in enumerate(made, start=1):
        clause.version_id, clause.position = version.id, position
    db.session.add_all(made)
    db.session.flush()


def copy_version(consultation: Consultation, *, actor: Actor) -> DraftVersion:
    """A new version with the clauses of the newest one, to mend what was published without reading
    a file again.
    """
    _guard(consultation, actor)
    versions = queries.versions_of(consultation.id)
    if not versions:
        raise Refused(_("Chưa có bản nào để sao chép. Hãy tải tệp dự thảo lên."))
    if versions[0].published_at is None:
        raise Refused(_("Bản %(number)s chưa công bố vẫn sửa được.", number=versions[0].number))
    version = _new_version(consultation, actor, file_name=versions[0].file_name)
    names = [
        column.key
        for column in sa.inspect(Clause).column_attrs
        if column.key not in {"id", "version_id"}
    ]
    _store(
        version,
        [
            Clause(**{name: getattr(clause, name) for name in names})
            for clause in queries.entities_of(versions[0].id)
        ],
    )
    _note(
        consultation,
        actor,
        _(
            "Tạo bản %(number)s từ bản %(before)s.",
            number=version.number,
            before=versions[0].number,
        ),
    )
    return version


# Mending
# --------------------------------------------------------------------------------------------------
def _guard(consultation: Consultation, actor: Actor) -> None:
    if not policy.may_edit(actor, consultation):
        raise Forbidden(_("Chỉ đơn vị chủ trì và người phụ trách được sửa nội dung này."))


def _open(version: DraftVersion, actor: Actor, seen_revision: int | None) -> Consultation:
    """The version may be changed, by this person, from the page that they saw."""
    consultation = staff.by_id(version.consultation_id)
    _guard(consultation, actor)
    moving.check_revision(version, seen_revision)
    if version.published_at is not None:
        raise Refused(_("Bản đã công bố không sửa được. Hãy tạo bản mới từ bản này."))
    return consultation


def _note(
    consultation: Consultation, actor: Actor, note: str, data: Mapping[str, Any] | None = None
) -> None:
    """A step on a version that nobody outside sees yet: log and record, but no new public pages."""
    core.write_log(consultation, "draft", actor, from_stage=consultation.stage, note=note)
    core.record(consultation, "draft", actor, {"note": note, **(data or {})})


def _settle(
    version: DraftVersion,
    consultation: Consultation,
    actor: Actor,
    note: str,
    clauses: Iterable[Clause] | None = None,
) -> None:
    """After a step: positions, depths and full labels follow; the version gets a new revision."""
    ordered = list(clauses) if clauses is not None else queries.entities_of(version.id)
    for position, clause in enumerate(ordered, start=1):
        clause.position = position
    reshape(ordered)
    flag_modified(version, "note")
    db.session.flush()
    _note(
        consultation,
        actor,
        _("Bản %(number)s: %(note)s", number=version.number, note=note),
        {"version": version.number},
    )


def _name(clause: Clause) -> str:
    return clause.full_label or clause.heading or clause.anchor


def _insert(version: DraftVersion, clauses: list[Clause], at: int, words: Words) -> Clause:
    """A new part at this place of the list, with a new anchor below the part that it lies in."""
    if len(clauses) >= CLAUSES_MAX:
        raise Refused(_("Dự thảo có quá nhiều mục: nhiều nhất %(limit)s mục.", limit=CLAUSES_MAX))
    made = Clause(
        version_id=version.id,
        position=at,
        kind=words.kind,
        label=words.label,
        heading=words.heading,
        full_label="",
        anchor="",
    )
    _write(made, words)
    trial = [*clauses[:at], made]
    reshape(trial)
    parent = next((clause for clause in reversed(clauses[:at]) if clause.depth < made.depth), None)
    used = (
        sa.select(Clause.anchor)
        .join(DraftVersion)
        .where(DraftVersion.consultation_id == version.consultation_id)
    )
    taken = {*db.session.scalars(used), *(clause.anchor for clause in clauses)}
    made.anchor = anchor_for(words.kind, words.label, parent.anchor if parent else "", taken)
    clauses.insert(at, made)
    db.session.add(made)
    return made


def _write(clause: Clause, words: Words) -> None:
    clause.kind, clause.label, clause.heading, clause.text = (
        words.kind,
        words.label,
        words.heading,
        words.text,
    )
    clause.html = str(paragraphs(words.text))
    clause.doubtful = ""


def edit(
    version: DraftVersion, clause: Clause, words: Words, *, actor: Actor, seen_revision: int | None
) -> None:
    """Change kind, label, heading and text.

    The anchor stays, so comments go on pointing here; it is no longer doubtful.
    """
    consultation = _open(version, actor, seen_revision)
    _write(clause, words.checked())
    _settle(version, consultation, actor, _("sửa %(name)s.", name=_name(clause)))


def split(
    version: DraftVersion,
    clause: Clause,
    line: int,
    words: Words,
    *,
    actor: Actor,
    seen_revision: int | None,
) -> Clause:
    """Cut the text before line `line` (from 1): what follows becomes a part of its own with the
    given kind, label and heading.

    The text of `words` is not used. Raises FieldError on `cut` when nothing would be left on either
    side.
    """
    consultation = _open(version, actor, seen_revision)
    lines = clause.text.split("\n")
    before, after = clean("\n".join(lines[: line - 1])), clean("\n".join(lines[line - 1 :]))
    if not 1 <= line <= len(lines) or not after or not (before or clause.heading or clause.label):
        raise FieldError("cut", _("Hãy chọn dòng bắt đầu phần mới."))
    if words.label and after.startswith(words.label):
        after = clean(after.removeprefix(words.label))
    new = Words(words.kind, words.label, words.heading, after).checked()
    clauses = queries.entities_of(version.id)
    _write(clause, Words(clause.kind, clause.label, clause.heading, before))
    made = _insert(version, clauses, clauses.index(clause) + 1, new)
    _settle(version, consultation, actor, _("tách %(name)s.", name=_name(clause)), clauses)
    return made


def merge(
    version: DraftVersion, clause: Clause, *, actor: Actor, seen_revision: int | None
) -> Clause:
    """Put this part at the end of the one before it, with its label and heading as text.

    Raises Refused for the first one.
    """
    consultation = _open(version, actor, seen_revision)
    clauses = queries.entities_of(version.id)
    at = clauses.index(clause)
    if at == 0:
        raise Refused(_("Đây là mục đầu tiên, không có mục trước để gộp."))
    into, name = clauses[at - 1], _name(clause)
    first = " ".join(filter(None, (clause.label, clause.heading)))
    # A clause's number stands before its text on one line; a heading has a line of its own.
    added = f"{first}\n\n{clause.text}" if clause.heading else f"{first} {clause.text}"
    text = clean(f"{into.text}\n\n{added}")
    if len(text) > TEXT_MAX:
        raise Refused(_("Gộp lại thì mục quá dài: không quá %(limit)s ký tự.", limit=TEXT_MAX))
    _write(into, Words(into.kind, into.label, into.heading, text))
    _drop(clauses, clause)
    _settle(
        version,
        consultation,
        actor,
        _("gộp %(name)s vào %(into)s.", name=name, into=_name(into)),
        clauses,
    )
    return into


def _drop(clauses: list[Clause], clause: Clause) -> None:
    clauses.remove(clause)
    db.session.delete(clause)


def move(
    version: DraftVersion, clause: Clause, *, up: bool, actor: Actor, seen_revision: int | None
) -> None:
    """One place up or down. Raises Refused at the ends."""
    consultation = _open(version, actor, seen_revision)
    clauses = queries.entities_of(version.id)
    at = clauses.index(clause)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(clauses):
        raise Refused(_("Mục này đã ở đầu hoặc cuối bản dự thảo."))
    clauses[at], clauses[to] = clauses[to], clauses[at]
    _settle(version, consultation, actor, _("đổi chỗ %(name)s.", name=_name(clause)), clauses)


def remove(
    version: DraftVersion, clause: Clause, *, actor: Actor, seen_revision: int | None
) -> None:
    """Take one part out of this version.

    Comments on it keep their anchor and the label of the last version that had it.
    """
    consultation = _open(version, actor, seen_revision)
    clauses, name = queries.entities_of(version.id), _name(clause)
    _drop(clauses, clause)
    _settle(version, consultation, actor, _("bỏ %(name)s.", name=name), clauses)


def insert(
    version: DraftVersion,
    after: Clause | None,
    words: Words,
    *,
    actor: Actor,
    seen_revision: int | None,
) -> Clause:
    """A new part after this one (None: at the beginning)."""
    consultation = _open(version, actor, seen_revision)
    clauses = queries.entities_of(version.id)
    made = _insert(
        version, clauses, clauses.index(after) + 1 if after is not None else 0, words.checked()
    )
    _settle(version, consultation, actor, _("thêm %(name)s.", name=_name(made)), clauses)
    return made


def looked_at(
    version: DraftVersion, clauses: Sequence[Clause], *, actor: Actor, seen_revision: int | None
) -> None:
    """A person has looked at these doubtful parts and finds them right."""
    consultation = _open(version, actor, seen_revision)
    names = [_name(clause) for clause in clauses if clause.doubtful]
    for clause in clauses:
        clause.doubtful = ""
    if names:
        listed = ", ".join(names[:10]) + (" …" if len(names) > 10 else "")
        _settle(
            version,
            consultation,
            actor,
            _("đã xem %(n)s mục chưa chắc: %(names)s.", n=len(names), names=listed),
        )


# Publishing
# --------------------------------------------------------------------------------------------------
def publish(
    version: DraftVersion,
    *,
    actor: Actor,
    seen_revision: int | None,
    note: str = "",
    despite_doubts: bool = False,
) -> list[str]:
    """From now on people read this version; older ones stay. Returns what changed since the one
    before.

    Raises Refused for a version without clauses, or older than the published one, and FieldError on
    `despite_doubts` while parts are doubtful and nobody said that they may go out so.
    """
    consultation = _open(version, actor, seen_revision)
    clauses, before = (
        queries.entities_of(version.id),
        queries.published_version(version.consultation_id),
    )
    if not clauses:
        raise Refused(_("Bản này chưa có mục nào."))
    if before is not None and before.number > version.number:
        raise Refused(_("Bản %(number)s mới hơn đã được công bố.", number=before.number))
    if not despite_doubts and any(clause.doubtful for clause in clauses):
        raise FieldError(
            "despite_doubts",
            _("Còn mục chưa chắc. Hãy xem lại, hoặc đánh dấu ô này nếu vẫn công bố."),
        )
    if before is not None:
        # Kept for every reader, whatever language the officer reads in.
        with force_locale("vi"):
            version.changes = changes(
                [part_of(clause) for clause in queries.entities_of(before.id)],
                [part_of(clause) for clause in clauses],
            )
    version.note = clean_line(note)[:500]
    version.published_at = now()
    text = _("Công bố bản %(number)s với %(n)s mục.", number=version.number, n=len(clauses))
    core.note_change(
        consultation,
        "draft",
        actor,
        note=text,
        data={"version": version.number, "clauses": len(clauses)},
    )
    return list(version.changes)
