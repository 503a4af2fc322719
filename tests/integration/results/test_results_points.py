"""Points, themes and replies as services: idempotent, all or none, two people, counters that are
right.
"""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access import Role
from app.access.actors import CITIZEN, SYSTEM
from app.comments.answers import Decision
from app.comments.models import Comment, VillageMeeting
from app.comments.service import moving
from app.comments.states import SenderKind, TargetKind
from app.consultations.models import Consultation, ConsultationLog
from app.consultations.service import core
from app.consultations.states import Stage
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db
from app.jobs.models import Job
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused, Stale
from app.organisation.models import Place
from app.results import jobs
from app.results.models import Point, Reply, Theme
from app.results.queries import points as queries
from app.results.queries import replies as reply_queries
from app.results.queries import tables as table_queries
from app.results.queries.points import State, Wanted
from app.results.service import grouping, points, replies
from app.results.service.replies import Draft
from app.results.states import ReplyStage
from app.submissions.states import Channel, Consent, NameDisplay
from app.works.models import ProjectItem
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.results import TEXTS, answer, make_file, people, points_of, seen


def test_every_comment_in_the_file_has_one_point(ctx: Flask) -> None:
    people()
    consultation = make_consultation(stage=Stage.CLOSED)
    make_comment(consultation, body=TEXTS[0])
    make_comment(consultation, body=TEXTS[1], late=True)
    from app.comments.states import CommentStage

    make_comment(consultation, body=TEXTS[2], stage=CommentStage.UNVERIFIED)
    assert queries.progress(consultation).comments_without == 1
    assert points.make_points(consultation) == 1
    assert points.make_points(consultation) == 0
    assert [point.text for point in points_of(consultation)] == [TEXTS[0]]
    with pytest.raises(Forbidden):
        points.make_points(consultation, actor=make_user(roles=[Role.AUDITOR]))


def test_more_than_one_batch_is_made(ctx: Flask) -> None:
    people()
    consultation = make_consultation()
    for number in range(points.BATCH + 3):
        make_comment(consultation, body=f"Đề nghị số {number} về đường thôn.")
    assert points.make_points(consultation) == points.BATCH + 3


def test_personal_data_is_hidden_until_somebody_has_looked(ctx: Flask) -> None:
    people()
    consultation = make_consultation(stage=Stage.CLOSED)
    made = make_comment(
        consultation, body="Gọi cho tôi theo số 0912 345 678 nhé.", proposed_text="Sửa Điều 5"
    )
    points.make_points(consultation)
    (point,) = points_of(consultation)
    assert "0912" not in point.text
    assert point.text.endswith("Đề nghị sửa thành: Sửa Điều 5")
    made.submission.public_body, made.public_proposed = "Gọi cho tôi nhé.", "Sửa Điều 5."
    made.submission.redacted_at = now() + dt.timedelta(seconds=1)
    db.session.commit()
    points.make_points(consultation)
    assert points_of(consultation)[0].text == "Gọi cho tôi nhé.\n\nĐề nghị sửa thành: Sửa Điều 5."
    # What a person wrote stays.
    points.split(made, ["Ý do người viết"], actor=SYSTEM, seen=None)
    made.submission.redacted_at = now() + dt.timedelta(seconds=9)
    db.session.commit()
    points.make_points(consultation)
    assert points_of(consultation)[0].text == "Ý do người viết"
    assert points.default_text("", None, "", "", official=()) == points.NOTHING_LEFT


def test_a_comment_that_left_takes_its_points_and_an_empty_reply_along(ctx: Flask) -> None:
    who = people()
    consultation, comments = make_file()
    answer(consultation, points_of(consultation)[:1], who)
    assert db.session.scalar(sa.select(Consultation.replied_count)) == 1
    moving.move_comment(comments[0], "withdraw", actor=CITIZEN)
    points.make_points(consultation)
    db.session.commit()
    assert len(points_of(consultation)) == 3
    assert db.session.scalars(sa.select(Reply)).all() == []
    assert db.session.scalar(sa.select(Consultation.replied_count)) == 0


