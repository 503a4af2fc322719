"""The delivery states of one message, their words, and their moves."""

import enum

from flask_babel import lazy_gettext as _l

from app.kernel.workflow import Workflow


class Delivery(enum.StrEnum):
    """Where a message stands."""

    READY = "ready"
    SENT = "sent"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    #: Given up after many tries over several days.
    DEAD = "dead"
    #: Dropped by staff.
    CANCELLED = "cancelled"


LABELS = {
    Delivery.READY: _l("Chờ gửi"),
    Delivery.SENT: _l("Đã gửi"),
    Delivery.DEFERRED: _l("Tạm hoãn"),
    Delivery.REJECTED: _l("Bị trả lại"),
    Delivery.DEAD: _l("Đã bỏ"),
    Delivery.CANCELLED: _l("Đã bỏ"),
}
#: Colours of the tag on staff screens.
COLOURS = {
    Delivery.READY: "blue",
    Delivery.SENT: "green",
    Delivery.DEFERRED: "yellow",
    Delivery.REJECTED: "red",
    Delivery.DEAD: "red",
    Delivery.CANCELLED: "grey",
}
WAITING = frozenset({Delivery.READY, Delivery.DEFERRED})

FLOW = Workflow[Delivery](
    ("send", WAITING, Delivery.SENT),
    ("defer", WAITING, Delivery.DEFERRED),
    ("reject", WAITING, Delivery.REJECTED),
    ("give_up", WAITING, Delivery.DEAD),
    ("cancel", WAITING, Delivery.CANCELLED),
    ("resend", set(Delivery) - {Delivery.READY}, Delivery.READY),
)


class Happening(enum.StrEnum):
    """What the history of a message tells."""

    SENT = "sent"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    GIVEN_UP = "given_up"
    RESENT = "resent"
    CANCELLED = "cancelled"


HAPPENING_LABELS = {
    Happening.SENT: _l("Máy chủ thư đã nhận"),
    Happening.DEFERRED: _l("Chưa gửi được, sẽ thử lại"),
    Happening.REJECTED: _l("Máy chủ thư từ chối"),
    Happening.GIVEN_UP: _l("Ngừng thử sau nhiều ngày"),
    Happening.RESENT: _l("Cán bộ cho gửi lại"),
    Happening.CANCELLED: _l("Cán bộ bỏ thư này"),
}
