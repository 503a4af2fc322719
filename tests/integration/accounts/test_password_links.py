"""Forgotten passwords, invitations, and changing one's own."""

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.accounts import totp
from app.accounts.models import PasswordToken, TokenPurpose, User
from app.accounts.service import passwords, people
from app.accounts.vault import vault
from app.extensions import db
from tests.factories.accounts import PASSWORD, csrf_of, make_staff, make_user, post, sign_in

FORGOTTEN = "/can-bo/quen-mat-khau"
RESET = "/can-bo/dat-lai-mat-khau/"
SIGN_IN = "/can-bo/dang-nhap"
OWN = "/can-bo/tai-khoan"
NEW = "duong-lang-mua-gat"
START = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def officer(app: Flask) -> User:
    with app.app_context():
        make_user("nguoi-khac")
        return make_user("chuyenvien", email="Khoa@anson.example")


def link_for(app: Flask, user: User, purpose: TokenPurpose = TokenPurpose.RESET) -> str:
    with app.app_context():
        token = passwords.issue_link(db.session.get_one(User, user.id), purpose)
        db.session.commit()
    return token


def set_password(
    client: FlaskClient, token: str, password: str = NEW, repeat: str | None = None
) -> Any:
    data = {"new_password": password, "repeat_password": password if repeat is None else repeat}
    return post(client, RESET + token, data, form_at=FORGOTTEN)


def can_sign_in(app: Flask, username: str, password: str) -> bool:
    return (
        post(app.test_client(), SIGN_IN, {"username": username, "password": password}).status_code
        == 302
    )


def without_token(page: str) -> str:
    return re.sub(r'value="I[^"]+"', "", page)


@pytest.mark.parametrize(
    "typed", ["chuyenvien", "ChuyenVien", "khoa@anson.example", "KHOA@ANSON.EXAMPLE"]
)
def test_asking_by_name_or_address_sends_a_link(
    client: FlaskClient, officer: User, heard: Any, typed: str
) -> None:
    assert post(client, FORGOTTEN, {"who": typed}).status_code == 200
    assert heard.kinds == ["PasswordResetAsked"]
    assert heard[0].user_id == officer.id
    assert len(heard[0].token or "") == 22


def test_the_answer_does_not_say_whether_there_is_such_an_account(
    app: Flask, officer: User, heard: Any
) -> None:
    with app.app_context():
        closed = make_user("da-khoa")
        closed.is_active = False
        make_user("ban-mau", is_demo=True)
        db.session.commit()
    answers = []
    for typed in ("chuyenvien", "khong-co-ai", "khong-co@anson.example", "da-khoa", "ban-mau"):
        response = post(app.test_client(), FORGOTTEN, {"who": typed})
        headers = {name: value for name, value in response.headers if name != "Set-Cookie"}
        answers.append(
            (response.status_code, headers, without_token(response.get_data(as_text=True)))
        )
    for answer in answers[1:]:
        assert answer == answers[0]
    assert heard.kinds == ["PasswordResetAsked"]


def test_an_empty_box_is_said(client: FlaskClient) -> None:
    response = post(client, FORGOTTEN, {"who": ""})
    assert response.status_code == 422
    assert "Hãy nhập tên đăng nhập hoặc thư điện tử." in response.get_data(as_text=True)


def test_an_account_gets_three_mails_an_hour_and_nobody_is_told(
    app: Flask, officer: User, heard: Any
) -> None:
    for _ in range(5):
        assert post(app.test_client(), FORGOTTEN, {"who": "chuyenvien"}).status_code == 200
    assert len(heard) == 3


def test_an_address_on_the_net_asks_ten_times_an_hour(app: Flask, officer: User) -> None:
    statuses = [
        post(app.test_client(), FORGOTTEN, {"who": f"ai-do-{number}"}).status_code
        for number in range(11)
    ]
    assert statuses == [200] * 10 + [429]


def test_people_who_share_a_mailbox_each_get_theirs(
    app: Flask, client: FlaskClient, heard: Any
) -> None:
    with app.app_context():
        ids = {
            make_user(f"van-thu-{number}", email="vanthu@anson.example").id for number in range(3)
        }
    post(client, FORGOTTEN, {"who": "vanthu@anson.example"})
    assert {note.user_id for note in heard} == ids
    assert len({note.token for note in heard}) == 3


