"""What happened to accounts is noted here, as the feature that sends the mails would hear it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from app.accounts import events
from app.kernel import events as bus

KINDS = (
    events.PasswordResetAsked,
    events.UserInvited,
    events.SignInAlert,
    events.SecondFactorChanged,
    events.PasswordChanged,
    events.EmailChanged,
    events.RolesChanged,
    events.ChangeWaits,
    events.ChangeCancelled,
)


class Note(NamedTuple):
    """An event, with what is left of it after its request."""

    kind: str
    user_id: int
    email: str
    token: str | None
    old: str | None


class Heard(list[Note]):
    """Events in order."""

    @property
    def kinds(self) -> list[str]:
        return [note.kind for note in self]


@pytest.fixture
def heard() -> Iterator[Heard]:
    found = Heard()

    def note(event: Any) -> None:
        extra = getattr(event, "token", None), getattr(event, "old", None)
        found.append(Note(type(event).__name__, event.user.id, event.user.email, *extra))

    bus.on(*KINDS)(note)
    yield found
    for kind in KINDS:
        bus.LISTENERS[kind].remove(note)
