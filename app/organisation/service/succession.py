"""When a unit ends: who takes over its topics, and the word to others who hold its work."""

import datetime as dt

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.extensions import db
from app.kernel import events
from app.kernel.clock import today
from app.kernel.errors import FieldError, Refused
from app.organisation import queries
from app.organisation.events import UnitRetired
from app.organisation.models import Topic, Unit
from app.organisation.service import recording


def retire_unit(
    unit: Unit, *, actor: Actor, last_day: dt.date, successor_id: int | None = None
) -> Unit:
    """End a unit with this day, at the latest today. Its topics and the units below it pass to the
    successor at once.

    The successor is found by the old name too. Raises Refused for a unit that has ended, FieldError
    when the successor is missing although topics need one or has ended itself, NotFound when it is
    unknown.
    """
    if unit.valid_to is not None:
        raise Refused(_("Đơn vị này đã kết thúc hoạt động."))
    if last_day > today():
        raise FieldError(
            "last_day", _("Hãy chọn ngày không sau hôm nay: công việc được chuyển ngay khi lưu.")
        )
    if unit.valid_from is not None and last_day < unit.valid_from:
        raise FieldError(
            "last_day", _("Ngày cuối phải sau hoặc trùng ngày đơn vị bắt đầu hoạt động.")
        )
    topics = queries.topics_of(unit.id)
    if successor_id is None:
        if topics:
            raise FieldError(
                "successor_id", _("Đơn vị này đang phụ trách lĩnh vực. Hãy chọn đơn vị tiếp nhận.")
            )
    else:
        _hand_over(unit, successor_id)
    unit.valid_to, unit.successor_id = last_day, successor_id
    data = {
        "last_day": last_day.isoformat(),
        "successor_id": successor_id,
        "topics": [topic.slug for topic in topics],
    }
    recording.finish("organisation:unit:retired", "unit", unit, actor=actor, data=data)
    events.emit(UnitRetired(unit.id, successor_id, last_day))
    return unit


def restore_unit(unit: Unit, *, actor: Actor) -> Unit:
    """Take the end of a unit back.

    What passed to its successor stays there. Raises Refused for a unit that has not ended.
    """
    if unit.valid_to is None:
        raise Refused(_("Đơn vị này đang hoạt động."))
    unit.valid_to = unit.successor_id = None
    recording.finish("organisation:unit:restored", "unit", unit, actor=actor, data={})
    return unit


def _hand_over(unit: Unit, successor_id: int) -> None:
    successor = queries.unit(successor_id)
    if (
        successor.id == unit.id
        or successor.valid_to is not None
        or not successor.is_active(today())
    ):
        raise FieldError("successor_id", _("Hãy chọn một đơn vị khác đang hoạt động."))
    if successor.parent_id == unit.id:
        successor.parent_id = unit.parent_id
    db.session.flush()
    db.session.execute(
        sa.update(Topic)
        .where(Topic.default_unit_id == unit.id)
        .values(default_unit_id=successor.id)
    )
    db.session.execute(
        sa.update(Unit).where(Unit.parent_id == unit.id).values(parent_id=successor.id)
    )
    names = [*successor.former_names, unit.name, *unit.former_names]
    successor.former_names = [name for name in dict.fromkeys(names) if name != successor.name]
