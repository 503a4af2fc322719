"""The office's screens and the citizens' pages of a consultation's life: walked without scripts."""

import datetime as dt
import io
import itertools
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.access.actors import SYSTEM
from app.comments.service import surveys_setup
from app.comments.service.surveys_setup import Asked
from app.comments.states import SurveyKind
from app.consultations.models import Consultation, ConsultationRule, LandType
from app.consultations.queries import office as office_queries
from app.consultations.queries.pages import PAGE_SIZE
from app.consultations.service import dossier, lifecycle
from app.consultations.service.lifecycle import Meeting
from app.consultations.states import ConsultationType, DossierKind, ShowComments, Stage, Visibility
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db
from app.files.models import StoredFile
from app.kernel.clock import now, today
from app.maps.models import MapLayer
from app.maps.states import LayerKind, LayerState
from app.works.models import ProjectItem
from tests.factories.accounts import csrf_of, make_staff, sign_in
from tests.factories.consultations import make_consultation
from tests.factories.files import make_file, pdf
from tests.factories.lifecycle import DAY, add_document, facts, make_posted, make_ready
from tests.factories.organisation import make_agency, make_unit
from tests.factories.pages import Page, follow, visit
from tests.factories.statements import StatementCounter

LIST = "/can-bo/lay-y-kien"


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


@pytest.fixture
def editor(app: Flask) -> FlaskClient:
    """Edits and posts."""
    return make_staff(app, Role.MODERATOR, Role.PUBLISHER)[0]


def made(app: Flask, make: Any = make_ready, **values: Any) -> str:
    with app.app_context():
        return str(make(**values).slug)


def load(slug: str) -> Consultation:
    return db.session.scalars(sa.select(Consultation).where(Consultation.slug == slug)).one()


def vi(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def upload(name: str = "Tờ trình.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(pdf()), name


# The list of the office -------------------------------------------------------------------------
def test_an_empty_office_leads_to_creating(editor: FlaskClient) -> None:
    page = visit(editor, LIST)
    assert "Chưa có cuộc lấy ý kiến nào" in page.text
    assert page.soup.select_one(f'main a[href="{LIST}/moi"]')


def test_stages_are_tabs_with_counts_and_clocks(app: Flask, editor: FlaskClient) -> None:
    with app.app_context():
        make_consultation(
            stage=Stage.OPEN, title="Cuộc đang mở rộng rãi", closes_on=today() + 2 * DAY
        )
        make_consultation(
            stage=Stage.CLOSED,
            title="Cuộc quá hạn kết quả",
            opens_on=today() - 90 * DAY,
            closes_on=today() - 40 * DAY,
        )
        make_consultation(stage=Stage.SCHEDULED, title="Cuộc sắp mở ra")
        make_consultation(
            stage=Stage.ANSWERED, title="Cuộc đã có kết quả", visibility=Visibility.HIDDEN
        )
        make_consultation(stage=Stage.DRAFT, title="Cuộc còn nháp")
        make_consultation(
            stage=Stage.CLOSED,
            title="Cuộc vừa đóng",
            opens_on=today() - 40 * DAY,
            closes_on=today() - 25 * DAY,
        )
    page = visit(editor, LIST)
    assert "Đang lấy ý kiến (1)" in page.text
    assert "Bản nháp (1)" in page.text
    assert "Còn 3 ngày" in page.text
    assert "1 cuộc lấy ý kiến đã đóng quá 30 ngày" in page.text
    late = visit(editor, f"{LIST}?the=tong-hop")
    assert "Kết quả quá hạn 10 ngày" in late.text
    assert "Kết quả: còn 5 ngày" in late.text
    assert "ln-table__row--late" in late.html
    assert "Mở ngày" in visit(editor, f"{LIST}?the=da-hen").text
    assert "Đã gỡ" in visit(editor, f"{LIST}?the=da-cong-bo").text
    assert "Chưa đăng" in visit(editor, f"{LIST}?the=nhap").text
    assert "Giai đoạn này chưa có" in visit(editor, f"{LIST}?the=luu-tru").text


def test_the_list_goes_page_by_page_at_a_constant_cost(
    app: Flask, editor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office_queries, "COUNT_CAP", 3)
    with app.app_context():
        engine = db.engine
        make_consultation(closes_on=today() + 5 * DAY, title="Cuộc thứ nhất trong danh sách")
    with StatementCounter(engine) as few:
        visit(editor, LIST)
    with app.app_context():
        for number in range(office_queries.PAGE_SIZE + 3):
            make_consultation(
                closes_on=today() + (6 + number) * DAY, title=f"Cuộc đang mở số {number}"
            )
    with StatementCounter(engine) as many:
        first = visit(editor, LIST)
    assert len(few.statements) == len(many.statements)
    assert "3+" in first.text
    onwards = first.soup.select_one('a[rel="next"]')
    assert onwards
    second = visit(editor, str(onwards["href"]))
    assert len(second.soup.select("tbody tr")) == 4
    assert second.soup.select_one('a[rel="prev"]')


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.COMPLAINTS])
def test_the_office_is_closed_to_others(app: Flask, role: Role) -> None:
    assert make_staff(app, role)[0].get(LIST).status_code == 403


