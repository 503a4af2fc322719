"""The parts of the page cache: encodings, finished pages, what a request is reduced to, the shelf,
one rendering at a time.
"""

import gzip
import threading
import time
from typing import Any

import brotli
import pytest

from app.kernel.pagecache.pages import PUBLIC, Page, encode, encoding_for, with_vary
from app.kernel.pagecache.rules import (
    ANONYMOUS,
    LONGEST_QUERY,
    Key,
    Rule,
    cacheable,
    cookies_of,
    read_visit,
    stripped,
)
from app.kernel.pagecache.shelf import Flights, Shelf

BODY = ("<p>Đường vào thôn</p>" * 200).encode()
HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", PUBLIC),
    ("Content-Length", "1"),
    ("Vary", "cookie"),
    ("X-A", "b"),
]
RULE = Rule(frozenset({"q", "nam"}), None, "questions.index")


def environ(**more: str) -> dict[str, Any]:
    plain = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/hoi-dap",
        "SCRIPT_NAME": "",
        "HTTP_HOST": "anson.example",
        "REMOTE_ADDR": "10.0.0.1",
    }
    return {**plain, "wsgi.url_scheme": "https", **more}


def visit(**more: str) -> Any:
    request = environ(**more)
    return read_visit(request, RULE, cookies_of(request))


def answer(page: Page, **more: str) -> tuple[str, dict[str, str], bytes]:
    told: list[Any] = []
    body = b"".join(page.answer(environ(**more), lambda *args: told.extend(args)))
    return told[0], dict(told[1]), body


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("gzip;q=0", ""),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *", "gzip"),
        ("gzip;q=không", ""),
        (";;q=,", ""),
    ],
)
def test_the_encoding_is_one_that_the_reader_takes(accepted: str, encoding: str) -> None:
    assert encoding_for(accepted) == encoding


@pytest.mark.parametrize(
    ("encoding", "decode"), [("", bytes), ("gzip", gzip.decompress), ("br", brotli.decompress)]
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_page_in_every_encoding(encoding: str, decode: Any, packed: bool) -> None:
    page = Page(BODY, HEADERS)
    if packed:
        page.pack()
    status, headers, body = answer(page, HTTP_ACCEPT_ENCODING=encoding)
    assert status == "200 OK"
    assert decode(body) == BODY
    assert headers.get("Content-Encoding", "") == encoding
    assert headers["Content-Length"] == str(len(body))
    assert headers["Cache-Control"] == PUBLIC
    assert headers["X-A"] == "b"
    assert {name.lower() for name in headers["Vary"].split(", ")} == {"accept-encoding", "cookie"}
    assert answer(page, HTTP_ACCEPT_ENCODING=encoding)[2] == body


def test_every_encoding_has_its_own_etag_and_the_body_decides_it() -> None:
    page, other = Page(BODY, HEADERS), Page(BODY + b" ", HEADERS)
    tags = {answer(page, HTTP_ACCEPT_ENCODING=name)[1]["ETag"] for name in ("", "gzip", "br")}
    assert len(tags) == 3
    assert answer(Page(BODY, HEADERS))[1]["ETag"] in tags
    assert answer(other)[1]["ETag"] not in tags


@pytest.mark.parametrize("form", ["{}", "W/{}", '"khac", {}', "*"])
def test_a_reader_who_has_the_page_gets_no_body(form: str) -> None:
    page = Page(BODY, HEADERS)
    tag = answer(page, HTTP_ACCEPT_ENCODING="br")[1]["ETag"]
    status, headers, body = answer(
        page, HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=form.format(tag)
    )
    assert status.startswith("304")
    assert body == b""
    assert headers["ETag"] == tag
    assert headers["Cache-Control"] == PUBLIC
    assert headers["X-A"] == "b"
    assert not {"Content-Type", "Content-Length", "Content-Encoding"} & set(headers)


def test_a_reader_who_has_another_page_gets_this_one() -> None:
    page, other = Page(BODY, HEADERS), Page(b"khac", HEADERS)
    assert answer(page, HTTP_IF_NONE_MATCH=answer(other)[1]["ETag"])[0] == "200 OK"


def test_head_is_answered_like_get_without_a_body() -> None:
    page = Page(BODY, HEADERS)
    status, headers, body = answer(page, REQUEST_METHOD="HEAD", HTTP_ACCEPT_ENCODING="gzip")
    assert (status, body) == ("200 OK", b"")
    assert headers == answer(page, HTTP_ACCEPT_ENCODING="gzip")[1]


@pytest.mark.parametrize(
    ("body", "kind"), [(b"ngan", "text/html"), (b"\x89PNG" * 1_000, "image/png")]
)
def test_what_compression_does_not_make_smaller_is_left_as_it_is(body: bytes, kind: str) -> None:
    page = Page(body, [("Content-Type", kind)])
    page.pack()
    _status, headers, sent = answer(page, HTTP_ACCEPT_ENCODING="br")
    assert sent == body
    assert "Content-Encoding" not in headers
    assert "Accept-Encoding" not in headers["Vary"]


def test_a_packed_page_is_small_until_somebody_wants_it_plain() -> None:
    page = Page(BODY, HEADERS)
    before = page.size
    page.pack()
    assert page.size < before / 1.5
    assert not page.knows(environ())
    answer(page)
    assert page.knows(environ())
    assert page.size > before


def test_gzip_of_the_same_page_is_the_same_every_time() -> None:
    assert encode(BODY, "gzip") == encode(BODY, "gzip")
    assert encode(BODY, "gzip")[4:8] == b"\x00" * 4


def test_vary_is_merged_once() -> None:
    merged = dict(
        with_vary(
            [("Vary", "Cookie, Accept"), ("A", "b"), ("vary", "cookie")],
            "Accept-Encoding",
            "Cookie",
        )
    )
    assert merged["A"] == "b"
    assert merged["Vary"].lower() == "cookie, accept, accept-encoding"


def test_a_mark_is_read_from_the_view() -> None:
    @cacheable(params=("q",), seconds=30)
    def view() -> str:
        return ""

    assert view.cacheable == Rule(frozenset({"q"}), 30)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("", ""),
        ("q=%C4%91%E1%BA%A5t&nam=2026", "nam=2026&q=%C4%91%E1%BA%A5t"),
        ("nam=2026&q=%C4%91%E1%BA%A5t", "nam=2026&q=%C4%91%E1%BA%A5t"),
        ("utm_source=zalo&q=a&fbclid=1", "q=a"),
        ("q=b&q=a", "q=a&q=b"),
        ("q=", "q="),
        ("lang=fr&q=a", "q=a"),
        ("q=%FF", "q=%EF%BF%BD"),
        ("&&&=1&q", "q="),
    ],
)
def test_only_known_parameters_remain(query: str, kept: str) -> None:
    assert visit(QUERY_STRING=query).key.query == kept


