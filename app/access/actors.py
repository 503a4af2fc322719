"""Who acts: a member of staff, the citizen who holds the code, or the system itself."""

from dataclasses import dataclass
from typing import Protocol

from app.access.permissions import P


class Actor(Protocol):
    """What services need to know of whoever acts. `accounts.User` is one."""

    @property
    def id(self) -> int | None: ...

    @property
    def full_name(self) -> str: ...

    @property
    def unit_id(self) -> int | None: ...

    def has(self, permission: P) -> bool:
        """May this actor do things of this kind?"""
        ...


@dataclass(frozen=True, slots=True)
class Outsider:
    """An actor without an account."""

    full_name: str
    id: None = None
    unit_id: None = None

    def has(self, permission: P) -> bool:
        """Nobody without an account holds a permission."""
        return False


#: Whoever holds a submission's code and PIN. The name never stands in a log: logs outlive consent.
CITIZEN = Outsider("citizen")
#: Jobs and the clock.
SYSTEM = Outsider("system")
