"""What the walks about consultations share: files as people send them, the three steps of a
comment, a form's fields by their labels.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Sequence
from pathlib import Path

import openpyxl
from docx import Document
from playwright.sync_api import FilePayload, Locator, Page

from app.devtools.demo.plan import DATA
from tests.browser.test_walk import press

OFFICE = "/can-bo/lay-y-kien"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def vi(day: dt.date) -> str:
    """As people type it."""
    return day.strftime("%d/%m/%Y")


def words_of(page: Page) -> str:
    """The text of the page's main part."""
    return page.locator("main").inner_text()


def file_of(name: str, content: bytes, kind: str = "application/octet-stream") -> FilePayload:
    """A file as a browser sends it."""
    return FilePayload(name=name, mimeType=kind, buffer=content)


def word_file(lines: Sequence[str]) -> bytes:
    """A Word file, one paragraph a line."""
    document, stream = Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(stream)
    return stream.getvalue()


def project_file(*more: dict[str, str]) -> bytes:
    """The list of 24 works as CSV, with further rows."""
    text = (DATA / "consultation_projects.csv").read_text("utf-8-sig")
    columns = next(csv.reader(io.StringIO(text)))
    stream = io.StringIO()
    stream.write(text.rstrip("\n") + "\n")
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writerows(more)
    return stream.getvalue().encode()


def mended(path: Path, code: str, **cells: str | float) -> bytes:
    """A workbook with other values in the row of this code; the columns are named by the beginning
    of their titles.
    """
    book, stream = openpyxl.load_workbook(path), io.BytesIO()
    sheet = book.worksheets[0]
    titles = [str(cell.value or "") for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2) if str(row[0].value) == code)
    for title, value in cells.items():
        row[titles.index(title)].value = value
    book.save(stream)
    return stream.getvalue()


def wait_for_import(page: Page) -> str:
    """On the page of a file being read: until it is over. Returns what it says then."""
    page.get_by_role("link", name=re.compile("Xem dữ liệu đã nhập|Tải tệp khác lên")).wait_for()
    return words_of(page)


def go_to(page: Page, tab: str) -> None:
    """One of the tabs of a consultation in the office."""
    page.get_by_label("Các phần của cuộc lấy ý kiến").get_by_role(
        "link", name=tab, exact=True
    ).click()


def consent_and_send(
    page: Page,
    *,
    name: str = "",
    email: str = "",
    phone: str = "",
    who: str = "Người dân trên địa bàn",
) -> tuple[str, str]:
    """The third step and the review of a comment; returns code and PIN."""
    page.get_by_label(who, exact=True).check()
    if name:
        page.get_by_label("Họ và tên").fill(name)
    if email:
        page.locator("input[name=email]").fill(email)
    if phone:
        page.locator("input[name=phone]").fill(phone)
    page.get_by_label("Đồng ý công khai góp ý").check()
    press(page, "Xem lại")
    press(page, "Gửi góp ý")
    text = words_of(page)
    code = re.search(r"[A-Z]{2}-\d{4}-\d{6}", text)
    pin = re.search(r"\b(\d{3}) ?(\d{3})\b", page.locator(".ln-receipt__pin").first.inner_text())
    assert code, text
    assert pin, text
    return code.group(0), pin.group(1) + pin.group(2)


def say(page: Page, stance: str, body: str, proposed: str = "") -> None:
    """The second step of a comment."""
    page.get_by_label(stance, exact=True).check()
    if proposed:
        page.get_by_label("Đề nghị sửa thành").fill(proposed)
    page.locator("textarea[name=body]").fill(body)


def download(page: Page, link: Locator, path: Path) -> bytes:
    """What a link hands out, kept in this file too."""
    with page.expect_download() as downloading:
        link.click()
    downloading.value.save_as(path)
    return path.read_bytes()