def test_the_link_sets_the_password_and_signs_nobody_in(
    app: Flask, client: FlaskClient, officer: User, heard: Any
) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, officer)
    post(client, FORGOTTEN, {"who": "chuyenvien"})
    response = set_password(client, heard[0].token)
    assert (response.status_code, response.location) == (302, SIGN_IN)
    assert "Đã đặt mật khẩu mới." in client.get(SIGN_IN).get_data(as_text=True)
    assert client.get(OWN).status_code == 302
    assert elsewhere.get(OWN).status_code == 302
    assert can_sign_in(app, "chuyenvien", NEW)
    assert not can_sign_in(app, "chuyenvien", PASSWORD)
    assert heard.kinds == ["PasswordResetAsked", "PasswordChanged"]


def test_a_link_works_once(app: Flask, client: FlaskClient, officer: User) -> None:
    token = link_for(app, officer)
    assert set_password(client, token).status_code == 302
    response = set_password(client, token, "mot-mat-khau-khac-nua")
    assert response.status_code == 410
    assert "không còn dùng được" in response.get_data(as_text=True)
    assert can_sign_in(app, "chuyenvien", NEW)


def test_looking_at_a_link_uses_nothing_up(app: Flask, officer: User) -> None:
    token = link_for(app, officer)
    for _ in range(3):
        scanner = app.test_client()
        response = scanner.get(RESET + token)
        assert response.status_code == 200
        assert response.headers["Referrer-Policy"] == "no-referrer"
        # Only the way to the other language names the address, by its path.
        assert set(re.findall(rf"[^\"]*{token}[^\"]*", response.get_data(as_text=True))) == {
            RESET + token + "?lang=en"
        }
        assert scanner.head(RESET + token).status_code == 200
    assert set_password(app.test_client(), token).status_code == 302


@pytest.mark.parametrize(
    ("purpose", "minutes", "works"),
    [
        (TokenPurpose.RESET, 59, True),
        (TokenPurpose.RESET, 60, False),
        (TokenPurpose.INVITE, 72 * 60 - 1, True),
        (TokenPurpose.INVITE, 72 * 60, False),
    ],
)
def test_links_live_for_an_hour_or_three_days(
    app: Flask, officer: User, purpose: TokenPurpose, minutes: int, works: bool
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        token = link_for(app, officer, purpose)
        clock.shift(dt.timedelta(minutes=minutes))
        client = app.test_client()
        assert client.get(RESET + token).status_code == (200 if works else 410)
        assert set_password(client, token).status_code == (302 if works else 410)


def test_links_die_with_another_link_another_address_another_password_or_the_account(
    app: Flask, officer: User
) -> None:
    def another_link(user: User) -> None:
        passwords.issue_link(user, TokenPurpose.RESET)

    def another_address(user: User) -> None:
        people.change_email(user, "moi@anson.example", actor=user)

    def another_password(user: User) -> None:
        passwords.change(user, password_hash=vault().hash_password(PASSWORD), keep=None)

    def behind_our_back(user: User) -> None:
        user.email = "khac@anson.example"

    def closed(user: User) -> None:
        people.disable(user, actor=make_user(roles=(Role.ADMINISTRATOR,)))

    for kill in (another_link, another_address, another_password, behind_our_back, closed):
        token = link_for(app, officer)
        client = app.test_client()
        assert client.get(RESET + token).status_code == 200
        with app.app_context():
            kill(db.session.get_one(User, officer.id))
            db.session.commit()
        assert client.get(RESET + token).status_code == 410, kill.__name__
        assert set_password(client, token).status_code == 410, kill.__name__


def test_an_unknown_link_looks_like_a_dead_one(client: FlaskClient) -> None:
    response = client.get(RESET + "AAAAAAAAAAAAAAAAAAAAAA")
    assert response.status_code == 410
    assert response.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("password", "repeat", "words"),
    [
        ("ngan", "ngan", "ít nhất 10"),
        ("matkhau123", "matkhau123", "quen thuộc"),
        ("chuyenvien-kt-1", "chuyenvien-kt-1", "tên đăng nhập"),
        (NEW, NEW + "x", "chưa giống nhau"),
        ("", "", "Hãy nhập mật khẩu mới."),
    ],
)
def test_a_bad_password_leaves_the_link_alive(
    app: Flask, client: FlaskClient, officer: User, password: str, repeat: str, words: str
) -> None:
    token = link_for(app, officer)
    response = set_password(client, token, password, repeat)
    assert response.status_code == 422
    assert words in response.get_data(as_text=True)
    assert set_password(client, token).status_code == 302


def test_without_the_token_of_the_form_the_password_stays(
    app: Flask, client: FlaskClient, officer: User
) -> None:
    token = link_for(app, officer)
    assert (
        client.post(RESET + token, data={"new_password": NEW, "repeat_password": NEW}).status_code
        == 419
    )
    assert can_sign_in(app, "chuyenvien", PASSWORD)


