"""A .docx becomes clauses: what offices really write, and what may not happen with what strangers
send.
"""

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest

from app.drafts.readers import draft
from app.drafts.readers.docx_numbering import formatted, letters, roman
from app.imports import legacy_fonts
from app.imports.protocol import Unreadable
from tests.factories import drafts
from tests.factories.drafts import NAMESPACE, level, numbering, p, run, saved, table

ARTICLE = p("Điều 1. Phạm vi", bold=True)


def rows(path: Path) -> list[dict[str, Any]]:
    return [message["row"] for message in draft.read(path, {}) if "row" in message]


def read(folder: Path, *body: str, **parts: str) -> list[dict[str, Any]]:
    return rows(saved(folder, "".join(body), **parts))


def by_anchor(folder: Path, *body: str, **parts: str) -> dict[str, dict[str, Any]]:
    return {row["anchor"]: row for row in read(folder, *body, **parts)}


def anchors(folder: Path, *body: str, **parts: str) -> list[str]:
    return [row["anchor"] for row in read(folder, *body, **parts)]


# A whole decree ---------------------------------------------------------------------------------
@pytest.mark.parametrize("layout", list(drafts.LAYOUTS))
@pytest.mark.parametrize("seed", [7, 8])
def test_under_two_per_cent_of_a_decree_need_a_hand(tmp_path: Path, layout: str, seed: int) -> None:
    """Anchor, label, heading and text of each of 200 clauses, in five ways of writing them, with
    lines that only look like heads.
    """
    parts = drafts.decree(200, seed)
    path = tmp_path / "du-thao.docx"
    path.write_bytes(drafts.decree_docx(parts, layout))
    found = {row["anchor"]: row for row in rows(path)}
    assert found.pop("mo-dau")["heading"].startswith("NGHỊ ĐỊNH Quy định chi tiết")

    def is_wrong(part: drafts.Part) -> bool:
        row = found.pop(part.expected.anchor, {"label": None, "heading": "", "text": ""})
        same = all(
            str(row[name]).split() == getattr(part.expected, name).split()
            for name in ("heading", "text")
        )
        return row["label"] != part.expected.label or not same

    wrong = [part.expected.anchor for part in parts if is_wrong(part)]
    assert len(wrong) + len(found) < 0.02 * len(parts), (wrong, list(found))


def test_progress_and_a_summary_are_told(tmp_path: Path) -> None:
    path = tmp_path / "du-thao.docx"
    path.write_bytes(drafts.decree_docx(drafts.decree(200), "typed"))
    said = list(draft.read(path, {}))
    assert said[0]["progress"][0] == 0
    assert sum("progress" in message for message in said) >= 3
    assert said[-1]["meta"]["clauses"] == sum("row" in message for message in said)


def test_a_file_of_word_itself(tmp_path: Path) -> None:
    """Written by a library with Word's own styles and lists."""
    made = docx.Document()
    made.add_heading("Chương I", level=1)
    made.add_heading("QUY ĐỊNH CHUNG", level=1)
    made.add_heading("Điều 1. Phạm vi điều chỉnh", level=2)
    made.add_paragraph("Cơ quan nhà nước.", style="List Number")
    made.add_paragraph("Tổ chức, cá nhân.", style="List Number")
    path = tmp_path / "du-thao.docx"
    made.save(str(path))
    found = rows(path)
    assert [row["anchor"] for row in found] == [
        "chuong-1",
        "dieu-1",
        "dieu-1-khoan-1",
        "dieu-1-khoan-2",
    ]
    assert found[0]["heading"] == "QUY ĐỊNH CHUNG"


# Heads ------------------------------------------------------------------------------------------
def test_points_after_d_and_articles_with_letters(tmp_path: Path) -> None:
    body = [
        p("Điều 12. Một", bold=True),
        p("1. Gồm:"),
        *(p(f"{letter}) Việc {letter};") for letter in "abcdđeg"),
    ]
    found = by_anchor(tmp_path, *body, p("Điều 12a. Hai", bold=True), p("Nội dung."))
    assert [anchor for anchor in found if "diem" in anchor][3:6] == [
        f"dieu-12-khoan-1-diem-{name}" for name in ("d", "dd", "e")
    ]
    assert found["dieu-12-khoan-1-diem-dd"]["label"] == "đ)"
    assert found["dieu-12a"]["heading"] == "Hai"
    assert [anchor for anchor, row in found.items() if row["doubtful"]] == ["dieu-12"]