def test_readers_read_and_change_nothing(app: Flask) -> None:
    slug = made(app)
    reader = make_staff(app, Role.AUDITOR)[0]
    assert "Tạo cuộc lấy ý kiến" not in visit(reader, LIST).text
    page = visit(reader, f"{LIST}/{slug}/thong-tin")
    assert not page.has_button("Lưu")
    assert "Xin ý kiến về bản dự thảo." in page.text
    for part in ("", "/ho-so", "/khao-sat"):
        assert visit(reader, f"{LIST}/{slug}{part}").status == 200
    for part in ("/ho-so", "/thong-tin", "/khao-sat/moi", "/buoc/dang"):
        token = csrf_of(reader, f"{LIST}/{slug}")
        assert reader.post(f"{LIST}/{slug}{part}", data={"csrf_token": token}).status_code == 403


# From nothing to an open consultation -----------------------------------------------------------
def test_the_whole_way_from_a_form_to_a_public_page(app: Flask, editor: FlaskClient) -> None:
    with app.app_context():
        unit = make_unit("Phòng Kinh tế thử").id
    page = visit(editor, f"{LIST}/moi")
    assert (
        page.values("Tạo cuộc lấy ý kiến")["receive_address"] == "Số 1 đường Trung Tâm, xã An Sơn"
    )
    refused = page.press(
        "Tạo cuộc lấy ý kiến",
        title="Ngắn",
        opens_on="31/31/2026",
        **{"meetings-0-place": "Nhà văn hóa"},
    )
    assert refused.status == 422
    assert refused.title.startswith("Lỗi:")
    assert {"Hãy nhập ngày dạng 24/11/2026.", "Hãy nhập ngày họp.", "Hãy nhập giờ họp."} <= set(
        refused.errors
    )
    short = page.press(
        "Tạo cuộc lấy ý kiến",
        title="Quy hoạch sử dụng đất xã An Sơn",
        opens_on=vi(today()),
        closes_on=vi(today() + 10 * DAY),
    )
    assert short.status == 422
    assert "tự đặt, không phải quy định của pháp luật" in short.errors[0]
    opens = today() + 3 * DAY
    draft = page.press(
        "Tạo cuộc lấy ý kiến",
        title="Quy hoạch sử dụng đất xã An Sơn",
        summary="Dự kiến mở rộng đường 12.",
        lead_unit_id=str(unit),
        legal_basis="Luật Đất đai | https://example.vn/luat\nNghị quyết 33/NQ-HĐND",
        opens_on=vi(opens),
        **{
            "meetings-0-day": vi(opens + DAY),
            "meetings-0-time": "19h30",
            "meetings-0-place": "Nhà văn hóa thôn Đông",
            "meetings-0-note": "Mang giấy tờ",
        },
    )
    assert draft.status == 200
    assert "Đã tạo bản nháp LYK-" in draft.soup.get_text()
    assert "Ngày đóng được đề xuất" in draft.soup.get_text()
    assert draft.heading == "Quy hoạch sử dụng đất xã An Sơn"
    slug = "quy-hoach-su-dung-dat-xa-an-son"
    start = visit(editor, f"{LIST}/{slug}")
    assert "Còn thiếu Tài liệu trong hồ sơ" in start.text
    assert "Chưa đăng được" in visit(editor, f"{LIST}/{slug}/buoc/dang").text

    missing = draft.press("Thêm tài liệu")
    assert missing.errors == ["Hãy chọn tệp."]
    assert draft.press("Thêm tài liệu", file=(io.BytesIO(b"MZ"), "virus.exe")).status == 422
    added = draft.press("Thêm tài liệu", title="Tờ trình 112", file=upload())
    assert "Tờ trình 112" in added.text
    assert "PDF" in added.text

    ready = visit(editor, f"{LIST}/{slug}/buoc/dang")
    done = ready.press("Đăng, hẹn ngày mở")
    assert f"Tự mở vào 0 giờ ngày {vi(opens)}" in done.soup.get_text()
    anyone = app.test_client()
    shown = visit(anyone, f"/lay-y-kien/{slug}")
    assert shown.heading == "Quy hoạch sử dụng đất xã An Sơn"
    for words in (
        "Sắp mở",
        "Dự kiến mở rộng đường 12.",
        "Luật Đất đai",
        "19:30",
        "thôn Đông",
        "Phòng Kinh tế thử",
        "Đăng thông báo",
        "Tờ trình 112",
    ):
        assert words in shown.text
    assert not shown.soup.select_one(f'main a[href="/lay-y-kien/{slug}/gop-y"]')
    file = shown.soup.select_one('main a[href^="/tep/"]')
    assert file
    assert anyone.get(str(file["href"])).status_code == 200


