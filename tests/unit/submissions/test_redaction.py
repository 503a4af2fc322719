import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.submissions import redaction
from app.submissions.redaction import (
    Finding,
    Kind,
    find,
    join_findings,
    mask,
    mask_ranges,
    segments,
    suggest_names,
)


def found(text, **options):
    return [(text[item.start : item.end], item.kind) for item in find(text, **options)]


PHONES = [
    "0912345678",
    "0912 345 678",
    "0912.345.678",
    "0912-345-678",
    "09 12 34 56 78",
    "+84912345678",
    "+84 912 345 678",
    "+84 (0) 912-345-678",
    "84912345678",
    "0084912345678",
    "0351234567",
    "0561234567",
    "0771234567",
    "0888888888",
    "02533555001",
    "0253 3555 001",
    "(0253) 3555 001",
    "0253.3555.001",
    "+84 253 3555 001",
]
IDS = [
    "051085012345",
    "051 085 012 345",
    "051.085.012.345",
    "0510 8501 2345",
    "001085012345",
    "096 2 03 123456",
]


@pytest.mark.parametrize("number", PHONES)
@pytest.mark.parametrize(
    "around", ["{}", "Gọi tôi số {}.", "sđt:{}, cảm ơn", "({})", "{}/0987654321"]
)
def test_telephone_numbers(number, around):
    assert (number, Kind.PHONE) in found(around.format(number))


@pytest.mark.parametrize(
    "number",
    [
        "1900 1234",
        "19001234",
        "1800 599 920",
        "18001166",
        "113",
        "0812",
        "01234567890",
        "0412345678",
        "091234567",
        "09123456789",
    ],
)
def test_hotlines_and_other_numbers_are_no_telephone(number):
    assert found(f"Gọi {number} nhé") == []


@pytest.mark.parametrize("number", IDS)
def test_identity_numbers(number):
    assert found(f"CCCD {number} cấp năm 2021") == [(number, Kind.CITIZEN_ID)]
    assert found(f"của tôi là {number}.") == [(number, Kind.CITIZEN_ID)]


@pytest.mark.parametrize(
    "number", ["000085012345", "097085012345", "999085012345", "0510850123456", "05108501234"]
)
def test_twelve_digits_that_no_province_gave_are_none(number):
    assert found(f"mã {number}") == []


def test_a_word_makes_any_twelve_digits_an_identity_number():
    assert found("số định danh: 351085012345") == [("351085012345", Kind.CITIZEN_ID)]
    assert found("can cuoc cong dan so 351085012345") == [("351085012345", Kind.CITIZEN_ID)]


@pytest.mark.parametrize(
    "word",
    [
        "CMND",
        "CMND số",
        "chứng minh nhân dân:",
        "chung minh thu so",
        "Số CMTND (cũ):",
        "chứng minh thư",
    ],
)
def test_old_identity_numbers_need_their_word(word):
    assert found(f"{word} 212345678 cấp ngày 22/11/2006") == [("212345678", Kind.OLD_ID)]
    assert found("mã hồ sơ 212345678") == []


def test_the_new_number_behind_the_old_word_is_a_new_number():
    assert found("CMND: 351085012345") == [("351085012345", Kind.CITIZEN_ID)]


@pytest.mark.parametrize(
    "address", ["an.nv@gmail.com", "AN_NV+1@mail.quangngai.gov.vn", "a-b@x-y.vn", "ân@example.vn"]
)
def test_mail_addresses(address):
    assert found(f"thư: {address}.") == [(address, Kind.EMAIL)]


@pytest.mark.parametrize(
    "text", ["@gmail.com", "an@", "an@gmail", "an @ gmail.com", "giá 5@kg", "a@.vn"]
)
def test_what_is_no_mail_address(text):
    assert found(text) == []


def test_tax_codes_carry_a_check_digit():
    assert found("Công ty 0100109106 và 0100109106-001") == [
        ("0100109106", Kind.TAX_CODE),
        ("0100109106-001", Kind.TAX_CODE),
    ]
    assert found("mã 0100109107 và 0100109105") == []
    assert found("MST: 0100109107") == [("0100109107", Kind.TAX_CODE)]
    assert found("mã số thuế 0100109107 - 001") == [("0100109107 - 001", Kind.TAX_CODE)]