def test_clauses_with_letters_and_points_with_numbers(tmp_path: Path) -> None:
    found = anchors(
        tmp_path,
        ARTICLE,
        *map(p, ("1. Một:", "a) A;", "a1) A một;", "b) B.", "1a. Một a.", "2. Hai.")),
    )
    assert found[1:] == [
        "dieu-1-khoan-1",
        "dieu-1-khoan-1-diem-a",
        "dieu-1-khoan-1-diem-a1",
        "dieu-1-khoan-1-diem-b",
        "dieu-1-khoan-1a",
        "dieu-1-khoan-2",
    ]


def test_points_without_a_clause_belong_to_the_article(tmp_path: Path) -> None:
    found = by_anchor(tmp_path, ARTICLE, p("a. Một;"), p("b. Hai."))
    assert list(found) == ["dieu-1", "dieu-1-diem-a", "dieu-1-diem-b"]
    assert found["dieu-1-diem-b"]["label"] == "b)"


def test_latin_order_of_automatic_points(tmp_path: Path) -> None:
    lists = numbering(level(0, "lowerLetter", "%1)"))
    body = [p(f"Việc {n};", num=(1, 0)) for n in range(1, 7)]
    found = by_anchor(tmp_path, ARTICLE, p("1. Gồm:"), *body, numbering=lists)
    assert [row["label"] for row in found.values()][2:] == ["a)", "b)", "c)", "d)", "e)", "f)"]
    assert not any(row["doubtful"] for row in found.values())


def test_nested_numbers(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path,
        ARTICLE,
        *map(
            p,
            (
                "1. Một:",
                "1.1. Một một:",
                "1.1.1. Sâu.",
                "1.2 Một hai.",
                "2. Hai.",
                "1.5 ha đất lúa.",
            ),
        ),
    )
    assert list(found)[1:] == [
        "dieu-1-khoan-1",
        "dieu-1-khoan-1-diem-1",
        "dieu-1-khoan-1-diem-1-1",
        "dieu-1-khoan-1-diem-2",
        "dieu-1-khoan-2",
    ]
    assert [row["depth"] for row in found.values()] == [0, 1, 2, 3, 2, 1]
    assert found["dieu-1-khoan-2"]["text"].endswith("1.5 ha đất lúa.")


def test_numbers_that_repeat_the_article(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path, p("Điều 5. Năm", bold=True), *map(p, ("5.1. Một.", "5.2. Hai.", "5.9. Chín."))
    )
    assert list(found) == ["dieu-5", "dieu-5-khoan-1", "dieu-5-khoan-2"]
    assert found["dieu-5-khoan-2"]["label"] == "5.2."


def test_a_heading_that_comes_after_the_number(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path,
        p("Chương I", centred=True),
        p("NHỮNG QUY ĐỊNH", centred=True, bold=True),
        p("CHUNG", centred=True, bold=True),
        p("Mục 1\nĐẤT ĐAI", bold=True, centred=True),
        p("Điều 1.\nPhạm vi", bold=True),
        p("Nội dung của điều này."),
    )
    assert found["chuong-1"]["heading"] == "NHỮNG QUY ĐỊNH CHUNG"
    assert found["chuong-1-muc-1"]["heading"] == "ĐẤT ĐAI"
    assert (found["dieu-1"]["heading"], found["dieu-1"]["text"]) == (
        "Phạm vi",
        "Nội dung của điều này.",
    )


def test_an_article_that_is_one_sentence_has_no_heading(tmp_path: Path) -> None:
    sentence = "Ban hành kèm theo Quyết định này Quy định về giá đất trên địa bàn xã."
    found = by_anchor(
        tmp_path,
        p(raw=run("Điều 1. ", bold=True) + run(sentence)),
        p("Điều 2.", bold=True),
        p(sentence),
    )
    assert (found["dieu-1"]["heading"], found["dieu-1"]["text"]) == ("", sentence)
    assert (found["dieu-2"]["heading"], found["dieu-2"]["text"]) == ("", sentence)


