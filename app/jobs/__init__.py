"""Work that no request waits for: a table of jobs, periodic tasks, and the one runner that does
them.

A feature registers functions (`registry.job`, `registry.periodic`), enqueues work in its own
transaction (`service.enqueue`) and lets `flask jobs run` do it later, at least once, each in a
transaction of its own.
"""

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Wire the runner's commands and the screen."""
    from app.access import P, system_pages
    from app.jobs import cli, officer, registry, service

    registry.periodic("jobs:clear", at="03:10", label=_l("Dọn các việc đã xong"))(
        service.clear_finished
    )
    app.register_blueprint(officer.bp)
    app.cli.add_command(cli.group)
    system_pages.register(
        80,
        lambda: _("Công việc nền"),
        lambda: _("Bộ chạy nền còn hoạt động không, việc nào chưa làm được."),
        "/can-bo/he-thong/cong-viec",
        P.JOB_READ,
    )
