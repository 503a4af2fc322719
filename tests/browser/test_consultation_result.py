"""What becomes of comments once the time is over: points and replies, the statutory table, the
result and its proof.
"""

import contextlib
import datetime as dt
import io
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from playwright.sync_api import Page

from app.access import Role
from app.accounts.service import create_user
from app.comments.states import Stance
from app.consultations.states import ShowComments
from app.kernel.clock import today
from app.submissions.states import Consent, NameDisplay
from tests.browser import prepared
from tests.browser.conftest import PASSWORD, Open, Portal
from tests.browser.consultations import OFFICE, download, vi, words_of
from tests.browser.prepared import Said
from tests.browser.test_walk import press, sign_in
from tests.faults.site import ROOT

pytestmark = pytest.mark.browser
DAY = dt.timedelta(days=1)


# From comments to the result --------------------------------------------------------------------
ANSWERED = (
    Said(
        "Trần Thị Mười",
        "Chợ nên họp từ 5 giờ. Xe tải nên vào trước 6 giờ vì đường còn tối.",
        Stance.DISAGREE,
        "muoi.a@hopthu.example",
        "dieu-2",
    ),
    Said(
        "Vũ Văn Lộc",
        "Tiền thuê chỗ 300.000 đồng quá cao với người bán rau.",
        Stance.DISAGREE,
        "loc.a@hopthu.example",
        "dieu-3",
    ),
    Said(
        "Ngô Thị Hoa",
        "Người bán rau buổi sáng đóng tiền thuê chỗ theo ngày thì hợp hơn.",
        Stance.OTHER,
        consent=Consent.PRIVATE,
    ),
    Said(
        "Trần Thị Mười",
        "Nên trồng thêm cây bóng mát quanh khu bán hàng.",
        Stance.OTHER,
        "Muoi.A@hopthu.example",
    ),
    Said(
        "Mai Văn Đức",
        "Tôi đồng ý với toàn bộ dự thảo Quy chế.",
        Stance.AGREE,
        "duc.a@hopthu.example",
        shown=NameDisplay.FULL,
    ),
    # Never confirmed: not in the file, and nobody is written to.
    Said(
        "Ẩn Danh",
        "Chợ này bỏ đi cho rồi, khỏi quy chế gì hết.",
        Stance.DISAGREE,
        "an.danh@hopthu.example",
        confirmed=False,
    ),
)


def split_and_join(page: Page, slug: str, code: str) -> None:
    """Two sentences become two points, one again, and two once more."""
    page.goto(f"{OFFICE}/{slug}/tach-y")
    page.get_by_role(
        "button", name=re.compile("Lập ý cho các góp ý này|Cập nhật ý từ góp ý")
    ).click()
    assert "5 ý, 0 đã chốt" in words_of(page)
    page.get_by_role("link", name=re.compile("Chợ nên họp từ 5 giờ")).click()
    page.get_by_label("Xe tải nên vào trước 6 giờ vì đường còn tối.").select_option(label="Ý 2")
    press(page, "Tách theo câu đã chọn")
    assert (
        page.get_by_label("Ý 2", exact=True).input_value()
        == "Xe tải nên vào trước 6 giờ vì đường còn tối."
    )
    # What was chosen stays chosen, so that pressing once more changes nothing.
    assert page.get_by_label("Xe tải nên vào trước 6 giờ vì đường còn tối.").input_value() == "2"
    press(page, "Gộp lại thành một ý")
    assert (
        page.get_by_label("Ý 1", exact=True).input_value()
        == "Chợ nên họp từ 5 giờ. Xe tải nên vào trước 6 giờ vì đường còn tối."
    )
    page.get_by_label("Ý 1", exact=True).fill("Chợ nên họp từ 5 giờ.")
    page.get_by_label("Ý 2", exact=True).fill("Xe tải nên vào trước 6 giờ vì đường còn tối.")
    press(page, "Lưu các ý")
    assert f"Đã lưu các ý của góp ý {code}." in words_of(page)


