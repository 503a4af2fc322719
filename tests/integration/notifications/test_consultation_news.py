"""News for followers: who hears what, once, by day, and never twice a day about the same."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.access.actors import SYSTEM
from app.consultations.models import Consultation
from app.consultations.service import core
from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.jobs.models import Job
from app.kernel.clock import HANOI, now, today
from app.notifications import following
from app.notifications.models import Subscription
from tests.factories.consultations import make_consultation
from tests.factories.organisation import make_agency
from tests.factories.traces import outbox

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=HANOI)


@pytest.fixture(autouse=True)
def office(ctx: Flask) -> Iterator[None]:
    make_agency()
    with time_machine.travel(NOON, tick=False):
        yield


def follow(
    email: str, consultation: Consultation | None = None, *, confirmed: bool = True, **values: Any
) -> Subscription:
    row = Subscription(
        email=email,
        consultation_id=consultation.id if consultation else None,
        new_consultations=consultation is None and not values,
        confirm_hash=f"{email}-{now().timestamp()}-{consultation.id if consultation else 0}"[:64],
        confirmed_at=now() if confirmed else None,
        **values,
    )
    db.session.add(row)
    db.session.flush()
    return row


def work() -> int:
    """Do the jobs that are due, as the runner would; how many there were."""
    done = 0
    while job := db.session.scalar(
        sa.select(Job)
        .where(Job.name == following.JOB, Job.run_at <= now())
        .order_by(Job.run_at, Job.id)
    ):
        payload = dict(job.payload)
        job.run_at = None
        job.state = "done"
        job.finished_at = now()
        db.session.flush()
        following.send_news(payload)
        done += 1
    return done


def news() -> list[tuple[str, str]]:
    return [
        (mail.kind, mail.to_address) for mail in outbox() if mail.kind in following.NEWS.values()
    ]


def scheduled(**values: Any) -> Consultation:
    return make_consultation(
        stage=Stage.SCHEDULED, opens_on=today(), closes_on=today() + 30 * DAY, **values
    )


def test_an_opening_is_told_to_those_who_want_every_new_one(ctx: Flask) -> None:
    consultation = scheduled()
    follow("moi@example.vn")
    follow("cuocnay@example.vn", consultation)
    follow("cuockhac@example.vn", make_consultation())
    follow("chuaxacnhan@example.vn", confirmed=False)
    follow("cauhoi@example.vn", language="vi", topic_id=None)
    core.move(consultation, "open", actor=SYSTEM)
    assert news() == []
    work()
    assert news() == [
        ("consultation-opened", "moi@example.vn"),
        ("consultation-opened", "cuocnay@example.vn"),
    ]
    mail = next(mail for mail in outbox() if mail.to_address == "moi@example.vn")
    assert consultation.title in mail.subject
    assert f"/lay-y-kien/{consultation.slug}/gop-y" in mail.text
    assert "/theo-doi/thoi/" in mail.text
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_repeating_a_job_writes_nothing_twice(ctx: Flask) -> None:
    consultation = scheduled()
    follow("moi@example.vn")
    follow("moi@example.vn", consultation)
    core.move(consultation, "open", actor=SYSTEM)
    payload = dict(db.session.scalars(sa.select(Job)).one().payload)
    for _time in range(3):
        following.send_news(dict(payload))
    assert news() == [("consultation-opened", "moi@example.vn")]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


def extend(consultation: Consultation, days: int = 10) -> None:
    consultation.first_closes_on = consultation.first_closes_on or consultation.closes_on
    assert consultation.closes_on is not None
    consultation.closes_on += days * DAY
    consultation.extended_at = now()
    consultation.extension_reason = "Nhiều hộ chưa nhận được hồ sơ."
    core.move(consultation, "extend", actor=SYSTEM, note=consultation.extension_reason)


def test_an_extension_names_both_days_and_the_reason_to_those_who_follow_this_one(
    ctx: Flask,
) -> None:
    consultation = make_consultation()
    old = consultation.closes_on
    follow("moi@example.vn")
    follow("cuocnay@example.vn", consultation)
    extend(consultation)
    work()
    (mail,) = [mail for mail in outbox() if mail.kind == "consultation-extended"]
    assert mail.to_address == "cuocnay@example.vn"
    assert old is not None
    for words in (
        f"{old:%d/%m/%Y}",
        f"{consultation.closes_on:%d/%m/%Y}",
        "Nhiều hộ chưa nhận được hồ sơ.",
    ):
        assert words in mail.text


def test_two_pieces_of_news_on_one_day_become_two_days(ctx: Flask) -> None:
    consultation = scheduled()
    follow("a@example.vn", consultation)
    core.move(consultation, "open", actor=SYSTEM)
    work()
    extend(consultation)
    follow("b@example.vn", consultation)
    work()
    # Who heard nothing today hears of the extension at once; who heard of the opening waits.
    assert news() == [
        ("consultation-opened", "a@example.vn"),
        ("consultation-extended", "b@example.vn"),
    ]
    with time_machine.travel(NOON + DAY, tick=False):
        assert work() == 1
        assert news()[2:] == [("consultation-extended", "a@example.vn")]
        assert work() == 0


def test_news_that_is_old_by_the_morning_is_not_told(ctx: Flask) -> None:
    consultation = scheduled()
    follow("a@example.vn", consultation)
    core.move(consultation, "open", actor=SYSTEM)
    work()
    extend(consultation)
    extend(consultation)
    work()
    with time_machine.travel(NOON + DAY, tick=False):
        work()
    told = [mail for mail in outbox() if mail.kind == "consultation-extended"]
    assert [f"{consultation.closes_on:%d/%m/%Y}" in mail.subject for mail in told] == [True]


def test_an_opening_at_midnight_is_told_in_the_morning(ctx: Flask) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 25, 0, 0, 5, tzinfo=HANOI), tick=False):
        consultation = scheduled()
        follow("a@example.vn", consultation)
        core.move(consultation, "open", actor=SYSTEM)
        assert work() == 0
    with time_machine.travel(dt.datetime(2026, 11, 25, 7, 30, tzinfo=HANOI), tick=False):
        assert work() == 1
    assert news() == [("consultation-opened", "a@example.vn")]


def test_what_was_hidden_meanwhile_is_not_told(ctx: Flask) -> None:
    consultation = scheduled()
    follow("a@example.vn", consultation)
    core.move(consultation, "open", actor=SYSTEM)
    consultation.visibility = Visibility.HIDDEN
    work()
    assert news() == []


def test_three_days_before_the_end_followers_are_reminded_once(ctx: Flask) -> None:
    due = {days: make_consultation(closes_on=today() + days * DAY) for days in (0, 2, 3)}
    for consultation in due.values():
        follow(f"{consultation.slug}@example.vn", consultation)
    make_consultation(stage=Stage.SCHEDULED, opens_on=today() + DAY, closes_on=today() + 2 * DAY)
    for _time in range(2):
        following.closing_soon()
        work()
    assert sorted(news()) == sorted(
        ("consultation-closing", f"{due[days].slug}@example.vn") for days in (0, 2)
    )
    (mail,) = [mail for mail in outbox() if mail.to_address == f"{due[2].slug}@example.vn"]
    assert mail.subject.startswith("Còn 3 ngày để góp ý")
    with time_machine.travel(NOON + DAY, tick=False):
        following.closing_soon()
        work()
    assert len(news()) == 3


def test_an_extension_brings_a_second_reminder_for_the_new_day(ctx: Flask) -> None:
    consultation = make_consultation(closes_on=today() + 2 * DAY)
    follow("a@example.vn", consultation)
    following.closing_soon()
    work()
    extend(consultation, days=7)
    work()
    with time_machine.travel(NOON + DAY, tick=False):
        work()
    with time_machine.travel(NOON + 7 * DAY, tick=False):
        following.closing_soon()
        work()
    assert news().count(("consultation-closing", "a@example.vn")) == 2


def test_a_result_is_told_to_those_who_follow_this_one(ctx: Flask) -> None:
    consultation = make_consultation(stage=Stage.CLOSED)
    follow("moi@example.vn")
    follow("a@example.vn", consultation)
    consultation.result_published_at = now()
    core.move(consultation, "publish_result", actor=SYSTEM)
    work()
    assert news() == [("consultation-result", "a@example.vn")]
    assert "/ket-qua" in next(mail for mail in outbox() if mail.kind == "consultation-result").text


def test_many_followers_are_written_to_in_batches(
    ctx: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "BATCH", 3)
    consultation = scheduled()
    for number in range(7):
        follow(f"n{number}@example.vn", consultation)
    core.move(consultation, "open", actor=SYSTEM)
    assert work() == 3
    assert [address for _kind, address in news()] == [
        f"n{number}@example.vn" for number in range(7)
    ]