def test_posting_on_the_day_itself_opens(app: Flask, editor: FlaskClient) -> None:
    slug = made(app, opens_on=today())
    done = visit(editor, f"{LIST}/{slug}/buoc/dang").press("Đăng, hẹn ngày mở")
    assert "Đã đăng và mở lấy ý kiến" in done.soup.get_text()
    shown = visit(app.test_client(), f"/lay-y-kien/{slug}")
    assert shown.soup.select_one(f'main a.govuk-button[href="/lay-y-kien/{slug}/gop-y"]')
    assert "Bắt đầu nhận góp ý" in shown.text


def test_editing_keeps_what_was_typed_and_refuses_an_old_page(
    app: Flask, editor: FlaskClient
) -> None:
    slug = made(app, meetings=[Meeting(now() + 9 * DAY, "Nhà văn hóa thôn Tây")])
    page = visit(editor, f"{LIST}/{slug}/thong-tin")
    assert page.values("Lưu")["meetings-0-place"] == "Nhà văn hóa thôn Tây"
    refused = page.press("Lưu", receive_phone="chữ", summary="Chữ tôi vừa viết")
    assert refused.status == 422
    assert "Chữ tôi vừa viết" in refused.html
    saturday = today() + dt.timedelta(days=(5 - today().weekday()) % 7 + 70)
    saved = page.press("Lưu", closes_on=vi(saturday), notice_number="112/TB-UBND")
    assert "rơi vào ngày nghỉ nên chuyển sang" in saved.soup.get_text()
    assert page.press("Lưu", title="Sửa từ trang cũ đã mở").status == 409
    with app.app_context():
        assert load(slug).notice_number == "112/TB-UBND"


def test_a_posted_one_shows_its_dates_as_fixed(app: Flask, editor: FlaskClient) -> None:
    slug = made(app, make_posted, opens_on=today())
    page = visit(editor, f"{LIST}/{slug}/thong-tin")
    assert "không sửa được" in page.text
    assert not {"type", "opens_on", "closes_on", "show_comments"} & set(page.values("Lưu"))
    assert page.press("Lưu", title="Tên đã sửa lỗi chính tả").heading == "Tên đã sửa lỗi chính tả"
    assert page.response.status_code == 200


def test_people_and_units_that_left_stay_named(app: Flask, editor: FlaskClient) -> None:
    gone, person = make_staff(app, Role.AUDITOR)
    with app.app_context():
        unit = make_unit("Phòng đã giải thể", valid_to=dt.date(2020, 1, 1)).id
    slug = made(app, lead_unit_id=unit, officer_id=person.id)
    page = visit(editor, f"{LIST}/{slug}/thong-tin")
    assert page.values("Lưu")["lead_unit_id"] == str(unit)
    assert page.values("Lưu")["officer_id"] == str(person.id)


# Steps ------------------------------------------------------------------------------------------
def test_taken_back_extended_hidden_and_shown(app: Flask, editor: FlaskClient) -> None:
    waiting, slug = (
        made(app, make_posted),
        made(app, make_posted, opens_on=today(), title="Dự thảo quy chế dân chủ xã"),
    )
    back = visit(editor, f"{LIST}/{waiting}/buoc/rut")
    assert back.press("Đưa về bản nháp", reason="").errors == ["Hãy viết lý do."]
    assert "Đã rút về bản nháp" in back.press("Đưa về bản nháp", reason="Nhầm").soup.get_text()
    assert app.test_client().get(f"/lay-y-kien/{waiting}").status_code == 404

    with app.app_context():
        old = load(slug).closes_on
    assert old
    page = visit(editor, f"{LIST}/{slug}/buoc/gia-han")
    assert page.press("Gia hạn", closes_on=vi(old), reason="Bão").status == 422
    assert page.press("Gia hạn", closes_on="", reason="").errors == [
        "Hãy nhập ngày đóng mới.",
        "Hãy viết lý do gia hạn.",
    ]
    saturday = old + dt.timedelta(days=(5 - old.weekday()) % 7 + 7)
    done = page.press("Gia hạn", closes_on=vi(saturday), reason="Bão, mất điện.")
    assert "là ngày nghỉ nên hạn mới là" in done.soup.get_text()
    shown = visit(app.test_client(), f"/lay-y-kien/{slug}")
    assert f"Đã gia hạn từ {vi(old)}" in shown.text
    assert "Bão, mất điện." in shown.text
    assert "là ngày nghỉ nên ngày cuối chuyển" in shown.text
    assert editor.get(f"{LIST}/{slug}/buoc/gia-han").status_code == 409

    hidden = visit(editor, f"{LIST}/{slug}/buoc/go").press(
        "Gỡ khỏi trang công khai", reason="Lộ tên người dân."
    )
    assert "Lộ tên người dân." in hidden.text
    for part in ("", "/ho-so"):
        gone = visit(app.test_client(), f"/lay-y-kien/{slug}{part}")
        assert gone.status == 410
        assert "quy chế" not in gone.html
    assert app.test_client().get(f"/lay-y-kien/{slug}.ics").status_code == 404
    assert (
        "Đã đăng lại."
        in visit(editor, f"{LIST}/{slug}/buoc/dang-lai").press("Đăng lại").soup.get_text()
    )
    assert app.test_client().get(f"/lay-y-kien/{slug}").status_code == 200


