"""From comments to points: one for each comment by default, split and joined by people.

A point that stands in an issued table is locked until somebody opens the table again for a
correction.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import SYSTEM, Actor
from app.audit import moving as audit_moving
from app.comments.models import Comment
from app.comments.service import moving
from app.consultations.models import Consultation
from app.consultations.service import core
from app.extensions import db
from app.kernel import publication
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused, Stale
from app.kernel.text import clean
from app.organisation import queries as organisation
from app.results import policy
from app.results.models import Point, Reply
from app.results.queries import points as queries
from app.results.states import ReplyStage
from app.submissions import redaction
from app.submissions.models import Submission

#: Points changed in one act at most, and in one statement.
BULK_MAX, BATCH = 1_000, 100
#: Points of one comment at most; characters of one.
SPLIT_MAX, TEXT_MAX = 20, 12_000
#: What stands where the words were erased (the row of the table stays).
NOTHING_LEFT = "[đã xóa]"


# What everything here shares
# --------------------------------------------------------------------------------------------------
def need_group(actor: Actor, consultation: Consultation) -> None:
    """Raise Forbidden unless this person may work on the points now."""
    if actor is not SYSTEM and not policy.may_group(actor, consultation):
        raise Forbidden(_("Bạn không có quyền tách ý, nhóm ý ở bước này."))


def note(
    consultation: Consultation,
    what: str,
    actor: Actor,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """One log row and one record. Nothing public changes, so no page is made anew."""
    db.session.flush()
    core.write_log(consultation, what, actor, from_stage=consultation.stage, note=text)
    core.record(consultation, what, actor, data)


def locked_message() -> str:
    """Why an issued point cannot be changed."""
    return str(
        _(
            "Ý này nằm trong bảng đã phát hành nên đã khóa. Muốn sửa, hãy bấm «Phát hành lại» ở "
            "mục Bảng tổng hợp."
        )
    )


def recount(consultation_id: int) -> None:
    """Bring the number of comments whose points all have a final reply in line, without touching
    the revision.
    """
    db.session.flush()
    mine = (Comment.consultation_id == consultation_id, *queries.in_file())
    has_point = sa.exists().where(Point.comment_id == Comment.id)
    not_final = (
        sa.select(sa.literal(1))
        .select_from(Point)
        .outerjoin(Reply, Reply.id == Point.reply_id)
        .where(
            Point.comment_id == Comment.id,
            sa.or_(Reply.id.is_(None), Reply.stage != ReplyStage.FINAL),
        )
        .correlate(Comment)
        .exists()
    )
    actual = (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(Comment).where(*mine, has_point, ~not_final)
        )
        or 0
    )
    known = (
        db.session.scalar(
            sa.select(Consultation.replied_count).where(Consultation.id == consultation_id)
        )
        or 0
    )
    if actual != known:
        core.count(consultation_id, replied=actual - known)
        publication.bump()


def in_batches(ids: Iterable[int]) -> Iterable[list[int]]:
    """The numbers in pieces that one statement takes."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def check_seen(consultation: Consultation, seen: Mapping[int, int]) -> None:
    """Refuse the whole act unless every point is of this consultation, unlocked and as the officer
    saw it.
    """
    if not seen:
        raise Refused(_("Hãy chọn ít nhất một ý."))
    if len(seen) > BULK_MAX:
        raise Refused(_("Mỗi lần chọn nhiều nhất %(n)s ý.", n="1.000"))
    for ids in in_batches(seen):
        query = sa.select(Point.id, Point.revision, Point.issued_number).where(
            Point.id.in_(ids), Point.consultation_id == consultation.id
        )
        rows = db.session.execute(query.with_for_update()).all()
        if any(row.issued_number is not None for row in rows):
            raise Refused(locked_message())
        if len(rows) != len(ids) or any(row.revision != seen[row.id] for row in rows):
            raise Stale(
                _(
                    "Trong các ý đã chọn có ý vừa được người khác sửa. Chưa ý nào được thay đổi; "
                    "hãy tải lại trang."
                )
            )


def update_all(ids: Iterable[int], **values: Any) -> None:
    """Change these points, a hundred in one statement; their revisions rise."""
    for some in in_batches(ids):
        update_where(Point.id.in_(some), **values)


def update_where(condition: sa.ColumnElement[bool], **values: Any) -> None:
    """Change all points that fit in one statement; their revisions rise, and what the session holds
    of them is read anew.
    """
    db.session.flush()
    change = (
        sa.update(Point)
        .where(condition)
        .values(**values, updated_at=now(), revision=Point.revision + 1)
    )
    db.session.execute(change.execution_options(synchronize_session=False))
    for held in list(db.session.identity_map.values()):
        if isinstance(held, Point):
            db.session.expire(held)