def test_heading_and_text_in_one_paragraph(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path,
        p(raw=run("Điều 1. Hiệu lực", bold=True) + run(" Nghị định này có hiệu lực ngay.")),
    )
    assert (found["dieu-1"]["heading"], found["dieu-1"]["text"]) == (
        "Hiệu lực",
        "Nghị định này có hiệu lực ngay.",
    )


def test_other_spellings(tmp_path: Path) -> None:
    body = [
        p("ĐIỀU 1: MỘT", bold=True),
        p("Ðiều 2. Hai", bold=True),
        p("Điều 3 Ba", bold=True),
        p("Khoản 1. Một."),
        p("Điều 4 Bốn năm."),
    ]
    found = by_anchor(tmp_path, *body)
    assert list(found) == ["dieu-1", "dieu-2", "dieu-3", "dieu-3-khoan-1"]
    assert found["dieu-3"]["doubtful"]
    assert found["dieu-1"]["label"] == "Điều 1"
    assert found["dieu-3-khoan-1"]["text"] == "Một.\n\nĐiều 4 Bốn năm."


def test_parts_of_a_law(tmp_path: Path) -> None:
    assert anchors(
        tmp_path,
        p("CHƯƠNG 2. ĐẤT", bold=True),
        p("Mục II. RỪNG", bold=True),
        p("Điều 9. Chín", bold=True),
    )[:2] == [
        "chuong-2",
        "chuong-2-muc-2",
    ]


# Doubts -----------------------------------------------------------------------------------------
def test_gaps_are_told(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path,
        ARTICLE,
        *map(p, ("2. Hai.", "4. Bốn:", "a) A;", "c) C.")),
        p("Điều 3. Ba", bold=True),
        p("1. Một."),
    )
    assert "Khoản đầu tiên mang số 2" in found["dieu-1-khoan-2"]["doubtful"]
    assert "nhảy từ 2 sang 4" in found["dieu-1-khoan-4"]["doubtful"]
    assert "không liền nhau" in found["dieu-1-khoan-4-diem-c"]["doubtful"]
    assert "Điều trước (1)" in found["dieu-3"]["doubtful"]
    assert not found["dieu-3-khoan-1"]["doubtful"]


def test_lists_within_a_clause_stay_in_it(tmp_path: Path) -> None:
    lines = (
        "1. Một:",
        "a) A gồm:",
        "1. Trong A.",
        "i) Nhỏ.",
        "z) Xa.",
        "b) B.",
        "2. Hai.",
        "100. Trăm.",
        "B. Lớn",
    )
    found = by_anchor(tmp_path, ARTICLE, *map(p, lines))
    assert list(found)[1:] == [
        "dieu-1-khoan-1",
        "dieu-1-khoan-1-diem-a",
        "dieu-1-khoan-1-diem-b",
        "dieu-1-khoan-2",
    ]
    assert found["dieu-1-khoan-1-diem-a"]["text"] == "A gồm:\n\n1. Trong A.\n\ni) Nhỏ.\n\nz) Xa."
    assert "dãy số bên trong" in found["dieu-1-khoan-1-diem-a"]["doubtful"]
    assert "dãy chữ cái" in found["dieu-1-khoan-1-diem-a"]["doubtful"]


def test_a_paragraph_after_the_points_is_of_its_own_and_doubtful(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path,
        ARTICLE,
        *map(
            p,
            (
                "1. Gồm:",
                "a) A;",
                "b) B.",
                "Trường hợp khác thì xin ý kiến.",
                "- gạch đầu dòng",
                "2. Hai.",
            ),
        ),
    )
    assert list(found)[4:] == ["dieu-1-khoan-1-doan-1", "dieu-1-khoan-2"]
    assert "chưa rõ" in found["dieu-1-khoan-1-doan-1"]["doubtful"]
    assert found["dieu-1-khoan-1-doan-1"]["text"].endswith("gạch đầu dòng")


def test_the_same_article_twice(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path, ARTICLE, p("Điều 2. Hai", bold=True), p("Điều 2. Lại hai", bold=True)
    )
    assert "trùng" in found["dieu-2-lan-2"]["doubtful"]


