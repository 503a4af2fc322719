"""What happens to accounts that others may want to hear of. Listeners run inside the same
transaction.

The plain secret of a one-time link exists only in the event (and in the mail that it leads to).
"""

from dataclasses import dataclass

from app.accounts.models import PendingChange, User


@dataclass(frozen=True, slots=True)
class PasswordResetAsked:
    """Somebody who says to be this person asked for a link; it lives for 60 minutes."""

    user: User
    token: str


@dataclass(frozen=True, slots=True)
class UserInvited:
    """A new account waits for its owner to set a password; the link lives for 72 hours."""

    user: User
    token: str


@dataclass(frozen=True, slots=True)
class SignInAlert:
    """Five wrong passwords within a quarter of an hour: the owner should know."""

    user: User


@dataclass(frozen=True, slots=True)
class SecondFactorChanged:
    """The second factor was set up, removed or reset, or its recovery codes were replaced."""

    user: User


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """The password is another one now."""

    user: User


@dataclass(frozen=True, slots=True)
class EmailChanged:
    """Mails go to another address now; both addresses are told."""

    user: User
    old: str


@dataclass(frozen=True, slots=True)
class RolesChanged:
    """The person holds other roles now."""

    user: User


@dataclass(frozen=True, slots=True)
class ChangeWaits:
    """Somebody asked for a change of this account that waits for a second person or a day.

    The token cancels it; it goes to the owner's present address only.
    """

    change: PendingChange
    token: str

    @property
    def user(self) -> User:
        """Whose account it is."""
        return self.change.user


@dataclass(frozen=True, slots=True)
class ChangeCancelled:
    """Such a change will not happen."""

    change: PendingChange

    @property
    def user(self) -> User:
        """Whose account it is."""
        return self.change.user
