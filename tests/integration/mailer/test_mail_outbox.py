"""The outbox: one row, one message, one address; every end of it, and what staff decide."""

import datetime as dt
import threading
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.exc import IntegrityError, OperationalError

from app.audit.models import AuditRecord
from app.extensions import db
from app.jobs import registry, runner
from app.kernel import clock
from app.kernel.errors import FieldError, Refused
from app.kernel.links import Ref
from app.mailer import delivery, queries, service
from app.mailer.address import HeaderError
from app.mailer.models import DeliveryEvent, OutboxMessage
from app.mailer.states import Delivery, Happening
from app.mailer.transport import NullTransport, RecordingTransport, RejectedError, TryLaterError
from tests.factories.statements import StatementCounter

ABOUT = Ref("question", 12)


class Moody:
    """A mail server whose mood the test sets."""

    ready = True

    def __init__(self) -> None:
        self.mood: Exception | None = None
        self.ids: list[str] = []

    def send(self, message: Any) -> None:
        if self.mood is not None:
            raise self.mood
        self.ids.append(str(message["Message-ID"]))


@pytest.fixture
def server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Moody:
    """Only the outbox works, and it sends to a moody server."""
    moody = Moody()
    monkeypatch.setitem(app.extensions, "mail_transport", moody)
    monkeypatch.setattr(registry, "_jobs", {})
    monkeypatch.setattr(registry, "_periodics", {})
    monkeypatch.setattr(registry, "_sources", {"mailer": delivery.MailLane()})
    return moody


def queue(**changed: Any) -> OutboxMessage:
    values: dict[str, Any] = {
        "kind": "question-receipt",
        "to": "nguyen.an@example.vn",
        "subject": "Đã nhận câu hỏi",
        "text": "Kính gửi ông/bà,\r\nMã PIN: 482 913\n",
        "html": "<p>Kính gửi ông/bà</p>",
        "about": ABOUT,
        "dedupe_key": "receipt:12",
    }
    return service.queue(**{**values, **changed})


def queued(app: Flask, **changed: Any) -> int:
    with app.app_context():
        message = queue(**changed)
        db.session.commit()
        return message.id


def the(number: int) -> OutboxMessage:
    return db.session.get_one(OutboxMessage, number, populate_existing=True)


def test_queueing_costs_one_statement_and_keeps_everything(ctx: Flask) -> None:
    with StatementCounter(db.engine) as counter:
        message = queue(headers={"List-Unsubscribe": "<https://anson.example/huy>"})
    assert len(counter.statements) == 1
    db.session.commit()
    found = the(message.id)
    assert (found.state, found.attempts, found.sent_at, found.locked_by) == (
        Delivery.READY,
        0,
        None,
        None,
    )
    assert found.address_key == "nguyenan@example.vn"
    assert found.text == "Kính gửi ông/bà,\nMã PIN: 482 913\n"
    assert found.headers == {"List-Unsubscribe": "<https://anson.example/huy>"}
    assert found.message_id.startswith("<")
    assert found.message_id.endswith("@anson.example>")
    assert queries.messages_about(ABOUT) == [found]
    assert queries.messages_about(Ref("question", 13)) == []


def test_the_same_key_makes_one_message(ctx: Flask) -> None:
    first = queue()
    second = queue(subject="Khác")
    assert second.id == first.id
    assert second.subject == "Đã nhận câu hỏi"
    assert queue(dedupe_key="receipt:13").message_id != first.message_id