def test_splitting_keeps_what_is_kept_and_refuses_what_is_agreed(ctx: Flask) -> None:
    who = people()
    consultation, comments = make_file()
    first, *_rest = comments
    reply = replies.create(
        consultation,
        seen(points_of(consultation)[:1]),
        Draft(Decision.EXPLAINED, "Giữ"),
        actor=who.writer,
    )
    made = points.split(
        first,
        [TEXTS[0], "Ý thứ hai"],
        actor=who.writer,
        seen=points.fingerprint(queries.of_comment(first.id)),
    )
    assert [point.reply_id for point in made] == [reply.id, None]
    assert made[1].target_kind is TargetKind.WHOLE
    with pytest.raises(Stale):
        points.split(first, ["x"], actor=who.writer, seen="1:1")
    with pytest.raises(FieldError, match="ít nhất một"):
        points.split(first, [" "], actor=who.writer, seen=None)
    with pytest.raises(FieldError, match="tối đa 20"):
        points.split(first, [f"Ý {n}" for n in range(21)], actor=who.writer, seen=None)
    with pytest.raises(FieldError, match="dài"):
        points.split(first, ["a" * 12_001], actor=who.writer, seen=None)
    replies.move(reply, "agree", actor=who.colleague, seen_revision=None)
    with pytest.raises(Refused, match="thống nhất"):
        points.split(first, ["Khác", "Ý thứ hai"], actor=who.writer, seen=None)
    # Only the second one goes: the first is left as it was.
    assert len(points.split(first, [TEXTS[0]], actor=who.writer, seen=None)) == 1
    with pytest.raises(Refused, match="không thuộc hồ sơ"):
        points.split(make_comment(consultation, late=True), ["x"], actor=who.writer, seen=None)
    with pytest.raises(Forbidden):
        points.split(first, ["x"], actor=make_user(roles=[Role.AUDITOR]), seen=None)


