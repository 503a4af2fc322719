import contextlib
import io
import random
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import office
from app.files.errors import FileRefused
from tests.factories.files import DOCUMENT, TYPES, archive, docx, odt, pdf, relations, xlsx

BROKEN, BOMB, ACTIVE = "tệp hỏng", "quá nhiều dữ liệu", "lệnh tự chạy"
RELS = "word/_rels/document.xml.rels"
#: A picture, so to say: what cannot be packed keeps the whole within the allowed ratio.
NOISE = {"word/media/noise.jpg": random.Random(1).randbytes(60_000)}


def check(data, kind="docx"):
    office.check(data, kind, "don")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (docx(), "docx"),
        (xlsx(), "xlsx"),
        (odt(), "odt"),
        (docx({RELS: relations("hyperlink", "https://example.vn/")}), "docx"),
        (
            docx({RELS: relations("attachedTemplate", "file:///C:%5CUsers%5CAn%5CNormal.dotm")}),
            "docx",
        ),
        (docx({RELS: relations("attachedTemplate", "Normal.dotm")}), "docx"),
        (docx({RELS: relations("image", "https://example.vn/a.png")}), "docx"),
        (
            docx(
                {
                    "word/media/image1.png": b"x" * 500,
                    "word/embeddings/Microsoft_Excel_Sheet1.xlsx": b"x",
                }
            ),
            "docx",
        ),
        (xlsx({"xl/printerSettings/printerSettings1.bin": b"x" * 500}), "xlsx"),
        (
            docx(
                {
                    "customXml/item1.xml": b"\xff\xfe<\0?\0x\0m\0l\0 "
                    b'\0v\0e\0r\0s\0i\0o\0n\0=\0"\0001\0.\0000\0"\0?\0>\0<\0a\0/\0>\0'
                }
            ),
            "docx",
        ),
    ],
)
def test_ordinary_documents_pass(data, kind):
    check(data, kind)


@pytest.mark.parametrize(
    "entries",
    [
        {"word/document.xml": DOCUMENT},
        {"[Content_Types].xml": TYPES},
        {"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<workbook/>"},
        {"a.txt": b"an archive"},
        {},
    ],
)
def test_other_archives_are_refused(entries):
    with pytest.raises(FileRefused, match=BROKEN):
        check(archive(entries))


def test_an_odt_says_what_it_is():
    with pytest.raises(FileRefused, match=BROKEN):
        check(odt(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "odt")


@pytest.mark.parametrize(
    "name",
    [
        "word/vbaProject.bin",
        "word/vbaData.xml",
        "word/activeX/activeX1.xml",
        "word/embeddings/oleObject1.bin",
        "xl/macrosheets/sheet1.xml",
        "word/afchunk.mht",
        "word/page.HTML",
        "run.exe",
        "a/b/run.vbs",
        "Basic/Standard/Module1.xml",
        "Scripts/python/a.py",
    ],
)
def test_macros_and_embedded_programs_are_refused(name):
    with pytest.raises(FileRefused, match=ACTIVE):
        check(docx({name: b"<a/>"}))


@pytest.mark.parametrize(
    "content",
    [
        relations("oleObject", "embeddings/a.xlsx", "Internal"),
        relations("attachedTemplate", "https://evil.example/t.dotm"),
        relations("attachedTemplate", "\\\\evil.example\\t.dotm"),
        relations("attachedTemplate", "file://evil.example/t.dotm"),
        relations("attachedTemplate", "file:////evil.example/t.dotm"),
        relations("attachedTemplate", "file:///%5C%5Cevil.example/t.dotm"),
        relations("frame", "http://evil.example/"),
        relations("subDocument", "mhtml:http://evil.example/"),
        relations("aFChunk", "afchunk.bin", "Internal"),
        relations("attachedTemplate", "https://evil.example/t.dotm")
        .decode()
        .replace("External", "&#69;xternal")
        .encode(),
        relations("attachedTemplate", "https://evil.example/t.dotm").decode().encode("utf-16"),
    ],
)
def test_what_would_be_fetched_on_opening_is_refused(content):
    with pytest.raises(FileRefused, match=ACTIVE):
        check(docx({RELS: content}))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word/footer1.xml", b"<w:instrText> DDEAUTO c:\\windows\\cmd.exe</w:instrText>"),
        ("word/header1.xml", b"<a>" + b" " * 65_530 + b"DDEAUTO</a>"),
        (
            "xl/externalLinks/externalLink1.xml",
            b'<externalLink><ddeLink ddeService="cmd"/></externalLink>',
        ),
        (
            "xl/externalLinks/externalLink2.xml",
            b'<x:externalLink><x:ddeLink ddeService="cmd"/></x:externalLink>',
        ),
    ],
)
def test_commands_to_other_programs_are_refused(name, content):
    with pytest.raises(FileRefused, match=ACTIVE):
        check(docx({name: content, **NOISE}))


def test_a_macro_type_among_the_content_types_is_refused():
    types = (
        b"<Types><Override "
        b'ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    )
    with pytest.raises(FileRefused, match=ACTIVE):
        check(archive({"[Content_Types].xml": types, "word/document.xml": DOCUMENT}))


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS,
        OUTSIDE,
        b"<!DOCTYPE a><a/>",
        LAUGHS.decode().encode("utf-16"),
        b"<!--" + b"x" * 500 + b"-->" + OUTSIDE,
    ],
)
@pytest.mark.parametrize("name", ["word/styles.xml", RELS, "docProps/core.xml"])
def test_document_types_in_xml_are_refused(content, name):
    with pytest.raises(FileRefused, match=ACTIVE):
        check(docx({name: content}))


