"""Changes of guarded accounts wait for a second person or for a day: asking and cancelling. What
puts them into effect is in `applying`.

A change takes effect after 24 hours, and not on a day off: somebody has to be there to notice.
"""

import datetime as dt
from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access import ROLE_LABELS, Role
from app.access.actors import Actor
from app.accounts.events import ChangeCancelled, ChangeWaits
from app.accounts.models import ChangeEnd, ChangeKind, PendingChange, User
from app.accounts.policy import is_guarded, may_cancel
from app.accounts.service import recording
from app.accounts.service.locking import lock
from app.accounts.vault import vault
from app.extensions import db
from app.kernel.clock import HANOI, local, local_date, now
from app.kernel.errors import Forbidden, Refused
from app.kernel.events import emit
from app.kernel.tokens import new_token
from app.workdays import queries as workdays

WAIT = dt.timedelta(hours=24)


def must_wait(user: User, actor: Actor) -> bool:
    """Does what this actor wants to change about somebody else's account have to wait?

    The console (an actor without an account) holds the database anyway.
    """
    return actor.id is not None and actor.id != user.id and is_guarded(user, now())


def due_after(moment: dt.datetime) -> dt.datetime:
    """When a change asked for at this moment takes effect by itself."""
    due = moment + WAIT
    day = workdays.calendar().next_working_day(local_date(due))
    if day == local_date(due):
        return due
    return dt.datetime.combine(day, local(due).time(), HANOI).astimezone(dt.UTC)


def ask(
    user: User,
    kind: ChangeKind,
    *,
    actor: Actor,
    email: str | None = None,
    roles: Iterable[Role] = (),
) -> PendingChange:
    """Let a change wait, in place of another of its kind; everybody concerned is told.

    The same one asked for again goes on waiting from when it was first asked for. The caller holds
    the account's lock.
    """
    added = sorted(role.value for role in roles)
    before = open_of(user, kind)
    if before is not None:
        if (before.email, before.roles) == (email, added):
            return before
        settle(before, ChangeEnd.CANCELLED, actor=actor)
    assert actor.id is not None
    token, moment = new_token(), now()
    change = PendingChange(
        user=user,
        kind=kind,
        email=email,
        roles=added,
        requested_by=actor.id,
        requested_at=moment,
        due_at=due_after(moment),
        cancel_hash=vault().hash_token("cancel", token),
    )
    db.session.add(change)
    if kind is ChangeKind.ROLES:
        guard(user, until=change.due_at)
    db.session.flush()
    recording.write("user:change:asked", user, actor=actor, data=_facts(change))
    emit(ChangeWaits(change, token))
    return change


def guard(user: User, *, until: dt.datetime) -> None:
    """Let the account count as one with a role that weighs until then, at least."""
    user.guarded_until = max(until, user.guarded_until or until)
    db.session.flush()


def cancel(change: PendingChange, *, actor: User) -> None:
    """Stop a change before it takes effect; with the link in the mail it is its owner who acts.

    Raises Forbidden, Refused when it is settled.
    """
    if not may_cancel(actor, change):
        raise Forbidden
    hold(change)
    settle(change, ChangeEnd.CANCELLED, actor=actor)
    emit(ChangeCancelled(change))


def hold(change: PendingChange) -> None:
    """Lock the account. Raises Refused when the change was settled meanwhile."""
    lock(change.user)
    db.session.refresh(change)
    if change.settled_at is not None:
        raise Refused(_("Thay đổi này đã có hiệu lực hoặc đã bị hủy."))


def settle(change: PendingChange, end: ChangeEnd, *, actor: Actor) -> None:
    """It waits no more. The caller holds the account's lock."""
    change.settled_at, change.settled_by, change.end = now(), actor.id, end
    db.session.flush()
    recording.write(f"user:change:{end.value}", change.user, actor=actor, data=_facts(change))


def by_link(token: str) -> PendingChange | None:
    """The change that the link in a mail is about, while it waits."""
    return db.session.scalar(
        sa.select(PendingChange).where(
            PendingChange.cancel_hash == vault().hash_token("cancel", token),
            PendingChange.settled_at.is_(None),
        )
    )


def open_of(user: User, kind: ChangeKind) -> PendingChange | None:
    """The change of this kind that waits for this account."""
    return db.session.scalar(
        sa.select(PendingChange).where(
            PendingChange.user_id == user.id,
            PendingChange.kind == kind,
            PendingChange.settled_at.is_(None),
        )
    )


def describe(change: PendingChange) -> str:
    """What will happen, in a sentence without its end."""
    if change.kind is ChangeKind.EMAIL:
        words = _(
            "Đổi thư điện tử từ %(old)s sang %(new)s", old=change.user.email, new=change.email
        )
    elif change.kind is ChangeKind.SECOND_FACTOR:
        words = _("Đặt lại xác thực hai lớp")
    elif change.kind is ChangeKind.LINK:
        words = _("Gửi liên kết đặt lại mật khẩu")
    else:
        labels = [str(ROLE_LABELS[role]) for role in sorted(change.role_set)]
        words = _("Giao vai trò: %(roles)s", roles=", ".join(labels))
    return str(words)


def _facts(change: PendingChange) -> dict[str, object]:
    return {"kind": change.kind.value, **({"roles": change.roles} if change.roles else {})}
