"""The stored calendar: writing it, reading it cheaply, and moving what depends on it."""

import datetime as dt
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access.actors import SYSTEM
from app.audit.models import AuditRecord
from app.extensions import db
from app.jobs import registry
from app.kernel import events as bus
from app.kernel import links
from app.kernel.errors import FieldError, NotFound, Stale
from app.workdays import events, holidays, queries, service
from app.workdays.calendar import Calendar
from app.workdays.clock import due_date
from app.workdays.models import CalendarDay, CalendarYear, DayKind
from tests.factories.statements import StatementCounter

D = dt.date


class Questions:
    """Two open questions, received on given days, five working days each: what a feature with
    deadlines registers.
    """

    def __init__(self, *received: D) -> None:
        self.received = received
        self.stored: dict[D, D | None] = {}

    def fresh(self, calendar: Calendar) -> dict[D, D | None]:
        return {day: due_date(calendar, received_on=day, working_days=5) for day in self.received}

    def preview(self, calendar: Calendar) -> list[events.MovedDeadline]:
        fresh = self.fresh(calendar)
        return [
            events.MovedDeadline(
                f"AS-{day:%Y-%m-%d}", links.Ref("question", 1), self.stored.get(day), new
            )
            for day, new in fresh.items()
            if new != self.stored.get(day)
        ]

    def apply(self, calendar: Calendar) -> int:
        moved = len(self.preview(calendar))
        self.stored = self.fresh(calendar)
        return moved


@pytest.fixture
def questions() -> Iterator[Questions]:
    """Received on 20 and 30 November 2026; the registration is taken back afterwards."""
    kind = Questions(D(2026, 11, 20), D(2026, 11, 30))
    kind.apply(Calendar())
    events.register_deadlines("thu-nghiem", kind.preview, kind.apply)
    yield kind
    events.forget_deadlines("thu-nghiem")


def records(tag: str) -> list[AuditRecord]:
    return list(
        db.session.scalars(
            sa.select(AuditRecord).where(AuditRecord.tag == tag).order_by(AuditRecord.id)
        )
    )


def test_without_any_list_monday_to_friday_are_worked(ctx: Flask) -> None:
    assert queries.calendar() == Calendar()
    assert queries.calendar().is_working(D(2026, 11, 24))


def test_seeding_writes_the_shipped_years_once(ctx: Flask) -> None:
    assert service.seed_days() == [2024, 2025, 2026, 2027]
    calendar = queries.calendar()
    assert calendar.confirmed_years == {2024, 2025, 2026}
    assert calendar.add_working_days(D(2026, 8, 20), 2) == D(2026, 8, 22)
    assert calendar.add_working_days(D(2026, 2, 12), 15) == D(2026, 3, 12)
    assert calendar.reason(D(2026, 9, 2)) == "Quốc khánh"
    assert service.seed_days() == []
    assert len(records("calendar:year:replaced")) == 4


def test_seeding_leaves_what_somebody_entered(ctx: Flask) -> None:
    service.set_day(D(2026, 3, 2), kind=DayKind.OFF, name="Ngày nghỉ riêng", actor=SYSTEM)
    assert service.seed_days() == [2024, 2025, 2027]
    assert [day.name for day in queries.days_of(2026)] == ["Ngày nghỉ riêng"]


def test_a_day_is_set_replaced_and_removed(ctx: Flask) -> None:
    service.set_day(
        D(2026, 11, 24), kind=DayKind.OFF, name="Ngày Văn hóa", actor=SYSTEM, source="Nghị quyết"
    )
    assert not queries.calendar().is_working(D(2026, 11, 24))
    service.set_day(D(2026, 11, 24), kind=DayKind.OFF, name=" Ngày Văn hóa Việt Nam ", actor=SYSTEM)
    assert queries.calendar().reason(D(2026, 11, 24)) == "Ngày Văn hóa Việt Nam"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CalendarDay)) == 1
    service.remove_day(D(2026, 11, 24), actor=SYSTEM)
    assert queries.calendar().is_working(D(2026, 11, 24))
    assert [record.data["date"] for record in records("calendar:day:removed")] == ["2026-11-24"]
    assert links.resolve(links.Ref("calendar_year", 2026)) == links.Resolved(
        "Lịch làm việc năm 2026", None, "/can-bo/he-thong/lich-lam-viec?nam=2026"
    )


