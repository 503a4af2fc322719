"""What a comment can be about, as one list to choose from: the whole, a clause of the draft, a
project of the list.
"""

from flask_babel import gettext as _

from app.consultations.models.comment import Comment
from app.consultations.models.consultation import Consultation
from app.consultations.models.targets import Clause
from app.consultations.queries import targets
from app.consultations.states import TARGET_LABELS, TargetKind
from app.kernel.errors import FieldError
from app.kernel.text import int_of, shorten

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
    if clauses := targets.current_clauses(consultation.id):
        groups[str(TARGET_LABELS[TargetKind.CLAUSE])] = [
            (f"clause:{row.anchor}", _clause_name(row)) for row in clauses
        ]
    if projects := targets.listed(consultation.id):
        groups[str(TARGET_LABELS[TargetKind.PROJECT])] = [
            (f"project:{number}", shorten(f"{code} {name}", _LONGEST))
            for number, code, name in projects
        ]
    return groups


def _clause_name(clause: Clause) -> str:
    indent = "\u2003" * min(clause.depth, 4)
    return indent + shorten(
        targets.clause_name(clause.full_label or clause.label, clause.heading or clause.text),
        _LONGEST,
    )


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
