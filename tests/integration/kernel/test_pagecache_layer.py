"""The page cache in front of the real app: what is made once, what is never kept, and that nothing
old is handed out.
"""

import datetime as dt
import gzip
import threading
from collections.abc import Callable
from typing import Any

import brotli
import pytest
import sqlalchemy as sa
import time_machine
from flask import Blueprint, Flask, Response, flash, request, session
from flask_wtf.csrf import generate_csrf

from app.extensions import db
from app.kernel import publication
from app.kernel.errors import NotFound
from app.kernel.pagecache import View, cacheable, take_views
from app.kernel.pagecache.pages import PRIVATE, PUBLIC
from app.kernel.pagecache.revision import revision_reader
from tests.factories.statements import StatementCounter

MakeProbed = Callable[..., Flask]
FILLER = "<p>Đường vào thôn</p>" * 200
BROTLI = {"Accept-Encoding": "br"}


def token_without_cookie() -> str:
    token = generate_csrf()
    session.modified = False
    return f"{token} {FILLER}"


def flash_message() -> str:
    flash("Đã gửi")
    return FILLER


def own_session() -> str:
    session["x"] = 1
    return FILLER


def missing() -> str:
    raise NotFound


def error() -> str:
    raise RuntimeError


#: Views that carry the mark and must not be kept all the same.
WRONG: dict[str, Callable[[], Any]] = {
    "token": lambda: f"{generate_csrf()} {FILLER}",
    "token-without-cookie": token_without_cookie,
    "flash": flash_message,
    "session": own_session,
    "missing": missing,
    "private": lambda: Response(FILLER, headers={"Cache-Control": "private"}),
    "cookie": lambda: Response(FILLER, headers={"Set-Cookie": "a=b"}),
    "gone": lambda: ("gone", 410),
    "error": error,
}


class Site:
    """An app with pages that count how often they are made."""

    def __init__(self, make: MakeProbed, **overrides: Any) -> None:
        self.made: list[str] = []
        self.slow: tuple[threading.Event, threading.Event] | None = None
        self.app = make(self.add_routes, **{"page_cache": True, **overrides})

    def add_routes(self, bp: Blueprint) -> None:
        @bp.get("/thu/<name>")
        @cacheable(params=("q", "trang"))
        def page(name: str) -> str:
            self.made.append(name)
            db.session.execute(sa.text("SELECT 1"))
            if self.slow:
                self.slow[0].set()
                assert self.slow[1].wait(30)
            return (
                f"<html>{name} {len(self.made)} {dict(request.args)} {request.cookies} "
                f"{request.headers} {FILLER}</html>"
            )

        @bp.get("/thu-so-lieu")
        @cacheable(seconds=60)
        def figures() -> str:
            self.made.append("figures")
            return f"{len(self.made)}"

        @bp.get("/thu-the/<what>")
        @cacheable()
        def wrong(what: str) -> Any:
            self.made.append(what)
            return WRONG[what]()

        @bp.get("/thu-thuong")
        def plain() -> str:
            self.made.append("plain")
            return FILLER

        @bp.get("/thu-bieu-mau")
        def form() -> str:
            return generate_csrf() + FILLER

        @bp.post("/thu/<name>")
        def change(name: str) -> str:
            return name

    def get(self, path: str, **headers: str) -> Any:
        """One request of a reader who has no cookies but these."""
        client = self.app.test_client(use_cookies=False)
        return client.get(
            path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    def bump(self) -> None:
        with self.app.app_context():
            publication.bump()
            db.session.commit()

    @property
    def layer(self) -> Any:
        return self.app.extensions["page_cache"]


@pytest.fixture
def site(probed: MakeProbed) -> Site:
    return Site(probed)


def test_a_page_is_made_once_and_handed_out_without_a_statement(site: Site) -> None:
    first = site.get("/thu/a", Accept_Encoding="br")
    with site.app.app_context():
        engine = db.engine
    with StatementCounter(engine) as counted:
        second = site.get("/thu/a", Accept_Encoding="br")
        third = site.get("/thu/a", If_None_Match=first.headers["ETag"], Accept_Encoding="br")
    assert counted.statements == []
    assert site.made == ["a"]
    assert first.data == second.data
    assert dict(first.headers) == dict(second.headers)
    assert first.headers["Cache-Control"] == PUBLIC
    assert first.headers["Content-Encoding"] == "br"
    assert {"cookie", "accept-encoding"} <= {
        name.strip().lower() for name in first.headers["Vary"].split(",")
    }
    assert "Set-Cookie" not in first.headers
    assert third.status_code == 304
    assert third.data == b""
    assert third.headers["ETag"] == first.headers["ETag"]
    assert third.headers["Content-Security-Policy"]
    assert (site.layer.hits, site.layer.misses, site.layer.counts.unchanged) == (2, 1, 1)


def test_every_encoding_is_the_same_page(site: Site) -> None:
    packed, zipped, plain = (
        site.get("/thu/a", Accept_Encoding=name) for name in ("br", "gzip", "identity")
    )
    assert brotli.decompress(packed.data) == gzip.decompress(zipped.data) == plain.data
    assert len({answer.headers["ETag"] for answer in (packed, zipped, plain)}) == 3
    assert site.made == ["a"]


def test_head_is_answered_from_the_same_page(site: Site) -> None:
    client = site.app.test_client(use_cookies=False)
    head = client.head("/thu/a")
    get = client.get("/thu/a")
    assert site.made == ["a"]
    assert head.data == b""
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(get.data))
    assert head.headers["ETag"] == get.headers["ETag"]