# Quotations -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("opening", "closing"), [("“", "”"), ('"', '"')])
def test_what_an_amending_text_quotes_is_no_article_of_it(
    tmp_path: Path, opening: str, closing: str
) -> None:
    quoted = (
        f"{opening}Điều 9. Cũ",
        "1. Khoản của luật khác.",
        "a) Điểm của luật khác.",
        f"2. Hết.{closing}",
    )
    found = by_anchor(
        tmp_path,
        ARTICLE,
        p("1. Sửa đổi Điều 9 như sau:"),
        *map(p, quoted),
        p("2. Bãi bỏ Điều 10."),
        p("Điều 2. Hiệu lực", bold=True),
    )
    assert list(found) == ["dieu-1", "dieu-1-khoan-1", "dieu-1-khoan-2", "dieu-2"]
    assert found["dieu-1-khoan-1"]["text"].endswith(f"2. Hết.{closing}")


def test_a_quotation_mark_that_is_never_closed_swallows_nothing(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path, ARTICLE, p("1. Gọi là “thửa đất."), p("2. Hai."), p("Điều 2. Hai", bold=True)
    )
    assert list(found) == ["dieu-1", "dieu-1-khoan-1", "dieu-1-khoan-2", "dieu-2"]
    assert "ngoặc kép" in found["dieu-1-khoan-1"]["doubtful"]


# Around the articles ----------------------------------------------------------------------------
def test_title_reasons_and_signatures(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path, drafts.PREAMBLE, p("Điều 1. Một", bold=True), p("Nội dung."), drafts.SIGNATURE
    )
    assert list(found) == ["mo-dau", "dieu-1"]
    assert (
        found["mo-dau"]["heading"]
        == "NGHỊ ĐỊNH Quy định chi tiết thi hành một số điều của Luật Đất đai"
    )
    assert found["mo-dau"]["text"].startswith("Căn cứ Luật Tổ chức Chính phủ")
    assert "CỘNG H" not in found["mo-dau"]["text"]
    assert found["dieu-1"]["text"] == "Nội dung."


def test_a_text_that_a_decision_brings_with_it_counts_anew(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path,
        p("Độc lập - Tự do - Hạnh phúc", centred=True),
        p("QUYẾT ĐỊNH", bold=True, centred=True),
        *(p(f"Điều {n}. Việc {n}.", bold=True) for n in (1, 2)),
        p("TM. ỦY BAN NHÂN DÂN"),
        p("Nguyễn Văn Mẫu"),
        p("QUY ĐỊNH", bold=True, centred=True),
        p("Về giá đất", bold=True, centred=True),
        p("(Ban hành kèm theo Quyết định số 12)", centred=True),
        p("Chương I", centred=True),
        p("CHUNG", centred=True),
        p("Điều 1. Phạm vi", bold=True),
        p("1. Một."),
    )
    assert list(found) == [
        "mo-dau",
        "dieu-1",
        "dieu-2",
        "kem-theo",
        "kem-theo-chuong-1",
        "kem-theo-dieu-1",
        "kem-theo-dieu-1-khoan-1",
    ]
    assert (
        found["kem-theo"]["heading"] == "QUY ĐỊNH Về giá đất (Ban hành kèm theo Quyết định số 12)"
    )
    assert found["kem-theo-chuong-1"]["depth"] == 1


def test_counting_anew_without_a_title_is_doubtful(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path, ARTICLE, p("Điều 2. Hai", bold=True), p("Điều 1. Lại một", bold=True)
    )
    assert list(found) == ["dieu-1", "dieu-2", "kem-theo", "kem-theo-dieu-1"]
    assert "văn bản kèm theo" in found["kem-theo"]["doubtful"]


def test_annexes(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path,
        ARTICLE,
        p("CHỦ TỊCH"),
        p("PHỤ LỤC I", bold=True, centred=True),
        p("DANH MỤC HỒ SƠ", bold=True, centred=True),
        p("1. Đơn đề nghị."),
        p("PHỤ LỤC", bold=True, centred=True),
        table(["STT", "Tên"], ["1.", "Đường liên xã"]),
    )
    assert list(found) == ["dieu-1", "phu-luc-1", "phu-luc"]
    assert found["phu-luc-1"]["heading"] == "DANH MỤC HỒ SƠ"
    assert found["phu-luc-1"]["text"] == "1. Đơn đề nghị."
    assert found["phu-luc"]["text"] == "STT | Tên\n\n1. | Đường liên xã"


