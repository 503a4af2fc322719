"""The working calendar: the test vectors of practice, and what must hold for any calendar."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workdays.calendar import Calendar, unconfirmed_warnings
from app.workdays.holidays import proposed, shipped_years
from app.workdays.models import DayKind


def date(text: str) -> dt.date:
    day, month, year = text.split("/")
    return dt.date(int(year), int(month), int(day))


def shipped() -> Calendar:
    plans = shipped_years().values()
    days = [day for plan in plans for day in plan.days]
    return Calendar(
        {day.date: day.name for day in days if day.kind is DayKind.OFF},
        {day.date: day.name for day in days if day.kind is DayKind.WORKED},
        frozenset(plan.year for plan in plans if plan.confirmed),
    )


CALENDAR = shipped()

dates = st.dates(dt.date(2023, 6, 1), dt.date(2028, 6, 1))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any calendar, with days off and days worked where they may be."""
    off = draw(st.dictionaries(dates, st.just("Ngày nghỉ"), max_size=40))
    worked = draw(
        st.dictionaries(
            dates.filter(lambda day: day.weekday() >= 5), st.just("Làm bù"), max_size=20
        )
    )
    return Calendar({day: name for day, name in off.items() if day not in worked}, worked)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("20/08/2026", 2, "22/08/2026"),  # a worked Saturday
        ("20/08/2026", 15, "14/09/2026"),
        ("28/08/2026", 5, "09/09/2026"),
        ("12/02/2026", 2, "23/02/2026"),  # across Tết
        ("12/02/2026", 15, "12/03/2026"),
        ("24/04/2026", 5, "06/05/2026"),
        ("20/11/2026", 2, "25/11/2026"),  # across 24 November
        ("31/12/2025", 2, "06/01/2026"),  # across the exchanged Friday
        ("08/01/2026", 2, "10/01/2026"),  # a worked Saturday again
    ],
)
def test_working_days(start: str, days: int, due: str) -> None:
    assert CALENDAR.add_working_days(date(start), days) == date(due)
    assert CALENDAR.working_days_between(date(start), date(due)) == days


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("28/06/2021", 30, "28/07/2021"),
        ("11/08/2026", 20, "03/09/2026"),
        ("28/03/2026", 30, "28/04/2026"),
        ("27/03/2026", 0, "27/03/2026"),
    ],
)
def test_terms_in_calendar_days(start: str, days: int, end: str) -> None:
    assert CALENDAR.calendar_term(date(start), days) == date(end)


def test_the_start_is_never_counted_even_on_a_working_day() -> None:
    assert CALENDAR.add_working_days(date("23/11/2026"), 0) == date("23/11/2026")
    assert CALENDAR.add_working_days(date("23/11/2026"), 1) == date("25/11/2026")


def test_next_working_day_is_the_day_itself_when_worked() -> None:
    assert CALENDAR.next_working_day(date("22/08/2026")) == date("22/08/2026")
    assert CALENDAR.next_working_day(date("31/08/2026")) == date("03/09/2026")
    assert CALENDAR.next_working_day(date("14/02/2026")) == date("23/02/2026")


def test_no_working_days_between_when_the_end_is_not_after_the_start() -> None:
    assert CALENDAR.working_days_between(date("23/11/2026"), date("23/11/2026")) == 0
    assert CALENDAR.working_days_between(date("23/11/2026"), date("20/11/2026")) == 0


def test_reasons_are_words() -> None:
    assert CALENDAR.reason(date("21/11/2026")) == "Thứ Bảy"
    assert CALENDAR.reason(date("22/11/2026")) == "Chủ nhật"
    assert CALENDAR.reason(date("24/11/2026")) == "Ngày Văn hóa Việt Nam"
    assert CALENDAR.reason(date("22/08/2026")) == "Làm bù"
    assert CALENDAR.reason(date("25/11/2026")) == ""
    assert (
        CALENDAR.reason(date("26/04/2026")) == "Giỗ Tổ Hùng Vương"
    )  # a Sunday with a better reason


def test_explanation_names_every_day_on_the_way() -> None:
    found = CALENDAR.explain(date("20/08/2026"), 9)
    assert found.due == date("04/09/2026")
    assert found.counted[0] == date("21/08/2026")
    assert found.counted[-1] == found.due
    assert found.made_up == ((date("22/08/2026"), "Làm bù"),)
    assert found.skipped == (
        (date("23/08/2026"), "Chủ nhật"),
        (date("29/08/2026"), "Thứ Bảy"),
        (date("30/08/2026"), "Chủ nhật"),
        (date("31/08/2026"), "Nghỉ hoán đổi"),
        (date("01/09/2026"), "Quốc khánh"),
        (date("02/09/2026"), "Quốc khánh"),
    )
    assert found.unconfirmed_years == ()


def test_a_deadline_that_crosses_an_unconfirmed_year_says_so() -> None:
    found = CALENDAR.explain(date("28/12/2026"), 5)
    assert found.unconfirmed_years == (2027,)
    assert found.warnings == ["Lịch nghỉ năm 2027 chưa được xác nhận."]
    assert CALENDAR.explain(date("21/12/2026"), 5).warnings == []
    # The year of receipt does not matter when counting begins in the next.
    assert CALENDAR.explain(date("31/12/2027"), 1).unconfirmed_years == (2028,)


def test_a_year_nobody_entered_is_unconfirmed() -> None:
    assert Calendar().explain(date("20/11/2026"), 2).unconfirmed_years == (2026,)
    assert unconfirmed_warnings([]) == []


@pytest.mark.parametrize(
    "call", [CALENDAR.add_working_days, CALENDAR.calendar_term, CALENDAR.explain]
)
def test_negative_terms_are_refused(call: object) -> None:
    with pytest.raises(ValueError, match="negative"):
        call(date("20/11/2026"), -1)  # type: ignore[operator]


