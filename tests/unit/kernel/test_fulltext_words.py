"""The words of the index, one spelling for tones, and excerpts that mark and escape."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from app.kernel import fulltext
from app.kernel.fulltext import schema
from app.kernel.fulltext.terms import LONGEST_WORD, settle_tone, telling, terms
from app.kernel.links import Ref
from app.kernel.text import nfc


@pytest.mark.parametrize(
    "spellings",
    [
        ("hoà", "hòa"),
        ("toà", "tòa"),
        ("khoẻ", "khỏe"),
        ("thuý", "thúy"),
        ("uỷ", "ủy"),
        ("quý", "qúy"),
        ("hoàng", "hòang"),
        ("thuở", "thủơ"),
        ("giờ", "gìơ"),
        ("nguyễn", "ngũyên"),
    ],
)
def test_the_place_of_the_tone_does_not_matter(spellings: tuple[str, str]) -> None:
    assert settle_tone(spellings[0]) == settle_tone(spellings[1])


@pytest.mark.parametrize(
    "words",
    [
        ("hoa", "hoà"),
        ("hòa", "hóa"),
        ("đất", "đạt"),
        ("thuý", "thuỷ"),
        ("mua", "mưa"),
        ("tân", "tấn"),
        ("lý", "lỳ"),
    ],
)
def test_different_words_stay_different(words: tuple[str, str]) -> None:
    assert settle_tone(words[0]) != settle_tone(words[1])


def test_words_without_or_with_two_tones_stay_as_they_are() -> None:
    assert settle_tone("đường") == settle_tone("đương").replace("ư", "ừ")
    assert settle_tone("tân") == "tân"
    assert settle_tone("hòahợp") == "hòahợp"


@given(st.text())
def test_terms_are_plain_words_at_their_places(text: str) -> None:
    original = nfc(text)
    for term in terms(text):
        assert re.fullmatch(r"[0-9a-z]{1,64}", term.plain)
        assert re.fullmatch(r"[^\W_]{0,64}", term.marked)
        assert len(original[term.start : term.end]) >= len(term.plain)


def test_terms_fold_notations_and_composition_alike() -> None:
    words = [(term.plain, term.marked) for term in terms("Số 3595/QĐ-UBND, Ðất_ĐAI")]
    assert words == [
        ("so", "số"),
        ("3595", ""),
        ("qd", "qđ"),
        ("ubnd", ""),
        ("dat", "đất"),
        ("dai", "đai"),
    ]
    assert terms(unicodedata.normalize("NFD", "Nguyễn Đức")) == terms("Nguyễn Đức")
    assert [term.plain for term in terms("Москва ２０ ﬁ 中 a")] == ["a"]


def test_a_run_of_letters_is_cut_to_a_word() -> None:
    (term,) = terms("ạ" * 5_000)
    assert term.plain == "a" * LONGEST_WORD
    assert len(term.marked) == LONGEST_WORD


def test_telling_words_leave_out_what_every_question_says() -> None:
    assert telling(
        terms("Cho tôi hỏi thủ tục đăng ký khai sinh cho con, thủ tục năm 2026"), 10
    ) == [
        "thu",
        "tuc",
        "ky",
        "khai",
        "sinh",
        "con",
        "nam",
    ]
    assert telling(terms("thủ tục đăng ký"), 2) == ["thu", "tuc"]


def test_a_newer_document_of_a_kind_has_a_higher_number() -> None:
    assert schema.document_id(Ref("question", 2)) > schema.document_id(Ref("question", 1))
    assert schema.document_id(Ref("question", 1)) != schema.document_id(Ref("news", 1))
    assert schema.document_id(Ref("question", 2**40)) < 2**63


def test_two_kinds_that_share_their_numbers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.kernel.fulltext.index._sources", {})
    by_slot: dict[int, str] = {}
    for number in range(100_000):
        other = by_slot.setdefault(schema.slot(f"kind{number}"), f"kind{number}")
        if other != f"kind{number}":
            break
    fulltext.register_source(other, list)
    fulltext.register_source(other, list)
    with pytest.raises(ValueError, match="cannot be told apart"):
        fulltext.register_source(f"kind{number}", list)


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("Đất đai và đạt chuẩn", "đất", "<mark>Đất</mark> đai và đạt chuẩn"),
        ("Đất đai và đạt chuẩn", "dat", "<mark>Đất</mark> đai và <mark>đạt</mark> chuẩn"),
        ("Đạt chuẩn", "đất", "<mark>Đạt</mark> chuẩn"),
        ("Tổ hoà giải", "hòa giải", "Tổ <mark>hoà</mark> <mark>giải</mark>"),
        ("Hộ cận nghèo", "hộ nghè", "<mark>Hộ</mark> cận <mark>nghèo</mark>"),
        ("Hộ cận nghè, nghèo", "nghè", "Hộ cận <mark>nghè</mark>, nghèo"),
        ("<b>đất</b> & 'nước'", "dat", "&lt;b&gt;<mark>đất</mark>&lt;/b&gt; &amp; &#39;nước&#39;"),
        ("<mark>", "mark", "&lt;<mark>mark</mark>&gt;"),
        ("Không có gì", "đất", "Không có gì"),
        ("Không có gì", "", "Không có gì"),
        ("", "đất", ""),
        (unicodedata.normalize("NFD", "Đất đai"), "ĐẤT", "<mark>Đất</mark> đai"),
    ],
)
def test_excerpts(text: str, query: str, shown: str) -> None:
    made = fulltext.highlight(text, query)
    assert isinstance(made, Markup)
    assert made == shown


def test_an_excerpt_shows_where_most_of_the_words_are() -> None:
    text = "Đất " + "mở đầu dài dòng " * 30 + "quy hoạch sử dụng đất của xã " + "phần cuối " * 30
    made = fulltext.highlight(text, "quy hoạch sử dụng đất", 120)
    assert (
        "<mark>quy</mark> <mark>hoạch</mark> <mark>sử</mark> <mark>dụng</mark> <mark>đất</mark>"
        in made
    )
    assert made.startswith("…")
    assert made.endswith("…")
    assert len(made.striptags()) <= 122


@given(st.text(), st.text(max_size=30), st.integers(min_value=10, max_value=300))
def test_an_excerpt_is_a_part_of_the_text_escaped(text: str, query: str, width: int) -> None:
    made = str(fulltext.highlight(text, query, width))
    plain = made.replace("<mark>", "").replace("</mark>", "")
    start, end = (
        plain.startswith("…") and not nfc(text).startswith("…"),
        plain.endswith("…") and not nfc(text).endswith("…"),
    )
    inner = plain[1 if start else 0 : -1 if end else None]
    assert inner in str(escape(nfc(text)))
    assert "<" not in plain


def test_a_megabyte_of_query_or_text_is_answered() -> None:
    assert fulltext.highlight("đất đai", "đ" * 1_000_000)
    assert fulltext.highlight("đất " * 250_000, "đất", 100).count("<mark>") > 10
