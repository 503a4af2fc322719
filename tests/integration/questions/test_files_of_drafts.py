"""What an officer attaches to a draft is nobody's outside until the answer is approved, an older
public answer or not.
"""

from flask import Flask

from app.access import Role
from app.extensions import db
from app.kernel.links import Ref
from app.questions.queries import desk, staff
from app.questions.service import answering
from app.questions.states import Stage, Visibility
from tests.factories.accounts import make_user
from tests.factories.files import make_file
from tests.factories.questions import ANSWER, cast, make_question


def test_a_draft_after_reopening_keeps_its_files_from_the_public_until_it_is_approved(
    app: Flask,
) -> None:
    with app.app_context():
        question = make_question(stage=Stage.ANSWERED, visibility=Visibility.PUBLIC)
        code = question.submission.code
        old = make_file(Ref("answer", question.id), name="Công văn cũ.pdf")
        answering.reopen(question, reason="Chưa trả lời đúng câu tôi hỏi.")
        db.session.commit()
        new = make_file(Ref("draft", question.id), name="Công văn mới.pdf")
        addresses = [
            f"/tep/{file.key}/{name}"
            for file, name in ((old, "cong-van-cu.pdf"), (new, "cong-van-moi.pdf"))
        ]
        db.session.remove()
    reader = app.test_client()
    assert [reader.get(address).status_code for address in addresses] == [200, 404]
    with app.app_context():
        question, people = staff.by_code(code), cast()
        draft = answering.answer_of(question)
        answering.save_draft(
            question,
            ANSWER,
            actor=people.officer,
            seen_answer_revision=draft.revision if draft else 0,
        )
        answering.submit(question, actor=people.officer, seen_revision=question.revision)
        answering.approve(
            question, actor=people.approver, seen_revision=question.revision, solo_office=False
        )
        db.session.commit()
        assert {file.name for file in desk.answer_files(question)} == {
            "Công văn cũ.pdf",
            "Công văn mới.pdf",
        }
        db.session.remove()
    assert [reader.get(address).status_code for address in addresses] == [200, 200]


def test_who_may_not_see_contacts_cannot_guess_them_by_filtering(ctx: Flask) -> None:
    question = make_question(
        stage=Stage.ASSIGNED, phone="0912345678", email="an@hopthu.example", name="Lý Thị Riêng"
    )
    auditor, moderator = make_user(roles=[Role.AUDITOR]), make_user(roles=[Role.MODERATOR])

    def found(who: object, text: str) -> bool:
        page = staff.queue(who, staff.Tab.TODO, staff.QueueFilter(text=text))  # type: ignore[arg-type]
        return [row.code for row in page.items] == [question.submission.code]

    assert found(auditor, question.submission.code)
    for private in ("0912345678", "an@hopthu", "Riêng"):
        assert found(moderator, private)
        assert not found(auditor, private)
