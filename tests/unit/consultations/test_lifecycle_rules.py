"""How long people have to be given, and when the last day is: pure arithmetic over the shipped
calendar and rules.
"""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.consultations import rules, shipped
from app.consultations.rules import Rule
from app.consultations.states import ConsultationType as T
from app.workdays.calendar import Calendar
from app.workdays.holidays import shipped_years
from app.workdays.models import DayKind

DAYS = [day for plan in shipped_years().values() for day in plan.days]
CALENDAR = Calendar(
    {day.date: day.name for day in DAYS if day.kind is DayKind.OFF},
    {day.date: day.name for day in DAYS if day.kind is DayKind.WORKED},
    frozenset(year for year, plan in shipped_years().items() if plan.confirmed),
)
COMMUNE = shipped.rules("commune")


def day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007


def rule(
    min_days: int,
    confidence: str = "C",
    *,
    kind: T = T.LAND_PLAN,
    source: str = "Nguồn",
    until: dt.date | None = None,
) -> Rule:
    return Rule(kind, min_days, day("01/01/2024"), until, source, confidence)


@pytest.mark.parametrize(
    ("posted", "days", "wanted"),
    [
        ("28/06/2021", 30, "28/07/2021"),
        ("11/08/2026", 20, "03/09/2026"),
        ("28/03/2026", 30, "28/04/2026"),
    ],
)
def test_the_vectors_of_the_law(posted: str, days: int, wanted: str) -> None:
    start = day(posted)
    assert rules.last_day(CALENDAR, start, start + dt.timedelta(days=days)).day == day(wanted)


def test_a_last_day_that_is_off_says_why() -> None:
    found = rules.last_day(CALENDAR, day("11/08/2026"), day("31/08/2026"))
    assert [skipped for skipped, _reason in found.skipped] == [
        day("31/08/2026"),
        day("01/09/2026"),
        day("02/09/2026"),
    ]
    text = " ".join(found.lines)
    assert "Đếm 20 ngày kể từ ngày đăng 11/08/2026" in text
    assert "31/08/2026" in text
    assert "chuyển sang ngày làm việc tiếp theo 03/09/2026" in text
    assert "trước 24 giờ ngày 03/09/2026" in text


def test_a_working_last_day_is_not_explained_away() -> None:
    text = " ".join(rules.last_day(CALENDAR, day("01/07/2026"), day("31/07/2026")).lines)
    assert "ngày nghỉ" not in text


def test_an_unconfirmed_year_is_said() -> None:
    assert any(
        "2031" in line
        for line in rules.last_day(CALENDAR, day("01/07/2031"), day("31/07/2031")).lines
    )


def test_the_longest_rule_binds_and_law_comes_before_a_setting() -> None:
    found = rules.in_force(
        [rule(20, "A"), rule(30), rule(30, "B"), rule(99, kind=T.OTHER)],
        T.LAND_PLAN,
        day("01/02/2026"),
    )
    assert [(one.min_days, one.confidence) for one in found] == [(30, "B"), (30, "C"), (20, "A")]
    assert rules.min_days(found) == 30
    assert rules.min_days([]) == 0


def test_rules_apply_between_their_days() -> None:
    one = rule(30, until=day("31/12/2025"))
    assert one.covers(day("31/12/2025"))
    assert not one.covers(day("01/01/2026"))
    assert not one.covers(day("31/12/2023"))


def test_ten_days_for_a_plan_are_refused_and_the_setting_is_not_called_law() -> None:
    found = rules.in_force(COMMUNE, T.LAND_PLAN, day("02/03/2026"))
    told = rules.too_short(found, rules.last_day(CALENDAR, day("02/03/2026"), day("12/03/2026")))
    assert "chỉ có 10 ngày" in told
    assert "từ 01/04/2026 trở đi" in told
    assert (
        "Tối thiểu 30 ngày: mức do cơ quan này tự đặt, không phải quy định của pháp luật." in told
    )
    # The law behind it is named with its own number.
    assert "Tối thiểu 20 ngày theo Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15" in told
    assert "Luật Đất đai" not in told


