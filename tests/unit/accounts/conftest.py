"""Messages need a language, and nothing else of an app."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel


@pytest.fixture(autouse=True)
def speaking() -> Iterator[None]:
    app = Flask("words")
    Babel(app)
    with app.app_context():
        yield
