"""Which page an error becomes, what such a page keeps, and the headers that every
answer carries.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, abort, g, redirect, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from app.kernel import errors

MakeProbed = Callable[..., Flask]
RAISED: dict[str, Callable[[], Exception]] = {
    "not-found": errors.NotFound,
    "forbidden": lambda: errors.Forbidden("Việc này của Phòng Kinh tế."),
    "refused": lambda: errors.Refused("Câu hỏi đã đóng."),
    "stale": lambda: errors.Stale("Người khác vừa sửa."),
    "simultaneous": StaleDataError,
    "field": lambda: errors.FieldError("ten", "Hãy nhập họ và tên."),
    "too-many": lambda: errors.TooMany("Bạn đã thử nhiều lần.", retry_after=1_800),
    "busy": errors.Busy,
    "database": lambda: OperationalError("SELECT bimat", {}, Exception("database or disk is full")),
    "pool": PoolTimeout,
    "bug": lambda: RuntimeError("bimat"),
}
EXPECTED = {
    "not-found": (404, ""),
    "forbidden": (403, "Việc này của Phòng Kinh tế."),
    "refused": (409, "Câu hỏi đã đóng."),
    "stale": (409, "Người khác vừa sửa."),
    "simultaneous": (409, "Người khác vừa thay đổi mục này."),
    "field": (422, "Hãy nhập họ và tên."),
    "too-many": (429, "Bạn đã thử nhiều lần."),
    "busy": (503, "Tạm thời chưa phục vụ được"),
    "database": (503, "Tạm thời chưa phục vụ được"),
    "pool": (503, "Tạm thời chưa phục vụ được"),
    "bug": (500, ""),
}
#: Pages for those who lost what they wrote show it again.
KEEPS = {"refused", "stale", "simultaneous", "field", "too-many", "busy", "database", "pool"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def add_routes(bp: Blueprint) -> None:
    @bp.route("/thu/loi/<name>", methods=["GET", "POST"])
    def fail(name: str) -> Any:
        raise RAISED[name]()

    @bp.get("/thu/ma/<int:code>")
    def code(code: int) -> Any:
        abort(code)

    @bp.get("/thu/di")
    def away() -> Any:
        return redirect("/hoi-dap")

    @bp.get("/thu/kin")
    def discreet() -> Any:
        g.no_referrer = True
        return "kín"

    @bp.post("/thu/lon")
    def large() -> Any:
        return str(len(request.form["x"]))


@pytest.fixture
def site(probed: MakeProbed) -> Flask:
    return probed(add_routes)


@pytest.mark.parametrize("name", RAISED)
def test_every_error_has_its_page(site: Flask, name: str) -> None:
    status, words = EXPECTED[name]
    answer = site.test_client().get(f"/thu/loi/{name}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert words in page
    assert page.count("<h1") == 1
    assert "bimat" not in page
    assert "Traceback" not in page
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", RAISED)
def test_what_was_typed_is_kept_and_secrets_are_not(site: Flask, name: str) -> None:
    form = {
        "noi_dung": "Đường vào thôn <b>bị ngập</b>",
        "password": "matkhau123",
        "pin": "123456",
        "csrf_token": "tokenxyz",
        "step": "buoc7",
    }
    page = site.test_client().post(f"/thu/loi/{name}", data=form).get_data(as_text=True)
    assert ("Đường vào thôn &lt;b&gt;bị ngập&lt;/b&gt;" in page) is (name in KEEPS)
    for secret in ("<b>bị ngập", "matkhau123", "123456", "tokenxyz", "buoc7"):
        assert secret not in page


@pytest.mark.parametrize("name", RAISED)
def test_pages_for_readers_of_english(site: Flask, name: str) -> None:
    answer = site.test_client().get(f"/thu/loi/{name}", headers={"Cookie": "lang=en"})
    assert answer.status_code == EXPECTED[name][0]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (400, 400),
        (403, 403),
        (404, 404),
        (413, 413),
        (429, 429),
        (500, 500),
        (501, 500),
        (503, 500),
    ],
)
def test_plain_codes_have_pages_too(site: Flask, code: int, status: int) -> None:
    answer = site.test_client().get(f"/thu/ma/{code}")
    assert answer.status_code == status
    assert "<h1" in answer.get_data(as_text=True)


def test_whoever_may_try_again_is_told_when(site: Flask) -> None:
    client = site.test_client()
    assert client.get("/thu/loi/too-many").headers["Retry-After"] == "1800"
    assert client.get("/thu/loi/busy").headers["Retry-After"] == "60"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/thu/kin", 200),
        ("GET", "/thu/di", 302),
        ("GET", "/khong-co", 404),
        ("POST", "/thu/di", 405),
        ("GET", "/thu/loi/bug", 500),
        ("GET", "/thu/loi/busy", 503),
        ("GET", "/healthz", 200),
        ("HEAD", "/", 200),
        ("OPTIONS", "/", 200),
    ],
)
def test_every_answer_carries_the_security_headers(
    site: Flask, method: str, path: str, status: int
) -> None:
    answer = site.test_client().open(path, method=method)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        wanted = "no-referrer" if (name, path) == ("Referrer-Policy", "/thu/kin") else value
        assert answer.headers[name].startswith(wanted), name
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


def test_a_wrong_method_says_which_is_right(site: Flask) -> None:
    answer = site.test_client().post("/thu/di")
    assert {"GET", "HEAD"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


def test_with_https_browsers_are_told_to_stay_there(probed: MakeProbed) -> None:
    answer = (
        probed(add_routes, public_base_url="https://anson.example").test_client().get("/thu/kin")
    )
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_body_beyond_all_bounds_is_refused(probed: MakeProbed) -> None:
    app = probed(add_routes, upload_max_bytes=1_000)
    client = app.test_client()
    assert client.post("/thu/lon", data={"x": "a" * 1_000_000}).get_data(as_text=True) == "1000000"
    assert client.post("/thu/lon", data={"x": "a" * 3_000_000}).status_code == 413
    assert (
        client.post(
            "/thu/lon",
            data={f"x{number}": "a" for number in range(300)},
            content_type="multipart/form-data",
        ).status_code
        == 413
    )
