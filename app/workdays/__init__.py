"""Which days are worked, when a term ends, and the clock of whatever waits for an answer.

`calendar` and `clock` are pure arithmetic. The days themselves are data that the office keeps:
holidays, days exchanged by the yearly notice, worked Saturdays, and whether a year's list has been
confirmed. Features that hold deadlines register with `events.register_deadlines`, so that a change
of the calendar shows what moves before it is saved.
"""

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.access import P, system_pages
    from app.audit import tags
    from app.jobs import registry
    from app.kernel import links
    from app.workdays import cli, officer, queries

    app.register_blueprint(officer.bp)
    app.cli.add_command(cli.commands)
    links.register("calendar_year", queries.resolve_year)
    registry.set_working_day(queries.is_working_day)
    system_pages.register(
        18,
        lambda: _("Lịch làm việc"),
        lambda: _("Ngày nghỉ, ngày làm bù và việc xác nhận lịch từng năm."),
        "/can-bo/he-thong/lich-lam-viec",
        P.CALENDAR_EDIT,
    )
    tags.declare("calendar:day:set", _l("Đặt ngày nghỉ hoặc ngày làm bù"))
    tags.declare("calendar:day:removed", _l("Bỏ ngày nghỉ hoặc ngày làm bù"))
    tags.declare("calendar:year:confirmed", _l("Xác nhận lịch làm việc của năm"))
    tags.declare("calendar:year:reopened", _l("Bỏ xác nhận lịch làm việc của năm"))
    tags.declare("calendar:year:replaced", _l("Thay lịch làm việc của năm"))
