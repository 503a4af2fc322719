"""The lists of comments: who sees what, filters, pages, figures, and that no tab reads or sorts the
whole table.
"""

import datetime as dt
from typing import Any

import pytest
import time_machine
from flask import Flask

from app.access import Role
from app.accounts.models import User
from app.comments import targets
from app.comments.queries import figures as sums
from app.comments.queries import staff as lists
from app.comments.queries.figures import Figure
from app.comments.queries.staff import CommentFilter, CommentTab
from app.comments.states import CommentStage, SenderKind, Stance, TargetKind
from app.consultations.states import Stage, Visibility
from app.drafts import names
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db
from app.kernel.clock import HANOI, now
from app.submissions.states import Channel, Consent
from app.works import queries
from app.works.models import ProjectItem
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency, make_unit
from tests.factories.plans import plans
from tests.factories.statements import StatementCounter

START = dt.datetime(2026, 6, 1, 9, 0, tzinfo=HANOI)


@pytest.fixture
def moderator(ctx: Flask) -> User:
    make_agency()
    return make_user("dieu-phoi", roles=[Role.MODERATOR])


def codes(actor: User, tab: CommentTab, **wanted: Any) -> list[str]:
    return [row.code for row in lists.queue(actor, tab, CommentFilter(**wanted)).items]


# Tabs -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", list(Role))
def test_only_moderators_have_the_tabs(ctx: Flask, role: Role) -> None:
    user = make_user(roles=[role])
    wanted = list(CommentTab) if role is Role.MODERATOR else []
    assert lists.tabs_for(user) == wanted
    assert list(lists.counts(user)) == wanted
    assert set(lists.COMMENT_TAB_LABELS) == set(CommentTab)


def test_each_comment_waits_in_its_tab(moderator: User) -> None:
    consultation = make_consultation()
    made = {
        (stage, visibility): make_comment(
            consultation, stage=stage, visibility=visibility
        ).submission.code
        for stage in CommentStage
        for visibility in Visibility
        if visibility is not Visibility.PUBLIC or stage is CommentStage.RECEIVED
    }
    received, unverified, spam = CommentStage.RECEIVED, CommentStage.UNVERIFIED, CommentStage.SPAM
    assert codes(moderator, CommentTab.WAITING) == [made[received, Visibility.PRIVATE]]
    assert set(codes(moderator, CommentTab.UNCONFIRMED)) == {
        made[unverified, Visibility.PRIVATE],
        made[unverified, Visibility.HIDDEN],
    }
    assert set(codes(moderator, CommentTab.SPAM)) == {
        made[spam, Visibility.PRIVATE],
        made[spam, Visibility.HIDDEN],
    }
    assert lists.counts(moderator) == {
        CommentTab.WAITING: 1,
        CommentTab.UNCONFIRMED: 2,
        CommentTab.SPAM: 2,
    }


def test_counts_stop_somewhere(moderator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "COUNT_CAP", 2)
    consultation = make_consultation()
    for _ in range(5):
        make_comment(consultation)
    assert lists.counts(moderator)[CommentTab.WAITING] == 3