@pytest.mark.parametrize(
    "content",
    [b"", b"<!-- only -->", b"\x00\x01\x02", b"<!--" + b"x" * 200_000 + b"--><a/>", b"no xml"],
)
def test_xml_that_is_none_is_refused(content):
    with pytest.raises(FileRefused, match=BROKEN):
        check(docx({"word/styles.xml": content, **NOISE}))


@pytest.mark.parametrize(
    "name",
    ["../evil.xml", "word/../../evil.txt", "/etc/passwd", "C:/evil.txt", "word\\evil.txt", "a/.."],
)
def test_names_that_lead_out_are_refused(name):
    data = docx({"Z" * len(name): b"x"}).replace(b"Z" * len(name), name.encode())
    with pytest.raises(FileRefused, match=BROKEN):
        check(data)


def test_the_same_name_twice_is_refused():
    target = io.BytesIO(docx())
    with zipfile.ZipFile(target, "a") as made:
        made.writestr("WORD/document.xml", b"<a/>")
    with pytest.raises(FileRefused, match=BROKEN):
        check(target.getvalue())


def test_a_link_instead_of_a_file_is_refused():
    target = io.BytesIO(docx())
    with zipfile.ZipFile(target, "a") as made:
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    with pytest.raises(FileRefused, match=BROKEN):
        check(target.getvalue())


def test_too_many_entries_are_refused_without_reading_the_list(monkeypatch):
    data = docx({f"word/media/{number}.png": b"x" for number in range(2_000)})
    monkeypatch.setattr(zipfile, "ZipFile", lambda *args: pytest.fail("the list was read"))

    with pytest.raises(FileRefused, match=BOMB):
        check(data)


def test_two_thousand_entries_pass():
    check(docx({f"word/media/{number}.png": b"x" for number in range(1_998)}))


def test_what_unpacks_to_too_much_is_refused_by_the_list(monkeypatch):
    data = docx({"xl/a.bin": b"\0" * (101 * 1024 * 1024)})
    assert len(data) < 200_000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *args: pytest.fail("it was unpacked"))

    with pytest.raises(FileRefused, match=BOMB):
        check(data)


def test_one_entry_that_is_packed_too_well_is_refused():
    with pytest.raises(FileRefused, match=BOMB):
        check(docx({"word/media/a.emf": b"\0" * 2_000_000, **NOISE}))


def patched_sizes(data, name, size):
    """The same archive, its list and its entry claiming another size."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        entry = made.getinfo(name)
    old, new = (
        struct.pack("<LL", entry.compress_size, entry.file_size),
        struct.pack("<LL", entry.compress_size, size),
    )
    return data.replace(old, new)


def test_an_entry_that_holds_more_than_the_list_says_is_refused():
    data = docx({"word/media/a.emf": b"abc" * 300_000, **NOISE})

    with pytest.raises(FileRefused, match=BROKEN):
        check(patched_sizes(data, "word/media/a.emf", 1_000))


def test_bounds_hold_while_reading_too(monkeypatch):
    monkeypatch.setattr(office, "_check_list", lambda entries, packed: None)
    with pytest.raises(FileRefused, match=BOMB):
        check(docx({"word/media/a.emf": b"\0" * (101 * 1024 * 1024)}))


@pytest.mark.parametrize(
    "data",
    [
        docx()[:-5],
        docx()[100:],
        docx() + b"<script>",
        b"PK\x03\x04",
        b"PK\x03\x04" + docx(),
        pdf() + docx(),
        b"PK\x03\x04%PDF-1.7 " + docx(),
        docx()[:60] + b"\xff\xff\xff" + docx()[63:],
    ],
)
def test_damaged_and_two_faced_archives_are_refused(data):
    with pytest.raises(FileRefused, match=BROKEN):
        check(data)


def test_an_end_that_contradicts_itself_is_refused():
    for place, value in ((-18, 1), (-16, 1), (-14, 9), (-2, 0)):
        data = bytearray(docx())
        data[place] = value
        if place != -2:
            with pytest.raises(FileRefused, match=BROKEN):
                check(bytes(data))
        else:
            check(bytes(data))


def test_relations_without_end_are_not_read():
    endless = b"<!--" + random.Random(2).randbytes(700_000).hex().encode() + b"--><Relationships/>"
    with pytest.raises(FileRefused, match=BOMB):
        check(docx({RELS: endless}))


def test_encrypted_entries_are_refused():
    data = bytearray(docx())
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    with pytest.raises(FileRefused, match=BROKEN):
        check(bytes(data))


def test_deep_nesting_is_not_followed():
    check(docx({"word/styles.xml": b"<b>" * 50_000 + b"</b>" * 50_000, **NOISE}))
    with pytest.raises(FileRefused):
        check(docx({RELS: b"<b>" * 400_000, **NOISE}))


@given(st.binary(max_size=200), st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_only_a_refusal_is_ever_raised(junk, place, change):
    base = docx({"word/a.xml": b"<a/>" + junk, RELS: junk or b"<a/>"})
    for data in (
        junk,
        b"PK\x03\x04" + junk,
        base[:place] + change + base[place + len(change) :],
        base[: -place or None],
    ):
        with contextlib.suppress(FileRefused):
            check(data)
