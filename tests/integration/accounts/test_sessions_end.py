"""A session ends where and when it should, and an old cookie stays dead."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.accounts import queries
from app.accounts.models import SessionEnd, StaffSession, User
from app.accounts.service import deputies, keeping, people, second_factor
from app.accounts.service import sessions as session_service
from app.extensions import db
from app.kernel.clock import today
from tests.factories.accounts import PASSWORD, make_staff, make_user, post, sign_in

OWN = "/can-bo/tai-khoan"
PEOPLE = "/can-bo/he-thong/nguoi-dung"
NEW = "duong-lang-mua-gat"


def copy_of(client: FlaskClient) -> FlaskClient:
    """A thief's browser with the same cookie."""
    cookie = client.get_cookie("phien")
    assert cookie is not None
    thief = client.application.test_client()
    thief.set_cookie("phien", cookie.value)
    return thief


def is_in(client: FlaskClient) -> bool:
    return client.get(OWN).status_code == 200


def reasons(app: Flask, user: User) -> list[SessionEnd | None]:
    with app.app_context():
        rows = db.session.scalars(
            sa.select(StaffSession.reason)
            .where(StaffSession.user_id == user.id)
            .order_by(StaffSession.id)
        )
        return list(rows)


def test_signing_out_ends_the_session_in_the_database(app: Flask) -> None:
    client, user = make_staff(app, Role.OFFICER)
    thief = copy_of(client)
    assert is_in(thief)
    response = post(client, "/can-bo/dang-xuat", form_at=OWN)
    assert (response.status_code, response.location) == (302, "/can-bo/dang-nhap")
    assert '"cache"' in response.headers["Clear-Site-Data"]
    assert "Bạn đã đăng xuất." in client.get("/can-bo/dang-nhap").get_data(as_text=True)
    assert not is_in(client)
    assert not is_in(thief)
    assert reasons(app, user) == [SessionEnd.SIGNED_OUT]


def test_signing_out_needs_the_token_and_a_post(app: Flask) -> None:
    client, _user = make_staff(app, Role.OFFICER)
    assert client.post("/can-bo/dang-xuat").status_code == 419
    client.get("/can-bo/dang-xuat")
    assert is_in(client)


def test_signing_out_twice_is_no_error(app: Flask, client: FlaskClient) -> None:
    assert post(client, "/can-bo/dang-xuat", form_at="/can-bo/dang-nhap").status_code == 302


def change_password(client: FlaskClient) -> Any:
    data = {"password": PASSWORD, "new_password": NEW, "repeat_password": NEW}
    return post(client, OWN + "/mat-khau", data)


def test_another_password_ends_the_others_and_renews_this_one(app: Flask, heard: Any) -> None:
    client, user = make_staff(app, Role.OFFICER)
    elsewhere = app.test_client()
    sign_in(elsewhere, user)
    thief = copy_of(client)
    assert change_password(client).status_code == 302
    assert is_in(client)
    assert not is_in(elsewhere)
    assert not is_in(thief)
    assert heard.kinds == ["PasswordChanged"]
    assert set(reasons(app, user)) == {SessionEnd.REPLACED, SessionEnd.PASSWORD, None}


def by_administrator(
    action: str, data: dict[str, Any] | None = None
) -> Callable[[Flask, User], None]:
    def act(app: Flask, user: User) -> None:
        administrator, _ = make_staff(app, Role.ADMINISTRATOR)
        response = post(
            administrator,
            f"{PEOPLE}/{user.username}{action}",
            data,
            form_at=f"{PEOPLE}/{user.username}",
        )
        assert response.status_code == 302, response.get_data(as_text=True)

    return act


CHANGED_ROLES = {
    "full_name": "Cán bộ",
    "email": "a@anson.example",
    "roles": ["officer", "moderator"],
}


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (by_administrator("/khoa"), SessionEnd.DISABLED),
        (by_administrator("/ket-thuc-phien"), SessionEnd.BY_ADMINISTRATOR),
        (by_administrator("/dat-lai-xac-thuc"), SessionEnd.SECOND_FACTOR),
        (by_administrator("", CHANGED_ROLES), SessionEnd.ROLE),
    ],
)
def test_an_administrator_s_act_ends_every_session(
    app: Flask, act: Callable[[Flask, User], None], reason: SessionEnd
) -> None:
    client, user = make_staff(app, Role.OFFICER)
    thief = copy_of(client)
    act(app, user)
    assert not is_in(client)
    assert not is_in(thief)
    assert reasons(app, user) == [reason]


