"""The second factor on its way: asked for, set up, given, lost, never bypassed."""

import datetime as dt
import re
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.accounts import queries, totp
from app.accounts.models import RecoveryCode, StaffSession, User
from app.accounts.service import second_factor
from app.accounts.service import sessions as session_service
from app.accounts.vault import vault
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused
from tests.factories.accounts import PASSWORD, csrf_of, make_staff, make_user, post, sign_in

SIGN_IN = "/can-bo/dang-nhap"
CODE = "/can-bo/xac-thuc"
SET_UP = "/can-bo/xac-thuc/thiet-lap"
QR = "/can-bo/xac-thuc/ma-qr.svg"
OWN = "/can-bo/tai-khoan"
TWO_STEPS = OWN + "/xac-thuc-hai-lop"
START = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)


def enrol(app: Flask, user: User) -> list[str]:
    """Give this person a second factor; returns the recovery codes."""
    with app.app_context():
        person = db.session.get_one(User, user.id)
        person.totp_seed = totp.new_seed()
        codes = second_factor.new_codes(person)
        db.session.commit()
    return codes


def code_of(app: Flask, user: User, steps: int = 0) -> str:
    """What the app on the telephone shows now, or some steps later."""
    with app.app_context():
        person = db.session.get_one(User, user.id)
        assert person.totp_seed is not None
        return totp.code_at(
            vault().totp_secret(person.id, person.totp_seed),
            now() + dt.timedelta(seconds=30 * steps),
        )


def give_password(client: FlaskClient, username: str) -> Any:
    return post(
        client, SIGN_IN, {"username": username, "password": PASSWORD, "next": OWN + "/mat-khau"}
    )


def is_in(client: FlaskClient) -> bool:
    return client.get(OWN).status_code == 200


@pytest.fixture
def approver(app: Flask) -> User:
    with app.app_context():
        return make_user("lanh-dao", roles=(Role.APPROVER, Role.PUBLISHER))


@pytest.fixture
def officer(app: Flask) -> User:
    with app.app_context():
        return make_user("chuyenvien")


# Setting up, because a role asks for it ---------------------------------------------------------


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.APPROVER, Role.PUBLISHER])
def test_a_role_of_weight_leads_to_setting_up_before_anything_else(
    app: Flask, client: FlaskClient, role: Role
) -> None:
    with app.app_context():
        make_user("nguoi-moi", roles=(role,))
    response = give_password(client, "nguoi-moi")
    assert response.location == SET_UP + "?next=/can-bo/tai-khoan/mat-khau"
    assert not is_in(client)
    assert client.get(SIGN_IN).location.startswith(SET_UP)
    assert client.get(CODE).location.startswith(SIGN_IN)
    page = client.get(SET_UP).get_data(as_text=True)
    assert f'src="{QR}"' in page
    assert "style=" not in page


def secret_on(page: str) -> str:
    found = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page)
    assert found
    return found.group(1).replace(" ", "")


def test_setting_up_shows_ten_codes_once_and_renews_the_session(
    app: Flask, client: FlaskClient, approver: User, heard: Any
) -> None:
    give_password(client, "lanh-dao")
    before = client.get_cookie("phien")
    assert before is not None
    page = client.get(SET_UP + "?next=/can-bo/tai-khoan/mat-khau").get_data(as_text=True)
    assert secret_on(page) == secret_on(client.get(SET_UP).get_data(as_text=True))
    code = totp.code_at(secret_on(page), now())
    response = post(client, SET_UP, {"code": code, "next": OWN + "/mat-khau"}, form_at=SET_UP)
    assert response.status_code == 200
    shown = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", response.get_data(as_text=True))
    assert len(set(shown)) == 10
    assert 'href="/can-bo/tai-khoan/mat-khau"' in response.get_data(as_text=True)
    assert "data-print" in response.get_data(as_text=True)
    assert is_in(client)
    assert heard.kinds == ["SecondFactorChanged"]
    thief = app.test_client()
    thief.set_cookie("phien", before.value)
    assert not is_in(thief)
    with app.app_context():
        stored = db.session.scalars(sa.select(RecoveryCode.code_hash)).all()
        assert len(stored) == 10
        assert not set(stored) & set(shown)
        seed = db.session.get_one(User, approver.id).totp_seed or ""
        assert seed not in page
        assert secret_on(page) not in seed


def test_a_wrong_first_code_switches_nothing_on(
    app: Flask, client: FlaskClient, approver: User
) -> None:
    give_password(client, "lanh-dao")
    for code in ("000000", "", "abc"):
        assert post(client, SET_UP, {"code": code}).status_code == 422
    assert not is_in(client)
    with app.app_context():
        assert db.session.get_one(User, approver.id).totp_seed is None