def test_a_worked_saturday(ctx: Flask) -> None:
    service.set_day(D(2026, 8, 22), kind=DayKind.WORKED, name="Làm bù", actor=SYSTEM)
    assert queries.is_working_day(D(2026, 8, 22))
    assert not queries.is_working_day(D(2026, 8, 29))


def test_what_makes_no_sense_is_refused(ctx: Flask) -> None:
    with pytest.raises(FieldError) as worked:
        service.set_day(D(2026, 8, 21), kind=DayKind.WORKED, name="Làm bù", actor=SYSTEM)
    assert worked.value.field == "kind"
    with pytest.raises(FieldError) as nameless:
        service.set_day(D(2026, 8, 21), kind=DayKind.OFF, name=" ", actor=SYSTEM)
    assert nameless.value.field == "name"
    with pytest.raises(FieldError) as far:
        service.set_day(D(1999, 8, 20), kind=DayKind.OFF, name="Nghỉ", actor=SYSTEM)
    assert far.value.field == "day"
    with pytest.raises(FieldError):
        service.confirm_year(2101, actor=SYSTEM)
    with pytest.raises(NotFound):
        service.remove_day(D(2026, 8, 20), actor=SYSTEM)
    stray = holidays.YearPlan(
        2026, (holidays.PlannedDay(D(2025, 1, 1), DayKind.OFF, "Tết Dương lịch"),), confirmed=False
    )
    with pytest.raises(FieldError, match="không thuộc năm 2026"):
        service.replace_year(stray, actor=SYSTEM)
    assert queries.calendar() == Calendar()


def test_confirming_a_year_and_taking_it_back(ctx: Flask) -> None:
    service.confirm_year(2027, note="Thông báo số 1", actor=SYSTEM)
    assert queries.calendar().confirmed_years == {2027}
    assert queries.year(2027).note == "Thông báo số 1"
    service.confirm_year(2027, confirmed=False, actor=SYSTEM)
    assert queries.calendar().confirmed_years == frozenset()
    assert [len(records(f"calendar:year:{what}")) for what in ("confirmed", "reopened")] == [1, 1]


def test_replacing_a_year_leaves_the_others(ctx: Flask) -> None:
    service.seed_days()
    plan = holidays.YearPlan(
        2026, (holidays.PlannedDay(D(2026, 1, 1), DayKind.OFF, "Tết Dương lịch"),), confirmed=False
    )
    service.replace_year(plan, actor=SYSTEM)
    assert [day.date for day in queries.days_of(2026)] == [D(2026, 1, 1)]
    assert queries.calendar().confirmed_years == {2024, 2025}
    assert len(queries.days_of(2025)) == 13


def test_preview_shows_what_would_move_and_writes_nothing(ctx: Flask, questions: Questions) -> None:
    change = service.SetDay(
        holidays.PlannedDay(D(2026, 11, 24), DayKind.OFF, "Ngày Văn hóa Việt Nam")
    )
    seen = service.preview(change)
    assert [(move.label, move.old, move.new) for move in seen.moved] == [
        ("AS-2026-11-20", D(2026, 11, 27), D(2026, 11, 30))
    ]
    assert not seen.calendar.is_working(D(2026, 11, 24))
    assert queries.calendar() == Calendar()
    assert questions.stored[D(2026, 11, 20)] == D(2026, 11, 27)


