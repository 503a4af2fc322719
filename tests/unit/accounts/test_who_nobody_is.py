"""A visitor, and what Flask-Login wants of a person."""

import pytest

from app.access import P
from app.accounts.models import User
from app.accounts.sessions import Nobody


@pytest.mark.parametrize("permission", P)
def test_a_visitor_holds_nothing(permission: P) -> None:
    visitor = Nobody()
    assert not visitor.has(permission)
    assert not visitor.is_authenticated
    assert (visitor.id, visitor.unit_id, visitor.full_name, visitor.roles) == (
        None,
        None,
        "",
        frozenset(),
    )


def test_a_person_is_somebody() -> None:
    user = User(id=7)
    assert (user.get_id(), user.is_authenticated, user.is_anonymous) == ("7", True, False)
