"""What points are about, and the themes under which they are answered together.

People group; nothing groups itself.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.comments.states import TargetKind
from app.consultations.models import Consultation
from app.extensions import db
from app.kernel.errors import FieldError, Refused
from app.kernel.text import clean_line
from app.results.models import Point, Theme
from app.results.queries import points as queries
from app.results.service import points
from app.works.models import ProjectItem

TITLE_MAX = 200


def retarget(
    consultation: Consultation,
    seen: Mapping[int, int],
    *,
    kind: TargetKind,
    anchor: str | None = None,
    project: ProjectItem | None = None,
    actor: Actor,
) -> int:
    """Tie these points to the whole, a clause, a project or a place; all or none.

    Returns how many.
    """
    points.need_group(actor, consultation)
    if kind is TargetKind.CLAUSE and not anchor:
        raise FieldError("target", _("Hãy chọn điều, khoản."))
    if kind is TargetKind.PROJECT and (
        project is None or project.consultation_id != consultation.id
    ):
        raise FieldError("target", _("Hãy chọn công trình, dự án."))
    points.check_seen(consultation, seen)
    values = {
        "target_kind": kind,
        "clause_anchor": anchor if kind is TargetKind.CLAUSE else None,
        "project_id": project.id if kind is TargetKind.PROJECT and project else None,
    }
    points.update_all(seen, **values)
    points.note(
        consultation,
        "points",
        actor,
        _("Gắn nội dung cho %(n)s ý", n=len(seen)),
        {"points": len(seen), "kind": kind.value},
    )
    return len(seen)


def group(
    consultation: Consultation, seen: Mapping[int, int], theme: Theme | None, *, actor: Actor
) -> int:
    """Put these points into a theme (None: into none); all or none. Returns how many."""
    points.need_group(actor, consultation)
    if theme is not None and theme.consultation_id != consultation.id:
        raise Refused(_("Nhóm vấn đề này thuộc cuộc lấy ý kiến khác."))
    points.check_seen(consultation, seen)
    points.update_all(seen, theme_id=theme.id if theme else None)
    title = theme.title if theme else "—"
    points.note(
        consultation,
        "points",
        actor,
        _("Đưa %(n)s ý vào nhóm: %(title)s", n=len(seen), title=title),
        {"points": len(seen), "theme": title},
    )
    return len(seen)


def theme_named(consultation: Consultation, title: str, *, actor: Actor) -> Theme:
    """The theme of this name, made at the end of the list when there is none yet."""
    points.need_group(actor, consultation)
    title = clean_line(title)[:TITLE_MAX]
    if not title or title == "-":
        raise FieldError("title", _("Hãy đặt tên nhóm vấn đề."))
    found: Theme | None = db.session.scalar(
        sa.select(Theme).where(Theme.consultation_id == consultation.id, Theme.title == title)
    )
    if found is None:
        last = db.session.scalar(
            sa.select(sa.func.max(Theme.position)).where(Theme.consultation_id == consultation.id)
        )
        found = Theme(consultation_id=consultation.id, title=title, position=(last or 0) + 1)
        db.session.add(found)
        points.note(
            consultation, "points", actor, _("Thêm nhóm: %(title)s", title=title), {"theme": title}
        )
    return found


def rename_theme(theme: Theme, title: str, *, actor: Actor) -> None:
    """Give it another name.

    Raises FieldError for an empty or taken one, Refused where its points are locked.
    """
    consultation = _unlocked(theme, actor)
    title = clean_line(title)[:TITLE_MAX]
    taken = sa.select(Theme.id).where(
        Theme.consultation_id == consultation.id, Theme.title == title, Theme.id != theme.id
    )
    if not title or title == "-" or db.session.scalar(taken) is not None:
        raise FieldError("title", _("Hãy đặt tên nhóm vấn đề, không trùng với nhóm khác."))
    before, theme.title = theme.title, title
    points.note(
        consultation,
        "points",
        actor,
        _("Đổi tên nhóm: %(before)s → %(after)s", before=before, after=title),
        {"theme": title},
    )


def move_theme(theme: Theme, *, up: bool, actor: Actor) -> None:
    """One place up or down in the order of the table."""
    consultation = _unlocked(theme, actor)
    ordered = [row for row, _n in queries.themes(consultation)]
    here = ordered.index(theme)
    there = here + (-1 if up else 1)
    if 0 <= there < len(ordered):
        ordered[here], ordered[there] = ordered[there], ordered[here]
    for position, row in enumerate(ordered, start=1):
        row.position = position
    points.note(consultation, "points", actor, _("Đổi thứ tự nhóm: %(title)s", title=theme.title))


def remove_theme(theme: Theme, *, actor: Actor) -> None:
    """Take the theme away; its points are then in none."""
    consultation = _unlocked(theme, actor)
    ids = db.session.scalars(sa.select(Point.id).where(Point.theme_id == theme.id)).all()
    points.update_all(ids, theme_id=None)
    title = theme.title
    db.session.delete(theme)
    points.note(
        consultation,
        "points",
        actor,
        _("Bỏ nhóm: %(title)s", title=title),
        {"theme": title, "points": len(ids)},
    )


def _unlocked(theme: Theme, actor: Actor) -> Consultation:
    consultation = db.session.get_one(Consultation, theme.consultation_id)
    points.need_group(actor, consultation)
    if db.session.scalar(
        sa.select(Point.id)
        .where(Point.theme_id == theme.id, Point.issued_number.is_not(None))
        .limit(1)
    ):
        raise Refused(points.locked_message())
    return consultation
