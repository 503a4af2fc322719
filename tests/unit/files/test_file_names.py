import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import names


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("Đơn đề nghị.docx", "Đơn đề nghị.pdf"),
        (unicodedata.normalize("NFD", "Quyết định số 12.pdf"), "Quyết định số 12.pdf"),
        ("C:\\Users\\An\\ảnh nhà.JPG", "ảnh nhà.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("<svg onload=alert(1)>.pdf", "-svg onload=alert(1)-.pdf"),
        ("ảnh\u202egpj.exe", "ảnhgpj.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "a-b Set-Cookie- x.pdf"),
        ("CON.pdf", "tep-CON.pdf"),
        ("com1.tar.pdf", "tep-com1.tar.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("", "tep.pdf"),
        (None, "tep.pdf"),
        ("...", "tep.pdf"),
        ("x.php.jpg", "x.php.pdf"),
        ("một." + "ă" * 300 + ".pdf", "một." + "ă" * 112 + ".pdf"),
    ],
)
def test_names_keep_their_marks_and_lose_what_harms(filename, shown):
    assert names.display_name(filename, "pdf") == shown


def test_the_extension_is_the_last_part_in_lower_case():
    assert names.split("a/b/Ảnh.đẹp.JPeG") == ("Ảnh.đẹp", "jpeg")
    assert names.split("README") == ("README", "")


def test_addresses_are_plain():
    assert names.address_name("Đơn đề nghị (lần 2).docx") == "don-de-nghi-lan-2.docx"
    assert names.address_name("中文.pdf") == "muc.pdf"


@given(st.text(max_size=300))
def test_a_name_is_safe_everywhere_and_comes_back_from_the_header(filename):
    name = names.display_name(filename, "docx")
    header = names.disposition(name, inline=False)

    assert len(name) <= names.LONGEST + len("tep-")
    assert not set(name) & set('\\/:*?"<>|\r\n\0')
    assert not name.startswith((".", " "))
    assert header.encode("latin-1")
    assert "\r" not in header
    assert "\n" not in header
    assert unquote(header.partition("UTF-8''")[2]) == name
    assert names.display_name(name, "docx").removeprefix("tep-") == name.removeprefix("tep-")


def test_the_header_names_both_forms():
    assert (
        names.disposition("Đơn.pdf", inline=True)
        == "inline; filename=\"don.pdf\"; filename*=UTF-8''%C4%90%C6%A1n.pdf"
    )