def test_the_qr_code_is_a_picture_of_its_own_for_those_who_may_see_it(
    app: Flask, client: FlaskClient, approver: User
) -> None:
    assert client.get(QR).status_code == 404
    give_password(client, "lanh-dao")
    response = client.get(QR)
    assert response.mimetype == "image/svg+xml"
    assert response.headers["Cache-Control"] == "no-store"
    body = response.get_data(as_text=True)
    assert body.startswith("<svg")
    assert "style" not in body
    enrol(app, approver)
    assert client.get(QR).status_code == 404


def test_two_sessions_never_offer_the_same_secret(app: Flask, approver: User) -> None:
    secrets = set()
    for _ in range(2):
        client = app.test_client()
        give_password(client, "lanh-dao")
        secrets.add(secret_on(client.get(SET_UP).get_data(as_text=True)))
    assert len(secrets) == 2


def test_whoever_has_one_cannot_set_up_another_with_the_password_alone(
    app: Flask, client: FlaskClient, approver: User
) -> None:
    enrol(app, approver)
    give_password(client, "lanh-dao")
    assert client.get(SET_UP).location.startswith(SIGN_IN)
    assert post(client, SET_UP, {"code": "123456"}, form_at=CODE).status_code == 302
    assert not is_in(client)


# Giving the code --------------------------------------------------------------------------------


def test_the_code_opens_what_the_password_did_not(
    app: Flask, client: FlaskClient, approver: User
) -> None:
    enrol(app, approver)
    response = give_password(client, "lanh-dao")
    assert response.location == CODE + "?next=/can-bo/tai-khoan/mat-khau"
    assert not is_in(client)
    half = client.get_cookie("phien")
    assert half is not None
    response = post(client, CODE, {"code": code_of(app, approver), "next": OWN})
    assert (response.status_code, response.location) == (302, OWN)
    assert is_in(client)
    thief = app.test_client()
    thief.set_cookie("phien", half.value)
    assert not is_in(thief)
    assert thief.get(CODE).location.startswith(SIGN_IN)


def test_next_after_the_code_leads_only_to_this_site(
    app: Flask, client: FlaskClient, approver: User
) -> None:
    enrol(app, approver)
    give_password(client, "lanh-dao")
    assert (
        post(client, CODE, {"code": code_of(app, approver), "next": "//evil.example"}).location
        == "/can-bo/"
    )


def test_a_code_counts_once(app: Flask, approver: User) -> None:
    enrol(app, approver)
    with time_machine.travel(START, tick=False):
        code = code_of(app, approver)
        first, second = app.test_client(), app.test_client()
        for client in (first, second):
            give_password(client, "lanh-dao")
        assert post(first, CODE, {"code": code}).status_code == 302
        response = post(second, CODE, {"code": code})
        assert response.status_code == 422
        assert "đã dùng" in response.get_data(as_text=True)
        assert not is_in(second)
        # Nor does an older one of the three that are right at this moment.
        assert post(second, CODE, {"code": code_of(app, approver, -1)}).status_code == 422
        assert post(second, CODE, {"code": code_of(app, approver, 1)}).status_code == 302


def test_a_recovery_code_opens_once(app: Flask, approver: User) -> None:
    codes = enrol(app, approver)
    first, second = app.test_client(), app.test_client()
    for client in (first, second):
        give_password(client, "lanh-dao")
    typed = codes[3].upper().replace("-", " ")
    assert post(first, CODE, {"code": typed}).status_code == 302
    assert post(second, CODE, {"code": codes[3]}).status_code == 422
    assert post(second, CODE, {"code": codes[4]}).status_code == 302
    with app.app_context():
        assert queries.recovery_codes_left(db.session.get_one(User, approver.id)) == 8
        tags = db.session.scalars(
            sa.text("SELECT tag FROM audit_record WHERE tag = 'user:recovery-code:used'")
        ).all()
        assert len(tags) == 2


def test_somebody_else_s_code_opens_nothing(
    app: Flask, client: FlaskClient, approver: User, officer: User
) -> None:
    codes = enrol(app, officer)
    enrol(app, approver)
    give_password(client, "lanh-dao")
    assert post(client, CODE, {"code": codes[0]}).status_code == 422
    assert post(client, CODE, {"code": code_of(app, officer)}).status_code == 422


def test_ten_wrong_codes_close_it_for_a_while_for_the_right_one_too(
    app: Flask, client: FlaskClient, approver: User
) -> None:
    enrol(app, approver)
    with time_machine.travel(START, tick=False) as clock:
        give_password(client, "lanh-dao")
        for _ in range(10):
            assert post(client, CODE, {"code": "aaaaa-bbbbb"}).status_code == 422
        assert post(client, CODE, {"code": code_of(app, approver)}).status_code == 429
        clock.shift(dt.timedelta(minutes=16))
        fresh = app.test_client()
        give_password(fresh, "lanh-dao")
        assert post(fresh, CODE, {"code": code_of(app, approver)}).status_code == 302