# One point for each comment
# --------------------------------------------------------------------------------------------------
def default_text(
    body: str,
    public_body: str | None,
    proposed: str,
    public_proposed: str,
    *,
    official: Sequence[str],
) -> str:
    """What a comment's one point says: the redacted text, or the text with all personal data hidden
    until somebody has looked.
    """
    if public_body:
        words, wish = public_body, public_proposed
    else:
        words, wish = (
            redaction.mask(text, redaction.find(text, official=official))
            for text in (body, proposed)
        )
    parts = [words.strip(), f"Đề nghị sửa thành: {wish.strip()}" if wish.strip() else ""]
    return "\n\n".join(part for part in parts if part) or NOTHING_LEFT


_SOURCE = (Submission.body, Submission.public_body, Comment.proposed_text, Comment.public_proposed)


def make_points(consultation: Consultation, *, actor: Actor = SYSTEM) -> int:
    """Make one point for every comment in the file that has none; returns how many. Idempotent.

    Points of comments that have left the file go, unless they were issued; points that nobody has
    touched follow the redaction of their comment.
    """
    need_group(actor, consultation)
    official = organisation.official_contacts()
    _drop_leftovers(consultation)
    _follow_redaction(consultation, official)
    query = (
        sa.select(
            Comment.id, *_SOURCE, Comment.target_kind, Comment.clause_anchor, Comment.project_id
        )
        .join(Submission, Submission.id == Comment.submission_id)
        .where(
            Comment.consultation_id == consultation.id,
            *queries.in_file(),
            ~sa.exists().where(Point.comment_id == Comment.id),
        )
        .order_by(Comment.id)
    )
    made = 0
    while rows := db.session.execute(query.limit(BATCH)).all():
        moment = now()
        values = [
            {
                "consultation_id": consultation.id,
                "comment_id": number,
                "number": 1,
                "text": default_text(body, shown, proposed, shown_proposed, official=official),
                "target_kind": kind,
                "clause_anchor": anchor,
                "project_id": project,
                "created_at": moment,
                "updated_at": moment,
                "revision": 1,
            }
            for number, body, shown, proposed, shown_proposed, kind, anchor, project in rows
        ]
        db.session.execute(sa.insert(Point), values)
        made += len(values)
    if made:
        note(
            consultation,
            "points",
            actor,
            _("Lập %(n)s ý từ góp ý trong hồ sơ.", n=made),
            {"made": made},
        )
        recount(consultation.id)
    return made


def _drop_leftovers(consultation: Consultation) -> None:
    outside = sa.select(Comment.id).where(
        Comment.consultation_id == consultation.id, ~sa.and_(*queries.in_file())
    )
    gone = sa.delete(Point).where(
        Point.consultation_id == consultation.id,
        Point.comment_id.in_(outside),
        Point.issued_number.is_(None),
    )
    if db.session.execute(gone.execution_options(synchronize_session="fetch")).rowcount:  # type: ignore[attr-defined]
        drop_empty_replies(consultation.id)
        recount(consultation.id)


def drop_empty_replies(consultation_id: int) -> None:
    """Remove replies that answer nothing any more."""
    db.session.flush()
    empty = sa.delete(Reply).where(
        Reply.consultation_id == consultation_id, ~sa.exists().where(Point.reply_id == Reply.id)
    )
    db.session.execute(empty.execution_options(synchronize_session="fetch"))


def _follow_redaction(consultation: Consultation, official: Sequence[str]) -> None:
    """A comment was redacted after its point was made: the point follows, as long as it says what
    the machine made of it.
    """
    query = (
        sa.select(Point, *_SOURCE)
        .join(Comment, Comment.id == Point.comment_id)
        .join(Submission, Submission.id == Comment.submission_id)
        .where(
            Point.consultation_id == consultation.id,
            Point.issued_number.is_(None),
            Submission.redacted_at > Point.updated_at,
        )
    )
    for point, body, public_body, proposed, public_proposed in db.session.execute(query):
        if point.text == default_text(body, None, proposed, "", official=official):
            point.text = default_text(
                body, public_body, proposed, public_proposed, official=official
            )


# Splitting and joining
# --------------------------------------------------------------------------------------------------
def fingerprint(points: Sequence[Point]) -> str:
    """What the officer's page knew of a comment's points."""
    return ",".join(f"{point.number}:{point.revision}" for point in points)


