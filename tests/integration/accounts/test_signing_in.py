"""The sign-in form: who gets in, what wrong answers say, where people go next, how tries are
limited.
"""

import datetime as dt
import re
import time
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access import Role
from app.accounts import vault
from app.accounts.models import StaffSession, User
from app.audit.models import AuditRecord
from app.extensions import db
from tests.factories.accounts import PASSWORD, csrf_of, make_user, post, sign_in
from tests.factories.statements import StatementCounter

ADDRESS = "/can-bo/dang-nhap"
OWN = "/can-bo/tai-khoan"


def try_to_sign_in(
    client: FlaskClient, username: str, password: str = PASSWORD, **more: Any
) -> TestResponse:
    return post(client, ADDRESS, {"username": username, "password": password, **more})


def is_in(client: FlaskClient) -> bool:
    return client.get(OWN).status_code == 200


@pytest.fixture
def officer(app: Flask) -> User:
    with app.app_context():
        make_user("dong-nghiep")
        return make_user("chuyenvien", full_name="Trần Văn Khoa")


def test_the_form_has_the_agreed_words(client: FlaskClient) -> None:
    page = client.get(ADDRESS).get_data(as_text=True)
    for words in ("Tên đăng nhập", "Mật khẩu", "Đăng nhập", "Quên mật khẩu?"):
        assert words in page
    assert page.count("<h1") == 1


def test_the_right_password_opens_the_staff_pages(client: FlaskClient, officer: User) -> None:
    response = try_to_sign_in(client, "chuyenvien")
    assert (response.status_code, response.location) == (302, "/can-bo/")
    page = client.get(OWN)
    assert page.status_code == 200
    assert "Trần Văn Khoa" in page.get_data(as_text=True)
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("typed", ["ChuyenVien", " chuyenvien ", "chuyênviên"])
def test_capitals_blanks_and_marks_in_the_name_do_not_matter(
    client: FlaskClient, officer: User, typed: str
) -> None:
    assert try_to_sign_in(client, typed).status_code == 302