def test_extended_to_a_working_day(app: Flask, editor: FlaskClient) -> None:
    slug = made(app, make_posted, opens_on=today())
    monday = today() + dt.timedelta(days=70 - today().weekday())
    done = visit(editor, f"{LIST}/{slug}/buoc/gia-han").press(
        "Gia hạn", closes_on=vi(monday), reason="Bão"
    )
    assert f"Đã gia hạn đến hết ngày {vi(monday)}" in done.soup.get_text()


def test_archived_when_all_is_done(app: Flask, editor: FlaskClient) -> None:
    slug = made(app, make_consultation, stage=Stage.ANSWERED)
    assert (
        "Đã đưa vào lưu trữ"
        in visit(editor, f"{LIST}/{slug}/buoc/luu-tru").press("Đưa vào lưu trữ").soup.get_text()
    )
    shown = visit(app.test_client(), f"/lay-y-kien/{slug}")
    assert shown.soup.select_one(f'main a[href="/lay-y-kien/{slug}/ket-qua"]')


def test_no_step_without_its_name_its_right_or_its_stage(app: Flask, editor: FlaskClient) -> None:
    slug = made(app)
    assert editor.get(f"{LIST}/{slug}/buoc/bay").status_code == 404
    assert editor.get(f"{LIST}/{slug}/buoc/luu-tru").status_code == 409
    assert editor.get(f"{LIST}/khong-co").status_code == 404
    officer = make_staff(app, Role.OFFICER)[0]
    assert officer.get(f"{LIST}/{slug}/buoc/dang").status_code == 403
    assert not visit(officer, f"{LIST}/{slug}").soup.select('a[href*="/buoc/"]')
    assert "Người có quyền đăng sẽ xem lại" in visit(officer, f"{LIST}/{slug}").text


# The dossier ------------------------------------------------------------------------------------
def test_documents_move_get_names_light_versions_and_go(app: Flask, editor: FlaskClient) -> None:
    slug = made(app)
    with app.app_context():
        second = add_document(load(slug), "Bản đồ tỷ lệ 1:10.000", kind=DossierKind.MAP).id
        db.session.execute(
            sa.update(StoredFile).where(StoredFile.owner_id == second).values(size=30 * 1024 * 1024)
        )
        db.session.commit()
    page = visit(editor, f"{LIST}/{slug}/ho-so")
    assert "nặng hơn 20 MB" in page.text
    moved = page.press("Lên : Bản đồ")
    assert [cell.get_text(strip=True) for cell in moved.soup.select("td.ln-table__title")][
        0
    ] == "Bản đồ tỷ lệ 1:10.000"
    moved.press("Xuống : Bản đồ")
    light = visit(editor, f"{LIST}/{slug}/ho-so?ban-nhe={second}").press(
        "Thêm bản nhẹ", file=upload("Bản đồ nhỏ.pdf")
    )
    assert "Bản nhẹ:" in light.text
    assert "nặng hơn 20 MB" not in light.text
    assert (
        visit(editor, f"{LIST}/{slug}/ho-so?ban-nhe={second}")
        .press("Thêm bản nhẹ", file=upload())
        .status
        == 422
    )
    assert editor.get(f"{LIST}/{slug}/ho-so?ban-nhe=999999").status_code == 404
    rename = visit(editor, f"{LIST}/{slug}/ho-so/{second}/sua")
    assert rename.press("Lưu", title="").errors == ["Hãy nhập tên tài liệu."]
    assert "Bản đồ quy hoạch" in rename.press("Lưu", title="Bản đồ quy hoạch").text
    assert rename.press("Lưu", title="Từ trang cũ").status == 409
    gone = visit(editor, f"{LIST}/{slug}/ho-so/{second}/bo").press("Bỏ tài liệu")
    assert "Đã bỏ «Bản đồ quy hoạch»." in gone.soup.get_text()
    assert len(gone.soup.select("td.ln-table__title")) == 1


