"""Vietnamese text: cleaning is idempotent, hides nothing, and folding keeps every place."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import text

VOWELS = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
#: Whatever somebody may paste: marks, invisible characters, line ends, emoji.
PASTED = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("ếĐ\u200b\u200d\u202e\ufeff\u0301\u0323\r\n\u2028\x00\x0b \u00a0😀👨🔥️"),
    )
)


@given(PASTED)
def test_cleaning_twice_changes_nothing_more(pasted: str) -> None:
    once = text.clean(pasted)
    assert text.clean(once) == once
    assert text.clean_line(text.clean_line(pasted)) == text.clean_line(pasted)


@given(PASTED)
def test_clean_text_is_composed_and_hides_nothing(pasted: str) -> None:
    cleaned = text.clean(pasted)
    assert cleaned == unicodedata.normalize("NFC", cleaned)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in cleaned if char != "\n")
    assert not set(cleaned) & set(
        "\u200b\u200c\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\u00ad\r"
    )
    assert "\n\n\n" not in cleaned
    cleaned.encode("utf-8")


@given(PASTED)
def test_a_line_is_one_line(pasted: str) -> None:
    assert "\n" not in text.clean_line(pasted)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, ""),
        ("  một \t hai  ", "một hai"),
        ("một\r\nhai\rba", "một\nhai\nba"),
        ("một\u2028hai\u0085ba\x0bbốn", "một\nhai\nba\nbốn"),
        ("một\n\n\n\n\nhai", "một\n\nhai"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("ngu\u200byễn", "nguyễn"),
        ("Nguy\u200dễn", "Nguyễn"),
        ("gia đình 👨\u200d👩\u200d👧 tôi", "gia đình 👨\u200d👩\u200d👧 tôi"),
        ("❤️\u200d🔥", "❤️\u200d🔥"),
        ("admin\u202egnp.exe", "admingnp.exe"),
        ("a\ud800b", "ab"),
        ("\u3164\u115f", ""),
    ],
)
def test_cleaning(typed: str | None, kept: str) -> None:
    assert text.clean(typed) == kept


@pytest.mark.parametrize("letter", VOWELS + VOWELS.upper())
def test_every_letter_folds_to_ascii_composed_or_not(letter: str) -> None:
    assert text.fold(letter) in "aeiouyd"
    assert text.fold(unicodedata.normalize("NFD", letter)) == text.fold(letter)


@given(st.text())
def test_folding_keeps_every_place(written: str) -> None:
    assert len(text.fold(written)) == len(text.nfc(written))


def test_look_alikes_that_legacy_keyboards_type() -> None:
    assert text.fold("Ðất ðai") == "dat dai"


@pytest.mark.parametrize(
    ("title", "address"),
    [
        ("Quy hoạch sử dụng đất 2026", "quy-hoach-su-dung-dat-2026"),
        ("3595/QĐ-UBND", "3595-qd-ubnd"),
        ("…", "muc"),
        ("", "muc"),
        ("đường " * 40, "duong-" * 12 + "duong"),
    ],
)
def test_slugs(title: str, address: str) -> None:
    assert text.slug(title) == address


@given(st.text())
def test_a_slug_is_always_an_address(title: str) -> None:
    made = text.slug(title)
    assert 0 < len(made) <= 80
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("name", "short"), [("Nguyễn Thị Ân", "N.T.Â."), ("đỗ văn-an", "Đ.V.A."), ("", "")]
)
def test_initials(name: str, short: str) -> None:
    assert text.initials(name) == short


@pytest.mark.parametrize(
    ("long", "limit", "short"),
    [
        ("Đường vào thôn", 20, "Đường vào thôn"),
        ("Đường vào thôn bị ngập", 15, "Đường vào…"),
        ("Đường, vào thôn", 8, "Đường…"),
        ("dài" * 20, 10, "dàidàidài…"),
    ],
)
def test_shortening_cuts_at_a_word(long: str, limit: int, short: str) -> None:
    assert text.shorten(long, limit) == short


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_shortened_text_fits(long: str, limit: int) -> None:
    assert len(text.shorten(long, limit)) <= limit


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("Xe rác không vào ngõ. Khi nào có lại?", "Xe rác không vào ngõ"),
        ("Khi nào có nước sạch về thôn 3? Xin cảm ơn.", "Khi nào có nước sạch về thôn 3?"),
        ("Số 12.500 đồng là gì vậy", "Số 12.500 đồng là gì vậy"),
    ],
)
def test_a_title_from_the_first_sentence(body: str, title: str) -> None:
    assert text.first_sentence(body) == title


@pytest.mark.parametrize(
    ("written", "mixed"),
    [
        ("Nguyễn Văn An", False),
        ("Nguyеn", True),
        ("Αnson", True),
        ("Москва Hà Nội", False),
        ("ｕbnd", True),
        ("ᎪnSơn", True),
    ],
)
def test_words_that_mix_scripts(written: str, mixed: bool) -> None:
    assert text.mixed_scripts(written) is mixed


def test_words_with_and_without_marks() -> None:
    assert text.tokens("Sổ ĐỎ 3595/QĐ") == ["so", "do", "3595", "qd"]
    assert text.words("Sổ đỏ_12") == ["sổ", "đỏ", "12"]
    assert text.has_marks("đo")
    assert not text.has_marks("So DO 12")
    assert text.join_lines(["một", "", "hai"]) == "một\nhai"
