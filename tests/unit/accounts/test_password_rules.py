"""Which passwords are good enough."""

import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import passwords
from app.kernel.errors import FieldError

GOOD = [
    "mây-tím-đò-ngang",
    "demo-An-Son-2026",
    "mat-khau-thu-nghiem-1",
    "đường làng mùa gặt",
    "Xq7 rT9 bW2",
    "пароль-для-всех",
    "🐃🌾🍚🛶🎋🏞🌧🪷🎣🐉",
]


@pytest.mark.parametrize("password", GOOD)
def test_long_and_unknown_is_enough(password: str) -> None:
    passwords.check(password, names=("chuyenvien.kt", "UBND xã An Sơn", "An Sơn"))


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "matkhau123",
        "MatKhau@123",
        "mật khẩu 123",
        "123456789012",
        "0123456789",
        "9876543210",
        "abcdefghijkl",
        "qwertyuiop",
        "password123",
        "Vietnam2025",
        "anhyeuem123",
        "nguyenvana123456789",
    ],
)
def test_well_known_ones_are_refused(password: str) -> None:
    with pytest.raises(FieldError, match="quen thuộc"):
        passwords.check(password)


@pytest.mark.parametrize(
    "password", ["aaaaaaaaaaaaaaaa", "abababababab", "1212121212121212", "aaaabbbbcccc"]
)
def test_patterns_are_refused(password: str) -> None:
    with pytest.raises(FieldError, match="quen thuộc"):
        passwords.check(password)


@pytest.mark.parametrize(
    "password",
    [
        "chuyenvien.kt1",
        "chuyenvien-kt-2026",
        "UBND xã An Sơn",
        "anson-ubnd-2026",
        "lang nghe abc1",
        "ủy ban x-2026",
    ],
)
def test_little_more_than_a_name_is_refused(password: str) -> None:
    with pytest.raises(FieldError, match="tên"):
        passwords.check(password, names=("chuyenvien.kt", "UBND xã An Sơn", "An Sơn"))


OTHERS = ("bientap", "tiep.nhan", "Lê Thị Thu Hà", "Phòng Kinh tế")


@pytest.mark.parametrize(
    "password",
    [
        "bientap-bientap",
        "BienTap_BienTap_2026",
        "tiepnhan.tiepnhan",
        "tiep nhan/bientap",
        "lê thị thu hà 1",
        "le.thi.thu.ha-bientap",
        "Phòng Kinh tế 26",
        "bientapbientapbientap",
    ],
)
def test_names_of_others_are_no_better_repeated_or_together(password: str) -> None:
    with pytest.raises(FieldError, match="tên"):
        passwords.check(password, names=("chuyenvien.kt", "An Sơn"), whole_names=OTHERS)


@pytest.mark.parametrize(
    "password", [*GOOD, "thu hà nội vàng lá", "thị trấn bên sông", "bientap qua cau khi mua"]
)
def test_words_of_others_names_are_words_of_the_language(password: str) -> None:
    passwords.check(password, names=("chuyenvien.kt", "An Sơn"), whole_names=OTHERS)


def test_what_stands_around_a_name_does_not_become_another_name() -> None:
    passwords.check("xabientapnhdongxa", whole_names=("bientap", "xanhdong"))


@pytest.mark.parametrize(
    ("password", "words"),
    [("ngắn quá", "ít nhất 10"), ("", "ít nhất 10"), ("dài " * 400, "quá dài")],
)
def test_length_has_bounds(password: str, words: str) -> None:
    with pytest.raises(FieldError, match=words):
        passwords.check(password)


def test_length_is_counted_in_the_composed_form() -> None:
    decomposed = unicodedata.normalize("NFD", "ế" * 9)
    assert len(decomposed) > passwords.MIN_LENGTH
    with pytest.raises(FieldError, match="ít nhất"):
        passwords.check(decomposed)


def test_the_error_names_its_field() -> None:
    with pytest.raises(FieldError) as caught:
        passwords.check("x", field="other")
    assert caught.value.field == "other"


def test_the_list_is_long_enough_to_matter() -> None:
    long_ones = [word for word in passwords.common() if len(word) >= passwords.MIN_LENGTH]
    assert len(passwords.common()) >= 3_000
    assert len(long_ones) >= 1_000


@given(st.text(max_size=60), st.text(max_size=20))
def test_every_text_is_accepted_or_refused_with_words(password: str, name: str) -> None:
    with contextlib.suppress(FieldError):
        passwords.check(password, names=(name,))
        assert len(password) >= passwords.MIN_LENGTH
