"""The clock of a question: what pauses it, what extends it, what people read."""

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.kernel.clock import HANOI, local_date
from app.workdays.calendar import Calendar
from app.workdays.clock import (
    MAX_EXTRA_DAYS,
    ClockState,
    Pause,
    due_date,
    explain_due,
    read_clock,
    working_days_used,
)

D = dt.date
#: November 2026: Monday 2nd … ; the 24th (a Tuesday) is a holiday.
CALENDAR = Calendar({D(2026, 11, 24): "Ngày Văn hóa Việt Nam"}, {}, frozenset({2026}))

dates = st.dates(D(2026, 1, 1), D(2027, 12, 31))


@st.composite
def pauses(draw: st.DrawFn) -> Pause:
    start = draw(dates)
    return Pause(start, start + dt.timedelta(days=draw(st.integers(0, 20))))


def due(received: D, days: int, *waits: Pause, extra: int = 0) -> D | None:
    return due_date(
        CALENDAR, received_on=received, working_days=days, pauses=waits, extra_days=extra
    )


def test_counting_starts_the_working_day_after_receipt() -> None:
    assert due(D(2026, 11, 2), 5) == D(2026, 11, 9)
    assert due(D(2026, 11, 6), 1) == D(2026, 11, 9)  # received on a Friday


@pytest.mark.parametrize("received", [D(2026, 11, 6), D(2026, 11, 7), D(2026, 11, 8)])
def test_received_on_a_day_off_counts_like_the_working_day_before(received: D) -> None:
    assert due(received, 5) == D(2026, 11, 13)


def test_received_on_a_holiday() -> None:
    assert due(D(2026, 11, 24), 1) == D(2026, 11, 25)
    assert due(D(2026, 11, 23), 1) == D(2026, 11, 25)


def test_midnight_in_hanoi_divides_the_days() -> None:
    before = dt.datetime(2026, 11, 4, 23, 59, 59, tzinfo=HANOI)
    after = dt.datetime(2026, 11, 5, 0, 0, 0, tzinfo=HANOI)
    assert local_date(before.astimezone(dt.UTC)) == D(2026, 11, 4)
    assert due(local_date(before.astimezone(dt.UTC)), 1) == D(2026, 11, 5)
    assert due(local_date(after.astimezone(dt.UTC)), 1) == D(2026, 11, 6)
    # In UTC both moments are on the 4th.
    assert after.astimezone(dt.UTC).date() == D(2026, 11, 4)


def test_asked_and_answered_on_the_same_day_loses_nothing() -> None:
    assert due(D(2026, 11, 2), 5, Pause(D(2026, 11, 4), D(2026, 11, 4))) == D(2026, 11, 9)


def test_days_from_asking_up_to_but_not_including_the_reply_do_not_count() -> None:
    # Asked on Wednesday 4th, answered on Friday 6th: the 4th and 5th are lost, the 6th counts.
    assert due(D(2026, 11, 2), 5, Pause(D(2026, 11, 4), D(2026, 11, 6))) == D(2026, 11, 11)


def test_a_pause_over_a_weekend_loses_only_working_days() -> None:
    assert due(D(2026, 11, 2), 5, Pause(D(2026, 11, 7), D(2026, 11, 9))) == D(
        2026, 11, 9
    )  # Saturday to Monday
    assert due(D(2026, 11, 2), 5, Pause(D(2026, 11, 7), D(2026, 11, 10))) == D(2026, 11, 10)


def test_overlapping_pauses_count_once() -> None:
    one = due(D(2026, 11, 2), 5, Pause(D(2026, 11, 3), D(2026, 11, 6)))
    two = due(
        D(2026, 11, 2),
        5,
        Pause(D(2026, 11, 3), D(2026, 11, 5)),
        Pause(D(2026, 11, 4), D(2026, 11, 6)),
    )
    assert one == two == D(2026, 11, 12)


def test_pauses_back_to_back_count_like_one() -> None:
    assert due(
        D(2026, 11, 2),
        5,
        Pause(D(2026, 11, 3), D(2026, 11, 5)),
        Pause(D(2026, 11, 5), D(2026, 11, 6)),
    ) == D(2026, 11, 12)


def test_a_pause_that_ends_before_counting_starts_changes_nothing() -> None:
    assert due(D(2026, 11, 2), 5, Pause(D(2026, 11, 2), D(2026, 11, 3))) == D(2026, 11, 9)
    assert due(D(2026, 11, 2), 5, Pause(D(2026, 10, 26), D(2026, 10, 30))) == D(2026, 11, 9)


def test_a_pause_after_the_due_date_does_not_save_it() -> None:
    assert due(D(2026, 11, 2), 5, Pause(D(2026, 11, 10), D(2026, 11, 20))) == D(2026, 11, 9)