def test_targets_are_checked(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    other, _more = make_file(TEXTS[:1])
    project = ProjectItem(
        consultation_id=consultation.id,
        code="C01",
        name="Đường tránh",
        land_code="DGT",
        planned_ha=1,
    )
    foreign = ProjectItem(
        consultation_id=other.id, code="C02", name="Khác", land_code="DGT", planned_ha=1
    )
    db.session.add_all([project, foreign])
    db.session.commit()
    some = points_of(consultation)[:2]
    with pytest.raises(FieldError):
        grouping.retarget(consultation, seen(some), kind=TargetKind.CLAUSE, actor=who.writer)
    for wrong in (None, foreign):
        with pytest.raises(FieldError):
            grouping.retarget(
                consultation, seen(some), kind=TargetKind.PROJECT, project=wrong, actor=who.writer
            )
    assert (
        grouping.retarget(
            consultation, seen(some), kind=TargetKind.PROJECT, project=project, actor=who.writer
        )
        == 2
    )
    assert {point.project_id for point in points_of(consultation)[:2]} == {project.id}
    grouping.retarget(
        consultation,
        seen(points_of(consultation)[:1]),
        kind=TargetKind.CLAUSE,
        anchor="dieu-5",
        actor=who.writer,
    )
    point = points_of(consultation)[0]
    assert (point.clause_anchor, point.project_id) == ("dieu-5", None)
    assert len(queries.matching(consultation, Wanted(project="C01"), limit=9)) == 1
    assert len(queries.matching(consultation, Wanted(clause="dieu-5"), limit=9)) == 1
    assert len(queries.matching(consultation, Wanted(kind=TargetKind.WHOLE), limit=9)) == 2
    with pytest.raises(Stale):
        grouping.retarget(
            consultation, seen(points_of(other)), kind=TargetKind.WHOLE, actor=who.writer
        )


def test_grouping_is_for_this_consultation_and_for_a_thousand_at_most(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    other, _more = make_file(TEXTS[:1])
    theme = grouping.theme_named(other, "Khác", actor=who.writer)
    with pytest.raises(Refused, match="cuộc lấy ý kiến khác"):
        grouping.group(consultation, seen(points_of(consultation)), theme, actor=who.writer)
    with pytest.raises(Refused, match="nhiều nhất"):
        grouping.group(
            consultation, dict.fromkeys(range(points.BULK_MAX + 1), 1), None, actor=who.writer
        )
    with pytest.raises(Refused, match="ít nhất một"):
        grouping.group(consultation, {}, None, actor=who.writer)
    with pytest.raises(Forbidden):
        grouping.group(consultation, seen(points_of(consultation)), None, actor=who.leader)
    with pytest.raises(FieldError):
        grouping.theme_named(consultation, " - ", actor=who.writer)
    with pytest.raises(NotFound):
        queries.theme_by_title(consultation, "Không có")


def test_themes_keep_their_order(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    one, two, three = (
        grouping.theme_named(consultation, title, actor=who.writer)
        for title in ("Một", "Hai", "Ba")
    )
    assert grouping.theme_named(consultation, "Một", actor=who.writer) is one
    grouping.move_theme(three, up=True, actor=who.writer)
    grouping.move_theme(one, up=True, actor=who.writer)
    grouping.move_theme(two, up=False, actor=who.writer)
    assert [theme.title for theme, _n in queries.themes(consultation)] == ["Một", "Ba", "Hai"]
    grouping.rename_theme(one, "Mốt", actor=who.writer)
    with pytest.raises(FieldError):
        grouping.rename_theme(one, "Hai", actor=who.writer)
    grouping.group(consultation, seen(points_of(consultation)[:1]), one, actor=who.writer)
    grouping.remove_theme(one, actor=who.writer)
    assert points_of(consultation)[0].theme_id is None
    db.session.execute(sa.update(Point).values(theme_id=two.id, issued_number=1))
    with pytest.raises(Refused, match="khóa"):
        grouping.remove_theme(two, actor=who.writer)


# Replies ----------------------------------------------------------------------------------------
def test_a_reply_says_what_it_has_to_say_before_it_is_agreed(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    reply = replies.create(
        consultation, seen(points_of(consultation)[:1]), Draft(), actor=who.writer
    )
    assert [field for field, _sentence in replies.problems(reply)] == ["decision", "text"]
    replies.save(
        reply, Draft(Decision.ACCEPTED, "Tiếp thu."), actor=who.writer, seen_revision=reply.revision
    )
    with pytest.raises(FieldError, match="sửa ở đâu"):
        replies.move(reply, "agree", actor=who.colleague, seen_revision=reply.revision)
    replies.save(
        reply,
        Draft(Decision.ACCEPTED, "Gọi 0912 345 678.", "Điều 5"),
        actor=who.writer,
        seen_revision=None,
    )
    with pytest.raises(FieldError, match="số điện thoại"):
        replies.move(reply, "agree", actor=who.colleague, seen_revision=None)
    # Plots of land stand in the plan itself.
    replies.save(
        reply,
        Draft(Decision.ACCEPTED, "Điều chỉnh thửa 118, tờ bản đồ số 7.", "Điều 5"),
        actor=who.writer,
        seen_revision=None,
    )
    replies.move(reply, "agree", actor=who.colleague, seen_revision=None)
    assert reply.html.startswith("<p>")
    with pytest.raises(FieldError, match="dài"):
        replies.create(
            consultation,
            seen(points_of(consultation)[1:2]),
            Draft(text="a" * 10_001),
            actor=who.writer,
        )


def test_two_people_or_one_that_is_recorded(ctx: Flask) -> None:
    who = people()
    chief = make_user(roles=[Role.APPROVER, Role.HEAD])
    consultation, _comments = make_file()
    reply = replies.create(
        consultation, seen(points_of(consultation)), Draft(Decision.EXPLAINED, "Giữ"), actor=chief
    )
    replies.move(reply, "agree", actor=chief, seen_revision=None)
    with pytest.raises(Forbidden, match="không tự chốt"):
        replies.move(reply, "finalise", actor=chief, seen_revision=None)
    with pytest.raises(Forbidden, match="quyền"):
        replies.move(reply, "finalise", actor=who.writer, seen_revision=None)
    with pytest.raises(Stale):
        replies.move(reply, "finalise", actor=who.leader, seen_revision=99)
    replies.move(reply, "finalise", actor=chief, seen_revision=None, solo_office=True)
    db.session.commit()
    assert reply.self_approved
    assert db.session.scalar(sa.select(Consultation.replied_count)) == 4
    with pytest.raises(Refused, match="lý do"):
        replies.move(reply, "send_back", actor=who.leader, seen_revision=None)
    replies.move(reply, "send_back", actor=who.leader, seen_revision=None, reason="Sai")
    assert (reply.stage, reply.final_by, reply.self_approved) == (ReplyStage.DRAFT, None, False)
    log = db.session.scalars(sa.select(ConsultationLog.move).order_by(ConsultationLog.id)).all()
    assert [move for move in log if move != "points"] == ["reply", "agree", "finalise", "send_back"]


def test_a_point_leaves_a_draft_but_not_an_agreed_reply(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    first, second, *_rest = points_of(consultation)
    replies.create(
        consultation, seen([first, second]), Draft(Decision.EXPLAINED, "Giữ"), actor=who.writer
    )
    other = replies.create(
        consultation,
        seen(points_of(consultation)[:1]),
        Draft(Decision.EXPLAINED, "Riêng"),
        actor=who.writer,
    )
    assert replies.points_of(other) == [first.id]
    replies.move(other, "agree", actor=who.colleague, seen_revision=None)
    with pytest.raises(Refused, match="Chưa ý nào"):
        replies.create(consultation, seen(points_of(consultation)[:2]), Draft(), actor=who.writer)
    with pytest.raises(Refused, match="đang soạn"):
        replies.detach(points_of(consultation)[0], actor=who.writer, seen_revision=None)
    with pytest.raises(Refused, match="đang soạn"):
        replies.detach(points_of(consultation)[3], actor=who.writer, seen_revision=None)
    with pytest.raises(Forbidden, match="bước soạn"):
        replies.save(other, Draft(text="x"), actor=who.writer, seen_revision=None)
    alone = points_of(consultation)[1]
    replies.detach(alone, actor=who.writer, seen_revision=alone.revision)
    assert db.session.scalars(sa.select(Reply.id)).all() == [other.id]


def test_a_unit_drafts_its_own(ctx: Flask) -> None:
    from app.organisation.models import Unit

    who = people()
    consultation, _comments = make_file()
    unit = db.session.get_one(Unit, who.stranger.unit_id)
    reply = replies.assign(consultation, seen(points_of(consultation)), unit, actor=who.writer)
    with pytest.raises(Forbidden):
        replies.save(reply, Draft(text="x", unit=unit), actor=who.writer, seen_revision=None)
    replies.save(reply, Draft(text="x", unit=unit), actor=who.stranger, seen_revision=None)
    assert len(reply_queries.page(consultation, unit_id=unit.id).items) == 1
    assert reply_queries.page(consultation, unit_id=unit.id, stage=ReplyStage.FINAL).items == []
    assert len(queries.matching(consultation, Wanted(unit_id=unit.id), limit=9)) == 4


def test_a_step_for_many_is_for_all_or_none(ctx: Flask) -> None:
    who = people()
    consultation, _comments = make_file()
    good, bad = (
        replies.create(
            consultation, seen([point]), Draft(Decision.EXPLAINED, text), actor=who.writer
        )
        for point, text in zip(points_of(consultation)[:2], ("Giữ", ""), strict=True)
    )
    db.session.commit()
    with pytest.raises(Refused, match="Chưa bản nào"):
        replies.move_many(consultation, {good.id: 1, bad.id: 1}, "agree", actor=who.colleague)
    db.session.rollback()
    with pytest.raises(Refused, match="không còn nữa"):
        replies.move_many(consultation, {good.id: 1, 10**9: 1}, "agree", actor=who.colleague)
    db.session.rollback()
    with pytest.raises(Refused, match="ít nhất một"):
        replies.move_many(consultation, {}, "agree", actor=who.colleague)
    with pytest.raises(Refused, match="nhiều nhất"):
        replies.move_many(
            consultation, dict.fromkeys(range(1_001), 1), "agree", actor=who.colleague
        )
    assert replies.move_many(consultation, {good.id: 1}, "agree", actor=who.colleague) == 1


def test_one_reply_for_a_thousand_points_in_one_transaction(ctx: Flask) -> None:
    who = people()
    consultation, comments = make_file(TEXTS[:1])
    values = [
        {
            "consultation_id": consultation.id,
            "comment_id": comments[0].id,
            "number": number,
            "text": f"Ý {number}",
            "target_kind": "whole",
        }
        for number in range(2, 1_001)
    ]
    db.session.execute(
        sa.insert(Point),
        [
            {
                **row,
                "created_at": now(),
                "updated_at": now(),
                "revision": 1,
                "target_kind": TargetKind.WHOLE,
            }
            for row in values
        ],
    )
    db.session.commit()
    chosen = queries.matching(consultation, Wanted(state=State.WITHOUT), limit=points.BULK_MAX)
    assert len(chosen) == 1_000
    reply = replies.create(consultation, chosen, Draft(Decision.EXPLAINED, "Giữ"), actor=who.writer)
    assert len(replies.points_of(reply)) == 1_000
    with pytest.raises(Stale):
        grouping.group(consultation, chosen, None, actor=who.writer)


# The table's rows -------------------------------------------------------------------------------
def test_who_said_it_is_masked_as_they_allowed(ctx: Flask) -> None:
    people()
    consultation = make_consultation(stage=Stage.CLOSED)
    place = Place(slug="dong", name="thôn Đông")
    meeting = VillageMeeting(
        consultation_id=consultation.id,
        held_on=dt.date(2026, 10, 28),
        place="Nhà văn hóa",
        present=60,
    )
    db.session.add_all([place, meeting])
    db.session.commit()
    expected = {
        "N.T.Â.": {},
        "Nguyễn Thị Ân": {"name_display": NameDisplay.FULL},
        "01 cá nhân": {"name_display": NameDisplay.FULL, "consent": Consent.PRIVATE},
        "N.T.Â. và 31 người khác": {"people": 32},
        "32 cá nhân": {"people": 32, "name_display": NameDisplay.HIDDEN},
        "Hợp tác xã An Sơn": {
            "sender_kind": SenderKind.ORGANISATION,
            "organisation_name": "Hợp tác xã An Sơn",
            "consent": Consent.PRIVATE,
        },
        "Sở Xây dựng (văn bản số 412/SXD)": {
            "sender_kind": SenderKind.AGENCY,
            "organisation_name": "Sở Xây dựng",
            "letter_number": "412/SXD",
        },
        "Họp dân ngày 28/10/2026 tại Nhà văn hóa": {
            "meeting_id": meeting.id,
            "channel": Channel.MEETING,
        },
    }
    for columns in expected.values():
        make_comment(consultation, **columns)  # type: ignore[arg-type]
    hidden = make_comment(consultation, name_display=NameDisplay.HIDDEN)
    hidden.submission.place_id = place.id
    db.session.commit()
    points.make_points(consultation)
    found = [row.subject for _id, row in table_queries.table_rows(consultation.id)]
    assert found == [*expected, "01 cá nhân tại thôn Đông"]
    line = table_queries.meetings(consultation.id)[0]
    assert (line.present, line.comments) == (60, 1)
    counts = table_queries.counts(consultation.id)
    assert (counts.comments, counts.people) == (9, 71)
    assert counts.channels == {"web": 8, "meeting": 1}


def test_general_remarks_come_first_then_themes_clauses_projects_places(ctx: Flask) -> None:
    who = people()
    consultation = make_consultation(stage=Stage.CLOSED)
    old, new = (
        DraftVersion(consultation_id=consultation.id, number=number, published_at=now())
        for number in (1, 2)
    )
    project = ProjectItem(
        consultation_id=consultation.id,
        code="C01",
        name="Đường tránh",
        land_code="DGT",
        planned_ha=1,
    )
    db.session.add_all([old, new, project])
    db.session.flush()
    parts = [
        (old, 1, 0, ClauseKind.ARTICLE, "dieu-9", "Điều 9", "Đã bỏ"),
        (new, 1, 0, ClauseKind.CHAPTER, "chuong-1", "Chương I", "Quy định chung"),
        (new, 2, 1, ClauseKind.ARTICLE, "dieu-5", "Điều 5", "Bồi thường"),
        (new, 3, 2, ClauseKind.CLAUSE, "dieu-5-khoan-2", "2.", ""),
        (new, 4, 3, ClauseKind.POINT, "dieu-5-khoan-2-diem-a", "a)", ""),
        (new, 5, 1, ClauseKind.ARTICLE, "dieu-6", "", ""),
    ]
    for version, position, depth, kind, anchor, label, heading in parts:
        db.session.add(
            Clause(
                version_id=version.id,
                position=position,
                depth=depth,
                kind=kind,
                anchor=anchor,
                label=label,
                heading=heading,
            )
        )
    db.session.commit()
    targets = [
        {"target_kind": TargetKind.PLACE},
        {"target_kind": TargetKind.PROJECT, "project_id": project.id},
        {"target_kind": TargetKind.CLAUSE, "clause_anchor": "dieu-9"},
        {"target_kind": TargetKind.CLAUSE, "clause_anchor": "dieu-5-khoan-2-diem-a"},
        {"target_kind": TargetKind.CLAUSE, "clause_anchor": "dieu-5-khoan-2"},
        {"target_kind": TargetKind.CLAUSE, "clause_anchor": "dieu-6"},
        {"target_kind": TargetKind.CLAUSE, "clause_anchor": "khong-con"},
        {},
        {},
    ]
    for columns in targets:
        make_comment(consultation, **columns)  # type: ignore[arg-type]
    points.make_points(consultation)
    theme = grouping.theme_named(consultation, "Tái định cư", actor=who.writer)
    grouping.group(consultation, seen(points_of(consultation)[8:]), theme, actor=who.writer)
    db.session.commit()
    assert [row.group for _id, row in table_queries.table_rows(consultation.id)] == [
        "Chung",
        "Tái định cư",
        "Khoản 2 Điều 5",
        "Điểm a khoản 2 Điều 5",
        "dieu-6",
        "Điều 9. Đã bỏ",
        "khong-con",
        "Đường tránh (C01)",
        "Khu vực trên bản đồ",
    ]


def test_points_are_made_when_the_time_is_over(ctx: Flask) -> None:
    people()
    consultation = make_consultation(stage=Stage.OPEN)
    make_comment(consultation)
    core.move(consultation, "close", actor=SYSTEM)
    db.session.commit()
    job = db.session.scalars(sa.select(Job).where(Job.name == jobs.POINTS_JOB)).one()
    jobs.make_points(job.payload)
    jobs.make_points({"consultation": 10**9})
    assert len(points_of(consultation)) == 1


def test_readers_find_by_code_and_words(ctx: Flask) -> None:
    people()
    consultation, comments = make_file()
    code = comments[2].submission.code
    assert [row.code for row in queries.page(consultation, Wanted(q=code.lower())).items] == [code]
    assert queries.by_place(code.lower(), 1).comment_id == comments[2].id
    with pytest.raises(NotFound):
        queries.by_place(code, 2)
    assert len(queries.ungrouped_texts(consultation)) == 4
    assert db.session.scalars(sa.select(Theme)).all() == []
    assert db.session.scalars(sa.select(Comment.revision)).all() == [1] * 4
