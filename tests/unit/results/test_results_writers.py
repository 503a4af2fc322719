"""The Word and Excel files: layout of Decree 30/2020/NĐ-CP, the four columns, totals, nothing that
runs, valid XML.
"""

import io
import zipfile
from dataclasses import asdict, replace

import docx
import openpyxl
import pytest
from docx.enum.section import WD_ORIENT
from docx.shared import Mm
from lxml import etree

from app.results import tabling
from app.results.tabling import Counts, Row
from app.results.writers import docx_certificate, docx_table, layout, xlsx_table
from tests.unit.results.test_tabling import head, row

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def rows(n: int = 20) -> list[Row]:
    made = [row(number) for number in range(1, n)]
    return [
        *made,
        replace(
            row(n, group="Đường tránh (C01)", decision="accepted", reply="Tiếp thu.\nDịch tuyến."),
            changed_where="Biểu 10",
        ),
    ]


def word(n: int = 20, **values: object) -> tuple[docx.document.Document, bytes]:
    file = io.BytesIO()
    docx_table.write(file, head(**values), rows(n), sha256="ab" * 32)
    return docx.Document(io.BytesIO(file.getvalue())), file.getvalue()


def test_paper_margins_and_page_numbers() -> None:
    document, content = word()
    section = document.sections[0]
    assert section.orientation == WD_ORIENT.LANDSCAPE
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    assert Mm(20).mm <= round(section.top_margin.mm) <= 25
    assert 30 <= round(section.left_margin.mm) <= 35
    assert 15 <= round(section.right_margin.mm) <= 20
    assert section.different_first_page_header_footer
    header = zipfile.ZipFile(io.BytesIO(content)).read("word/header1.xml").decode()
    assert " PAGE " in header
    assert 'w:jc w:val="center"' in header
    assert document.styles["Normal"].name == "Normal"


def test_every_part_is_valid_xml_in_times_new_roman() -> None:
    _document, content = word()
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    for name in archive.namelist():
        etree.fromstring(archive.read(name))
    assert archive.read("word/styles.xml").decode().count("Times New Roman") == 4


def test_the_head_has_its_two_sides() -> None:
    document, _content = word()
    left, right = document.tables[0].rows[0].cells
    assert left.text.split("\n")[:2] == ["TỈNH NAM HẢI", "ỦY BAN NHÂN DÂN XÃ AN SƠN"]
    assert right.text.split("\n")[:2] == [layout.NATION, layout.MOTTO]
    assert left.paragraphs[1].runs[0].bold
    assert not left.paragraphs[0].runs[0].bold
    number, date = document.tables[0].rows[1].cells
    assert number.text == "Số: 12/BC-UBND"
    assert date.text == "An Sơn, ngày 05 tháng 02 năm 2026"
    assert date.paragraphs[0].runs[0].italic


def test_the_four_columns_of_every_page_and_the_rows() -> None:
    document, _content = word()
    table = document.tables[1]
    names = [cell.text for cell in table.rows[0].cells]
    assert names == [
        "STT",
        "NỘI DUNG QUY HOẠCH / CÔNG TRÌNH / KHU VỰC",
        "CHỦ THỂ GÓP Ý",
        "NỘI DUNG GÓP Ý",
        "NỘI DUNG TIẾP THU, GIẢI TRÌNH",
    ]
    assert table.rows[0]._tr.find(f"{_W}trPr/{_W}tblHeader") is not None
    assert len(table.rows) == 21
    assert sum(docx_table.WIDTHS) == layout.LANDSCAPE.text_width
    # One cell for the group, begun anew after a few rows.
    assert table.cell(1, 1)._tc is table.cell(tabling.MERGE_MAX, 1)._tc
    assert table.cell(1 + tabling.MERGE_MAX, 1).text == "Chung (tiếp theo)"
    assert "như tại số thứ tự 1" in table.cell(1 + tabling.MERGE_MAX, 4).text
    last = table.rows[20].cells
    assert last[1].text == "Đường tránh (C01)"
    assert last[4].text.split("\n") == [
        "Tiếp thu.",
        "Tiếp thu.",
        "Dịch tuyến.",
        "Nơi sửa trong dự thảo: Biểu 10",
    ]


def test_title_counts_and_signature() -> None:
    document, _content = word(
        400, opening="Xã đã hỏi.\n\nKết quả:", basis=["Luật Đất đai", "Căn cứ Kế hoạch số 15"]
    )
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert tabling.TITLE in texts
    assert "đối với Quy hoạch" in texts
    assert "Căn cứ Luật Đất đai;" in texts
    assert "Căn cứ Kế hoạch số 15." in texts
    assert any(text.startswith("2. Kết quả xử lý 1.043 ý: Tiếp thu 1.040") for text in texts)
    assert any("SHA-256" in text and "ab" * 32 in text for text in texts)
    assert "Bản nháp" in " ".join(texts)
    whole = " ".join(texts).lower()
    assert "mẫu 10" not in whole
    assert "nghị định" not in whole
    receivers, signer = document.tables[2].rows[0].cells
    assert receivers.text.startswith("Nơi nhận:")
    assert signer.text.split("\n")[0] == "CHỦ TỊCH"
    assert signer.text.split("\n")[-1] == "Trần Văn Bình"


