"""Where in which list of comments an officer is: a tab of the queue or a consultation's own list,
with its filters; and the way on.
"""

import enum
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import url_for

from app.access import P
from app.accounts.signed_in import me
from app.comments.models import Comment
from app.comments.queries import staff as lists
from app.comments.queries.staff import CommentFilter, CommentRow, CommentTab
from app.comments.states import CommentStage, SenderKind, Stance, TargetKind
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.desk import places
from app.desk.places import Leaving
from app.extensions import db
from app.kernel import paging
from app.kernel.paging import Page
from app.submissions.states import Channel

#: Where the queue of comments stands: it is composed above this feature, with the questions' tabs
#: beside it.
QUEUE = "/can-bo/gop-y"
FILTERS = ("q", "cuoc", "ve", "y", "kenh", "la", "gd", "muon")
E = TypeVar("E", bound=enum.StrEnum)


def _one_of(kind: type[E], value: str) -> E | None:
    return kind(value) if value in [member.value for member in kind] else None


@dataclass(frozen=True, slots=True)
class CommentPlace:
    """A tab of the queue, or (without one) the list of the consultation at `slug`."""

    tab: CommentTab | None = None
    slug: str = ""
    args: tuple[tuple[str, str], ...] = ()

    @property
    def wanted(self) -> CommentFilter:
        """The filters as the query wants them; what is unknown is left out."""
        given = dict(self.args)
        return CommentFilter(
            text=given.get("q", ""),
            consultation_id=_consultation_id(given.get("cuoc", "")) if self.tab else None,
            target=_one_of(TargetKind, given.get("ve", "")),
            stance=_one_of(Stance, given.get("y", "")),
            channel=_one_of(Channel, given.get("kenh", "")),
            sender=_one_of(SenderKind, given.get("la", "")),
            stage=None if self.tab else _one_of(CommentStage, given.get("gd", "")),
            late=bool(given.get("muon")),
        )

    @property
    def query(self) -> str:
        """The same as a query string, for pages that lead back here."""
        return urlencode([("the", self.tab.value) if self.tab else ("ds", self.slug), *self.args])

    def url(self, **more: str) -> str:
        """The address of this list."""
        if self.tab:
            return f"{QUEUE}?{urlencode([('the', self.tab.value), *self.args, *more.items()])}"
        query = urlencode([*self.args, *more.items()])
        return url_for("comments.comments", slug=self.slug) + (f"?{query}" if query else "")

    def without(self, name: str) -> str:
        """The address of this list without one of its filters."""
        return CommentPlace(
            self.tab, self.slug, tuple(pair for pair in self.args if pair[0] != name)
        ).url()

    def rows(
        self, *, after: str | None = None, before: str | None = None, size: int = lists.QUEUE_SIZE
    ) -> Page[CommentRow]:
        """One page of this list."""
        if self.tab:
            return lists.queue(me(), self.tab, self.wanted, after=after, before=before, size=size)
        return lists.of_consultation(
            me(), staff.by_slug(self.slug), self.wanted, after=after, before=before, size=size
        )


def _consultation_id(slug: str) -> int | None:
    """0, which no consultation has, for an address that leads nowhere."""
    return (
        (db.session.scalar(sa.select(Consultation.id).where(Consultation.slug == slug)) or 0)
        if slug
        else None
    )


def place_of(given: dict[str, str]) -> CommentPlace | None:
    """The place that these values name, or None when they name none of this person's lists."""
    args = places.args_of(given, FILTERS)
    if given.get("the") in [tab.value for tab in CommentTab] and me().has(P.COMMENT_MODERATE):
        return CommentPlace(CommentTab(given["the"]), args=args)
    return CommentPlace(slug=given["ds"][:100], args=args) if given.get("ds") else None


def here() -> CommentPlace | None:
    """The place of this request: from the address, or from the form's `next`."""
    return places.here(place_of)


def workbench(code: str, place: CommentPlace | None = None, *, anchor: str = "") -> str:
    """The address of a comment's workbench."""
    return places.at(_address(code), place, anchor)


def _address(code: str) -> str:
    return url_for("comments.comment", code=code)


def leaving(comment: Comment) -> Leaving[CommentPlace]:
    """Where the comment stands in the officer's list now."""
    place, code = here(), comment.submission.code
    cursor = None
    if place is not None:
        key = (comment.created_at, comment.id) if place.tab else (comment.id,)
        cursor = paging.encode(key)
    around = place is not None and place.tab is not None
    return Leaving(code, place, cursor, _address, lambda: workbench(code), around)
