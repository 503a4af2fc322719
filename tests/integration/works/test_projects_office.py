"""The office's tab of the list: a file goes up, a row is mended, what is wrong stands beside its
field.
"""

import io
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.comments.states import TargetKind
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.consultations.states import Stage
from app.extensions import db
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.imports.tables import plain_header
from app.jobs import runner
from app.works.models import ProjectItem
from app.works.reader import COLUMNS
from app.works.service import works as service
from tests.factories.accounts import csrf_of, make_staff, post
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency
from tests.factories.pages import Page, visit
from tests.factories.projects import ALL_CODES, FILE, make_lands, make_project

BASE = "/can-bo/lay-y-kien/quy-hoach/danh-muc"
ROW = {
    "code": "D01",
    "name": "Kênh N8",
    "land_code": "DTL",
    "planned_ha": "3,75",
    "existing_ha": "2,60",
    "uses": "LUC 0,85; HNK 0,30",
}


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()
        make_lands(ALL_CODES)
        make_consultation(slug="quy-hoach")


@pytest.fixture
def editor(app: Flask) -> FlaskClient:
    return make_staff(app, Role.MODERATOR)[0]


def consultation() -> Consultation:
    return staff.by_slug("quy-hoach")


def send(client: FlaskClient, content: bytes, name: str = "danh-muc.csv", **fields: Any) -> Any:
    data = {
        "file": (io.BytesIO(content), name),
        "csrf_token": csrf_of(client, f"{BASE}/tai-len"),
        **fields,
    }
    return client.post(f"{BASE}/tai-len", data=data, content_type="multipart/form-data")


def parsed(client: FlaskClient, response: Any, address: str) -> Page:
    return Page(client, response, address)


def test_an_empty_list_offers_the_sample(editor: FlaskClient) -> None:
    page = visit(editor, BASE)
    assert "Chưa có danh mục công trình" in page.text
    assert page.soup.select_one(f'a[href="{BASE}/mau.xlsx"]')
    assert page.soup.select_one(f'a[href="{BASE}/tai-len"]')
    assert (
        page.soup.select_one('.ln-tabs a[aria-current="page"]').get_text(strip=True)
        == "Danh mục công trình"
    )  # type: ignore[union-attr]


def test_the_sample_has_the_columns_that_the_importer_knows(editor: FlaskClient) -> None:
    response = editor.get(f"{BASE}/mau.xlsx")
    assert "mau-danh-muc-cong-trinh.xlsx" in response.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(response.data))
    header = [cell.value for cell in next(book.worksheets[0].iter_rows())]
    known = {plain_header(name) for column in COLUMNS for name in (column.title, *column.aliases)}
    assert {plain_header(str(name)) for name in header} <= known
    assert book.sheetnames == ["Danh mục công trình", "Hướng dẫn"]
    # The headers are the same in English, since they are what is read.
    english = openpyxl.load_workbook(io.BytesIO(editor.get(f"{BASE}/mau.xlsx?lang=en").data))
    assert [cell.value for cell in next(english.worksheets[0].iter_rows())] == header
    # Sent back empty, it is read and holds nothing.
    response = send(editor, response.data, "mau.xlsx")
    assert response.status_code == 302


def test_a_file_goes_up_and_its_rows_are_there(app: Flask, editor: FlaskClient) -> None:
    response = send(editor, FILE.read_bytes(), places="X-TH = xã Tân Hội")
    assert response.status_code == 302
    runner.drain(app)
    page = visit(editor, response.headers["Location"])
    assert "Thêm 24, sửa 0, giữ nguyên 0 công trình." in page.text
    assert page.soup.select_one(f'main a[href="{BASE}"]')
    page = visit(editor, BASE)
    assert "24 công trình, dự án" in page.text
    assert "Trụ sở Công an xã Tân Hội" in page.text
    assert "xã Tân Hội · Tờ 07: thửa 118" in page.text
    assert "Biểu chu chuyển đất đai (ha)" in page.text
    assert "chưa cân" not in page.text
    # Once more, changed: what changed is told.
    send(
        editor,
        FILE.read_bytes().replace(b"CAN,0.15,0.00,0.15,HNK 0.15", b"CAN,0.25,0.00,0.25,HNK 0.25"),
        places="X-TH = xã Tân Hội",
    )
    runner.drain(app)
    page = visit(editor, BASE)
    assert "Tệp gần nhất đã thay đổi gì" in page.text
    assert "A02 : Diện tích kế hoạch: 0,15 → 0,25" in page.text