def test_a_link_does_not_bypass_the_second_factor(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        user = make_user("lanh-dao", roles=(Role.APPROVER,))
        user.totp_seed = totp.new_seed()
        db.session.commit()
        db.session.refresh(user)
    assert set_password(client, link_for(app, user)).status_code == 302
    response = post(client, SIGN_IN, {"username": "lanh-dao", "password": NEW})
    assert response.location.startswith("/can-bo/xac-thuc?")
    assert client.get(OWN).status_code == 302


def test_a_new_password_opens_an_account_that_wrong_tries_had_closed(
    app: Flask, client: FlaskClient, officer: User
) -> None:
    for _ in range(11):
        post(app.test_client(), SIGN_IN, {"username": "chuyenvien", "password": "sai-mat-khau-roi"})
    assert not can_sign_in(app, "chuyenvien", PASSWORD)
    assert set_password(client, link_for(app, officer)).status_code == 302
    assert can_sign_in(app, "chuyenvien", NEW)


def test_an_invitation_opens_an_account_without_a_password(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        user = make_user("nguoi-moi", password=None)
    token = link_for(app, user, TokenPurpose.INVITE)
    assert "Cơ quan đã tạo tài khoản cho bạn." in client.get(RESET + token).get_data(as_text=True)
    assert set_password(client, token).status_code == 302
    assert can_sign_in(app, "nguoi-moi", NEW)


def test_only_a_hash_of_the_link_is_stored(app: Flask, officer: User) -> None:
    token = link_for(app, officer)
    with app.app_context():
        row = db.session.scalars(sa.select(PasswordToken)).one()
        assert token not in (row.token_hash, row.email)


# One's own password and address -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "repeat", "words"),
    [
        ("sai-mat-khau-roi", NEW, NEW, "Mật khẩu hiện tại không đúng."),
        (PASSWORD, "ngan", "ngan", "ít nhất 10"),
        (PASSWORD, NEW, "khac", "chưa giống nhau"),
        ("", NEW, NEW, "Hãy nhập mật khẩu hiện tại."),
    ],
)
def test_one_s_own_password_needs_the_old_one_and_a_good_new_one(
    app: Flask, old: str, new: str, repeat: str, words: str
) -> None:
    client, user = make_staff(app, Role.OFFICER)
    response = post(
        client, OWN + "/mat-khau", {"password": old, "new_password": new, "repeat_password": repeat}
    )
    assert response.status_code == 422
    assert words in response.get_data(as_text=True)
    assert NEW not in response.get_data(as_text=True)
    assert can_sign_in(app, user.username, PASSWORD)


def test_another_address_needs_the_password_and_is_told_to_both(app: Flask, heard: Any) -> None:
    client, user = make_staff(app, Role.OFFICER)
    page = OWN + "/thu-dien-tu"
    assert user.email in client.get(page).get_data(as_text=True)
    assert post(client, page, {"email": "moi@anson.example", "password": "sai"}).status_code == 422
    assert post(client, page, {"email": "khong-phai-thu", "password": PASSWORD}).status_code == 422
    assert not heard
    assert (
        post(client, page, {"email": "moi@anson.example", "password": PASSWORD}).status_code == 302
    )
    assert [(note.kind, note.email, note.old) for note in heard] == [
        ("EmailChanged", "moi@anson.example", user.email)
    ]
    assert "moi@anson.example" in client.get(OWN).get_data(as_text=True)


def test_the_same_address_again_tells_nobody(ctx: Flask, heard: Any) -> None:
    user = make_user()
    assert not people.change_email(user, user.email, actor=user)
    assert not heard


def test_a_person_whose_account_vanished_gets_the_dead_link_page(
    app: Flask, client: FlaskClient, officer: User
) -> None:
    token = link_for(app, officer)
    csrf = csrf_of(client, RESET + token)
    with app.app_context():
        db.session.execute(sa.delete(User).where(User.id == officer.id))
        db.session.commit()
    data = {"new_password": NEW, "repeat_password": NEW, "csrf_token": csrf}
    assert client.post(RESET + token, data=data).status_code == 410


@pytest.mark.parametrize(
    "password", ["nguoi-khac-nguoi-khac", "Can bo chuyenvien!", "Trần.Thị.Bưởi"]
)
def test_names_of_the_office_make_no_password(
    app: Flask, client: FlaskClient, officer: User, password: str
) -> None:
    with app.app_context():
        make_user("buoi", full_name="Trần Thị Bưởi")
    token = link_for(app, officer)
    response = set_password(client, token, password)
    assert response.status_code == 422
    assert "gần như chỉ gồm tên" in response.get_data(as_text=True)
    assert set_password(client, token).status_code == 302
