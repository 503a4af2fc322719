"""The one gate through which anything public reads comments."""

from typing import Any

import sqlalchemy as sa

from app.comments.models import Comment
from app.comments.states import CommentStage
from app.consultations.models import Consultation
from app.consultations.queries.public import public
from app.consultations.states import ShowComments, Stage, Visibility
from app.kernel.clock import today
from app.submissions.models import Submission
from app.submissions.states import Consent


def public_comments(*columns: Any) -> sa.Select[Any]:
    """THE gate for comments: shown by a moderator, allowed by the sender, redacted, and of a
    consultation that shows them now.
    """
    shown_now = sa.or_(
        Consultation.show_comments == ShowComments.AT_ONCE,
        Consultation.stage.in_([Stage.ANSWERED, Stage.ARCHIVED]),
        Consultation.closes_on < today(),
    )
    return (
        public(*columns)
        .join(Comment, Comment.consultation_id == Consultation.id)
        .join(Submission, Submission.id == Comment.submission_id)
        .where(
            Comment.visibility == Visibility.PUBLIC,
            Comment.stage == CommentStage.RECEIVED,
            Submission.consent == Consent.PUBLISH,
            Submission.public_html.is_not(None),
            shown_now,
        )
    )