def test_a_posted_document_goes_with_a_reason(app: Flask, editor: FlaskClient) -> None:
    slug = made(app, make_posted, opens_on=today())
    with app.app_context():
        second = add_document(load(slug), "Bản đồ cũ").id
    page = visit(editor, f"{LIST}/{slug}/ho-so/{second}/bo")
    assert page.press("Bỏ tài liệu", reason="").status == 422
    page.press("Bỏ tài liệu", reason="Có bản mới.")
    shown = visit(app.test_client(), f"/lay-y-kien/{slug}")
    assert "Bỏ tài liệu: Bản đồ cũ. Lý do: Có bản mới." in shown.text


def test_the_public_dossier_has_sizes_and_light_versions(app: Flask, client: FlaskClient) -> None:
    slug = made(app, make_posted, opens_on=today(), posting_place="Trụ sở UBND xã")
    with app.app_context():
        found = load(slug)
        heavy = add_document(found, "Bản đồ", kind=DossierKind.MAP).id
        other = add_document(found, "Bản đồ khác", kind=DossierKind.MAP).id
        dossier.add(
            found, actor=SYSTEM, file=make_file(), kind=DossierKind.MAP, title="Nhẹ", light_of=heavy
        )
        dossier.add(
            found, actor=SYSTEM, file=make_file(), kind=DossierKind.SLIP, title="Phiếu lấy ý kiến"
        )
        waiting = add_document(found, "Đang quét").id
        db.session.execute(
            sa.update(StoredFile)
            .where(StoredFile.owner_id.in_([heavy, other]))
            .values(size=30 * 1024 * 1024)
        )
        db.session.execute(
            sa.update(StoredFile).where(StoredFile.owner_id == waiting).values(state="pending")
        )
        db.session.commit()
    page = visit(client, f"/lay-y-kien/{slug}/ho-so")
    for words in (
        "PDF, 30,0 MB",
        "Bản nhẹ (PDF, 1 KB)",
        "tệp lớn",
        "tệp đang được kiểm tra",
        "Tải phiếu lấy ý kiến",
        "Trụ sở UBND xã",
    ):
        assert words in page.text
    assert app.test_client().get("/lay-y-kien/khong-co/ho-so").status_code == 404
    empty = made(app, make_consultation)
    assert "Hồ sơ chưa có tài liệu nào" in visit(client, f"/lay-y-kien/{empty}/ho-so").text


# Guiding questions ------------------------------------------------------------------------------
def test_guiding_questions_are_set_up_and_shown(app: Flask, editor: FlaskClient) -> None:
    slug = made(app, make_posted, opens_on=today())
    new = visit(editor, f"{LIST}/{slug}/khao-sat/moi")
    assert new.press("Lưu", text="").errors[0] == "Hãy viết câu hỏi."
    assert new.press("Lưu", text="Tuyến nào phù hợp?", options="Chỉ một").status == 422
    page = new.press("Lưu", text="Tuyến nào phù hợp?", options="Tuyến 1\nTuyến 2")
    assert "Tuyến 1 · Tuyến 2" in page.text
    with app.app_context():
        second = surveys_setup.add(
            load(slug),
            Asked(kind=SurveyKind.SCALE, text="Mức độ ủng hộ?", options=["Thấp", "Cao"]),
            actor=SYSTEM,
        ).id
        db.session.commit()
    moved = visit(editor, f"{LIST}/{slug}/khao-sat").press("Lên : Mức độ")
    assert moved.text.index("Mức độ ủng hộ?") < moved.text.index("Tuyến nào phù hợp?")
    assert "5 mức: Thấp – Cao" in moved.text
    edit = visit(editor, f"{LIST}/{slug}/khao-sat/{second}")
    assert edit.press("Lưu", text="Mức độ đồng tình?", steps="20").status == 422
    assert "Mức độ đồng tình?" in edit.press("Lưu", text="Mức độ đồng tình?").text
    shown = visit(app.test_client(), f"/lay-y-kien/{slug}")
    assert shown.text.index("Mức độ đồng tình?") < shown.text.index("Tuyến nào phù hợp?")
    gone = visit(editor, f"{LIST}/{slug}/khao-sat/{second}/bo").press("Bỏ câu hỏi")
    assert "Mức độ" not in gone.text


