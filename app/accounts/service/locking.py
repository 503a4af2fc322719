"""One change of an account at a time: rows are locked first and read afterwards, so that what a
rule looks at is still so when it writes.
"""

import sqlalchemy as sa

from app.access import Role
from app.accounts.models import User, UserRole
from app.extensions import db


def lock(*users: User, administrators: bool = False) -> None:
    """Hold these accounts (and those of all administrators) until the transaction ends, and read
    them anew.

    In the order of their ids, so that two who lock several never wait for one another; before
    anything is recorded, since the record's head is held to the end too. Rows that refer to a
    person are not kept waiting. SQLite has one writer at a time anyway.
    """
    wanted: sa.ColumnElement[bool] = User.id.in_([user.id for user in users])
    if administrators:
        holders = sa.select(UserRole.user_id).where(UserRole.role == Role.ADMINISTRATOR)
        wanted = sa.or_(wanted, User.id.in_(holders))
    query = sa.select(User.id).where(wanted).order_by(User.id)
    db.session.execute(query.with_for_update(key_share=True)).all()
    # A statement of its own: the locking one may have looked before the other's commit.
    for user in users:
        db.session.refresh(user)
