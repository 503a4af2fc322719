"""The calendar on screen: who may see it, what a year looks like, and the two steps of every
change.
"""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.access.actors import SYSTEM
from app.extensions import db
from app.kernel import links
from app.workdays import events, queries, service
from app.workdays.calendar import Calendar
from app.workdays.models import DayKind
from tests.factories.accounts import make_staff, post
from tests.factories.statements import StatementCounter

ADDRESS = "/can-bo/he-thong/lich-lam-viec"
NEW_DAY = {
    "day": "24/12/2026",
    "kind": "off",
    "name": "Ngày nghỉ riêng",
    "source": "Thông báo số 5",
}


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    with app.app_context():
        service.seed_days()
        db.session.commit()
    return make_staff(app, Role.ADMINISTRATOR)[0]


@pytest.fixture
def moves() -> Iterator[list[Calendar]]:
    """A feature with one deadline that follows 24 December 2026; the calendars
    that were applied.
    """
    applied: list[Calendar] = []

    def preview(calendar: Calendar) -> list[events.MovedDeadline]:
        old, new = dt.date(2026, 12, 24), calendar.next_working_day(dt.date(2026, 12, 24))
        return (
            [events.MovedDeadline("AS-2026-000123", links.Ref("calendar_year", 2026), old, new)]
            * 201
            if old != new
            else []
        )

    def apply(calendar: Calendar) -> int:
        applied.append(calendar)
        return len(preview(calendar))

    events.register_deadlines("thu-nghiem", preview, apply)
    yield applied
    events.forget_deadlines("thu-nghiem")


def text_of(response: object) -> str:
    return " ".join(
        BeautifulSoup(response.get_data(as_text=True), "html.parser").get_text(" ").split()
    )


def day_in(app: Flask, date: dt.date) -> tuple[DayKind, str] | None:
    with app.app_context():
        row = queries.day(date)
        return (row.kind, row.name) if row else None


def revision(app: Flask) -> str:
    with app.app_context():
        return queries.revision()


PAGES = ["", "/ngay", "/ngay/2026-09-02/bo", "/2026/xac-nhan", "/2026/nap-lich"]


@pytest.mark.parametrize("page", PAGES)
def test_only_the_administrator_may_see_it(app: Flask, page: str) -> None:
    officer, _user = make_staff(app, Role.OFFICER, Role.MODERATOR, Role.APPROVER)
    assert officer.get(ADDRESS + page).status_code == 403
    assert app.test_client().get(ADDRESS + page).status_code == 302


@pytest.mark.parametrize(
    "page", ["/ngay", "/ngay/2026-09-02/bo", "/2026/xac-nhan", "/2026/nap-lich"]
)
def test_only_the_administrator_may_change_it(app: Flask, page: str) -> None:
    officer, _user = make_staff(app, Role.OFFICER)
    assert post(officer, ADDRESS + page, form_at="/can-bo/tai-khoan").status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_pages_have_one_heading_and_no_inline_code(
    admin: FlaskClient, page: str, language: str
) -> None:
    response = admin.get(ADDRESS + page, query_string={"lang": language})
    soup = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    assert response.status_code == 200
    assert len(soup.find_all("h1")) == 1
    assert soup.title.get_text().startswith(soup.h1.get_text())
    assert not soup.find_all(style=True)
    assert not [tag for tag in soup.find_all("script") if not tag.get("src")]


def test_a_year_shows_every_month_and_marks_days_in_words(admin: FlaskClient) -> None:
    soup = BeautifulSoup(
        admin.get(ADDRESS, query_string={"nam": 2026}).get_data(as_text=True), "html.parser"
    )
    tables = soup.select("table.ln-month")
    assert [table.caption.get_text() for table in tables] == [
        f"Tháng {month}" for month in range(1, 13)
    ]
    august = tables[7]
    assert [cell.get_text(" ", strip=True) for cell in august.select("thead th")][0] == "T2 Thứ Hai"
    assert [
        re.sub(r"\s+", " ", cell.get_text()).strip()
        for cell in august.select("td.ln-month__worked")
    ] == ["22 làm, Làm bù"]
    assert [
        re.sub(r"\s+", " ", cell.get_text()).strip() for cell in august.select("td.ln-month__off")
    ] == ["31 nghỉ, Nghỉ hoán đổi"]
    assert "Thứ Hai, 31/08/2026" in soup.get_text()
    assert "Đã xác nhận" in soup.get_text()