# Setup ------------------------------------------------------------------------------------------
def test_rules_and_codes_are_kept_with_their_history(app: Flask) -> None:
    admin = make_staff(app, Role.ADMINISTRATOR)[0]
    root = f"{LIST}/thiet-lap"
    start = visit(admin, root)
    assert "Bảng còn trống" in start.text
    assert start.soup.select_one(f'a[href="{root}/ranh-gioi"]')
    seeded = start.press("Nạp dữ liệu có sẵn")
    assert "Quy định của pháp luật" in seeded.text
    assert "Mức do cơ quan đặt" in seeded.text
    assert "Bảng còn trống" not in seeded.text
    new = visit(admin, f"{root}/thoi-han/moi")
    assert new.press("Lưu", min_days="nhiều").status == 422
    assert new.press("Lưu", kind="other", min_days="400", source="Thử").status == 422
    assert (
        "10 ngày"
        in new.press("Lưu", kind="other", min_days="10", source="Quyết định của UBND").text
    )
    with app.app_context():
        rule = (
            db.session.scalars(
                sa.select(ConsultationRule).where(ConsultationRule.type == ConsultationType.OTHER)
            )
            .one()
            .id
        )
        code = (
            db.session.scalars(
                sa.select(LandType).where(LandType.code == "LUC", LandType.valid_to.is_(None))
            )
            .one()
            .id
        )
    edit = visit(admin, f"{root}/thoi-han/{rule}")
    assert edit.press("Lưu", valid_from="01/01/2020").status == 422
    changed = edit.press("Lưu", valid_from=vi(today() + 30 * DAY), min_days="15")
    assert f"đến {vi(today() + 29 * DAY)}" in changed.text
    assert edit.press("Lưu ngày kết thúc", valid_to="").status == 422
    assert edit.press("Lưu ngày kết thúc", valid_to="01/01/2020").status == 422
    assert (
        "Đã lưu ngày kết thúc."
        in edit.press("Lưu ngày kết thúc", valid_to=vi(today())).soup.get_text()
    )
    codes = visit(admin, f"{root}/loai-dat")
    assert "BHK" not in [link.get_text(strip=True) for link in codes.soup.select("td a")]
    assert "BHK" in [
        link.get_text(strip=True)
        for link in visit(admin, f"{root}/loai-dat?tat-ca=1").soup.select("td a")
    ]
    assert visit(admin, f"{root}/loai-dat/moi").press("Lưu", code="LUC", name="Trùng").status == 422
    assert visit(admin, f"{root}/loai-dat/moi").press("Lưu", code="", name="").status == 422
    assert (
        "XYZ" in visit(admin, f"{root}/loai-dat/moi").press("Lưu", code="xyz", name="Đất mới").text
    )
    one = visit(admin, f"{root}/loai-dat/{code}")
    assert one.press("Lưu", colour="xanh").status == 422
    assert "#00ff00" in one.press("Lưu", colour="#00FF00").text
    assert one.press("Lưu ngày kết thúc", valid_to="").status == 422
    assert one.press("Lưu ngày kết thúc", valid_to="01/01/2020").status == 422
    assert (
        "Đã lưu ngày kết thúc."
        in one.press("Lưu ngày kết thúc", valid_to=vi(today())).soup.get_text()
    )
    assert make_staff(app, Role.MODERATOR)[0].get(root).status_code == 403


# Citizens ---------------------------------------------------------------------------------------
def test_an_empty_list_says_so(client: FlaskClient) -> None:
    assert "Chưa có cuộc lấy ý kiến nào" in visit(client, "/lay-y-kien").text
    assert "Không có cuộc lấy ý kiến nào như vậy" in visit(client, "/lay-y-kien?nam=1999").text


