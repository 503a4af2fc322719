"""The record's keys and marks outlive the emptied database of a test: they go as well."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.audit import keys


def _forget(app: Flask) -> None:
    with app.app_context():
        for file in (keys.path(), keys.marks_path()):
            file.unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def nothing_outside(shared_app: Flask) -> Iterator[None]:
    """As in an installation before its first record."""
    _forget(shared_app)
    yield
    _forget(shared_app)
