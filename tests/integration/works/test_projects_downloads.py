"""Open data: only what everybody may read, no cell that runs, any number of rows in the same
memory.
"""

import csv
import io
import tracemalloc
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.comments.models import SurveyAnswer, SurveyQuestion
from app.comments.public import downloads
from app.comments.queries import downloads as queries
from app.comments.states import SenderKind, SurveyKind, TargetKind
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.consultations.states import ShowComments, Visibility
from app.extensions import db
from app.kernel import publication, sheets
from app.kernel.sheets import ColumnNote, csv_lines, plain, xlsx_file
from app.submissions.states import Consent, NameDisplay
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency
from tests.factories.pages import visit
from tests.factories.projects import make_lands, make_project

SLUG = "quy-hoach"
BASE = f"/lay-y-kien/{SLUG}/tai-ve"
MARKER = "Dấu-mốc-không-được-lộ"
DANGEROUS = ['=cmd|"/c calc"!A1', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "http://example.com"]


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()
        make_lands()
        make_consultation(slug=SLUG)


def consultation() -> Consultation:
    return staff.by_slug(SLUG)


def as_csv(client: FlaskClient, name: str) -> list[dict[str, str]]:
    response = client.get(f"{BASE}/{name}.csv")
    assert response.mimetype == "text/csv"
    assert response.data.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))


def as_xlsx(client: FlaskClient, name: str) -> Any:
    response = client.get(f"{BASE}/{name}.xlsx")
    assert response.status_code == 200
    assert int(response.headers["Content-Length"]) == len(response.data)
    return openpyxl.load_workbook(io.BytesIO(response.data))


def test_the_page_explains_every_column(client: FlaskClient) -> None:
    page = visit(client, BASE)
    links = {str(link["href"]) for link in page.soup.select("main a[href*='/tai-ve/']")}
    assert links == {
        f"{BASE}/{name}.{kind}"
        for name in ("danh-muc", "y-kien", "khao-sat")
        for kind in ("csv", "xlsx")
    }
    assert "Nội dung đã che thông tin cá nhân." in page.text
    for address in links:
        assert client.get(address).status_code == 200


