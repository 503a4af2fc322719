"""What a row of the list has to fulfil, and what is said of one that does not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.works.rows import Use, check, ha_text, normal_code, search_text, uses_text

CODES = frozenset({"DGT", "LUC", "HNK", "CLN"})
GOOD = {
    "code": "C01",
    "name": "Đường tránh phía Tây",
    "land_code": "dgt",
    "planned_ha": "12,60",
    "existing_ha": "1,40",
    "added_ha": "11,20",
    "uses": "LUC 5,90; HNK: 2,80 ha; cln (2,50)",
    "place": "xã Tân Hội",
    "map_text": "Tờ 07: thửa 118",
}


def problems(**changes: str) -> dict[str, str]:
    return {problem.field: problem.message for problem in check({**GOOD, **changes}, CODES)[1]}


def test_a_good_row() -> None:
    row, found = check(GOOD, CODES)
    assert found == []
    assert row is not None
    assert (row.land_code, row.planned_ha, row.existing_ha, row.added_ha) == (
        "DGT",
        Decimal("12.60"),
        Decimal("1.40"),
        Decimal("11.20"),
    )
    assert row.uses == (
        Use("LUC", Decimal("5.90")),
        Use("HNK", Decimal("2.80")),
        Use("CLN", Decimal("2.50")),
    )
    columns = row.columns()
    assert columns["uses"][0] == {"code": "LUC", "ha": "5.90"}
    assert " tan hoi " in columns["search_text"]
    assert {"tan", "hoi", "duong", "c01", "118", "07"} <= set(search_text(row).split())


def test_what_may_be_left_out() -> None:
    row, found = check({"code": "c1", "name": "A", "land_code": "DGT", "planned_ha": "2"}, CODES)
    assert row is None
    assert [problem.message for problem in found] == [
        "Tăng thêm 2,00 ha nhưng chưa ghi sử dụng vào loại đất nào."
    ]
    row, found = check(
        {
            "code": "c1",
            "name": "A",
            "land_code": "DGT",
            "planned_ha": "2",
            "existing_ha": "2",
            "uses": "-",
        },
        CODES,
    )
    assert (found, row and row.added_ha) == ([], Decimal("0.00"))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"code": ""}, "code", "Chưa có mã"),
        ({"code": "C/01"}, "code", "C/01"),
        ({"code": "C" * 31}, "code", "31 ký tự"),
        ({"name": " "}, "name", "Chưa có tên"),
        ({"name": "x" * 301}, "name", "300"),
        ({"land_code": ""}, "land_code", "Chưa có mã loại đất"),
        ({"land_code": "BHK"}, "land_code", "«BHK» không có trong bảng"),
        ({"planned_ha": ""}, "planned_ha", "Chưa có diện tích"),
        ({"planned_ha": "mười"}, "planned_ha", "«mười» không phải là số"),
        ({"planned_ha": "1.234"}, "planned_ha", "1234 hoặc 1,234"),
        ({"planned_ha": "12,605"}, "planned_ha", "12,605 ha có quá hai chữ số"),
        ({"planned_ha": "-1"}, "planned_ha", "nhỏ hơn 0"),
        ({"planned_ha": "99999999"}, "planned_ha", "quá lớn"),
        (
            {"existing_ha": "13"},
            "existing_ha",
            "hiện trạng 13,00 ha lớn hơn diện tích kế hoạch 12,60 ha",
        ),
        (
            {"added_ha": "11,21"},
            "added_ha",
            "Tăng thêm ghi 11,21 ha, nhưng kế hoạch 12,60 ha trừ hiện trạng 1,40 ha bằng 11,20 ha",
        ),
        (
            {"uses": "LUC 5,90; HNK 2,80"},
            "uses",
            "Cộng lại được 8,70 ha, nhưng tăng thêm là 11,20 ha: lệch 2,50 ha",
        ),
        ({"uses": "LUC"}, "uses", "Không hiểu «LUC»"),
        ({"uses": "lúa LUC 11,20"}, "uses", "Không hiểu «lúa»"),
        ({"uses": "LUC 11,20 và nhà"}, "uses", "Không hiểu"),
        ({"uses": "BHK 11,20"}, "uses", "«BHK» không có trong bảng"),
        ({"uses": "LUC 11,201"}, "uses", "quá hai chữ số"),
        ({"uses": "LUC 1.1.1"}, "uses", "LUC: «1.1.1» không phải là số"),
        ({"place": "x" * 201}, "place", "200"),
    ],
)
def test_what_is_wrong_is_said_with_its_figures(
    changes: dict[str, str], field: str, words: str
) -> None:
    assert words in problems(**changes)[field]


def test_one_mistake_is_told_once() -> None:
    assert set(problems(planned_ha="x")) == {"planned_ha"}
    assert set(problems(existing_ha="x")) == {"existing_ha"}
    assert set(problems(uses="xyz")) == {"uses"}


def test_all_mistakes_of_a_row_are_told() -> None:
    assert set(problems(code="", name="", land_code="", planned_ha="")) == {
        "code",
        "name",
        "land_code",
        "planned_ha",
    }


def test_land_named_twice_is_added_up_and_nothing_is_dropped() -> None:
    row, _found = check({**GOOD, "uses": "LUC 5,90; LUC 5,30; HNK 0"}, CODES)
    assert row is not None
    assert row.uses == (Use("LUC", Decimal("11.20")),)


def test_figures_and_codes_in_words() -> None:
    assert ha_text(Decimal("1234.5")) == "1.234,50"
    assert uses_text([Use("LUC", Decimal("21.4"))]) == "LUC 21,40"
    assert [normal_code(text) for text in (" c01 ", "1,1", "2.", None)] == ["C01", "1.1", "2", ""]


AREAS = st.decimals(min_value=0, max_value=5_000, places=2)


@given(AREAS, st.lists(st.tuples(st.sampled_from(sorted(CODES)), AREAS), max_size=5))
def test_a_row_that_balances_is_taken_and_any_other_refused(
    existing: Decimal, uses: list[tuple[str, Decimal]]
) -> None:
    added = sum((area for _code, area in uses), Decimal(0))
    raw = {
        **GOOD,
        "planned_ha": ha_text(existing + added),
        "existing_ha": ha_text(existing),
        "added_ha": ha_text(added),
        "uses": "; ".join(f"{code} {ha_text(area)}" for code, area in uses),
    }
    row, found = check(raw, CODES)
    assert found == []
    assert row is not None
    assert (
        row.added_ha
        == sum((use.ha for use in row.uses), Decimal(0))
        == row.planned_ha - row.existing_ha
    )
    assert (
        check({**raw, "planned_ha": ha_text(existing + added + Decimal("0.01"))}, CODES)[0] is None
    )