def test_a_signature_in_the_middle_was_none(tmp_path: Path) -> None:
    assert anchors(tmp_path, ARTICLE, p("CHỦ TỊCH"), p("Điều 2. Hai", bold=True)) == [
        "dieu-1",
        "dieu-2",
    ]


def test_plans_have_roman_numerals(tmp_path: Path) -> None:
    found = by_anchor(
        tmp_path,
        p("KẾ HOẠCH", bold=True, centred=True),
        p("I. MỤC TIÊU", bold=True),
        p("1. Chung."),
        p("II. NHIỆM VỤ", bold=True),
        p("a) Một."),
    )
    assert list(found) == ["mo-dau", "muc-1", "muc-1-khoan-1", "muc-2", "muc-2-diem-a"]
    assert (found["muc-1"]["kind"], found["muc-1"]["label"], found["muc-1"]["heading"]) == (
        "section",
        "I.",
        "MỤC TIÊU",
    )


def test_a_text_without_any_parts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="Không tìm thấy Điều"):
        read(tmp_path, p("Thư mời họp"), p("Kính gửi ông bà."))


# Word's ways ------------------------------------------------------------------------------------
def test_tracked_changes_are_taken_as_accepted(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>1. Thời hạn là "
        "</w:t></w:r><w:del><w:r><w:delText>mười</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>hai mươi</w:t></w:r></w:ins><w:moveFrom><w:r><w:t> "
        "cũ</w:t></w:r></w:moveFrom><w:r><w:t> ngày</w:t></w:r></w:p>"
    )
    joined = (
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>2. Nửa đầu</w:t></w:r></w:p>"
        + p(" và nửa sau.")
    )
    found = by_anchor(tmp_path, ARTICLE, body, joined)
    assert found["dieu-1-khoan-1"]["text"] == "Thời hạn là hai mươi ngày"
    assert found["dieu-1-khoan-2"]["text"] == "Nửa đầu và nửa sau."


def test_what_nobody_sees_is_not_read(tmp_path: Path) -> None:
    hidden = (
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>ẩn</w:t></w:r>"
        "<w:r><w:drawing><w:t>hình</w:t></w:drawing></w:r>"
    )
    contents = (
        f'<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of '
        f'Contents"/></w:docPartObj></w:sdtPr><w:sdtContent>{ARTICLE}</w:sdtContent></w:sdt>'
    )
    styles = (
        f'<w:styles {NAMESPACE}><w:style w:type="paragraph" w:styleId="TOC1"><w:name '
        f'w:val="toc 1"/></w:style></w:styles>'
    )
    found = by_anchor(
        tmp_path,
        contents,
        p("Điều 1. Phạm vi 3", style="TOC1"),
        ARTICLE,
        p(raw=run("Hiện.") + hidden),
        styles=styles,
    )
    assert found["dieu-1"]["text"] == "Hiện."
    assert len(found) == 1


def test_links_controls_and_odd_signs(tmp_path: Path) -> None:
    body = (
        "<w:sdt><w:sdtContent><w:p><w:hyperlink><w:r><w:t>Xem</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>A</w:t><w:noBreakHyphen/><w:t>B</w:t>"
        '<w:br w:type="page"/><w:cr/><w:t>C</w:t></w:r></w:p></w:sdtContent></w:sdt>'
    )
    assert by_anchor(tmp_path, ARTICLE, body)["dieu-1"]["text"] == "Xem A-B\nC"


def test_footnotes_follow_their_paragraph(tmp_path: Path) -> None:
    notes = (
        f'<w:footnotes {NAMESPACE}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        f'<w:footnote w:id="7">{p("Luật số 31.")}</w:footnote></w:footnotes>'
    )
    body = p(
        raw=run("Theo Luật Đất đai")
        + '<w:r><w:footnoteReference w:id="7"/></w:r><w:r><w:footnoteReference w:id="99"/></w:r>'
        + run(".")
    )
    assert (
        by_anchor(tmp_path, ARTICLE, body, footnotes=notes)["dieu-1"]["text"]
        == "Theo Luật Đất đai[1].\n\nChú thích [1]: Luật số 31."
    )