@pytest.mark.parametrize(
    "text",
    [
        "STK 0041000123456 tại Vietcombank",
        "số tài khoản: 0041000123456",
        "chuyển vào tk 0041000123456",
        "Ngân hàng Agribank chi nhánh An Sơn, số 0041000123456",
        "so tai khoan 0041000123456",
        "0041000123456 (Agribank)",
    ],
)
def test_bank_accounts_need_their_word(text):
    assert found(text) == [("0041000123456", Kind.ACCOUNT)]


def test_accounts_written_in_groups():
    assert found("tài khoản 1903 4567 8901 2345") == [("1903 4567 8901 2345", Kind.ACCOUNT)]


@pytest.mark.parametrize(
    "text",
    [
        "vay ngân hàng 150.000.000 đồng",
        "ngân hàng cho vay 150000000 đồng",
        "mở tài khoản ngày 22-11-2026",
        "tài khoản năm 2025 2026",
        "mã 0041000123456",
    ],
)
def test_money_dates_and_plain_numbers_are_no_account(text):
    assert found(text) == []


def test_a_telephone_number_behind_a_bank_is_still_one():
    assert found("Ngân hàng Agribank. Điện thoại: 0912345678") == [("0912345678", Kind.PHONE)]


@pytest.mark.parametrize(
    "text",
    [
        "thửa đất số 214, tờ bản đồ số 17",
        "thửa số 214 tờ bản đồ 17",
        "thửa 214, thuộc tờ bản đồ số 17",
        "tờ bản đồ số 17, thửa đất số 214",
        "Thửa đất số: 214; tờ bản đồ địa chính số: 17",
        "thua dat so 214, to ban do so 17",
        "thửa đất số 214, 215 và 216, tờ bản đồ số 17",
        "thửa 214 tờ 17",
    ],
)
def test_plots_of_land_with_their_sheet(text):
    assert found(f"Nhà tôi ở {text}, xã Tân Hội") == [(text, Kind.PARCEL)]


@pytest.mark.parametrize(
    "text", ["thửa đất số 214", "tờ bản đồ số 17", "thửa 214, tổ 17", "3 thửa ruộng", "tờ 5 thửa"]
)
def test_half_of_it_names_no_plot(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "plate",
    [
        "76A-123.45",
        "76A 12345",
        "76C1-234.56",
        "29-H1 123.45",
        "51F12345",
        "76A-1234",
        "29AA-123.45",
        "76Đ1-234.56",
    ],
)
def test_number_plates(plate):
    assert found(f"xe {plate} chở đất") == [(plate, Kind.PLATE)]


def test_number_plates_in_small_letters_need_their_word():
    assert found("biển số 76a 12345") == [("76a 12345", Kind.PLATE)]
    assert found("20m 50000 viên") == []


def test_passports_and_insurance_need_their_word():
    assert found("hộ chiếu số B1234567") == [("B1234567", Kind.PASSPORT)]
    assert found("mẫu B1234567") == []
    assert found("thẻ BHYT DN4510123456789") == [("DN4510123456789", Kind.INSURANCE)]
    assert found("mã số BHXH 5112345678") == [("5112345678", Kind.INSURANCE)]


@pytest.mark.parametrize(
    "text",
    [
        "3595/QĐ-UBND",
        "6202/UBND-KT ngày 23/11/2023",
        "Quyết định số 01/2026/QĐ-UBND",
        "262a/TB-BBT",
        "2.656.026 đồng",
        "12.500.000.000 đồng",
        "1.035.123.456.789 đồng",
        "1,035,123,456,789",
        "ngày 22/11/2026, 22-11-2026 và 22.11.2026",
        "từ 01/01/2026 đến 31/03/2026 lúc 08:30",
        "mã AS-2026-000123",
        "AS-2026-091234",
        "Nghị định 101/2024/NĐ-CP, Điều 137, 138",
        "diện tích 1.234,5 m2, 24 m²",
        "giai đoạn 2021 2025, 2026-2030",
        "thôn 3, tổ 12, đường số 7",
        "hạn 90 ngày, 15 ngày làm việc",
        "0 1 2 3",
        "",
        "Đường liên thôn bị đào ống nước chưa hoàn trả",
    ],
)
def test_official_numbers_amounts_and_dates_are_left_alone(text):
    assert found(text) == []


