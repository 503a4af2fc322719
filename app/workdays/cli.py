"""`flask calendar …` for the one IT person."""

import click
from flask.cli import AppGroup

from app.extensions import db
from app.workdays import service

commands = AppGroup("calendar", help="The working calendar.")


@commands.command("seed")
def seed() -> None:
    """Write the shipped lists of holidays for years that have none yet."""
    years = service.seed_days()
    db.session.commit()
    click.echo(f"years written: {', '.join(map(str, years)) or 'none'}")
