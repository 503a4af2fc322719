"""A submission that a browser has opened: closing it ends every copy of the cookie, and only that
opening.
"""

import datetime as dt

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.kernel.clock import now
from app.questions.jobs import erase_expired
from app.submissions import service, unlocked
from app.submissions.models import SubmissionToken
from app.submissions.states import TokenPurpose
from tests.factories.organisation import make_agency
from tests.factories.pages import visit
from tests.factories.questions import BODY, make_question, pin
from tests.factories.statements import StatementCounter

CLOSE = "Đóng hồ sơ trên máy này"


@pytest.fixture
def sent(app: Flask) -> tuple[str, str]:
    """A question; its code and PIN."""
    with app.app_context():
        make_agency()
        question = make_question()
        return question.submission.code, pin(question)


def open_it(client: FlaskClient, code: str, secret: str) -> None:
    assert BODY in visit(client, f"/tra-cuu/{code}").press("Tra cứu", pin=secret).html


def shows(client: FlaskClient, code: str) -> bool:
    return BODY in client.get(f"/tra-cuu/{code}").get_data(as_text=True)


def copy_of(app: Flask, client: FlaskClient) -> FlaskClient:
    """Another browser with the same cookie."""
    cookie, other = client.get_cookie("phien"), app.test_client()
    assert cookie is not None
    other.set_cookie("phien", cookie.value)
    return other


def openings(app: Flask) -> int:
    with app.app_context():
        query = sa.select(sa.func.count()).where(SubmissionToken.purpose == TokenPurpose.OPEN)
        return db.session.scalar(query) or 0


def test_closing_ends_every_copy_of_the_cookie(
    app: Flask, client: FlaskClient, sent: tuple[str, str]
) -> None:
    code, secret = sent
    open_it(client, code, secret)
    copy = copy_of(app, client)
    assert shows(copy, code)
    visit(client, f"/tra-cuu/{code}").press(CLOSE)
    assert not shows(client, code)
    assert not shows(copy, code)
    assert openings(app) == 0


def test_the_copy_can_close_it_for_both(
    app: Flask, client: FlaskClient, sent: tuple[str, str]
) -> None:
    code, secret = sent
    open_it(client, code, secret)
    visit(copy_of(app, client), f"/tra-cuu/{code}").press(CLOSE)
    assert not shows(client, code)


def test_another_device_that_opened_it_by_itself_stays_open(
    app: Flask, client: FlaskClient, sent: tuple[str, str]
) -> None:
    code, secret = sent
    telephone = app.test_client()
    open_it(client, code, secret)
    open_it(telephone, code, secret)
    visit(client, f"/tra-cuu/{code}").press(CLOSE)
    assert shows(telephone, code)


def test_opening_again_ends_the_earlier_opening(
    app: Flask, client: FlaskClient, sent: tuple[str, str]
) -> None:
    code, secret = sent
    open_it(client, code, secret)
    copy = copy_of(app, client)
    visit(client, "/tra-cuu").press("Tra cứu", code=code, pin=secret)
    assert shows(client, code)
    assert not shows(copy, code)
    assert openings(app) == 1


def test_an_old_cookie_made_of_numbers_opens_nothing(
    client: FlaskClient, sent: tuple[str, str]
) -> None:
    with client.session_transaction() as cookie:
        cookie["unlocked"] = [[1, int(now().timestamp()) + 7200]]
    assert client.get(f"/tra-cuu/{sent[0]}").status_code == 200
    assert not shows(client, sent[0])


def test_more_than_ten_are_not_kept_open(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make_agency()
        made = [(question.submission.code, pin(question)) for question in _questions(11)]
    copy = None
    for code, secret in made:
        visit(client, "/tra-cuu").press("Tra cứu", code=code, pin=secret)
        copy = copy or copy_of(app, client)
    assert copy is not None
    assert [shows(client, code) for code, _secret in made] == [False] + [True] * 10
    assert not shows(copy, made[0][0])
    assert openings(app) == unlocked.MOST


def _questions(count: int) -> list:  # type: ignore[type-arg]
    return [make_question() for _number in range(count)]


def test_it_ends_by_itself_and_the_row_goes(
    app: Flask, client: FlaskClient, sent: tuple[str, str]
) -> None:
    code, secret = sent
    open_it(client, code, secret)
    with time_machine.travel(now() + service.OPEN_FOR - dt.timedelta(minutes=1)):
        assert shows(client, code)
        with app.app_context():
            erase_expired()
            db.session.commit()
        assert openings(app) == 1
    with time_machine.travel(now() + service.OPEN_FOR + dt.timedelta(minutes=1)):
        assert not shows(client, code)
        with app.app_context():
            erase_expired()
            db.session.commit()
    assert openings(app) == 0


def test_what_was_erased_is_open_nowhere(
    app: Flask, client: FlaskClient, sent: tuple[str, str]
) -> None:
    code, secret = sent
    open_it(client, code, secret)
    with app.test_request_context("/", headers={"Cookie": _cookie(client)}):
        found = unlocked.find(code)
        assert found is not None
        service.erase(found)
        db.session.commit()
        assert unlocked.find(code) is None


def test_looking_costs_one_statement_and_none_without_an_opening(
    app: Flask, client: FlaskClient, sent: tuple[str, str]
) -> None:
    code, secret = sent
    open_it(client, code, secret)
    for cookie, expected in ((_cookie(client), 1), ("", 0)):
        with (
            app.test_request_context("/", headers={"Cookie": cookie}),
            StatementCounter(db.engine) as counter,
        ):
            unlocked.find(code)
        assert len(counter.statements) == expected


def _cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie("phien")
    assert cookie is not None
    return f"phien={cookie.value}"