def split(comment: Comment, texts: Sequence[str], *, actor: Actor, seen: str | None) -> list[Point]:
    """Make these the points of the comment, in this order: the first ones keep their theme and
    reply, further ones are new.

    Joining is the same with fewer texts. Raises Stale, FieldError (nothing written, too much),
    Refused (locked, or a point that would change or go has an agreed reply).
    """
    consultation = db.session.get_one(Consultation, comment.consultation_id)
    need_group(actor, consultation)
    if not moving.in_file(comment):
        raise Refused(_("Góp ý này không thuộc hồ sơ nên không tách ý."))
    db.session.execute(sa.select(Comment.id).where(Comment.id == comment.id).with_for_update())
    points = queries.of_comment(comment.id)
    if seen is not None and seen != fingerprint(points):
        raise Stale(_("Người khác vừa tách lại góp ý này. Hãy tải lại trang rồi làm tiếp."))
    wanted = [clean(text) for text in texts if clean(text)]
    _check_texts(wanted)
    changed = [
        point
        for number, point in enumerate(points)
        if number >= len(wanted) or point.text != wanted[number]
    ]
    _check_changeable(changed)
    for number, text in enumerate(wanted, start=1):
        if number <= len(points):
            points[number - 1].text = text
        else:
            points.append(_new(comment, number, text))
    for point in points[len(wanted) :]:
        db.session.delete(point)
    db.session.flush()
    drop_empty_replies(consultation.id)
    note(
        consultation,
        "points",
        actor,
        f"{comment.submission.code}: {len(wanted)}",
        {"comment": comment.id, "points": len(wanted)},
    )
    recount(consultation.id)
    return points[: len(wanted)]


def _check_texts(wanted: Sequence[str]) -> None:
    if not wanted:
        raise FieldError("texts", _("Mỗi góp ý cần ít nhất một ý. Hãy viết nội dung của ý."))
    if len(wanted) > SPLIT_MAX:
        raise FieldError("texts", _("Mỗi góp ý tách được tối đa %(n)s ý.", n=SPLIT_MAX))
    if any(len(text) > TEXT_MAX for text in wanted):
        raise FieldError("texts", _("Một ý dài quá %(n)s ký tự. Hãy rút gọn.", n="12.000"))


def _check_changeable(points: Sequence[Point]) -> None:
    if any(point.issued_number is not None for point in points):
        raise Refused(locked_message())
    replies = [point.reply_id for point in points if point.reply_id is not None]
    agreed = sa.select(Reply.id).where(Reply.id.in_(replies), Reply.stage != ReplyStage.DRAFT)
    if replies and db.session.scalar(agreed.limit(1)) is not None:
        raise Refused(
            _(
                "Ý này đã có trả lời được thống nhất hoặc đã chốt. Hãy trả lại bản soạn trước khi "
                "sửa ý."
            )
        )


def _new(comment: Comment, number: int, text: str) -> Point:
    made = Point(
        consultation_id=comment.consultation_id,
        comment_id=comment.id,
        number=number,
        text=text,
        target_kind=comment.target_kind,
        clause_anchor=comment.clause_anchor,
        project_id=comment.project_id,
    )
    db.session.add(made)
    return made


def join(comment: Comment, *, actor: Actor, seen: str | None) -> Point:
    """Make one point of all again, saying what the comment says."""
    submission = comment.submission
    text = default_text(
        submission.body,
        submission.public_body,
        comment.proposed_text,
        comment.public_proposed,
        official=organisation.official_contacts(),
    )
    return split(comment, [text], actor=actor, seen=seen)[0]


def reword(point: Point, table_text: str, *, actor: Actor, seen_revision: int | None) -> None:
    """How the point reads in the table; empty: as it was split.

    The wording stays when the table is made again.
    """
    consultation = db.session.get_one(Consultation, point.consultation_id)
    need_group(actor, consultation)
    audit_moving.check_revision(point, seen_revision)
    if point.issued_number is not None:
        raise Refused(locked_message())
    wording = clean(table_text)
    if len(wording) > TEXT_MAX:
        raise FieldError("table_text", _("Một ý dài quá %(n)s ký tự. Hãy rút gọn.", n="12.000"))
    point.table_text = wording if wording and wording != point.text else None
    note(consultation, "points", actor, _("Sửa cách ghi trong bảng"), {"point": point.id})


def erase_words(comment_id: int) -> None:
    """Nothing of an erased comment is left in its points; the rows of the table stay.

    An issued table stays as it was issued: names in it are masked by consent.
    """
    db.session.execute(
        sa.update(Point)
        .where(Point.comment_id == comment_id, Point.issued_number.is_(None))
        .values(text=NOTHING_LEFT, table_text=None),
        execution_options={"synchronize_session": False},
    )
