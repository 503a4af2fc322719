import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import inspection
from app.files.errors import FileRefused
from tests.factories.files import archive, docx, image, odt, pdf, xlsx

LIMIT = 200_000


def inspect(data, filename, *, content_length=None):
    return inspection.inspect(
        io.BytesIO(data), filename, content_length=content_length, max_bytes=LIMIT, max_side=1600
    )


@pytest.mark.parametrize(
    ("data", "filename", "name", "content_type"),
    [
        (image(), "Ảnh.JPG", "Ảnh.jpg", "image/jpeg"),
        (image(), "ảnh.jpeg", "ảnh.jpg", "image/jpeg"),
        (image("PNG"), "a.png", "a.png", "image/png"),
        (image("WEBP"), "a.webp", "a.webp", "image/webp"),
        # Chat programs rename pictures; made anew they are harmless, and the name is put right.
        (image("WEBP"), "zalo.jpg", "zalo.webp", "image/webp"),
        (pdf(), "Đơn.PDF", "Đơn.pdf", "application/pdf"),
        (
            docx(),
            "Đơn.docx",
            "Đơn.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            xlsx(),
            "a.xlsx",
            "a.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (odt(), "a.odt", "a.odt", "application/vnd.oasis.opendocument.text"),
    ],
)
def test_what_is_taken(data, filename, name, content_type):
    taken = inspect(data, filename)

    assert (taken.name, taken.content_type) == (name, content_type)
    assert taken.name.endswith("." + taken.extension)
    assert (taken.width is None) is (not content_type.startswith("image/"))


def test_documents_stay_as_they_are_and_pictures_do_not():
    assert inspect(pdf(), "a.pdf").content == pdf()
    assert inspect(docx(), "a.docx").content == docx()
    assert b"<?php" not in inspect(image() + b"<?php", "a.jpg").content


@pytest.mark.parametrize(
    ("data", "filename", "message"),
    [
        (b"", "a.pdf", "trống"),
        (b"x" * (LIMIT + 1), "a.pdf", "quá lớn"),
        (pdf(), "a.docx", "không đúng với đuôi"),
        (docx(), "a.pdf", "không đúng với đuôi"),
        (pdf(), "a.jpg", "không đúng với đuôi"),
        (image(), "a.pdf", "không đúng với đuôi"),
        (xlsx(), "a.docx", "tệp hỏng"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "a.png",
            "không đúng với đuôi",
        ),
        (b"GIF89a<script>alert(1)</script>", "a.png", "không đúng với đuôi"),
        (b"MZ\x90\x00", "a.docx", "không đúng với đuôi"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "a.jpg", "HEIC"),
        (b"anything", "a.heic", "Tương thích nhất"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "a.docx", "khóa hoặc ở dạng cũ"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "a.doc", "PDF, .docx hoặc .xlsx"),
        (docx(), "a.docm", "lệnh tự chạy"),
        (archive({"a": b"b"}), "a.zip", "Hãy gửi ảnh"),
        (pdf(), "a", "Hãy gửi ảnh"),
        (pdf(), None, "«không tên»"),
        (pdf(), "a.pdf.exe", "Hãy gửi ảnh"),
        *[
            (b"<a/>", f"a.{ending}", "Hãy gửi ảnh")
            for ending in ("svg", "html", "xhtml", "xml", "mht", "swf", "js", "gif", "rar", "txt")
        ],
    ],
)
def test_what_is_refused_and_why(data, filename, message):
    with pytest.raises(FileRefused, match=message) as refusal:
        inspect(data, filename)
    assert refusal.value.field == "files"


def test_a_stated_length_over_the_limit_is_not_read():
    class Unread(io.RawIOBase):
        def read(self, size=-1):
            raise AssertionError("it was read")

    with pytest.raises(FileRefused, match=r"không quá 195 KB"):
        inspection.inspect(
            Unread(), "a.pdf", content_length=LIMIT + 1, max_bytes=LIMIT, max_side=1600
        )


def test_no_more_than_one_byte_over_the_limit_is_read():
    stream = io.BytesIO(b"%PDF-" + b"x" * 10 * LIMIT)
    with pytest.raises(FileRefused):
        inspection.inspect(stream, "a.pdf", content_length=10, max_bytes=LIMIT, max_side=1600)
    assert stream.tell() == LIMIT + 1


def test_a_file_of_exactly_the_limit_is_taken():
    data = pdf(b" " * (LIMIT - len(pdf())))
    assert len(data) == LIMIT
    assert inspect(data, "a.pdf").content == data


@given(
    st.binary(max_size=200),
    st.text(max_size=20),
    st.sampled_from(["", ".pdf", ".jpg", ".docx", ".webp", ".heic"]),
)
def test_only_a_refusal_is_ever_raised(data, stem, ending):
    with pytest.raises(FileRefused):
        inspect(data, stem + ending)