def test_half_way_lasts_a_quarter_of_an_hour(
    app: Flask, client: FlaskClient, approver: User
) -> None:
    enrol(app, approver)
    with time_machine.travel(START, tick=False) as clock:
        give_password(client, "lanh-dao")
        clock.shift(dt.timedelta(minutes=14))
        assert client.get(CODE).status_code == 200
        clock.shift(dt.timedelta(minutes=1))
        assert client.get(CODE).status_code == 302


def test_half_way_opens_nothing_else(app: Flask, client: FlaskClient, approver: User) -> None:
    enrol(app, approver)
    give_password(client, "lanh-dao")
    for rule in app.url_map.iter_rules():
        if (
            not str(rule).startswith("/can-bo")
            or rule.arguments
            or "GET" not in (rule.methods or ())
        ):
            continue
        if rule.endpoint.startswith("accounts."):
            continue
        response = client.get(str(rule))
        assert response.status_code == 302, rule
        assert response.location.startswith(SIGN_IN), rule


def test_without_a_session_the_pages_lead_to_the_form(client: FlaskClient) -> None:
    token = csrf_of(client, SIGN_IN)
    for page in (CODE, SET_UP):
        assert client.get(page).location.startswith(SIGN_IN)
        assert client.post(page, data={"csrf_token": token, "code": "123456"}).location.startswith(
            SIGN_IN
        )


def test_a_way_out_for_another_account(app: Flask, client: FlaskClient, approver: User) -> None:
    enrol(app, approver)
    give_password(client, "lanh-dao")
    assert "Đăng nhập bằng tài khoản khác" in client.get(CODE).get_data(as_text=True)
    assert post(client, "/can-bo/dang-xuat", form_at=CODE).location == SIGN_IN
    assert client.get(SIGN_IN).status_code == 200


def test_an_officer_who_chose_one_is_asked_for_it(
    app: Flask, client: FlaskClient, officer: User
) -> None:
    enrol(app, officer)
    assert give_password(client, "chuyenvien").location.startswith(CODE)


# One's own account ------------------------------------------------------------------------------


def test_an_officer_switches_it_on_with_password_and_code(app: Flask, heard: Any) -> None:
    client, user = make_staff(app, Role.OFFICER)
    other = app.test_client()
    sign_in(other, user)
    secret = secret_on(client.get(TWO_STEPS).get_data(as_text=True))
    assert client.get(QR).status_code == 200
    code = totp.code_at(secret, now())
    assert (
        post(client, TWO_STEPS, {"code": code, "password": "sai-mat-khau-roi"}).status_code == 422
    )
    assert post(client, TWO_STEPS, {"code": "000000", "password": PASSWORD}).status_code == 422
    assert not heard
    response = post(client, TWO_STEPS, {"code": code, "password": PASSWORD})
    assert response.status_code == 200
    assert "Mã dự phòng" in response.get_data(as_text=True)
    assert is_in(client)
    assert not is_in(other)
    assert "còn 10 mã" in client.get(OWN).get_data(as_text=True)
    assert heard.kinds == ["SecondFactorChanged"]
    # The form on the page with the codes works although the session was renewed meanwhile.
    token = re.search(r'name="csrf_token" value="([^"]+)"', response.get_data(as_text=True))
    assert token
    assert client.post("/can-bo/dang-xuat", data={"csrf_token": token.group(1)}).status_code == 302


def test_new_recovery_codes_make_the_old_ones_void(app: Flask, heard: Any) -> None:
    client, user = make_staff(app, Role.OFFICER)
    old = enrol(app, user)
    assert (
        post(client, TWO_STEPS + "/ma-du-phong", {"password": "sai"}, form_at=TWO_STEPS).status_code
        == 422
    )
    response = post(client, TWO_STEPS + "/ma-du-phong", {"password": PASSWORD}, form_at=TWO_STEPS)
    new = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", response.get_data(as_text=True))
    assert len(set(new) - set(old)) == 10
    with app.app_context():
        person = db.session.get_one(User, user.id)
        with pytest.raises(FieldError):
            second_factor.give(person, code=old[0])
        second_factor.give(person, code=new[0])
    assert heard.kinds == ["SecondFactorChanged"]


