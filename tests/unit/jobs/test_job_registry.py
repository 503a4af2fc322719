"""When periodic tasks run, and what may be registered."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs import registry
from app.jobs.registry import PeriodicKind
from app.jobs.runner import describe
from app.jobs.service import wait_after
from app.jobs.states import FLOW, LABELS, JobState
from app.kernel.clock import HANOI, local


def nothing() -> None:
    """A task that does nothing."""


def kind(
    *,
    every: int | None = None,
    at: str | None = None,
    only_working_days: bool = False,
    not_after: str | None = None,
) -> PeriodicKind:
    time = dt.time.fromisoformat(at) if at else None
    late = dt.time.fromisoformat(not_after) if not_after else None
    return PeriodicKind("test", "Việc thử", nothing, every, time, only_working_days, late, 10)


def hanoi(text: str) -> dt.datetime:
    return dt.datetime.combine(
        dt.date.fromisoformat(text[:10]), dt.time.fromisoformat(text[11:]), HANOI
    )


@pytest.fixture
def no_calendar(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_working_day", None)
    return iter(())


@pytest.mark.parametrize(
    ("now", "following"),
    [
        ("2026-11-24T07:29:59", "2026-11-24T07:30"),
        ("2026-11-24T07:30:00", "2026-11-25T07:30"),
        ("2026-11-24T23:59:59", "2026-11-25T07:30"),
        ("2026-12-31T12:00:00", "2027-01-01T07:30"),
        ("2028-02-28T12:00:00", "2028-02-29T07:30"),
    ],
)
def test_daily_in_hanoi(now: str, following: str) -> None:
    assert kind(at="07:30").next_after(hanoi(now)) == hanoi(following)


def test_a_day_in_hanoi_is_not_a_day_in_utc() -> None:
    # 00:30 on the 25th in Hà Nội is 17:30 on the 24th in UTC.
    assert kind(at="00:15").next_after(hanoi("2026-11-25T00:30")) == hanoi("2026-11-26T00:15")


def test_every_few_minutes() -> None:
    now = hanoi("2026-11-24T07:00")
    assert kind(every=5).next_after(now) == now + dt.timedelta(minutes=5)


def test_only_working_days_without_a_calendar(no_calendar: None) -> None:
    assert kind(at="07:30", only_working_days=True).next_after(hanoi("2026-11-20T08:00")) == hanoi(
        "2026-11-23T07:30"
    )


def test_only_working_days_of_the_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_working_day", None)
    registry.set_working_day(lambda day: day == dt.date(2026, 11, 28))
    assert kind(at="07:30", only_working_days=True).next_after(hanoi("2026-11-24T08:00")) == hanoi(
        "2026-11-28T07:30"
    )


def test_a_calendar_without_working_days_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_working_day", lambda day: False)
    with pytest.raises(RuntimeError, match="no working day"):
        kind(at="07:30", only_working_days=True).next_after(hanoi("2026-11-24T08:00"))


@given(
    st.integers(1_600_000_000, 2_200_000_000).map(
        lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC)
    ),
    st.times(),
)
def test_the_next_run_is_the_first_one_after_now(moment: dt.datetime, time: dt.time) -> None:
    time = time.replace(second=0, microsecond=0)
    following = kind(at=time.isoformat("minutes")).next_after(moment)
    assert dt.timedelta(0) < following - moment <= dt.timedelta(days=1)
    assert local(following).time() == time


def test_neither_on_days_off_nor_late(no_calendar: None) -> None:
    digest = kind(at="07:30", only_working_days=True, not_after="11:00")
    assert digest.may_run(hanoi("2026-11-24T07:31"))
    assert not digest.may_run(hanoi("2026-11-24T22:00"))
    assert not digest.may_run(hanoi("2026-11-22T07:31"))


def test_what_cannot_be_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_periodics", {})
    monkeypatch.setattr(registry, "_jobs", {})
    with pytest.raises(ValueError, match="every_minutes or at"):
        registry.periodic("test:both", every_minutes=5, at="07:30")
    with pytest.raises(ValueError, match="every_minutes or at"):
        registry.periodic("test:neither")
    with pytest.raises(TypeError, match="no arguments"):
        registry.periodic("test:arguments", every_minutes=5)(lambda payload: None)
    registry.job("test:twice")(lambda payload: None)
    with pytest.raises(ValueError, match="two functions"):
        registry.job("test:twice")(lambda payload: None)


def test_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_periodics", {})
    monkeypatch.setattr(registry, "_jobs", {})
    registry.periodic("test:named", every_minutes=5, label="Việc có tên")(nothing)
    registry.job("test:job", label="Việc nền")(lambda payload: None)
    registry.periodic("test:plain", every_minutes=5)(nothing)
    assert [
        registry.label(name) for name in ("test:named", "test:job", "test:plain", "test:gone")
    ] == [
        "Việc có tên",
        "Việc nền",
        "test:plain",
        "test:gone",
    ]


def test_registering_the_same_function_again_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_periodics", {})
    for _app in range(2):
        registry.periodic("test:again", every_minutes=5)(nothing)
    assert list(registry.periodics()) == ["test:again"]


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("move", ["start", "finish", "postpone", "give_up", "retry"])
def test_moves(state: JobState, move: str) -> None:
    allowed = {
        (JobState.READY, "start"): JobState.RUNNING,
        (JobState.RUNNING, "start"): JobState.RUNNING,
        (JobState.RUNNING, "finish"): JobState.DONE,
        (JobState.RUNNING, "postpone"): JobState.READY,
        (JobState.RUNNING, "give_up"): JobState.DEAD,
        (JobState.DEAD, "retry"): JobState.READY,
    }
    if (state, move) in allowed:
        assert FLOW.next(state, move) == allowed[state, move]
    else:
        assert not FLOW.allows(state, move)
        assert move not in FLOW.from_state(state)


def test_every_state_has_words() -> None:
    assert set(LABELS) == set(JobState)


def test_waits_grow_to_six_hours() -> None:
    waits = [wait_after(failures) for failures in range(1, 12)]
    assert waits[0] == dt.timedelta(seconds=10)
    assert waits == sorted(waits)
    assert waits[-1] == dt.timedelta(hours=6)


def test_errors_are_described_without_their_message() -> None:
    with pytest.raises(ValueError, match="every_minutes") as caught:
        registry.periodic("secret name")
    assert re.fullmatch(r"ValueError \(jobs/registry\.py:\d+\)", describe(caught.value))
    assert describe(ValueError("090 123 4567")) == "ValueError"