def group(page: Page, slug: str, codes: Sequence[str]) -> None:
    """One theme by hand and in bulk, one by suggestion with the words that it rests on."""
    page.goto(f"{OFFICE}/{slug}/tach-y/nhom")
    page.get_by_label("Tên nhóm vấn đề").fill("Giờ họp chợ")
    press(page, "Thêm nhóm")
    assert "Đã cập nhật danh sách nhóm." in words_of(page)
    page.goto(f"{OFFICE}/{slug}/tach-y")
    for number in (1, 2):
        page.get_by_label(f"Chọn ý {number} của {codes[0]}").check()
    page.get_by_label("Việc cần làm").select_option(label="Giờ họp chợ")
    press(page, "Thực hiện")
    assert "Đã cập nhật 2 ý." in words_of(page)
    page.get_by_role("link", name="Gợi ý nhóm theo từ chung").click()
    told = words_of(page)
    assert re.search(r"2 ý có chung: .*(tiền thuê|thuê chỗ|bán rau)", told), told
    assert "Không ý nào tự vào nhóm" in told
    page.get_by_label("Tên nhóm vấn đề").first.fill("Tiền thuê chỗ")
    page.get_by_role("button", name="Đưa các ý đã chọn vào nhóm").first.click()
    assert "Đã đưa 2 ý vào nhóm «Tiền thuê chỗ»." in words_of(page)


def answer(page: Page, decision: str, text: str, where: str = "") -> None:
    page.get_by_label(decision, exact=True).check()
    page.get_by_label("Nội dung tiếp thu, giải trình").fill(text)
    page.get_by_label("Đã sửa ở đâu trong dự thảo").fill(where)
    press(page, "Lưu bản soạn")


def reply(page: Page, slug: str, codes: Sequence[str]) -> None:
    """To two groups and to single points; what a reply still has to say is said before anybody
    agrees.
    """
    page.goto(f"{OFFICE}/{slug}/tach-y/nhom")
    page.get_by_role("link", name="Trả lời chung Giờ họp chợ").click()
    words_of(page)
    answer(page, "Tiếp thu", "Chợ họp từ 5 giờ; xe tải vào trước 6 giờ.")
    assert "«Tiếp thu» cần ghi đã sửa ở đâu trong dự thảo." in words_of(page)
    answer(page, "Tiếp thu", "Chợ họp từ 5 giờ; xe tải vào trước 6 giờ.", "Khoản 1, khoản 2 Điều 2")
    press(page, "Thống nhất")
    assert "Đã thống nhất bản soạn." in words_of(page)
    page.goto(f"{OFFICE}/{slug}/tach-y/nhom")
    page.get_by_role("link", name="Trả lời chung Tiền thuê chỗ").click()
    answer(
        page,
        "Tiếp thu một phần",
        "Giữ mức 300.000 đồng; người bán buổi sáng được đóng theo ngày.",
        "Khoản 2 (mới) Điều 3",
    )
    press(page, "Thống nhất")
    for code, decision, text in (
        (
            codes[3],
            "Giải trình (giữ nguyên)",
            "Việc trồng cây thuộc kế hoạch chỉnh trang chợ, không ghi trong Quy chế.",
        ),
        (codes[4], "Giải trình (giữ nguyên)", "Cảm ơn ông, dự thảo được giữ như ông đã đồng ý."),
    ):
        page.goto(f"/can-bo/gop-y/{code}/y/1/tra-loi")
        answer(page, decision, text)
        press(page, "Thống nhất")
        assert "Đã thống nhất bản soạn." in words_of(page)


