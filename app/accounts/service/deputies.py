"""Naming who approves in somebody's place, from one day to another."""

import datetime as dt

import sqlalchemy as sa
from flask_babel import gettext as _

from app.accounts.models import Delegation, User
from app.accounts.policy import may_name_deputy, may_stand_in
from app.accounts.service import recording
from app.accounts.service.locking import lock
from app.extensions import db
from app.kernel.clock import now, today
from app.kernel.errors import FieldError, Forbidden, NotFound

#: A longer absence is a change of roles.
MAX_DAYS = 366


def name_deputy(giver: User, *, deputy: User, starts_on: dt.date, ends_on: dt.date) -> Delegation:
    """Let somebody else approve and extend as well, on these days, both included.

    Raises Forbidden unless the giver approves in their own right, FieldError for a wrong person or
    period.
    """
    lock(giver)
    if not may_name_deputy(giver):
        raise Forbidden(_("Chỉ người có quyền duyệt mới giao được người duyệt thay."))
    if not may_stand_in(giver, deputy):
        raise FieldError("deputy", _("Hãy chọn một người khác đang làm việc và được đọc câu hỏi."))
    if starts_on < today():
        raise FieldError("starts_on", _("Hãy chọn ngày bắt đầu từ hôm nay trở đi."))
    if ends_on < starts_on:
        raise FieldError("ends_on", _("Ngày kết thúc phải từ ngày bắt đầu trở đi."))
    if (ends_on - starts_on).days >= MAX_DAYS:
        raise FieldError("ends_on", _("Mỗi lần giao duyệt thay dài nhất một năm."))
    if _overlapping(giver, starts_on, ends_on):
        raise FieldError(
            "starts_on",
            _(
                "Trong khoảng ngày này bạn đã giao người duyệt thay. Hãy thôi giao lần trước rồi "
                "giao lại."
            ),
        )
    delegation = Delegation(
        from_user_id=giver.id,
        to_user_id=deputy.id,
        starts_on=starts_on,
        ends_on=ends_on,
        created_by=giver.id,
        created_at=now(),
    )
    db.session.add(delegation)
    db.session.flush()
    data = {"deputy": deputy.username, "from": starts_on.isoformat(), "to": ends_on.isoformat()}
    recording.write("user:deputy:named", giver, data=data)
    return delegation


def withdraw(giver: User, delegation_id: int) -> Delegation:
    """Take it back early. Raises NotFound for one that is somebody else's or withdrawn already."""
    lock(giver)
    delegation = db.session.get(Delegation, delegation_id, populate_existing=True)
    if (
        delegation is None
        or delegation.from_user_id != giver.id
        or delegation.withdrawn_at is not None
    ):
        raise NotFound
    delegation.withdrawn_at = now()
    db.session.flush()
    recording.write("user:deputy:withdrawn", giver, data={"deputy": delegation.to_user.username})
    return delegation


def _overlapping(giver: User, starts_on: dt.date, ends_on: dt.date) -> bool:
    query = sa.select(Delegation.id).where(
        Delegation.from_user_id == giver.id,
        Delegation.withdrawn_at.is_(None),
        Delegation.starts_on <= ends_on,
        Delegation.ends_on >= starts_on,
    )
    return db.session.scalar(query.limit(1)) is not None