@pytest.mark.parametrize(
    "query", ["utm_source=zalo", "fbclid=1&utm_x=2", "Q=1", "%00=1", "lang=fr"]
)
def test_parameters_that_the_view_does_not_know_change_nothing(site: Site, query: str) -> None:
    plain, odd = site.get("/thu/a"), site.get(f"/thu/a?{query}")
    assert plain.data == odd.data
    assert site.made == ["a"]


def test_parameters_that_it_knows_do(site: Site) -> None:
    assert "{'q': 'đất'}" in site.get("/thu/a?q=%C4%91%E1%BA%A5t&utm=1").get_data(as_text=True)
    assert site.get("/thu/a?trang=2&q=1").data == site.get("/thu/a?q=1&trang=2").data
    assert site.get("/thu/a?q=1").data != site.get("/thu/a?q=2").data
    assert len(site.made) == 4


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-Host",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Proto",
        "Referer",
        "User-Agent",
        "Accept-Language",
        "Accept",
        "Range",
        "Origin",
    ],
)
def test_what_is_not_part_of_the_key_cannot_reach_the_page(site: Site, header: str) -> None:
    poisoned = site.get("/thu/a", **{header: "evil.example"})
    assert poisoned.status_code == 200
    assert "evil.example" not in poisoned.get_data(as_text=True)
    assert poisoned.data == site.get("/thu/a").data
    assert site.made == ["a"]


def test_other_peoples_cookies_cannot_either(site: Site) -> None:
    answer = site.get("/thu/a", Cookie="tracker=bimat; remember_token=bimat; co-chu=1")
    assert "bimat" not in answer.get_data(as_text=True)
    assert "co-chu" in answer.get_data(as_text=True)
    assert answer.data == site.get("/thu/a", Cookie="co-chu=1; khac=1").data
    assert answer.data != site.get("/thu/a").data


def test_language_and_display_have_pages_of_their_own(site: Site) -> None:
    cookies = [
        "",
        "lang=en",
        "co-chu=1",
        "co-chu=2",
        "tuong-phan=1",
        "lang=en; co-chu=2; tuong-phan=1",
    ]
    for _ in range(2):
        for cookie in cookies:
            site.get("/thu/a", Cookie=cookie)
    assert len(site.made) == len(cookies)
    assert 'lang="en"' in site.get("/", Cookie="lang=en").get_data(as_text=True)
    assert 'lang="vi"' in site.get("/").get_data(as_text=True)


