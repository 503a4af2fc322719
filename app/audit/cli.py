"""`flask audit verify`: is the record whole?"""

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from app.audit import service
from app.kernel.db import reading

group = AppGroup("audit", help="The record of what was done.")


@group.command()
@click.option(
    "--expect",
    metavar="HASH",
    help="The hash of a last record noted earlier; it must still be in the chain.",
)
def verify(expect: str | None) -> None:
    """Check every link of the chain; exit code 1 and the list of faults when it is not whole."""
    with reading():
        problems = service.verify(expect)
        number, digest = service.head()
    for problem in problems:
        click.echo(problem)
    if problems:
        raise SystemExit(1)
    click.echo(
        _(
            "Nhật ký toàn vẹn: %(number)s bản ghi. Mã băm của bản ghi cuối: %(hash)s",
            number=number,
            hash=digest,
        )
    )
