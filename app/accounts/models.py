"""People who work here: their accounts, roles, sessions, second factor, one-time links and
deputies.
"""

import datetime as dt
import enum
import functools
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.access import P, Role, permissions_of
from app.extensions import db
from app.kernel.clock import today

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")

#: What a deputy holds while standing in for an approver.
DELEGABLE = frozenset({P.QUESTION_APPROVE, P.QUESTION_EXTEND})

_permissions = functools.lru_cache(maxsize=256)(permissions_of)


class SessionEnd(enum.StrEnum):
    """Why a session is over before its time."""

    SIGNED_OUT = "signed_out"
    #: The same person went on under a new secret: second factor given, password changed.
    REPLACED = "replaced"
    PASSWORD = "password"  # noqa: S105  (a reason, not a secret)
    ROLE = "role"
    DISABLED = "disabled"
    SECOND_FACTOR = "second_factor"
    BY_OWNER = "by_owner"
    BY_ADMINISTRATOR = "by_administrator"


class TokenPurpose(enum.StrEnum):
    """What a one-time link is for."""

    RESET = "reset"
    INVITE = "invite"


class PasskeyUse(enum.StrEnum):
    """What a challenge was asked for."""

    REGISTER = "register"
    SECOND_FACTOR = "second_factor"
    SIGN_IN = "sign_in"


class ChangeKind(enum.StrEnum):
    """What waits before it takes effect."""

    EMAIL = "email"
    #: Removing the second factor of somebody who lost it.
    SECOND_FACTOR = "second_factor"
    #: A link to reset the password, sent at somebody else's wish.
    LINK = "link"
    #: Roles that weigh, given by somebody else.
    ROLES = "roles"


class ChangeEnd(enum.StrEnum):
    """What became of it."""

    #: The waiting day went by.
    WAITED = "waited"
    #: A second person agreed.
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class User(db.Model):
    """A member of staff."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: What is typed at sign-in: lower case, without diacritics; never changes.
    username: Mapped[str] = mapped_column(sa.String(64), unique=True)
    #: An office may share one mailbox, so this is not unique.
    email: Mapped[str] = mapped_column(sa.String(254))
    full_name: Mapped[str] = mapped_column(sa.String(120))
    position: Mapped[str] = mapped_column(sa.String(120), default="")
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    #: None until the invitation is taken up: nobody can sign in.
    password_hash: Mapped[str | None] = mapped_column(sa.String(255))
    is_active: Mapped[bool] = mapped_column(default=True)
    #: Made by the demo data; refused at sign-in wherever demo data is not allowed.
    is_demo: Mapped[bool] = mapped_column(default=False)
    #: From this and the installation's key the shared secret is derived (see totp.py); the secret
    #: itself is stored nowhere.
    totp_seed: Mapped[str | None] = mapped_column(sa.String(64))
    #: The 30-second step of the last code that was accepted: a code counts once.
    totp_last_step: Mapped[int | None] = mapped_column(sa.BigInteger)
    #: An initial password that somebody else knows has to be replaced before anything else.
    must_change_password: Mapped[bool] = mapped_column(default=False)
    password_changed_at: Mapped[dt.datetime | None]
    #: Until then the account counts as one with a role that weighs: such a role was taken away, or
    #: waits to be given.
    guarded_until: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    last_sign_in_at: Mapped[dt.datetime | None]
    #: Name, username, position and address, folded, for the administrator's search and for the
    #: order of lists.
    search_text: Mapped[str] = mapped_column(sa.String(600))

    role_rows: Mapped[list["UserRole"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="UserRole.role"
    )
    #: Standing in for others, now, before or later; `acting_for` says whether today.
    received: Mapped[list["Delegation"]] = relationship(
        foreign_keys="Delegation.to_user_id", viewonly=True, order_by="Delegation.id"
    )

    __table_args__ = (
        sa.CheckConstraint("username = lower(username)", name="username_folded"),
        sa.Index(None, "search_text", "id"),
        sa.Index(None, "unit_id"),
    )

    if TYPE_CHECKING:
        #: Is there any passkey? Read with the person (below, where the table is known).
        has_passkey: bool | None

    # What Flask-Login asks of a user; its own mixin would claim the name is_active.
    is_authenticated = True
    is_anonymous = False

    def get_id(self) -> str:
        """The id as Flask-Login wants it."""
        return str(self.id)

    @property
    def roles(self) -> frozenset[Role]:
        """What this person is."""
        return frozenset(row.role for row in self.role_rows)

    @property
    def has_second_factor(self) -> bool:
        """An app on the telephone, or a passkey: then a password alone opens nothing."""
        return self.totp_seed is not None or bool(self.has_passkey)

    @property
    def own_permissions(self) -> frozenset[P]:
        """What the person's own roles allow, without anything held for somebody else."""
        return _permissions(self.roles)

    def has(self, permission: P) -> bool:
        """May this person do things of this kind, for themselves or as somebody's deputy today?"""
        return permission in self.own_permissions or self.acting_for(permission) is not None

    def acting_for(self, permission: P) -> "User | None":
        """Whose permission this person uses:

        None when it is their own, or when they do not hold it at all.
        """
        if permission not in DELEGABLE or permission in self.own_permissions:
            return None
        day = today()
        for delegation in self.received:
            giver = delegation.from_user
            if delegation.covers(day) and giver.is_active and permission in giver.own_permissions:
                return giver
        return None

    @property
    def is_deputy_today(self) -> bool:
        """Does this person stand in for anybody today?"""
        return any(self.acting_for(permission) is not None for permission in DELEGABLE)


