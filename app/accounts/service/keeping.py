"""What is deleted after a while: ended sessions, dead links."""

import datetime as dt

import sqlalchemy as sa

from app.accounts.models import PasskeyChallenge, PasswordToken, StaffSession
from app.extensions import db
from app.jobs.registry import periodic
from app.kernel.clock import now

#: Days for which an ended session stays as evidence of who was signed in when.
SESSION_DAYS = 90
LINK_DAYS = 7


@periodic("accounts:purge", at="03:20")
def purge() -> None:
    """Delete sessions that ended 90 days ago, links that died a week ago, and challenges."""
    moment = now()
    db.session.execute(
        sa.delete(StaffSession).where(
            StaffSession.ends_at < moment - dt.timedelta(days=SESSION_DAYS)
        )
    )
    db.session.execute(
        sa.delete(PasswordToken).where(
            PasswordToken.expires_at < moment - dt.timedelta(days=LINK_DAYS)
        )
    )
    db.session.execute(sa.delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < moment))
