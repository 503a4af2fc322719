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
from app.accounts.models import StaffSession, TokenPurpose, User
from app.accounts.service import passwords
from app.audit.models import AuditRecord
from app.extensions import db
from app.kernel import throttle
from app.mailer.models import OutboxMessage
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


START = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
WRONG = "sai-mat-khau-roi"
HOME, STRANGER = "198.51.100.4", "203.0.113.9"


def sign_in_from(
    client: FlaskClient, address: str, username: str = "chuyenvien", password: str = PASSWORD
) -> TestResponse:
    """Through the form, from this address."""
    place = {"REMOTE_ADDR": address}
    page = client.get(ADDRESS, environ_base=place).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page[:300]
    data = {"username": username, "password": password, "csrf_token": found.group(1)}
    return client.post(ADDRESS, data=data, environ_base=place)


def test_wrong_passwords_from_elsewhere_cost_the_owner_nothing(app: Flask, officer: User) -> None:
    for _ in range(30):
        sign_in_from(app.test_client(), STRANGER, password=WRONG)
    assert sign_in_from(app.test_client(), STRANGER).status_code == 429
    assert sign_in_from(app.test_client(), HOME).status_code == 302


def test_wrong_passwords_come_more_and_more_slowly_and_nothing_is_closed(
    client: FlaskClient, officer: User
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(5):
            assert try_to_sign_in(client, "chuyenvien", WRONG).status_code == 422
        waits = []
        for _ in range(12):
            refused = try_to_sign_in(client, "chuyenvien")
            assert refused.status_code == 429
            waits.append(int(refused.headers["Retry-After"]))
            assert str(waits[-1]) in refused.get_data(as_text=True) or waits[-1] > 120
            # Asking again before the time makes nothing longer.
            assert try_to_sign_in(client, "chuyenvien").headers["Retry-After"] == str(waits[-1])
            clock.shift(waits[-1])
            assert try_to_sign_in(client, "chuyenvien", WRONG).status_code == 422
        assert waits[:5] == [2, 4, 8, 16, 32]
        assert max(waits) == 900
        clock.shift(900)
        assert try_to_sign_in(client, "chuyenvien").status_code == 302


def test_a_browser_that_signed_in_before_does_not_wait_for_its_neighbours(
    app: Flask, officer: User
) -> None:
    mine = app.test_client()
    assert sign_in_from(mine, HOME).status_code == 302
    mine.delete_cookie("phien")
    with app.app_context():
        for number in range(15):
            make_user(f"nguoi-{number}", password="khac-nhau-hoan-toan")
    for _ in range(8):
        sign_in_from(app.test_client(), HOME, password=WRONG)
    for number in range(12):
        sign_in_from(app.test_client(), HOME, f"nguoi-{number}", WRONG)
    assert sign_in_from(app.test_client(), HOME).status_code == 429
    assert sign_in_from(mine, HOME).status_code == 302


def test_what_makes_a_browser_known_is_bound_to_the_account_and_cannot_be_made_up(
    app: Flask, officer: User
) -> None:
    mine = app.test_client()
    answer = sign_in_from(mine, HOME)
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("may="))
    for words in ("HttpOnly", "SameSite=Strict", "Path=/can-bo/dang-nhap", "Max-Age=31536000"):
        assert words in cookie
    assert "chuyenvien" not in cookie
    value = mine.get_cookie("may", path="/can-bo/dang-nhap")
    assert value is not None
    for _ in range(6):
        sign_in_from(app.test_client(), HOME, "dong-nghiep", WRONG)
        sign_in_from(app.test_client(), HOME, "chuyenvien", WRONG)
    for username, made_up in (
        ("dong-nghiep", value.value),
        ("chuyenvien", value.value[:-2] + "AA"),
    ):
        other = app.test_client()
        other.set_cookie("may", made_up, path="/can-bo/dang-nhap")
        assert sign_in_from(other, HOME, username).status_code == 429
    # Guessing in a known browser comes more slowly too.
    mine.delete_cookie("phien")
    statuses = [sign_in_from(mine, HOME, password=WRONG).status_code for _ in range(7)]
    assert statuses == [422] * 5 + [429] * 2