def test_choosing_a_language_sets_the_cookie_each_time_and_nobody_else_gets_it(site: Site) -> None:
    for _ in range(2):
        answer = site.get("/thu/a?lang=en")
        assert answer.headers["Set-Cookie"].startswith("lang=en")
        assert answer.headers["Cache-Control"] == PRIVATE
    kept = site.get("/thu/a?lang=en", Cookie="lang=en")
    assert "Set-Cookie" not in kept.headers
    assert kept.headers["Cache-Control"] == PUBLIC
    assert len(site.made) == 3


def test_nothing_from_before_a_publication_is_handed_out(site: Site, probed: MakeProbed) -> None:
    elsewhere = Site(probed)
    before = site.get("/thu/a")
    elsewhere.get("/thu/a")
    with elsewhere.app.app_context():
        publication.bump()
        assert site.get("/thu/a").data == before.data
        db.session.rollback()
        assert site.get("/thu/a").data == before.data
        publication.bump()
        db.session.commit()
    after = site.get("/thu/a")
    assert after.data != before.data
    assert site.made == elsewhere.made + ["a"] == ["a", "a"]
    elsewhere.get("/thu/a")
    assert elsewhere.made == ["a", "a"]
    assert len(site.layer.shelf) == 1


def test_the_same_page_after_a_publication_is_still_not_sent_again(site: Site) -> None:
    before = site.get("/lien-he")
    site.bump()
    after = site.get("/lien-he", If_None_Match=before.headers["ETag"])
    assert after.status_code == 304
    assert site.layer.misses == 2


def test_a_new_day_in_hanoi_makes_new_pages(site: Site) -> None:
    evening = dt.datetime(2026, 11, 24, 16, 59, tzinfo=dt.UTC)
    with time_machine.travel(evening, tick=False) as clock:
        site.get("/thu/a")
        site.get("/thu/a")
        assert site.made == ["a"]
        clock.move_to(evening + dt.timedelta(minutes=2))
        site.get("/thu/a")
        assert site.made == ["a", "a"]
        clock.move_to(evening)
        site.get("/thu/a")
        assert len(site.made) == 3


