"""What a stranger on the net tries against a real installation: to sign officers out, to shut
people out, to guess. Bounded in number and time, and only against this machine.
"""

import http.client
import time
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from app.access import Role
from app.extensions import db
from app.questions.states import QuestionKind
from tests.factories import sending
from tests.factories.accounts import PASSWORD, make_user
from tests.faults.site import Answer, Browser, Site, encode

SIGN_IN, TRACK = "/can-bo/dang-nhap", "/tra-cuu"
FORMS = (SIGN_IN, TRACK, "/hoi-dap/gui", "/theo-doi", "/can-bo/he-thong/nguoi-dung/lanhdao")


@pytest.fixture
def busy(site: Site) -> Site:
    """The installation, running, with two officers and three questions."""
    with site.app.app_context():
        make_user("lanhdao", roles=(Role.OFFICER,))
        make_user("quantri", roles=(Role.ADMINISTRATOR,))
        site.receipts = [_asked(site, number) for number in range(3)]  # type: ignore[attr-defined]
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    site.web.start()
    browser = Browser(site.port, "198.51.100.1")
    browser.get("/healthz")
    return site


def _asked(site: Site, number: int) -> tuple[str, str]:
    asked = sending.ask(
        QuestionKind.QUESTION,
        "Xe thu gom rác không vào ngõ 5 thôn Đông đã hai tuần nay.",
        idempotency_key=f"{number:032x}",
        phone="0912345678",
    )
    return asked.question.submission.code, asked.pin


def send(site: Site, address: str, path: str, **fields: str) -> Answer:
    """Open the page in a browser of its own and send its form."""
    browser = Browser(site.port, address)
    return browser.post(path, {**browser.get(path).hidden(), **fields})


def sign_in(site: Site, address: str, password: str, username: str = "lanhdao") -> Answer:
    return send(site, address, SIGN_IN, username=username, password=password)


def track(site: Site, address: str, code: str, pin: str, **more: str) -> Answer:
    return send(site, address, TRACK, code=code, pin=pin, **more)


def wrong(pin: str, number: int = 1) -> str:
    return f"{(int(pin) + number) % 10**6:06d}"


def test_no_page_of_somebody_else_signs_an_officer_out_or_gets_a_token(busy: Site) -> None:
    officer = Browser(busy.port, "198.51.100.1")
    page = officer.get(SIGN_IN)
    fields = {**page.hidden(), "username": "lanhdao", "password": PASSWORD}
    assert officer.post(SIGN_IN, fields).status == 302
    for path in FORMS:
        body, kind = encode({"csrf_token": "x", "roles": "administrator", "body": "Xin chào"})
        for cookie in ("", _cookies(officer)):
            # From a foreign site no cookie comes along; from a sister host it does.
            answer = _raw(busy, path, body, kind, cookie)
            assert answer.status == 419, path
            assert "Set-Cookie" not in answer.headers, path
            assert "csrf_token" not in answer.body, path
            assert "Xin chào" not in answer.body, path
    assert officer.get("/can-bo/tai-khoan").status == 200


def _cookies(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser._cookies.items())


def _raw(site: Site, path: str, body: bytes, kind: str, cookie: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    headers = {
        "Content-Type": kind,
        "Origin": "https://cong-khac.namhai.example",
        "Sec-Fetch-Site": "same-site" if cookie else "cross-site",
        **({"Cookie": cookie} if cookie else {}),
    }
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.read().decode(), dict(response.getheaders()))
    finally:
        connection.close()


def test_wrong_passwords_from_everywhere_keep_nobody_outside(busy: Site) -> None:
    began = time.monotonic()
    known = Browser(busy.port, "198.51.100.1")
    known.post(
        SIGN_IN, {**known.get(SIGN_IN).hidden(), "username": "lanhdao", "password": PASSWORD}
    )
    # Ten from one place, forty from one IPv6 line, a hundred from all over.
    one = Counter(sign_in(busy, "203.0.113.9", f"sai-{n}").status for n in range(10))
    line = Counter(sign_in(busy, f"2001:db8:7:1::{n:x}", f"sai-{n}").status for n in range(40))
    for number in range(100):
        sign_in(busy, f"192.0.2.{number}", f"sai-{number}")
    assert one[422] <= 7
    assert line[422] <= 10
    assert line[429] >= 30
    assert sign_in(busy, "198.51.100.77", PASSWORD).status == 302
    assert time.monotonic() - began < 240
    with busy.app.app_context():
        told: Any = db.session.execute(
            sa.text("SELECT to_address FROM outbox_message WHERE kind = 'guessing-alert'")
        ).all()
        assert [row.to_address for row in told] == ["quantri@anson.example"]


def test_many_pins_open_nothing_and_the_sender_gets_in(busy: Site) -> None:
    receipts: list[tuple[str, str]] = busy.receipts  # type: ignore[attr-defined]
    (code, pin), (other, other_pin), (last, last_pin) = receipts
    five = [track(busy, f"192.0.2.{n}", code, wrong(pin, n + 1)).status for n in range(5)]
    assert five == [422] * 5
    assert track(busy, "198.51.100.1", code.replace("-", ""), pin).status == 303
    # One line, forty addresses: twenty tries, then nothing is tried any more, right or wrong.
    tries = [
        track(busy, f"2001:db8:7:1::{n:x}", other, other_pin if n > 20 else wrong(other_pin, n + 1))
        for n in range(40)
    ]
    assert {answer.status for answer in tries} <= {422, 429}
    assert sum('name="contact"' in answer.body for answer in tries) >= 10
    # All over: a hundred a day for the whole site.
    asked = 0
    for number in range(100):
        answer = track(busy, f"192.0.2.{number}", f"AS-2026-9{number % 40:05d}", "000000")
        asked += 'name="contact"' in answer.body
    assert asked >= 20
    for name, secret in ((code, pin), (other, other_pin), (last, last_pin)):
        assert track(busy, "198.51.100.2", name, secret).status == 422
        assert track(busy, "198.51.100.2", name, secret, contact="0999999999").status == 422
        assert track(busy, "198.51.100.3", name, secret, contact="0912 345 678").status == 303
