"""Feeds and the site map: what happened to consultations, in order, with ids that stay; what is
hidden is in none of them.
"""

import datetime as dt
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.consultations.models import Consultation
from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.kernel.clock import now, today
from tests.factories.consultations import make_consultation
from tests.factories.organisation import make_agency, make_unit
from tests.factories.statements import StatementCounter

ATOM = "{http://www.w3.org/2005/Atom}"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


def make(app: Flask, **values: Any) -> str:
    with app.app_context():
        return make_consultation(**values).slug


def entries(client: FlaskClient) -> list[dict[str, str]]:
    root = ET.fromstring(client.get("/lay-y-kien/feed.atom").data)  # noqa: S314  (our own feed)
    return [
        {
            "id": row.findtext(f"{ATOM}id") or "",
            "title": row.findtext(f"{ATOM}title") or "",
            "summary": row.findtext(f"{ATOM}summary") or "",
            "url": (
                row.find(f"{ATOM}link").attrib["href"]
                if row.find(f"{ATOM}link") is not None
                else ""
            ),  # type: ignore[union-attr]
            "published": row.findtext(f"{ATOM}published") or "",
        }
        for row in root.findall(f"{ATOM}entry")
    ]


def test_opened_extended_result_newest_first(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        unit = make_unit("Phòng Kinh tế")
        made = make_consultation(
            stage=Stage.ANSWERED, title="Quy hoạch chợ", slug="cho", lead_unit_id=unit.id
        )
        made.extended_at, made.extension_reason = now() - 15 * DAY, "Thêm thời gian cho bà con."
        make_consultation(stage=Stage.SCHEDULED, title="Chưa mở", slug="chua-mo")
        db.session.commit()
    found = entries(client)
    assert [row["title"] for row in found] == [
        "Kết quả lấy ý kiến: Quy hoạch chợ",
        "Gia hạn lấy ý kiến: Quy hoạch chợ",
        "Lấy ý kiến: Quy hoạch chợ",
    ]
    assert len({row["id"] for row in found}) == 3
    assert found[0]["url"] == "http://127.0.0.1:8000/lay-y-kien/cho/ket-qua"
    assert "Thêm thời gian cho bà con." in found[1]["summary"]
    data = client.get("/lay-y-kien/feed.json").get_json()
    assert [item["id"] for item in data["items"]] == [row["id"] for row in found]
    assert data["items"][0]["authors"] == [{"name": "Phòng Kinh tế"}]
    assert data["items"][0]["tags"] == ["Quy hoạch sử dụng đất"]
    assert data["home_page_url"] == "http://127.0.0.1:8000/lay-y-kien"


def test_the_same_feed_is_the_same_bytes(app: Flask, client: FlaskClient) -> None:
    assert client.get("/lay-y-kien/feed.atom").data == client.get("/lay-y-kien/feed.atom").data
    make(app)
    first = client.get("/lay-y-kien/feed.atom")
    assert (
        client.get(
            "/lay-y-kien/feed.atom", headers={"If-None-Match": first.headers["ETag"]}
        ).status_code
        == 304
    )


def test_ids_stay_when_a_title_changes(app: Flask, client: FlaskClient) -> None:
    slug = make(app, title="Tên cũ")
    before = [row["id"] for row in entries(client)]
    with app.app_context():
        made = db.session.query(Consultation).filter_by(slug=slug).one()
        made.title = "Tên mới"
        db.session.commit()
    after = entries(client)
    assert [row["id"] for row in after] == before
    assert after[0]["title"] == "Lấy ý kiến: Tên mới"


def test_hidden_and_drafts_are_in_neither(app: Flask, client: FlaskClient) -> None:
    make(app, stage=Stage.DRAFT, title="Bản nháp")
    make(app, visibility=Visibility.HIDDEN, title="Đã gỡ")
    assert entries(client) == []
    assert client.get("/lay-y-kien/feed.json").get_json()["items"] == []


def test_the_site_map_names_every_page_of_a_consultation_and_all_answer(
    app: Flask, client: FlaskClient
) -> None:
    make(app, slug="dang-mo")
    make(app, slug="da-xong", stage=Stage.ANSWERED)
    make(app, slug="da-go", visibility=Visibility.HIDDEN)
    text = client.get("/sitemap.xml").get_data(as_text=True)
    ET.fromstring(text)  # noqa: S314  (our own)
    assert "/lay-y-kien/dang-mo</loc>" in text
    assert "/lay-y-kien/dang-mo/ket-qua" not in text
    assert "/lay-y-kien/da-xong/ket-qua</loc>" in text
    assert "da-go" not in text
    for line in text.splitlines():
        if "<loc>" in line:
            address = line.split("<loc>http://127.0.0.1:8000")[1].split("</loc>")[0]
            assert client.get(address or "/").status_code == 200, address


def test_statements_do_not_grow_with_rows(app: Flask, client: FlaskClient) -> None:
    def counted() -> list[int]:
        with app.app_context():
            engine = db.engine
        found = []
        for address in ("/lay-y-kien/feed.atom", "/lay-y-kien/feed.json", "/sitemap.xml"):
            with StatementCounter(engine) as counter:
                client.get(address)
            found.append(len(counter.statements))
        return found

    make(app)
    few = counted()
    for _number in range(10):
        make(app, closes_on=today() + 9 * DAY)
    assert counted() == few
    assert max(few) <= 3


def test_robots_are_shown_the_map_and_kept_from_what_is_private(client: FlaskClient) -> None:
    text = client.get("/robots.txt").get_data(as_text=True)
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text
    for path in ("/can-bo/", "/tra-cuu/", "/nhung/"):
        assert f"Disallow: {path}" in text


def test_the_atom_feed_is_what_the_standard_asks_for(app: Flask, client: FlaskClient) -> None:
    """RFC 4287: the parts that must be there, once each; and our words are text, not HTML."""
    empty = ET.fromstring(client.get("/lay-y-kien/feed.atom").data)  # noqa: S314  (our own feed)
    assert empty.findtext(f"{ATOM}updated") == "2000-01-01T00:00:00+00:00"
    with app.app_context():
        unit = make_unit("Phòng Kinh tế")
        made = make_consultation(title="Đất < 5 ha & chợ", lead_unit_id=unit.id)
        made.summary = "Thửa <b>dưới</b> 5 ha"
        db.session.commit()
    response = client.get("/lay-y-kien/feed.atom")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(response.data)  # noqa: S314  (our own feed)
    assert root.tag == f"{ATOM}feed"
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "vi"
    (row,) = root.findall(f"{ATOM}entry")
    for part in (root, row):
        for name in ("id", "title", "updated"):
            assert len(part.findall(f"{ATOM}{name}")) == 1, name
        moment = dt.datetime.fromisoformat(part.findtext(f"{ATOM}updated") or "")
        assert moment.tzinfo is not None
        assert "alternate" in {one.get("rel") for one in part.findall(f"{ATOM}link")}
    assert {one.get("rel"): one.get("href") for one in root.findall(f"{ATOM}link")} == {
        "self": "http://127.0.0.1:8000/lay-y-kien/feed.atom",
        "alternate": "http://127.0.0.1:8000/lay-y-kien",
    }
    assert root.findtext(f"{ATOM}updated") == row.findtext(f"{ATOM}updated")
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    assert row.findtext(f"{ATOM}author/{ATOM}name") == "Phòng Kinh tế"
    assert row.find(f"{ATOM}category").attrib == {"term": "Quy hoạch sử dụng đất"}  # type: ignore[union-attr]
    assert row.findtext(f"{ATOM}title") == "Lấy ý kiến: Đất < 5 ha & chợ"
    summary = row.findall(f"{ATOM}summary")
    assert [one.get("type", "text") for one in summary] == ["text"]
    assert (summary[0].text or "").startswith("Thửa <b>dưới</b> 5 ha\n")
