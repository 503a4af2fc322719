"""The home page: what is open for comments, counts, three statements; the ways to
everything else.
"""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.kernel.clock import today
from app.portal.queries import CARDS, COUNTED
from app.questions import states as question_states
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency, make_topic
from tests.factories.pages import visit
from tests.factories.questions import make_question
from tests.factories.statements import StatementCounter

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


def test_open_consultations_are_cards_those_that_close_first_coming_first(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        late = make_consultation(title="Còn lâu", slug="con-lau", closes_on=today() + 20 * DAY)
        make_consultation(title="Sắp hết", slug="sap-het", closes_on=today() + 6 * DAY)
        make_consultation(title="Hôm nay", slug="hom-nay", closes_on=today())
        make_consultation(title="Thứ tư", slug="thu-tu", closes_on=today() + 29 * DAY)
        for stage in (Stage.DRAFT, Stage.SCHEDULED, Stage.CLOSED, Stage.ANSWERED):
            make_consultation(title="Không phải lúc", stage=stage)
        make_consultation(title="Đã gỡ", visibility=Visibility.HIDDEN)
        for _number in range(3):
            make_comment(late)
    page = visit(client, "/")
    cards = page.soup.select("main .ln-card:has(.ln-days)")
    assert [card.a["href"] for card in cards if card.a] == [
        f"/lay-y-kien/{slug}" for slug in ("hom-nay", "sap-het", "con-lau")
    ]
    tones = [
        (tag["class"][1], tag.get_text(strip=True))
        for tag in page.soup.select("main .ln-card .ln-days")
    ]
    assert tones == [
        ("ln-days--soon", "Còn 1 ngày"),
        ("ln-days--soon", "Còn 7 ngày"),
        ("ln-days--ok", "Còn 21 ngày"),
    ]
    assert "3 ý kiến" in cards[2].get_text(" ")
    assert "4 nội dung đang lấy ý kiến" in page.text
    for hidden in ("Không phải lúc", "Đã gỡ"):
        assert hidden not in page.html


def test_a_scheduled_one_is_open_on_its_day_whatever_the_job_does(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        make_consultation(
            title="Mở hôm nay", stage=Stage.SCHEDULED, opens_on=today(), closes_on=today() + 5 * DAY
        )
    assert "Mở hôm nay" in visit(client, "/").text


def test_without_any_the_page_says_so_and_has_no_empty_heading(client: FlaskClient) -> None:
    page = visit(client, "/")
    assert "Hiện chưa có nội dung mới" in page.text
    assert "Đang lấy ý kiến" not in page.text
    assert page.soup.select_one('main a.ln-quick__item[href="/lay-y-kien"]')


def test_many_are_counted_to_a_bound(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        for number in range(COUNTED + 2):
            make_consultation(title=f"Nội dung {number}")
    page = visit(client, "/")
    assert f"Hơn {COUNTED} nội dung đang lấy ý kiến" in page.text
    assert len(page.soup.select("main .ln-card .ln-days")) == CARDS


def test_three_statements_however_much_there_is(app: Flask, client: FlaskClient) -> None:
    def counted() -> int:
        with app.app_context():
            engine = db.engine
        with StatementCounter(engine) as counter:
            assert client.get("/").status_code == 200
        return len(counter.statements)

    assert counted() == 3
    with app.app_context():
        for number in range(6):
            make_consultation()
            make_topic(f"Lĩnh vực {number}")
            make_question(visibility=question_states.Visibility.PUBLIC)
    assert counted() == 3


def test_topics_in_the_office_s_order_and_language(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make_topic("Môi trường", sort=2, name_en="Environment")
        make_topic("Đất đai", sort=1, name_en="Land")
    shown = [
        link.get_text(strip=True) for link in visit(client, "/").soup.select("main .ln-columns a")
    ]
    assert shown == ["Đất đai", "Môi trường"]
    shown = [
        link.get_text(strip=True)
        for link in visit(client, "/?lang=en").soup.select("main .ln-columns a")
    ]
    assert shown == ["Land", "Environment"]


def test_every_link_of_the_site_map_the_menu_and_the_footer_leads_somewhere(
    app: Flask, client: FlaskClient
) -> None:
    page = visit(client, "/so-do-cong")
    addresses = {str(link["href"]) for link in page.soup.select("a[href^='/']")}
    assert {
        "/lay-y-kien",
        "/lay-y-kien/feed.atom",
        "/lay-y-kien/feed.json",
        "/api/v1/openapi.json",
    } <= addresses
    for address in sorted(addresses):
        assert client.get(address).status_code in {200, 302}, address
    menu = [link.get_text(strip=True) for link in page.soup.select("nav a")]
    assert menu.index("Lấy ý kiến") < menu.index("Hỏi đáp") < menu.index("Liên hệ")


def test_feeds_are_found_from_the_home_page(client: FlaskClient) -> None:
    links = visit(client, "/").soup.select('link[rel=alternate][type="application/atom+xml"]')
    assert [link["href"] for link in links] == ["/hoi-dap/feed.atom", "/lay-y-kien/feed.atom"]