def test_the_next_year_asks_to_be_confirmed_from_november(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.kernel.clock.today", lambda: dt.date(2026, 11, 24))
    assert "Lịch nghỉ năm 2027 chưa được xác nhận." in text_of(admin.get(ADDRESS))
    monkeypatch.setattr("app.kernel.clock.today", lambda: dt.date(2026, 10, 24))
    assert "chưa được xác nhận" not in text_of(admin.get(ADDRESS))


def test_a_year_without_a_list_says_so(admin: FlaskClient) -> None:
    page = admin.get(ADDRESS, query_string={"nam": 2050})
    assert "Chưa có ngày nào" in text_of(page)
    assert "Nạp lịch có sẵn" not in text_of(page)
    assert "Nạp lịch có sẵn cho năm 2029" in text_of(admin.get(ADDRESS, query_string={"nam": 2029}))


@pytest.mark.parametrize(
    "page",
    [
        "?nam=1999",
        "/ngay?ngay=hom-nay",
        "/ngay/2026-13-01/bo",
        "/ngay/2026-12-24/bo",
        "/1999/xac-nhan",
        "/2050/nap-lich",
    ],
)
def test_what_is_not_there_is_not_found(admin: FlaskClient, page: str) -> None:
    assert admin.get(ADDRESS + page).status_code == 404


def test_the_form_starts_from_what_is_known(admin: FlaskClient) -> None:
    known = admin.get(ADDRESS + "/ngay?ngay=2026-08-22").get_data(as_text=True)
    assert 'value="22/08/2026"' in known
    assert (
        re.search(r'checked[^>]*value="worked"|value="worked"[^>]*checked', known)
        or 'checked class="govuk-radios__input"' in known
    )
    assert 'value="24/12/2026"' in admin.get(ADDRESS + "/ngay?ngay=2026-12-24").get_data(
        as_text=True
    )


def test_a_new_day_is_shown_first_and_saved_on_confirmation(
    app: Flask, admin: FlaskClient, moves: list[Calendar]
) -> None:
    seen = post(admin, ADDRESS + "/ngay", {**NEW_DAY, "step": "preview"})
    shown = text_of(seen)
    assert seen.status_code == 200
    assert "Hạn nào thay đổi" in shown
    assert "Số hạn trả lời sẽ thay đổi: 201." in shown
    assert "AS-2026-000123" in shown
    assert "Thứ Năm, 24/12/2026" in shown
    assert "Thứ Sáu, 25/12/2026" in shown
    assert "Số hạn khác không hiện ở đây: 1." in shown
    assert day_in(app, dt.date(2026, 12, 24)) is None
    assert moves == []

    form = BeautifulSoup(seen.get_data(as_text=True), "html.parser").select_one("main form")
    fields = {tag["name"]: tag.get("value", "") for tag in form.select("input")}
    saved = admin.post(ADDRESS + "/ngay", data={**fields, "step": "commit"}, follow_redirects=True)
    assert "Đã lưu lịch làm việc. Số hạn trả lời được tính lại: 201." in text_of(saved)
    assert day_in(app, dt.date(2026, 12, 24)) == (DayKind.OFF, "Ngày nghỉ riêng")
    assert len(moves) == 1


def test_going_back_from_the_preview_keeps_what_was_typed(app: Flask, admin: FlaskClient) -> None:
    page = post(admin, ADDRESS + "/ngay", {**NEW_DAY, "step": "edit"})
    assert page.status_code == 200
    assert 'value="Ngày nghỉ riêng"' in page.get_data(as_text=True)
    assert day_in(app, dt.date(2026, 12, 24)) is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"day": ""}, "Hãy nhập ngày."),
        ({"day": "32/12/2026"}, "Hãy nhập ngày dạng 24/11/2026."),
        ({"name": ""}, "Hãy nhập tên ngày nghỉ hoặc lý do làm bù."),
        ({"name": "x" * 121}, "Hãy viết tối đa 120 ký tự."),
        ({"kind": "worked"}, "Chỉ Thứ Bảy và Chủ nhật mới cần ghi làm bù."),
        ({"kind": "khác"}, "Hãy chọn một mục trong danh sách."),
        ({"day": "24/12/2150"}, "Hãy chọn năm từ 2000 đến 2100."),
    ],
)
@pytest.mark.parametrize("step", ["preview", "commit"])
def test_a_wrong_form_comes_back_with_words(
    app: Flask, admin: FlaskClient, wrong: dict[str, str], message: str, step: str
) -> None:
    page = post(
        admin, ADDRESS + "/ngay", {**NEW_DAY, "seen_revision": revision(app), **wrong, "step": step}
    )
    assert page.status_code == 422
    assert message in text_of(page)
    assert "<title>Lỗi: " in page.get_data(as_text=True)
    assert day_in(app, dt.date(2026, 12, 24)) is None