def test_a_telephone_number_with_an_hour_behind_it():
    assert found("gọi 0912345678 12 giờ trưa") == [("0912345678", Kind.PHONE)]
    assert found("gọi 0912345678 0987654321") == [
        ("0912345678", Kind.PHONE),
        ("0987654321", Kind.PHONE),
    ]


def test_official_contacts_are_not_personal_however_they_are_spaced():
    text = "Gọi 0253 3555 023 hoặc +84 253.3555.023, thư TNMT@anson.example, riêng tôi 0912345678"

    assert found(text, official=["0253 3555 023", "tnmt@anson.example"]) == [
        ("0912345678", Kind.PHONE)
    ]
    assert len(find(text)) == 4


def test_places_are_those_of_the_text_as_it_is_even_decomposed():
    text = "Số chứng minh của tôi là 212345678, thửa đất số 5 tờ bản đồ số 9, gọi 0912345678"
    apart = unicodedata.normalize("NFD", text)

    assert [(unicodedata.normalize("NFC", part), kind) for part, kind in found(apart)] == found(
        text
    )
    assert len(found(text)) == 3


def test_marks_say_what_was_hidden():
    text = "Gọi 0912345678, CCCD 051085012345, thư an@x.vn."

    assert (
        mask(text, find(text))
        == "Gọi [đã ẩn: số điện thoại], CCCD [đã ẩn: số căn cước], thư [đã ẩn: thư điện tử]."
    )
    assert [item.label for item in find(text)] == ["số điện thoại", "số căn cước", "thư điện tử"]


def test_passages_picked_by_hand():
    assert mask_ranges("Ông An ở thôn Đông", [(4, 6), (14, 18)]) == "Ông [đã ẩn] ở thôn [đã ẩn]"
    assert mask_ranges("abcdef", [(1, 3)]) == "a[đã ẩn]def"
    assert mask_ranges("abcdef", [(3, 99), (-5, 1), (2, 2), (5, 4)]) == "[đã ẩn]bc[đã ẩn]"
    assert mask_ranges("abcdef", [(1, 4), (2, 5)]) == "a[đã ẩn]f"


def test_a_passage_that_meets_a_finding_is_hidden_with_it():
    text = "Gọi anh An 0912345678 nhé"
    assert mask(text, find(text), [(8, 14)]) == "Gọi anh [đã ẩn] nhé"
    assert mask(text, find(text), [(15, 18)]) == "Gọi anh An [đã ẩn: số điện thoại] nhé"


def test_segments_are_the_text_with_its_findings():
    text = "Gọi 0912345678 hoặc an@x.vn"
    pieces = segments(text, find(text))

    assert [part for part, _item in pieces] == ["Gọi ", "0912345678", " hoặc ", "an@x.vn"]
    assert [item and item.kind for _part, item in pieces] == [None, Kind.PHONE, None, Kind.EMAIL]
    assert segments("", []) == []
    assert segments("abc", [Finding(0, 2, Kind.PHONE), Finding(1, 3, Kind.EMAIL)]) == [
        ("ab", Finding(0, 2, Kind.PHONE)),
        ("c", None),
    ]


def test_every_kind_has_a_label_and_a_mark():
    for kind in Kind:
        assert Finding(0, 1, kind).label
        assert Finding(0, 1, kind).mark == f"[đã ẩn: {Finding(0, 1, kind).label}]"
        assert find(Finding(0, 1, kind).mark) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ông Nguyễn Văn An và bà Trần Thị Bình", ["Nguyễn Văn An", "Trần Thị Bình"]),
        ("anh Bình, chị LÊ THỊ HOA", ["Bình", "LÊ THỊ HOA"]),
        ("Tôi tên là Phạm Đức Ưng, ở thôn 2", ["Phạm Đức Ưng"]),
        ("ông/bà Đỗ Hữu Dũng", ["Đỗ Hữu Dũng"]),
        ("ông Chủ tịch UBND xã, bà Phó Chủ tịch", []),
        ("đường Hai Bà Trưng, Bà Rịa, chợ Bà Chiểu, bà con", []),
        ("ông nội tôi và các anh em", []),
    ],
)
def test_names_are_suggested(text, names):
    findings = suggest_names(text)

    assert [text[item.start : item.end] for item in findings] == names
    assert all(item.kind is Kind.PERSON for item in findings)
    assert not any(item.kind is Kind.PERSON for item in find(text))


