"""An app with a few addresses of its own, on the database of the run."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask

from app.extensions import csrf, db

Probe = Callable[[Blueprint], None]


@pytest.fixture
def probed(app: Flask, make_app: Any, database_url: str) -> Iterator[Callable[..., Flask]]:
    """A function that makes an app with more addresses: probed(add_routes, page_cache=True, …)."""
    made: list[Flask] = []

    def make(add: Probe, **overrides: Any) -> Flask:
        another: Flask = make_app(**{"database_url": database_url, **overrides})
        bp = Blueprint("probe", __name__)
        add(bp)
        another.register_blueprint(bp)
        csrf.exempt(bp)
        made.append(another)
        return another

    yield make
    for another in made:
        with another.app_context():
            db.session.remove()
            db.engine.dispose()
