"""`flask consultations …` for the one IT person."""

import click
from flask.cli import AppGroup

from app.consultations.queries import staff
from app.consultations.service import setup
from app.extensions import db
from app.kernel.db import reading
from app.kernel.errors import NotFound
from app.results.service import verifying

commands = AppGroup("consultations", help="Rules and land-use codes of consultations.")


@commands.command("seed")
def seed() -> None:
    """Write the shipped rules and land-use codes into tables that are still empty."""
    rules, land_types = setup.seed()
    db.session.commit()
    click.echo(f"rules written: {rules}, land-use codes written: {land_types}")


@commands.command("verify")
@click.argument("code")
def verify(code: str) -> None:
    """Compare everything with what was issued and certified; exit code 1 and the list of faults
    when something was changed.
    """
    with reading():
        try:
            report = verifying.verify(staff.by_code(code))
        except NotFound as error:
            raise click.ClickException(f"no consultation has the code {code}") from error
    for line in (*report.problems, *report.notes, *report.checked):
        click.echo(line)
    if not report.whole:
        raise SystemExit(1)