def test_commit_moves_the_deadlines_and_says_so(
    ctx: Flask, questions: Questions, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[events.CalendarChanged] = []
    monkeypatch.setitem(bus.LISTENERS, events.CalendarChanged, [heard.append])
    moved = service.set_day(
        D(2026, 11, 24), kind=DayKind.OFF, name="Ngày Văn hóa Việt Nam", actor=SYSTEM
    )
    assert moved == 1
    assert questions.stored[D(2026, 11, 20)] == D(2026, 11, 30)
    assert heard == [events.CalendarChanged(D(2026, 11, 24))]
    assert records("calendar:day:set")[0].data["deadlines_moved"] == 1


def test_confirming_a_year_moves_nothing(ctx: Flask, questions: Questions) -> None:
    questions.stored = {}  # anything that recomputes would now count two
    assert service.confirm_year(2026, actor=SYSTEM) == 0
    assert questions.stored == {}


def test_a_calendar_changed_meanwhile_is_stale(ctx: Flask) -> None:
    seen = service.preview(service.ConfirmYear(2026)).revision
    service.set_day(
        D(2026, 11, 24), kind=DayKind.OFF, name="Nghỉ", actor=SYSTEM, seen_revision=seen
    )
    with pytest.raises(Stale, match="vừa thay đổi lịch"):
        service.confirm_year(2026, actor=SYSTEM, seen_revision=seen)
    assert queries.calendar().confirmed_years == frozenset()


def test_a_warm_read_is_one_statement_and_a_change_is_seen(ctx: Flask) -> None:
    service.seed_days()
    db.session.commit()
    queries.calendar()
    with StatementCounter(db.engine) as counter:
        assert queries.calendar() is queries.calendar()
    assert len(counter.statements) == 2
    service.set_day(D(2026, 12, 24), kind=DayKind.OFF, name="Nghỉ", actor=SYSTEM)
    assert not queries.calendar().is_working(D(2026, 12, 24))


def test_a_change_that_was_rolled_back_is_forgotten(ctx: Flask) -> None:
    service.seed_days()
    db.session.commit()
    service.set_day(D(2026, 12, 24), kind=DayKind.OFF, name="Nghỉ", actor=SYSTEM)
    assert not queries.calendar().is_working(D(2026, 12, 24))
    db.session.rollback()
    assert queries.calendar().is_working(D(2026, 12, 24))


def test_two_installations_in_one_process_keep_apart(
    ctx: Flask, make_app: object, tmp_path: object
) -> None:
    other = make_app(database_url=f"sqlite:///{tmp_path}/other.db")  # type: ignore[operator]
    service.set_day(D(2026, 12, 24), kind=DayKind.OFF, name="Nghỉ", actor=SYSTEM)
    db.session.commit()
    with other.app_context():
        db.create_all()
        assert queries.calendar().is_working(D(2026, 12, 24))
        db.session.remove()
        db.engine.dispose()
    assert not queries.calendar().is_working(D(2026, 12, 24))


def test_the_database_refuses_nonsense(ctx: Flask) -> None:
    db.session.add(CalendarDay(date=D(2026, 12, 24), kind=DayKind.OFF, name=""))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def test_november_reminds_of_the_next_year(ctx: Flask) -> None:
    service.seed_days()
    assert queries.needs_confirmation(D(2026, 10, 31)) == []
    assert queries.needs_confirmation(D(2026, 11, 1)) == [2027]
    assert queries.needs_confirmation(D(2027, 1, 1)) == [2027]
    assert queries.needs_confirmation(D(2027, 12, 1)) == [2027, 2028]
    service.confirm_year(2027, actor=SYSTEM)
    assert queries.needs_confirmation(D(2026, 11, 1)) == []


def test_known_years(ctx: Flask) -> None:
    assert queries.known_years(D(2026, 11, 24)) == [2026, 2027]
    db.session.add(CalendarYear(year=2024, confirmed=True, note=""))
    assert queries.known_years(D(2026, 11, 24)) == [2024, 2026, 2027]


def test_months_are_whole_weeks(ctx: Flask) -> None:
    service.seed_days()
    months = queries.months(queries.calendar(), 2026)
    assert [month.number for month in months] == list(range(1, 13))
    assert all(len(week) == 7 for month in months for week in month.weeks)
    cells = [cell for month in months for week in month.weeks for cell in week if cell]
    assert len(cells) == 365
    assert [
        (cell.date, cell.kind, cell.name)
        for cell in cells
        if cell.date in {D(2026, 8, 22), D(2026, 9, 2), D(2026, 9, 5)}
    ] == [
        (D(2026, 8, 22), "worked", "Làm bù"),
        (D(2026, 9, 2), "off", "Quốc khánh"),
        (D(2026, 9, 5), "", ""),
    ]
    august = months[7]
    assert august.weeks[0][:5] == [None] * 5  # 1 August 2026 is a Saturday
    assert [cell.date.day for cell in august.weeks[0] if cell] == [1, 2]


def test_periodic_tasks_follow_the_calendar(ctx: Flask) -> None:
    service.seed_days()
    assert not registry._is_working_day(D(2026, 11, 24))
    assert registry._is_working_day(D(2026, 8, 22))


def test_the_command_seeds(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert (
        runner.invoke(args=["calendar", "seed"]).output == "years written: 2024, 2025, 2026, 2027\n"
    )
    assert runner.invoke(args=["calendar", "seed"]).output == "years written: none\n"