def test_tables_of_figures_stay_text(tmp_path: Path) -> None:
    nested = f"<w:p/>{table(['trong'])}"
    found = by_anchor(
        tmp_path, ARTICLE, table(["1.", "Đất lúa", "2,5"], ["2.", nested, ""]), p("1. Một.")
    )
    assert found["dieu-1"]["text"] == "1. | Đất lúa | 2,5\n\n2. | trong"
    assert list(found) == ["dieu-1", "dieu-1-khoan-1"]


def test_bold_and_numbers_that_come_from_styles(tmp_path: Path) -> None:
    styles = (
        f'<w:styles {NAMESPACE}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New '
        f'Roman"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name '
        'w:val="Normal"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Base"><w:name '
        'w:val="Base"/><w:rPr><w:b/></w:rPr><w:pPr><w:jc w:val="center"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Dieu"><w:name w:val="Dieu"/><w:basedOn '
        'w:val="Base"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Khoan"><w:name w:val="Khoan"/></w:style>'
        '<w:style w:type="character" w:styleId="Thin"><w:name w:val="Thin"/><w:rPr><w:b '
        'w:val="0"/></w:rPr></w:style></w:styles>'
    )
    lists = numbering(
        level(0, "decimal", "Điều %1.")
        + level(1, "decimal", "%2.", more='<w:pStyle w:val="Khoan"/>')
    )
    thin = (
        '<w:r><w:rPr><w:rStyle w:val="Thin"/></w:rPr><w:t xml:space="preserve"> Nội dung '
        "dài.</w:t></w:r>"
    )
    found = by_anchor(
        tmp_path,
        p(raw=run("Phạm vi") + thin, style="Dieu"),
        p("Một.", style="Khoan"),
        p("Hai.", style="Khoan"),
        styles=styles,
        numbering=lists,
    )
    assert (found["dieu-1"]["heading"], found["dieu-1"]["text"]) == ("Phạm vi", "Nội dung dài.")
    assert list(found) == ["dieu-1", "dieu-1-khoan-1", "dieu-1-khoan-2"]


def test_lists_that_begin_anew(tmp_path: Path) -> None:
    nums = (
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="1"/><w:lvlOverride '
        'w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        f'<w:num w:numId="3"><w:abstractNumId w:val="1"/><w:lvlOverride '
        f'w:ilvl="0">{level(0, "lowerLetter", "%1)")}</w:lvlOverride></w:num>'
    )
    lists = numbering(level(0, "decimal", "%1.") + level(1, "bullet", "•"), nums=nums)
    found = by_anchor(
        tmp_path,
        ARTICLE,
        p("Một.", num=(1, 0)),
        p("gạch", num=(1, 1)),
        p("Hai.", num=(1, 0)),
        p("Điều 2. Hai", bold=True),
        p("Lại một.", num=(2, 0)),
        p("không số", num=(0, 0)),
        p("lạ", num=(9, 0)),
        numbering=lists,
    )
    assert list(found) == ["dieu-1", "dieu-1-khoan-1", "dieu-1-khoan-2", "dieu-2", "dieu-2-khoan-1"]
    assert found["dieu-1-khoan-1"]["text"] == "Một.\n\n- gạch"
    assert found["dieu-2-khoan-1"]["text"] == "Lại một.\n\nkhông số\n\nlạ"


def test_numbers_as_word_writes_them() -> None:
    assert [roman(number) for number in (4, 9, 14, 40, 1999)] == [
        "iv",
        "ix",
        "xiv",
        "xl",
        "mcmxcix",
    ]
    assert [letters(number) for number in (1, 26, 27, 0)] == ["a", "z", "aa", ""]
    assert [
        formatted(4, kind)
        for kind in ("upperRoman", "upperLetter", "decimalZero", "none", "chicago")
    ] == ["IV", "D", "04", "", "4"]


