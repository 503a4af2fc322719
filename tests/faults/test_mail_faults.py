"""Broken mail servers, killed runners: every message ends in a visible state, none is lost, none
changes its Message-ID.
"""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.extensions import db
from app.jobs import registry, runner
from app.kernel import clock
from app.kernel.db import reading
from app.mailer import delivery, service
from app.mailer.models import OutboxMessage
from app.mailer.states import Delivery
from tests.smtp_server import Behaviour, BlackHole, FaultyServer, Taken, free_port

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parents[2]
#: Of one answer, in seconds; a delivery may take twice, a lease lasts four times as long.
TIMEOUT = 1
SECRET = "test-secret-key-that-is-long-enough-for-us"
PATIENCE = 90


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def mailing_app(make_app: Any, database_url: str, shared_app: Flask, port: int) -> Iterator[Flask]:
    """An app that really speaks SMTP, to this port, with little patience."""
    made: Flask = make_app(database_url=database_url, mail_port=port, mail_timeout=TIMEOUT)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def site(mailing_app: Flask, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """That app on emptied tables; a runner inside this process does nothing but mails."""
    monkeypatch.setattr(registry, "_jobs", {})
    monkeypatch.setattr(registry, "_periodics", {})
    monkeypatch.setattr(registry, "_sources", {"mailer": delivery.MailLane()})
    return mailing_app


def queue(app: Flask, number: int = 1) -> list[str]:
    """Queue so many messages; returns their Message-IDs."""
    with app.app_context():
        made = [
            service.queue(
                kind="question-receipt",
                to=f"nguoi.dan.{index}@example.vn",
                subject=f"Đã nhận câu hỏi số {index}",
                text="Kính gửi ông/bà,\n.\nCâu hỏi đã được tiếp nhận.\n",
                html="<p>Kính gửi ông/bà</p>",
                about=None,
                dedupe_key=f"receipt:{index}",
                headers={"List-Unsubscribe": "<https://anson.example/huy>"},
            ).message_id
            for index in range(number)
        ]
        db.session.commit()
        return made


def states(app: Flask) -> Counter[Delivery]:
    with app.app_context(), reading():
        return Counter(db.session.scalars(sa.select(OutboxMessage.state)))


def only(app: Flask) -> OutboxMessage:
    with app.app_context(), reading():
        found = db.session.scalars(sa.select(OutboxMessage)).one()
        db.session.expunge(found)
        return found


def an_hour_later() -> Any:
    return time_machine.travel(clock.now() + dt.timedelta(hours=1))


class TestBadServers:
    """One message and one misbehaviour; then the server recovers."""

    def fails(self, app: Flask) -> str:
        """The message waits for another try, and says why. Returns the reason."""
        assert runner.drain(app) == 1
        message = only(app)
        assert (message.state, message.attempts, message.locked_by) == (Delivery.DEFERRED, 1, None)
        assert message.last_error
        return message.last_error

    def recovers(self, app: Flask, server: FaultyServer, message_id: str, copies: int = 1) -> None:
        server.behaviour = Behaviour()
        with an_hour_later():
            assert runner.drain(app) == 1
            assert runner.drain(app) == 0
        assert states(app) == {Delivery.SENT: 1}
        assert [taken.message_id for taken in server.taken] == [message_id] * copies

    def test_down(self, site: Flask, port: int) -> None:
        [message_id] = queue(site)
        assert self.fails(site) == "ConnectionRefusedError"
        with FaultyServer(port=port) as server:
            self.recovers(site, server, message_id)

    @pytest.mark.parametrize(
        ("behaviour", "reason"),
        [
            (Behaviour(recipient="451 4.3.0 try again later"), "451 4.3.0 try again later"),
            (Behaviour(data="452 4.2.2 mailbox full"), "452 4.2.2 mailbox full"),
            # Refusals of the sender concern every mail: they are the server's or the settings'
            # fault.
            (Behaviour(sender="550 5.7.1 sender not allowed"), "550 5.7.1 sender not allowed"),
            (Behaviour(sender="421 4.7.0 too many connections"), "421 4.7.0 too many connections"),
        ],
    )
    def test_try_again_later(
        self, site: Flask, port: int, behaviour: Behaviour, reason: str
    ) -> None:
        [message_id] = queue(site)
        with FaultyServer(behaviour, port) as server:
            assert self.fails(site) == reason
            assert server.taken == []
            self.recovers(site, server, message_id)

    @pytest.mark.parametrize(
        "behaviour",
        [
            Behaviour(recipient="550 5.1.1 no such user"),
            Behaviour(data="554 5.7.1 refused as spam"),
        ],
    )
    def test_refused_for_good(self, site: Flask, port: int, behaviour: Behaviour) -> None:
        queue(site)
        with FaultyServer(behaviour, port) as server:
            assert runner.drain(site) == 1
            with an_hour_later():
                assert runner.drain(site) == 0
            assert server.tries == 1
        message = only(site)
        assert message.state is Delivery.REJECTED
        assert message.last_error in {behaviour.recipient, behaviour.data} - {""}

    def test_dropped_after_data(self, site: Flask, port: int) -> None:
        """The server has it, we cannot know: sent again, and the same Message-ID
        lets it be folded.
        """
        [message_id] = queue(site)
        with FaultyServer(Behaviour(drop_after_data=True), port) as server:
            self.fails(site)
            self.recovers(site, server, message_id, copies=2)

    def test_dropped_after_the_message_was_accepted(self, site: Flask, port: int) -> None:
        [message_id] = queue(site)
        with FaultyServer(Behaviour(drop_at_quit=True), port) as server:
            assert runner.drain(site) == 1
            assert [taken.message_id for taken in server.taken] == [message_id]
        assert states(site) == {Delivery.SENT: 1}

    def test_slow_but_in_time(self, site: Flask, port: int) -> None:
        [message_id] = queue(site)
        with FaultyServer(Behaviour(delay=TIMEOUT * 0.4), port) as server:
            assert runner.drain(site) == 1
            assert [taken.message_id for taken in server.taken] == [message_id]
        assert states(site) == {Delivery.SENT: 1}

    def test_too_slow(self, site: Flask, port: int) -> None:
        [message_id] = queue(site)
        with FaultyServer(Behaviour(delay=TIMEOUT * 1.5), port) as server:
            assert self.fails(site) == "TimeoutError"
            self.recovers(site, server, message_id, copies=2)

    def test_every_answer_slow(self, site: Flask, port: int) -> None:
        """No single answer is too late, but together they would outlast the lease: the delivery as
        a whole has an end.
        """
        [message_id] = queue(site)
        with FaultyServer(Behaviour(pace=TIMEOUT * 0.8), port) as server:
            assert self.fails(site) == "TimeoutError"
            server.taken.clear()
            self.recovers(site, server, message_id, copies=len(server.taken) + 1)

    def test_black_hole(self, site: Flask, port: int) -> None:
        [message_id] = queue(site)
        with BlackHole(port):
            assert self.fails(site) in {"TimeoutError", "SMTPServerDisconnected"}
        with FaultyServer(port=port) as server:
            self.recovers(site, server, message_id)

    @pytest.mark.parametrize(
        ("settings", "reason"),
        [
            ({"mail_use_tls": True}, "SMTPNotSupportedError"),
            ({"mail_use_ssl": True}, "SSLError"),
            ({"mail_username": "cong", "mail_password": "mat-khau"}, "SMTPNotSupportedError"),
        ],
    )
    def test_a_server_without_what_the_settings_ask_for_gets_nothing(
        self,
        site: Flask,
        port: int,
        monkeypatch: pytest.MonkeyPatch,
        settings: dict[str, Any],
        reason: str,
    ) -> None:
        """Neither a mail in the clear nor a password; the message waits until somebody has repaired
        it.
        """
        mail = site.extensions["mail"]
        for name, value in settings.items():
            monkeypatch.setattr(mail, name.removeprefix("mail_"), value)
        queue(site)
        with FaultyServer(port=port) as server:
            assert self.fails(site) == reason
            assert server.taken == []
            assert server.tries == 0

    def test_one_bad_address_does_not_stop_the_others(self, site: Flask, port: int) -> None:
        ids = queue(site, 5)

        class Picky(FaultyServer):
            async def handle_RCPT(
                self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
            ) -> str:
                if address.startswith("nguoi.dan.2@"):
                    return "550 5.1.1 no such user"
                return await super().handle_RCPT(server, session, envelope, address, options)

        with Picky(port=port) as server:
            assert runner.drain(site) == 5
        assert states(site) == {Delivery.SENT: 4, Delivery.REJECTED: 1}
        assert sorted(taken.message_id for taken in server.taken) == sorted(set(ids) - {ids[2]})


def test_on_the_wire(site: Flask, port: int) -> None:
    queue(site)
    with FaultyServer(port=port) as server:
        runner.drain(site)
    [taken] = server.taken
    assert taken.sender == "khong-tra-loi@anson.example"
    assert taken.recipients == ("nguoi.dan.0@example.vn",)
    message = taken.message
    assert sorted({*message.keys()} - {"X-Peer", "X-MailFrom", "X-RcptTo"}) == sorted(
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "List-Unsubscribe",
            "MIME-Version",
            "Content-Type",
        ]
    )
    assert message["Subject"] == "Đã nhận câu hỏi số 0"
    body = message.get_body(("plain",))
    assert body is not None
    # The line with a single dot would end the message, were it not stuffed.
    assert (
        body.get_content().replace("\r\n", "\n")
        == "Kính gửi ông/bà,\n.\nCâu hỏi đã được tiếp nhận.\n"
    )