@pytest.mark.parametrize(
    ("content", "name", "words"), [(b"", "", "Hãy chọn một tệp."), (b"x", "a.pdf", ".xlsx, .xls")]
)
def test_a_file_that_is_none_is_told_beside_its_field(
    app: Flask, editor: FlaskClient, content: bytes, name: str, words: str
) -> None:
    response = send(editor, content, name, places="X-TH = xã Tân Hội")
    page = parsed(editor, response, f"{BASE}/tai-len")
    assert page.status == 422
    assert page.title.startswith("Lỗi: ")
    assert any(words in error for error in page.errors)
    assert "X-TH = xã Tân Hội" in page.html
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ImportRun)) == 0


def test_too_many_names_of_places_are_told_beside_their_field(editor: FlaskClient) -> None:
    page = parsed(editor, send(editor, b"x", places="X" * 4_001), f"{BASE}/tai-len")
    assert page.status == 422
    assert any("4000" in error for error in page.errors)


def test_a_file_that_fails_changes_nothing(app: Flask, editor: FlaskClient) -> None:
    response = send(editor, b"a,b\n1,2\n")
    runner.drain(app)
    with app.app_context():
        run = db.session.scalars(sa.select(ImportRun)).one()
        assert run.state is ImportState.FAILED
    assert "Không tìm thấy dòng tiêu đề" in visit(editor, response.headers["Location"]).text


def test_a_row_by_hand(app: Flask, editor: FlaskClient) -> None:
    response = post(editor, f"{BASE}/them", ROW)
    assert (response.status_code, response.headers["Location"]) == (302, BASE)
    page = visit(editor, f"{BASE}/cong-trinh/D01")
    values = page.values("Lưu")
    assert (values["planned_ha"], values["existing_ha"], values["uses"]) == (
        "3,75",
        "2,60",
        "LUC 0,85; HNK 0,30",
    )
    response = post(
        editor,
        f"{BASE}/cong-trinh/D01",
        {
            **values,
            "planned_ha": "3,85",
            "uses": "LUC 0,95; HNK 0,30",
            "map_text": "Tờ 8, 11: thửa 3-9",
        },
    )
    assert response.status_code == 302
    page = visit(editor, f"{BASE}/cong-trinh/D01")
    assert "Máy hiểu là: tờ 8 thửa 3 đến 9; tờ 11 thửa 3 đến 9" in page.text
    with app.app_context():
        item = db.session.scalars(sa.select(ProjectItem)).one()
        assert str(item.planned_ha) == "3.85"


def test_everything_that_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    editor: FlaskClient,
) -> None:
    response = post(
        editor, f"{BASE}/them", {**ROW, "name": "", "planned_ha": "x", "code": "Kênh 1"}
    )
    page = parsed(editor, response, f"{BASE}/them")
    assert page.status == 422
    assert len(page.errors) == 3
    for name in ("name", "planned_ha", "code"):
        field = page.soup.select_one(f"#{name}")
        assert field is not None
        described = str(field["aria-describedby"])
        assert any(
            page.soup.select_one(f"#{part}.govuk-error-message") for part in described.split()
        )
    assert page.soup.select_one("#uses")["value"] == "LUC 0,85; HNK 0,30"  # type: ignore[index]
    page = parsed(editor, post(editor, f"{BASE}/them", {**ROW, "uses": "LUC 1"}), f"{BASE}/them")
    assert page.errors == ["Cộng lại được 1,00 ha, nhưng tăng thêm là 1,15 ha: lệch 0,15 ha."]


def test_a_code_that_is_taken_is_told_beside_its_field(app: Flask, editor: FlaskClient) -> None:
    with app.app_context():
        make_project(consultation(), "D01")
    page = parsed(editor, post(editor, f"{BASE}/them", ROW), f"{BASE}/them")
    assert (page.status, page.errors) == (422, ["Mã D01 đã dùng cho «Đường tránh phía Tây»."])


def test_two_people_at_one_row(app: Flask, editor: FlaskClient) -> None:
    with app.app_context():
        make_project(consultation(), "D01")
    values = visit(editor, f"{BASE}/cong-trinh/D01").values("Lưu")
    assert post(editor, f"{BASE}/cong-trinh/D01", {**values, "name": "Tên mới"}).status_code == 302
    response = post(editor, f"{BASE}/cong-trinh/D01", {**values, "name": "Tên khác"})
    assert response.status_code == 409
    assert "Người khác vừa thay đổi mục này" in response.get_data(as_text=True)
    assert (
        post(editor, f"{BASE}/cong-trinh/D01", {**values, "seen_revision": "x"}).status_code == 409
    )


