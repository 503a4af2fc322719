"""Starting and ending sessions. The plain secret goes to the cookie and is known nowhere else."""

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.accounts.models import SessionEnd, StaffSession, User
from app.accounts.policy import ABSOLUTE_LIFE, HALF_WAY_LIFE, is_signed_in
from app.accounts.service import recording
from app.accounts.vault import vault
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound
from app.kernel.tokens import new_token


def start(
    user: User,
    *,
    user_agent: str = "",
    second_factor: bool = False,
    replaces: StaffSession | None = None,
    continues: bool = False,
) -> str:
    """Begin a session under a new 128-bit secret, which is returned for the cookie.

    `replaces` ends at once. `continues`: the person is signed in already and only gets a new
    secret; the twelve hours go on counting. A session that still lacks its second factor lives for
    a quarter of an hour.
    """
    moment = now()
    token = new_token()
    session = StaffSession(
        token_hash=vault().hash_token("session", token),
        user_id=user.id,
        created_at=moment,
        user_agent=describe_browser(user_agent),
        second_factor_at=moment if second_factor else None,
    )
    complete = is_signed_in(session, user, demo=vault().demo)
    session.ends_at = moment + (ABSOLUTE_LIFE if complete else HALF_WAY_LIFE)
    if replaces is not None:
        session.user_agent = session.user_agent or replaces.user_agent
        end(replaces, SessionEnd.REPLACED)
        if continues:
            session.created_at, session.ends_at = replaces.created_at, replaces.ends_at
            session.second_factor_at = session.second_factor_at or replaces.second_factor_at
    db.session.add(session)
    if complete and not continues:
        user.last_sign_in_at = moment
        recording.write("user:session:started", user, data={"second_factor": second_factor})
    db.session.flush()
    return token


def end(session: StaffSession, reason: SessionEnd) -> None:
    """The cookie of this session opens nothing any more."""
    if session.ended_at is None:
        session.ended_at = now()
        session.reason = reason
        db.session.flush()


def end_all(user: User, reason: SessionEnd, *, keep: StaffSession | None = None) -> int:
    """End every running session of this person, except one; returns how many."""
    query = (
        sa.update(StaffSession)
        .where(StaffSession.user_id == user.id, StaffSession.ended_at.is_(None))
        .values(ended_at=now(), reason=reason)
    )
    if keep is not None:
        query = query.where(StaffSession.id != keep.id)
    result = db.session.execute(query)
    return int(result.rowcount)  # type: ignore[attr-defined]


def end_own(user: User, session_id: int) -> None:
    """A person ends one of their own sessions.

    Raises NotFound for a session of somebody else or one that is over.
    """
    mine = (StaffSession.id == session_id, StaffSession.user_id == user.id)
    query = (
        sa.update(StaffSession)
        .where(*mine, StaffSession.ended_at.is_(None))
        .values(ended_at=now(), reason=SessionEnd.BY_OWNER)
    )
    if not db.session.execute(query).rowcount:  # type: ignore[attr-defined]
        raise NotFound
    recording.write("user:session:ended", user)


def end_others(user: User, *, keep: StaffSession) -> int:
    """A person ends all of their sessions but the one at work; returns how many."""
    ended = end_all(user, SessionEnd.BY_OWNER, keep=keep)
    if ended:
        recording.write("user:session:ended", user, data={"count": ended})
    return ended


def end_by_administrator(user: User, *, actor: Actor) -> int:
    """An administrator ends every session of somebody; returns how many."""
    ended = end_all(user, SessionEnd.BY_ADMINISTRATOR)
    recording.write("user:session:ended", user, actor=actor, data={"count": ended})
    return ended


#: In the order in which they have to be looked for: each of the later names also stands in what the
#: earlier ones send.
_BROWSERS = (
    ("Edg", "Edge"),
    ("coc_coc", "Cốc Cốc"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def describe_browser(user_agent: str) -> str:
    """«Chrome, Windows»: enough to recognise one's own device, too little to follow anybody.

    Empty when unknown.
    """
    found = (
        next((name for mark, name in table if mark in user_agent), "")
        for table in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(name for name in found if name)


def browser_label(session: StaffSession) -> str:
    """The same for the screen."""
    return session.user_agent or _("Thiết bị không rõ")