def test_a_setting_of_unknown_source_never_names_it() -> None:
    told = rules.too_short(
        [rule(30, "U", source="Điều 70 khoản 3")],
        rules.last_day(CALENDAR, day("02/03/2026"), day("12/03/2026")),
    )
    assert "Điều 70" not in told
    assert "tự đặt" in told


@pytest.mark.parametrize("confidence", ["A", "B"])
def test_law_is_told_with_its_source(confidence: str) -> None:
    told = rules.too_short(
        [rule(30, confidence), rule(20, "A", source="Luật khác")],
        rules.last_day(CALENDAR, day("02/03/2026"), day("12/03/2026")),
    )
    assert "Tối thiểu 30 ngày theo Nguồn." in told
    assert "Luật khác" not in told


def test_long_enough_is_free() -> None:
    found = rules.in_force(COMMUNE, T.LAND_PLAN, day("02/03/2026"))
    assert (
        rules.too_short(found, rules.last_day(CALENDAR, day("02/03/2026"), day("01/04/2026"))) == ""
    )
    assert (
        rules.too_short(found, rules.last_day(CALENDAR, day("02/03/2026"), day("31/12/2026"))) == ""
    )
    assert rules.too_short([], rules.last_day(CALENDAR, day("02/03/2026"), day("03/03/2026"))) == ""


def test_a_day_that_was_moved_counts_as_the_days_that_people_get() -> None:
    # Saturday the 29th day moves to Monday the 31st: thirty days are given.
    assert (
        rules.too_short([rule(30)], rules.last_day(CALENDAR, day("02/10/2026"), day("31/10/2026")))
        == ""
    )


def test_the_proposal_is_as_soon_as_allowed() -> None:
    assert rules.proposed(CALENDAR, [rule(30)], day("28/03/2026")).day == day("28/04/2026")
    assert (
        rules.proposed(CALENDAR, [], day("02/03/2026")).days == rules.USUAL_DAYS + 1
    )  # 22/03/2026 is a Sunday


@given(st.dates(dt.date(2024, 1, 1), dt.date(2027, 10, 1)), st.integers(0, 60))
def test_no_proposal_is_too_short_or_on_a_day_off(posted: dt.date, least: int) -> None:
    known = [rule(least, "A")]
    found = rules.proposed(CALENDAR, known, posted)
    assert CALENDAR.is_working(found.day)
    assert found.days >= least
    assert rules.too_short(known, found) == ""


# What ships -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "level", ["commune", "ward", "special_zone", "district", "province", "department"]
)
def test_shipped_rules_make_sense(level: str) -> None:
    found = shipped.rules(level)
    assert found
    for one in found:
        assert 0 < one.min_days <= rules.LONGEST_DAYS
        assert one.confidence in rules.CONFIDENCE_LABELS
        assert one.source
    assert len({(one.type, one.valid_from) for one in found}) == len(found)


def test_shipped_rules_follow_the_level() -> None:
    def longest(level: str, kind: T) -> int:
        return rules.min_days(rules.in_force(shipped.rules(level), kind, day("01/06/2026")))

    assert longest("commune", T.LAND_PLAN) == 30
    assert longest("commune", T.LAND_YEAR_PLAN) == 20
    assert longest("province", T.LAND_PLAN) == 45
    assert longest("commune", T.OTHER) == 0
    assert all(one.is_law for one in shipped.rules("province") if one.type is T.LAND_PLAN)


def test_what_is_inferred_for_communes_is_not_law() -> None:
    assert all(
        not one.is_law for one in COMMUNE if "Đất đai" in one.source or "thông báo" in one.source
    )


def test_shipped_land_uses_are_one_at_a_time() -> None:
    found = shipped.land_uses()
    for code in {one.code for one in found}:
        rows = sorted((one for one in found if one.code == code), key=lambda one: one.valid_from)
        for before, after in zip(rows, rows[1:], strict=False):
            assert before.valid_to == after.valid_from - dt.timedelta(days=1)
    assert {one.code for one in found if one.colour == ""} == {"LMU"}
    assert {one.valid_to for one in found if one.code == "BHK"} == {day("31/07/2024")}
    assert all(one.confidence in rules.CONFIDENCE_LABELS for one in found)