def test_an_edit_without_new_roles_ends_nothing(app: Flask) -> None:
    client, user = make_staff(app, Role.OFFICER)
    by_administrator("", {"full_name": "Tên mới", "email": user.email, "roles": ["officer"]})(
        app, user
    )
    assert "Tên mới" in client.get(OWN).get_data(as_text=True)


def test_half_an_hour_without_a_page_ends_it_and_a_page_a_minute_keeps_it(app: Flask) -> None:
    start = dt.datetime(2026, 11, 24, 1, 0, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as clock:
        client, _user = make_staff(app, Role.OFFICER)
        for _ in range(3):
            clock.shift(dt.timedelta(minutes=29))
            assert is_in(client)
        clock.shift(dt.timedelta(minutes=30))
        response = client.get(OWN)
        assert response.status_code == 302
        # It is not revived by coming back with the old cookie.
        clock.shift(dt.timedelta(minutes=-20))
        assert not is_in(client)


def test_twelve_hours_end_it_whatever_happens(app: Flask) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 24, 0, 0, tzinfo=dt.UTC), tick=False) as clock:
        client, _user = make_staff(app, Role.OFFICER)
        for _ in range(12 * 3 - 1):
            clock.shift(dt.timedelta(minutes=20))
            assert is_in(client)
        clock.shift(dt.timedelta(minutes=20))
        assert not is_in(client)


def test_another_password_does_not_make_the_twelve_hours_longer(app: Flask) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 24, 0, 0, tzinfo=dt.UTC), tick=False) as clock:
        client, user = make_staff(app, Role.OFFICER)
        clock.shift(dt.timedelta(minutes=20))
        change_password(client)
        with app.app_context():
            (row,) = queries.sessions_of(db.session.get_one(User, user.id))
            assert row.ends_at == dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


def test_the_time_seen_moves_on_once_a_minute_and_writes_nothing(app: Flask) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 24, 1, 0, tzinfo=dt.UTC), tick=False) as clock:
        client, _user = make_staff(app, Role.OFFICER)
        client.get(OWN)
        clock.shift(dt.timedelta(seconds=30))
        assert "Set-Cookie" not in client.get(OWN).headers
        clock.shift(dt.timedelta(seconds=31))
        assert "Set-Cookie" in client.get(OWN).headers
        assert "Set-Cookie" not in client.get(OWN).headers


def test_reading_any_page_changes_no_row(app: Flask) -> None:
    client, user = make_staff(app, Role.ADMINISTRATOR, Role.APPROVER)
    with app.app_context():
        link = second_factor_link(user)

        def everything() -> list[Any]:
            rows = [
                db.session.execute(table.select().order_by(*table.primary_key.columns)).all()
                for table in db.metadata.sorted_tables
                if table.name != "alembic_version"
            ]
            db.session.rollback()
            return rows

        before = everything()
    pages = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in {"accounts", "own_account", "people"}
        and "GET" in (rule.methods or ())
    ]
    assert len(pages) >= 14
    for browser in (client, app.test_client()):
        for page in pages:
            assert browser.get(
                page.replace("<token>", link).replace("<username>", user.username)
            ).status_code in {200, 302, 404, 410}
    with app.app_context():
        assert everything() == before


def second_factor_link(user: User) -> str:
    from app.accounts.models import TokenPurpose
    from app.accounts.service.passwords import issue_link

    link = issue_link(db.session.get_one(User, user.id), TokenPurpose.RESET)
    db.session.commit()
    return link


def test_one_s_own_sessions_are_listed_and_ended(app: Flask) -> None:
    client, user = make_staff(app, Role.OFFICER)
    others = [app.test_client() for _ in range(3)]
    for other in others:
        sign_in(other, user)
    _stranger_client, stranger = make_staff(app, Role.OFFICER)
    with app.app_context():
        mine = [row.id for row in queries.sessions_of(db.session.get_one(User, user.id))]
        theirs = [row.id for row in queries.sessions_of(db.session.get_one(User, stranger.id))]
    page = client.get(OWN).get_data(as_text=True)
    assert page.count('/ket-thuc"') == 3
    assert "Kết thúc mọi phiên khác" in page
    assert post(client, f"{OWN}/phien/{mine[0]}/ket-thuc", form_at=OWN).status_code == 302
    assert [is_in(other) for other in others] == [True, True, False]
    assert post(client, f"{OWN}/phien/{theirs[0]}/ket-thuc", form_at=OWN).status_code == 404
    assert post(client, f"{OWN}/phien/{mine[0]}/ket-thuc", form_at=OWN).status_code == 404
    assert post(client, f"{OWN}/phien/ket-thuc-khac", form_at=OWN).status_code == 302
    assert not any(is_in(other) for other in others)
    assert is_in(client)
    assert is_in(_stranger_client)


