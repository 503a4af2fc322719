"""People for tests: an account in one line, and a browser that is signed in as its owner."""

import functools
import itertools
import re
from collections.abc import Iterable
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from app.access import Role
from app.accounts.models import User, UserRole
from app.accounts.service import sessions as session_service
from app.accounts.vault import vault
from app.extensions import db
from app.kernel.clock import now
from app.kernel.text import fold

PASSWORD = "mat-khau-thu-nghiem-1"
_numbers = itertools.count(1)


def add_user(
    username: str, *, roles: Iterable[Role], full_name: str, email: str, **columns: Any
) -> User:
    """An account as a row, not flushed: without the record that the service would write of it."""
    user = User(
        username=username,
        full_name=full_name,
        email=email,
        created_at=now(),
        **columns,
    )
    user.search_text = fold(f"{full_name} {username} {columns.get('position', '')} {email}")
    user.role_rows = [UserRole(role=role) for role in sorted(set(roles))]
    db.session.add(user)
    return user


def make_user(
    username: str | None = None,
    roles: Iterable[Role] = (Role.OFFICER,),
    unit: Any = None,
    password: str | None = PASSWORD,
    **more: Any,
) -> User:
    """An account, committed and loaded.

    To be called inside an app context; its columns and roles can be read after it too.
    """
    name = username or f"can-bo-{next(_numbers)}"
    if password is not None:
        more |= {"password_hash": _hashed(password), "password_changed_at": now()}
    values = {"full_name": f"Cán bộ {name}", "email": f"{name}@anson.example", **more}
    user = add_user(name, roles=roles, unit_id=unit.id if unit is not None else None, **values)
    db.session.commit()
    # Whoever was made before stays readable too, after the context that made them is gone.
    for row in list(db.session.identity_map.values()):
        if isinstance(row, User):
            db.session.refresh(row)
    return user


def sign_in(client: FlaskClient, user: User, *, second_factor: bool = True) -> None:
    """Make this browser a signed-in one, second factor given, without going through the form."""
    with client.application.app_context():
        token = session_service.start(
            db.session.get_one(User, user.id), second_factor=second_factor
        )
        db.session.commit()
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["staff"], cookie["seen"] = token, int(now().timestamp())


def make_staff(app: Flask, *roles: Role, **more: Any) -> tuple[FlaskClient, User]:
    """A signed-in browser and its owner."""
    with app.app_context():
        user = make_user(roles=roles, **more)
    client = app.test_client()
    sign_in(client, user)
    return client, user


@functools.cache
def _hashed(password: str) -> str:
    """Any app verifies any hash, so one will do for everybody."""
    return vault().hash_password(password)


def new_token(client: FlaskClient) -> str:
    """A CSRF token that belongs to this browser's session, without fetching a page for it."""
    with client.session_transaction() as cookie, client.application.test_request_context():
        if "csrf_token" in cookie:
            session["csrf_token"] = cookie["csrf_token"]
        token: str = generate_csrf()
        cookie["csrf_token"] = session["csrf_token"]
    return token


def csrf_of(client: FlaskClient, address: str) -> str:
    """The token in the form at this address, or in the page's head."""
    page = client.get(address).get_data(as_text=True)
    found = re.search(r'name="csrf[_-]token"[^>]*?(?:value|content)="([^"]+)"', page)
    assert found, f"no CSRF token at {address}"
    return found.group(1)


def post(
    client: FlaskClient,
    address: str,
    data: dict[str, Any] | None = None,
    *,
    form_at: str | None = None,
) -> Any:
    """Send a form as a browser does: fetch the page, take its token, post."""
    return client.post(
        address, data={**(data or {}), "csrf_token": csrf_of(client, form_at or address)}
    )