def test_two_administrators_do_not_overwrite_each_other(app: Flask, admin: FlaskClient) -> None:
    seen = revision(app)
    with app.app_context():
        service.confirm_year(2027, actor=SYSTEM)
        db.session.commit()
    page = post(admin, ADDRESS + "/ngay", {**NEW_DAY, "seen_revision": seen, "step": "commit"})
    assert page.status_code == 409
    assert "vừa thay đổi lịch làm việc" in text_of(page)
    assert day_in(app, dt.date(2026, 12, 24)) is None


def test_a_day_is_removed_in_two_steps(app: Flask, admin: FlaskClient) -> None:
    address = ADDRESS + "/ngay/2026-09-02/bo"
    assert "Quốc khánh" in text_of(admin.get(address))
    assert (
        post(admin, address, {"seen_revision": revision(app)})
        .headers["Location"]
        .endswith("?nam=2026")
    )
    assert day_in(app, dt.date(2026, 9, 2)) is None


def test_a_year_is_confirmed_and_taken_back(app: Flask, admin: FlaskClient) -> None:
    address = ADDRESS + "/2027/xac-nhan"
    assert "Tết Nguyên đán" in text_of(admin.get(address))
    done = post(
        admin, address, {"confirmed": "1", "note": "Thông báo số 9", "seen_revision": revision(app)}
    )
    assert done.status_code == 302
    with app.app_context():
        assert 2027 in queries.calendar().confirmed_years
        assert queries.year(2027).note == "Thông báo số 9"
    assert "Bỏ xác nhận lịch năm 2027" in text_of(admin.get(address))
    post(admin, address, {"confirmed": "", "seen_revision": revision(app)})
    with app.app_context():
        assert 2027 not in queries.calendar().confirmed_years
    assert (
        post(admin, address, {"note": "x" * 501, "seen_revision": revision(app)}).status_code == 422
    )


def test_a_year_is_loaded_from_the_shipped_or_computed_list(app: Flask, admin: FlaskClient) -> None:
    address = ADDRESS + "/2028/nap-lich"
    shown = text_of(admin.get(address))
    assert "Thứ Tư, 26/01/2028: Tết Nguyên đán" in shown
    assert "Tính từ âm lịch" in shown
    assert post(admin, address, {"seen_revision": revision(app)}).status_code == 302
    assert day_in(app, dt.date(2028, 1, 26)) == (DayKind.OFF, "Tết Nguyên đán")
    with app.app_context():
        assert 2028 not in queries.calendar().confirmed_years


def test_the_screen_costs_the_same_however_many_days(app: Flask, admin: FlaskClient) -> None:
    def cost(year: int) -> int:
        admin.get(ADDRESS, query_string={"nam": year})
        with app.app_context():
            engine = db.engine
        with StatementCounter(engine) as counter:
            admin.get(ADDRESS, query_string={"nam": year})
        return len(counter.statements)

    assert cost(2026) == cost(2050)
