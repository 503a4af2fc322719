import contextlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import pdf as pdf_files
from app.files.errors import FileRefused
from tests.factories.files import archive, object_stream, pdf


def check(data):
    pdf_files.check(data, "don")


@pytest.mark.parametrize(
    "data",
    [
        pdf(),
        pdf(tail=b""),
        pdf(tail=b"\r\n\0\0 "),
        pdf(object_stream(b"5 0 << /Type /Page >>")),
        pdf(catalog=b"/OpenAction [3 0 R /Fit] /AcroForm 4 0 R /URI (https://example.vn)"),
        pdf(b"4 0 obj\n<< /BaseFont /ABCDEF+Times#20New#20Roman >>\nendobj"),
        # Chance letters inside compressed data are not a script.
        pdf(b"4 0 obj\n<< /Length 9 >>\nstream\n\x00/JS \xff/JS(\nendstream\nendobj"),
        # A later version appended by a signature.
        pdf() + b"4 0 obj\n<<>>\nendobj\n%%EOF\n",
    ],
)
def test_ordinary_documents_pass(data):
    check(data)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\nabc",
        pdf()[:-30],
        b"%PDF-",
        b"\n" + pdf(),
        b"<html>" + pdf(),
        b"GIF89a" + pdf(),
        b"%PDF-1.4 %%EO",
    ],
)
def test_what_does_not_begin_or_end_as_one_is_refused(data):
    with pytest.raises(FileRefused, match="tệp hỏng hoặc thiếu"):
        check(data)


@pytest.mark.parametrize(
    "tail", [b"<script>alert(1)</script>", b"\n<?php ?>", archive({"a": b"b"})]
)
def test_a_second_nature_behind_the_end_is_refused(tail):
    with pytest.raises(FileRefused, match="phần lạ"):
        check(pdf(tail=tail))


def test_an_archive_before_the_last_end_is_refused():
    with pytest.raises(FileRefused, match="phần lạ"):
        check(pdf(archive({"a": b"b"})))


def test_locked_documents_are_refused():
    with pytest.raises(FileRefused, match="bị khóa"):
        check(pdf() + b"trailer << /Encrypt 9 0 R >>\n%%EOF")


ACTIVE = [
    b"/S /JavaScript /JS (app.alert(1))",
    b"/JS 5 0 R",
    b"/S /Launch",
    b"/EmbeddedFile",
    b"/Names << /EmbeddedFiles 3 0 R >>",
    b"/RichMedia",
]


@pytest.mark.parametrize("mark", ACTIVE)
def test_what_acts_is_refused(mark):
    with pytest.raises(FileRefused, match="mã chạy"):
        check(pdf(catalog=mark))


@pytest.mark.parametrize("mark", ACTIVE)
def test_what_acts_is_found_in_object_streams(mark):
    with pytest.raises(FileRefused, match="mã chạy"):
        check(pdf(object_stream(b"5 0 << " + mark + b" >>")))


@pytest.mark.parametrize(
    "mark", [b"/J#61vaScript (x)", b"/#4a#61vaScript", b"/Launc#68", b"/Obj#53tm"]
)
def test_names_written_in_code_to_hide_are_refused(mark):
    with pytest.raises(FileRefused, match="mã chạy"):
        check(pdf(catalog=mark))


def test_what_acts_is_found_behind_a_pretended_stream():
    with pytest.raises(FileRefused, match="mã chạy"):
        check(pdf(b"% stream\n9 0 obj << /S /JavaScript >> endobj\n% endstream"))


def test_an_object_stream_that_unpacks_without_end_is_refused():
    bomb = object_stream(b"\0" * (21 * 1024 * 1024))
    assert len(bomb) < 100_000

    with pytest.raises(FileRefused, match="tệp hỏng"):
        check(pdf(bomb))


def test_many_object_streams_share_one_bound():
    bomb = object_stream(b"\0" * (6 * 1024 * 1024))

    with pytest.raises(FileRefused, match="tệp hỏng"):
        check(pdf(bomb * 4))


def test_an_object_stream_that_is_not_packed_is_read_as_it_is():
    with pytest.raises(FileRefused, match="mã chạy"):
        check(pdf(b"7 0 obj << /Type /ObjStm >>\nstream\n5 0 << /JS (x) >>\nendstream endobj"))


@given(st.binary(max_size=300))
def test_only_a_refusal_is_ever_raised(junk):
    for data in (
        junk,
        b"%PDF-" + junk + b"%%EOF",
        pdf(junk),
        pdf(b"/ObjStm stream\n" + junk + zlib.compress(junk) + b"endstream"),
    ):
        with contextlib.suppress(FileRefused):
            check(data)


@pytest.mark.parametrize(
    "piece",
    [b"/ObjStm stream\n", b"stream\nendstream ", b"endobj", b"/", b"#", b"%%EOF ", b"/a#61", b"\0"],
)
def test_ten_megabytes_of_one_thing_are_read_once(piece):
    much = piece * (10_000_000 // len(piece))
    for data in (b"%PDF-" + much, pdf(much), pdf(object_stream(b"") + much)):
        with contextlib.suppress(FileRefused):
            check(data)
