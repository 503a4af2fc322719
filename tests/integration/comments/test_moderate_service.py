"""What moderators do with one comment, who may, and what it leaves behind: counters, log, record,
public pages.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access import Role
from app.access.actors import SYSTEM
from app.accounts.models import User
from app.audit.models import AuditRecord
from app.comments.models import Comment, CommentLog, SurveyAnswer, SurveyQuestion
from app.comments.queries import gate
from app.comments.service import moderating
from app.comments.service.moderating import Redaction
from app.comments.states import CommentStage, SurveyKind, TargetKind
from app.consultations.models import Consultation
from app.consultations.states import Visibility
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db
from app.kernel import publication
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused, Stale
from app.results.models import Point
from app.submissions.states import Consent
from app.works.models import ProjectItem
from tests.factories.accounts import make_user
from tests.factories.consultations import BODY, make_comment, make_consultation
from tests.factories.organisation import make_agency
from tests.factories.traces import where_it_stands

PERSONAL = "Nhà tôi ở thôn Đông, số điện thoại 0912 345 678, đề nghị dời con đường."


@pytest.fixture
def moderator(ctx: Flask) -> User:
    make_agency()
    return make_user("dieu-phoi", roles=[Role.MODERATOR])


def counters(consultation: Consultation) -> tuple[int, int]:
    db.session.expire(consultation)
    return consultation.received_count, consultation.public_count


def steps(comment: Comment) -> list[tuple[str, str, bool]]:
    rows = db.session.scalars(
        sa.select(CommentLog).where(CommentLog.comment_id == comment.id).order_by(CommentLog.id)
    )
    return [(row.move, row.note, row.public) for row in rows]


def tags() -> list[str]:
    return list(db.session.scalars(sa.select(AuditRecord.tag).order_by(AuditRecord.id)))


def redact(comment: Comment, actor: User, **values: Any) -> None:
    given = {
        "title": "Đề nghị dời đường",
        "body": comment.submission.body,
        "reason": "Che thông tin cá nhân.",
        **values,
    }
    moderating.redact(comment, Redaction(**given), actor=actor, seen_revision=comment.revision)


def shown(comment: Comment) -> bool:
    return (
        db.session.scalar(gate.public_comments(Comment.id).where(Comment.id == comment.id))
        is not None
    )


# Showing ----------------------------------------------------------------------------------------
def test_shown_once_redacted_and_allowed(moderator: User) -> None:
    consultation = make_consultation()
    comment = make_comment(consultation)
    redact(comment, moderator)
    assert not shown(comment)
    before = publication.current()
    moderating.show(comment, actor=moderator, seen_revision=comment.revision)
    assert shown(comment)
    assert counters(consultation) == (1, 1)
    assert comment.published_at is not None
    assert steps(comment) == [("redact", "Che thông tin cá nhân.", False), ("show", "", True)]
    assert tags()[-2:] == ["comment:redact", "comment:show"]
    assert publication.current() > before
    with pytest.raises(Refused, match="đang công khai"):
        moderating.show(comment, actor=moderator, seen_revision=None)


@pytest.mark.parametrize(
    ("values", "redacted", "why"),
    [
        ({"consent": Consent.PRIVATE}, {}, "không đồng ý công khai"),
        ({}, None, "Chưa có nội dung sẽ đăng"),
        ({"body": PERSONAL}, {"body": PERSONAL}, "còn thông tin cá nhân"),
        ({"proposed_text": "Dời đường sáu mươi mét."}, None, "Chưa có nội dung sẽ đăng"),
    ],
    ids=["no consent", "not looked at", "personal data left", "proposal not looked at"],
)
def test_not_shown_and_told_why(
    moderator: User, values: dict[str, Any], redacted: dict[str, Any] | None, why: str
) -> None:
    comment = make_comment(make_consultation(), **values)
    if redacted is not None:
        redact(comment, moderator, **redacted)
    with pytest.raises(Refused, match=why):
        moderating.show(comment, actor=moderator, seen_revision=comment.revision)
    assert comment.visibility is Visibility.PRIVATE


def test_kept_back_with_a_reason_that_its_sender_reads(moderator: User) -> None:
    consultation = make_consultation()
    comment = make_comment(consultation, visibility=Visibility.PUBLIC)
    with pytest.raises(Refused, match="Hãy ghi lý do"):
        moderating.keep_back(comment, actor=moderator, seen_revision=comment.revision, reason="  ")
    moderating.keep_back(
        comment, actor=moderator, seen_revision=comment.revision, reason="Nêu đích danh người khác."
    )
    assert (comment.visibility, comment.hidden_reason) == (
        Visibility.HIDDEN,
        "Nêu đích danh người khác.",
    )
    assert counters(consultation) == (1, 0), "it stays part of the file"
    assert steps(comment) == [("keep_back", "Nêu đích danh người khác.", True)]
    moderating.show(comment, actor=moderator, seen_revision=comment.revision)
    assert (comment.hidden_reason, counters(consultation)) == ("", (1, 1))


def test_stale_pages_and_strangers_change_nothing(moderator: User) -> None:
    comment = make_comment(make_consultation())
    auditor = make_user(roles=[Role.AUDITOR, Role.APPROVER])
    for act in (moderating.show, moderating.mark_spam, moderating.confirm, moderating.restore):
        with pytest.raises(Forbidden):
            act(comment, actor=auditor, seen_revision=comment.revision)
    with pytest.raises(Forbidden):
        redact(comment, auditor)
    with pytest.raises(Forbidden):
        moderating.retarget(
            comment, actor=auditor, seen_revision=comment.revision, target_kind=TargetKind.WHOLE
        )
    with pytest.raises(Forbidden):
        moderating.add_note(comment, actor=make_user(roles=[Role.AUDITOR]), text="Ghi chú.")
    with pytest.raises(Stale):
        moderating.mark_spam(comment, actor=moderator, seen_revision=comment.revision - 1)
    with pytest.raises(Stale):
        moderating.redact(
            comment, moderating.as_it_came(comment), actor=moderator, seen_revision=99
        )
    assert steps(comment) == []


# Spam and confirming ----------------------------------------------------------------------------
def test_spam_leaves_the_file_and_comes_back_undecided(moderator: User) -> None:
    consultation = make_consultation()
    comment = make_comment(consultation, visibility=Visibility.PUBLIC)
    moderating.mark_spam(comment, actor=moderator, seen_revision=comment.revision, note="Quảng cáo")
    assert (comment.stage, comment.visibility, counters(consultation)) == (
        CommentStage.SPAM,
        Visibility.HIDDEN,
        (0, 0),
    )
    assert comment.spam_at is not None
    moderating.restore(comment, actor=moderator, seen_revision=comment.revision)
    assert (comment.stage, comment.visibility, counters(consultation)) == (
        CommentStage.RECEIVED,
        Visibility.PRIVATE,
        (1, 0),
    )
    assert comment.spam_at is None


def test_what_was_kept_back_stays_so_after_spam(moderator: User) -> None:
    comment = make_comment(
        make_consultation(), visibility=Visibility.HIDDEN, hidden_reason="Nêu đích danh người khác."
    )
    moderating.mark_spam(comment, actor=moderator, seen_revision=None)
    moderating.restore(comment, actor=moderator, seen_revision=None)
    assert comment.visibility is Visibility.HIDDEN


def test_a_moderator_vouches_for_the_sender(moderator: User) -> None:
    consultation = make_consultation()
    comment = make_comment(
        consultation, stage=CommentStage.UNVERIFIED, phone=None, email="an@example.vn"
    )
    comment.submission.confirmed_at = None
    moderating.confirm(
        comment, actor=moderator, seen_revision=comment.revision, note="Đã gọi điện."
    )
    assert (comment.stage, counters(consultation)) == (CommentStage.RECEIVED, (1, 0))
    assert comment.submission.confirmed_at is not None
    assert steps(comment) == [("confirm", "Đã gọi điện.", False)]


# Texts ------------------------------------------------------------------------------------------
def test_the_original_stays_and_the_redacted_text_is_kept_beside_it(moderator: User) -> None:
    comment = make_comment(
        make_consultation(), body=PERSONAL, proposed_text="Dời về nhà ông Ba, 0912 345 678."
    )
    redact(comment, moderator, body="Đề nghị dời con đường.", proposed="Dời về phía Tây.")
    submission = comment.submission
    assert (submission.body, comment.proposed_text) == (
        PERSONAL,
        "Dời về nhà ông Ba, 0912 345 678.",
    )
    assert submission.public_html == "<p>Đề nghị dời con đường.</p>"
    assert (comment.public_proposed, comment.proposed_html) == (
        "Dời về phía Tây.",
        "<p>Dời về phía Tây.</p>",
    )
    assert submission.redacted_by == moderator.id
    assert moderating.looked_at(comment)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "public_title"),
        ({"body": ""}, "public_body"),
        ({"body": "Khác hẳn bản gốc.", "proposed": "Dời đường.", "reason": ""}, "redaction_reason"),
        ({"proposed": ""}, "public_proposed"),
        ({"proposed": "x" * 5_001}, "public_proposed"),
        ({"proposed": "Dời chỗ khác.", "reason": " "}, "redaction_reason"),
    ],
    ids=["title", "body", "reason for the body", "proposal", "too long", "reason for the proposal"],
)
def test_a_redaction_says_what_is_missing(
    moderator: User, values: dict[str, Any], field: str
) -> None:
    comment = make_comment(make_consultation(), proposed_text="Dời đường.")
    with pytest.raises(FieldError) as caught:
        redact(
            comment,
            moderator,
            **{"title": comment.submission.title, "proposed": "Dời đường.", **values},
        )
    assert caught.value.field == field


def test_what_is_public_cannot_be_opened_up_again(moderator: User) -> None:
    comment = make_comment(make_consultation(), visibility=Visibility.PUBLIC, body=BODY)
    before = publication.current()
    redact(comment, moderator, body="Đã sửa lại cho gọn.")
    assert publication.current() > before
    with pytest.raises(Refused, match="thông tin cá nhân"):
        redact(comment, moderator, body=PERSONAL)


def test_open_answers_are_looked_at_with_the_rest(moderator: User) -> None:
    consultation = make_consultation()
    question = SurveyQuestion(consultation_id=consultation.id, kind=SurveyKind.OPEN, text="Vì sao?")
    choice = SurveyQuestion(
        consultation_id=consultation.id,
        kind=SurveyKind.ONE,
        text="Chọn gì?",
        options=["Có", "Không"],
    )
    db.session.add_all([question, choice])
    db.session.flush()
    comment = make_comment(consultation)
    words = SurveyAnswer(
        question_id=question.id, comment_id=comment.id, text="Gọi tôi số 0912 345 678"
    )
    db.session.add_all(
        [words, SurveyAnswer(question_id=choice.id, comment_id=comment.id, choices=[0])]
    )
    db.session.flush()
    assert [answer.id for answer in moderating.open_answers(comment)] == [words.id]
    assert moderating.personal_data(comment)
    assert moderating.as_it_came(comment).answers == {words.id: words.text}
    redact(comment, moderator, answers={words.id: "Vì xa.", 999: "Không có câu này."})
    assert words.public_text == "Vì xa."
    redact(comment, moderator)
    assert words.public_text == "Vì xa.", "what is not sent stays"


# Targets ----------------------------------------------------------------------------------------
def test_what_it_is_about_can_be_put_right(moderator: User) -> None:
    consultation, elsewhere = make_consultation(), make_consultation()
    version = DraftVersion(consultation_id=consultation.id, number=1, published_at=now())
    project = ProjectItem(
        consultation_id=consultation.id,
        code="B01",
        name="Đường tránh",
        land_code="DGT",
        planned_ha=1,
    )
    other = ProjectItem(
        consultation_id=elsewhere.id, code="B01", name="Chợ", land_code="TMD", planned_ha=1
    )
    db.session.add_all([version, project, other])
    db.session.flush()
    db.session.add(
        Clause(
            version_id=version.id,
            position=1,
            kind=ClauseKind.ARTICLE,
            anchor="dieu-1",
            label="Điều 1",
        )
    )
    comment = make_comment(
        consultation, target_kind=TargetKind.PLACE, longitude=108.1, latitude=15.2
    )

    def retarget(kind: TargetKind, **more: Any) -> None:
        moderating.retarget(
            comment, actor=moderator, seen_revision=comment.revision, target_kind=kind, **more
        )

    retarget(TargetKind.CLAUSE, clause_anchor="dieu-1")
    assert (comment.clause_anchor, comment.project_id) == ("dieu-1", None)
    retarget(TargetKind.PROJECT, project_id=project.id, clause_anchor="dieu-1")
    assert (comment.clause_anchor, comment.project_id) == (None, project.id)
    retarget(TargetKind.PLACE)
    assert (comment.longitude, comment.project_id) == (108.1, None)
    retarget(TargetKind.WHOLE)
    assert comment.longitude == 108.1, "what its sender pointed at stays"
    assert {move for move, _note, _public in steps(comment)} == {"retarget"}
    for kind, more in (
        (TargetKind.CLAUSE, {"clause_anchor": "dieu-9"}),
        (TargetKind.PROJECT, {"project_id": other.id}),
        (TargetKind.PROJECT, {}),
    ):
        with pytest.raises(FieldError) as caught:
            retarget(kind, **more)
        assert caught.value.field == "target"
    plain = make_comment(consultation)
    with pytest.raises(FieldError):
        moderating.retarget(
            plain, actor=moderator, seen_revision=plain.revision, target_kind=TargetKind.PLACE
        )


def test_notes_are_for_colleagues(moderator: User) -> None:
    comment = make_comment(make_consultation())
    moderating.add_note(comment, actor=moderator, text="Đã hỏi thôn trưởng.")
    assert steps(comment) == [("note", "Đã hỏi thôn trưởng.", False)]
    with pytest.raises(Refused):
        moderating.add_note(comment, actor=moderator, text=" ")


# Erasing ----------------------------------------------------------------------------------------
def test_erasing_leaves_nothing_of_the_sender(moderator: User) -> None:
    consultation = make_consultation()
    comment = make_comment(
        consultation,
        visibility=Visibility.PUBLIC,
        body="Con đường xyzmarker cắt đôi thửa ruộng của nhà tôi, xin dời đi nơi khác cho thuận "
        "tiện.",
        proposed_text="xyzmarker",
        public_proposed="xyzmarker",
        proposed_html="<p>xyzmarker</p>",
        place_text="xyzmarker",
        sheet="7",
        parcel="118",
        organisation_name="xyzmarker",
        longitude=108.0,
        latitude=15.0,
        name="xyzmarker",
    )
    assert comment.text_key
    question = SurveyQuestion(consultation_id=consultation.id, kind=SurveyKind.OPEN, text="Vì sao?")
    db.session.add(question)
    db.session.flush()
    db.session.add_all(
        [
            SurveyAnswer(
                question_id=question.id,
                comment_id=comment.id,
                text="xyzmarker",
                public_text="xyzmarker",
            ),
            Point(
                consultation_id=consultation.id,
                comment_id=comment.id,
                text="xyzmarker",
                table_text="xyzmarker",
            ),
        ]
    )
    moderating.keep_back(comment, actor=moderator, seen_revision=None, reason="xyzmarker")
    eraser = make_user(roles=[Role.ADMINISTRATOR])
    with pytest.raises(Forbidden):
        moderating.erase(comment, actor=moderator, reason="Yêu cầu của người gửi.")
    with pytest.raises(Refused):
        moderating.erase(comment, actor=eraser, reason="")
    moderating.erase(
        comment, actor=eraser, reason="Yêu cầu của người gửi.", seen_revision=comment.revision
    )
    db.session.commit()

    assert where_it_stands("xyzmarker") == []
    assert (comment.visibility, comment.text_key, comment.sheet, comment.longitude) == (
        Visibility.ERASED,
        "",
        "",
        None,
    )
    assert counters(consultation) == (1, 0), "that somebody commented stays counted"
    with pytest.raises(Refused, match="đã được xóa"):
        moderating.erase(comment, actor=SYSTEM, reason="Lần nữa.")
    with pytest.raises(Forbidden):
        redact(comment, moderator)