def test_figures_are_at_most_so_old(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    assert site.get("/thu-so-lieu").data == site.get("/thu-so-lieu").data
    now[0] += 61
    assert site.get("/thu-so-lieu").get_data(as_text=True) == "2"


@pytest.mark.parametrize("what", WRONG)
def test_what_has_to_do_with_one_person_or_an_error_is_never_kept(site: Site, what: str) -> None:
    answers = [site.get(f"/thu-the/{what}", Accept_Encoding="br") for _ in range(2)]
    assert site.made == [what, what]
    assert len(site.layer.shelf) == 0
    assert not any("public" in answer.headers["Cache-Control"] for answer in answers)
    if what.startswith("token"):
        # A secret beside text that an attacker chooses must not be compressed.
        assert "Content-Encoding" not in answers[0].headers


def test_whoever_has_a_session_is_passed_on(site: Site) -> None:
    anonymous = site.get("/thu/a")
    cookie = f"{site.app.config['SESSION_COOKIE_NAME']}=x; tracker=1"
    personal = [site.get("/thu/a?utm=1", Cookie=cookie, Accept_Encoding="br") for _ in range(2)]
    assert len(site.made) == 3
    assert all(answer.headers["Cache-Control"] == PRIVATE for answer in personal)
    assert all("Content-Encoding" not in answer.headers for answer in personal)
    assert "'utm': '1'" in personal[0].get_data(as_text=True)
    assert site.get("/thu/a").data == anonymous.data


def test_whoever_sends_credentials_is_passed_on(site: Site) -> None:
    assert site.get("/thu/a", Authorization="Bearer x").headers["Cache-Control"] == PRIVATE
    assert len(site.layer.shelf) == 0


def test_a_post_reaches_the_view(site: Site) -> None:
    site.get("/thu/a")
    answer = site.app.test_client(use_cookies=False).post("/thu/a")
    assert answer.get_data(as_text=True) == "a"
    assert answer.headers["Cache-Control"] == "no-store"


def test_pages_without_the_mark_are_not_kept_but_compressed(site: Site) -> None:
    for _ in range(2):
        answer = site.get("/thu-thuong", Accept_Encoding="gzip")
        assert gzip.decompress(answer.data).decode() == FILLER
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Length"] == str(len(answer.data))
        assert "accept-encoding" in answer.headers["Vary"].lower()
    assert site.made == ["plain", "plain"]
    plain = site.get("/thu-thuong")
    assert "Content-Encoding" not in plain.headers
    assert "accept-encoding" in plain.headers["Vary"].lower()


def test_a_page_with_a_form_is_not_compressed(site: Site) -> None:
    answer = site.get("/thu-bieu-mau", Accept_Encoding="br, gzip")
    assert "Content-Encoding" not in answer.headers
    assert "Set-Cookie" in answer.headers


def test_one_renders_while_the_others_wait(site: Site) -> None:
    begun, go_on = threading.Event(), threading.Event()
    site.slow = (begun, go_on)
    answers: list[bytes] = []

    def ask() -> None:
        answers.append(site.get("/thu/a").data)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    assert begun.wait(30)
    go_on.set()
    for thread in threads:
        thread.join()
    assert site.made == ["a"]
    assert len(set(answers)) == 1
    assert len(answers) == 6


def test_whoever_waits_too_long_renders_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.kernel.pagecache.shelf.PATIENCE", 0.05)
    begun, go_on = threading.Event(), threading.Event()
    site.slow = (begun, go_on)
    first = threading.Thread(target=site.get, args=("/thu/a",))
    first.start()
    assert begun.wait(30)
    begun.clear()
    second = threading.Thread(target=site.get, args=("/thu/a",))
    second.start()
    assert begun.wait(30)
    go_on.set()
    first.join()
    second.join()
    assert site.made == ["a", "a"]


def test_an_error_while_rendering_leaves_nobody_waiting(site: Site) -> None:
    assert [site.get("/thu-the/error").status_code for _ in range(2)] == [500, 500]


def test_hosts_do_not_mix_and_strangers_are_refused(probed: MakeProbed) -> None:
    site = Site(probed, trusted_hosts="anson.example, www.anson.example")
    assert site.get("/thu/a", Host="anson.example").status_code == 200
    assert site.get("/thu/a", Host="www.anson.example").status_code == 200
    assert site.made == ["a", "a"]
    for _ in range(2):
        assert site.get("/thu/a", Host="evil.example").status_code == 400
    assert (
        site.get("/thu/a", Host="anson.example", X_Forwarded_Host="evil.example").status_code == 200
    )
    assert site.made == ["a", "a"]
    assert len(site.layer.shelf) == 2


def test_behind_a_proxy_the_host_is_the_one_that_the_proxy_names(probed: MakeProbed) -> None:
    site = Site(probed, trusted_hosts="anson.example", proxy_hops=1)
    forwarded = {
        "Host": "127.0.0.1:8000",
        "X_Forwarded_Host": "anson.example",
        "X_Forwarded_Proto": "https",
        "X_Forwarded_For": "10.1.1.1",
    }
    assert site.get("/thu/a", **forwarded).status_code == 200
    assert site.get("/thu/a", **forwarded).status_code == 200
    assert site.made == ["a"]
    assert (
        site.get("/thu/a", **{**forwarded, "X_Forwarded_Host": "evil.example"}).status_code == 400
    )


def test_switched_off_it_keeps_nothing_and_still_answers_304(probed: MakeProbed) -> None:
    site = Site(probed, page_cache=False)
    first = site.get("/lien-he", Accept_Encoding="br")
    second = site.get("/lien-he", Accept_Encoding="br", If_None_Match=first.headers["ETag"])
    assert first.headers["Cache-Control"] == PUBLIC
    assert first.headers["Content-Encoding"] == "br"
    assert second.status_code == 304
    site.get("/thu/a")
    site.get("/thu/a")
    assert site.made == ["a", "a"]
    assert len(site.layer.shelf) == 0


def test_addresses_that_lead_elsewhere_are_left_to_the_app(site: Site) -> None:
    assert site.get("/thu//a").status_code in {308, 301}
    assert site.get("/khong-co").status_code == 404
    assert site.get("/thu/%FF").status_code == 200
    assert site.get("/thu/a?" + "&".join(["q=1"] * 200)).status_code == 200
    assert site.get("/thu/a?q=" + "a" * 5_000).status_code == 200
    assert site.app.test_client().get("/static/favicon.svg").status_code == 200


def test_views_are_told_to_whoever_counts_them(site: Site) -> None:
    people, robot = (
        {"User_Agent": "Mozilla/5.0 (Android 14)"},
        {"User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
    )
    first = site.get("/thu/a", **people)
    site.get("/thu/a?q=1", If_None_Match=first.headers["ETag"], **people)
    site.get("/thu/a", **robot)
    site.get("/thu-the/missing", **people)
    site.app.test_client().head("/thu/a", headers={"User-Agent": "Mozilla/5.0"})
    assert take_views(site.app) == [View("probe.page", "/thu/a")] * 2
    assert take_views(site.app) == []


def test_views_that_nobody_fetches_do_not_fill_the_memory(site: Site) -> None:
    assert site.layer.views.maxlen == 20_000


def test_the_revision_is_read_beside_sqlalchemy(app: Flask) -> None:
    with app.app_context():
        read = revision_reader(db.engine)
        assert read() == publication.current() == 0
        publication.bump()
        assert read() == 0
        db.session.commit()
        assert read() == publication.current() == 1
        db.session.rollback()
        for _ in range(3):
            publication.bump()
        db.session.commit()
        assert read() == 4


def test_a_lost_connection_is_made_anew(app: Flask) -> None:
    with app.app_context():
        read: Any = revision_reader(db.engine)
    assert read() == 0
    read._local.connection.close()
    assert read() == 0


def test_a_database_that_cannot_be_asked_is_no_reason_to_hand_out_anything(tmp_path: Any) -> None:
    missing = sa.create_engine(f"sqlite:///{tmp_path / 'khong-co.db'}")
    assert revision_reader(missing)() is None
    assert not (tmp_path / "khong-co.db").exists()
    assert revision_reader(sa.create_engine("sqlite://"))() is None
    unreachable = sa.create_engine("postgresql+psycopg://a@127.0.0.1:1/khong-co")
    assert revision_reader(unreachable)() is None


def test_while_the_revision_cannot_be_read_pages_are_rendered(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.get("/thu/a")
    monkeypatch.setattr(site.layer, "_revision", lambda: None)
    assert site.get("/thu/a").status_code == 200
    assert site.made == ["a", "a"]


def test_two_authorities_in_one_process_do_not_share_pages(site: Site, make_app: Any) -> None:
    other: Flask = make_app(page_cache=True)
    with other.app_context():
        db.create_all()
    site.get("/lien-he")
    answer = other.test_client().get("/lien-he")
    assert answer.status_code == 200
    assert (site.layer.hits, other.extensions["page_cache"].hits) == (0, 0)
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def test_every_marked_page_of_the_product_can_really_be_cached(site: Site) -> None:
    """A form, a flash message or a session in one of them would cost every reader the cache."""
    marked = [
        rule
        for rule in site.app.url_map.iter_rules()
        if hasattr(site.app.view_functions[rule.endpoint], "cacheable")
    ]
    product = [
        rule.rule
        for rule in marked
        if not rule.endpoint.startswith("probe.") and not rule.arguments
    ]
    assert {"/", "/hoi-dap", "/tim-kiem", "/sitemap.xml"} <= set(product)
    for path in product:
        before = site.layer.hits
        assert site.get(path).status_code == 200, path
        assert site.get(path).headers["Cache-Control"] == PUBLIC, path
        assert site.layer.hits == before + 1, path
