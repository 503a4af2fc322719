"""The same step for many comments: previewed exactly, all or nothing, undone for ten minutes."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.access import Role
from app.accounts.models import User
from app.audit.models import AuditRecord
from app.comments.models import Comment, CommentBulk, CommentLog, SurveyAnswer, SurveyQuestion
from app.comments.queries import gate
from app.comments.service import moderating
from app.comments.service.bulk import CommentChoice, many
from app.comments.states import CommentStage, SurveyKind
from app.consultations.models import Consultation
from app.consultations.states import Visibility
from app.extensions import db
from app.kernel.clock import now
from app.kernel.errors import NotFound, Refused
from app.submissions.states import Consent
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency

PERSONAL = "Nhà tôi ở thôn Đông, số điện thoại 0912 345 678, đề nghị dời con đường."
CHOICES = {
    "show": CommentChoice("show"),
    "keep_back": CommentChoice("keep_back", "Nêu đích danh người khác."),
    "mark_spam": CommentChoice("mark_spam"),
    "restore": CommentChoice("restore"),
}


@pytest.fixture
def moderator(ctx: Flask) -> User:
    make_agency()
    return make_user("dieu-phoi", roles=[Role.MODERATOR])


def seen(*comments: Comment) -> dict[int, int]:
    return {comment.id: comment.revision for comment in comments}


def values(*comments: Comment) -> list[dict[str, Any]]:
    """The stored rows, the sender's text included, without what changes with every step."""
    found = []
    with db.session.no_autoflush:
        for comment in comments:
            row = (
                db.session.execute(
                    sa.select(Comment.__table__).where(Comment.__table__.c.id == comment.id)
                )
                .one()
                ._mapping
            )
            sent = comment.submission
            shown = (
                sent.public_title,
                sent.public_body,
                sent.public_html,
                sent.redacted_at,
                sent.redacted_by,
                sent.redaction_reason,
            )
            found.append(
                {
                    "shown": shown,
                    **{key: row[key] for key in row if key not in {"revision", "updated_at"}},
                }
            )
    return found


def counters(consultation: Consultation) -> tuple[int, int]:
    db.session.expire(consultation)
    return consultation.received_count, consultation.public_count


@pytest.mark.parametrize(
    ("move", "stage", "visibility", "counted"),
    [
        ("show", CommentStage.RECEIVED, Visibility.PUBLIC, (3, 3)),
        ("keep_back", CommentStage.RECEIVED, Visibility.HIDDEN, (3, 0)),
        ("mark_spam", CommentStage.SPAM, Visibility.PRIVATE, (0, 0)),
        ("restore", CommentStage.RECEIVED, Visibility.PRIVATE, (3, 0)),
    ],
)
def test_it_is_done_to_all_and_undone_for_all(
    moderator: User,
    move: str,
    stage: CommentStage,
    visibility: Visibility,
    counted: tuple[int, int],
) -> None:
    consultation = make_consultation()
    start: dict[str, Any] = (
        {"stage": CommentStage.SPAM, "spam_at": now()} if move == "restore" else {}
    )
    comments = [make_comment(consultation, **start) for _ in range(3)]
    before, counted_before = values(*comments), counters(consultation)
    done = many.run(seen(*comments), CHOICES[move], actor=moderator)
    db.session.commit()
    assert {(comment.stage, comment.visibility) for comment in comments} == {(stage, visibility)}
    assert counters(consultation) == counted
    assert [item["revision"] for item in done.items] == [comment.revision for comment in comments]
    assert many.undoable(moderator) is done
    assert many.action(done.id) is done
    many.undo(done, actor=moderator)
    db.session.commit()
    assert values(*comments) == before
    assert counters(consultation) == counted_before
    assert many.undoable(moderator) is None
    last = (
        sa.select(CommentLog.move)
        .where(CommentLog.comment_id == comments[0].id)
        .order_by(CommentLog.id.desc())
        .limit(1)
    )
    assert db.session.scalar(last) == "undo"
    tags = list(db.session.scalars(sa.select(AuditRecord.tag)))
    assert tags.count("comment:undo") == 3


def test_shown_as_it_came_and_as_it_was_redacted(moderator: User) -> None:
    consultation = make_consultation()
    plain = make_comment(consultation, proposed_text="Dời sáu mươi mét.")
    redacted = make_comment(consultation, body=PERSONAL)
    question = SurveyQuestion(consultation_id=consultation.id, kind=SurveyKind.OPEN, text="Vì sao?")
    db.session.add(question)
    db.session.flush()
    answer = SurveyAnswer(question_id=question.id, comment_id=plain.id, text="Vì xa.")
    db.session.add(answer)
    moderating.redact(
        redacted,
        moderating.Redaction(
            "Đề nghị dời đường", "Đề nghị dời con đường.", reason="Che số điện thoại."
        ),
        actor=moderator,
        seen_revision=None,
    )
    lines = many.preview([plain.id, redacted.id], CHOICES["show"], actor=moderator)
    assert [(line.before, line.after, line.problem) for line in lines] == [
        ("Chưa công khai", "Công khai nguyên văn", ""),
        ("Chưa công khai", "Công khai bản đã che", ""),
    ]
    done = many.run(seen(plain, redacted), CHOICES["show"], actor=moderator)
    texts = set(db.session.scalars(gate.public_comments(Comment.public_proposed)))
    assert texts == {"Dời sáu mươi mét.", ""}
    assert (plain.submission.public_body, redacted.submission.public_body) == (
        plain.submission.body,
        "Đề nghị dời con đường.",
    )
    assert answer.public_text == "Vì xa."
    many.undo(done, actor=moderator)
    assert (plain.submission.public_body, answer.public_text) == (None, None)
    assert redacted.submission.public_body == "Đề nghị dời con đường.", (
        "what an officer wrote before is not lost"
    )


