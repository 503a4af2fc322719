"""What a comment can be about, as one list to choose from: the whole, a clause of the draft, a
project of the list.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from app.comments.models import Comment
from app.comments.states import TARGET_LABELS, TargetKind
from app.consultations.models import Consultation
from app.drafts import names
from app.drafts.models import Clause, DraftVersion
from app.drafts.names import clause_words, names_of, newest_version
from app.extensions import db
from app.kernel.errors import FieldError
from app.kernel.text import int_of, shorten
from app.organisation.models import Place
from app.works import queries
from app.works.models import ProjectItem

Choice = tuple[str, str]
#: Characters of a name in the list.
_LONGEST = 90


def target_choices(consultation: Consultation, *, place: bool = False) -> dict[str, list[Choice]]:
    """Everything that this consultation asks about, grouped for a select.

    `place`: its sender pointed at the map.
    """
    first = [(TargetKind.WHOLE.value, str(TARGET_LABELS[TargetKind.WHOLE]))]
    if place:
        first.append((TargetKind.PLACE.value, str(TARGET_LABELS[TargetKind.PLACE])))
    groups = {_("Chung"): first}
    if clauses := names.current_clauses(consultation.id):
        groups[str(TARGET_LABELS[TargetKind.CLAUSE])] = [
            (f"clause:{row.anchor}", names.choice_name(row, _LONGEST)) for row in clauses
        ]
    if projects := queries.listed(consultation.id):
        groups[str(TARGET_LABELS[TargetKind.PROJECT])] = [
            (f"project:{number}", shorten(f"{code} {name}", _LONGEST))
            for number, code, name in projects
        ]
    return groups


def target_value(comment: Comment) -> str:
    """The value that stands for what this comment is about."""
    match comment.target_kind:
        case TargetKind.CLAUSE:
            return f"clause:{comment.clause_anchor}"
        case TargetKind.PROJECT:
            return f"project:{comment.project_id}"
        case kind:
            return kind.value


def chosen_target(value: str | None) -> tuple[TargetKind, str | None, int | None]:
    """Kind, anchor and project that a value stands for.

    Raises FieldError («target») for one that stands for nothing.
    """
    kind, _colon, rest = (value or "").partition(":")
    if kind == TargetKind.CLAUSE and rest:
        return TargetKind.CLAUSE, rest[:120], None
    if kind == TargetKind.PROJECT and (number := int_of(rest)) is not None:
        return TargetKind.PROJECT, None, number
    if value in {TargetKind.WHOLE.value, TargetKind.PLACE.value}:
        return TargetKind(value), None, None
    raise FieldError("target", _("Hãy chọn nội dung được góp ý trong danh sách."))


def target_of(comment: Comment) -> str:
    """What one comment is about, in words, for its sender; a clause by its newest wording."""
    if comment.target_kind is TargetKind.CLAUSE:
        anchor = comment.clause_anchor or ""
        query = sa.select(Clause.label, Clause.heading).where(
            Clause.version_id == newest_version(comment.consultation_id), Clause.anchor == anchor
        )
        row = db.session.execute(query).first()
        return clause_words(anchor, *row) if row else anchor
    if comment.target_kind is TargetKind.PROJECT:
        item = db.session.get(ProjectItem, comment.project_id)
        return f"{item.code} – {item.name}" if item else ""
    if comment.target_kind is TargetKind.PLACE:
        place = (
            db.session.get(Place, comment.submission.place_id)
            if comment.submission.place_id
            else None
        )
        pin = (
            f"{comment.latitude:.5f}, {comment.longitude:.5f}"
            if comment.latitude is not None
            else ""
        )
        return " · ".join(
            part for part in (place.name if place else "", comment.place_text, pin) if part
        )
    return str(_("Toàn bộ hồ sơ"))


def target_names(comments: Sequence[Comment]) -> dict[int, str]:
    """What each comment is about, in words: the clause of the newest text, the project, the place.

    At most two statements.
    """
    clauses = names_of(
        {
            (row.consultation_id, row.clause_anchor)
            for row in comments
            if row.target_kind is TargetKind.CLAUSE
        }
    )
    numbers = {row.project_id for row in comments if row.target_kind is TargetKind.PROJECT}
    projects: dict[int, str] = {}
    if numbers:
        query = sa.select(ProjectItem.id, ProjectItem.code, ProjectItem.name).where(
            ProjectItem.id.in_(numbers)
        )
        projects = {row[0]: f"{row[1]} {row[2]}" for row in db.session.execute(query)}
    return {row.id: _target_name(row, clauses, projects) for row in comments}


def _target_name(
    comment: Comment, clauses: dict[tuple[int, str], str], projects: dict[int, str]
) -> str:
    match comment.target_kind:
        case TargetKind.CLAUSE:
            anchor = comment.clause_anchor or ""
            return clauses.get((comment.consultation_id, anchor), anchor)
        case TargetKind.PROJECT:
            return projects.get(comment.project_id or 0, "")
        case TargetKind.PLACE:
            return comment.place_text
        case _:
            return ""


def _clause_exists(comment: Comment, anchor: str | None) -> bool:
    query = sa.select(Clause.id).join(DraftVersion, DraftVersion.id == Clause.version_id)
    return bool(
        db.session.scalar(
            query.where(
                DraftVersion.consultation_id == comment.consultation_id, Clause.anchor == anchor
            ).limit(1)
        )
    )


def _project_exists(comment: Comment, number: int | None) -> bool:
    query = sa.select(ProjectItem.id).where(
        ProjectItem.id == number, ProjectItem.consultation_id == comment.consultation_id
    )
    return db.session.scalar(query) is not None
