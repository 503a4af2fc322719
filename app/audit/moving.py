"""The one writer of every workflow: whose move it is, from which page, from which stage; the log
row; the record.

A room makes one Mover for its kind of thing and emits its own event after `step`.
"""

import enum
from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from flask_babel import gettext as _

from app.access.actors import CITIZEN, SYSTEM, Actor
from app.audit import service as audit
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import Forbidden, Refused, Stale
from app.kernel.links import Ref
from app.kernel.text import clean
from app.kernel.workflow import Workflow

#: Characters of a note in a log.
NOTE_MAX = 2000


class Moving(Protocol):
    """What has stages."""

    id: Any
    stage: Any
    revision: Any
    updated_at: Any


T = TypeVar("T", bound=Moving)


def check_revision(thing: Any, seen_revision: int | None) -> None:
    """Raise Stale when somebody changed the thing since the officer's page was made (None: not an
    officer's page).
    """
    if seen_revision is not None and thing.revision != seen_revision:
        raise Stale(
            _(
                "Người khác vừa thay đổi mục này sau khi bạn mở trang. Hãy xem lại bản mới rồi "
                "làm tiếp."
            )
        )


def need_text(text: str, message: str) -> str:
    """The cleaned reason, or Refused when there is none."""
    text = clean(text)
    if not text:
        raise Refused(message)
    return text


class Mover(Generic[T]):
    """Moves things of one kind along their table, and leaves the traces.

    `log` is the model of the log rows; it names its thing in a column «<kind>_id». `may` is the
    person's half of the rule. Acts of `trusted` actors are asked no permission; `always_recorded`
    kinds put also the acts of citizens and of the system into the hash-chained record.
    """

    def __init__(
        self,
        kind: str,
        flow: Workflow[Any],
        log: type[Any],
        may: Callable[[Actor, T, str], bool],
        *,
        trusted: tuple[Actor, ...] = (CITIZEN, SYSTEM),
        always_recorded: bool = False,
    ) -> None:
        self.kind, self.flow = kind, flow
        self._log, self._may, self._trusted = log, may, trusted
        self._always_recorded = always_recorded

    def ref(self, thing: T) -> Ref:
        """The reference by which other features know this thing."""
        return Ref(self.kind, thing.id)

    def write_log(
        self,
        thing: T,
        move: str,
        actor: Actor,
        *,
        from_stage: enum.StrEnum | None,
        note: str = "",
        public: bool = False,
    ) -> None:
        """Add one row to the thing's log. `public`: its readers outside see the row too."""
        row = self._log(
            actor_id=actor.id,
            actor=actor.full_name,
            move=move,
            from_stage=from_stage,
            to_stage=thing.stage,
            note=note[:NOTE_MAX],
            public=public,
        )
        setattr(row, f"{self.kind}_id", thing.id)
        db.session.add(row)

    def record(
        self, thing: T, move: str, actor: Actor, data: Mapping[str, Any] | None = None
    ) -> None:
        """Put an act into the hash-chained record."""
        if actor.id is not None or self._always_recorded:
            audit.record(
                f"{self.kind}:{move}",
                actor_id=actor.id,
                actor=actor.full_name,
                about=self.ref(thing),
                data=data,
            )

    def guard(self, thing: T, name: str, *, actor: Actor, seen_revision: int | None) -> None:
        """Refuse before anything is changed: who, from which page, from which stage.

        Raises Forbidden when a person may not, Stale when the page was old, Refused when the table
        has no such move from here.
        """
        if actor not in self._trusted and not self._may(actor, thing, name):
            raise Forbidden(_("Bạn không có quyền thực hiện bước này."))
        check_revision(thing, seen_revision)
        self.flow.next(thing.stage, name)

    def step(
        self,
        thing: T,
        name: str,
        *,
        actor: Actor,
        target: enum.StrEnum | None = None,
        change: Callable[[Any], None] | None = None,
        note: str = "",
        public_note: bool = False,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Take one step: the only place where a stage changes.

        `target` is given only where the table says «where it was»; `change` gets the stage before
        and changes what follows from it, in one UPDATE with the stage. Raises Forbidden and
        Refused.
        """
        self.guard(thing, name, actor=actor, seen_revision=None)
        before = thing.stage
        thing.stage = target or self.flow.next(before, name)
        if change is not None:
            with db.session.no_autoflush:
                change(before)
        # A move that leaves every column alone must still raise the revision, so that a stale page
        # is noticed.
        thing.updated_at = now()
        db.session.flush()
        self.write_log(thing, name, actor, from_stage=before, note=note, public=public_note)
        moved = {"from": before.value, "to": thing.stage.value}
        self.record(thing, name, actor, {**moved, **(data or {})})
