"""Web server and runner are killed again and again while people send questions: no receipt is ever
broken.

Random moments are drawn from a fixed seed and tied to progress, not to the clock, so that a slow
machine is killed as often as a fast one. Browsers whose POST got no answer send the same form
again, as people do.
"""

import collections
import itertools
import random
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
import time_machine

from app.audit import service as audit
from app.extensions import db
from app.files import service as files
from app.files.models import StoredFile
from app.files.runtime import runtime
from app.jobs.models import Job
from app.jobs.states import JobState
from app.kernel.clock import now, today
from app.kernel.db import Counter
from app.mailer.models import DeliveryEvent, OutboxMessage
from app.mailer.states import WAITING, Delivery, Happening
from app.questions.models import Question, QuestionLog
from app.submissions import service as submissions
from app.submissions.models import Submission
from tests.factories.files import pdf
from tests.faults.site import (
    FORM,
    Attachment,
    Browser,
    Keeper,
    Person,
    Program,
    Receipt,
    Site,
    ask,
    threads,
)
from tests.smtp_server import FaultyServer

pytestmark = pytest.mark.faults

SUBMISSIONS = 500
CLIENTS = 8
KILLS = 12
SEED = 20261124
#: Questions that one network address may send in an hour: after that another browser takes over.
PER_ADDRESS = 5
#: Every so many questions come with a file.
WITH_FILE = 10
#: No assertion: only an end for a run that hangs.
DRAIN = 240.0


@dataclass
class Crowd:
    """Everybody who sends questions, and what they were promised."""

    port: int
    receipts: list[Receipt] = field(default_factory=list)
    begun: int = 0
    unanswered: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def person(self) -> None:
        """Send questions until all are sent, from one browser after another."""
        while (batch := list(self._batch())) and batch:
            browser = Browser(self.port, f"203.0.{batch[0] // 250}.{batch[0] % 250 + 1}")
            browser.get(FORM)
            for number in batch:
                kept = ask(browser, somebody(number))
                with self._lock:
                    self.receipts.append(kept)
            with self._lock:
                self.unanswered += browser.unanswered
                self.refused += browser.refused

    def _batch(self) -> Iterator[int]:
        for _question in range(PER_ADDRESS):
            with self._lock:
                number = next(self._numbers)
                if number < SUBMISSIONS:
                    self.begun += 1
                    yield number


def somebody(number: int) -> Person:
    """One of them; every tenth sends a file along, every third can be telephoned."""
    return Person(
        name=f"Nguyễn Văn Thứ {number}",
        email=f"nguoi-{number}@example.vn",
        phone="0912345678" if number % 3 == 0 else "",
        body=f"Câu hỏi số {number}: lịch thu gom rác ở thôn Đông trong tuần tới thay đổi như thế "
        f"nào?",
        attachment=Attachment(f"Đơn {number}.pdf", pdf()) if number % WITH_FILE == 0 else None,
    )


def kill_the_web(
    web: Program, crowd: Crowd, chance: random.Random, errors: list[BaseException]
) -> None:
    """Kill the server KILLS times at random progress: all of it, or one worker."""
    for moment in sorted(chance.sample(range(5, SUBMISSIONS - 20), KILLS)):
        while crowd.begun < moment:
            if errors:
                return
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.04))
        whole = chance.random() < 0.5
        # Dead from the kill before? Then as soon as it is back.
        while not (web.kill() if whole else web.kill_one_worker(chance)):
            time.sleep(0.005)


