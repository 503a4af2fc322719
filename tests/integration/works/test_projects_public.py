"""Finding one's own parcel in the list, one work, and what these pages cost."""

from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.comments.states import TargetKind
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.kernel.clock import now
from app.works.models import ProjectItem
from app.works.queries import PAGE_SIZE
from app.works.service import works as service
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency
from tests.factories.pages import Page, visit
from tests.factories.projects import make_lands, make_project
from tests.factories.statements import StatementCounter

SLUG = "quy-hoach"
LIST = f"/lay-y-kien/{SLUG}/danh-muc"


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()
        make_lands()
        make_consultation(slug=SLUG, receive_phone="0253 3555 101")


def put(app: Flask, code: str = "C01", **values: Any) -> int:
    with app.app_context():
        return make_project(consultation(), code, **values).id


def consultation() -> Consultation:
    return staff.by_slug(SLUG)


def search(client: FlaskClient, query: str) -> Page:
    """The list, asked as a browser asks."""
    return visit(client, f"{LIST}?{quote(query, safe='=&+%/')}")


def shown(page: Page) -> list[str]:
    return [str(link["href"]).rsplit("/", 1)[1] for link in page.soup.select(".ln-card__title a")]


def engine_of(app: Flask) -> sa.Engine:
    with app.app_context():
        return db.engine


# The list ---------------------------------------------------------------------------------------
def test_the_first_control_is_the_search(app: Flask, client: FlaskClient) -> None:
    put(app)
    page = visit(client, LIST)
    assert [field["id"] for field in page.soup.select("main input")[:3]] == ["to", "thua", "q"]
    assert len(page.soup.select("main form")) == 1
    assert page.soup.select_one("main form")["action"] == LIST  # type: ignore[index]
    labels = {label["for"]: label.get_text() for label in page.soup.select("main label")}
    assert (labels["to"], labels["thua"]) == ("Tờ bản đồ số", "Thửa số")


def test_a_card_says_all_that_the_list_says(app: Flask, client: FlaskClient) -> None:
    put(
        app,
        existing_ha="0,50",
        uses="LUC 1,00; HNK 0,50",
        basis="NQ 33/NQ-HĐND",
        funding="Ngân sách tỉnh",
        year="2026",
    )
    card = visit(client, LIST).soup.select_one(".ln-card")
    assert card is not None
    text = " ".join(card.get_text(" ").split())
    for words in (
        "C01 · Giao thông",
        "Đường tránh phía Tây",
        "DGT – Đất giao thông",
        "2,00 ha, trong đó đã có 0,50 ha, tăng thêm 1,50 ha",
        "LUC – Đất chuyên trồng lúa nước 1,00 ha",
        "HNK – Đất trồng cây hàng năm khác 0,50 ha",
        "xã Tân Hội · Tờ 07: thửa 118",
        "NQ 33/NQ-HĐND · Ngân sách tỉnh · 2026",
        "Chưa có góp ý",
    ):
        assert words in text
    assert card.select_one("svg rect")["fill"] == "#ffaa32"  # type: ignore[index]
    assert card.select_one("svg")["aria-hidden"] == "true"  # type: ignore[index]


@pytest.mark.parametrize(
    "query",
    ["to=7&thua=118", "to=07&thua=118", "to=tờ+7&thua=118a", "q=to+7+thua+118", "q=tờ+07+thửa+118", "q=7/118", "q=118+tờ+7", "q=tan+hoi", "q=Tân+Hội",
     "q=DUONG+TRANH", "to=7&q=tan+hoi", "q=tờ+7+thửa+118+tân+hội", "loai=dgt", "nhom=Giao+thông", "q=c01"],
)  # fmt: skip
def test_a_farmer_finds_it(app: Flask, client: FlaskClient, query: str) -> None:
    put(app)
    put(
        app,
        "K01",
        name="Kênh N8",
        group_name="Thủy lợi",
        land_code="DTL",
        place="xã Long Thạnh",
        map_text="Tuyến dài 6,2 km",
    )
    page = search(client, query)
    assert shown(page) == ["C01"]
    assert "Tìm thấy 1 công trình" in page.text


def test_whole_sheets_may_be_concerned_and_come_last(app: Flask, client: FlaskClient) -> None:
    put(app, "A01", map_text="Tờ 7")
    put(app, "A02", map_text="Tờ 7: thửa 100-120")
    page = visit(client, f"{LIST}?to=7&thua=118")
    assert shown(page) == ["A02", "A01"]
    assert [heading.get_text() for heading in page.soup.select("main h2.govuk-heading-m")][:2] == [
        "Công trình có thửa 118, tờ 7",
        "Có thể liên quan",
    ]
    page = visit(client, f"{LIST}?to=7&thua=5")
    assert shown(page) == ["A01"]
    assert "Có thể liên quan" in page.text
    assert "Công trình có thửa" not in page.text


