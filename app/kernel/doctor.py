"""`flask doctor`: is this installation in order? Features add checks of their own in init_app."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import gettext as _

from app.extensions import db

#: Below this much free disk uploads and writes are at risk.
FREE_DISK = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. A warning deserves a look; a problem stops the work."""

    level: str
    text: str


Check = Callable[[], Finding]


def good(text: str) -> Finding:
    """All is well."""
    return Finding("ok", text)


def warning(text: str) -> Finding:
    """Somebody should look at it."""
    return Finding("warning", text)


def problem(text: str) -> Finding:
    """It does not work."""
    return Finding("problem", text)


def add_check(app: Flask, check: Check) -> None:
    """A feature adds a check."""
    app.extensions.setdefault("doctor", []).append(check)


def _database() -> Finding:
    db.session.execute(sa.text("SELECT 1"))
    if db.engine.dialect.name == "sqlite":
        verdict = db.session.scalar(sa.text("PRAGMA quick_check"))
        if verdict != "ok":
            return problem(_("Cơ sở dữ liệu có lỗi: %(verdict)s", verdict=verdict))
    return good(_("Cơ sở dữ liệu: %(name)s", name=db.engine.dialect.name))


def _disk() -> Finding:
    free = shutil.disk_usage(current_app.instance_path).free
    text = _("Đĩa còn trống: %(size)s GB", size=round(free / 1024**3, 1))
    return good(text) if free > FREE_DISK else problem(text)


def _writable() -> Finding:
    probe = Path(current_app.instance_path) / ".doctor"
    probe.write_text("ok")
    probe.unlink()
    return good(_("Thư mục dữ liệu ghi được: %(path)s", path=current_app.instance_path))


def _settings() -> Finding:
    settings = current_app.config["SETTINGS"]
    text = _(
        "Môi trường: %(name)s, địa chỉ: %(url)s",
        name=settings.environment,
        url=settings.public_base_url,
    )
    return good(text) if settings.production or settings.demo else warning(text)


def _run(check: Check) -> Finding:
    try:
        return check()
    except Exception as error:  # a check that breaks is itself a finding
        return problem(f"{check.__name__.strip('_')}: {error}")


@click.command("doctor")
def doctor() -> None:
    """Check the installation; exit status 1 when something does not work."""
    findings = [_run(check) for check in current_app.extensions["doctor"]]
    for finding in findings:
        click.echo(
            {"ok": "  ✓ ", "warning": "  ! ", "problem": "  ✗ "}[finding.level] + finding.text
        )
    if any(finding.level == "problem" for finding in findings):
        raise SystemExit(1)


def init_app(app: Flask) -> None:
    """Add the command and the checks that belong to no feature."""
    for check in (_settings, _writable, _disk, _database):
        add_check(app, check)
    app.cli.add_command(doctor)