@pytest.mark.parametrize(
    ("move", "made", "why"),
    [
        ("show", {"body": PERSONAL}, "Có thông tin cá nhân"),
        ("show", {"proposed_text": "Gọi 0912 345 678 để biết thêm."}, "Có thông tin cá nhân"),
        ("show", {"consent": Consent.PRIVATE}, "không đồng ý công khai"),
        ("show", {"visibility": Visibility.PUBLIC}, "đang công khai"),
        ("show", {"stage": CommentStage.UNVERIFIED}, "trạng thái hiện tại"),
        ("keep_back", {"visibility": Visibility.HIDDEN}, "đã được giữ lại"),
        ("restore", {}, "trạng thái hiện tại"),
        ("mark_spam", {"visibility": Visibility.ERASED}, "không có quyền"),
    ],
)
def test_one_that_cannot_move_stops_all_and_is_named(
    moderator: User, move: str, made: dict[str, Any], why: str
) -> None:
    consultation = make_consultation()
    good: dict[str, Any] = (
        {"stage": CommentStage.SPAM, "spam_at": now()} if move == "restore" else {}
    )
    fine, stuck = make_comment(consultation, **good), make_comment(consultation, **made)
    lines = many.preview([fine.id, stuck.id], CHOICES[move], actor=moderator)
    assert [bool(line.problem) for line in lines] == [False, True]
    assert why in lines[1].problem
    before = values(fine, stuck)
    with pytest.raises(Refused, match=f"Chưa góp ý nào.*{stuck.submission.code}.*{why}"):
        many.run(seen(fine, stuck), CHOICES[move], actor=moderator)
    db.session.rollback()
    assert values(fine, stuck) == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CommentBulk)) == 0


def test_who_looked_at_an_old_preview_changes_nothing(moderator: User) -> None:
    comment = make_comment(make_consultation())
    with pytest.raises(Refused, match="Người khác vừa thay đổi"):
        many.run({comment.id: comment.revision + 1}, CHOICES["mark_spam"], actor=moderator)


def test_redacted_with_something_left_is_not_shown(moderator: User) -> None:
    comment = make_comment(make_consultation(), body=PERSONAL)
    moderating.redact(
        comment,
        moderating.Redaction("Đề nghị dời đường", PERSONAL, reason="Sửa tiêu đề."),
        actor=moderator,
        seen_revision=None,
    )
    (line,) = many.preview([comment.id], CHOICES["show"], actor=moderator)
    assert "còn thông tin cá nhân" in line.problem


def test_what_is_asked_has_to_make_sense(moderator: User) -> None:
    comment = make_comment(make_consultation())
    for choice in (CommentChoice("withdraw"), CommentChoice(""), CommentChoice("keep_back", "  ")):
        with pytest.raises(Refused):
            many.preview([comment.id], choice, actor=moderator)
        with pytest.raises(Refused):
            many.run(seen(comment), choice, actor=moderator)
    with pytest.raises(Refused, match="nhiều nhất 100"):
        many.preview(list(range(101)), CHOICES["show"], actor=moderator)
    auditor = make_user(roles=[Role.AUDITOR])
    (line,) = many.preview([comment.id], CHOICES["show"], actor=auditor)
    assert "không có quyền" in line.problem
    with pytest.raises(NotFound):
        many.action(999)


def test_preview_says_what_each_becomes(moderator: User) -> None:
    consultation = make_consultation()
    waiting, spam = (
        make_comment(consultation),
        make_comment(consultation, stage=CommentStage.SPAM, spam_at=now()),
    )
    for move, comment, before, after in (
        ("keep_back", waiting, "Chưa công khai", "Không công khai"),
        ("mark_spam", waiting, "Chưa công khai", "Rác, giữ 30 ngày rồi xóa"),
        ("restore", spam, "Rác", "Đã đưa vào hồ sơ"),
    ):
        (line,) = many.preview([comment.id], CHOICES[move], actor=moderator)
        assert (line.before, line.after, line.problem) == (before, after, "")


def test_undoing_has_its_limits(moderator: User) -> None:
    comments = [make_comment(make_consultation()) for _ in range(2)]
    done = many.run(seen(*comments), CHOICES["mark_spam"], actor=moderator)
    db.session.commit()
    with pytest.raises(Refused, match="Chỉ người đã thực hiện"):
        many.undo(done, actor=make_user(roles=[Role.MODERATOR]))
    with (
        time_machine.travel(now() + dt.timedelta(minutes=11)),
        pytest.raises(Refused, match="quá 10 phút"),
    ):
        many.undo(done, actor=moderator)
    moderating.restore(comments[1], actor=moderator, seen_revision=None)
    with pytest.raises(Refused, match=f"{comments[1].submission.code} đã được xử lý tiếp"):
        many.undo(done, actor=moderator)
    again = many.run(seen(comments[1]), CHOICES["mark_spam"], actor=moderator)
    many.undo(again, actor=moderator)
    with pytest.raises(Refused, match="đã được hoàn tác"):
        many.undo(again, actor=moderator)
