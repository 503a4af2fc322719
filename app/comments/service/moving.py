"""The one writer of a comment's stage, and what every change of a comment shares."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.access.actors import CITIZEN, SYSTEM, Actor
from app.audit import service as audit
from app.comments import policy
from app.comments.events import CommentMoved
from app.comments.models import Comment, CommentLog
from app.comments.states import COMMENT_FLOW, CommentStage
from app.consultations.service.core import NOTE_MAX, check_revision, count
from app.consultations.states import Visibility
from app.extensions import db
from app.kernel import publication
from app.kernel.clock import now
from app.kernel.errors import Forbidden
from app.kernel.events import emit
from app.kernel.links import Ref


def comment_ref(comment: Comment) -> Ref:
    """The reference by which other features know this comment."""
    return Ref("comment", comment.id)


def write_comment_log(
    comment: Comment,
    name: str,
    actor: Actor,
    *,
    from_stage: CommentStage | None,
    note: str = "",
    public: bool = False,
) -> None:
    """Add one row to the comment's log."""
    db.session.add(
        CommentLog(
            comment_id=comment.id,
            actor_id=actor.id,
            actor=actor.full_name,
            move=name,
            from_stage=from_stage,
            to_stage=comment.stage,
            note=note[:NOTE_MAX],
            public=public,
        )
    )


def record_comment(
    comment: Comment, name: str, actor: Actor, data: Mapping[str, Any] | None = None
) -> None:
    """Put an act of staff into the hash-chained record. Citizens' acts are in the log only."""
    if actor.id is not None:
        audit.record(
            f"comment:{name}",
            actor_id=actor.id,
            actor=actor.full_name,
            about=comment_ref(comment),
            data=data,
        )


def guard_comment(comment: Comment, name: str, *, actor: Actor, seen_revision: int | None) -> None:
    """Refuse before anything is changed: who, from which page, from which stage."""
    if actor not in (CITIZEN, SYSTEM) and not policy.may_ever_comment(actor, comment, name):
        raise Forbidden(_("Bạn không có quyền thực hiện bước này."))
    check_revision(comment, seen_revision)
    COMMENT_FLOW.next(comment.stage, name)


def in_file(comment: Comment) -> bool:
    """Does it belong to the file: verified, in time, neither spam nor withdrawn?"""
    return comment.stage is CommentStage.RECEIVED and not comment.late


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
    guard_comment(comment, name, actor=actor, seen_revision=None)
    before, was_in_file, was_public = (
        comment.stage,
        in_file(comment),
        comment.visibility is Visibility.PUBLIC,
    )
    comment.stage = COMMENT_FLOW.next(before, name)
    if visibility is not None:
        comment.visibility = visibility
    elif comment.stage is not CommentStage.RECEIVED and comment.visibility is Visibility.PUBLIC:
        comment.visibility = Visibility.HIDDEN
    comment.updated_at = now()
    db.session.flush()
    write_comment_log(comment, name, actor, from_stage=before, note=note, public=public_note)
    record_comment(comment, name, actor, {"from": before.value, "to": comment.stage.value})
    is_public = comment.visibility is Visibility.PUBLIC
    received, public = int(in_file(comment)) - int(was_in_file), int(is_public) - int(was_public)
    if received or public:
        count(comment.consultation_id, received=received, public=public)
        publication.bump()
    emit(CommentMoved(comment, name, actor, note, details or {}))
    return comment


def put_back(
    comment: Comment, *, actor: Actor, stage: CommentStage, visibility: Visibility
) -> None:
    """Undo: the stage and visibility that a bulk action had changed.

    Counters follow; nobody is told twice.
    """
    before, was_in_file, was_public = (
        comment.stage,
        in_file(comment),
        comment.visibility is Visibility.PUBLIC,
    )
    comment.stage, comment.visibility, comment.updated_at = stage, visibility, now()
    db.session.flush()
    write_comment_log(comment, "undo", actor, from_stage=before)
    record_comment(comment, "undo", actor, {"from": before.value, "to": stage.value})
    is_public = comment.visibility is Visibility.PUBLIC
    received, public = int(in_file(comment)) - int(was_in_file), int(is_public) - int(was_public)
    if received or public:
        count(comment.consultation_id, received=received, public=public)
        publication.bump()