def the_author_waits_for_somebody_else(page: Page, slug: str, code: str) -> None:
    """Who drafts and may also make final still needs a second person."""
    page.goto(f"/can-bo/gop-y/{code}/y/1/tra-loi")
    answer(page, "Ngoài phạm vi", "Phiếu chỉ đánh dấu, không có nội dung cần trả lời.")
    press(page, "Thống nhất")
    assert "Bạn là người soạn bản này nên người khác chốt." in words_of(page)
    assert page.get_by_role("button", name="Chốt", exact=True).count() == 0
    page.goto(f"{OFFICE}/{slug}/tra-loi")
    page.get_by_label(f"Chọn trả lời cho {code}").check()
    page.get_by_label("Với các bản đã chọn").select_option(label="Chốt")
    press(page, "Thực hiện")
    assert "Người soạn không tự chốt bản của mình. Hãy nhờ người khác chốt." in words_of(page)


def make_final(page: Page, slug: str) -> None:
    """All at once, by the one who approves."""
    page.goto(f"{OFFICE}/{slug}/tra-loi")
    for box in page.locator("input[name=r]:enabled").all():
        box.check()
    page.get_by_label("Với các bản đã chọn").select_option(label="Chốt")
    press(page, "Thực hiện")
    assert "Đã xong 5 bản." in words_of(page)


def issue(page: Page, slug: str) -> None:
    page.goto(f"{OFFICE}/{slug}/bang-tong-hop")
    page.get_by_label("Số, ký hiệu").fill("12/BC-UBND")
    page.get_by_label("Họ và tên người ký").fill("Lê Quang Định")
    press(page, "Phát hành bảng")
    assert "Đã phát hành bảng lần" in words_of(page)


def issued_file(page: Page, slug: str, kind: str, path: Path, number: int = 1) -> bytes:
    """The file of an issue, once the runner has made it."""
    for _ in range(100):
        page.goto(f"{OFFICE}/{slug}/bang-tong-hop")
        link = page.locator(f".ln-attachments a:has-text('lần {number}.{kind}')")
        if link.count():
            return download(page, link.first, path)
        page.wait_for_timeout(200)
    raise AssertionError(words_of(page))


def check_word(content: bytes) -> None:
    """Landscape, with the header of a decree's paper, four columns after the number, and masked
    names.
    """
    document = Document(io.BytesIO(content))
    section = document.sections[0]
    assert section.page_width > section.page_height
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in "\n".join(
        p.text for t in document.tables for row in t.rows for c in row.cells for p in c.paragraphs
    )
    texts = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert (
        "1. Tổng số góp ý nhận được trong thời hạn: 06 góp ý của 06 cơ quan, tổ chức, cá nhân; "
        "được tách thành 07 ý." in texts
    )
    assert "qua cổng 05, bằng văn bản, phiếu giấy 01" in texts
    assert (
        "2. Kết quả xử lý 07 ý: Tiếp thu 02; Tiếp thu một phần 02; Giải trình (giữ nguyên) 02; "
        "Ngoài phạm vi 01." in texts
    )
    table = next(table for table in document.tables if table.rows[0].cells[0].text == "STT")
    assert [cell.text for cell in table.rows[0].cells] == [
        "STT",
        "NHÓM VẤN ĐỀ, ĐIỀU, KHOẢN",
        "CHỦ THỂ GÓP Ý",
        "NỘI DUNG GÓP Ý",
        "NỘI DUNG TIẾP THU, GIẢI TRÌNH",
    ]
    assert len(table.rows) == 8
    rows = {row.cells[3].text: row.cells for row in table.rows[1:]}
    assert rows["Chợ nên họp từ 5 giờ."][2].text == "T.T.M."
    assert rows["Chợ nên họp từ 5 giờ."][1].text == "Giờ họp chợ"
    assert rows["Tôi đồng ý với toàn bộ dự thảo Quy chế."][2].text == "Mai Văn Đức"
    # She did not agree to publication, so nobody reads her name.
    assert rows[ANSWERED[2].body][2].text == "01 cá nhân"
    whole = "\n".join(cell.text for cells in rows.values() for cell in cells)
    assert not any(name in whole for name in ("Trần Thị Mười", "Vũ Văn Lộc", "Ngô Thị Hoa"))


