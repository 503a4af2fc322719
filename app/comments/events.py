"""What happens to a comment that others may want to hear of. Listeners run inside the same
transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.access.actors import Actor
from app.comments.models import Comment


@dataclass(frozen=True, slots=True)
class CommentReceived:
    """Somebody commented. The secrets are for the one mail that carries them."""

    comment: Comment
    pin: str
    confirm_token: str | None
    track_token: str | None
    actor: Actor


@dataclass(frozen=True, slots=True)
class CommentMoved:
    """A move of the table was made (see states.COMMENT_FLOW)."""

    comment: Comment
    move: str
    actor: Actor
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