def test_a_query_without_sense_is_no_visit() -> None:
    assert visit(QUERY_STRING="&".join(["q=1"] * 101)) is None


@pytest.mark.parametrize(
    ("cookies", "choice"),
    [
        ("", ("vi", "0", False)),
        ("lang=en; co-chu=2; tuong-phan=1; gi-do=x", ("en", "2", True)),
        ("lang=fr; co-chu=9; tuong-phan=yes", ("vi", "0", False)),
    ],
)
def test_display_choices_are_part_of_the_key(cookies: str, choice: tuple[str, str, bool]) -> None:
    key = visit(HTTP_COOKIE=cookies).key
    assert (key.language, key.size, key.contrast) == choice


@pytest.mark.parametrize(
    ("query", "cookies", "language", "passing"),
    [
        ("lang=en", "", "en", True),
        ("lang=en", "lang=en", "en", False),
        ("lang=vi", "lang=en", "vi", True),
        ("q=" + "a" * LONGEST_QUERY, "", "vi", True),
        ("q=a", "lang=en", "en", False),
    ],
)
def test_an_answer_that_sets_a_cookie_or_is_too_odd_is_not_for_the_shelf(
    query: str, cookies: str, language: str, passing: bool
) -> None:
    found = visit(QUERY_STRING=query, HTTP_COOKIE=cookies)
    assert found.key.language == language
    assert found.passing is passing


def test_keys_differ_by_everything_that_changes_a_page() -> None:
    variations: list[dict[str, str]] = [
        {},
        {"HTTP_HOST": "b.example"},
        {"PATH_INFO": "/b"},
        {"SCRIPT_NAME": "/xa"},
        {"wsgi.url_scheme": "http"},
        {"QUERY_STRING": "q=1"},
        {"HTTP_COOKIE": "lang=en"},
        {"HTTP_COOKIE": "co-chu=1"},
        {"HTTP_COOKIE": "tuong-phan=1"},
    ]
    assert len({visit(**variation).key for variation in variations}) == len(variations)