def test_nothing_found_says_what_to_do(app: Flask, client: FlaskClient) -> None:
    put(app)
    page = visit(client, f"{LIST}?to=99&thua=1")
    assert "Không thấy công trình nào như vậy" in page.text
    assert "0253 3555 101" in page.text
    assert page.soup.select_one(f'main a[href="{LIST}"]')


def test_a_parcel_without_its_sheet_and_no_figures_are_pointed_out(
    app: Flask, client: FlaskClient
) -> None:
    put(app)
    page = visit(client, f"{LIST}?thua=118")
    assert "Hãy điền thêm số tờ" in page.text
    assert shown(page) == ["C01"]
    page = search(client, "to=bảy&thua=x")
    assert "Ô «Tờ bản đồ số» cần một con số" in page.text
    assert "Ô «Thửa số» cần một con số" in page.text


def test_an_empty_list_leads_to_the_dossier(client: FlaskClient) -> None:
    page = visit(client, LIST)
    assert "Chưa có danh mục công trình" in page.text
    assert page.soup.select_one(f'main .ln-empty a[href="/lay-y-kien/{SLUG}/ho-so"]')


def test_filters_can_be_taken_off(app: Flask, client: FlaskClient) -> None:
    put(app)
    page = search(client, "nhom=Giao+thông&loai=DGT")
    chips = {chip.get_text(): chip["href"] for chip in page.soup.select(".ln-chips a")}
    assert chips == {
        "Giao thông, bỏ lọc": f"{LIST}?loai=DGT",
        "DGT – Đất giao thông, bỏ lọc": f"{LIST}?nhom=Giao+th%C3%B4ng",
    }
    assert [option.get_text() for option in page.soup.select("#loai option")] == [
        "Tất cả",
        "DGT – Đất giao thông",
    ]
    assert page.soup.select_one("details[open] #nhom")


def test_the_sums_of_the_list(app: Flask, client: FlaskClient) -> None:
    put(app)
    page = visit(client, LIST)
    rows = {
        cells[0].get_text(strip=True): [cell.get_text(strip=True) for cell in cells[1:]]
        for row in page.soup.select("tbody tr")
        if (cells := row.find_all(["th", "td"]))
    }
    assert rows["LUC – Đất chuyên trồng lúa nước"] == ["0,00", "0,00", "2,00", "−2,00"]
    assert rows["DGT – Đất giao thông"] == ["2,00", "2,00", "0,00", "+2,00"]
    assert rows["Cộng"] == ["2,00", "2,00", "2,00", "0,00"]
    assert "Tổng diện tích tăng thêm bằng tổng diện tích lấy đi." in page.text


def test_pages_of_fifty(app: Flask, client: FlaskClient) -> None:
    for number in range(PAGE_SIZE + 2):
        put(app, f"A{number:02d}")
    page = visit(client, LIST)
    assert shown(page) == [f"A{number:02d}" for number in range(PAGE_SIZE)]
    page = visit(client, str(page.soup.select_one("a[rel=next]")["href"]))  # type: ignore[index]
    assert shown(page) == ["A50", "A51"]
    page = visit(client, str(page.soup.select_one("a[rel=prev]")["href"]))  # type: ignore[index]
    assert shown(page)[0] == "A00"
    # A search keeps its words from page to page.
    page = visit(client, f"{LIST}?to=7&thua=118&q=duong")
    link = str(page.soup.select_one("a[rel=next]")["href"])  # type: ignore[index]
    assert "to=7&thua=118&q=duong" in link
    assert shown(visit(client, link)) == ["A50", "A51"]


@pytest.mark.parametrize("cursor", ["x", "W10", "%00", "eyJhIjoxfQ", "A" * 3_000, "WyJhIiwiYiJd"])
def test_a_forged_cursor_shows_the_first_page(app: Flask, client: FlaskClient, cursor: str) -> None:
    put(app)
    for name in ("sau", "truoc"):
        for more in ("", "&to=7&thua=118"):
            assert shown(visit(client, f"{LIST}?{name}={cursor}{more}")) == ["C01"]


@pytest.mark.parametrize(
    "query",
    [
        "q=%25",
        "q=_",
        "q=" + "x" * 5_000,
        "to=" + "9" * 50,
        "loai=%3Cscript%3E",
        "nhom=%00",
        "q=%ff%fe",
    ],
)
def test_whatever_is_typed_is_answered(app: Flask, client: FlaskClient, query: str) -> None:
    put(app)
    assert search(client, query).status == 200