def test_levels_that_show_other_levels(tmp_path: Path) -> None:
    lists = numbering(
        level(0, "upperRoman", "%1.", start=2)
        + level(1, "decimal", "%1.%2.", more="<w:isLgl/>")
        + level(2, "decimal", "%3.", more='<w:lvlRestart w:val="1"/>')
    )
    found = read(
        tmp_path,
        ARTICLE,
        p("sâu", num=(1, 2)),
        p("vừa", num=(1, 1)),
        p("sâu", num=(1, 2)),
        p("thiếu", num=(1, 5)),
        numbering=lists,
    )
    assert [row["label"] for row in found] == ["Điều 1", "1.", "2."]
    assert found[1]["text"] == "sâu\n\n2.1. vừa"
    assert found[2]["text"] == "sâu\n\nthiếu"


# Old fonts --------------------------------------------------------------------------------------
def test_tables_of_old_fonts() -> None:
    assert (
        legacy_fonts.to_unicode("Ph¹m vi ®iÒu chØnh vµ ®èi t­îng ¸p dông", ".VnTime")
        == "Phạm vi điều chỉnh và đối tượng áp dụng"
    )
    assert (
        legacy_fonts.to_unicode("céng hßa x· héi chñ nghÜa viÖt nam", ".VnTimeH")
        == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    )
    assert (
        legacy_fonts.to_unicode("Phaïm vi ñieàu chænh vaø ñoái töôïng aùp duïng", "VNI-Times")
        == "Phạm vi điều chỉnh và đối tượng áp dụng"
    )
    assert legacy_fonts.to_unicode("ÑIEÀU, Ñieàu, Öu, Ôû", "VNI-Times") == "ĐIỀU, Điều, Ưu, Ở"
    assert legacy_fonts.to_unicode("điều", "Times New Roman") == "điều"


def test_old_fonts_are_read_and_marked(tmp_path: Path) -> None:
    body = (
        p("§iÒu 1. Ph¹m vi", bold=True, font=".VnTime"),
        p("1. Ñaát ñai.", font="VNI-Times"),
        p("Ph¹m vi.", font=".VnTime"),
        p("2. Mới."),
    )
    found = by_anchor(tmp_path, *body)
    assert found["dieu-1"]["heading"] == "Phạm vi"
    assert found["dieu-1-khoan-1"]["text"] == "Đất đai.\n\nPhạm vi."
    assert [bool(row["doubtful"]) for row in found.values()] == [True, True, False]


def test_capitals_by_format(tmp_path: Path) -> None:
    caps = "<w:r><w:rPr><w:b/><w:caps/></w:rPr><w:t>Chương I</w:t></w:r>"
    assert anchors(tmp_path, p(raw=caps), ARTICLE) == ["chuong-1", "dieu-1"]


# Hostile files ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "document",
    [
        (
            '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM '
            '"file:///etc/passwd">]><w:document '
            'xmlns:w="urn:w"><w:body>&x;</w:body></w:document>'
        ),
        (
            '<?xml version="1.0"?><!DOCTYPE w SYSTEM "http://127.0.0.1:9/x.dtd"><w:document '
            'xmlns:w="urn:w"/>'
        ),
        '<?xml version="1.0"?><w:document',
        f'<?xml version="1.0"?><w:document {NAMESPACE}/>',
    ],
)
def test_entities_and_broken_xml_are_refused(tmp_path: Path, document: str) -> None:
    with pytest.raises(Unreadable):
        read(tmp_path, document)


def test_entities_that_grow_are_never_expanded(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    with pytest.raises(Unreadable):
        read(
            tmp_path,
            f'<?xml version="1.0"?><!DOCTYPE w [{laughs}]><w:document '
            f"{NAMESPACE}><w:body>&l9;</w:body></w:document>",
        )


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(Unreadable, match="không phải tệp Word"):
        rows(path)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("khac.txt", "x")
    path.write_bytes(target.getvalue())
    with pytest.raises(Unreadable, match="không phải tệp Word"):
        rows(path)


def test_a_part_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft.docx_lines, "MAX_PART", 1_000)
    with pytest.raises(Unreadable, match="quá lớn"):
        read(tmp_path, ARTICLE * 20)
