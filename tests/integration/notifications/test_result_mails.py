"""The result, to each participant: their own points and the replies, one mail an address, never to
a stranger's.
"""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access.actors import SYSTEM
from app.comments.answers import Decision
from app.comments.models import Comment
from app.comments.states import CommentStage
from app.consultations.models import Consultation
from app.consultations.service import core
from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.jobs.models import Job
from app.kernel.clock import now
from app.mailer.models import OutboxMessage
from app.notifications import results
from app.results.models import Point, Reply, ResultRow, ResultTable
from app.results.queries import tables as queries
from app.results.states import ReplyStage
from app.results.tabling import Row
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency
from tests.factories.traces import outbox


@pytest.fixture(autouse=True)
def office(ctx: Flask) -> None:
    make_agency()


@pytest.fixture
def consultation(ctx: Flask) -> Consultation:
    return make_consultation(stage=Stage.CLOSED)


@dataclass(frozen=True)
class Said:
    """One point, and what an issued table says to it (nothing: it is not in the table)."""

    text: str
    reply: str = ""
    decision: Decision = Decision.PARTLY_ACCEPTED


def said(consultation: Consultation, email: str, *points: Said, **values: object) -> Comment:
    values.setdefault("phone", None)
    comment = make_comment(
        consultation, email=email, body=f"Toàn văn góp ý của {email} về tuyến đường.", **values
    )  # type: ignore[arg-type]
    for number, said in enumerate(points, 1):
        point = Point(
            consultation_id=consultation.id, comment_id=comment.id, number=number, text=said.text
        )
        db.session.add(point)
        db.session.flush()
        if said.reply:
            issue(consultation, point, said)
    return comment


def issue(consultation: Consultation, point: Point, said: Said) -> None:
    table = queries.newest_issue(consultation.id)
    if table is None:
        table = ResultTable(
            consultation_id=consultation.id, number=1, issued_name="Phạm Thị Duyệt", sha256="0" * 64
        )
        db.session.add(table)
        db.session.flush()
    row = Row(
        point.id,
        f"y-{point.id:08}",
        "Nhóm",
        "Người dân",
        said.text,
        said.decision.value,
        said.reply,
        "Khoản 2 Điều 5",
    )
    db.session.add(
        ResultRow(
            table_id=table.id,
            position=point.id,
            anchor=row.anchor,
            point_id=point.id,
            data=row.data(),
        )
    )
    db.session.flush()


def publish(consultation: Consultation) -> None:
    consultation.result_published_at = now()
    core.move(consultation, "publish_result", actor=SYSTEM)


def work() -> int:
    done = 0
    while job := db.session.scalar(
        sa.select(Job).where(Job.name == results.JOB, Job.run_at <= now()).order_by(Job.id)
    ):
        job.run_at, job.state, job.finished_at = None, "done", now()
        db.session.flush()
        results.send_results(dict(job.payload))
        done += 1
    return done


def told() -> dict[str, OutboxMessage]:
    found = [mail for mail in outbox() if mail.kind == "comment-result"]
    assert len({mail.to_address for mail in found}) == len(found)
    return {mail.to_address: mail for mail in found}


def test_each_participant_reads_their_points_and_the_replies(
    ctx: Flask, consultation: Consultation
) -> None:
    kept = "Giữ nguyên vị trí trường."
    said(
        consultation,
        "an@example.vn",
        Said("Dịch đường", "Đã dịch tuyến 60 m."),
        Said("Dời trường", kept, Decision.EXPLAINED),
    )
    said(consultation, "binh@example.vn", Said("Bình nói về trường", kept, Decision.EXPLAINED))
    publish(consultation)
    assert work() == 1
    an, binh = told()["an@example.vn"], told()["binh@example.vn"]
    for words in (
        "Dịch đường",
        "Dời trường",
        "Tiếp thu một phần",
        "Giải trình",
        "Đã dịch tuyến 60 m.",
        "Khoản 2 Điều 5",
        "/ket-qua",
        "lien-ket",
    ):
        assert words in an.text
    assert "Bình nói" not in an.text
    assert "Đã dịch tuyến 60 m." not in binh.text


def test_one_mail_for_several_comments_of_one_address(
    ctx: Flask, consultation: Consultation
) -> None:
    first = said(consultation, "an@example.vn", Said("Ý thứ nhất", "Ghi nhận."))
    second = said(consultation, "An@example.vn", Said("Ý thứ hai", "Ghi nhận."))
    publish(consultation)
    work()
    (mail,) = told().values()
    for words in ("Ý thứ nhất", "Ý thứ hai", first.submission.code, second.submission.code):
        assert words in mail.text


def test_what_is_in_no_issued_table_is_not_told(ctx: Flask, consultation: Consultation) -> None:
    draft = Reply(
        consultation_id=consultation.id,
        stage=ReplyStage.AGREED,
        decision=Decision.ACCEPTED,
        text="Bản nháp bí mật",
    )
    comment = said(consultation, "an@example.vn", Said("Ý của An"))
    db.session.add(draft)
    db.session.flush()
    db.session.execute(
        sa.update(Point).where(Point.comment_id == comment.id).values(reply_id=draft.id)
    )
    publish(consultation)
    work()
    assert "Bản nháp bí mật" not in told()["an@example.vn"].text
    assert "Góp ý này đã được ghi vào hồ sơ." in told()["an@example.vn"].text


def test_strangers_spam_withdrawn_erased_and_other_consultations_get_nothing(
    ctx: Flask, consultation: Consultation
) -> None:
    said(consultation, "la@example.vn", phone="0912345678")
    said(consultation, "chua@example.vn", stage=CommentStage.UNVERIFIED)
    said(consultation, "rac@example.vn", stage=CommentStage.SPAM)
    said(consultation, "rut@example.vn", stage=CommentStage.WITHDRAWN)
    said(consultation, "xoa@example.vn", visibility=Visibility.ERASED)
    said(make_consultation(stage=Stage.CLOSED), "khac@example.vn")
    said(consultation, "kin@example.vn", visibility=Visibility.HIDDEN)
    publish(consultation)
    work()
    # Kept back from the public is not kept back from its sender.
    assert list(told()) == ["kin@example.vn"]


def test_in_batches_and_never_twice(
    ctx: Flask, consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "BATCH", 2)
    for number in range(5):
        said(consultation, f"n{number}@example.vn")
    said(consultation, "n0@example.vn")
    publish(consultation)
    assert work() == 3
    assert len(told()) == 5
    results.send_results({"consultation_id": consultation.id, "after": 0})
    assert len(told()) == 5
    assert "example.vn" not in str([job.payload for job in db.session.scalars(sa.select(Job))])


def test_a_result_that_was_taken_down_is_not_told(ctx: Flask, consultation: Consultation) -> None:
    said(consultation, "an@example.vn")
    publish(consultation)
    consultation.visibility = Visibility.HIDDEN
    work()
    assert told() == {}
