"""Codes and PINs as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.submissions.codes import normal_code, normal_pin

CODE = "AS-2026-000123"


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        "as-2026-000123",
        "AS2026000123",
        "as 2026 000123",
        " AS -2026- 000 123 ",
        "AS–2026–000123",
        "AS—2026—000123",
        "AS\u20112026\u2011000123",
        "AS−2026−000123",
        "AS.2026.000123.",
        "AS/2026/000123",
        "AS_2026_000123",
        "AS-2O26-OOO123",
        "as2o26ooo123",
        "AS-2026-000l23",
        "AS-2026-000I23",
        "AS-2026-000|23",
        "ＡＳ－２０２６－０００１２３",
        "AS\u00a02026\u200b000123",
        "Mã: AS-2026-000123",
        "mã tra cứu AS 2026 000123",
        "#AS-2026-000123",
        "AS-2026-123",
        "as 2026 123",
    ],
)
def test_one_code_however_it_is_typed(typed: str) -> None:
    assert normal_code(typed) == CODE


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("os2026000007", "OS-2026-000007"),
        ("X202026000123", "X20-2026-000123"),
        ("LN-2026-1234567", "LN-2026-1234567"),
        ("LIO2026000001", "LIO-2026-000001"),
    ],
)
def test_letters_of_the_prefix_stay_letters(typed: str, code: str) -> None:
    assert normal_code(typed) == code


@pytest.mark.parametrize(
    "typed",
    [
        None,
        "",
        "000123",
        "AS-2026",
        "AS-1926-000123",
        "ABCDEFG-2026-000123",
        "xin chào",
        "٢٠٢٦" * 9,
    ],
)
def test_what_can_be_no_code(typed: str | None) -> None:
    assert normal_code(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "482913",
        "482 913",
        "482-913",
        " 4 8 2 9 1 3 ",
        "482\u00a0913",
        "４８２９１３",
        "4829l3",
        "4829I3.",
    ],
)
def test_one_pin_however_it_is_typed(typed: str) -> None:
    assert normal_pin(typed) == "482913"


def test_letters_for_noughts() -> None:
    assert normal_pin("O82 9O3") == "082903"


@pytest.mark.parametrize("typed", [None, "", "48291", "4829134", "48291a", "²²²²²²²"])
def test_what_can_be_no_pin(typed: str | None) -> None:
    assert normal_pin(typed) is None


@given(st.text(max_size=200))
def test_anything_gives_a_code_in_its_one_form_or_nothing(typed: str) -> None:
    code = normal_code(typed)
    assert code is None or normal_code(code) == code


@given(
    st.from_regex(r"[A-Z]{1,6}", fullmatch=True), st.integers(2020, 2099), st.integers(0, 10**9 - 1)
)
def test_blanks_dashes_and_case_never_matter(prefix: str, year: int, number: int) -> None:
    code = f"{prefix}-{year}-{number:06d}"
    for typed in (
        code,
        code.lower(),
        code.replace("-", " "),
        code.replace("-", "–").replace("0", "O"),
    ):
        assert normal_code(typed) == code
