"""The screens behind "Hệ thống": lists, forms, the end of a unit, and who may open what."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.extensions import db
from app.kernel.clock import today
from app.organisation import queries
from app.organisation.models import AgencyLevel, UnitKind
from tests.factories.accounts import make_staff, post
from tests.factories.organisation import make_agency, make_place, make_topic, make_unit
from tests.factories.statements import StatementCounter

SYSTEM = "/can-bo/he-thong"
UNIT = {
    "code": "KT",
    "name": "Phòng Kinh tế",
    "kind": "department",
    "parent_id": "0",
    "sort": "30",
    "phone": "0253 3555 024",
}
TOPIC = {
    "name": "Giao thông",
    "default_unit_id": "0",
    "answer_working_days": "7",
    "sort": "50",
    "keywords": "ổ gà",
}
AGENCY = {"name": "UBND xã An Sơn", "level": "commune", "tracking_prefix": "AS"}


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return make_staff(app, Role.ADMINISTRATOR)[0]


def text_of(response: object) -> str:
    return " ".join(
        BeautifulSoup(response.get_data(as_text=True), "html.parser").get_text(" ").split()
    )


PAGES = [
    "/co-quan",
    "/don-vi",
    "/don-vi/moi",
    "/linh-vuc",
    "/linh-vuc/moi",
    "/dia-ban",
    "/dia-ban/moi",
]


@pytest.mark.parametrize("page", PAGES)
def test_only_the_administrator_may_open_them(app: Flask, page: str) -> None:
    officer, _user = make_staff(app, Role.OFFICER, Role.MODERATOR, Role.AUDITOR)
    assert officer.get(SYSTEM + page).status_code == 403
    assert app.test_client().get(SYSTEM + page).status_code == 302


@pytest.mark.parametrize("page", ["/co-quan", "/don-vi/moi", "/linh-vuc/moi", "/dia-ban/moi"])
def test_only_the_administrator_may_save(app: Flask, page: str) -> None:
    officer, _user = make_staff(app, Role.OFFICER)
    assert post(officer, SYSTEM + page, form_at="/can-bo/tai-khoan").status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("page", ["", *PAGES])
def test_pages_have_one_heading_and_no_inline_code(
    app: Flask, admin: FlaskClient, page: str, language: str
) -> None:
    with app.app_context():
        make_topic(
            "Đất đai",
            unit=make_unit("Phòng Kinh tế", phone="0253 3555 024", email="kt@anson.example"),
        )
        make_unit("Phòng Nội vụ", valid_to=dt.date(2025, 6, 30))
        make_unit("Phòng Mới", valid_from=today() + dt.timedelta(days=9))
        make_place("Thôn Đông")
    response = admin.get(SYSTEM + page, query_string={"lang": language})
    soup = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    assert response.status_code == 200
    assert len(soup.find_all("h1")) == 1
    assert soup.title.get_text().startswith(soup.h1.get_text())
    assert not soup.find_all(style=True)


def test_the_index_lists_what_one_may_open(app: Flask, admin: FlaskClient) -> None:
    shown = text_of(admin.get(SYSTEM))
    for label in (
        "Thông tin cơ quan",
        "Đơn vị",
        "Lĩnh vực",
        "Địa bàn",
        "Lịch làm việc",
        "Nhật ký hệ thống",
    ):
        assert label in shown
    auditor, _user = make_staff(app, Role.AUDITOR)
    shown = text_of(auditor.get(SYSTEM))
    assert "Nhật ký hệ thống" in shown
    assert "Thông tin cơ quan" not in shown
    officer, _user = make_staff(app, Role.OFFICER)
    assert officer.get(SYSTEM).status_code == 403


def test_every_page_bears_the_agency_s_name_at_the_cost_of_one_statement(app: Flask) -> None:
    with app.app_context():
        make_agency(name="UBND phường Thử Nghiệm", licence="Thông báo số 1")
        engine = db.engine
    with StatementCounter(engine) as counter:
        page = app.test_client().get("/khong-co-trang-nay").get_data(as_text=True)
    assert "UBND phường Thử Nghiệm" in page
    assert "Thông báo số 1" in page
    assert (
        len([statement for statement in counter.statements if "agency_profile" in statement]) == 1
    )


def test_the_agency_is_saved(app: Flask, admin: FlaskClient) -> None:
    data = {
        **AGENCY,
        "phone": "0253 3555 000",
        "former_names": "UBND huyện An Sơn\n\nUBND xã Hòa Lợi",
        "domain": "anson.example",
    }
    saved = post(admin, SYSTEM + "/co-quan", data)
    assert saved.status_code == 302
    with app.app_context():
        agency = queries.agency()
        assert (agency.name, agency.level, agency.domain) == (
            "UBND xã An Sơn",
            AgencyLevel.COMMUNE,
            "anson.example",
        )
        assert agency.former_names == ["UBND huyện An Sơn", "UBND xã Hòa Lợi"]
    page = admin.get(SYSTEM + "/co-quan")
    assert "Đã lưu thông tin cơ quan." in text_of(page)
    assert "UBND huyện An Sơn\nUBND xã Hòa Lợi" in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": ""}, "Hãy nhập tên cơ quan."),
        ({"tracking_prefix": "as1"}, "Hãy nhập từ 2 đến 6 chữ cái in hoa không dấu. Ví dụ: AS."),
        ({"tracking_prefix": ""}, "Hãy nhập chữ đầu của mã tra cứu."),
        ({"phone": "123456"}, "Số điện thoại chưa đúng. Ví dụ: 0253 3555 001."),
        ({"email": "vp@"}, "Thư điện tử chưa đúng. Ví dụ: ten@example.vn."),
        ({"level": "khac"}, "Hãy chọn một mục trong danh sách."),
        ({"domain": "https://anson.example"}, "Tên miền chưa đúng."),
        ({"licence": "x" * 256}, "Hãy viết tối đa 255 ký tự."),
    ],
)
def test_a_wrong_agency_comes_back_with_words(
    admin: FlaskClient, wrong: dict[str, str], message: str
) -> None:
    page = post(admin, SYSTEM + "/co-quan", {**AGENCY, **wrong})
    assert page.status_code == 422
    assert message in text_of(page)
    assert "<title>Lỗi: " in page.get_data(as_text=True)


def test_a_unit_is_added_listed_and_changed(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        parent = make_unit("Văn phòng", sort=5).id
    saved = post(
        admin,
        SYSTEM + "/don-vi/moi",
        {**UNIT, "parent_id": str(parent), "former_names": "Phòng Nông nghiệp"},
    )
    assert saved.headers["Location"].endswith("/don-vi")
    listed = text_of(admin.get(SYSTEM + "/don-vi"))
    assert "Đã lưu đơn vị." in listed
    assert "KT · Văn phòng" in listed
    page = admin.get(SYSTEM + "/don-vi/phong-kinh-te")
    assert 'value="0253 3555 024"' in page.get_data(as_text=True)
    assert "Phòng Nông nghiệp" in text_of(page)
    post(
        admin,
        SYSTEM + "/don-vi/phong-kinh-te",
        {**UNIT, "name": "Phòng Kinh tế mới", "valid_from": "1/7/2025"},
    )
    with app.app_context():
        unit = queries.unit_by_code("KT")
        assert (unit.name, unit.slug, unit.kind, unit.parent_id) == (
            "Phòng Kinh tế mới",
            "phong-kinh-te",
            UnitKind.DEPARTMENT,
            None,
        )
        assert (unit.valid_from, unit.former_names) == (dt.date(2025, 7, 1), [])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"code": "kinh tế"}, "Mã đơn vị chỉ gồm chữ in hoa"),
        ({"code": "CU"}, "Mã này đã dùng cho đơn vị khác."),
        ({"name": ""}, "Hãy nhập tên đơn vị."),
        ({"sort": "mười"}, "Hãy nhập một số nguyên."),
        ({"sort": "10000"}, "Hãy nhập số từ 0 đến 9999."),
        ({"parent_id": "999999"}, "Hãy chọn một mục trong danh sách."),
        ({"valid_from": "31/02/2026"}, "Hãy nhập ngày dạng 24/11/2026."),
    ],
)
def test_a_wrong_unit_comes_back_with_words(
    app: Flask, admin: FlaskClient, wrong: dict[str, str], message: str
) -> None:
    with app.app_context():
        make_unit(code="CU")
    page = post(admin, SYSTEM + "/don-vi/moi", {**UNIT, **wrong})
    assert page.status_code == 422
    assert message in text_of(page)
    with app.app_context():
        assert len(queries.all_units()) == 1


def test_a_unit_ends_and_comes_back(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        old, new = (
            make_unit("Phòng Nội vụ", slug="noi-vu"),
            make_unit("Văn phòng", slug="van-phong"),
        )
        make_topic("Cán bộ", unit=old, slug="can-bo")
        successor = new.id
    address = SYSTEM + "/don-vi/noi-vu/ket-thuc"
    shown = text_of(admin.get(address))
    assert "Lĩnh vực sẽ chuyển Cán bộ" in shown
    data = {"last_day": today().strftime("%d/%m/%Y"), "successor_id": "0"}
    refused = post(admin, address, data)
    assert refused.status_code == 422
    assert "Đơn vị này đang phụ trách lĩnh vực. Hãy chọn đơn vị tiếp nhận." in text_of(refused)
    assert post(admin, address, {**data, "last_day": ""}).status_code == 422
    assert post(admin, address, {**data, "successor_id": str(successor)}).status_code == 302
    with app.app_context():
        assert queries.topic_by_slug("can-bo").default_unit_id == successor
        assert queries.unit_by_slug("van-phong").former_names == ["Phòng Nội vụ"]
    ended = text_of(admin.get(SYSTEM + "/don-vi/noi-vu"))
    assert "Đơn vị tiếp nhận: Văn phòng" in ended
    assert "Sáp nhập hoặc kết thúc" not in ended
    again = post(
        admin, address, {**data, "successor_id": str(successor)}, form_at=SYSTEM + "/don-vi/noi-vu"
    )
    assert again.status_code == 409
    restored = post(admin, SYSTEM + "/don-vi/noi-vu/khoi-phuc", form_at=SYSTEM + "/don-vi/noi-vu")
    assert restored.status_code == 302
    with app.app_context():
        assert queries.unit_by_slug("noi-vu").valid_to is None


def test_a_topic_is_added_and_changed(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        unit = make_unit("Phòng Kinh tế").id
        make_unit("Phòng Cũ", valid_to=dt.date(2025, 6, 30))
    assert "Phòng Cũ" not in text_of(admin.get(SYSTEM + "/linh-vuc/moi"))
    assert (
        post(admin, SYSTEM + "/linh-vuc/moi", {**TOPIC, "default_unit_id": str(unit)}).status_code
        == 302
    )
    assert "Giao thông Phòng Kinh tế 7 ngày làm việc Đang dùng" in text_of(
        admin.get(SYSTEM + "/linh-vuc")
    )
    assert 'value="7"' in admin.get(SYSTEM + "/linh-vuc/giao-thong").get_data(as_text=True)
    post(
        admin,
        SYSTEM + "/linh-vuc/giao-thong",
        {**TOPIC, "answer_working_days": "5", "valid_to": "1/1/2026"},
    )
    with app.app_context():
        topic = queries.topic_by_slug("giao-thong")
        assert (topic.answer_working_days, topic.default_unit_id, topic.keywords) == (
            5,
            None,
            "ổ gà",
        )
        assert topic.valid_to == dt.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": ""}, "Hãy nhập tên lĩnh vực."),
        ({"answer_working_days": "61"}, "Hãy nhập từ 1 đến 60 ngày làm việc."),
        ({"answer_working_days": ""}, "Hãy nhập một số nguyên."),
        (
            {"valid_from": "2/1/2026", "valid_to": "1/1/2026"},
            "Ngày cuối phải sau hoặc trùng ngày đầu.",
        ),
        ({"keywords": "x" * 5001}, "Hãy viết tối đa 5000 ký tự."),
    ],
)
def test_a_wrong_topic_comes_back_with_words(
    admin: FlaskClient, wrong: dict[str, str], message: str
) -> None:
    page = post(admin, SYSTEM + "/linh-vuc/moi", {**TOPIC, **wrong})
    assert page.status_code == 422
    assert message in text_of(page)


def test_a_place_is_added_and_put_away(app: Flask, admin: FlaskClient) -> None:
    assert (
        post(
            admin, SYSTEM + "/dia-ban/moi", {"name": "Thôn Đông", "sort": "10", "active": "y"}
        ).status_code
        == 302
    )
    assert (
        post(admin, SYSTEM + "/dia-ban/moi", {"name": "Thôn Đông", "sort": "10"}).status_code == 422
    )
    assert "Thôn Đông 10 Đang dùng" in text_of(admin.get(SYSTEM + "/dia-ban"))
    assert "Thôn Đông" in text_of(admin.get(SYSTEM + "/dia-ban/thon-dong"))
    post(admin, SYSTEM + "/dia-ban/thon-dong", {"name": "Thôn Đông", "sort": "10"})
    with app.app_context():
        assert list(queries.active_places()) == []
    assert "Thôn Đông 10 Không dùng" in text_of(admin.get(SYSTEM + "/dia-ban"))


@pytest.mark.parametrize(
    "page",
    ["/don-vi/khong-co", "/don-vi/khong-co/ket-thuc", "/linh-vuc/khong-co", "/dia-ban/khong-co"],
)
def test_what_is_not_there_is_not_found(admin: FlaskClient, page: str) -> None:
    assert admin.get(SYSTEM + page).status_code == 404


def test_empty_lists_say_what_to_do(admin: FlaskClient) -> None:
    assert "Thêm đơn vị đầu tiên" in text_of(admin.get(SYSTEM + "/don-vi"))
    assert "Thêm lĩnh vực đầu tiên" in text_of(admin.get(SYSTEM + "/linh-vuc"))
    assert "Thêm địa bàn đầu tiên" in text_of(admin.get(SYSTEM + "/dia-ban"))


@pytest.mark.parametrize(
    ("page", "make"), [("/don-vi", make_unit), ("/linh-vuc", make_topic), ("/dia-ban", make_place)]
)
def test_lists_cost_the_same_with_many_rows(
    app: Flask, admin: FlaskClient, page: str, make: object
) -> None:
    def cost() -> int:
        with app.app_context():
            engine = db.engine
        with StatementCounter(engine) as counter:
            admin.get(SYSTEM + page)
        return len(counter.statements)

    before = cost()
    with app.app_context():
        unit = make_unit()
        for _number in range(8):
            if make is make_topic:
                make_topic(unit=unit)
            else:
                make()  # type: ignore[operator]
    assert cost() == before