def test_switching_it_off_needs_the_password_and_a_role_that_allows_it(
    app: Flask, heard: Any
) -> None:
    client, user = make_staff(app, Role.OFFICER)
    enrol(app, user)
    assert (
        post(client, TWO_STEPS + "/tat", {"password": "sai"}, form_at=TWO_STEPS).status_code == 422
    )
    assert (
        post(client, TWO_STEPS + "/tat", {"password": PASSWORD}, form_at=TWO_STEPS).status_code
        == 302
    )
    with app.app_context():
        assert db.session.get_one(User, user.id).totp_seed is None
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == 0
    boss, owner = make_staff(app, Role.APPROVER)
    enrol(app, owner)
    page = boss.get(TWO_STEPS).get_data(as_text=True)
    assert "Tắt xác thực hai lớp" not in page
    assert "bắt buộc" in page
    assert (
        post(boss, TWO_STEPS + "/tat", {"password": PASSWORD}, form_at=TWO_STEPS).status_code == 409
    )
    with app.app_context():
        assert db.session.get_one(User, owner.id).totp_seed is not None


def test_setting_up_twice_is_not_possible(app: Flask) -> None:
    client, user = make_staff(app, Role.OFFICER)
    enrol(app, user)
    response = post(client, TWO_STEPS, {"code": "123456", "password": PASSWORD}, form_at=TWO_STEPS)
    assert (response.status_code, response.location) == (302, TWO_STEPS)


def test_guessing_the_password_of_an_open_session_is_limited(app: Flask) -> None:
    client, user = make_staff(app, Role.OFFICER)
    enrol(app, user)
    with time_machine.travel(dt.datetime.now(dt.UTC), tick=False):
        for _ in range(10):
            assert (
                post(client, TWO_STEPS + "/tat", {"password": "sai"}, form_at=TWO_STEPS).status_code
                == 422
            )
        assert (
            post(client, TWO_STEPS + "/tat", {"password": PASSWORD}, form_at=TWO_STEPS).status_code
            == 429
        )


# Losing it --------------------------------------------------------------------------------------


def test_an_administrator_resets_it_and_the_role_asks_for_a_new_one(
    app: Flask, client: FlaskClient, approver: User, heard: Any
) -> None:
    codes = enrol(app, approver)
    administrator, actor = make_staff(app, Role.ADMINISTRATOR)
    page = "/can-bo/he-thong/nguoi-dung/lanh-dao"
    assert "Đặt lại xác thực hai lớp" in administrator.get(page).get_data(as_text=True)
    assert post(administrator, page + "/dat-lai-xac-thuc", form_at=page).status_code == 302
    second, _user = make_staff(app, Role.ADMINISTRATOR)
    agree = re.search(r'action="([^"]+/dong-y)"', second.get(page).get_data(as_text=True))
    assert agree
    assert post(second, agree.group(1), form_at=page).status_code == 302
    assert heard.kinds == ["ChangeWaits", "SecondFactorChanged"]
    with app.app_context():
        record = db.session.execute(
            sa.text(
                "SELECT actor_id, about_id FROM audit_record WHERE tag = 'user:second-factor:reset'"
            )
        ).one()
        assert tuple(record) == (actor.id, approver.id)
        with pytest.raises(FieldError):
            second_factor.give(db.session.get_one(User, approver.id), code=codes[0])
    assert give_password(client, "lanh-dao").location.startswith(SET_UP)


def test_nobody_resets_their_own_through_the_administrator_s_screen(ctx: Flask) -> None:
    administrator = make_user(roles=(Role.ADMINISTRATOR,))
    with pytest.raises(Forbidden):
        second_factor.reset(administrator, actor=administrator)


def test_services_refuse_what_makes_no_sense(ctx: Flask) -> None:
    user = make_user()
    with pytest.raises(Refused):
        second_factor.replace_recovery_codes(user)
    for code in ("123456", "aaaaa-bbbbb", ""):
        with pytest.raises(FieldError):
            second_factor.give(user, code=code)


def test_the_renewed_session_keeps_its_second_factor(ctx: Flask) -> None:
    user = make_user()
    session_service.start(
        user, second_factor=True, user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"
    )
    (first,) = queries.sessions_of(user)
    session_service.start(user, replaces=first, continues=True)
    (second,) = queries.sessions_of(user)
    assert second.id != first.id
    assert second.second_factor_at == first.second_factor_at
    assert (second.created_at, second.ends_at, second.user_agent) == (
        first.created_at,
        first.ends_at,
        "Firefox, Linux",
    )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StaffSession)) == 2


def test_an_empty_code_is_said_and_not_counted(
    app: Flask, client: FlaskClient, approver: User
) -> None:
    enrol(app, approver)
    give_password(client, "lanh-dao")
    response = post(client, CODE, {"code": " "})
    assert response.status_code == 422
    assert "Hãy nhập mã xác thực." in response.get_data(as_text=True)
    with app.app_context():
        assert (
            db.session.scalar(
                sa.text("SELECT count(*) FROM throttle_event WHERE scope = 'confirm:second-factor'")
            )
            == 0
        )