# One work ---------------------------------------------------------------------------------------
def test_one_work_leads_to_commenting_on_it(app: Flask, client: FlaskClient) -> None:
    number = put(app)
    with app.app_context():
        make_comment(
            consultation(),
            visibility=Visibility.PUBLIC,
            target_kind=TargetKind.PROJECT,
            project_id=number,
        )
    page = visit(client, f"{LIST}/C01")
    assert page.soup.select_one(
        f'main a.govuk-button[href="/lay-y-kien/{SLUG}/gop-y?cong-trinh=C01"]'
    )
    assert page.soup.select_one(f'main a[href="/lay-y-kien/{SLUG}/y-kien?cong-trinh=C01"]')
    assert "Xem 1 góp ý về công trình này" in page.text
    assert "1 góp ý" in visit(client, LIST).text
    assert page.title.startswith("Đường tránh phía Tây")


@pytest.mark.parametrize("stage", [Stage.SCHEDULED, Stage.CLOSED, Stage.ANSWERED])
def test_nobody_is_asked_before_and_after(app: Flask, client: FlaskClient, stage: Stage) -> None:
    with app.app_context():
        other = make_consultation(stage=stage, slug="khac")
        make_project(other)
    page = visit(client, "/lay-y-kien/khac/danh-muc/C01")
    assert "Góp ý về công trình này" not in page.text


def test_a_work_taken_out_of_the_list_says_so(app: Flask, client: FlaskClient) -> None:
    number = put(app)
    with app.app_context():
        db.session.execute(
            sa.update(ProjectItem).where(ProjectItem.id == number).values(removed_at=now())
        )
        service.summarise(consultation().id)
        db.session.commit()
    assert shown(visit(client, LIST)) == []
    page = visit(client, f"{LIST}/C01")
    assert "đã được đưa ra khỏi danh mục" in page.text
    assert "gop-y?cong-trinh" not in page.html


def test_addresses_of_works(app: Flask, client: FlaskClient) -> None:
    put(app)
    response = client.get(f"{LIST}/c01")
    assert (response.status_code, response.headers["Location"]) == (301, f"{LIST}/C01")
    assert client.get(f"{LIST}/C99").status_code == 404
    put(app, "Đ.01-A")
    assert visit(client, f"{LIST}/{quote('Đ.01-A')}").status == 200


@pytest.mark.parametrize("values", [{"stage": Stage.DRAFT}, {"visibility": Visibility.HIDDEN}])
def test_what_is_not_public_is_not_there(
    app: Flask, client: FlaskClient, values: dict[str, Any]
) -> None:
    with app.app_context():
        made = make_consultation(slug="kin", **values)
        make_project(made)
    for path in ("danh-muc", "danh-muc/C01", "tai-ve", "tai-ve/danh-muc.csv", "tai-ve/y-kien.xlsx"):
        assert client.get(f"/lay-y-kien/kin/{path}").status_code in {404, 410}


# What it costs ----------------------------------------------------------------------------------
def test_three_statements_however_long_the_list(app: Flask, client: FlaskClient) -> None:
    number = put(app)
    addresses = [
        LIST,
        f"{LIST}?to=7&thua=118&q=duong&nhom=Giao+thông&loai=DGT",
        f"{LIST}/C01",
        f"/lay-y-kien/{SLUG}/tai-ve",
    ]

    def cost() -> list[int]:
        found = []
        for address in addresses:
            with StatementCounter(engine_of(app)) as counter:
                assert client.get(address).status_code == 200
            found.append(len(counter.statements))
        return found

    few = cost()
    with app.app_context():
        made = consultation()
        for _time in range(10):
            make_comment(
                made,
                visibility=Visibility.PUBLIC,
                target_kind=TargetKind.PROJECT,
                project_id=number,
            )
    for number in range(20):
        put(app, f"B{number}")
    assert cost() == few
    assert max(few) <= 3


def test_everybody_gets_the_same_page_and_a_change_makes_a_new_one(
    make_app: Any, database_url: str, app: Flask
) -> None:
    cached = make_app(database_url=database_url, page_cache=True)
    client = cached.test_client()
    put(app)
    first = client.get(LIST)
    assert first.headers["Cache-Control"].startswith("public")
    again = client.get(LIST, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    with app.app_context():
        raw = {
            "code": "D01",
            "name": "Kênh",
            "land_code": "DTL",
            "planned_ha": "1",
            "uses": "LUC 1",
        }
        service.save(
            consultation(), None, raw, actor=make_user(roles=[Role.MODERATOR]), seen_revision=None
        )
        db.session.commit()
    assert "D01" in client.get(LIST).get_data(as_text=True)
    with cached.app_context():
        db.session.remove()
        db.engine.dispose()