def test_removing_and_putting_back(app: Flask, editor: FlaskClient) -> None:
    with app.app_context():
        made = consultation()
        make_project(made, "D01")
        item = make_project(made, "D02")
        make_comment(made, target_kind=TargetKind.PROJECT, project_id=item.id)
    page = visit(editor, f"{BASE}/cong-trinh/D01/bo")
    assert "sẽ bị xóa hẳn" in page.text
    assert (
        post(editor, f"{BASE}/cong-trinh/D01/bo", page.values("Bỏ khỏi danh mục")).status_code
        == 302
    )
    page = visit(editor, f"{BASE}/cong-trinh/D02/bo")
    assert "Đã có góp ý về công trình này" in page.text
    assert (
        post(editor, f"{BASE}/cong-trinh/D02/bo", page.values("Bỏ khỏi danh mục")).status_code
        == 302
    )
    page = visit(editor, BASE)
    assert "Ngoài danh mục" in page.text
    assert "D01 ·" not in page.text
    page = visit(editor, f"{BASE}/cong-trinh/D02")
    response = post(
        editor,
        f"{BASE}/cong-trinh/D02/dua-lai",
        page.values("Đưa trở lại danh mục"),
        form_at=f"{BASE}/cong-trinh/D02",
    )
    assert response.status_code == 302
    assert "Ngoài danh mục" not in visit(editor, BASE).text
    assert (
        post(
            editor,
            f"{BASE}/cong-trinh/D02/dua-lai",
            {"seen_revision": "1"},
            form_at=f"{BASE}/cong-trinh/D02",
        ).status_code
        == 409
    )


def test_a_land_type_that_is_valid_no_more_is_shown_and_refused(
    app: Flask, editor: FlaskClient
) -> None:
    with app.app_context():
        number = make_project(consultation(), "D01").id
        db.session.execute(
            sa.update(ProjectItem).where(ProjectItem.id == number).values(land_code="BHK")
        )
        db.session.commit()
    page = visit(editor, f"{BASE}/cong-trinh/D01")
    assert page.values("Lưu")["land_code"] == "BHK"
    page = parsed(editor, post(editor, f"{BASE}/cong-trinh/D01", page.values("Lưu")), BASE)
    assert page.errors == ["Mã loại đất «BHK» không có trong bảng loại đất đang áp dụng."]


def test_search_pages_and_a_list_that_does_not_balance(app: Flask, editor: FlaskClient) -> None:
    with app.app_context():
        made = consultation()
        for number in range(52):
            make_project(made, f"A{number:02d}", map_text="")
        db.session.execute(
            sa.update(ProjectItem)
            .where(ProjectItem.code == "A01")
            .values(uses=[{"code": "LUC", "ha": "1.00"}], place="")
        )
        service.summarise(made.id)
        db.session.commit()
    page = visit(editor, BASE)
    assert (
        "Biểu chu chuyển chưa cân: tăng thêm 104,00 ha, lấy đi 103,00 ha, lệch 1,00 ha."
        in page.text
    )
    assert "Chưa ghi" in page.text
    page = visit(editor, str(page.soup.select_one("a[rel=next]")["href"]))  # type: ignore[index]
    assert "A51 ·" in page.text
    page = visit(editor, str(page.soup.select_one("a[rel=prev]")["href"]))  # type: ignore[index]
    assert "A00 ·" in page.text
    page = visit(editor, f"{BASE}?q=a07")
    assert [link["href"] for link in page.soup.select(".ln-table__title a")] == [
        f"{BASE}/cong-trinh/A07"
    ]
    assert "Không thấy công trình nào như vậy" in visit(editor, f"{BASE}?q=khong-co").text


def test_without_land_types_it_says_what_to_do_first(app: Flask, editor: FlaskClient) -> None:
    with app.app_context():
        db.session.execute(sa.text("DELETE FROM land_type"))
        db.session.commit()
    assert "Chưa có bảng mã loại đất đang áp dụng" in visit(editor, BASE).text


@pytest.mark.parametrize("path", ["tai-len", "them", "cong-trinh/D01", "cong-trinh/D01/bo"])
def test_who_may_only_read(app: Flask, path: str) -> None:
    with app.app_context():
        make_project(consultation(), "D01")
        closed = make_consultation(slug="da-xong", stage=Stage.ANSWERED)
        make_project(closed, "D01")
    auditor = make_staff(app, Role.AUDITOR)[0]
    page = visit(auditor, BASE)
    assert "Đường tránh phía Tây" in page.text
    assert not page.soup.select(f'main a[href^="{BASE}/cong-trinh"], main a[href="{BASE}/them"]')
    assert auditor.get(f"{BASE}/{path}").status_code == 403
    moderator = make_staff(app, Role.MODERATOR)[0]
    assert moderator.get(f"/can-bo/lay-y-kien/da-xong/danh-muc/{path}").status_code == 403
    assert moderator.get(f"{BASE}/cong-trinh/KHONG").status_code == 404