def test_lists_of_findings_join_in_order_and_the_first_wins():
    first, second, inside = (
        Finding(5, 9, Kind.PHONE),
        Finding(0, 2, Kind.PERSON),
        Finding(8, 12, Kind.PERSON),
    )

    assert join_findings([first], [second, inside]) == [second, first]
    assert join_findings() == []


PIECES = st.sampled_from(
    [
        *PHONES,
        *IDS,
        "212345678",
        "0100109106",
        "0041000123456",
        "an@x.vn",
        "@x.vn",
        "76A-123.45",
        "B1234567",
        "thửa đất số 5",
        "tờ bản đồ số 7",
        "CMND ",
        "STK ",
        "ngân hàng ",
        "hộ chiếu ",
        "MST ",
        "bhyt ",
        "biển số ",
        "điện thoại ",
        "[đã ẩn: số điện thoại]",
        "[",
        "]",
        " ",
        ".",
        ",",
        "-",
        "(",
        ")",
        "/",
        "+",
        "\n",
        "84",
        "0",
        "12",
        "345",
        "đồng",
        "e\u0301",
        "ông An",
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=14).map("".join),
    st.text(max_size=80),
    st.lists(PIECES | st.text(max_size=4), max_size=12).map(" ".join),
)


@settings(max_examples=600)
@given(TEXTS)
def test_masking_leaves_nothing_to_find_and_changes_nothing_twice(text):
    once = mask(text, find(text))

    assert find(once) == []
    assert mask(once, find(once)) == once


@given(TEXTS)
def test_findings_are_in_order_apart_and_segments_rebuild_the_text(text):
    findings = find(text)

    assert all(left.end <= right.start for left, right in zip(findings, findings[1:], strict=False))
    assert all(0 <= item.start < item.end <= len(text) for item in findings)
    assert "".join(part for part, _item in segments(text, findings)) == text
    assert [item for _part, item in segments(text, findings) if item] == findings


@given(TEXTS, st.lists(st.tuples(st.integers(-5, 100), st.integers(-5, 100)), max_size=5))
def test_what_is_picked_by_hand_is_hidden(text, ranges):
    masked = mask(text, find(text), ranges)

    hidden = set().union(*(range(max(0, start), min(len(text), end)) for start, end in ranges))
    hidden |= {place for item in find(text) for place in range(item.start, item.end)}
    outside = [char for place, char in enumerate(text) if place not in hidden]
    rest = iter(masked)
    assert all(char in rest for char in outside)


HOSTILE = [
    "0",
    "0 ",
    "1 ",
    "09",
    "0 9 ",
    "(",
    ") (0",
    "[",
    "a@a.",
    "@",
    "a",
    "a.",
    "stk ",
    "thửa 1 ",
    "tờ 1 thửa ",
    "76A-",
    "0912345678.",
    "a@b.vn.",
    "051.085.",
    "ông A ",
    "- ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_length_and_no_faster(piece):
    def best_of_three(length):
        text = (piece * (length // len(piece) + 1))[:length]
        spent = []
        for _turn in range(3):
            start = time.process_time()
            mask(text, [*find(text), *suggest_names(text)])
            spent.append(time.process_time() - start)
        return min(spent)

    # Sixteen times as long: a quadratic search would take 256 times as long.
    assert best_of_three(160_000) < 80 * max(best_of_three(10_000), 0.0005)


def test_a_megabyte_of_anything_is_answered():
    for piece in ("0912345678 ", "[(0 ", "a.b@"):
        text = (piece * 100_000)[:1_000_000]
        assert redaction.find(mask(text, find(text))) == []