def test_a_name_that_nobody_has_slows_down_in_the_same_way(
    client: FlaskClient, officer: User
) -> None:
    statuses = [try_to_sign_in(client, "khong-co-ai", WRONG).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_nothing_is_hashed_while_somebody_has_to_wait(
    client: FlaskClient, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        try_to_sign_in(client, "chuyenvien", WRONG)

    def fail(*args: Any) -> bool:
        raise AssertionError("hashed although it was too early")

    monkeypatch.setattr(vault.Vault, "verify_password", fail)
    assert try_to_sign_in(client, "chuyenvien").status_code == 429


def test_success_forgets_the_failures(client: FlaskClient, app: Flask, officer: User) -> None:
    for _ in range(3):
        for _ in range(4):
            assert try_to_sign_in(app.test_client(), "chuyenvien", WRONG).status_code == 422
        assert try_to_sign_in(app.test_client(), "chuyenvien").status_code == 302


def test_one_password_tried_on_many_accounts_slows_the_place_down(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        for number in range(12):
            make_user(f"nguoi-{number}", password="khac-nhau-hoan-toan")
    with time_machine.travel(START, tick=False) as clock:
        statuses = [
            sign_in_from(client, STRANGER, f"nguoi-{number}", "mot-mat-khau-2026").status_code
            for number in range(12)
        ]
        assert statuses == [422] * 10 + [429] * 2
        assert sign_in_from(client, HOME, "nguoi-11", "khac-nhau-hoan-toan").status_code == 302
        # Whoever sits behind the same address waits a minute at most.
        clock.shift(60)
        other = app.test_client()
        assert sign_in_from(other, STRANGER, "nguoi-10", "khac-nhau-hoan-toan").status_code == 302


def test_forty_addresses_of_one_ipv6_line_are_one_place(app: Flask, officer: User) -> None:
    statuses = [
        sign_in_from(app.test_client(), f"2001:db8:7:1::{number:x}", password=WRONG).status_code
        for number in range(1, 41)
    ]
    assert statuses.count(422) <= 7
    assert sign_in_from(app.test_client(), "2001:db8:7:2::1").status_code == 302


def test_guessing_from_everywhere_is_noticed_and_braked_and_the_owner_gets_in(
    app: Flask, officer: User
) -> None:
    with app.app_context():
        make_user("quantri", roles=(Role.ADMINISTRATOR,))
    mine = app.test_client()
    with time_machine.travel(START, tick=False) as clock:
        sign_in_from(mine, HOME)
        mine.delete_cookie("phien")
        for number in range(105):
            sign_in_from(app.test_client(), f"203.0.113.{number}", f"ai-{number % 60}", WRONG)
        with app.app_context():
            mails = db.session.scalars(
                sa.select(OutboxMessage).where(OutboxMessage.kind == "guessing-alert")
            ).all()
            assert [mail.to_address for mail in mails] == ["quantri@anson.example"]
            assert "100 lần nhập sai mật khẩu" in mails[0].text
        stranger = [sign_in_from(app.test_client(), "203.0.114.1", password=WRONG) for _ in "ab"]
        assert [answer.status_code for answer in stranger] == [422, 429]
        assert sign_in_from(mine, HOME).status_code == 302
        assert sign_in_from(app.test_client(), "198.51.100.7").status_code == 302
        clock.shift(3_601)
        for number in range(105):
            sign_in_from(app.test_client(), f"203.0.113.{number}", f"ai-{number % 60}", WRONG)
        with app.app_context():
            alerts = sa.select(sa.func.count()).where(OutboxMessage.kind == "guessing-alert")
            assert db.session.scalar(alerts) == 2


def test_failures_of_a_clock_that_stood_wrong_do_not_last(app: Flask, officer: User) -> None:
    with time_machine.travel(START + dt.timedelta(days=400), tick=False):
        for _ in range(12):
            sign_in_from(app.test_client(), HOME, password=WRONG)
    with time_machine.travel(START, tick=False):
        assert sign_in_from(app.test_client(), HOME).status_code == 302
        with app.app_context():
            throttle.purge()
            db.session.commit()
            assert db.session.scalar(sa.text("SELECT count(*) FROM throttle_event")) == 0


def test_a_new_password_through_the_mailbox_ends_the_waiting(app: Flask, officer: User) -> None:
    client = app.test_client()
    for _ in range(6):
        sign_in_from(client, HOME, password=WRONG)
    with app.app_context():
        token = passwords.issue_link(db.session.get_one(User, officer.id), TokenPurpose.RESET)
        passwords.use_link(
            token, password_hash=vault.vault().hash_password("moi-hoan-toan-2026"), address=HOME
        )
        db.session.commit()
    assert sign_in_from(client, HOME, password="moi-hoan-toan-2026").status_code == 302


def test_one_forgetful_person_does_not_lock_out_the_office(app: Flask, officer: User) -> None:
    for _ in range(11):
        try_to_sign_in(app.test_client(), "chuyenvien", WRONG)
    assert try_to_sign_in(app.test_client(), "dong-nghiep").status_code == 302


def test_neither_names_nor_addresses_are_kept(app: Flask, officer: User) -> None:
    try_to_sign_in(app.test_client(), "chuyenvien", "sai-mat-khau-roi")
    with app.app_context():
        rows = db.session.execute(sa.text("SELECT scope, key FROM throttle_event")).all()
    counted = {row.scope: row.key for row in rows}
    assert set(counted) == {"sign-in:account", "sign-in:address", "sign-in:pair", "guess"}
    assert counted.pop("guess") == "sign-in"
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in counted.values())


def test_the_owner_hears_of_five_wrong_passwords_once(
    app: Flask, officer: User, heard: Any
) -> None:
    for number in range(1, 9):
        sign_in_from(app.test_client(), f"203.0.113.{number % 3}", password=WRONG)
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