def test_queueing_never_touches_the_network(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise AssertionError("a request spoke to the mail server")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    queue(site, 3)
    assert states(site) == {Delivery.READY: 3}


def test_what_is_rolled_back_is_never_sent(site: Flask, port: int) -> None:
    with site.app_context():
        service.queue(
            kind="x",
            to="a@example.vn",
            subject="Không gửi",
            text="",
            html="",
            about=None,
            dedupe_key="x",
        )
        db.session.rollback()
    ids = queue(site)
    with FaultyServer(port=port) as server:
        runner.drain(site)
    assert [taken.message_id for taken in server.taken] == ids


class Runners:
    """Real runners: `flask jobs run` in processes of their own."""

    def __init__(self, folder: Path, database_url: str, port: int) -> None:
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith("LANGNGHE_")
            },
            "INSTANCE": str(folder),
            "DATABASE_URL": database_url,
            "LANGNGHE_ENVIRONMENT": "test",
            "LANGNGHE_SECRET_KEY": SECRET,
            "LANGNGHE_MAIL_PORT": str(port),
            "LANGNGHE_MAIL_TIMEOUT": str(TIMEOUT),
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL
        )
        self.processes.append(process)
        return process

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def runners(site: Flask, database_url: str, port: int, tmp_path: Path) -> Iterator[Runners]:
    made = Runners(tmp_path, database_url, port)
    yield made
    made.stop()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def sender_of(app: Flask, message_id: str) -> int:
    """The process that is sending this message."""
    with app.app_context(), reading():
        owner = db.session.scalars(
            sa.select(OutboxMessage.locked_by).where(OutboxMessage.message_id == message_id)
        ).one()
    assert owner is not None
    return int(owner.split("-")[-2])