def test_parallel_requests_make_one_message(app: Flask) -> None:
    ids: list[int] = []
    threads = [threading.Thread(target=lambda: ids.append(queued(app))) for _request in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 6
    assert len(set(ids)) == 1


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"to": "nobody"}, FieldError),
        ({"to": "a@example.vn, b@example.vn"}, FieldError),
        ({"to": "a@example.vn\r\nBcc: b@example.vn"}, FieldError),
        ({"subject": "a\r\nBcc: b@example.vn"}, HeaderError),
        ({"subject": "a\x00"}, HeaderError),
        ({"headers": {"Bcc": "b@example.vn"}}, HeaderError),
        ({"headers": {"Reply-To": "a@example.vn\nBcc: b@example.vn"}}, HeaderError),
        ({"text": "a" * 500_001}, ValueError),
    ],
)
def test_what_is_refused_leaves_nothing(
    ctx: Flask, changed: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        queue(**changed)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 0


def test_what_is_committed_is_sent(app: Flask, server: Moody) -> None:
    number = queued(app)
    assert runner.drain(app) == 1
    assert runner.drain(app) == 0
    with app.app_context():
        found = the(number)
        assert (found.state, found.attempts, found.locked_by, found.last_error) == (
            Delivery.SENT,
            1,
            None,
            None,
        )
        assert found.sent_at is not None
        assert server.ids == [found.message_id]
        assert [(event.what, event.attempt) for event in found.history] == [(Happening.SENT, 1)]


def test_what_is_rolled_back_is_not_sent(app: Flask, server: Moody) -> None:
    with app.app_context():
        queue()
        db.session.rollback()
    assert runner.drain(app) == 0
    assert server.ids == []


def test_the_recorder_keeps_messages_in_tests(app: Flask) -> None:
    recorder = app.extensions["mail_transport"]
    assert isinstance(recorder, RecordingTransport)
    number = queued(app)
    runner.drain(app)
    with app.app_context():
        assert recorder.sent[-1]["Message-ID"] == the(number).message_id


def test_without_a_mail_server_messages_wait(
    app: Flask, server: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "mail_transport", NullTransport())
    number = queued(app)
    assert runner.drain(app) == 0
    with app.app_context():
        assert (the(number).state, the(number).attempts) == (Delivery.READY, 0)


def test_trouble_defers_with_the_same_message_id(app: Flask, server: Moody) -> None:
    number = queued(app)
    server.mood = TryLaterError("451 try again")
    assert runner.drain(app) == 1
    assert runner.drain(app) == 0
    with app.app_context():
        found = the(number)
        assert (found.state, found.last_error) == (Delivery.DEFERRED, "451 try again")
        assert found.available_at is not None
        assert (
            dt.timedelta(seconds=50) < found.available_at - clock.now() <= dt.timedelta(minutes=1)
        )
        message_id = found.message_id
    server.mood = None
    with time_machine.travel(clock.now() + dt.timedelta(seconds=61)):
        assert runner.drain(app) == 1
    assert server.ids == [message_id]
    with app.app_context():
        assert (the(number).state, the(number).attempts) == (Delivery.SENT, 2)
        assert [event.what for event in the(number).history] == [Happening.DEFERRED, Happening.SENT]


def test_a_refusal_is_final_and_visible(app: Flask, server: Moody) -> None:
    number = queued(app)
    server.mood = RejectedError("550 5.1.1 no such user")
    runner.drain(app)
    with time_machine.travel(clock.now() + dt.timedelta(days=2)):
        assert runner.drain(app) == 0
    with app.app_context():
        assert (the(number).state, the(number).last_error) == (
            Delivery.REJECTED,
            "550 5.1.1 no such user",
        )


def test_after_days_of_trouble_it_is_given_up(app: Flask, server: Moody) -> None:
    number = queued(app)
    server.mood = TryLaterError("connection refused")
    start = moment = clock.now()
    tries = 0
    while tries < 30:
        with time_machine.travel(moment, tick=False):
            tries += runner.drain(app)
            with app.app_context():
                found = the(number)
                if found.state is Delivery.DEAD:
                    break
                assert found.available_at is not None
                moment = found.available_at + dt.timedelta(seconds=1)
    assert service.MAX_TRIES <= tries <= service.MAX_TRIES + 2
    assert moment - start >= dt.timedelta(days=3)
    with app.app_context():
        assert the(number).history[-1].what is Happening.GIVEN_UP


def test_an_error_of_ours_does_not_stop_the_others(app: Flask, server: Moody) -> None:
    bad = queued(app)
    with app.app_context():
        db.session.execute(
            sa.update(OutboxMessage).values(headers={"Reply-To": "a@b.vn\r\nBcc: c@d.vn"})
        )
        db.session.commit()
    good = queued(app, dedupe_key="receipt:13")
    assert runner.drain(app) == 2
    with app.app_context():
        assert (the(bad).state, the(bad).last_error) == (Delivery.DEFERRED, "ValueError")
        assert the(good).state is Delivery.SENT


def test_a_crash_before_the_acknowledgement_sends_again(app: Flask, server: Moody) -> None:
    number = queued(app)
    with app.app_context():
        assert service.claim("dead-runner") is not None
        db.session.commit()
    assert runner.drain(app) == 0
    with time_machine.travel(
        clock.now() + dt.timedelta(seconds=4 * app.config["SETTINGS"].mail_timeout + 1)
    ):
        assert runner.drain(app) == 1
    with app.app_context():
        assert (the(number).state, the(number).attempts) == (Delivery.SENT, 2)


def test_the_lease_outlasts_the_longest_delivery(app: Flask) -> None:
    number = queued(app)
    with app.app_context():
        before = clock.now()
        service.claim("me")
        db.session.commit()
        locked_until = the(number).locked_until
        assert locked_until is not None
        assert locked_until - before >= dt.timedelta(
            seconds=2 * app.config["SETTINGS"].mail_timeout
        )


def test_a_late_acknowledgement_changes_nothing(app: Flask) -> None:
    number = queued(app)
    with app.app_context():
        late = service.claim("slow-runner")
        db.session.commit()
        assert late is not None
        with time_machine.travel(clock.now() + dt.timedelta(hours=1)):
            other = service.claim("other-runner")
            db.session.commit()
            assert other is not None
            assert not service.acknowledge(late)
            assert not service.reject(late, "550")
            assert the(number).state is Delivery.READY
            assert service.acknowledge(other)
            db.session.commit()
        assert the(number).state is Delivery.SENT
        assert db.session.scalar(sa.select(sa.func.count()).select_from(DeliveryEvent)) == 1


def test_two_runners_never_send_one_attempt_twice(app: Flask, server: Moody) -> None:
    for number in range(20):
        queued(app, dedupe_key=f"receipt:{number}")
    threads = [threading.Thread(target=runner.drain, args=(app,)) for _runner in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.ids) == len(set(server.ids)) == 20


def test_a_busy_database_does_not_send_twice(
    app: Flask, server: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail is gone, writing that down fails at first: it is tried again, not the mail."""
    monkeypatch.setattr(delivery, "_ACKNOWLEDGE_WAITS", (0, 0))
    troubles = []

    def break_down(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("INSERT INTO delivery_event") and len(troubles) < 2:
            troubles.append(statement)
            raise OperationalError(statement, {}, Exception("database is locked"))

    number = queued(app)
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", break_down)
    try:
        assert runner.drain(app) == 1
    finally:
        sa.event.remove(engine, "before_cursor_execute", break_down)
    assert len(troubles) == 2
    assert len(server.ids) == 1
    with app.app_context():
        assert the(number).state is Delivery.SENT


def test_a_database_that_stays_away_is_reported_and_the_lease_decides(
    app: Flask, server: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_ACKNOWLEDGE_WAITS", (0,))

    def break_down(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("INSERT INTO delivery_event"):
            raise OperationalError(statement, {}, Exception("disk I/O error"))

    number = queued(app)
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", break_down)
    try:
        with pytest.raises(OperationalError):
            runner.drain(app)
    finally:
        sa.event.remove(engine, "before_cursor_execute", break_down)
    with time_machine.travel(clock.now() + dt.timedelta(hours=1)):
        assert runner.drain(app) == 1
    with app.app_context():
        assert the(number).state is Delivery.SENT
    assert len(server.ids) == 2
    assert len(set(server.ids)) == 1


def test_who_lost_the_lease_while_sending_writes_nothing(app: Flask, server: Moody) -> None:
    number = queued(app)
    send = server.send

    def slow(message: Any) -> None:
        send(message)
        db.session.execute(sa.update(OutboxMessage).values(locked_by="another"))
        db.session.commit()

    server.send = slow  # type: ignore[method-assign]
    assert runner.drain(app) == 1
    with app.app_context():
        assert (the(number).state, the(number).locked_by, the(number).history) == (
            Delivery.READY,
            "another",
            [],
        )


class TestStaff:
    def test_resending_starts_over_with_the_same_message_id(
        self, app: Flask, server: Moody
    ) -> None:
        number = queued(app)
        server.mood = RejectedError("550 no")
        runner.drain(app)
        server.mood = None
        with app.app_context():
            service.resend(the(number), actor_id=1, actor="Nguyễn Tiếp Nhận")
            db.session.commit()
            assert (the(number).state, the(number).attempts) == (Delivery.READY, 0)
            assert db.session.scalars(sa.select(AuditRecord.tag)).one() == "mailer:message:resent"
        runner.drain(app)
        with app.app_context():
            found = the(number)
            assert server.ids == [found.message_id]
            assert [event.what for event in found.history] == [
                Happening.REJECTED,
                Happening.RESENT,
                Happening.SENT,
            ]
            assert found.history[1].actor == "Nguyễn Tiếp Nhận"

    def test_a_sent_message_can_be_sent_again(self, app: Flask, server: Moody) -> None:
        number = queued(app)
        runner.drain(app)
        with app.app_context():
            service.resend(the(number), actor_id=1, actor="A")
            db.session.commit()
        runner.drain(app)
        assert len(server.ids) == 2
        assert len(set(server.ids)) == 1

    def test_a_dropped_message_is_not_sent(self, app: Flask, server: Moody) -> None:
        number = queued(app)
        with app.app_context():
            service.cancel(the(number), actor_id=1, actor="A")
            db.session.commit()
        assert runner.drain(app) == 0
        with app.app_context():
            assert the(number).state is Delivery.CANCELLED
            assert (
                db.session.scalars(sa.select(AuditRecord.tag)).one() == "mailer:message:cancelled"
            )

    def test_nobody_interferes_while_it_is_being_sent(self, app: Flask) -> None:
        number = queued(app)
        with app.app_context():
            service.claim("runner")
            db.session.commit()
            with pytest.raises(Refused, match="đang được gửi"):
                service.cancel(the(number), actor_id=1, actor="A")
            with pytest.raises(Refused, match="đang được gửi"):
                service.resend(the(number), actor_id=1, actor="A")

    def test_moves_out_of_turn_are_refused(self, app: Flask, server: Moody) -> None:
        number = queued(app)
        with app.app_context():
            with pytest.raises(Refused):
                service.resend(the(number), actor_id=1, actor="A")
            db.session.rollback()
        runner.drain(app)
        with app.app_context(), pytest.raises(Refused):
            service.cancel(the(number), actor_id=1, actor="A")


def test_the_daily_count_sees_through_other_spellings(app: Flask) -> None:
    kinds = {"question-receipt", "confirm"}
    for number, address in enumerate(
        ["nguyen.an@example.vn", "NguyenAn+2@example.vn", "n.g.u.y.e.n.a.n@EXAMPLE.vn"]
    ):
        queued(app, to=address, dedupe_key=str(number))
    queued(app, to="an.nguyen@example.vn", dedupe_key="other")
    queued(app, kind="digest", dedupe_key="digest")
    with app.app_context():
        assert service.sent_today("nguyenan@example.vn", kinds) == 3
        assert service.sent_today("nguyenan@example.vn", ("digest",)) == 1
        assert service.sent_today("khac@example.vn", kinds) == 0
        with time_machine.travel(clock.now() + dt.timedelta(hours=25)):
            assert service.sent_today("nguyenan@example.vn", kinds) == 0


class TestSilence:
    def test_nothing_waits(self, ctx: Flask) -> None:
        assert queries.silence(clock.now()) is None

    def test_something_waits_for_a_day_and_nothing_left(self, app: Flask, server: Moody) -> None:
        queued(app)
        with app.app_context():
            assert queries.silence(clock.now()) is None
            later = clock.now() + dt.timedelta(hours=25)
            silence = queries.silence(later)
            assert silence is not None
            assert later - silence.waiting_since > dt.timedelta(hours=24)

    def test_something_left(self, app: Flask, server: Moody) -> None:
        queued(app)
        later = clock.now() + dt.timedelta(hours=25)
        with time_machine.travel(later, tick=False):
            server.mood = TryLaterError("451")
            runner.drain(app)
            server.mood = None
            queued(app, dedupe_key="second")
            runner.drain(app)
            with app.app_context():
                assert queries.silence(clock.now()) is None

    def test_sending_an_old_message_again_is_no_silence(self, app: Flask, server: Moody) -> None:
        number = queued(app)
        server.mood = RejectedError("550")
        runner.drain(app)
        with time_machine.travel(clock.now() + dt.timedelta(days=9), tick=False), app.app_context():
            service.resend(the(number), actor_id=1, actor="A")
            db.session.commit()
            assert queries.silence(clock.now()) is None


class TestForgetting:
    def test_old_texts_and_addresses_go_but_waiting_ones_stay(
        self, app: Flask, server: Moody
    ) -> None:
        sent = queued(app)
        runner.drain(app)
        waiting = queued(app, dedupe_key="second")
        with (
            time_machine.travel(clock.now() + dt.timedelta(days=service.KEEP_DAYS - 1)),
            app.app_context(),
        ):
            service.forget()
            assert the(sent).text
        with (
            time_machine.travel(clock.now() + dt.timedelta(days=service.KEEP_DAYS + 1)),
            app.app_context(),
        ):
            service.forget()
            db.session.commit()
            found = the(sent)
            assert (found.text, found.html, found.to_address, found.address_key, found.headers) == (
                "",
                "",
                "",
                "",
                {},
            )
            assert found.subject == "Đã nhận câu hỏi"
            assert the(waiting).text
            with pytest.raises(Refused, match="đã được xóa"):
                service.resend(found, actor_id=1, actor="A")

    def test_everything_about_an_erased_thing_goes(self, app: Flask, server: Moody) -> None:
        sent = queued(app)
        runner.drain(app)
        waiting = queued(app, dedupe_key="second")
        other = queued(app, dedupe_key="third", about=Ref("question", 13))
        with app.app_context():
            service.forget_about(ABOUT)
            db.session.commit()
            assert (the(sent).state, the(sent).subject, the(sent).text) == (
                Delivery.SENT,
                "(đã xóa)",
                "",
            )
            assert (the(waiting).state, the(waiting).to_address) == (Delivery.CANCELLED, "")
            assert the(other).text
        assert runner.drain(app) == 1


def test_nonsense_is_refused_by_the_database(app: Flask) -> None:
    number = queued(app)
    with app.app_context():
        for values in ({"state": Delivery.SENT}, {"locked_by": "x"}, {"message_id": None}):
            with pytest.raises(IntegrityError):
                db.session.execute(
                    sa.update(OutboxMessage).where(OutboxMessage.id == number).values(**values)
                )
            db.session.rollback()


def test_the_due_query_uses_its_index(app: Flask) -> None:
    queued(app)
    with app.app_context():
        lite = db.engine.dialect.name == "sqlite"
        if not lite:
            db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        query = (
            sa.select(OutboxMessage.id)
            .where(*service.due(clock.now()))
            .order_by(OutboxMessage.available_at, OutboxMessage.id)
            .limit(1)
        )
        text = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
        plan = " ".join(
            map(
                str,
                db.session.execute(
                    sa.text(
                        ("EXPLAIN QUERY PLAN " if lite else "EXPLAIN ") + text.replace(":", r"\:")
                    )
                ),
            )
        )
        assert "ix_outbox_message_due" in plan
        assert "TEMP B-TREE" not in plan