class MailKiller:
    """Kills the runner at random mails: when the mail server has taken one and not yet said so, or
    at any other moment.
    """

    def __init__(self, runner: Program, chance: random.Random) -> None:
        moments = chance.sample(range(3, SUBMISSIONS - 20), KILLS)
        self._between, self._during = set(moments[: KILLS // 2]), set(moments[KILLS // 2 :])
        self._runner, self._chance, self._seen = runner, chance, 0
        self.late: list[threading.Timer] = []

    def taken(self, _mail: object) -> None:
        """The mail server calls this for each message that it took."""
        self._seen += 1
        if self._seen in self._between:
            self._runner.kill()
        elif self._seen in self._during:
            timer = threading.Timer(self._chance.uniform(0, 0.05), self._runner.kill)
            timer.start()
            self.late.append(timer)


def drain(site: Site) -> None:
    """Let the runner work until no mail waits."""
    deadline = time.monotonic() + DRAIN
    waiting = sa.select(sa.func.count()).where(OutboxMessage.state.in_(WAITING))
    with site.app.app_context():
        while db.session.scalar(waiting):
            db.session.rollback()
            assert time.monotonic() < deadline, "mails still wait"
            time.sleep(0.2)
        db.session.rollback()


def test_no_receipt_is_broken_by_kill_9(
    site: Site, smtp: FaultyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)
    crowd = Crowd(site.port)
    killer = MailKiller(site.runner, random.Random(SEED + 1))
    smtp.behaviour.after = killer.taken
    with Keeper(site.web, site.runner):
        with threads([crowd.person] * CLIENTS) as errors:
            kill_the_web(site.web, crowd, chance, errors)
        assert errors == []
        drain(site)
        for timer in killer.late:
            timer.join()
    # The kills hit something, else this test would prove nothing.
    assert site.web.kills >= KILLS
    assert site.runner.kills >= KILLS // 2
    assert crowd.unanswered > 0

    with site.app.app_context():
        check_database()
        check_receipts(site, crowd.receipts)
        check_records()
        duplicates = check_mails(smtp)
        check_nothing_hidden()
        check_files()
    assert duplicates <= site.runner.kills
    with capsys.disabled():
        print(
            f"\n  {len(crowd.receipts)} receipts; {site.web.kills} kills of the server, "
            f"{site.runner.kills} of the runner; "
            f"{crowd.unanswered} requests without an answer, {crowd.refused} refused; "
            f"{duplicates} mails twice"
        )


def check_database() -> None:
    """The file is whole, every reference leads somewhere, nobody altered the record."""
    if db.engine.dialect.name == "sqlite":
        assert db.session.execute(sa.text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        assert db.session.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    assert audit.verify() == []


def check_receipts(site: Site, receipts: list[Receipt]) -> None:
    """Every receipt is in the database once, numbers have no gap, and each PIN
    opens its question.
    """
    assert len(receipts) == SUBMISSIONS
    rows = db.session.execute(
        sa.select(Submission.code, Submission.idempotency_key).order_by(Submission.code)
    ).all()
    assert sorted((receipt.code, receipt.key) for receipt in receipts) == [
        tuple(row) for row in rows
    ]
    prefix = f"AS-{today().year}"
    assert [row.code for row in rows] == [
        f"{prefix}-{number:06d}" for number in range(1, SUBMISSIONS + 1)
    ]
    assert db.session.execute(sa.select(Counter.name, Counter.value)).all() == [
        (prefix, SUBMISSIONS)
    ]
    secret = str(site.app.secret_key)
    for number, receipt in enumerate(receipts):
        opened = submissions.unlock(
            code=receipt.code, pin=receipt.pin, address_key=f"nguoi-{number}", secret_key=secret
        )
        assert opened is not None, receipt
        assert opened.idempotency_key == receipt.key
    assert (
        submissions.unlock(
            code=receipts[0].code, pin="000000", address_key="khac", secret_key=secret
        )
        is None
    )
    db.session.rollback()


def check_records() -> None:
    """One question, one line of its history and one mail for each submission."""
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Question)) == SUBMISSIONS
    assert _per_thing(QuestionLog.question_id, QuestionLog.move == "receive") == {1: SUBMISSIONS}
    assert _per_thing(OutboxMessage.about_id, OutboxMessage.about_kind == "question") == {
        1: SUBMISSIONS
    }


def _per_thing(
    column: sa.orm.InstrumentedAttribute[int], *where: sa.ColumnElement[bool]
) -> dict[int, int]:
    """How many things have how many rows."""
    counts = db.session.execute(sa.select(sa.func.count()).where(*where).group_by(column)).scalars()
    return dict(collections.Counter(counts))


def check_mails(smtp: FaultyServer) -> int:
    """Every mail arrived, under the one Message-ID of its row, with its own code in it; returns how
    many came twice.
    """
    rows = {row.message_id: row for row in db.session.scalars(sa.select(OutboxMessage))}
    arrived: dict[str, list[str]] = collections.defaultdict(list)
    for taken in smtp.taken:
        name = taken.message_id
        assert taken.recipients == (rows[name].to_address,)
        arrived[name].append(_text(taken.raw))
    assert arrived.keys() == rows.keys()
    assert all(len(set(texts)) == 1 for texts in arrived.values()), "one Message-ID, one text"
    return sum(len(texts) - 1 for texts in arrived.values())


def _text(raw: bytes) -> str:
    """A message without what differs between two deliveries of it: the marks between its parts."""
    boundary = re.search(rb'boundary="([^"]+)"', raw)
    return raw.replace(boundary.group(1), b"").decode() if boundary else raw.decode()


def check_nothing_hidden() -> None:
    """Nothing is half done: every mail is sent and says so once, no job runs or is dead."""
    assert db.session.scalars(sa.select(OutboxMessage.state).distinct()).all() == [Delivery.SENT]
    assert (
        db.session.scalar(sa.select(sa.func.count()).where(OutboxMessage.locked_by.is_not(None)))
        == 0
    )
    assert _per_thing(DeliveryEvent.message_id, DeliveryEvent.what == Happening.SENT) == {
        1: SUBMISSIONS
    }
    stuck = sa.select(Job.name, Job.last_error).where(
        Job.state.in_([JobState.RUNNING, JobState.DEAD])
    )
    assert db.session.execute(stuck).all() == []


def check_files() -> None:
    """Every file sent belongs to its question and lies on the disk; what broken requests left is
    swept away.
    """
    owned = sa.select(StoredFile).where(StoredFile.owner_kind == "submission")
    assert _per_thing(StoredFile.owner_id, StoredFile.owner_kind == "submission") == {
        1: SUBMISSIONS // WITH_FILE
    }
    for file in db.session.scalars(owned):
        with runtime().storage.open(file.blob) as content:
            assert content.read() == pdf()
    kept = set(db.session.scalars(owned.with_only_columns(StoredFile.blob)))
    db.session.rollback()
    with time_machine.travel(now() + files.KEEP_UNCLAIMED * 2):
        for _round in range(2):
            files.sweep()
            db.session.commit()
    assert {blob.name for blob in runtime().storage.blobs()} == kept
    assert set(db.session.scalars(sa.select(StoredFile.blob))) == kept
