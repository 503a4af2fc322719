"""A double click, a resend, twenty of them at once: one form is one question."""

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.kernel.db import Counter
from app.mailer.models import OutboxMessage
from app.questions.models import QuestionLog
from app.submissions.models import Submission
from tests.faults.site import (
    FORM,
    Answer,
    Browser,
    Keeper,
    Person,
    Receipt,
    Site,
    encode,
    receipt,
    review,
    threads,
)

pytestmark = pytest.mark.faults

SENDS = 20
ROUNDS = 3


def send_at_once(browser: Browser, form: dict[str, str]) -> list[Receipt]:
    """The same bytes on SENDS connections in the same moment; returns what each was shown."""
    body, kind = encode(form)
    barrier, answers = threading.Barrier(SENDS), list[Answer]()

    def send() -> None:
        barrier.wait()
        answers.append(browser.send("POST", FORM, body, kind))

    with threads([send] * SENDS) as errors:
        pass
    assert errors == []
    return [receipt(answer, form["idempotency_key"]) for answer in answers]


def test_twenty_parallel_sends_make_one_question(site: Site) -> None:
    with Keeper(site.web):
        shown = []
        for number in range(ROUNDS):
            browser = Browser(site.port, f"198.51.100.{number + 1}")
            person = Person(
                "Trần Thị Hai",
                f"hai-{number}@example.vn",
                f"Lần {number}: khi nào xã sửa đoạn đường qua nhà văn hóa thôn Đông?",
            )
            receipts = send_at_once(browser, review(browser, person))
            assert len(receipts) == SENDS
            assert len(set(receipts)) == 1, "everybody is shown the same code and PIN"
            shown.append(receipts[0])
    assert len({receipt.code for receipt in shown}) == ROUNDS
    with site.app.app_context():
        assert set(db.session.scalars(sa.select(Submission.code))) == {
            receipt.code for receipt in shown
        }
        assert count(QuestionLog.move == "receive") == ROUNDS
        assert count(OutboxMessage.about_kind == "question") == ROUNDS
        assert db.session.scalars(sa.select(Counter.value)).all() == [ROUNDS], (
            "no number was lost on the losers"
        )


def count(*where: Any) -> int:
    """How many rows."""
    return db.session.scalar(sa.select(sa.func.count()).where(*where)) or 0