def test_nothing_is_due_while_a_pause_is_open() -> None:
    assert due(D(2026, 11, 2), 5, Pause(D(2026, 11, 4))) is None
    assert (
        explain_due(
            CALENDAR, received_on=D(2026, 11, 2), working_days=5, pauses=[Pause(D(2026, 11, 4))]
        )
        is None
    )


def test_a_reply_cannot_come_before_the_question() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Pause(D(2026, 11, 4), D(2026, 11, 3))


def test_an_extension_adds_working_days() -> None:
    assert due(D(2026, 11, 2), 5, extra=10) == D(2026, 11, 23)


@pytest.mark.parametrize("extra", [-1, MAX_EXTRA_DAYS + 1])
def test_an_extension_out_of_range_is_refused(extra: int) -> None:
    with pytest.raises(ValueError, match="extension"):
        due(D(2026, 11, 2), 5, extra=extra)


def test_a_deadline_needs_a_day() -> None:
    with pytest.raises(ValueError, match="at least one"):
        due(D(2026, 11, 2), 0)


def test_explanation_names_the_days_of_a_pause() -> None:
    found = explain_due(
        CALENDAR,
        received_on=D(2026, 11, 2),
        working_days=3,
        pauses=[
            Pause(D(2026, 11, 4), D(2026, 11, 5), "Chờ Điện lực trả lời"),
            Pause(D(2026, 11, 5), D(2026, 11, 6)),
        ],
    )
    assert found is not None
    assert found.counted == (D(2026, 11, 3), D(2026, 11, 6), D(2026, 11, 9))
    assert found.skipped == (
        (D(2026, 11, 4), "Chờ Điện lực trả lời"),
        (D(2026, 11, 5), "Chờ bổ sung thông tin"),
        (D(2026, 11, 7), "Thứ Bảy"),
        (D(2026, 11, 8), "Chủ nhật"),
    )


@pytest.mark.parametrize(
    ("today", "state", "left", "label"),
    [
        (D(2026, 11, 2), ClockState.RUNNING, 10, "Còn 10 ngày làm việc"),
        (D(2026, 11, 10), ClockState.RUNNING, 4, "Còn 4 ngày làm việc"),  # 6 of 10 used
        (D(2026, 11, 11), ClockState.DUE_SOON, 3, "Còn 3 ngày làm việc"),  # 7 of 10 used: 70 %
        (D(2026, 11, 13), ClockState.DUE_SOON, 1, "Còn 1 ngày làm việc"),
        (D(2026, 11, 14), ClockState.DUE_SOON, 1, "Còn 1 ngày làm việc"),  # Saturday
        (D(2026, 11, 16), ClockState.DUE_SOON, 0, "Hạn hôm nay"),
        (D(2026, 11, 17), ClockState.OVERDUE, -1, "Quá hạn 1 ngày làm việc"),
        (D(2026, 11, 25), ClockState.OVERDUE, -6, "Quá hạn 6 ngày làm việc"),
    ],
)
def test_what_people_read_day_by_day(today: D, state: ClockState, left: int, label: str) -> None:
    clock = read_clock(CALENDAR, today=today, received_on=D(2026, 11, 2), working_days=10)
    assert (clock.state, clock.days_left, clock.label, clock.due) == (
        state,
        left,
        label,
        D(2026, 11, 16),
    )
    assert clock.days_used == 10 - left
    assert clock.late == (state is ClockState.OVERDUE)


def test_a_short_term_is_near_with_one_day_left_even_below_seventy_per_cent() -> None:
    clock = read_clock(CALENDAR, today=D(2026, 11, 3), received_on=D(2026, 11, 2), working_days=2)
    assert (clock.state, clock.tone, clock.days_left) == (ClockState.DUE_SOON, "soon", 1)


def test_the_weekend_after_the_due_date_is_late_without_a_number() -> None:
    clock = read_clock(CALENDAR, today=D(2026, 11, 7), received_on=D(2026, 11, 2), working_days=4)
    assert (clock.state, clock.days_left, clock.label, clock.late) == (
        ClockState.OVERDUE,
        0,
        "Quá hạn",
        True,
    )


def test_a_paused_clock_keeps_what_is_left() -> None:
    clock = read_clock(
        CALENDAR,
        today=D(2026, 11, 20),
        received_on=D(2026, 11, 2),
        working_days=5,
        pauses=[Pause(D(2026, 11, 4), reason="Chờ bản đồ")],
    )
    assert (clock.state, clock.tone, clock.due, clock.days_left, clock.days_used) == (
        ClockState.PAUSED,
        "paused",
        None,
        4,
        1,
    )
    assert clock.label == "Tạm dừng từ 04/11/2026"
    assert not clock.late


