"""The same step for many comments: a preview of what changes, one transaction, undo for ten
minutes.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.comments import policy
from app.comments.models import Comment, CommentBulk
from app.comments.service import moderating
from app.comments.service.moving import put_back
from app.comments.states import COMMENT_FLOW, COMMENT_STAGE_LABELS, CommentStage
from app.consultations.states import VISIBILITY_LABELS, Visibility
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import DomainError, Refused, Stale
from app.kernel.text import clean
from app.organisation import queries as organisation
from app.submissions.states import Consent

UNDO_MINUTES = 10
BULK_MAX = 100
#: What can be done with many at once.
MOVES = ("show", "keep_back", "mark_spam", "restore")
_MOMENTS = ("published_at", "spam_at")
_KEPT = ("stage", "visibility", "hidden_reason", "public_proposed", "proposed_html", *_MOMENTS)
#: Set where nothing was before, so that undoing means emptying.
_SHOWN = (
    "public_title",
    "public_body",
    "public_html",
    "redaction_reason",
    "redacted_at",
    "redacted_by",
)


@dataclass(frozen=True, slots=True)
class CommentChoice:
    """What to do with all of them: show, keep_back (with a reason), mark_spam, restore."""

    move: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CommentLine:
    """What would happen to one comment; `problem` says why it cannot."""

    comment: Comment
    before: str
    after: str
    problem: str = ""


def _chosen(ids: Sequence[int]) -> list[Comment]:
    if len(ids) > BULK_MAX:
        raise Refused(_("Mỗi lần chọn nhiều nhất %(n)s góp ý.", n=BULK_MAX))
    return list(
        db.session.scalars(
            sa.select(Comment).where(Comment.id.in_(ids)).order_by(Comment.created_at, Comment.id)
        )
    )


def _check(choice: CommentChoice) -> None:
    if choice.move not in MOVES:
        raise Refused(_("Hãy chọn việc cần làm với các góp ý đã chọn."))
    if choice.move == "keep_back" and not clean(choice.reason):
        raise Refused(_("Hãy ghi lý do không công khai để người gửi biết."))


def preview_bulk(ids: Sequence[int], choice: CommentChoice, *, actor: Actor) -> list[CommentLine]:
    """Exactly what would change, and which ones stand in the way. Nothing is changed."""
    _check(choice)
    official = organisation.official_contacts()
    return [
        CommentLine(
            comment,
            state_of(comment),
            _after(comment, choice),
            _problem(comment, choice, actor, official),
        )
        for comment in _chosen(ids)
    ]


def state_of(comment: Comment) -> str:
    """Where it stands, and who can see it."""
    if comment.stage is not CommentStage.RECEIVED:
        return str(COMMENT_STAGE_LABELS[comment.stage])
    return str(VISIBILITY_LABELS[comment.visibility])


def _after(comment: Comment, choice: CommentChoice) -> str:
    match choice.move:
        case "show":
            return str(
                _("Công khai bản đã che")
                if moderating.looked_at(comment)
                else _("Công khai nguyên văn")
            )
        case "keep_back":
            return str(VISIBILITY_LABELS[Visibility.HIDDEN])
        case "mark_spam":
            return str(_("Rác, giữ 30 ngày rồi xóa"))
        case _:
            return str(COMMENT_STAGE_LABELS[CommentStage.RECEIVED])


def _problem(
    comment: Comment, choice: CommentChoice, actor: Actor, official: tuple[str, ...]
) -> str:
    if not policy.may_ever_comment(actor, comment, choice.move):
        return str(_("Bạn không có quyền thực hiện bước này."))
    if not COMMENT_FLOW.allows(comment.stage, choice.move):
        return str(_("Không làm được ở trạng thái hiện tại."))
    if choice.move == "keep_back" and comment.visibility is Visibility.HIDDEN:
        return str(_("Góp ý này đã được giữ lại, không công khai."))
    return _not_as_it_is(comment, official) if choice.move == "show" else ""


def _not_as_it_is(comment: Comment, official: tuple[str, ...]) -> str:
    """Why it cannot be shown without a look at it; empty when it can."""
    if comment.visibility is Visibility.PUBLIC:
        return str(_("Góp ý này đang công khai."))
    if comment.submission.consent is not Consent.PUBLISH:
        return str(_("Người gửi không đồng ý công khai."))
    if moderating.looked_at(comment):
        return " ".join(moderating.obstacles(comment))
    return (
        str(_("Có thông tin cá nhân, cần mở ra để che."))
        if moderating.personal_data(comment, official)
        else ""
    )


def run_bulk(seen: Mapping[int, int], choice: CommentChoice, *, actor: Actor) -> CommentBulk:
    """Do it to all of them or to none. `seen` maps each comment to the revision that the preview
    showed.

    Raises Refused, naming the comment that cannot move.
    """
    _check(choice)
    official = organisation.official_contacts()
    step = _step(choice, actor)
    items = []
    for comment in _chosen(list(seen)):
        before = _values(comment)
        try:
            if comment.revision != seen[comment.id]:
                raise Stale(_("Người khác vừa thay đổi góp ý này."))
            if problem := _problem(comment, choice, actor, official):
                raise Refused(problem)
            step(comment)
        except DomainError as error:
            raise Refused(
                _(
                    "Chưa góp ý nào được thay đổi, vì %(code)s không làm được: %(why)s",
                    code=comment.submission.code,
                    why=error.message,
                )
            ) from error
        db.session.flush()
        items.append({"id": comment.id, "revision": comment.revision, "before": before})
    assert actor.id is not None
    bulk = CommentBulk(actor_id=actor.id, move=choice.move, items=items)
    db.session.add(bulk)
    db.session.flush()
    return bulk


def _values(comment: Comment) -> dict[str, Any]:
    plain = {
        name: value.isoformat()
        if isinstance(value := getattr(comment, name), dt.datetime)
        else value
        for name in _KEPT
    }
    return {**plain, "looked_at": comment.submission.public_html is not None}


def _step(choice: CommentChoice, actor: Actor) -> Callable[[Comment], None]:
    def show(comment: Comment) -> None:
        if not moderating.looked_at(comment):
            moderating.redact(
                comment, moderating.as_it_came(comment), actor=actor, seen_revision=None
            )
        moderating.show(comment, actor=actor, seen_revision=None)

    steps: dict[str, Callable[[Comment], None]] = {
        "show": show,
        "keep_back": lambda comment: moderating.keep_back(
            comment, actor=actor, seen_revision=None, reason=choice.reason
        ),
        "mark_spam": lambda comment: moderating.mark_spam(comment, actor=actor, seen_revision=None),
        "restore": lambda comment: moderating.restore(comment, actor=actor, seen_revision=None),
    }
    return steps[choice.move]


def undo_bulk(bulk: CommentBulk, *, actor: Actor) -> None:
    """Put everything back as it was, within ten minutes, by whoever did it, unless somebody has
    gone on since.
    """
    if bulk.undone_at is not None:
        raise Refused(_("Thao tác này đã được hoàn tác."))
    if bulk.actor_id != actor.id:
        raise Refused(_("Chỉ người đã thực hiện mới hoàn tác được."))
    if now() - bulk.at > dt.timedelta(minutes=UNDO_MINUTES):
        raise Refused(_("Đã quá 10 phút nên không hoàn tác được nữa."))
    comments = {comment.id: comment for comment in _chosen([item["id"] for item in bulk.items])}
    for item in bulk.items:
        comment = comments[item["id"]]
        if comment.revision != item["revision"]:
            raise Refused(
                _("Không hoàn tác được: %(code)s đã được xử lý tiếp.", code=comment.submission.code)
            )
    for item in bulk.items:
        _restore(comments[item["id"]], item["before"], actor)
    bulk.undone_at = now()
    db.session.flush()


def _restore(comment: Comment, before: Mapping[str, Any], actor: Actor) -> None:
    # Read first: a query in between would write down half of it, and a public comment without its
    # date is refused.
    answers = [] if before["looked_at"] else moderating.open_answers(comment)
    comment.hidden_reason = before["hidden_reason"]
    comment.public_proposed, comment.proposed_html = (
        before["public_proposed"],
        before["proposed_html"],
    )
    for name in _MOMENTS:
        setattr(comment, name, dt.datetime.fromisoformat(before[name]) if before[name] else None)
    if not before["looked_at"]:
        for name in _SHOWN:
            setattr(comment.submission, name, None)
    for answer in answers:
        answer.public_text = None
    put_back(
        comment,
        actor=actor,
        stage=CommentStage(before["stage"]),
        visibility=Visibility(before["visibility"]),
    )