def test_killed_runners_lose_nothing(site: Flask, port: int, runners: Runners) -> None:
    """kill -9 before the server has the message: once.

    After it has it, before we know: twice, never more.
    """
    ids = queue(site, 12)
    before, after = {ids[1]}, {ids[3], ids[8]}
    killed: set[str] = set()

    def kill(when: set[str]) -> Callable[[Taken], None]:
        def hook(taken: Taken) -> None:
            if taken.message_id in when - killed:
                killed.add(taken.message_id)
                os.kill(sender_of(site, taken.message_id), signal.SIGKILL)
                if when is before:
                    raise ConnectionAbortedError(
                        "the runner died before the server took the message"
                    )

        return hook

    with FaultyServer(Behaviour(before=kill(before), after=kill(after)), port) as server:
        # One more than are killed.
        for _runner in range(len(before | after) + 1):
            runners.start()
        until(lambda: states(site) == {Delivery.SENT: len(ids)})
        copies = Counter(taken.message_id for taken in server.taken)
    assert killed == before | after
    assert copies == {message_id: 2 if message_id in after else 1 for message_id in ids}
    assert sum(process.poll() == -signal.SIGKILL for process in runners.processes) == len(killed)


def test_two_runners_send_each_message_once(site: Flask, port: int, runners: Runners) -> None:
    ids = queue(site, 40)
    with FaultyServer(Behaviour(delay=0.02), port) as server:
        runners.start()
        runners.start()
        until(lambda: states(site) == {Delivery.SENT: len(ids)})
        assert sorted(taken.message_id for taken in server.taken) == sorted(ids)
    with site.app_context():
        assert db.session.scalar(sa.select(sa.func.max(OutboxMessage.attempts))) == 1


def test_sigterm_finishes_the_message_in_hand(site: Flask, port: int, runners: Runners) -> None:
    ids = queue(site, 3)
    in_hand = threading.Event()
    with FaultyServer(
        Behaviour(delay=TIMEOUT * 0.6, before=lambda taken: in_hand.set()), port
    ) as server:
        process = runners.start()
        assert in_hand.wait(PATIENCE)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0
        assert [taken.message_id for taken in server.taken] == ids[:1]
    assert states(site) == {Delivery.SENT: 1, Delivery.READY: 2}
    with site.app_context():
        assert (
            db.session.scalar(
                sa.select(sa.func.count()).where(OutboxMessage.locked_by.is_not(None))
            )
            == 0
        )
