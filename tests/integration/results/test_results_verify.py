"""Nothing that was issued or certified can be altered unnoticed: rows are changed with raw SQL, and
found.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.comments.models import VillageMeeting
from app.comments.service import moderating
from app.consultations.models import Consultation, DossierItem
from app.consultations.states import DossierKind
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db
from app.files import service as files
from app.files.models import StoredFile
from app.files.runtime import runtime
from app.kernel.clock import now, today
from app.kernel.errors import Forbidden, Stale
from app.kernel.links import Ref
from app.results.models import Certificate
from app.results.service import certificates, issuing, verifying
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.results import People, make_file, make_issued, people, points_of


def certified() -> tuple[Consultation, People]:
    """Everything there is to be changed: a dossier file, a draft, a meeting, an issued table, a
    certificate.
    """
    consultation, _table, who = make_issued()
    item = DossierItem(consultation_id=consultation.id, kind=DossierKind.DRAFT, title="Dự thảo")
    version = DraftVersion(consultation_id=consultation.id, number=1, published_at=now())
    meeting = VillageMeeting(
        consultation_id=consultation.id,
        held_on=today(),
        place="Nhà văn hóa",
        present=60,
        agree=50,
        disagree=3,
    )
    db.session.add_all([item, version, meeting])
    db.session.flush()
    db.session.add(
        Clause(
            version_id=version.id,
            position=1,
            kind=ClauseKind.ARTICLE,
            anchor="dieu-1",
            label="Điều 1",
            text="Phạm vi",
        )
    )
    file = files.keep_made(b"noi dung", "Dự thảo.docx")
    files.claim([file.key], Ref("dossier", item.id))
    certificates.make(consultation, actor=who.leader, seen_revision=consultation.revision)
    db.session.commit()
    return consultation, who


def run(statement: str, **values: Any) -> None:
    assert db.session.execute(sa.text(statement), values).rowcount, statement  # type: ignore[attr-defined]
    db.session.commit()
    db.session.expire_all()


def test_an_untouched_consultation_is_whole(ctx: Flask) -> None:
    consultation, _who = certified()
    report = verifying.verify(consultation)
    assert report.whole
    assert (report.problems, report.notes) == ([], [])
    assert len(report.checked) == 3


CHANGES = {
    "a comment's words": (
        (
            "UPDATE submission SET body = 'Tôi hoàn toàn đồng ý với quy hoạch này.' WHERE id = "
            "(SELECT max(id) FROM submission)"
        ),
        "đã bị sửa",
    ),
    "a comment's stance": (
        "UPDATE comment SET stance = 'agree' WHERE id = (SELECT max(id) FROM comment)",
        "đã bị sửa",
    ),
    "how many people stand behind it": (
        "UPDATE comment SET people = 99 WHERE id = (SELECT max(id) FROM comment)",
        "đã bị sửa",
    ),
    "a comment taken out of the file": (
        "UPDATE comment SET stage = 'spam' WHERE id = (SELECT max(id) FROM comment)",
        "mất khỏi hồ sơ",
    ),
    "a point": (
        "UPDATE comment_point SET text = 'khác hẳn' WHERE id = (SELECT max(id) FROM comment_point)",
        "khác với bảng đã phát hành",
    ),
    "the wording in the table": (
        (
            "UPDATE comment_point SET table_text = 'khác' WHERE id = (SELECT max(id) FROM "
            "comment_point)"
        ),
        "khác với bảng",
    ),
    "a reply's words": (
        "UPDATE comment_reply SET text = 'khác' WHERE id = (SELECT max(id) FROM comment_reply)",
        "khác với bảng",
    ),
    "a decision": (
        (
            "UPDATE comment_reply SET decision = 'out_of_scope' WHERE id = (SELECT max(id) FROM "
            "comment_reply)"
        ),
        "khác với bảng",
    ),
    "a lock": (
        (
            "UPDATE comment_point SET issued_number = NULL WHERE id = (SELECT max(id) FROM "
            "comment_point)"
        ),
        "không còn khóa",
    ),
    "the head of the issue": (
        "UPDATE result_table SET content = '{}'",
        "Nội dung bảng tổng hợp phát hành lần 1 đã bị sửa",
    ),
    "its hash": ("UPDATE result_table SET sha256 = 'abc'", "mã băm không có trong nhật ký"),
    "a row taken away": ("DELETE FROM result_row WHERE position = 4", "đã bị sửa"),
    "the dates": (
        "UPDATE consultation SET closes_on = '2026-01-31', opens_on = '2026-01-02'",
        "khác với giấy chứng nhận",
    ),
    "the log": (
        (
            "UPDATE consultation_log SET note = 'khác' WHERE id = (SELECT min(id) FROM "
            "consultation_log)"
        ),
        "Nhật ký của cuộc lấy ý kiến",
    ),
    "a clause of the draft": ("UPDATE clause SET text = 'khác'", "Dự thảo phiên bản 1"),
    "a meeting": ("UPDATE village_meeting SET agree = 55", "họp dân"),
    "the title of a document": ("UPDATE dossier_item SET title = 'khác'", "Tệp hồ sơ"),
    "the certificate": ("UPDATE certificate SET sha256 = 'abc'", "Nội dung giấy chứng nhận số 1"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_behind_the_products_back_is_found(ctx: Flask, what: str) -> None:
    consultation, _who = certified()
    statement, sentence = CHANGES[what]
    run(statement)
    report = verifying.verify(db.session.get_one(Consultation, consultation.id))
    assert not report.whole
    assert any(sentence in line for line in report.problems), report.problems


def test_a_changed_row_of_the_issue_is_found(ctx: Flask) -> None:
    consultation, _who = certified()
    row = next(issuing.queries.issued_rows(issuing.queries.issues(consultation.id)[0].id))
    changed = {**row, "reply": "khác"}
    db.session.execute(
        sa.update(issuing.ResultRow).where(issuing.ResultRow.position == 1).values(data=changed)
    )
    db.session.commit()
    assert any("đã bị sửa" in line for line in verifying.verify(consultation).problems)


def test_a_hash_made_to_fit_is_not_in_the_chain(ctx: Flask) -> None:
    """Whoever changes a certificate together with its hash is found by the record, which cannot be
    changed.
    """
    consultation, _who = certified()
    certificate = db.session.scalars(sa.select(Certificate)).one()
    certificate.content = {**certificate.content, "public": 99}
    certificate.sha256 = certificates.hash_of(certificate.content)
    db.session.commit()
    assert any(
        "Giấy chứng nhận số 1: mã băm không có" in line
        for line in verifying.verify(consultation).problems
    )


def test_a_changed_or_missing_file_of_the_dossier_is_found(ctx: Flask) -> None:
    consultation, _who = certified()
    blob = db.session.scalars(
        sa.select(StoredFile.blob).where(StoredFile.owner_kind == "dossier")
    ).one()
    runtime().storage.remove(blob)
    assert any("Tệp hồ sơ" in line for line in verifying.verify(consultation).problems)
    runtime().storage.put(blob, b"noi dung khac")
    assert any("Tệp hồ sơ" in line for line in verifying.verify(consultation).problems)
    runtime().storage.remove(blob)
    runtime().storage.put(blob, b"noi dung")
    assert verifying.verify(consultation).whole


def test_more_locked_points_than_issued_are_found(ctx: Flask) -> None:
    consultation, _who = certified()
    run("DELETE FROM result_row WHERE position = 4")
    assert any("bị khóa mà không có" in line for line in verifying.verify(consultation).problems)


def test_what_the_product_did_itself_is_a_note(ctx: Flask) -> None:
    consultation, who = certified()
    late = make_comment(consultation)
    report = verifying.verify(consultation)
    assert report.whole
    assert any("được đưa vào hồ sơ sau giấy chứng nhận" in line for line in report.notes)
    issuing.unlock(consultation, actor=who.leader, seen_revision=None, reason="Sửa")
    db.session.commit()
    assert any("đang được mở để sửa" in line for line in verifying.verify(consultation).notes)
    assert late


def test_an_erasure_that_was_asked_for_is_a_note(ctx: Flask) -> None:
    from app.access import Role
    from app.comments.models import Comment
    from tests.factories.accounts import make_user

    consultation, _who = certified()
    comment = db.session.get_one(Comment, points_of(consultation)[3].comment_id)
    chief = make_user(roles=[Role.ADMINISTRATOR, Role.MODERATOR])
    moderating.erase(
        comment, actor=chief, seen_revision=comment.revision, reason="Người gửi yêu cầu xóa"
    )
    db.session.commit()
    db.session.expire_all()
    report = verifying.verify(consultation)
    assert report.whole, report.problems
    assert any("có ghi trong nhật ký" in line for line in report.notes)


def test_without_a_certificate_it_says_so(ctx: Flask) -> None:
    consultation, _table, _who = make_issued()
    report = verifying.verify(consultation)
    assert report.whole
    assert any("Chưa lập giấy chứng nhận" in line for line in report.notes)
    nothing = make_consultation()
    assert verifying.verify(nothing).whole


def test_a_broken_chain_is_a_problem(ctx: Flask) -> None:
    consultation, _table, _who = make_issued()
    db.session.execute(sa.text("UPDATE audit_head SET sealed = false"))
    db.session.execute(sa.text("DELETE FROM audit_record WHERE id = 1"))
    db.session.commit()
    assert not verifying.verify(consultation).whole


def test_only_those_who_publish_certify(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    with pytest.raises(Forbidden):
        certificates.make(consultation, actor=who.writer, seen_revision=None)
    with pytest.raises(Stale):
        certificates.make(consultation, actor=who.leader, seen_revision=99)
    first = certificates.make(consultation, actor=who.leader, seen_revision=consultation.revision)
    second = certificates.make(consultation, actor=who.leader, seen_revision=consultation.revision)
    assert (first.number, second.number) == (1, 2)
    assert certificates.content_hash("0" * 32) == ""


def test_the_command_says_it_and_exits(app: Flask) -> None:
    with app.app_context():
        consultation, _who = certified()
        code = consultation.code
    found = app.test_cli_runner().invoke(args=["consultations", "verify", code])
    assert found.exit_code == 0, found.output
    assert "khớp mã băm" in found.output
    with app.app_context():
        run("UPDATE comment_reply SET text = 'khác'")
    found = app.test_cli_runner().invoke(args=["consultations", "verify", code.lower()])
    assert found.exit_code == 1
    assert "khác với bảng đã phát hành" in found.output
    assert app.test_cli_runner().invoke(args=["consultations", "verify", "LYK-1"]).exit_code == 1
