"""Where in which list of comments an officer is: a tab of the queue or a consultation's own list,
with its filters; and the way on.
"""

import enum
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qs, urlencode

import sqlalchemy as sa
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.access import P
from app.comments.models import Comment
from app.comments.queries import staff as lists
from app.comments.queries.staff import CommentFilter, CommentRow, CommentTab
from app.comments.states import CommentStage, SenderKind, Stance, TargetKind
from app.consultations.models import Consultation
from app.consultations.officer.base import me
from app.consultations.queries import staff
from app.extensions import db
from app.kernel import paging
from app.kernel.errors import NotFound
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
    args = tuple((name, given[name][:100]) for name in FILTERS if given.get(name))
    if given.get("the") in [tab.value for tab in CommentTab] and me().has(P.COMMENT_MODERATE):
        return CommentPlace(CommentTab(given["the"]), args=args)
    return CommentPlace(slug=given["ds"][:100], args=args) if given.get("ds") else None


def here() -> CommentPlace | None:
    """The place of this request: from the address, or from the form's `next`."""
    if request.method == "GET":
        return place_of(request.args.to_dict())
    typed = parse_qs(request.form.get("next", ""))
    return place_of({name: values[0] for name, values in typed.items()})


def workbench(code: str, place: CommentPlace | None = None, *, anchor: str = "") -> str:
    """The address of a comment's workbench."""
    address = url_for("comments.comment", code=code)
    return address + (f"?{place.query}" if place else "") + (f"#{anchor}" if anchor else "")


@dataclass(frozen=True, slots=True)
class Leaving:
    """Remembers, before a step is taken, where in the list the comment stood."""

    comment: Comment
    place: CommentPlace | None
    cursor: str | None

    def onwards(self) -> ResponseReturnValue:
        """After the step: the next comment of the list, the list when there is none, the comment
        when it came from no list.
        """
        if self.place is None:
            return redirect(workbench(self.comment.submission.code))
        try:
            for cursor in (self.cursor, None) if self.place.tab else (self.cursor,):
                for row in self.place.rows(after=cursor, size=2).items:
                    if row.id != self.comment.id:
                        return redirect(workbench(row.code, self.place))
        except NotFound:
            return redirect(workbench(self.comment.submission.code))
        return redirect(self.place.url())

    def stay(self, anchor: str = "") -> ResponseReturnValue:
        """After the step: the same comment again."""
        return redirect(workbench(self.comment.submission.code, self.place, anchor=anchor))


def leaving(comment: Comment) -> Leaving:
    """Where the comment stands in the officer's list now."""
    place = here()
    if place is None:
        return Leaving(comment, None, None)
    return Leaving(
        comment,
        place,
        paging.encode((comment.created_at, comment.id) if place.tab else (comment.id,)),
    )