class UserRole(db.Model):
    """One role of one person."""

    __tablename__ = "user_role"
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[Role] = mapped_column(primary_key=True)
    __table_args__ = (sa.Index(None, "role", "user_id"),)


class RecoveryCode(db.Model):
    """One of ten codes on paper, for the day the telephone is lost. Each opens once."""

    __tablename__ = "recovery_code"
    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[dt.datetime | None]
    __table_args__ = (sa.Index(None, "user_id", "code_hash", unique=True),)


class Passkey(db.Model):
    """A key in somebody's telephone, computer or security key (WebAuthn): its public half."""

    __tablename__ = "passkey"
    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    #: How often it was used, as it counts itself; 0 for ever where it does not count.
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    #: By which its owner tells it from others.
    name: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship()

    __table_args__ = (sa.Index(None, "user_id"),)


User.has_passkey = column_property(  # type: ignore[assignment]
    sa.exists().where(Passkey.user_id == User.id)
)


class PasskeyChallenge(db.Model):
    """What a passkey is to sign, once and soon; the browser that asked holds it in its cookie."""

    __tablename__ = "passkey_challenge"
    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    use: Mapped[PasskeyUse]
    #: None where somebody signs in and has not said who they are.
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    expires_at: Mapped[dt.datetime]
    __table_args__ = (sa.Index(None, "expires_at"),)


class StaffSession(db.Model):
    """Somebody is signed in on one browser.

    The cookie holds the secret, the row only its keyed hash.
    """

    __tablename__ = "staff_session"
    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    created_at: Mapped[dt.datetime]
    #: The latest end, whatever the person does.
    ends_at: Mapped[dt.datetime]
    #: Over before that, and why.
    ended_at: Mapped[dt.datetime | None]
    reason: Mapped[SessionEnd | None]
    #: Browser and system in two words, so that people recognise their own sessions.
    user_agent: Mapped[str] = mapped_column(sa.String(80), default="")
    #: None: only the password was given. Whether that is enough is for policy.is_signed_in to say.
    second_factor_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship()

    __table_args__ = (
        sa.CheckConstraint("(ended_at IS NULL) = (reason IS NULL)", name="end_has_reason"),
        sa.Index(None, "user_id", "ended_at"),
        sa.Index(None, "ends_at"),
    )


class PasswordToken(db.Model):
    """A one-time link for setting a password, bound to its purpose and to the address it was sent
    to.
    """

    __tablename__ = "password_token"
    id: Mapped[int] = mapped_column(_BIG, primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    purpose: Mapped[TokenPurpose]
    email: Mapped[str] = mapped_column(sa.String(254))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship()

    __table_args__ = (sa.Index(None, "user_id"), sa.Index(None, "expires_at"))


class Delegation(db.Model):
    """An approver names who approves in their place, from one day to another, both included."""

    __tablename__ = "delegation"
    id: Mapped[int] = mapped_column(primary_key=True)
    from_user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    to_user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime]
    #: Taken back early; the row stays, since answers were approved under it.
    withdrawn_at: Mapped[dt.datetime | None]

    from_user: Mapped[User] = relationship(foreign_keys=[from_user_id])
    to_user: Mapped[User] = relationship(foreign_keys=[to_user_id])

    __table_args__ = (
        sa.CheckConstraint("starts_on <= ends_on", name="in_order"),
        sa.CheckConstraint("from_user_id <> to_user_id", name="two_people"),
        sa.Index(None, "from_user_id"),
        sa.Index(None, "to_user_id", "ends_on"),
    )

    def covers(self, day: dt.date) -> bool:
        """Is the deputy in charge on this day?"""
        return self.withdrawn_at is None and self.starts_on <= day <= self.ends_on


class PendingChange(db.Model):
    """A change of somebody's account that one person asked for and that waits for a second one or
    for a day to pass, so that its owner can stop it.
    """

    __tablename__ = "account_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[ChangeKind]
    #: Only of kind EMAIL: the new address.
    email: Mapped[str | None] = mapped_column(sa.String(254))
    #: Only of kind ROLES: those to be added.
    roles: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    requested_by: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    requested_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    #: The link in the mail to the owner's present address cancels it.
    cancel_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    settled_at: Mapped[dt.datetime | None]
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    end: Mapped[ChangeEnd | None]

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    requester: Mapped[User] = relationship(foreign_keys=[requested_by])

    __table_args__ = (
        sa.CheckConstraint('(settled_at IS NULL) = ("end" IS NULL)', name="settled_has_end"),
        # One of each kind waits at a time.
        sa.Index(
            "uq_account_change_waiting",
            "user_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
        sa.Index(None, "due_at"),
    )

    @property
    def role_set(self) -> frozenset[Role]:
        """The roles to be added."""
        return frozenset(Role(role) for role in self.roles)
