"""The yardsticks:

Flask handing out a constant page, and (for the cold start) Flask-SQLAlchemy with one table.
"""

import os

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

#: As many bytes as the product's home page, so that both send the same.
SIZE = int(os.environ.get("BARE_PAGE_BYTES", "20480"))
PAGE = b"<!doctype html><title>x</title>".ljust(SIZE, b".")

app = Flask(__name__)


@app.get("/")
def page() -> bytes:
    """A constant."""
    return PAGE


def with_database() -> Flask:
    """A small app with a database, as a tutorial makes it: its first page reads a table."""
    made, db = Flask("with_database"), SQLAlchemy()
    made.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(made)

    class Note(db.Model):  # type: ignore[name-defined,misc]
        id = db.Column(db.Integer, primary_key=True)
        text = db.Column(db.String(200))

    @made.get("/")
    def notes() -> str:
        db.create_all()
        return "".join(note.text for note in db.session.scalars(db.select(Note).limit(20)))

    return made
