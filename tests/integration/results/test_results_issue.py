"""From points to an issued table: totals, locks, reissues with their changes, the wording that
people edited.
"""

import json

import pytest
import sqlalchemy as sa
from flask import Flask

from app.comments.answers import Decision
from app.comments.states import TargetKind
from app.consultations.models import ConsultationLog
from app.consultations.states import Stage
from app.extensions import db
from app.jobs.models import Job
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused, Stale
from app.results import tabling
from app.results.models import Point, Reply, ResultRow
from app.results.queries import tables as queries
from app.results.service import issuing, points, publishing, replies, tables
from app.results.service.replies import Draft
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency
from tests.factories.results import TEXTS, answer, make_file, make_issued, people, points_of, seen


def test_the_table_has_every_point_and_the_database_agrees(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    first, *rest = points_of(consultation)
    answer(consultation, [first], who, decision=Decision.ACCEPTED)
    answer(consultation, rest[:2], who)
    table = tables.build(consultation)
    rows = list(table.rows())
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert table.head.counts.decisions == {"accepted": 1, "explained": 2, "": 1}
    assert table.head.counts.unanswered == 1
    assert {row.group for row in rows} == {tabling.GENERAL}
    assert [row.subject for row in rows] == ["N.T.Â."] * 4


def test_totals_that_are_not_the_databases_are_refused(ctx: Flask) -> None:
    consultation, _comments = make_file()
    table = tables.build(consultation)
    wrong = tabling.Counts(points=4, decisions={"accepted": 4})
    with pytest.raises(Refused, match="không khớp"):
        list(tables.checked(table.rows(), wrong))
    # A point that came between the counting and the writing.
    make_comment(consultation)
    points.make_points(consultation)
    with pytest.raises(Refused, match="5 dòng"):
        list(table.rows())


def test_what_is_missing_is_said_and_blocks(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    make_comment(consultation)
    found = tables.missing(consultation)
    assert any("01 góp ý trong hồ sơ chưa được tách ý" in line for line in found.problems)
    assert any("Chưa xử lý" in line for line in found.problems)
    assert found.warnings
    with pytest.raises(Refused, match="05 ý chưa có trả lời"):
        issuing.issue(consultation, actor=who.leader, seen_revision=None)
    empty, _none = make_file(())
    assert "chưa có góp ý nào" in tables.missing(empty).problems[0]


def test_personal_data_in_a_row_blocks_issuing(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    points.reword(
        points_of(consultation)[0], "Gọi cho tôi 0912 345 678", actor=who.writer, seen_revision=None
    )
    assert any("số điện thoại" in line for line in tables.missing(consultation).problems)
    for point in points_of(consultation):
        points.reword(point, "Gọi 0912 345 678", actor=who.writer, seen_revision=None)
    many = tables.NAMED
    tables.NAMED = 2
    try:
        assert any("Còn 2 dòng khác" in line for line in tables.missing(consultation).problems)
    finally:
        tables.NAMED = many


def test_issuing_keeps_content_hash_and_locks(ctx: Flask) -> None:
    consultation, table, who = make_issued()
    assert (table.number, table.row_count, table.changes, table.reason) == (1, 4, [], "")
    text = "".join(tabling.document(table.content, queries.issued_rows(table.id)))
    assert json.loads(text)["rows"][0]["decision"]
    assert text == tabling.canonical(json.loads(text))
    assert tabling.digest(table.content, queries.issued_rows(table.id)) == table.sha256
    assert {point.issued_number for point in points_of(consultation)} == {1}
    assert db.session.scalar(sa.select(Job.name).where(Job.name == issuing.FILES_JOB)) is not None
    log = db.session.scalars(
        sa.select(ConsultationLog).where(ConsultationLog.move == "issue")
    ).one()
    assert log.public
    point = points_of(consultation)[0]
    reply = db.session.get_one(Reply, point.reply_id)
    for step in (
        lambda: points.reword(point, "khác", actor=who.writer, seen_revision=None),
        lambda: replies.detach(point, actor=who.writer, seen_revision=None),
        lambda: replies.save(reply, Draft(text="khác"), actor=who.writer, seen_revision=None),
        lambda: replies.move(
            reply, "send_back", actor=who.leader, seen_revision=None, reason="sai"
        ),
        lambda: replies.create(consultation, seen([point]), Draft(), actor=who.writer),
    ):
        with pytest.raises(Refused, match="khóa"):
            step()


def test_only_publishers_issue_and_only_when_the_time_is_over(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file(stage=Stage.OPEN)
    with pytest.raises(Forbidden):
        issuing.issue(consultation, actor=who.leader, seen_revision=None)
    closed, _comments = make_file()
    with pytest.raises(Forbidden):
        issuing.issue(closed, actor=who.writer, seen_revision=None)
    with pytest.raises(Stale):
        issuing.issue(closed, actor=who.leader, seen_revision=closed.revision + 1)


def test_a_correction_is_another_issue_with_reason_and_changes(ctx: Flask) -> None:
    consultation, first, who = make_issued()
    with pytest.raises(Refused, match="chưa có gì thay đổi"):
        issuing.issue(consultation, actor=who.leader, seen_revision=None, reason="sửa")
    with pytest.raises(Refused, match="lý do"):
        issuing.unlock(consultation, actor=who.leader, seen_revision=None, reason=" ")
    issuing.unlock(
        consultation, actor=who.leader, seen_revision=None, reason="Ghi nhầm kết quả ý số 1"
    )
    db.session.commit()
    assert issuing.is_open(consultation)
    assert not issuing.is_current(consultation)
    assert issuing.reason_given(consultation) == "Ghi nhầm kết quả ý số 1"
    with pytest.raises(Refused, match="mở để sửa"):
        issuing.unlock(consultation, actor=who.leader, seen_revision=None, reason="lại")
    accepted = next(
        point
        for point in points_of(consultation)
        if point.number and point.text.startswith("Tuyến đường tránh cắt")
    )
    reply = db.session.get_one(Reply, accepted.reply_id)
    replies.move(
        reply, "send_back", actor=who.leader, seen_revision=None, reason="Chỉ tiếp thu một phần"
    )
    draft = Draft(
        Decision.PARTLY_ACCEPTED, "Tiếp thu một phần, dịch ba mươi mét.", "Mục 4.2 thuyết minh"
    )
    replies.save(reply, draft, actor=who.writer, seen_revision=None)
    replies.move(reply, "agree", actor=who.colleague, seen_revision=None)
    replies.move(reply, "finalise", actor=who.leader, seen_revision=None)
    make_comment(
        consultation, body="Ý kiến đến bằng phiếu giấy, đề nghị làm cống thoát nước ở đầu thôn."
    )
    points.make_points(consultation)
    new = [point for point in points_of(consultation) if point.reply_id is None]
    answer(consultation, new, who)
    with pytest.raises(FieldError, match="lý do"):
        issuing.issue(consultation, actor=who.leader, seen_revision=None)
    second = issuing.issue(
        consultation, actor=who.leader, seen_revision=None, reason="Ghi nhầm kết quả ý số 1"
    )
    db.session.commit()
    assert second.number == 2
    what = [(change["what"], change["before"]) for change in second.changes]
    assert ("decision", "Tiếp thu") in what
    assert ("added", "") in what
    assert {point.issued_number for point in points_of(consultation)} == {2}
    old = tabling.Head.of(first.content)
    assert (old.issue, old.counts.points) == (1, 4)
    assert tabling.digest(first.content, queries.issued_rows(first.id)) == first.sha256


def test_a_comment_that_leaves_the_file_leaves_the_next_issue(ctx: Flask) -> None:
    consultation, first, who = make_issued()
    row = db.session.scalars(
        sa.select(ResultRow).where(ResultRow.table_id == first.id, ResultRow.position == 4)
    ).one()
    comment_id = db.session.get_one(Point, row.point_id).comment_id
    db.session.execute(
        sa.text("UPDATE comment SET stage = 'withdrawn' WHERE id = :id"), {"id": comment_id}
    )
    db.session.commit()
    assert not issuing.is_current(consultation)
    issuing.unlock(consultation, actor=who.leader, seen_revision=None, reason="Có người rút góp ý")
    assert any("đã rút" in line for line in tables.missing(consultation).problems)
    second = issuing.issue(
        consultation, actor=who.leader, seen_revision=None, reason="Có người rút góp ý"
    )
    assert [(change["what"], change["row"]) for change in second.changes] == [("removed", 4)]
    assert second.row_count == 3


def test_wording_that_people_edited_is_kept(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    first = points_of(consultation)[0]
    points.reword(
        first, "Dịch tuyến tránh về phía Tây.", actor=who.writer, seen_revision=first.revision
    )
    tables.set_opening(
        consultation,
        "Xã đã hỏi ý kiến bà con.",
        actor=who.leader,
        seen_revision=consultation.revision,
    )
    db.session.commit()
    points.make_points(consultation)
    table = tables.build(consultation)
    assert next(table.rows()).text == "Dịch tuyến tránh về phía Tây."
    assert table.head.opening == "Xã đã hỏi ý kiến bà con."
    tables.set_opening(
        consultation, tables.opening_of(consultation), actor=who.writer, seen_revision=None
    )
    assert consultation.table_opening == ""
    points.reword(first, first.text, actor=who.writer, seen_revision=None)
    assert first.table_text is None
    with pytest.raises(FieldError):
        tables.set_opening(consultation, "a" * 6_000, actor=who.writer, seen_revision=None)
    with pytest.raises(FieldError):
        points.reword(first, "a" * 13_000, actor=who.writer, seen_revision=None)


def test_the_signature_is_remembered(ctx: Flask) -> None:
    consultation, _table, who = make_issued()
    issuing.unlock(consultation, actor=who.leader, seen_revision=None, reason="Thiếu người ký")
    given = tabling.Signature("12/BC-UBND", ["KT. CHỦ TỊCH", " ", "PHÓ CHỦ TỊCH"], "Trần Văn Bình")
    issuing.issue(
        consultation, actor=who.leader, seen_revision=None, reason="Thiếu người ký", signature=given
    )
    assert tables.signature_of(consultation) == tabling.Signature(
        "12/BC-UBND", ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], "Trần Văn Bình"
    )


def test_the_result_is_published_only_with_a_current_table(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    assert len(publishing.obstacles(consultation)) == 2
    with pytest.raises(Refused, match="ba mục"):
        publishing.publish(consultation, actor=who.leader, seen_revision=consultation.revision)
    answer(consultation, points_of(consultation), who)
    issuing.issue(consultation, actor=who.leader, seen_revision=None)
    facts = issuing.facts(consultation, tables.build(consultation).head)
    publishing.save(consultation, **facts, actor=who.leader, seen_revision=consultation.revision)
    db.session.commit()
    issuing.unlock(consultation, actor=who.leader, seen_revision=None, reason="Sửa")
    assert publishing.obstacles(consultation)
    issuing.issue(consultation, actor=who.leader, seen_revision=None, reason="Sửa")
    publishing.publish(consultation, actor=who.leader, seen_revision=consultation.revision)
    db.session.commit()
    assert consultation.stage is Stage.ANSWERED
    with pytest.raises(FieldError):
        publishing.save(
            consultation, asked="", heard="b", done="c", actor=who.leader, seen_revision=None
        )


def test_the_texts_of_the_result_are_checked(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    with pytest.raises(Forbidden):
        publishing.save(
            consultation, asked="a", heard="b", done="c", actor=_auditor(), seen_revision=None
        )
    with pytest.raises(FieldError, match="dài"):
        publishing.save(
            consultation,
            asked="a" * 10_001,
            heard="b",
            done="c",
            actor=who.leader,
            seen_revision=None,
        )
    with pytest.raises(FieldError, match="số điện thoại"):
        publishing.save(
            consultation,
            asked="Gọi 0912 345 678",
            heard="b",
            done="c",
            actor=who.leader,
            seen_revision=None,
        )
    with pytest.raises(Forbidden):
        tables.set_opening(consultation, "a", actor=_auditor(), seen_revision=None)


def test_a_long_table_is_issued_in_batches(ctx: Flask) -> None:
    who = people()
    consultation, comments = make_file(TEXTS[:1])
    row = {
        "consultation_id": consultation.id,
        "comment_id": comments[0].id,
        "text": "Ý",
        "target_kind": TargetKind.WHOLE,
    }
    db.session.execute(
        sa.insert(Point),
        [
            {**row, "number": number, "created_at": now(), "updated_at": now()}
            for number in range(2, 1_001)
        ],
    )
    db.session.commit()
    answer(consultation, points_of(consultation), who)
    table = issuing.issue(consultation, actor=who.leader, seen_revision=None)
    assert [table.row_count, len(list(queries.issued_rows(table.id)))] == [1_000, 1_000]
    assert tabling.digest(table.content, queries.issued_rows(table.id)) == table.sha256


def test_nothing_is_opened_before_anything_was_issued(ctx: Flask) -> None:
    who = people()
    consultation, comments = make_file()
    with pytest.raises(Refused, match="Chưa có bảng"):
        issuing.unlock(consultation, actor=who.leader, seen_revision=None, reason="Sửa")
    assert not issuing.is_open(consultation)
    assert issuing.reason_given(consultation) == ""
    answer(consultation, points_of(consultation), who)
    issuing.issue(consultation, actor=who.leader, seen_revision=None)
    with pytest.raises(Refused, match="khóa"):
        points.split(comments[0], ["Khác"], actor=who.writer, seen=None)


def test_the_opening_says_what_is_known(ctx: Flask) -> None:
    people()
    assert "từ ngày" not in tables.opening_of(make_consultation(stage=Stage.DRAFT))
    assert "theo Thông báo số 41/TB" in tables.opening_of(
        make_consultation(stage=Stage.CLOSED, notice_number="41/TB")
    )


def test_an_office_that_is_no_committee_signs_as_such(ctx: Flask) -> None:
    make_agency(name="Phòng Kinh tế")
    assert tables.default_signature().authority == ["THỦ TRƯỞNG CƠ QUAN"]


def _auditor():  # type: ignore[no-untyped-def]
    from app.access import Role
    from tests.factories.accounts import make_user

    return make_user(roles=[Role.AUDITOR])