def test_the_view_sees_nothing_that_tells_readers_apart() -> None:
    request = environ(
        REQUEST_METHOD="HEAD",
        QUERY_STRING="q=a&utm=b",
        REQUEST_URI="/hoi-dap?q=a&utm=b",
        HTTP_COOKIE="lang=en; tracker=1; remember_token=x",
        HTTP_USER_AGENT="x",
        HTTP_REFERER="https://evil.example",
        HTTP_ACCEPT_LANGUAGE="fr",
        HTTP_X_FORWARDED_HOST="evil.example",
        HTTP_X_ORIGINAL_URL="/can-bo",
        HTTP_IF_NONE_MATCH="*",
        HTTP_RANGE="bytes=0-1",
        HTTP_ACCEPT_ENCODING="br",
        CONTENT_LENGTH="5",
    )
    cookies = cookies_of(request)
    found = read_visit(request, RULE, cookies)
    assert found is not None
    inner = stripped(request, found, cookies)
    assert {name for name in inner if name.startswith("HTTP_")} == {"HTTP_HOST", "HTTP_COOKIE"}
    assert inner["HTTP_COOKIE"] == "lang=en"
    assert inner["QUERY_STRING"] == "q=a"
    assert inner["REQUEST_METHOD"] == "GET"
    assert inner[ANONYMOUS] is True
    assert not {"REQUEST_URI", "CONTENT_LENGTH"} & set(inner)
    assert request["REQUEST_METHOD"] == "HEAD"


def key(path: str, query: str = "") -> Key:
    return Key("https", "anson.example", "", path, query, "vi", "0", False)


def small() -> Page:
    return Page(b"x" * 500, [])


def test_the_shelf_belongs_to_one_generation() -> None:
    shelf, page = Shelf(), small()
    assert shelf.get((1, 1), key("/")) is None
    shelf.put((1, 1), key("/"), page)
    assert shelf.get((1, 1), key("/")) is page
    assert shelf.get((1, 2), key("/")) is None
    shelf.put((1, 1), key("/"), page)
    assert shelf.get((1, 2), key("/")) is None
    assert (len(shelf), shelf.bytes) == (0, 0)


def test_what_was_asked_for_least_recently_leaves_first() -> None:
    size = small().size
    shelf = Shelf(capacity=int(size * 3 / 0.75) + 100)
    shelf.get(1, key("/"))
    for path in ("/a", "/b", "/c"):
        shelf.put(1, key(path), small())
    shelf.get(1, key("/a"))
    shelf.put(1, key("/d"), small())
    assert [shelf.get(1, key(path)) is not None for path in ("/a", "/b", "/c", "/d")] == [
        True,
        False,
        True,
        True,
    ]
    assert shelf.bytes == 3 * size


def test_invented_queries_cannot_push_out_the_home_page() -> None:
    shelf = Shelf(capacity=40_000)
    shelf.get(1, key("/"))
    shelf.put(1, key("/"), small())
    for number in range(500):
        shelf.put(1, key("/hoi-dap", f"q={number}"), small())
    assert shelf.get(1, key("/")) is not None
    assert shelf.get(1, key("/hoi-dap", "q=0")) is None
    assert shelf.get(1, key("/hoi-dap", "q=499")) is not None
    assert shelf.bytes <= 40_000


def test_a_page_larger_than_the_shelf_is_not_kept() -> None:
    shelf = Shelf(capacity=1_000)
    shelf.get(1, key("/"))
    shelf.put(1, key("/"), small())
    assert len(shelf) == 0


def test_replacing_a_page_counts_its_bytes_once() -> None:
    shelf = Shelf()
    shelf.get(1, key("/"))
    for _ in range(5):
        shelf.put(1, key("/"), small())
    assert (len(shelf), shelf.bytes) == (1, small().size)


def test_a_page_with_figures_leaves_when_it_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, now = Shelf(), time.monotonic()
    shelf.get(1, key("/"))
    shelf.put(1, key("/"), Page(b"x", [], expires=now + 60))
    assert shelf.get(1, key("/")) is not None
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert shelf.get(1, key("/")) is None
    assert len(shelf) == 0


def test_one_renders_and_the_others_wait() -> None:
    flights, waited, boarded = Flights(), [], threading.Event()
    assert flights.board("trang")
    assert flights.board("trang khác")

    def wait() -> None:
        boarded.set()
        waited.append(flights.board("trang"))

    thread = threading.Thread(target=wait)
    thread.start()
    boarded.wait()
    assert waited == []
    flights.land("trang")
    thread.join()
    assert waited == [False]
    assert flights.board("trang")


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.kernel.pagecache.shelf.PATIENCE", 0.01)
    flights = Flights()
    assert flights.board("trang")
    assert flights.board("trang") is False