def test_paged_oldest_first_there_and_back(moderator: User) -> None:
    consultation = make_consultation()
    made = []
    for number in range(5):
        with time_machine.travel(START + dt.timedelta(hours=number // 2), tick=False):
            made.append(make_comment(consultation).submission.code)
    first = lists.queue(moderator, CommentTab.WAITING, size=2)
    second = lists.queue(moderator, CommentTab.WAITING, after=first.next_cursor, size=2)
    third = lists.queue(moderator, CommentTab.WAITING, after=second.next_cursor, size=2)
    assert [[row.code for row in page.items] for page in (first, second, third)] == [
        made[:2],
        made[2:4],
        made[4:],
    ]
    assert third.next_cursor is None
    back = lists.queue(moderator, CommentTab.WAITING, before=third.previous_cursor, size=2)
    assert [row.code for row in back.items] == made[2:4]
    whole = lists.of_consultation(moderator, consultation, size=3)
    rest = lists.of_consultation(moderator, consultation, after=whole.next_cursor, size=3)
    assert [row.code for row in (*whole.items, *rest.items)] == made


# Filters and what a row says --------------------------------------------------------------------
def test_filtered_by_what_stands_in_the_address(moderator: User) -> None:
    one, two = make_consultation(), make_consultation()
    project = ProjectItem(
        consultation_id=one.id, code="B01", name="Đường tránh", land_code="DGT", planned_ha=1
    )
    db.session.add(project)
    db.session.flush()
    a = make_comment(
        one, stance=Stance.AGREE, name="Trần Văn Bình", phone="0987654321"
    ).submission.code
    b = make_comment(
        one, channel=Channel.PAPER, target_kind=TargetKind.PROJECT, project_id=project.id, late=True
    ).submission.code
    c = make_comment(
        two, sender_kind=SenderKind.AGENCY, organisation_name="Chi cục Thủy lợi"
    ).submission.code
    tab = CommentTab.WAITING
    assert codes(moderator, tab) == [a, b, c]
    assert codes(moderator, tab, consultation_id=two.id) == [c]
    assert codes(moderator, tab, stance=Stance.AGREE) == [a]
    assert codes(moderator, tab, channel=Channel.PAPER) == [b]
    assert codes(moderator, tab, target=TargetKind.PROJECT) == [b]
    assert codes(moderator, tab, sender=SenderKind.AGENCY) == [c]
    assert codes(moderator, tab, late=True) == [b]
    for text, found in (
        ("Bình", [a]),
        ("0987654321", [a]),
        ("thủy lợi", [c]),
        (b, [b]),
        ("sáu mươi mét", [a, b, c]),
        ("100%", []),
    ):
        assert codes(moderator, tab, text=text) == found, text
    make_comment(one, stage=CommentStage.WITHDRAWN)
    make_comment(one, visibility=Visibility.ERASED)
    assert [
        row.code
        for row in lists.of_consultation(
            moderator, one, CommentFilter(stage=CommentStage.RECEIVED)
        ).items
    ] == [a, b]
    assert len(lists.of_consultation(moderator, one).items) == 3


def test_who_reaches_no_senders_reads_and_finds_no_names(moderator: User) -> None:
    consultation = make_consultation()
    make_comment(
        consultation, body="Gọi cho tôi số 0912 345 678 để hỏi rõ về con đường.", name="Aн Văn Tý"
    )
    auditor = make_user(roles=[Role.AUDITOR])
    (row,) = lists.of_consultation(auditor, consultation).items
    assert (row.name, row.odd_name) == ("", False)
    assert "0912" not in row.title
    assert "đã ẩn" in row.title
    for text in ("Văn Tý", "0912", "hỏi rõ"):
        assert not lists.of_consultation(auditor, consultation, CommentFilter(text=text)).items
    (seen,) = lists.of_consultation(moderator, consultation).items
    assert (seen.name, seen.odd_name, seen.personal) == ("Aн Văn Tý", True, True)


def test_the_offices_own_numbers_are_no_personal_data(moderator: User) -> None:
    make_unit("Phòng Kinh tế", slug="kinh-te", phone="0235 3555 023")
    make_comment(
        make_consultation(), body="Tôi đã gọi số 0235 3555 023 của phòng mà không ai nghe máy."
    )
    (row,) = lists.queue(moderator, CommentTab.WAITING).items
    assert not row.personal


def test_one_text_from_many_is_pointed_out(
    moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultation, elsewhere = make_consultation(), make_consultation()
    text = "Chúng tôi đề nghị giữ nguyên hiện trạng khu dân cư thôn Đông và không thu hồi đất."
    make_comment(consultation, body=text)
    make_comment(consultation, body=text.upper() + "  ")
    make_comment(
        consultation,
        body="Chung toi de nghi giu nguyen hien trang khu dan cu thon Dong va khong thu hoi dat!",
    )
    make_comment(elsewhere, body=text)
    make_comment(consultation, body="Tôi đồng ý với dự thảo.")
    make_comment(consultation, body="Tôi đồng ý với dự thảo.")
    assert [row.same for row in lists.queue(moderator, CommentTab.WAITING).items] == [
        2,
        2,
        2,
        0,
        0,
        0,
    ]
    monkeypatch.setattr(lists, "SAME_CAP", 1)
    assert lists.queue(moderator, CommentTab.WAITING).items[0].same == 1


def test_rows_name_what_they_are_about(moderator: User) -> None:
    consultation = make_consultation()
    old, new = (
        DraftVersion(consultation_id=consultation.id, number=number, published_at=now())
        for number in (1, 2)
    )
    project = ProjectItem(
        consultation_id=consultation.id,
        code="B01",
        name="Đường tránh",
        land_code="DGT",
        planned_ha=1,
    )
    gone = ProjectItem(
        consultation_id=consultation.id,
        code="B02",
        name="Chợ",
        land_code="TMD",
        planned_ha=1,
        removed_at=now(),
    )
    db.session.add_all([old, new, project, gone])
    db.session.flush()
    for version, heading in ((old, "Phạm vi"), (new, "Phạm vi điều chỉnh")):
        db.session.add(
            Clause(
                version_id=version.id,
                position=1,
                kind=ClauseKind.ARTICLE,
                anchor="dieu-1",
                label="Điều 1",
                heading=heading,
            )
        )
    inner: dict[str, Any] = {
        "kind": ClauseKind.CLAUSE,
        "anchor": "dieu-1-khoan-2",
        "label": "2.",
        "full_label": "khoản 2 Điều 1",
    }
    db.session.add(Clause(version_id=new.id, position=2, text="Áp dụng từ năm sau.", **inner))
    db.session.flush()
    clause: dict[str, Any] = {"target_kind": TargetKind.CLAUSE}
    made = [
        make_comment(consultation, clause_anchor="dieu-1", **clause),
        make_comment(consultation, clause_anchor="dieu-1-khoan-2", **clause),
        make_comment(consultation, clause_anchor="dieu-7", **clause),
        make_comment(consultation, target_kind=TargetKind.PROJECT, project_id=project.id),
        make_comment(consultation, target_kind=TargetKind.PLACE, place_text="Cạnh giếng làng"),
        make_comment(consultation),
    ]
    # «2.» alone would say nothing in a list.
    named = [
        "Điều 1 Phạm vi điều chỉnh",
        "Khoản 2 Điều 1",
        "dieu-7",
        "B01 Đường tránh",
        "Cạnh giếng làng",
        "",
    ]
    assert list(targets.target_names(made).values()) == named
    assert [row.anchor for row in names.current_clauses(consultation.id)] == [
        "dieu-1",
        "dieu-1-khoan-2",
    ]
    assert queries.listed(consultation.id) == [(project.id, "B01", "Đường tránh")]
    assert names.current_clauses(0) == []


def test_consultations_to_filter_by(ctx: Flask) -> None:
    made = {stage: make_consultation(stage=stage) for stage in Stage}
    assert [slug for slug, _label in lists.with_comments_open()] == [
        made[Stage.CLOSED].slug,
        made[Stage.OPEN].slug,
    ]


# Figures ----------------------------------------------------------------------------------------
def test_comments_and_people_are_counted_apart(ctx: Flask) -> None:
    consultation = make_consultation()
    make_comment(consultation, stance=Stance.AGREE)
    make_comment(
        consultation,
        stance=Stance.AGREE,
        channel=Channel.PAPER,
        people=40,
        sender_kind=SenderKind.ORGANISATION,
    )
    make_comment(
        consultation, stance=Stance.DISAGREE, consent=Consent.PRIVATE, visibility=Visibility.HIDDEN
    )
    make_comment(consultation, late=True, people=5)
    make_comment(consultation, stage=CommentStage.SPAM)
    make_comment(consultation, stage=CommentStage.UNVERIFIED)
    make_comment(make_consultation())
    found = sums.figures(consultation)
    assert found.total == Figure(3, 42)
    assert found.channels == {Channel.WEB: Figure(2, 2), Channel.PAPER: Figure(1, 40)}
    assert found.stances == {Stance.AGREE: Figure(2, 41), Stance.DISAGREE: Figure(1, 1)}
    assert found.senders == {
        SenderKind.RESIDENT: Figure(2, 2),
        SenderKind.ORGANISATION: Figure(1, 40),
    }
    assert found.late == Figure(1, 5)
    assert found.others == {CommentStage.SPAM: 1, CommentStage.UNVERIFIED: 1}


# Cost -------------------------------------------------------------------------------------------
def test_as_many_statements_for_two_rows_as_for_twenty(moderator: User) -> None:
    consultation = make_consultation()

    def cost() -> tuple[int, int]:
        db.session.expire_all()
        assert consultation.id
        assert moderator.roles
        numbers = []
        for work in (
            lambda: lists.queue(moderator, CommentTab.WAITING),
            lambda: lists.of_consultation(moderator, consultation),
        ):
            with StatementCounter(db.engine) as counter:
                work()
            numbers.append(len(counter.statements))
        return numbers[0], numbers[1]

    texts = [
        "Đề nghị giữ nguyên con mương cũ để bà con còn lấy nước.",
        "Đề nghị làm thêm cống thoát nước ở cuối tuyến đường mới.",
    ]
    for number in range(2):
        make_comment(consultation, body=texts[number])
    few = cost()
    for number in range(18):
        make_comment(consultation, body=texts[number % 2] + f" Ý thứ {number}.")
    assert cost() == few


@pytest.mark.parametrize(
    ("tab", "index"),
    [
        (CommentTab.WAITING, "ix_comment_waiting"),
        (CommentTab.UNCONFIRMED, "ix_comment_unverified"),
        (CommentTab.SPAM, "ix_comment_spam"),
    ],
)
def test_tabs_and_counts_walk_their_own_index(moderator: User, tab: CommentTab, index: str) -> None:
    make_comment(make_consultation())
    (page,) = [
        plan
        for plan in plans(lambda: lists.queue(moderator, tab), about="comment")
        if "ORDER BY comment" in plan.statement
    ]
    assert page.uses(index), page.text
    assert not page.scans("comment"), page.text
    assert not page.sorts(), page.text
    (counted,) = plans(lambda: lists.counts(moderator), about="comment")
    assert counted.uses(index), counted.text
    assert not counted.scans("comment"), counted.text


def test_a_consultations_list_and_equal_texts_walk_an_index(moderator: User) -> None:
    consultation = make_consultation()
    comment = make_comment(consultation)
    for work in (
        lambda: lists.of_consultation(moderator, consultation),
        lambda: lists.same_text([comment]),
        lambda: lists.log_of(comment),
    ):
        for plan in plans(work, about="comment"):
            assert not plan.scans("comment"), plan.text
            assert not plan.sorts(), plan.text