def check_excel(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows, figures = (
        list(book["Tổng hợp ý kiến"].iter_rows(values_only=True)),
        dict(book["Số liệu"].iter_rows(values_only=True, max_col=2)),
    )
    assert len(rows) == 8
    assert [row[0] for row in rows[1:]] == list(range(1, 8))
    assert (figures["Góp ý trong thời hạn"], figures["Ý"], figures["Tiếp thu một phần"]) == (
        6,
        7,
        2,
    )


def check_certificate(content: bytes) -> None:
    document = Document(io.BytesIO(content))
    assert document.sections[0].page_width < document.sections[0].page_height
    texts = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert (
        "Trong thời hạn đã nhận 06 góp ý của 06 cơ quan, tổ chức, cá nhân; ngoài thời hạn 00 góp ý."
        in texts
    )
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert {"du-thao.docx", "Hết hạn lấy ý kiến", "Phát hành bảng tổng hợp"} <= set(cells)


def publish(page: Page, slug: str) -> None:
    page.goto(f"{OFFICE}/{slug}/ket-qua")
    assert page.get_by_role("button", name="Công bố kết quả").count() == 0
    page.get_by_label("Chúng tôi đã làm").fill(
        "Chúng tôi đổi giờ họp chợ và cho người bán buổi sáng đóng tiền theo ngày."
    )
    press(page, "Lưu trang kết quả")
    words_of(page)
    press(page, "Công bố kết quả")
    assert "Đã công bố kết quả." in words_of(page)


def check_mails(portal: Portal, codes: Sequence[str]) -> None:
    """One an address, with all of their own points and nothing of anybody else."""
    own = {
        "muoi.a@hopthu.example": (
            (codes[0], codes[3]),
            ("Chợ nên họp từ 5 giờ.", "Xe tải nên vào", "cây bóng mát", "kế hoạch chỉnh trang chợ"),
        ),
        "loc.a@hopthu.example": (
            (codes[1],),
            ("quá cao với người bán rau", "Giữ mức 300.000 đồng"),
        ),
        "duc.a@hopthu.example": ((codes[4],), ("toàn bộ dự thảo", "được giữ như ông đã đồng ý")),
    }
    for address, (mine, said) in own.items():
        portal.mail_to(address, "Kết quả lấy ý kiến: Dự thảo Quy chế quản lý chợ, tổng hợp")
        text = portal.mail_to(address, "Kết quả lấy ý kiến").replace("\n", " ")
        assert all(code in text for code in mine), text
        assert all(words in text for words in said), text
        others = [
            words for other, (_codes, theirs) in own.items() if other != address for words in theirs
        ]
        strange = [
            words
            for words in [*others, *(code for code in codes if code not in mine)]
            if words in text
        ]
        assert strange == [], text
    time.sleep(2)
    told = [
        str(message["To"]).lower()
        for message in portal.mails.messages()
        if "tổng hợp" in str(message["Subject"]) and "Kết quả" in str(message["Subject"])
    ]
    assert sorted(told) == sorted(own), told


def flask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line of the one IT person, on this folder."""
    environment = {
        **os.environ,
        "INSTANCE": str(folder),
        "DATABASE_URL": "",
        "LANGNGHE_SECRET_KEY": "browser-tests-key-that-is-long-enough-0000",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def altered(portal: Portal, folder: Path, statement: str, *values: str) -> Path:
    """A copy of the installation in which somebody changed a row behind the product's back."""
    shutil.copytree(portal.folder, folder)
    database = next(path for path in folder.glob("*.db"))
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        # The database refuses to change the record; whoever owns the file can take that away as
        # well.
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_record'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        assert connection.execute(statement, values).rowcount == 1
    return folder


def prove(portal: Portal, code: str, comment: str, folder: Path) -> None:
    """Green as it is; red in a copy where one row was altered, and it says which."""
    for arguments in (("audit", "verify"), ("consultations", "verify", code)):
        done = flask(portal.folder, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    mine = "consultation_id = (SELECT id FROM consultation WHERE code = ?)"
    row = (
        f"(SELECT result_row.id FROM result_row JOIN result_table ON table_id = result_table.id "
        f"WHERE {mine} AND position = 1)"
    )
    for name, statement, values, words in (
        (
            "body",
            "UPDATE submission SET body = 'Tôi hoàn toàn đồng ý.' WHERE code = ?",
            (comment,),
            f"Góp ý {comment} đã bị sửa.",
        ),
        (
            "row",
            (
                f'UPDATE result_row SET data = replace(data, \'"reply": "\', \'"reply": "Không: '
                f"') "
                f"WHERE id = {row}"
            ),
            (code,),
            "lần 1",
        ),
        (
            "reply",
            (
                f"UPDATE comment_reply SET text = 'Không thu gì cả.' WHERE text LIKE 'Giữ mức%' "
                f"AND "
                f"{mine}"
            ),
            (code,),
            "khác với bảng đã phát hành",
        ),
    ):
        done = flask(
            altered(portal, folder / name, statement, *values), "consultations", "verify", code
        )
        assert done.returncode == 1, (name, done.stdout, done.stderr)
        assert words in done.stdout, (name, done.stdout)
    newest = "UPDATE audit_record SET actor = 'Ai đó' WHERE id = (SELECT max(id) FROM audit_record)"
    assert flask(altered(portal, folder / "chain", newest), "audit", "verify").returncode == 1


def correct(page: Page, slug: str, codes: Sequence[str]) -> None:
    """A correction is another issue, with its reason and what changed."""
    page.goto(f"{OFFICE}/{slug}/bang-tong-hop")
    page.get_by_text("Phát hành lại (đính chính)").click()
    page.get_by_label("Lý do phát hành lại").fill("Ghi nhầm giờ xe tải vào chợ.")
    press(page, "Phát hành lại")
    assert "Bảng đã phát hành đang được mở để sửa." in words_of(page)
    page.goto(f"/can-bo/gop-y/{codes[0]}/y/1/tra-loi")
    page.get_by_label("Lý do trả lại").fill("Ghi đúng giờ.")
    press(page, "Trả lại bản soạn")
    assert "Đã trả lại bản soạn." in words_of(page)


def test_comments_become_the_published_result(
    portal: Portal, open_page: Open, tmp_path: Path
) -> None:
    title = "Dự thảo Quy chế quản lý chợ, tổng hợp"
    with portal.inside():
        held = prepared.hold(
            title, opened=75, closes=-40, said=ANSWERED, show=ShowComments.AFTER_CLOSING
        )
        second = create_user(
            username="vanphong.hai",
            full_name="Hồ Văn Kiêm",
            email="vanphong.hai@anson.example",
            roles=[Role.MODERATOR, Role.APPROVER],
            password=PASSWORD,
            is_demo=True,
        )
        assert second.is_active
    slug, codes, everybody = held.slug, held.codes, open_page(phone=True)
    everybody.goto(f"/lay-y-kien/{slug}")
    assert "Quá hạn công bố kết quả" in words_of(everybody)
    everybody.goto(f"/lay-y-kien/{slug}/ket-qua")
    assert "Đã quá 30 ngày kể từ khi hết hạn lấy ý kiến mà kết quả chưa được công bố." in words_of(
        everybody
    )

    officer, leader = sign_in(open_page(), "chuyenvien.kt"), sign_in(open_page(), "lanhdao")
    split_and_join(officer, slug, codes[0])
    group(officer, slug, codes)
    reply(officer, slug, codes)
    # A slip that lay in a drawer: its day is within the time, so it belongs to the file.
    officer.goto(f"{OFFICE}/{slug}/nhap")
    officer.get_by_label("Ngày ghi trên phiếu, văn bản").fill(vi(today() - 50 * DAY))
    officer.get_by_label("Đồng ý", exact=True).check()
    officer.get_by_label("Họ và tên").fill("Phan Thị Út")
    officer.get_by_label("Không công khai, chỉ đưa vào hồ sơ").check()
    press(officer, "Lưu và in phiếu nhận")
    late = re.search(r"AS-\d{4}-\d{6}", words_of(officer))
    assert late
    leader.goto(f"{OFFICE}/{slug}/bang-tong-hop")
    told = words_of(leader)
    assert "1 góp ý trong hồ sơ chưa được tách ý." in told
    assert "6 ý chưa có trả lời đã chốt" in told
    assert leader.get_by_role("button", name="Phát hành bảng").count() == 0
    both = sign_in(open_page(), "vanphong.hai")
    both.goto(f"{OFFICE}/{slug}/tach-y")
    press(both, "Lập ý cho các góp ý này")
    the_author_waits_for_somebody_else(both, slug, late.group(0))
    make_final(leader, slug)

    leader.goto(f"{OFFICE}/{slug}/bang-tong-hop")
    assert "7 ý, 7 đã chốt" in words_of(leader)
    issue(leader, slug)
    check_word(issued_file(leader, slug, "docx", tmp_path / "bang.docx"))
    check_excel(issued_file(leader, slug, "xlsx", tmp_path / "bang.xlsx"))
    officer.goto(f"/can-bo/gop-y/{codes[0]}/y/1/tra-loi")
    assert "đã khóa" in words_of(officer)
    press(leader, "Lập giấy chứng nhận")
    assert "Số 1, lập" in words_of(leader)
    link = leader.locator(".ln-attachments a", has_text="Giấy chứng nhận")
    check_certificate(download(leader, link, tmp_path / "chung-nhan.docx"))
    publish(leader, slug)
    check_mails(portal, codes)

    everybody.goto(f"/lay-y-kien/{slug}/ket-qua")
    told = words_of(everybody)
    for words in (
        "Chúng tôi đã hỏi",
        "Bà con đã nói",
        "đổi giờ họp chợ",
        "T.T.M.",
        "Phát hành lần 1",
        "7\\s+ý được trả lời",
    ):
        assert re.search(words, told), words
    assert "Trần Thị Mười" not in everybody.content()
    everybody.locator("#q").fill("trong them cay")
    press(everybody, "Tìm")
    assert "kế hoạch chỉnh trang chợ" in words_of(everybody)
    assert "300.000 đồng" not in everybody.locator("table").last.inner_text()
    prove(portal, held.code, codes[1], tmp_path)
    correct(leader, slug, codes)
    officer.goto(f"/can-bo/gop-y/{codes[0]}/y/1/tra-loi")
    answer(
        officer,
        "Tiếp thu",
        "Chợ họp từ 5 giờ; xe tải vào trước 6 giờ 30.",
        "Khoản 1, khoản 2 Điều 2",
    )
    press(officer, "Thống nhất")
    leader.goto(f"/can-bo/gop-y/{codes[0]}/y/1/tra-loi")
    press(leader, "Chốt")
    issue(leader, slug)
    again = Document(io.BytesIO(issued_file(leader, slug, "docx", tmp_path / "lan-2.docx", 2)))
    assert "(Phát hành lần 2; lý do: Ghi nhầm giờ xe tải vào chợ.)" in [
        paragraph.text for paragraph in again.paragraphs
    ]
    everybody.goto(f"/lay-y-kien/{slug}/ket-qua")
    # One reply to two points: two rows of the table changed.
    everybody.get_by_text("Những thay đổi so với lần trước (2)").click()
    told = words_of(everybody)
    assert "Lý do phát hành lại: Ghi nhầm giờ xe tải vào chợ." in told
    assert "xe tải vào trước 6 giờ 30" in told