def test_ending_this_very_session_by_its_number_does_nothing(app: Flask) -> None:
    client, user = make_staff(app, Role.OFFICER)
    with app.app_context():
        (row,) = queries.sessions_of(db.session.get_one(User, user.id))
        number = row.id
    assert post(client, f"{OWN}/phien/{number}/ket-thuc", form_at=OWN).status_code == 302
    assert is_in(client)


def test_a_cookie_signed_with_another_key_is_worth_nothing(
    make_app: Any, database_url: str, app: Flask
) -> None:
    client, _user = make_staff(app, Role.OFFICER)
    other = make_app(database_url=database_url, secret_key="another-key-that-is-long-enough-for-us")
    stolen = other.test_client()
    cookie = client.get_cookie("phien")
    assert cookie is not None
    stolen.set_cookie("phien", cookie.value)
    assert not is_in(stolen)


@pytest.mark.parametrize(
    "content",
    [
        {"staff": 5, "seen": 5},
        {"staff": "x"},
        {"staff": "x", "seen": "y"},
        {"seen": 1},
        {"staff": "", "seen": 0},
    ],
)
def test_a_strange_cookie_is_a_visitor(client: FlaskClient, content: dict[str, Any]) -> None:
    with client.session_transaction() as cookie:
        cookie.update(content)
    assert client.get(OWN).status_code == 302


def test_an_initial_password_is_replaced_before_anything_else(app: Flask) -> None:
    client, _user = make_staff(app, Role.OFFICER, must_change_password=True)
    response = client.get(OWN)
    assert (response.status_code, response.location) == (302, OWN + "/mat-khau")
    assert "do người khác đặt" in client.get(OWN + "/mat-khau").get_data(as_text=True)
    assert change_password(client).status_code == 302
    assert is_in(client)


def test_a_session_that_becomes_a_deputy_s_needs_the_second_factor(app: Flask) -> None:
    client, user = make_staff(app, Role.OFFICER)
    plain = app.test_client()
    sign_in(plain, user, second_factor=False)
    assert is_in(plain)
    with app.app_context():
        giver = make_user(roles=(Role.APPROVER,))
        deputies.name_deputy(
            giver, deputy=db.session.get_one(User, user.id), starts_on=today(), ends_on=today()
        )
        db.session.commit()
    assert not is_in(plain)
    assert plain.get("/can-bo/dang-nhap").location.startswith("/can-bo/xac-thuc/thiet-lap")
    assert is_in(client)


def test_sessions_of_long_ago_are_deleted(app: Flask) -> None:
    with time_machine.travel(dt.datetime(2026, 8, 1, tzinfo=dt.UTC), tick=False) as clock:
        _client, user = make_staff(app, Role.OFFICER)
        with app.app_context():
            second_factor_link(user)
        clock.shift(dt.timedelta(days=80))
        make_staff(app, Role.OFFICER)
        with app.app_context():
            clock.shift(dt.timedelta(days=11))
            keeping.purge()
            db.session.commit()
            left = db.session.scalars(sa.select(StaffSession.user_id)).all()
            assert user.id not in left
            assert len(left) == 1
            assert db.session.scalar(sa.text("SELECT count(*) FROM password_token")) == 0


def test_ending_an_ended_session_keeps_the_first_reason(ctx: Flask) -> None:
    user = make_user()
    session_service.start(user)
    (row,) = queries.sessions_of(user)
    session_service.end(row, SessionEnd.SIGNED_OUT)
    session_service.end(row, SessionEnd.DISABLED)
    assert row.reason is SessionEnd.SIGNED_OUT


def test_closing_twice_is_recorded_once(ctx: Flask) -> None:
    administrator, user = make_user(roles=(Role.ADMINISTRATOR,)), make_user()
    for _ in range(2):
        people.disable(user, actor=administrator)
    for _ in range(2):
        people.enable(user, actor=administrator)
    tags = db.session.scalars(
        sa.text("SELECT tag FROM audit_record WHERE tag LIKE 'user:%abled'")
    ).all()
    assert sorted(tags) == ["user:disabled", "user:enabled"]
    assert not second_factor.vault().demo


def test_ending_others_when_there_are_none_is_not_recorded(ctx: Flask) -> None:
    user = make_user()
    session_service.start(user)
    (row,) = queries.sessions_of(user)
    assert session_service.end_others(user, keep=row) == 0
    assert (
        db.session.scalar(
            sa.text("SELECT count(*) FROM audit_record WHERE tag = 'user:session:ended'")
        )
        == 0
    )
