"""Forms without a good token: nothing is sent again that was not verified, no session is touched,
nothing typed is lost.
"""

import datetime as dt
import html
import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access import Role
from app.extensions import csrf
from app.kernel.tokens import keyed_hash
from tests.factories.accounts import csrf_of, make_user, sign_in
from tests.factories.organisation import make_agency

ASK, NOTE = "/hoi-dap/gui", "/can-bo/hoi-dap/AS-2026-000001/ghi-chu"
TEXT = "Đã viết mười dòng <b>về đường vào thôn</b> và còn nữa. " * 600
ITSELF = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
NOON = dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:8502"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Referer": "https://other.namhai.example/trang"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
]


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


def old_token(client: FlaskClient, path: str = f"{ASK}?buoc=noi-dung") -> str:
    """A token that this browser was given thirteen hours ago."""
    with time_machine.travel(NOON - dt.timedelta(hours=13), tick=False):
        return csrf_of(client, path)


def send(client: FlaskClient, path: str, token: str, headers: dict[str, str]) -> TestResponse:
    with time_machine.travel(NOON, tick=False):
        return client.post(path, data={"csrf_token": token, "body": TEXT}, headers=headers)


def offers_again(answer: TestResponse) -> bool:
    assert answer.status_code == 419
    page = answer.get_data(as_text=True)
    assert ("Gửi lại" in page) is ("csrf_token" in page)
    return "Gửi lại" in page


def test_what_only_became_old_can_be_sent_again_whole(client: FlaskClient) -> None:
    answer = send(client, ASK, old_token(client), ITSELF)
    assert offers_again(answer)
    assert "Set-Cookie" not in answer.headers
    fields = dict(
        re.findall(
            r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.get_data(as_text=True)
        )
    )
    assert html.unescape(fields["body"]) == TEXT
    with time_machine.travel(NOON, tick=False):
        answer = client.post(ASK, data={name: html.unescape(v) for name, v in fields.items()})
    # Taken, and judged like any other: it is too long for the form.
    assert answer.status_code == 422


@pytest.mark.parametrize("headers", [{"Referer": "http://localhost/hoi-dap/gui"}, ITSELF])
def test_any_one_sign_of_our_own_page_is_enough(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert offers_again(send(client, ASK, old_token(client), headers))


@pytest.mark.parametrize("headers", [{}, *FOREIGN])
def test_nothing_is_offered_to_other_origins_or_where_nobody_says(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = send(client, ASK, old_token(client), headers)
    assert not offers_again(answer)
    # A foreign page puts no words of its own onto ours.
    assert ("về đường vào thôn" in answer.get_data(as_text=True)) is not headers


def test_nothing_is_offered_for_a_token_that_is_not_this_session_s(
    app: Flask, client: FlaskClient
) -> None:
    strangers = old_token(app.test_client())
    old_token(client)
    for token in (strangers, "", "cu", strangers[:-1]):
        answer = send(client, ASK, token, ITSELF)
        assert not offers_again(answer)
        assert html.escape(TEXT[:60]) in answer.get_data(as_text=True)


def test_staff_are_told_and_copy_what_they_wrote(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        user = make_user("tiepnhan", roles=(Role.MODERATOR,))
    with time_machine.travel(NOON - dt.timedelta(hours=13), tick=False):
        sign_in(client, user)
    token = old_token(client, "/can-bo/tai-khoan")
    answer = send(client, NOTE, token, ITSELF)
    page = answer.get_data(as_text=True)
    assert not offers_again(answer)
    assert "phiên đăng nhập" in page
    assert "Chưa có gì bị thay đổi." in page
    box = re.search(r"<textarea[^>]*readonly>\n(.*?)</textarea>", page, re.DOTALL)
    assert box
    assert html.unescape(box.group(1)) == TEXT
    assert "<b>" not in box.group(1)


def test_whoever_sends_no_cookie_is_told_so(app: Flask, client: FlaskClient) -> None:
    answer = send(app.test_client(), ASK, old_token(client), {})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "không gửi kèm cookie" in page
    assert html.escape(TEXT[:60]) in page
    assert "csrf_token" not in page
    assert "Set-Cookie" not in answer.headers


def posts(app: Flask) -> list[str]:
    """One address of every route that takes a POST and looks at the token."""
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "POST" in (rule.methods or ()) and (
            f"{view.__module__}.{view.__name__}" not in csrf._exempt_views
        ):
            found.append(re.sub(r"<(?:[a-z]+:)?[^>]+>", "1", rule.rule))
    return found


@pytest.mark.parametrize("signed_in", [False, True])
def test_no_address_gives_a_token_or_a_cookie_to_a_foreign_page(
    app: Flask, signed_in: bool
) -> None:
    client = app.test_client()
    if signed_in:
        with app.app_context():
            user = make_user("quantri", roles=(Role.ADMINISTRATOR, Role.MODERATOR))
        sign_in(client, user)
        with client.session_transaction() as cookie:
            # Old enough to be renewed by the next page that is read.
            cookie["seen"] -= 300
            cookie["_flashes"] = [("info", "Đã lưu.")]
    session, refused = client.get_cookie("phien"), 0
    for path in posts(app):
        answer = client.post(
            path,
            data={"csrf_token": "x.y.z", "roles": "administrator", "body": TEXT[:200]},
            headers={"Origin": "http://evil.localhost", "Sec-Fetch-Site": "same-site"},
        )
        # (An address that takes other words than «1» is unknown, and looks at nothing.)
        assert answer.status_code in {302, 404, 419}, path
        refused += answer.status_code == 419
        assert "Set-Cookie" not in answer.headers, path
        page = answer.get_data(as_text=True)
        assert "csrf_token" not in page, path
        assert 'method="post"' not in page, path
        assert "mười dòng" not in page, path
    assert refused > 100
    assert client.get_cookie("phien") == session


def test_ending_a_mail_from_another_site_signs_nobody_out(app: Flask, client: FlaskClient) -> None:
    key = f"7-{keyed_hash(str(app.secret_key), 'unfollow', '7')[:32]}"
    answer = client.post(f"/theo-doi/thoi/{key}", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