def test_asking_after_the_due_date_does_not_hide_lateness() -> None:
    clock = read_clock(
        CALENDAR,
        today=D(2026, 11, 20),
        received_on=D(2026, 11, 2),
        working_days=3,
        pauses=[Pause(D(2026, 11, 9))],
    )
    assert clock.state is ClockState.PAUSED
    assert clock.late
    assert clock.days_left == -1


@pytest.mark.parametrize(
    ("stopped", "used", "late", "label"),
    [
        (D(2026, 11, 2), 0, False, "Xong trong vòng một ngày làm việc"),
        (D(2026, 11, 5), 3, False, "Xong sau 3 ngày làm việc"),
        (D(2026, 11, 9), 5, False, "Xong sau 5 ngày làm việc"),
        (D(2026, 11, 10), 6, True, "Xong sau 6 ngày làm việc"),
    ],
)
def test_a_stopped_clock_says_how_long_it_took(
    stopped: D, used: int, late: bool, label: str
) -> None:
    clock = read_clock(
        CALENDAR,
        today=D(2026, 12, 24),
        received_on=D(2026, 11, 2),
        working_days=5,
        stopped_on=stopped,
    )
    assert (clock.state, clock.tone, clock.days_used, clock.late, clock.label) == (
        ClockState.STOPPED,
        "stopped",
        used,
        late,
        label,
    )
    assert clock.due == D(2026, 11, 9)
    assert clock.days_left == 5 - used


def test_stopping_in_the_middle_of_a_pause_ends_the_pause() -> None:
    clock = read_clock(
        CALENDAR,
        today=D(2026, 12, 24),
        received_on=D(2026, 11, 2),
        working_days=5,
        pauses=[Pause(D(2026, 11, 4))],
        stopped_on=D(2026, 11, 6),
    )
    assert (clock.state, clock.days_used, clock.due) == (ClockState.STOPPED, 2, D(2026, 11, 11))


def test_an_extension_moves_the_clock_away_from_its_due_date() -> None:
    late = read_clock(CALENDAR, today=D(2026, 11, 10), received_on=D(2026, 11, 2), working_days=5)
    extended = read_clock(
        CALENDAR, today=D(2026, 11, 10), received_on=D(2026, 11, 2), working_days=5, extra_days=10
    )
    assert late.state is ClockState.OVERDUE
    assert (extended.state, extended.due, extended.days_left) == (
        ClockState.RUNNING,
        D(2026, 11, 23),
        9,
    )


def test_a_clock_read_before_receipt_is_still_whole() -> None:
    clock = read_clock(CALENDAR, today=D(2026, 10, 30), received_on=D(2026, 11, 2), working_days=5)
    assert (clock.state, clock.days_left) == (ClockState.RUNNING, 5)


@given(dates, st.integers(1, 20), st.lists(pauses(), max_size=4), pauses())
def test_one_more_pause_never_makes_a_question_due_earlier(
    received: D, days: int, waits: list[Pause], more: Pause
) -> None:
    before, after = due(received, days, *waits), due(received, days, *waits, more)
    assert before is not None
    assert after is not None
    assert after >= before


@given(dates, st.integers(1, 20), st.lists(pauses(), max_size=4))
def test_the_order_of_pauses_does_not_matter(received: D, days: int, waits: list[Pause]) -> None:
    assert due(received, days, *waits) == due(received, days, *reversed(waits))


@given(dates, st.integers(1, 20), st.integers(0, MAX_EXTRA_DAYS), st.lists(pauses(), max_size=3))
def test_an_extension_equals_a_longer_term(
    received: D, days: int, extra: int, waits: list[Pause]
) -> None:
    assert due(received, days, *waits, extra=extra) == due(received, days + extra, *waits)


@given(dates, st.integers(1, 20), st.lists(pauses(), max_size=3))
def test_on_the_due_date_exactly_the_allowed_days_are_used(
    received: D, days: int, waits: list[Pause]
) -> None:
    last = due(received, days, *waits)
    assert last is not None
    assert working_days_used(CALENDAR, received_on=received, until=last, pauses=waits) == days


@given(dates, st.integers(1, 20), st.lists(pauses(), max_size=3), st.integers(0, 60))
def test_the_clock_only_ever_moves_forward(
    received: D, days: int, waits: list[Pause], after: int
) -> None:
    assume(all(pause.start > received for pause in waits))
    today = received + dt.timedelta(days=after)
    now = read_clock(CALENDAR, today=today, received_on=received, working_days=days, pauses=waits)
    next_day = read_clock(
        CALENDAR,
        today=today + dt.timedelta(days=1),
        received_on=received,
        working_days=days,
        pauses=waits,
    )
    assert now.days_left - 1 <= next_day.days_left <= now.days_left
    assert not (now.late and not next_day.late)
