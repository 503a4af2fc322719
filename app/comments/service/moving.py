"""The one writer of a comment's stage, and what every change of a comment shares."""

from collections.abc import Mapping
from typing import Any

from app.access.actors import Actor
from app.audit.moving import Mover
from app.comments import policy
from app.comments.events import CommentMoved
from app.comments.models import Comment, CommentLog
from app.comments.states import COMMENT_FLOW, CommentStage
from app.consultations.service.core import count
from app.consultations.states import Visibility
from app.extensions import db
from app.kernel import publication
from app.kernel.clock import now
from app.kernel.events import emit

mover: Mover[Comment] = Mover("comment", COMMENT_FLOW, CommentLog, policy.may_ever_comment)
comment_ref, guard_comment = mover.ref, mover.guard
write_comment_log, record_comment = mover.write_log, mover.record


def in_file(comment: Comment) -> bool:
    """Does it belong to the file: verified, in time, neither spam nor withdrawn?"""
    return comment.stage is CommentStage.RECEIVED and not comment.late


class _Counted:
    """What a comment counted for before it moved; `update` brings its consultation's counters in
    line with what it counts for now.
    """

    def __init__(self, comment: Comment) -> None:
        self._comment = comment
        self._before = self._now()

    def _now(self) -> tuple[int, int]:
        comment = self._comment
        return int(in_file(comment)), int(comment.visibility is Visibility.PUBLIC)

    def update(self) -> None:
        received, public = (
            after - before for after, before in zip(self._now(), self._before, strict=True)
        )
        if received or public:
            count(self._comment.consultation_id, received=received, public=public)
            publication.bump()


def move_comment(
    comment: Comment,
    name: str,
    *,
    actor: Actor,
    visibility: Visibility | None = None,
    note: str = "",
    public_note: bool = False,
    details: Mapping[str, Any] | None = None,
) -> Comment:
    """Take one step: the only place where a comment's stage or visibility changes.

    Keeps the consultation's counters right.
    """
    counted = _Counted(comment)

    def change(_before: CommentStage) -> None:
        if visibility is not None:
            comment.visibility = visibility
        elif comment.stage is not CommentStage.RECEIVED and comment.visibility is Visibility.PUBLIC:
            comment.visibility = Visibility.HIDDEN

    mover.step(comment, name, actor=actor, change=change, note=note, public_note=public_note)
    counted.update()
    emit(CommentMoved(comment, name, actor, note, details or {}))
    return comment


def put_back(
    comment: Comment, *, actor: Actor, stage: CommentStage, visibility: Visibility
) -> None:
    """Undo: the stage and visibility that a bulk action had changed.

    Counters follow; nobody is told twice.
    """
    before, counted = comment.stage, _Counted(comment)
    comment.stage, comment.visibility, comment.updated_at = stage, visibility, now()
    db.session.flush()
    write_comment_log(comment, "undo", actor, from_stage=before)
    record_comment(comment, "undo", actor, {"from": before.value, "to": stage.value})
    counted.update()