def test_the_list_in_sections_by_what_the_dates_say(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        # The job that opens it has not run yet.
        make_consultation(
            stage=Stage.SCHEDULED,
            title="Mở sáng nay rồi",
            opens_on=today(),
            closes_on=today() + 30 * DAY,
        )
        make_consultation(stage=Stage.OPEN, title="Đóng ngày mai thôi", closes_on=today() + DAY)
        make_consultation(stage=Stage.OPEN, title="Hết hạn hôm nay nhé", closes_on=today())
        make_consultation(
            stage=Stage.SCHEDULED, title="Tuần sau mới mở ra", type=ConsultationType.BUDGET
        )
        make_consultation(
            stage=Stage.CLOSED,
            title="Quá hạn kết quả rồi",
            opens_on=today() - 90 * DAY,
            closes_on=today() - 31 * DAY,
        )
        make_consultation(stage=Stage.ANSWERED, title="Đã có kết quả đây")
        make_consultation(stage=Stage.DRAFT, title="Bản nháp chưa đăng")
        make_consultation(stage=Stage.OPEN, title="Đã gỡ khỏi trang", visibility=Visibility.HIDDEN)
    page = visit(client, "/lay-y-kien")
    order = [
        "Hết hạn hôm nay",
        "Đóng ngày mai",
        "Mở sáng nay",
        "Tuần sau mới mở",
        "Quá hạn kết quả rồi",
        "Đã có kết quả đây",
    ]
    places = [page.text.index(words) for words in order]
    assert places == sorted(places)
    assert [heading.get_text(strip=True) for heading in page.soup.select("main h2")] == [
        "Đang lấy ý kiến",
        "Sắp mở",
        "Đang tổng hợp",
        "Đã công bố kết quả",
    ]
    assert "Quá hạn công bố kết quả" in page.text
    assert "Hôm nay là ngày cuối" in page.text
    assert "Bản nháp chưa đăng" not in page.html
    assert "Đã gỡ khỏi trang" not in page.html
    only = visit(client, "/lay-y-kien?giai-doan=sap-mo&loai=ngan-sach")
    assert "Tuần sau mới mở ra" in only.text
    assert "Đóng ngày mai" not in only.text
    assert only.soup.select_one('.ln-chips a[href="/lay-y-kien?giai-doan=sap-mo"]')
    assert only.soup.select_one('input[name="giai-doan"][value="sap-mo"]')
    assert "Đóng ngày mai" in visit(client, f"/lay-y-kien?nam={(today() - 5 * DAY).year}").text
    for nonsense in ("?nam=0000", "?nam=9999", "?giai-doan=x&loai=y&nam=z", "?sau=khong-phai"):
        assert client.get(f"/lay-y-kien{nonsense}").status_code == 200


def test_the_list_pages_both_ways(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        for number, stage in zip(
            range(2 * PAGE_SIZE + 3),
            itertools.cycle([Stage.OPEN, Stage.ANSWERED, Stage.CLOSED]),
            strict=False,
        ):
            make_consultation(stage=stage, title=f"Cuộc lấy ý kiến số {number} của xã")
    page, seen = visit(client, "/lay-y-kien"), list[str]()
    while True:
        seen += [str(link["href"]) for link in page.soup.select(".ln-card__title a")]
        onwards = page.soup.select_one('a[rel="next"]')
        if onwards is None:
            break
        page = visit(client, str(onwards["href"]))
    assert len(seen) == len(set(seen)) == 2 * PAGE_SIZE + 3
    back = page.soup.select_one('a[rel="prev"]')
    assert back
    assert len(visit(client, str(back["href"])).soup.select(".ln-card")) == PAGE_SIZE


def add_parts(found: Consultation) -> None:
    """A draft text, a list of projects, a confirmed map."""
    version = DraftVersion(consultation_id=found.id, number=1, published_at=now())
    layer = MapLayer(
        consultation_id=found.id,
        kind=LayerKind.LAND_USE,
        state=LayerState.CONFIRMED,
        title="Quy hoạch",
        confirmed_at=now(),
        geojson="{}",
    )
    db.session.add_all(
        [
            version,
            layer,
            ProjectItem(
                consultation_id=found.id, code="A01", name="Đường", land_code="DGT", planned_ha=1
            ),
        ]
    )
    db.session.flush()
    db.session.add(
        Clause(
            version_id=version.id,
            position=1,
            kind=ClauseKind.ARTICLE,
            anchor="dieu-1",
            label="Điều 1",
        )
    )
    db.session.commit()


def tabs(page: Page) -> list[str]:
    return [tab.get_text(" ", strip=True) for tab in page.soup.select(".ln-tabs a")]


def test_tabs_are_those_that_hold_something(app: Flask, client: FlaskClient) -> None:
    slug = made(app, make_consultation, show_comments=ShowComments.AFTER_CLOSING)
    assert tabs(visit(client, f"/lay-y-kien/{slug}")) == ["Tổng quan", "Hồ sơ", "Ý kiến"]
    full = made(app, make_consultation, stage=Stage.ANSWERED)
    with app.app_context():
        found = load(full)
        db.session.add(
            MapLayer(
                consultation_id=found.id,
                kind=LayerKind.PROJECTS,
                title="Chưa xác nhận",
                geojson="{}",
            )
        )
        db.session.add(DraftVersion(consultation_id=found.id, number=7))
        db.session.commit()
    assert tabs(visit(client, f"/lay-y-kien/{full}")) == [
        "Tổng quan",
        "Hồ sơ",
        "Ý kiến (0)",
        "Kết quả",
    ]
    with app.app_context():
        add_parts(load(full))
    assert tabs(visit(client, f"/lay-y-kien/{full}")) == [
        "Tổng quan",
        "Hồ sơ",
        "Nội dung từng mục",
        "Danh mục công trình",
        "Bản đồ",
        "Ý kiến (0)",
        "Kết quả",
    ]


def test_an_overdue_result_is_flagged_for_everybody(app: Flask, client: FlaskClient) -> None:
    late = made(
        app,
        make_consultation,
        stage=Stage.CLOSED,
        opens_on=today() - 70 * DAY,
        closes_on=today() - 31 * DAY,
    )
    page = visit(client, f"/lay-y-kien/{late}")
    assert "Quá hạn công bố kết quả" in page.text
    assert "Chưa công bố kết quả, đã quá 30 ngày" in page.text
    assert page.soup.select_one(".ln-band--late")
    on_time = made(
        app,
        make_consultation,
        stage=Stage.CLOSED,
        opens_on=today() - 70 * DAY,
        closes_on=today() - 30 * DAY,
    )
    assert "Quá hạn" not in visit(client, f"/lay-y-kien/{on_time}").text


def test_public_pages_cost_three_statements_whatever_they_hold(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        engine = db.engine
    slug = made(app, make_consultation)
    addresses = (
        "/lay-y-kien",
        f"/lay-y-kien/{slug}",
        f"/lay-y-kien/{slug}/ho-so",
        f"/lay-y-kien/{slug}.ics",
        "/lay-y-kien/lich.ics",
    )

    def statements() -> list[int]:
        counts = []
        for address in addresses:
            with StatementCounter(engine) as counter:
                assert client.get(address).status_code == 200
            counts.append(len(counter.statements))
        return counts

    few = statements()
    with app.app_context():
        found = load(slug)
        add_parts(found)
        for number in range(5):
            add_document(found, f"Tài liệu {number}")
            make_consultation(title=f"Cuộc khác số {number} của xã")
            surveys_setup.add(
                found, Asked(kind=SurveyKind.OPEN, text=f"Câu {number}?"), actor=SYSTEM
            )
        lifecycle.edit(
            found,
            actor=SYSTEM,
            seen_revision=None,
            facts=facts(meetings=[Meeting(now(), "Thôn Đông")]),
        )
        db.session.commit()
    assert statements() == few
    assert max(few) <= 3


def test_pages_for_everybody_are_kept_and_change_at_once(make_app: Any, new_database: Any) -> None:
    app = make_app(page_cache=True, database_url=new_database())
    with app.app_context():
        db.create_all()
        make_agency()
        slug = make_posted(opens_on=today()).slug
    client = app.test_client()
    for address in (
        f"/lay-y-kien/{slug}",
        "/lay-y-kien",
        f"/lay-y-kien/{slug}/ho-so",
        f"/lay-y-kien/{slug}.ics",
    ):
        hits = app.extensions["page_cache"].hits
        first, second = client.get(address), client.get(address)
        assert first.data == second.data
        assert app.extensions["page_cache"].hits == hits + 1, address
    with app.app_context():
        lifecycle.hide(load(slug), actor=SYSTEM, seen_revision=None, reason="Thử")
        db.session.commit()
    assert client.get(f"/lay-y-kien/{slug}").status_code == 410
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


# Calendars --------------------------------------------------------------------------------------
def events(client: FlaskClient, address: str) -> list[Any]:
    response = client.get(address)
    assert response.mimetype == "text/calendar"
    return icalendar.Calendar.from_ical(response.data).walk("VEVENT")


def test_calendars_hold_opening_last_day_and_meetings(app: Flask, client: FlaskClient) -> None:
    meeting = Meeting(dt.datetime(2026, 12, 5, 12, 30, tzinfo=dt.UTC), "Nhà văn hóa thôn Đông")
    slug = made(app, make_posted, meetings=[meeting])
    found = events(client, f"/lay-y-kien/{slug}.ics")
    with app.app_context():
        row = load(slug)
        opens_on, closes_on, code = row.opens_on, row.closes_on, row.code
    assert [event.decoded("dtstart") for event in found] == [opens_on, closes_on, meeting.starts_at]
    assert {str(event["uid"]).partition("@")[0] for event in found} == {
        f"{code}-mo",
        f"{code}-dong",
        f"{code}-hop-1",
    }
    assert str(found[2]["location"]) == "Nhà văn hóa thôn Đông"
    made(app, make_consultation, visibility=Visibility.HIDDEN)
    assert len(events(client, "/lay-y-kien/lich.ics")) == 3
    assert client.get("/lay-y-kien/khong-co.ics").status_code == 404


def test_signed_in_readers_see_the_same_pages(app: Flask, editor: FlaskClient) -> None:
    slug = made(app, make_posted, opens_on=today())
    assert follow(editor, editor.get(f"/lay-y-kien/{slug}"), "").status == 200
    _client, person = make_staff(app, Role.PUBLISHER)
    browser = app.test_client()
    sign_in(browser, person)
    assert "Xem trang công khai" in visit(browser, f"{LIST}/{slug}").text
