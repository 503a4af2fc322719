"""What a clause is called, wherever it is named."""

import re
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import load_only

from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db
from app.kernel.text import shorten

_PARTS = {
    "chuong": _l("Chương"),
    "muc": _l("Mục"),
    "dieu": _l("Điều"),
    "khoan": _l("khoản"),
    "diem": _l("điểm"),
}


_PART = re.compile(r"(chuong|muc|dieu|khoan|diem)-([0-9a-z]+)")


def clause_words(anchor: str, label: str = "", heading: str = "") -> str:
    """Where in the draft:

    «Điều 5, khoản 2, điểm a», from the anchor, the label («a)») and the heading of the clause.
    """
    pairs = [(_PARTS[kind], value) for kind, value in _PART.findall(anchor)]
    own = label.strip(" .)")
    if len(pairs) < 2 or own.count(" "):
        return ". ".join(part for part in (label.strip(" ."), heading) if part) or anchor
    words = [f"{kind} {value}" for kind, value in pairs]
    if own:
        words[-1] = f"{pairs[-1][0]} {own}"
    return ", ".join(words) + (f". {heading}" if heading else "")


def names_of(wanted: set[tuple[int, Any]]) -> dict[tuple[int, str], str]:
    """Names by (consultation, anchor), for lists of many consultations. One statement."""
    if not wanted:
        return {}
    query = (
        sa.select(
            DraftVersion.consultation_id,
            Clause.anchor,
            Clause.full_label,
            Clause.label,
            Clause.heading,
        )
        .join(Clause, Clause.version_id == DraftVersion.id)
        .where(DraftVersion.consultation_id.in_({number for number, _anchor in wanted}))
        .where(Clause.anchor.in_({anchor for _number, anchor in wanted}))
        .order_by(DraftVersion.number)
    )
    return {
        (row.consultation_id, row.anchor): clause_name(row.full_label or row.label, row.heading)
        or row.anchor
        for row in db.session.execute(query)
    }


def current_clauses(consultation_id: int) -> list[Clause]:
    """The clauses of the newest published text, in order; none when no text was published.

    One statement.
    """
    columns = load_only(
        Clause.anchor, Clause.label, Clause.full_label, Clause.heading, Clause.depth, Clause.text
    )
    return list(
        db.session.scalars(
            sa.select(Clause)
            .options(columns)
            .where(Clause.version_id == newest_version(consultation_id))
            .order_by(Clause.position)
        )
    )


def clause_name(label: str, words: str) -> str:
    """«Khoản 2 Điều 5 Bồi thường»:

    «2.» alone says nothing where the clauses above it are not seen.
    """
    name = f"{label} {words}".strip()
    return name[:1].upper() + name[1:]


def choice_name(clause: Clause, longest: int) -> str:
    """How a clause stands in a list to choose from: indented, at most so many characters."""
    # An option keeps no blanks in front of its words but these.
    indent = "\u2003" * min(clause.depth, 4)
    name = clause_name(clause.full_label or clause.label, clause.heading or clause.text)
    return indent + shorten(name, longest)


def newest_version(consultation_id: int) -> sa.ScalarSelect[Any]:
    """The version of the draft that people read."""
    return (
        sa.select(DraftVersion.id)
        .where(
            DraftVersion.consultation_id == consultation_id, DraftVersion.published_at.is_not(None)
        )
        .order_by(DraftVersion.number.desc())
        .limit(1)
        .scalar_subquery()
    )


def clause_names(consultation_id: int) -> dict[str, str]:
    """«Khoản 2 Điều 5.

    Bồi thường» by anchor; the newest version's words, older ones' for what is gone. One statement.
    """
    query = (
        sa.select(
            DraftVersion.number,
            Clause.depth,
            Clause.kind,
            Clause.anchor,
            Clause.label,
            Clause.heading,
        )
        .join(DraftVersion, DraftVersion.id == Clause.version_id)
        .where(DraftVersion.consultation_id == consultation_id)
        .order_by(DraftVersion.number, Clause.position)
    )
    names: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    version = None
    for number, depth, kind, anchor, label, heading in db.session.execute(query):
        above = [] if number != version else [part for part in above if part[0] < depth]
        version = number
        own = _own_name(kind, label, heading, anchor)
        inner = kind in {ClauseKind.CLAUSE, ClauseKind.POINT}
        parents = [name for _depth, name in reversed(above)] if inner else []
        names[anchor] = " ".join([own, *parents])
        if kind in {ClauseKind.ARTICLE, ClauseKind.CLAUSE, ClauseKind.ANNEX}:
            above.append(
                (depth, own[:1].lower() + own[1:] if kind is ClauseKind.CLAUSE else label or own)
            )
    return names


def _own_name(kind: ClauseKind, label: str, heading: str, anchor: str) -> str:
    if kind is ClauseKind.CLAUSE:
        return f"Khoản {label.strip(' .)')}"
    if kind is ClauseKind.POINT:
        return f"Điểm {label.strip(' .)')}"
    return ". ".join(part for part in (label, shorten(heading, 120)) if part) or anchor
