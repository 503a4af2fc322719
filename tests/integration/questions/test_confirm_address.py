"""The link of the first mail: looking changes nothing, the button does, and twice is as good as
once.
"""

import datetime as dt
import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.kernel.clock import now, today
from app.kernel.events import LISTENERS
from app.questions.events import QuestionReceived
from app.questions.queries import staff
from app.questions.states import QuestionKind, Stage
from app.submissions.states import Consent
from tests.factories import sending
from tests.factories.organisation import make_agency
from tests.factories.pages import visit


@pytest.fixture
def asked(app: Flask) -> tuple[str, str]:
    """Code and confirmation link of a question that came with an address only."""
    tokens: list[str] = []

    def listen(event: QuestionReceived) -> None:
        tokens.append(event.confirm_token or "")

    LISTENERS[QuestionReceived].append(listen)
    try:
        with app.app_context():
            make_agency()
            question = sending.ask(
                QuestionKind.QUESTION,
                body="Khi nào xe thu gom rác vào lại ngõ 5 thôn Đông?",
                name="Nguyễn Thị Ân",
                email="an@example.vn",
                consent=Consent.PUBLISH,
            ).question
            db.session.commit()
            return question.submission.code, f"/xac-nhan/{tokens[0]}"
    finally:
        LISTENERS[QuestionReceived].remove(listen)


def stage_of(app: Flask, code: str) -> Stage:
    with app.app_context():
        return staff.by_code(code).stage


def test_the_button_confirms(app: Flask, client: FlaskClient, asked: tuple[str, str]) -> None:
    code, link = asked
    page = visit(client, link)
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert stage_of(app, code) is Stage.UNVERIFIED
    page = page.press("Xác nhận")
    assert page.heading == "Đã xác nhận"
    assert stage_of(app, code) is Stage.RECEIVED
    # The link proves a mailbox, not who asked: the question stays behind its PIN.
    assert "ngõ 5" not in visit(client, f"/tra-cuu/{code}").text


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_machines_that_look_change_nothing(
    app: Flask, client: FlaskClient, asked: tuple[str, str], method: str
) -> None:
    code, link = asked
    for _time in range(3):
        assert client.open(link, method=method, headers={"Purpose": "prefetch"}).status_code == 200
    assert stage_of(app, code) is Stage.UNVERIFIED


def test_twice_is_harmless(app: Flask, client: FlaskClient, asked: tuple[str, str]) -> None:
    code, link = asked
    first = visit(client, link)
    first.press("Xác nhận")
    assert first.press("Xác nhận").heading == "Đã xác nhận"
    assert visit(client, link).heading == "Đã xác nhận"
    with app.app_context():
        moves = [row.move for row in staff.log_of(staff.by_code(code))]
    assert moves.count("confirm") == 1


def test_the_clock_starts_on_the_day_of_confirming(
    app: Flask, client: FlaskClient, asked: tuple[str, str]
) -> None:
    code, link = asked
    with time_machine.travel(now() + dt.timedelta(days=3)):
        visit(client, link).press("Xác nhận")
        with app.app_context():
            assert staff.by_code(code).received_on == today()


def test_after_a_week_the_link_says_what_to_do(
    app: Flask, client: FlaskClient, asked: tuple[str, str]
) -> None:
    code, link = asked
    with time_machine.travel(now() + dt.timedelta(days=8)):
        page = visit(client, link)
    assert page.status == 404
    assert "đã quá 7 ngày" in page.text
    assert page.soup.select_one('a[href="/hoi-dap/gui"]')
    assert stage_of(app, code) is Stage.UNVERIFIED


def test_confirmed_in_time_it_says_so_for_ever(client: FlaskClient, asked: tuple[str, str]) -> None:
    _code, link = asked
    visit(client, link).press("Xác nhận")
    with time_machine.travel(now() + dt.timedelta(days=90)):
        assert visit(client, link).heading == "Đã xác nhận"


def test_a_wrong_link_and_one_of_another_purpose_are_unknown(
    client: FlaskClient, asked: tuple[str, str]
) -> None:
    _code, link = asked
    token = link.rsplit("/", 1)[1]
    for address in (f"/tra-cuu/lien-ket/{token}", "/xac-nhan/khong-co", f"/xac-nhan/{token}x"):
        page = visit(client, address)
        assert page.status == 404
        assert "không còn dùng được" in page.heading


def test_the_secret_is_in_no_link_of_the_page(client: FlaskClient, asked: tuple[str, str]) -> None:
    _code, link = asked
    token = link.rsplit("/", 1)[1]
    page = visit(client, link)
    linked = re.findall(r'(?:href|src|action)="([^"]*)"', page.html)
    assert not [
        address
        for address in linked
        if token in address and not address.startswith(("/hien-thi?", link))
    ]