def test_the_list_of_works(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make_project(consultation(), name="=1+1", existing_ha="0,50", uses="LUC 1,00; HNK 0,50")
    (row,) = as_csv(client, "danh-muc")
    assert (row["Mã công trình"], row["Hạng mục"], row["Diện tích kế hoạch (ha)"]) == (
        "C01",
        "'=1+1",
        "2.00",
    )
    assert (row["Sử dụng vào loại đất"], row["Tên loại đất"]) == (
        "LUC 1,00; HNK 0,50",
        "Đất giao thông",
    )
    book = as_xlsx(client, "danh-muc")
    assert book.sheetnames == ["Danh mục công trình", "Giải thích"]
    header, cells = book.worksheets[0].iter_rows()
    values = dict(zip((cell.value for cell in header), cells, strict=True))
    assert (values["Hạng mục"].value, values["Hạng mục"].data_type) == ("=1+1", "s")
    assert (
        values["Diện tích kế hoạch (ha)"].value,
        values["Diện tích kế hoạch (ha)"].data_type,
    ) == (2, "n")
    explained = [row[0].value for row in book.worksheets[1].iter_rows()]
    assert {cell.value for cell in header} <= set(explained)


def test_no_cell_runs_and_none_breaks_the_file(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = consultation()
        for text in DANGEROUS:
            make_comment(
                made,
                visibility=Visibility.PUBLIC,
                body=f"{text} và thêm vài chữ cho đủ dài",
                public_proposed=text,
            )
    rows = as_csv(client, "y-kien")
    assert len(rows) == len(DANGEROUS)
    assert all(row["Đề nghị sửa thành"][:1] in {"'", "h"} for row in rows)
    book = as_xlsx(client, "y-kien")
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert {cell.value for cell in cells} >= {'=cmd|"/c calc"!A1', "+1+1", "http://example.com"}


def test_only_what_everybody_may_read(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made, secret = consultation(), {"phone": "0999888777"}
        project = make_project(made)
        question = SurveyQuestion(consultation_id=made.id, kind=SurveyKind.OPEN, text="Vì sao?")
        db.session.add(question)
        db.session.flush()
        hidden = [
            make_comment(made, body=f"{MARKER} chưa duyệt, còn đợi cán bộ"),
            make_comment(
                made, body=f"{MARKER} không công khai, có lý do", visibility=Visibility.HIDDEN
            ),
            make_comment(
                made,
                body=f"{MARKER} người gửi không cho công khai",
                visibility=Visibility.PUBLIC,
                consent=Consent.PRIVATE,
            ),
        ]
        shown = make_comment(
            made,
            visibility=Visibility.PUBLIC,
            name="Trần Văn Bình",
            sheet="999",
            parcel="888",
            tax_code="0123456789",
            **secret,
        )
        named = make_comment(
            made,
            visibility=Visibility.PUBLIC,
            name_display=NameDisplay.FULL,
            sender_kind=SenderKind.ORGANISATION,
            organisation_name="Hợp tác xã Tân Hội",
            target_kind=TargetKind.PROJECT,
            project_id=project.id,
            late=True,
        )
        for comment in hidden:
            db.session.add(
                SurveyAnswer(
                    question_id=question.id, comment_id=comment.id, text=MARKER, public_text=MARKER
                )
            )
        db.session.add(
            SurveyAnswer(
                question_id=question.id, comment_id=shown.id, text=MARKER, public_text=None
            )
        )
        db.session.add(
            SurveyAnswer(
                question_id=question.id, comment_id=named.id, text=MARKER, public_text="Vì lúa"
            )
        )
        db.session.commit()
        codes = {shown.submission.code, named.submission.code}
    rows = as_csv(client, "y-kien")
    assert {row["Mã góp ý"] for row in rows} == codes
    by_name = {row["Tên hiển thị"]: row for row in rows}
    assert set(by_name) == {"T.V.B.", "Hợp tác xã Tân Hội"}
    assert (
        by_name["Hợp tác xã Tân Hội"]["Phần được góp ý"],
        by_name["Hợp tác xã Tân Hội"]["Ngoài thời hạn"],
    ) == ("C01", "Có")
    assert [row["Câu trả lời"] for row in as_csv(client, "khao-sat")] == ["Vì lúa"]
    for name in ("danh-muc", "y-kien", "khao-sat"):
        content = client.get(f"{BASE}/{name}.csv").get_data(as_text=True)
        for word in (MARKER, "0999888777", "999", "888", "0123456789", "Trần Văn Bình"):
            assert word not in content, (name, word)
        texts = [
            str(cell.value)
            for sheet in as_xlsx(client, name).worksheets
            for row in sheet.iter_rows()
            for cell in row
        ]
        assert not [text for text in texts if MARKER in text or "0999888777" in text]


def test_comments_that_wait_for_the_last_day(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = make_consultation(slug="cho", show_comments=ShowComments.AFTER_CLOSING)
        make_comment(made, visibility=Visibility.PUBLIC)
    assert client.get("/lay-y-kien/cho/tai-ve/y-kien.csv").get_data(as_text=True).count("\n") == 1


def test_answers_in_words(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = consultation()
        comment = make_comment(made, visibility=Visibility.PUBLIC)
        for position, (kind, choices) in enumerate(
            (
                (SurveyKind.ONE, [1]),
                (SurveyKind.MANY, [0, 1]),
                (SurveyKind.SCALE, [4]),
                (SurveyKind.ONE, []),
            )
        ):
            question = SurveyQuestion(
                consultation_id=made.id,
                position=position,
                kind=kind,
                text=f"Câu {position}",
                options=["Có", "Không"],
            )
            db.session.add(question)
            db.session.flush()
            db.session.add(
                SurveyAnswer(question_id=question.id, comment_id=comment.id, choices=choices)
            )
        db.session.commit()
    rows = as_csv(client, "khao-sat")
    assert [(row["Câu hỏi số"], row["Câu trả lời"]) for row in rows] == [
        ("1", "Không"),
        ("2", "Có, Không"),
        ("3", "4/5"),
    ]


def test_unchanged_data_is_not_made_again(app: Flask, client: FlaskClient) -> None:
    for kind in ("csv", "xlsx"):
        first = client.get(f"{BASE}/danh-muc.{kind}")
        assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert f"danh-muc.{kind}" in first.headers["Content-Disposition"]
        again = client.get(
            f"{BASE}/danh-muc.{kind}", headers={"If-None-Match": first.headers["ETag"]}
        )
        assert (again.status_code, again.data) == (304, b"")
        head = client.head(f"{BASE}/danh-muc.{kind}")
        assert (head.status_code, head.headers["ETag"]) == (200, first.headers["ETag"])
    with app.app_context():
        publication.bump()
        db.session.commit()
    assert (
        client.get(
            f"{BASE}/danh-muc.csv", headers={"If-None-Match": first.headers["ETag"]}
        ).status_code
        == 200
    )


def test_unknown_files_are_not_there(client: FlaskClient) -> None:
    for path in ("khac.csv", "danh-muc.pdf", "danh-muc"):
        assert client.get(f"{BASE}/{path}").status_code == 404


def test_one_workbook_at_a_time(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "_WAIT_SECONDS", 0.05)
    with downloads._turn:
        assert client.get(f"{BASE}/danh-muc.xlsx").status_code == 503
        assert client.get(f"{BASE}/danh-muc.csv").status_code == 200
    assert client.get(f"{BASE}/danh-muc.xlsx").status_code == 200


def test_many_comments_come_page_after_page(ctx: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_AT_A_TIME", 2)
    made = consultation()
    for _number in range(5):
        make_comment(made, visibility=Visibility.PUBLIC)
    assert len({row.code for row in queries.comments(made.id)}) == 5


# The writers ------------------------------------------------------------------------------------
COLUMNS = [
    ColumnNote("Mã", "…"),
    ColumnNote("Nội dung", "…"),
    ColumnNote("Ha", "…"),
    ColumnNote("Số", "…"),
]


def rows(count: int) -> Any:
    return (
        [f"C{number}", f"Nội dung thứ {number} " + "x" * 100, Decimal("1.25"), number]
        for number in range(count)
    )


def test_the_number_of_rows_takes_no_memory() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        with xlsx_file(COLUMNS, rows(count), sheet="S") as file:
            assert file.read(2) == b"PK"
        for _piece in csv_lines(COLUMNS, rows(count)):
            pass
        _now, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(10)
    assert peak(20_000) < peak(2_000) + 1_000_000


def test_a_full_sheet_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    with xlsx_file(COLUMNS, rows(5), sheet="Danh mục") as file:
        book = openpyxl.load_workbook(io.BytesIO(file.read()))
    assert book.sheetnames == ["Danh mục", "Danh mục 2", "Danh mục 3"]
    assert [sheet.max_row for sheet in book.worksheets] == [3, 3, 2]


def test_rows_that_fail_leave_no_file() -> None:
    def broken() -> Any:
        yield ["A", "B", None, 1]
        raise RuntimeError("hỏng")

    with pytest.raises(RuntimeError, match="hỏng"):
        xlsx_file(COLUMNS, broken(), sheet="S")


def test_texts_of_cells() -> None:
    assert plain("a\x00b\x0bc\ufffe\ud800\nd") == "abc\nd"
    assert plain(None) == ""
    assert len(plain("x" * 40_000)) == 32_000
    text = "".join(csv_lines(COLUMNS, [["=1", "a\x01b", Decimal("-1.50"), -2]]))
    assert text.splitlines()[1] == "'=1,ab,-1.50,-2"