def test_a_day_cannot_be_off_and_worked() -> None:
    saturday = date("21/11/2026")
    with pytest.raises(ValueError, match="off and worked"):
        Calendar({saturday: "Quốc khánh"}, {saturday: "Làm bù"})


@given(calendars(), dates, st.integers(0, 40))
def test_adding_then_counting_gives_the_same_number(
    calendar: Calendar, start: dt.date, days: int
) -> None:
    due = calendar.add_working_days(start, days)
    assert calendar.working_days_between(start, due) == days
    assert days == 0 or calendar.is_working(due)


@given(calendars(), dates, st.integers(0, 30), st.integers(0, 30))
def test_longer_terms_and_later_starts_end_later(
    calendar: Calendar, start: dt.date, days: int, more: int
) -> None:
    due = calendar.add_working_days(start, days)
    assert calendar.add_working_days(start, days + more) == calendar.add_working_days(due, more)
    assert calendar.add_working_days(start + dt.timedelta(days=more), days) >= due


@given(calendars(), dates, st.integers(1, 30), dates)
def test_one_more_day_off_never_makes_a_term_end_earlier(
    calendar: Calendar, start: dt.date, days: int, extra: dt.date
) -> None:
    worked = {day: name for day, name in calendar.worked.items() if day != extra}
    less = Calendar({**calendar.days_off, extra: "Ngày nghỉ"}, worked)
    assert less.add_working_days(start, days) >= calendar.add_working_days(start, days)
    assert less.calendar_term(start, days) >= calendar.calendar_term(start, days)


@given(calendars(), dates, st.integers(1, 30), dates.filter(lambda day: day.weekday() >= 5))
def test_one_more_worked_weekend_never_makes_a_term_end_later(
    calendar: Calendar, start: dt.date, days: int, extra: dt.date
) -> None:
    off = {day: name for day, name in calendar.days_off.items() if day != extra}
    more = Calendar(off, {**calendar.worked, extra: "Làm bù"})
    assert more.add_working_days(start, days) <= calendar.add_working_days(start, days)


@given(st.integers(2024, 2026), st.integers(1, 20))
def test_exchanged_days_leave_a_term_around_both_unchanged(year: int, days: int) -> None:
    """A Friday exchanged for the Saturday of the same week: counted from before to after, nothing
    is won or lost.
    """
    friday = dt.date(year, 6, 1)
    while friday.weekday() != 4:
        friday += dt.timedelta(days=1)
    saturday = friday + dt.timedelta(days=1)
    swapped = Calendar({friday: "Nghỉ hoán đổi"}, {saturday: "Làm bù"})
    before, after = friday - dt.timedelta(days=7), friday + dt.timedelta(days=7)
    assert swapped.working_days_between(before, after) == Calendar().working_days_between(
        before, after
    )
    start = saturday - dt.timedelta(days=2)
    assert swapped.add_working_days(start, 1) == saturday
    assert swapped.add_working_days(start, days + 1) == Calendar().add_working_days(start, days + 1)


@given(calendars(), dates, st.integers(0, 40))
def test_explanation_accounts_for_every_day(calendar: Calendar, start: dt.date, days: int) -> None:
    found = calendar.explain(start, days)
    everything = sorted([*found.counted, *(day for day, _reason in found.skipped)])
    assert everything == [
        start + dt.timedelta(days=offset) for offset in range(1, (found.due - start).days + 1)
    ]
    assert len(found.counted) == days
    assert all(reason for _day, reason in found.skipped)


@given(calendars(), dates, st.integers(0, 60))
def test_a_calendar_term_ends_on_the_first_working_day_from_its_last_day(
    calendar: Calendar, start: dt.date, days: int
) -> None:
    end = calendar.calendar_term(start, days)
    last = start + dt.timedelta(days=days)
    assert end >= last
    assert calendar.is_working(end)
    assert not any(
        calendar.is_working(last + dt.timedelta(days=offset)) for offset in range((end - last).days)
    )


def weekdays_off(year: int, calendar: Calendar) -> set[dt.date]:
    return {day for day in calendar.days_off if day.year == year and day.weekday() < 5}


EXCHANGED = {date("29/04/2024"), date("02/05/2025"), date("02/01/2026"), date("31/08/2026")}


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_the_computed_list_agrees_with_the_shipped_one_but_for_exchanged_days(year: int) -> None:
    computed = {day.date for day in proposed(year).days if day.date.weekday() < 5}
    assert computed == weekdays_off(year, CALENDAR) - EXCHANGED
    assert not proposed(year).confirmed


@pytest.mark.parametrize("year", [2028, 2029, 2030])
def test_the_computed_list_of_later_years_has_every_holiday(year: int) -> None:
    plan = proposed(year)
    names = [day.name for day in plan.days]
    weekend = [day for day in plan.days if day.date.weekday() >= 5]
    assert names.count("Tết Nguyên đán") == 5
    assert names.count("Quốc khánh") == 2
    assert names.count("Nghỉ bù") == len(weekend)
    assert len({day.date for day in plan.days}) == len(plan.days)
    # Eleven public holidays and the day of culture, each off on a weekday of its own.
    assert sum(day.date.weekday() < 5 for day in plan.days) == 12


def test_the_shipped_file_says_which_years_are_confirmed() -> None:
    assert {year: plan.confirmed for year, plan in shipped_years().items()} == {
        2024: True,
        2025: True,
        2026: True,
        2027: False,
    }
    assert all(day.date.year == plan.year for plan in shipped_years().values() for day in plan.days)
    assert all(
        day.date.weekday() >= 5
        for plan in shipped_years().values()
        for day in plan.days
        if day.kind is DayKind.WORKED
    )
