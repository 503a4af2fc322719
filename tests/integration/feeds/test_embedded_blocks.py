"""Blocks for a frame: who may show them, what stands in them, and that every other page refuses to
be framed.
"""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.config import ConfigError
from app.consultations.states import Stage, Visibility
from app.questions import states as question_states
from tests.factories.consultations import make_consultation
from tests.factories.organisation import make_agency
from tests.factories.pages import visit
from tests.factories.questions import make_question

BLOCKS = ("/nhung/lay-y-kien", "/nhung/hoi-dap")


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


def test_what_is_open_stands_in_the_block(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make_consultation(title="Quy hoạch chợ", slug="cho")
        make_consultation(title="Đã đóng", stage=Stage.CLOSED)
        make_consultation(title="Chưa mở", stage=Stage.SCHEDULED)
        make_consultation(title="Đã gỡ", visibility=Visibility.HIDDEN)
        code = make_question(
            visibility=question_states.Visibility.PUBLIC, title="Bao giờ dọn rác?"
        ).submission.code
    page = visit(client, "/nhung/lay-y-kien")
    assert [link["href"] for link in page.soup.select("main .ln-list a")] == ["/lay-y-kien/cho"]
    assert "Còn 26 ngày" in page.text
    assert visit(client, "/nhung/hoi-dap").soup.select_one(f'main a[href="/hoi-dap/{code}"]')


@pytest.mark.parametrize("address", BLOCKS)
def test_every_link_opens_in_the_whole_window(
    app: Flask, client: FlaskClient, address: str
) -> None:
    with app.app_context():
        make_consultation()
        make_question(visibility=question_states.Visibility.PUBLIC)
    page = visit(client, address)
    assert page.heading
    links = page.soup.select("a")
    assert len(links) >= 2
    assert {link.get("target") for link in links} == {"_top"}
    assert page.soup.html is not None
    assert page.soup.html.has_attr("data-embed")
    for tag in page.soup.select("script, link, img"):
        assert not str(tag.get("src") or tag.get("href")).startswith(("http", "//"))


@pytest.mark.parametrize("address", BLOCKS)
def test_an_empty_block_says_so(client: FlaskClient, address: str) -> None:
    page = visit(client, address)
    assert page.status == 200
    assert "Hiện không có" in page.text or "Chưa có" in page.text


@pytest.mark.parametrize("address", [*BLOCKS, "/nhung/hoi-dap?lang=en"])
def test_no_cookie_and_framed_by_this_site_only(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert "Set-Cookie" not in response.headers
    assert "frame-ancestors 'self';" in response.headers["Content-Security-Policy"] + ";"
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_language_of_the_address_is_taken(client: FlaskClient) -> None:
    assert 'lang="en"' in client.get("/nhung/hoi-dap?lang=en").get_data(as_text=True)


def test_sites_of_the_setting_may_frame_the_blocks_and_nothing_else(
    make_app: Any, database_url: str
) -> None:
    app = make_app(embed_parents="https://namhai.example, http://trong.namhai.example:8080")
    with app.app_context():
        from app.extensions import db

        db.create_all()
    client = app.test_client()
    policy = client.get("/nhung/hoi-dap").headers["Content-Security-Policy"]
    assert (
        "frame-ancestors 'self' https://namhai.example http://trong.namhai.example:8080;" in policy
    )
    for address in ("/", "/hoi-dap", "/lay-y-kien", "/api/v1/answers"):
        headers = client.get(address).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "parents",
    [
        "namhai.example",
        "*",
        "https://*",
        "https://a.example; script-src *",
        "https://a.example/duong",
        "https://A.example",
        "'self'",
    ],
)
def test_nonsense_in_the_setting_stops_the_start(make_app: Any, parents: str) -> None:
    with pytest.raises(ConfigError, match="embed_parents"):
        make_app(embed_parents=parents)