def test_issues_and_unanswered_rows() -> None:
    file = io.BytesIO()
    docx_table.write(
        file,
        head(issue=2, reason="Ghi nhầm", signature=tabling.Signature(), parent="", place=""),
        [row(1, decision="", reply="")],
    )
    document = docx.Document(file)
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "(Phát hành lần 2; lý do: Ghi nhầm)" in texts
    assert "Bảng có 1.043 ý." in texts
    assert document.tables[1].rows[1].cells[4].text == "Chưa xử lý."
    assert document.tables[0].rows[1].cells[0].text == "Số: ………/………"
    first = io.BytesIO()
    docx_table.write(first, head(issue=1), [])
    assert not any(
        "Phát hành lần" in paragraph.text for paragraph in docx.Document(first).paragraphs
    )


def test_texts_of_people_do_no_harm() -> None:
    nasty = replace(
        row(1),
        text="<w:p>&\x0b\x00]]>\n=1+1\ufffe\n",
        subject='"><script>',
        group="@SUM(A1)",
        reply="-2",
    )
    file = io.BytesIO()
    docx_table.write(file, head(title="A & B <i>"), [nasty])
    document = docx.Document(file)
    assert "<w:p>&]]>" in document.tables[1].rows[1].cells[3].text
    book = io.BytesIO()
    xlsx_table.write(book, head(), [nasty])
    sheet = openpyxl.load_workbook(book).worksheets[0]
    assert sheet["B2"].data_type == "s"
    assert sheet["F2"].value == "-2"
    line = "".join(xlsx_table.csv_lines(head(), [nasty]))
    assert "'@SUM(A1)" in line
    assert "'-2" in line


def test_the_workbook_has_all_columns_and_the_figures() -> None:
    file = io.BytesIO()
    xlsx_table.write(file, head(), rows(3), sha256="ab" * 32)
    book = openpyxl.load_workbook(file)
    sheet = book["Tổng hợp ý kiến"]
    assert [cell.value for cell in sheet[1]][4:] == [
        "Kết quả",
        "Nội dung tiếp thu, giải trình",
        "Nơi sửa trong dự thảo",
    ]
    assert [sheet["A4"].value, sheet["E4"].value, sheet["G4"].value] == [3, "Tiếp thu", "Biểu 10"]
    figures = {line[0].value: line[1].value for line in book["Số liệu"].iter_rows()}
    assert figures["Ý"] == 1_043
    assert figures["qua cổng"] == 2
    assert figures["Chưa xử lý"] == 3
    assert figures["Người dự"] == 64
    assert (
        dict(xlsx_table.figures(head(counts=Counts(), meetings=[])))["Mã kiểm tra (SHA-256)"]
        == "chưa phát hành"
    )


def test_csv_comes_in_pieces() -> None:
    pieces = list(xlsx_table.csv_lines(head(), rows(450)))
    assert len(pieces) == 3
    assert "".join(pieces).count("\r\n") == 451
    assert pieces[0].startswith("\ufeffSTT,")


def test_half_a_document_after_an_error_is_no_document() -> None:
    def broken():  # type: ignore[no-untyped-def]
        yield row(1)
        raise ValueError("the totals are wrong")

    with pytest.raises(ValueError, match="totals"):
        docx_table.write(io.BytesIO(), head(), broken())


CONTENT = {
    "code": "LYK-2026-07",
    "title": "Quy hoạch sử dụng đất",
    "agency": "Ủy ban nhân dân xã An Sơn",
    "parent": "Tỉnh Nam Hải",
    "place": "An Sơn",
    "day": "2026-11-24",
    "signer": "Trần Văn Bình",
    "authority": ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"],
    "posted_at": "07:00 12/10/2026",
    "opens_on": "12/10/2026",
    "closes_on": "16/11/2026",
    "first_closes_on": "11/11/2026",
    "extension_reason": "Mưa bão",
    "notice_number": "41/TB-UBND",
    "posting_place": "Trụ sở Ủy ban nhân dân xã",
    "counts": asdict(Counts(comments=3, people=3, late=1, channels={"web": 3})),
    "public": 2,
    "meetings": [
        {
            "held_on": "2026-10-28",
            "place": "Nhà văn hóa",
            "present": 64,
            "agree": 51,
            "disagree": 6,
            "comments": 2,
        }
    ],
    "views": None,
    "dossier": [{"title": "Dự thảo", "name": "du-thao.pdf", "sha256": "cd" * 32}],
    "versions": [{"number": 1, "published_at": "07:00 12/10/2026", "sha256": "ef" * 32}],
    "comments": {"n": 3, "sha256": "01" * 32},
    "log": {"n": 9, "sha256": "23" * 32},
    "events": [{"at": "07:00 12/10/2026", "what": "Đăng và hẹn ngày mở", "actor": "Trần Văn Bình"}],
    "tables": [{"number": 1, "issued_at": "08:00 20/11/2026", "rows": 12, "sha256": "45" * 32}],
}


@pytest.mark.parametrize("bare", [False, True])
def test_the_certificate_says_it_all(bare: bool) -> None:
    content = (
        {
            **CONTENT,
            "views": 1_200,
            "versions": [],
            "posting_place": "",
            "first_closes_on": "",
            "notice_number": "",
            "tables": [],
        }
        if bare
        else CONTENT
    )
    file = io.BytesIO()
    docx_certificate.write(file, content, sha256="67" * 32)
    document = docx.Document(file)
    section = document.sections[0]
    assert section.orientation == WD_ORIENT.PORTRAIT
    assert round(section.left_margin.mm) == 30
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "67" * 32 in text
    assert ("gia hạn từ ngày 11/11/2026; lý do: Mưa bão" in text) is not bare
    assert ("Lượt xem: 1.200" in text) is bare
    cells = "\n".join(
        cell.text for table in document.tables for line in table.rows for cell in line.cells
    )
    assert "cd" * 32 in cells
    assert ("ef" * 32 in cells) is not bare
