"""The outbox on screen."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.extensions import db
from app.kernel import clock, display
from app.mailer import queries, service
from app.mailer.models import OutboxMessage
from app.mailer.states import WAITING, Delivery
from tests.factories.accounts import csrf_of, make_staff
from tests.factories.statements import StatementCounter

ADDRESS = "/can-bo/he-thong/thu"


@pytest.fixture
def moderator(app: Flask) -> FlaskClient:
    client, _user = make_staff(app, Role.MODERATOR)
    return client


def add(app: Flask, key: str, state: Delivery = Delivery.READY, **changed: Any) -> int:
    values: dict[str, Any] = {
        "kind": "question-receipt",
        "to": f"{key}@example.vn",
        "subject": f"Thư {key}",
        "text": f"Nội dung {key}. Mã PIN: 482 913",
        "html": "",
        "about": None,
        "dedupe_key": key,
    }
    with app.app_context():
        message = service.queue(**{**values, **changed})
        message.state = state
        if state not in WAITING:
            message.available_at = message.waiting_since = None
        message.sent_at = clock.now() if state is Delivery.SENT else None
        message.last_error = "550 không có hộp thư" if state is Delivery.REJECTED else None
        db.session.commit()
        return message.id


def text_of(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def state(app: Flask, number: int) -> Delivery:
    with app.app_context():
        return db.session.scalars(
            sa.select(OutboxMessage.state).where(OutboxMessage.id == number)
        ).one()


def test_only_for_those_who_may(app: Flask) -> None:
    number = add(app, "mot", Delivery.REJECTED)
    assert app.test_client().get(ADDRESS).status_code == 302
    officer, _user = make_staff(app, Role.OFFICER)
    assert officer.get(ADDRESS).status_code == 403
    assert officer.get(f"{ADDRESS}/{number}").status_code == 403


def test_who_reads_may_not_always_send(app: Flask) -> None:
    number = add(app, "mot", Delivery.REJECTED)
    auditor, _user = make_staff(app, Role.AUDITOR)
    assert "Gửi lại" not in text_of(auditor, f"{ADDRESS}/{number}")
    token = csrf_of(auditor, f"{ADDRESS}/{number}")
    assert (
        auditor.post(f"{ADDRESS}/{number}/gui-lai", data={"csrf_token": token}).status_code == 403
    )
    assert auditor.post(f"{ADDRESS}/{number}/bo", data={"csrf_token": token}).status_code == 403
    assert state(app, number) is Delivery.REJECTED


def test_tabs(app: Flask, moderator: FlaskClient) -> None:
    for key, kind in zip(("mot", "hai", "ba", "bon", "nam", "sau"), Delivery, strict=True):
        add(app, key, kind)
    expected = {
        "": ["mot"],
        "?trang-thai=cho-gui": ["mot"],
        "?trang-thai=da-gui": ["hai"],
        "?trang-thai=tam-hoan": ["ba"],
        "?trang-thai=bi-tra-lai": ["bon"],
        "?trang-thai=da-bo": ["nam", "sau"],
        "?trang-thai=khong-co": ["mot"],
    }
    for query, keys in expected.items():
        page = text_of(moderator, ADDRESS + query)
        shown = [key for key in ("mot", "hai", "ba", "bon", "nam", "sau") if f"Thư {key}<" in page]
        assert shown == keys, query
        assert "Đã bỏ (2)" in page
        assert "Bị trả lại (1)" in page
    assert "550 không có hộp thư" in text_of(moderator, f"{ADDRESS}?trang-thai=bi-tra-lai")


def test_counts_are_capped(
    app: Flask, moderator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (queries, display):
        monkeypatch.setattr(module, "COUNT_CAP", 2)
    for number in range(4):
        add(app, f"m{number}")
    assert "Chờ gửi (hơn 2)" in text_of(moderator, ADDRESS)


def test_pages(app: Flask, moderator: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    for number in range(5):
        add(app, f"m{number}")
    first = text_of(moderator, ADDRESS)
    assert [f"Thư m{number}<" in first for number in range(5)] == [False, False, False, True, True]
    following = (
        first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    )
    second = text_of(moderator, following)
    assert [f"Thư m{number}<" in second for number in range(5)] == [False, True, True, False, False]
    back = second.split('rel="prev"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "Thư m4<" in text_of(moderator, back)


def test_mails_to_one_address(app: Flask, moderator: FlaskClient) -> None:
    add(app, "mot", Delivery.SENT, to="nguyen.an@example.vn")
    add(app, "hai", Delivery.REJECTED, to="nguyenan+tin@example.vn")
    add(app, "ba", Delivery.SENT)
    page = text_of(moderator, f"{ADDRESS}?dia-chi=NguyenAn@example.vn")
    assert "Thư mot<" in page
    assert "Thư hai<" in page
    assert "Thư ba<" not in page
    assert "Không có thư nào ở đây" in text_of(moderator, f"{ADDRESS}?dia-chi=khac@example.vn")


def test_the_list_costs_the_same_for_few_and_many(app: Flask, moderator: FlaskClient) -> None:
    add(app, "mot")
    with app.app_context(), StatementCounter(db.engine) as few:
        moderator.get(ADDRESS)
    for number in range(40):
        add(app, f"m{number}")
    with app.app_context(), StatementCounter(db.engine) as many:
        moderator.get(ADDRESS)
    assert len(few.statements) == len(many.statements)


def test_one_message(app: Flask, moderator: FlaskClient) -> None:
    number = add(app, "mot", Delivery.REJECTED, text="<b>Xin chào</b>\nMã PIN: 482 913")
    page = text_of(moderator, f"{ADDRESS}/{number}")
    assert "&lt;b&gt;Xin chào&lt;/b&gt;" in page
    assert "482" not in page
    assert "mot@example.vn" in page
    assert "Chưa thử gửi lần nào" in page
    assert page.count("<h1") == 1
    assert moderator.get(f"{ADDRESS}/999999").status_code == 404


def test_a_restricted_message_shows_its_subject_only(app: Flask, moderator: FlaskClient) -> None:
    number = add(app, "mot", kind="restricted-guidance")
    page = text_of(moderator, f"{ADDRESS}/{number}")
    assert "Thư mot" in page
    assert "Nội dung mot" not in page
    assert "nội dung không hiện ở đây" in page


def test_send_again(app: Flask, moderator: FlaskClient) -> None:
    number = add(app, "mot", Delivery.REJECTED)
    token = csrf_of(moderator, f"{ADDRESS}/{number}")
    answer = moderator.post(
        f"{ADDRESS}/{number}/gui-lai", data={"csrf_token": token}, follow_redirects=True
    )
    page = answer.get_data(as_text=True)
    assert "Thư sẽ được gửi lại trong ít phút." in page
    assert "Cán bộ cho gửi lại" in page
    assert state(app, number) is Delivery.READY
    assert (
        moderator.post(f"{ADDRESS}/{number}/gui-lai", data={"csrf_token": token}).status_code == 409
    )
    assert (
        moderator.post(f"{ADDRESS}/999999/gui-lai", data={"csrf_token": token}).status_code == 404
    )


def test_drop(app: Flask, moderator: FlaskClient) -> None:
    number = add(app, "mot")
    token = csrf_of(moderator, f"{ADDRESS}/{number}")
    answer = moderator.post(
        f"{ADDRESS}/{number}/bo", data={"csrf_token": token}, follow_redirects=True
    )
    assert "Đã bỏ thư này" in answer.get_data(as_text=True)
    assert state(app, number) is Delivery.CANCELLED
    assert moderator.post(f"{ADDRESS}/{number}/bo", data={"csrf_token": token}).status_code == 409


def test_without_a_token_nothing_happens(app: Flask, moderator: FlaskClient) -> None:
    number = add(app, "mot")
    assert moderator.post(f"{ADDRESS}/{number}/bo").status_code >= 400
    assert state(app, number) is Delivery.READY


def test_the_warning_of_a_silent_day(app: Flask, moderator: FlaskClient) -> None:
    warning = "Không thư nào gửi được trong 24 giờ qua"
    with time_machine.travel(clock.now() - dt.timedelta(hours=25)):
        add(app, "mot")
    assert warning in text_of(moderator, ADDRESS)
    add(app, "hai", Delivery.SENT)
    assert warning not in text_of(moderator, ADDRESS)
