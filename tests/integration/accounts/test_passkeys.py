"""Passkeys from end to end with an authenticator of our own: added, used alone and as the second
factor, named, removed, and everything that must not open anything.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from app.access import Role
from app.accounts import queries, totp
from app.accounts.models import Passkey, PasskeyChallenge, PasskeyUse, RecoveryCode, User
from app.accounts.service import keeping, passkeys, second_factor
from app.accounts.vault import vault
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import FieldError, NotFound, Refused
from tests.conftest import databases, empty
from tests.factories.accounts import PASSWORD, csrf_of, make_user, post, sign_in
from tests.factories.authenticator import Authenticator

#: As test clients have it; browsers allow it too.
HOST = "localhost"
ORIGIN = f"http://{HOST}:8443"
SIGN_IN = "/can-bo/dang-nhap"
BY_KEY = SIGN_IN + "/khoa-truy-cap"
CODE = "/can-bo/xac-thuc"
CODE_BY_KEY = CODE + "/khoa-truy-cap"
OWN = "/can-bo/tai-khoan"
KEYS = OWN + "/khoa-truy-cap"


@pytest.fixture(scope="session")
def named_app(make_app: Any, new_database_of_session: str) -> Iterator[Flask]:
    """An app at an address with a host name: passkeys belong to one."""
    app: Flask = make_app(public_base_url=ORIGIN, database_url=new_database_of_session)
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def new_database_of_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with databases() as make:
        yield make() or f"sqlite:///{tmp_path_factory.mktemp('passkeys') / 'test.db'}"


@pytest.fixture
def app(named_app: Flask) -> Iterator[Flask]:
    yield named_app
    empty(named_app)


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator(ORIGIN)


@pytest.fixture
def officer(app: Flask) -> User:
    with app.app_context():
        return make_user("chuyenvien", full_name="Trần Thị Bưởi", email="buoi@anson.example")


def begin(client: FlaskClient, form_at: str, address: str, **data: str) -> Any:
    return post(client, address + "/bat-dau", data, form_at=form_at)


def options(client: FlaskClient, form_at: str, address: str, **data: str) -> dict[str, Any]:
    response = begin(client, form_at, address, **data)
    assert response.status_code == 200, response.get_data(as_text=True)
    found: dict[str, Any] = response.get_json()
    return found


def send(client: FlaskClient, form_at: str, address: str, answer: Any, **data: str) -> Any:
    credential = answer if isinstance(answer, str) else json.dumps(answer)
    return post(client, address, {"credential": credential, **data}, form_at=form_at)


def add(client: FlaskClient, device: Authenticator, name: str = "Điện thoại") -> Any:
    asked = options(client, KEYS, KEYS, name=name, password=PASSWORD)
    return send(client, KEYS, KEYS, device.create(asked), name=name)


def enter(client: FlaskClient, device: Authenticator, **data: str) -> Any:
    """Sign in with nothing but a key."""
    return send(client, SIGN_IN, BY_KEY, device.get(options(client, SIGN_IN, BY_KEY)), **data)


def is_in(client: FlaskClient) -> bool:
    return client.get(OWN).status_code == 200


def own_key(app: Flask, user: User, device: Authenticator) -> FlaskClient:
    """A signed-in browser of somebody who has added this device."""
    client = app.test_client()
    sign_in(client, user)
    assert add(client, device).status_code in (200, 302)
    return client


def stored(app: Flask) -> list[Passkey]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Passkey).order_by(Passkey.id)))


# Adding ------------------------------------------------------------------------------------------


def test_the_first_key_comes_with_recovery_codes_and_ends_other_sessions(
    app: Flask, officer: User, phone: Authenticator, heard: Any
) -> None:
    client, elsewhere = app.test_client(), app.test_client()
    sign_in(elsewhere, officer)
    sign_in(client, officer)
    response = add(client, phone)
    shown = re.findall(r"<code>([a-z2-9-]{11})</code>", response.get_data(as_text=True))
    assert len(set(shown)) == 10
    assert is_in(client)
    assert not is_in(elsewhere)
    assert heard.kinds == ["SecondFactorChanged"]
    page = client.get(KEYS).get_data(as_text=True)
    assert "Điện thoại" in page
    assert "Chưa dùng lần nào" in page
    second = Authenticator(ORIGIN)
    assert add(client, second, "Máy cơ quan").status_code == 302
    assert [key.name for key in stored(app)] == ["Điện thoại", "Máy cơ quan"]


def test_what_the_device_is_told_says_nothing_about_the_person(
    app: Flask, officer: User, phone: Authenticator
) -> None:
    client = app.test_client()
    sign_in(client, officer)
    asked = options(client, KEYS, KEYS, name="A", password=PASSWORD)
    assert asked["rp"] == {"id": HOST, "name": asked["rp"]["name"]}
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["attestation"] == "none"
    handle = asked["user"]["id"]
    assert len(handle) == 43
    raw = base64url_to_bytes(handle)
    for told in (str(officer.id).encode().rjust(4, b"\0"), b"chuyenvien", b"buoi"):
        assert told not in raw
    again = options(client, KEYS, KEYS, name="A", password=PASSWORD)
    assert (again["user"]["id"], again["challenge"] != asked["challenge"]) == (handle, True)
    add(client, phone)
    known = options(client, KEYS, KEYS, name="A", password=PASSWORD)["excludeCredentials"]
    assert len(known) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "A", "password": "sai-mat-khau-roi"}, "Mật khẩu hiện tại không đúng."),
        ({"name": "A", "password": ""}, "Mật khẩu hiện tại không đúng."),
        ({"name": " ", "password": PASSWORD}, "Hãy đặt tên cho khóa truy cập."),
        ({"name": "A" * 61, "password": PASSWORD}, "dài nhất 60"),
    ],
)
def test_adding_asks_for_the_password_and_a_name(
    app: Flask, officer: User, data: dict[str, str], words: str
) -> None:
    client = app.test_client()
    sign_in(client, officer)
    response = begin(client, KEYS, KEYS, **data)
    assert response.status_code == 422
    assert words in response.get_json()["message"]
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(PasskeyChallenge)) == 0


def test_without_the_scripts_answer_the_page_says_what_is_needed(app: Flask, officer: User) -> None:
    client = app.test_client()
    sign_in(client, officer)
    assert "<noscript>" in client.get(KEYS).get_data(as_text=True)
    response = send(client, KEYS, KEYS, "", name="A")
    assert response.status_code == 422
    assert "cần JavaScript" in response.get_data(as_text=True)
    assert send(app.test_client(), SIGN_IN, BY_KEY, "").status_code == 422


def test_one_key_belongs_to_one_account(app: Flask, officer: User, phone: Authenticator) -> None:
    own_key(app, officer, phone)
    with app.app_context():
        other = make_user("nguoi-khac")
    client = app.test_client()
    sign_in(client, other)
    asked = options(client, KEYS, KEYS, name="A", password=PASSWORD)
    # The same number as a key that is there already.
    answer = Authenticator(ORIGIN).create(asked, phone.keys[0].credential_id)
    response = send(client, KEYS, KEYS, answer, name="A")
    assert response.status_code == 422
    assert "đã được đăng ký" in response.get_data(as_text=True)
    assert len(stored(app)) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda device: setattr(device, "origin", "http://localhost"),
        lambda device: setattr(device, "origin", "https://gia-mao.example"),
        lambda device: setattr(device, "verifies", False),
    ],
    ids=["another port", "another site", "nobody verified"],
)
def test_a_key_made_elsewhere_or_unverified_is_not_kept(
    app: Flask, officer: User, phone: Authenticator, spoil: Any
) -> None:
    client = app.test_client()
    sign_in(client, officer)
    spoil(phone)
    response = add(client, phone)
    assert response.status_code == 422
    assert "không được nhận" in response.get_data(as_text=True)
    assert stored(app) == []


# Signing in --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_a_key_alone_signs_in_whatever_the_role_asks(
    app: Flask, phone: Authenticator, role: Role
) -> None:
    with app.app_context():
        user = make_user("ai-do", roles=(role,))
    own_key(app, user, phone)
    client = app.test_client()
    assert client.get(SIGN_IN).status_code == 200
    response = enter(client, phone, next=OWN + "/mat-khau")
    assert (response.status_code, response.location) == (302, OWN + "/mat-khau")
    assert is_in(client)
    (key,) = stored(app)
    assert (key.sign_count, key.last_used_at is not None) == (1, True)
    with app.app_context():
        tags = list(db.session.scalars(sa.text("SELECT tag FROM audit_record ORDER BY id")))
    assert tags[-2:] == ["user:passkey:used", "user:session:started"]
    assert enter(app.test_client(), phone).status_code == 302


def test_a_key_is_the_second_factor_after_the_password(app: Flask, phone: Authenticator) -> None:
    with app.app_context():
        user = make_user("lanh-dao", roles=(Role.APPROVER,))
    own_key(app, user, phone)
    client = app.test_client()
    given = {"username": "lanh-dao", "password": PASSWORD, "next": OWN + "/mat-khau"}
    assert post(client, SIGN_IN, given).location.startswith(CODE)
    assert not is_in(client)
    # The password alone sets up no app in place of the key.
    for address in ("/can-bo/xac-thuc/thiet-lap", "/can-bo/tai-khoan/xac-thuc-hai-lop"):
        assert client.get(address).status_code == 302
    # A touch is enough where the password was given.
    phone.verifies = False
    asked = options(client, CODE, CODE_BY_KEY)
    assert [key["id"] for key in asked["allowCredentials"]]
    response = send(client, CODE, CODE_BY_KEY, phone.get(asked), next=OWN + "/mat-khau")
    assert (response.status_code, response.location) == (302, OWN + "/mat-khau")
    assert is_in(client)


def test_a_password_alone_opens_nothing_once_there_is_a_key(
    app: Flask, officer: User, phone: Authenticator
) -> None:
    """Even where no role asks for a second factor; a code from paper does."""
    client = app.test_client()
    sign_in(client, officer)
    codes = re.findall(r"<code>([a-z2-9-]{11})</code>", add(client, phone).get_data(as_text=True))
    other = app.test_client()
    post(other, SIGN_IN, {"username": "chuyenvien", "password": PASSWORD})
    assert not is_in(other)
    assert post(other, CODE, {"code": codes[0]}).status_code == 302
    assert is_in(other)


def test_the_key_of_somebody_else_is_no_second_factor(
    app: Flask, officer: User, phone: Authenticator
) -> None:
    with app.app_context():
        leader = make_user("lanh-dao", roles=(Role.APPROVER,))
    leaders = Authenticator(ORIGIN)
    own_key(app, leader, leaders)
    own_key(app, officer, phone)
    client = app.test_client()
    post(client, SIGN_IN, {"username": "lanh-dao", "password": PASSWORD})
    response = send(client, CODE, CODE_BY_KEY, phone.get(options(client, CODE, CODE_BY_KEY)))
    assert response.status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda device: setattr(device, "origin", "https://gia-mao.example"),
        lambda device: setattr(device.keys[0], "host", "gia-mao.example"),
        lambda device: setattr(device, "verifies", False),
        lambda device: setattr(device.keys[0], "user_handle", b"somebody else"),
        lambda device: setattr(device.keys[0], "user_handle", b""),
        lambda device: setattr(device.keys[0], "credential_id", b"0" * 16),
        lambda device: setattr(device.keys[0], "private", ec.generate_private_key(ec.SECP256R1())),
    ],
    ids=["origin", "host", "unverified", "handle", "no handle", "unknown", "another key"],
)
def test_what_does_not_prove_the_key_opens_nothing(
    app: Flask, officer: User, phone: Authenticator, spoil: Any
) -> None:
    own_key(app, officer, phone)
    spoil(phone)
    client = app.test_client()
    response = enter(client, phone)
    assert response.status_code == 422
    assert "không được nhận" in response.get_data(as_text=True)
    assert not is_in(client)


def test_an_answer_counts_once(app: Flask, officer: User, phone: Authenticator) -> None:
    own_key(app, officer, phone)
    client = app.test_client()
    answer = phone.get(options(client, SIGN_IN, BY_KEY))
    assert send(client, SIGN_IN, BY_KEY, answer).status_code == 302
    post(client, "/can-bo/dang-xuat", form_at=OWN)
    response = send(client, SIGN_IN, BY_KEY, answer)
    assert response.status_code == 422
    assert "quá thời gian" in response.get_data(as_text=True)
    # The cookie of before does not bring the challenge back either.
    asked = options(client, SIGN_IN, BY_KEY)
    cookie = client.get_cookie("phien")
    assert cookie is not None
    assert send(client, SIGN_IN, BY_KEY, {**answer, "id": "x"}).status_code == 422
    client.set_cookie("phien", cookie.value)
    token = csrf_of(client, SIGN_IN)
    late = client.post(
        BY_KEY, data={"credential": json.dumps(phone.get(asked)), "csrf_token": token}
    )
    assert late.status_code == 422
    assert not is_in(client)


def test_another_browser_cannot_hand_in_the_answer(
    app: Flask, officer: User, phone: Authenticator
) -> None:
    own_key(app, officer, phone)
    first, second = app.test_client(), app.test_client()
    answer = phone.get(options(first, SIGN_IN, BY_KEY))
    options(second, SIGN_IN, BY_KEY)
    assert send(second, SIGN_IN, BY_KEY, answer).status_code == 422
    assert not is_in(second)


def test_a_challenge_is_for_one_use_and_a_few_minutes(
    app: Flask, officer: User, phone: Authenticator
) -> None:
    own_key(app, officer, phone)
    with app.app_context():
        person = db.session.get_one(User, officer.id)
        token, _options = passkeys.begin(PasskeyUse.SIGN_IN, None, address="203.0.113.7")
        for use, who in (
            (PasskeyUse.REGISTER, None),
            (PasskeyUse.SIGN_IN, person),
            (PasskeyUse.SECOND_FACTOR, person),
        ):
            with pytest.raises(FieldError):
                passkeys.redeem(token, use, who)
        with time_machine.travel(now() + passkeys.LIFE), pytest.raises(FieldError):
            passkeys.redeem(token, PasskeyUse.SIGN_IN, None)
        for nothing in (None, "", "x"):
            with pytest.raises(FieldError):
                passkeys.redeem(nothing, PasskeyUse.SIGN_IN, None)
        assert len(passkeys.redeem(token, PasskeyUse.SIGN_IN, None)) == 32
        passkeys.begin(PasskeyUse.SIGN_IN, None, address="203.0.113.7")
        with time_machine.travel(now() + passkeys.LIFE + dt.timedelta(seconds=1)):
            keeping.purge()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(PasskeyChallenge)) == 0


def test_a_key_whose_count_goes_back_is_refused_and_recorded(
    app: Flask, officer: User, phone: Authenticator
) -> None:
    own_key(app, officer, phone)
    copy = deepcopy(phone.keys[0].count), phone.keys[0]
    assert enter(app.test_client(), phone).status_code == 302
    copy[1].count = copy[0]
    client = app.test_client()
    response = enter(client, phone)
    assert response.status_code == 422
    assert "có thể đã bị sao chép" in response.get_data(as_text=True)
    assert not is_in(client)
    with app.app_context():
        tags = list(db.session.scalars(sa.text("SELECT tag FROM audit_record")))
    assert tags.count("user:passkey:refused") == 1


def test_a_key_that_does_not_count_works_again_and_again(app: Flask, officer: User) -> None:
    synced = Authenticator(ORIGIN, counts=False)
    own_key(app, officer, synced)
    for _time in range(3):
        assert enter(app.test_client(), synced).status_code == 302


@pytest.mark.parametrize("change", ["closed", "demo", "removed"])
def test_keys_of_closed_accounts_and_removed_keys_open_nothing(
    app: Flask, officer: User, phone: Authenticator, change: str
) -> None:
    own_key(app, officer, phone)
    with app.app_context():
        user = db.session.get_one(User, officer.id)
        if change == "closed":
            user.is_active = False
        elif change == "demo":
            user.is_demo = True
        else:
            second_factor.remove(user, actor=user)
        db.session.commit()
    client = app.test_client()
    assert enter(client, phone).status_code == 422
    assert not is_in(client)


def test_an_address_that_begins_all_the_time_has_to_wait(app: Flask) -> None:
    client = app.test_client()
    token = csrf_of(client, SIGN_IN)
    sent = [
        client.post(BY_KEY + "/bat-dau", data={"csrf_token": token}).status_code
        for _time in range(101)
    ]
    assert sent == [200] * 100 + [429]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        ["id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature"]
        + ["attestationObject", "userHandle"]
    ),
    value=st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=30),
        st.lists(st.text(max_size=3), max_size=2),
        st.binary(max_size=200).map(bytes_to_base64url),
    ),
    creating=st.booleans(),
)
def test_nonsense_is_refused_with_words(app: Flask, path: str, value: Any, creating: bool) -> None:
    device = Authenticator(ORIGIN)
    with app.app_context():
        user = db.session.scalar(sa.select(User)) or make_user("ai-do")
        use = PasskeyUse.REGISTER if creating else PasskeyUse.SECOND_FACTOR
        made = json.loads(passkeys.begin(PasskeyUse.REGISTER, user)[1])
        answer = device.create(made)
        token, asked = passkeys.begin(use, user)
        if not creating:
            answer = device.get(json.loads(asked))
        place = answer if path in answer else answer["response"]
        if place.get(path) == value:
            return
        place[path] = value
        challenge = passkeys.redeem(token, use, user)
        for text in (json.dumps(answer), str(value), "[]", '"x"', "{}", "\x00", "x" * 30_000):
            with pytest.raises(FieldError):
                if creating:
                    passkeys.register(
                        user, session=None, challenge=challenge, credential=text, name="A"
                    )
                else:
                    passkeys.use(challenge, text, user)
        db.session.rollback()


# Naming and removing -----------------------------------------------------------------------------


def test_a_key_gets_another_name_and_goes_with_the_password(
    app: Flask, officer: User, phone: Authenticator
) -> None:
    client = own_key(app, officer, phone)
    address = f"{KEYS}/{stored(app)[0].id}"
    assert post(client, address, {"name": " "}).status_code == 422
    assert post(client, address, {"name": "Máy mới"}).status_code == 302
    assert "Máy mới" in client.get(address).get_data(as_text=True)
    wrong = post(client, address + "/bo", {"password": "sai"}, form_at=address)
    assert (wrong.status_code, len(stored(app))) == (422, 1)
    assert post(client, address + "/bo", {"password": PASSWORD}, form_at=address).status_code == 302
    assert stored(app) == []
    assert client.get(address).status_code == 404
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == 0
        tags = list(db.session.scalars(sa.text("SELECT tag FROM audit_record")))
    assert {"user:passkey:added", "user:passkey:renamed", "user:passkey:removed"} <= set(tags)
    assert post(
        app.test_client(), SIGN_IN, {"username": "chuyenvien", "password": PASSWORD}
    ).location.endswith("/can-bo/")


def test_the_last_second_factor_of_a_role_that_needs_one_stays(
    app: Flask, phone: Authenticator
) -> None:
    with app.app_context():
        leader = make_user("lanh-dao", roles=(Role.APPROVER,))
    client = own_key(app, leader, phone)
    address = f"{KEYS}/{stored(app)[0].id}"
    assert post(client, address + "/bo", {"password": PASSWORD}, form_at=address).status_code == 409
    add(client, Authenticator(ORIGIN), "Khóa thứ hai")
    assert post(client, address + "/bo", {"password": PASSWORD}, form_at=address).status_code == 302
    with app.app_context():
        user = db.session.get_one(User, leader.id)
        user.totp_seed = totp.new_seed()
        db.session.flush()
        second_factor.switch_off(user)
        assert user.totp_seed is None
        assert user.has_second_factor
        assert passkeys.of(user)
        db.session.rollback()


def test_keys_of_others_are_not_there(app: Flask, officer: User, phone: Authenticator) -> None:
    own_key(app, officer, phone)
    with app.app_context():
        other = make_user("nguoi-khac")
    client = app.test_client()
    sign_in(client, other)
    address = f"{KEYS}/{stored(app)[0].id}"
    assert client.get(address).status_code == 404
    assert post(client, address, {"name": "A"}, form_at=KEYS).status_code == 404
    given = {"password": PASSWORD}
    assert post(client, address + "/bo", given, form_at=KEYS).status_code == 404
    number = stored(app)[0].id
    with app.app_context(), pytest.raises(NotFound):
        passkeys.rename(db.session.get_one(User, other.id), number, "A")


def test_an_app_is_added_beside_the_key_by_whoever_used_the_key(
    app: Flask, officer: User, phone: Authenticator
) -> None:
    client = own_key(app, officer, phone)
    page = client.get(OWN + "/xac-thuc-hai-lop")
    assert "Thêm ứng dụng xác thực" in page.get_data(as_text=True)
    assert "Mã 6 chữ số" in client.get(OWN + "/xac-thuc-hai-lop?ung-dung=1").get_data(as_text=True)
    half = app.test_client()
    sign_in(half, officer, second_factor=False)
    with app.app_context():
        user = db.session.get_one(User, officer.id)
        row = next(row for row in queries.sessions_of(user) if row.second_factor_at is None)
        secret = vault().totp_secret(user.id, second_factor.seed_in_waiting(row))
        with pytest.raises(Refused):
            second_factor.set_up(user, session=row, code=totp.code_at(secret, now()))


def test_twenty_are_enough(app: Flask, officer: User, phone: Authenticator) -> None:
    client = own_key(app, officer, phone)
    with app.app_context():
        for number in range(passkeys.MOST - 1):
            values = {"user_id": officer.id, "public_key": b"x", "sign_count": 0, "name": "A"}
            db.session.add(Passkey(credential_id=bytes([number]), created_at=now(), **values))
        db.session.commit()
    assert add(client, Authenticator(ORIGIN)).status_code == 409


# Where ------------------------------------------------------------------------------------------


def test_the_button_is_there_only_at_the_sites_own_name(app: Flask) -> None:
    assert "Đăng nhập bằng khóa truy cập" in app.test_client().get(SIGN_IN).get_data(as_text=True)
    elsewhere = app.test_client().get(SIGN_IN, base_url="http://khac.example")
    assert "Đăng nhập bằng khóa truy cập" not in elsewhere.get_data(as_text=True)


@pytest.mark.parametrize(
    ("address", "host", "origin"),
    [
        ("https://anson.example", "anson.example", "https://anson.example"),
        ("https://AnSon.example:443/", "anson.example", "https://anson.example"),
        ("https://anson.example:8443", "anson.example", "https://anson.example:8443"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("http://127.0.0.1:8000", None, "http://127.0.0.1:8000"),
        ("http://[::1]:8000", None, "http://[::1]:8000"),
        ("https://xã-ansơn.example", "xn--", None),
    ],
)
def test_keys_belong_to_the_host_of_the_configured_address(
    make_app: Any, address: str, host: str | None, origin: str | None
) -> None:
    app = make_app(public_base_url=address)
    with app.app_context():
        if origin is not None:
            assert (vault().passkey_host, vault().origin) == (host, origin)
        else:
            assert (vault().passkey_host or "").startswith("xn--")
        if host is None:
            with pytest.raises(Refused):
                passkeys.begin(PasskeyUse.SIGN_IN, None, address="203.0.113.7")
