"""`flask search …`"""

import click
from flask.cli import AppGroup

from app.extensions import db
from app.kernel import fulltext

search = AppGroup("search", help="The full-text index.")


@search.command("reindex")
def reindex() -> None:
    """Build the index anew from what is public."""
    count = fulltext.rebuild()
    db.session.commit()
    click.echo(f"{count} documents indexed")
