"""The same step for many things: a preview of what changes, one transaction, undo for ten minutes.

A room says what its step does to one thing; everything else stands here.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access.actors import Actor
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import DomainError, NotFound, Refused, Stale
from app.submissions.models import Submission

UNDO_MINUTES = 10
BULK_MAX = 100

T = TypeVar("T")
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class BulkLine(Generic[T]):
    """What would happen to one thing; `problem` says why it cannot."""

    thing: T
    before: str
    after: str
    problem: str = ""


class Bulk(ABC, Generic[T, C]):
    """Steps for many things of one kind. `C` says what to do with all of them."""

    #: The model of the things, which have a submission, and of what was done to many of them.
    model: ClassVar[type[Any]]
    actions: ClassVar[type[Any]]
    order: ClassVar[tuple[Any, ...]]
    #: What people call one of them, in full and where the page has said it before.
    thing: ClassVar[Any] = _l("mục")
    short: ClassVar[Any] = _l("mục")

    # What a room says
    # ----------------------------------------------------------------------------------------------
    def check(self, choice: C) -> None:
        """Raise Refused for a choice with which nothing can be done."""

    @abstractmethod
    def move(self, choice: C) -> str:
        """The name of the move, as kept with what was done."""

    @abstractmethod
    def describe(self, thing: T, choice: C) -> tuple[str, str]:
        """How it is now and how it will be, in words."""

    @abstractmethod
    def problems(self, choice: C, actor: Actor) -> Callable[[T], str]:
        """What says why a thing cannot be moved («»: it can)."""

    @abstractmethod
    def step(self, choice: C, actor: Actor) -> Callable[[T], object]:
        """What moves one thing. Raises Refused for a choice with which nothing can be done."""

    @abstractmethod
    def values(self, thing: T) -> dict[str, Any]:
        """What the step changes, as it is before, in plain JSON values."""

    @abstractmethod
    def restore(self, thing: T, before: Mapping[str, Any], actor: Actor) -> None:
        """Put these values back."""

    # What all of them do
    # ----------------------------------------------------------------------------------------------
    def by_codes(self, codes: Sequence[str]) -> list[T]:
        """The things with these codes, in their order; unknown ones are left out. One statement."""
        if not codes:
            return []
        query = (
            sa.select(self.model)
            .join(Submission, Submission.id == self.model.submission_id)
            .where(Submission.code.in_(codes))
        )
        found = {thing.submission.code: thing for thing in db.session.scalars(query)}
        return [found[code] for code in dict.fromkeys(codes) if code in found]

    def _chosen(self, ids: Sequence[int]) -> list[Any]:
        if len(ids) > BULK_MAX:
            raise Refused(
                _("Mỗi lần chọn nhiều nhất %(n)s %(things)s.", n=BULK_MAX, things=self.thing)
            )
        query = sa.select(self.model).where(self.model.id.in_(ids))
        return list(db.session.scalars(query.order_by(*self.order)))

    def preview(self, ids: Sequence[int], choice: C, *, actor: Actor) -> list[BulkLine[T]]:
        """Exactly what would change, and which ones stand in the way. Nothing is changed."""
        self.check(choice)
        problem = self.problems(choice, actor)
        return [
            BulkLine(thing, *self.describe(thing, choice), problem(thing))
            for thing in self._chosen(ids)
        ]

    def run(self, seen: Mapping[int, int], choice: C, *, actor: Actor) -> Any:
        """Do it to all of them or to none. `seen` maps each thing to the revision that the preview
        showed.

        Raises Refused, naming the thing that cannot move.
        """
        self.check(choice)
        problem, step = self.problems(choice, actor), self.step(choice, actor)
        items = []
        for thing in self._chosen(list(seen)):
            before = self.values(thing)
            try:
                if thing.revision != seen[thing.id]:
                    raise Stale(_("Người khác vừa thay đổi %(thing)s này.", thing=self.thing))
                if why := problem(thing):
                    raise Refused(why)
                step(thing)
            except DomainError as error:
                raise Refused(
                    _(
                        "Chưa %(thing)s nào được thay đổi, vì %(code)s không làm được: %(why)s",
                        thing=self.short,
                        code=thing.submission.code,
                        why=error.message,
                    )
                ) from error
            db.session.flush()
            items.append({"id": thing.id, "revision": thing.revision, "before": before})
        assert actor.id is not None
        done = self.actions(actor_id=actor.id, move=self.move(choice), items=items)
        db.session.add(done)
        db.session.flush()
        return done

    def undoable(self, actor: Actor) -> Any:
        """The last thing that this person did to many at once, while it can be taken back."""
        since = now() - dt.timedelta(minutes=UNDO_MINUTES)
        query = sa.select(self.actions).where(
            self.actions.actor_id == actor.id,
            self.actions.at > since,
            self.actions.undone_at.is_(None),
        )
        return db.session.scalar(query.order_by(self.actions.id.desc()).limit(1))

    def action(self, number: int) -> Any:
        """What was done to many at once. Raises NotFound."""
        found = db.session.get(self.actions, number)
        if found is None:
            raise NotFound
        return found

    def undo(self, done: Any, *, actor: Actor) -> None:
        """Put everything back as it was, within ten minutes, by whoever did it, unless somebody has
        gone on since. Raises Refused.
        """
        if done.undone_at is not None:
            raise Refused(_("Thao tác này đã được hoàn tác."))
        if done.actor_id != actor.id:
            raise Refused(_("Chỉ người đã thực hiện mới hoàn tác được."))
        if now() - done.at > dt.timedelta(minutes=UNDO_MINUTES):
            raise Refused(_("Đã quá 10 phút nên không hoàn tác được nữa."))
        things = {thing.id: thing for thing in self._chosen([item["id"] for item in done.items])}
        for item in done.items:
            thing = things[item["id"]]
            if thing.revision != item["revision"]:
                raise Refused(
                    _(
                        "Không hoàn tác được: %(code)s đã được xử lý tiếp.",
                        code=thing.submission.code,
                    )
                )
        for item in done.items:
            self.restore(things[item["id"]], item["before"], actor)
        done.undone_at = now()
        db.session.flush()


def plain(thing: Any, names: Sequence[str]) -> dict[str, Any]:
    """These attributes as JSON can hold them: moments as ISO text."""
    values = {name: getattr(thing, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else value
        for name, value in values.items()
    }


def moment(value: str | None) -> dt.datetime | None:
    """A moment that `plain` wrote."""
    return dt.datetime.fromisoformat(value) if value else None