def test_a_decomposed_password_is_the_same_password(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make_user("toi", password="m\u1ea5y-t\u00edm-\u0111\u00f2-ngang")
    assert (
        try_to_sign_in(client, "toi", "ma\u0302\u0301y-ti\u0301m-\u0111o\u0300-ngang").status_code
        == 302
    )


def test_signing_in_is_recorded(app: Flask, client: FlaskClient, officer: User) -> None:
    try_to_sign_in(client, "chuyenvien")
    with app.app_context():
        records = db.session.scalars(
            sa.select(AuditRecord.about_id).where(AuditRecord.tag == "user:session:started")
        ).all()
        assert records == [officer.id]
        assert db.session.get_one(User, officer.id).last_sign_in_at is not None


def without_token(response: TestResponse) -> str:
    return re.sub(r'(name="csrf_token"[^>]*value=)"[^"]+"', r"\1", response.get_data(as_text=True))


def test_nobody_learns_which_accounts_exist(app: Flask, officer: User) -> None:
    with app.app_context():
        make_user("da-khoa", is_demo=False)
        db.session.execute(
            sa.update(User).where(User.username == "da-khoa").values(is_active=False)
        )
        db.session.commit()
        make_user("chua-nhan-moi", password=None)
        make_user("ban-mau", is_demo=True)
    answers = []
    for username, password in (
        ("chuyenvien", "sai-mat-khau-roi"),
        ("khong-co-ai", "sai-mat-khau-roi"),
        ("da-khoa", PASSWORD),
        ("chua-nhan-moi", PASSWORD),
        ("ban-mau", PASSWORD),
    ):
        response = try_to_sign_in(app.test_client(), username, password)
        headers = {
            name: value
            for name, value in response.headers
            if name not in {"Set-Cookie", "Content-Length"}
        }
        answers.append(
            (response.status_code, headers, without_token(response).replace(username, ""))
        )
    assert answers[0][0] == 422
    for answer in answers[1:]:
        assert answer == answers[0]
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in answers[0][2]


def test_an_unknown_name_costs_a_hash_too(
    app: Flask, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    real = vault.PasswordHasher.verify
    monkeypatch.setattr(
        vault.PasswordHasher,
        "verify",
        lambda self, stored, password: verified.append(stored) or real(self, stored, password),
    )
    for username in ("chuyenvien", "khong-co-ai"):
        try_to_sign_in(app.test_client(), username, "sai-mat-khau-roi")
    assert len(verified) == 2
    assert verified[0].split("$")[:4] == verified[1].split("$")[:4]


@pytest.mark.parametrize(
    ("username", "password", "words"),
    [("", PASSWORD, "Hãy nhập tên đăng nhập."), ("chuyenvien", "", "Hãy nhập mật khẩu.")],
)
def test_an_empty_box_is_said_and_nothing_is_counted(
    app: Flask, client: FlaskClient, officer: User, username: str, password: str, words: str
) -> None:
    response = try_to_sign_in(client, username, password)
    assert response.status_code == 422
    assert words in response.get_data(as_text=True)
    assert "<title>Lỗi:" in response.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM throttle_event")) == 0


def test_the_password_never_comes_back(client: FlaskClient, officer: User) -> None:
    assert "sai-mat-khau-roi" not in try_to_sign_in(
        client, "chuyenvien", "sai-mat-khau-roi"
    ).get_data(as_text=True)


def test_a_megabyte_of_password_is_a_wrong_password(client: FlaskClient, officer: User) -> None:
    assert try_to_sign_in(client, "chuyenvien", "x" * 1_000_000).status_code == 422
    assert not is_in(client)


def test_without_the_token_of_the_form_nothing_happens(client: FlaskClient, officer: User) -> None:
    assert (
        client.post(ADDRESS, data={"username": "chuyenvien", "password": PASSWORD}).status_code
        == 419
    )
    assert not is_in(client)


SAFE = ["/can-bo/hoi-dap?tab=cua-toi", "/can-bo/tai-khoan", "/"]
UNSAFE = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "http:///evil.example",
    "/\t/evil.example",
    "/\r\nSet-Cookie: a=b",
    "javascript:alert(1)",
    "///evil.example",
    "evil.example",
    "",
]


@pytest.mark.parametrize("target", [*SAFE, *UNSAFE])
def test_next_leads_only_to_this_site(client: FlaskClient, officer: User, target: str) -> None:
    assert try_to_sign_in(client, "chuyenvien", next=target).location == (
        target if target in SAFE else "/can-bo/"
    )


@pytest.mark.parametrize("target", UNSAFE)
def test_next_in_the_address_is_checked_as_well(
    client: FlaskClient, officer: User, target: str
) -> None:
    page = client.get(ADDRESS, query_string={"next": target}).get_data(as_text=True)
    assert 'name="next"' in page
    assert "evil" not in re.findall(r'<input[^>]*name="next"[^>]*>', page)[0]
    sign_in(client, officer)
    assert client.get(ADDRESS, query_string={"next": target}).location == "/can-bo/"


def test_a_protected_page_leads_to_the_form_and_back(client: FlaskClient, officer: User) -> None:
    response = client.get(OWN + "/mat-khau?a=1")
    assert response.status_code == 302
    assert response.location.startswith(ADDRESS + "?next=")
    page = client.get(response.location).get_data(as_text=True)
    assert 'value="/can-bo/tai-khoan/mat-khau?a=1"' in page
    assert "Hãy đăng nhập để tiếp tục." in page


@pytest.mark.parametrize(
    "address",
    [
        "/can-bo/khong-co-trang-nay",
        "/can-bo",
        "/can-bo/",
        "/can-bo/a/b/c?d=e",
        "/can-bo/tai-khoan/khac",
    ],
)
def test_unknown_staff_addresses_are_closed_like_the_others(
    app: Flask, client: FlaskClient, officer: User, address: str
) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert response.location.startswith(ADDRESS)
    sign_in(client, officer)
    assert client.get("/can-bo/khong-co-trang-nay").status_code == 404


def test_a_route_that_names_no_permission_is_closed_to_everybody(
    make_app: Any, database_url: str, shared_app: Flask, app: Flask, officer: User
) -> None:
    other = make_app(database_url=database_url)
    other.add_url_rule("/can-bo/quen-ghi-quyen", "forgotten_permission", lambda: "bí mật")
    client = other.test_client()
    assert client.get("/can-bo/quen-ghi-quyen").status_code == 302
    sign_in(client, officer)
    response = client.get("/can-bo/quen-ghi-quyen")
    assert response.status_code == 403
    assert "bí mật" not in response.get_data(as_text=True)


def test_fixation_what_was_in_the_cookie_before_is_gone(
    app: Flask, client: FlaskClient, officer: User
) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        cookie["staff"] = "known-secret"
        cookie["seen"] = int(time.time())
    before = csrf_of(client, ADDRESS)
    client.post(
        ADDRESS, data={"username": "chuyenvien", "password": PASSWORD, "csrf_token": before}
    )
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["staff"] != "known-secret"
        assert len(cookie["staff"]) == 22  # 128 bits in base 64
        assert set(cookie) <= {"staff", "seen"}
    assert client.post("/can-bo/dang-xuat", data={"csrf_token": before}).status_code == 419


def test_signing_in_again_ends_the_browser_s_old_session(
    app: Flask, client: FlaskClient, officer: User
) -> None:
    sign_in(client, officer)
    old = client.get_cookie("phien")
    assert old is not None
    # The form sends signed-in people on, so the token is taken from another page.
    client.post(
        ADDRESS,
        data={"username": "chuyenvien", "password": PASSWORD, "csrf_token": csrf_of(client, OWN)},
    )
    assert is_in(client)
    stale = app.test_client()
    stale.set_cookie("phien", old.value)
    assert not is_in(stale)


def test_only_a_hash_of_the_secret_is_stored(
    app: Flask, client: FlaskClient, officer: User
) -> None:
    try_to_sign_in(client, "chuyenvien")
    with client.session_transaction() as cookie:
        token = cookie["staff"]
    with app.app_context():
        row = db.session.scalars(sa.select(StaffSession)).one()
        assert token not in (row.token_hash, row.user_agent)
        assert len(row.token_hash) == 64


def test_old_hashes_are_renewed_at_sign_in(app: Flask, client: FlaskClient, officer: User) -> None:
    with app.app_context():
        weak = vault.PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
        db.session.execute(sa.update(User).where(User.id == officer.id).values(password_hash=weak))
        db.session.commit()
    assert try_to_sign_in(client, "chuyenvien").status_code == 302
    with app.app_context():
        stored = db.session.get_one(User, officer.id).password_hash or ""
        assert stored != weak
        assert not vault.vault().needs_rehash(stored)
    assert try_to_sign_in(app.test_client(), "chuyenvien").status_code == 302


def test_demo_accounts_open_only_in_demo_data(make_app: Any, database_url: str, app: Flask) -> None:
    with app.app_context():
        make_user("tiepnhan", is_demo=True, roles=(Role.MODERATOR,))
        make_user("lanhdao", is_demo=True, roles=(Role.APPROVER, Role.PUBLISHER))
    assert try_to_sign_in(app.test_client(), "tiepnhan").status_code == 422
    demo = make_app(database_url=database_url, demo=True)
    for username in ("tiepnhan", "lanhdao"):
        client = demo.test_client()
        assert try_to_sign_in(client, username).location == "/can-bo/"
        assert is_in(client)


# Limits -----------------------------------------------------------------------------------------


def test_ten_wrong_passwords_close_the_account_for_a_while_for_the_right_one_too(
    client: FlaskClient, officer: User
) -> None:
    start = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False):
        for _ in range(10):
            assert try_to_sign_in(client, "chuyenvien", "sai-mat-khau-roi").status_code == 422
        refused = try_to_sign_in(client, "chuyenvien")
        assert refused.status_code == 429
        assert "tạm dừng" in refused.get_data(as_text=True)
        assert refused.headers["Retry-After"] == "900"
        assert not is_in(client)
    with time_machine.travel(start + dt.timedelta(minutes=14), tick=False):
        assert try_to_sign_in(client, "chuyenvien").status_code == 429
    with time_machine.travel(start + dt.timedelta(minutes=16), tick=False):
        assert try_to_sign_in(client, "chuyenvien").status_code == 302


def test_a_name_that_nobody_has_closes_in_the_same_way(client: FlaskClient, officer: User) -> None:
    statuses = [
        try_to_sign_in(client, "khong-co-ai", "sai-mat-khau-roi").status_code for _ in range(11)
    ]
    assert statuses == [422] * 10 + [429]


def test_nothing_is_hashed_while_the_door_is_closed(
    client: FlaskClient, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        try_to_sign_in(client, "chuyenvien", "sai-mat-khau-roi")

    def fail(*args: Any) -> bool:
        raise AssertionError("hashed although the limit was reached")

    monkeypatch.setattr(vault.Vault, "verify_password", fail)
    assert try_to_sign_in(client, "chuyenvien").status_code == 429


def test_success_forgets_the_failures(client: FlaskClient, app: Flask, officer: User) -> None:
    for _ in range(3):
        for _ in range(9):
            assert (
                try_to_sign_in(app.test_client(), "chuyenvien", "sai-mat-khau-roi").status_code
                == 422
            )
        assert try_to_sign_in(app.test_client(), "chuyenvien").status_code == 302


def test_one_password_tried_on_many_accounts_closes_the_address(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        for number in range(12):
            make_user(f"nguoi-{number}", password="khac-nhau-hoan-toan")
    statuses = [
        try_to_sign_in(client, f"nguoi-{number}", "mot-mat-khau-2026").status_code
        for number in range(12)
    ]
    assert statuses == [422] * 10 + [429] * 2
    assert try_to_sign_in(client, "nguoi-11", "khac-nhau-hoan-toan").status_code == 429
    elsewhere = post(client, ADDRESS, {"username": "nguoi-11", "password": "khac-nhau-hoan-toan"})
    assert elsewhere.status_code == 429
    token = csrf_of(client, ADDRESS)
    data = {"username": "nguoi-11", "password": "khac-nhau-hoan-toan", "csrf_token": token}
    assert (
        client.post(ADDRESS, data=data, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code
        == 302
    )


def test_one_forgetful_person_does_not_lock_out_the_office(app: Flask, officer: User) -> None:
    for _ in range(11):
        try_to_sign_in(app.test_client(), "chuyenvien", "sai-mat-khau-roi")
    assert try_to_sign_in(app.test_client(), "dong-nghiep").status_code == 302


def test_neither_names_nor_addresses_are_kept(app: Flask, officer: User) -> None:
    try_to_sign_in(app.test_client(), "chuyenvien", "sai-mat-khau-roi")
    with app.app_context():
        rows = db.session.execute(sa.text("SELECT scope, key FROM throttle_event")).all()
    assert {row.scope for row in rows} == {"sign-in:account", "sign-in:address", "sign-in:pair"}
    assert all(
        "chuyenvien" not in row.key and "127.0.0.1" not in row.key and len(row.key) == 64
        for row in rows
    )


def test_the_owner_hears_of_five_wrong_passwords_once(
    app: Flask, officer: User, heard: Any
) -> None:
    for number in range(1, 9):
        try_to_sign_in(app.test_client(), "chuyenvien", "sai-mat-khau-roi")
        assert len(heard) == (1 if number >= 5 else 0)
    assert heard.kinds == ["SignInAlert"]
    assert heard[0].user_id == officer.id


def test_nobody_hears_of_wrong_passwords_for_a_name_that_nobody_has(app: Flask, heard: Any) -> None:
    for _ in range(6):
        try_to_sign_in(app.test_client(), "khong-co-ai", "sai-mat-khau-roi")
    assert not heard


def test_an_alert_is_not_sent_for_a_closed_account(app: Flask, officer: User, heard: Any) -> None:
    with app.app_context():
        db.session.execute(sa.update(User).values(is_active=False))
        db.session.commit()
    for _ in range(6):
        try_to_sign_in(app.test_client(), "chuyenvien", "sai-mat-khau-roi")
    assert not heard


# Visitors ---------------------------------------------------------------------------------------


@pytest.fixture
def public_page(make_app: Any, database_url: str, app: Flask) -> Flask:
    other = make_app(database_url=database_url)

    @other.get("/trang-cong-khai")
    def page() -> str:
        from flask import render_template

        return render_template("errors/404.html")

    return other


def test_a_visitor_without_a_cookie_gets_none_and_costs_no_look_for_a_person(
    public_page: Flask,
) -> None:
    with public_page.app_context():
        engine = db.engine
    with StatementCounter(engine) as counter:
        response = public_page.test_client().get("/trang-cong-khai")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert not [
        statement
        for statement in counter.statements
        if "staff_session" in statement or '"user"' in statement or " user" in statement
    ]


def test_a_forged_remember_cookie_opens_nothing(client: FlaskClient, officer: User) -> None:
    client.set_cookie("remember_token", f"{officer.id}|0")
    assert not is_in(client)


def test_a_signed_in_page_costs_one_statement_for_the_person(
    app: Flask, client: FlaskClient, officer: User
) -> None:
    sign_in(client, officer)
    with app.app_context():
        engine = db.engine
    with StatementCounter(engine) as counter:
        assert client.get(OWN + "/mat-khau").status_code == 200
    assert len([statement for statement in counter.statements if "staff_session" in statement]) == 1
    assert len(counter.statements) <= 2
