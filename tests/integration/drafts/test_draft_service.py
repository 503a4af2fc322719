"""Versions of a draft: read, mended, published; comments go on pointing at what they were about."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import FileStorage

from app.access import Role
from app.audit.models import AuditRecord
from app.comments.states import TargetKind
from app.consultations.models import ConsultationLog
from app.consultations.states import Stage, Visibility
from app.drafts import names, queries
from app.drafts.models import Clause, DraftVersion
from app.drafts.service import versions as service
from app.drafts.service.versions import Words
from app.drafts.states import DRAFT_FILE
from app.drafts.states import ClauseKind as K
from app.extensions import db
from app.imports import service as imports
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.jobs import runner
from app.kernel import publication
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused, Stale
from tests.factories import drafts
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.drafts import p
from tests.factories.versions import make_version

ONE = (
    p("Điều 1. Phạm vi", bold=True)
    + p(
        "Nghị định này quy định chi tiết về trình tự, thủ tục giao đất, cho thuê đất trên địa bàn "
        "xã."
    )
    + p("Điều 2. Hồ sơ", bold=True)
    + p("1. Người sử dụng đất nộp hồ sơ tại bộ phận một cửa của Ủy ban nhân dân xã nơi có đất.")
    + p("2. Thời hạn giải quyết không quá hai mươi ngày kể từ ngày nhận đủ hồ sơ hợp lệ.")
)
TWO = ONE.replace("Điều 2.", "Điều 3.").replace("Điều 1. Phạm vi", "Điều 1. Phạm vi áp dụng")
TWO = TWO.replace(
    p("Điều 3. Hồ sơ", bold=True),
    p("Điều 2. Từ ngữ", bold=True)
    + p("Thửa đất là phần diện tích.")
    + p("Điều 3. Hồ sơ", bold=True),
)


@pytest.fixture
def officer(ctx: Flask) -> Any:
    return make_user(roles=[Role.MODERATOR])


@pytest.fixture
def consultation(ctx: Flask) -> Any:
    return make_consultation()


def read(ctx: Flask, consultation: Any, officer: Any, body: str) -> ImportRun:
    upload = FileStorage(io.BytesIO(drafts.docx(body)), filename="Dự thảo.docx")
    run_id = imports.start(consultation.id, DRAFT_FILE, upload, {}, officer).id
    db.session.commit()
    runner.drain(ctx)
    return db.session.get_one(ImportRun, run_id)


def newest(consultation: Any) -> DraftVersion:
    return queries.versions_of(consultation.id)[0]


def named(consultation_id: int, anchor: str) -> str:
    return names.names_of({(consultation_id, anchor)})[consultation_id, anchor]


def anchors(version: DraftVersion) -> list[str]:
    return [clause.anchor for clause in queries.entities_of(version.id)]


def clause(version: DraftVersion, anchor: str) -> Clause:
    return next(found for found in queries.entities_of(version.id) if found.anchor == anchor)


# Reading ----------------------------------------------------------------------------------------
def test_a_file_becomes_an_unpublished_version(ctx: Flask, consultation: Any, officer: Any) -> None:
    run = read(ctx, consultation, officer, ONE)
    assert (run.state, run.accepted, run.message) == (
        ImportState.DONE,
        4,
        "Đã đọc thành bản 1 với 4 mục.",
    )
    version = newest(consultation)
    assert (version.number, version.published_at, version.file_name, version.created_by) == (
        1,
        None,
        "Dự thảo.docx",
        officer.id,
    )
    assert anchors(version) == ["dieu-1", "dieu-2", "dieu-2-khoan-1", "dieu-2-khoan-2"]
    found = clause(version, "dieu-2-khoan-1")
    assert (found.full_label, found.depth, found.html[:3]) == ("khoản 1 Điều 2", 1, "<p>")
    assert queries.published_version(consultation.id) is None


def test_doubtful_clauses_are_counted_for_the_officer(
    ctx: Flask, consultation: Any, officer: Any
) -> None:
    assert "1 mục chưa chắc" in read(ctx, consultation, officer, ONE + p("5. Năm.")).message


def test_comments_point_right_after_a_new_version(
    ctx: Flask, consultation: Any, officer: Any
) -> None:
    read(ctx, consultation, officer, ONE)
    service.publish(newest(consultation), actor=officer, seen_revision=None)
    make_comment(
        consultation,
        target_kind=TargetKind.CLAUSE,
        clause_anchor="dieu-2-khoan-1",
        visibility=Visibility.PUBLIC,
    )
    assert named(consultation.id, "dieu-2-khoan-1").startswith("Khoản 1 Điều 2")
    read(ctx, consultation, officer, TWO)
    second = newest(consultation)
    assert anchors(second) == [
        "dieu-1",
        "dieu-2-ban-2",
        "dieu-2",
        "dieu-2-khoan-1",
        "dieu-2-khoan-2",
    ]
    assert "Ở bản trước là Điều 2" in clause(second, "dieu-2").doubtful
    changes = service.publish(second, actor=officer, seen_revision=None, despite_doubts=True)
    assert changes == ["Sửa Điều 1.", "Thêm Điều 2.", "Điều 2 thành Điều 3."]
    assert named(consultation.id, "dieu-2-khoan-1").startswith("Khoản 1 Điều 3")
    assert clause(second, "dieu-2-khoan-1").text.startswith("Người sử dụng đất nộp hồ sơ")


def test_an_unpublished_version_is_compared_when_none_is_published(
    ctx: Flask, consultation: Any, officer: Any
) -> None:
    read(ctx, consultation, officer, ONE)
    read(ctx, consultation, officer, TWO)
    assert anchors(newest(consultation))[1] == "dieu-2-ban-2"


def test_too_many_clauses(
    ctx: Flask, consultation: Any, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CLAUSES_MAX", 3)
    run = read(ctx, consultation, officer, ONE)
    assert (run.state, queries.versions_of(consultation.id)) == (ImportState.FAILED, [])
    assert "nhiều nhất 3 mục" in run.message


def test_a_clause_that_only_an_older_version_has_keeps_its_name(
    ctx: Flask, consultation: Any, officer: Any
) -> None:
    service.publish(make_version(consultation.id), actor=officer, seen_revision=None)
    second = service.copy_version(consultation, actor=officer)
    service.remove(second, clause(second, "dieu-2-khoan-1"), actor=officer, seen_revision=None)
    assert service.publish(second, actor=officer, seen_revision=None) == ["Bỏ khoản 1 Điều 2."]
    assert named(consultation.id, "dieu-2-khoan-1").startswith("Khoản 1 Điều 2")
    assert names.names_of({(consultation.id, "khong-co")}) == names.names_of(set()) == {}


# Mending ----------------------------------------------------------------------------------------
@pytest.fixture
def version(consultation: Any) -> DraftVersion:
    return make_version(consultation.id)


def test_an_edited_clause_keeps_its_anchor(
    ctx: Flask, version: DraftVersion, officer: Any, consultation: Any
) -> None:
    found, before, public = clause(version, "dieu-2"), version.revision, publication.current()
    found.doubtful = "Xem lại."
    service.edit(
        version,
        found,
        Words(K.ARTICLE, " Điều  3 ", "Tên mới", "Một.\n\nHai."),
        actor=officer,
        seen_revision=before,
    )
    assert (found.anchor, found.label, found.doubtful, found.html) == (
        "dieu-2",
        "Điều 3",
        "",
        "<p>Một.</p><p>Hai.</p>",
    )
    assert clause(version, "dieu-2-khoan-1").full_label == "khoản 1 Điều 3"
    assert version.revision == before + 1
    assert publication.current() == public
    log = db.session.scalars(
        sa.select(ConsultationLog).where(ConsultationLog.consultation_id == consultation.id)
    ).one()
    assert (log.move, log.note) == ("draft", "Bản 1: sửa Điều 2.")
    assert db.session.scalar(
        sa.select(AuditRecord.tag).where(AuditRecord.tag == "consultation:draft")
    )


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (Words(K.CLAUSE, " ", "", "\n"), "text"),
        (Words(K.CLAUSE, "x" * 61, "", ""), "label"),
        (Words(K.CLAUSE, "", "x" * 501, ""), "heading"),
        (Words(K.CLAUSE, "", "", "x" * 50_001), "text"),
    ],
)
def test_what_cannot_be_kept_is_told_beside_its_field(
    ctx: Flask, version: DraftVersion, officer: Any, words: Words, field: str
) -> None:
    with pytest.raises(FieldError) as caught:
        service.edit(version, clause(version, "dieu-2"), words, actor=officer, seen_revision=None)
    assert caught.value.field == field


def test_splitting_at_a_line(ctx: Flask, version: DraftVersion, officer: Any) -> None:
    found = clause(version, "dieu-2-khoan-1")
    found.text = "Một.\n\n2. Hai.\n\nVẫn hai."
    made = service.split(
        version, found, 3, Words(K.CLAUSE, "2.", "", ""), actor=officer, seen_revision=None
    )
    assert (found.text, made.text, made.anchor, made.full_label) == (
        "Một.",
        "Hai.\n\nVẫn hai.",
        "dieu-2-khoan-2",
        "khoản 2 Điều 2",
    )
    assert [item.position for item in queries.entities_of(version.id)] == [1, 2, 3, 4, 5]
    whole = clause(version, "dieu-1")
    rest = service.split(
        version, whole, 1, Words(K.CLAUSE, "1.", "", ""), actor=officer, seen_revision=None
    )
    assert (whole.text, rest.anchor) == ("", "dieu-1-khoan-1")
    for line in (0, 99, -1):
        with pytest.raises(FieldError):
            service.split(
                version, made, line, Words(K.POINT, "a)", "", ""), actor=officer, seen_revision=None
            )
    bare = service.insert(
        version, made, Words(K.PARAGRAPH, "", "", "Một dòng."), actor=officer, seen_revision=None
    )
    with pytest.raises(FieldError):
        service.split(
            version, bare, 1, Words(K.POINT, "a)", "", ""), actor=officer, seen_revision=None
        )


def test_merging_with_the_one_before(ctx: Flask, version: DraftVersion, officer: Any) -> None:
    into = service.merge(
        version, clause(version, "dieu-2-khoan-1"), actor=officer, seen_revision=None
    )
    assert (into.anchor, into.text[:12]) == ("dieu-2", "1. Cơ quan n")
    into = service.merge(version, into, actor=officer, seen_revision=None)
    assert into.text.endswith(
        "cho thuê đất.\n\nĐiều 2 Đối tượng áp dụng\n\n1. Cơ quan nhà nước thực hiện quyền và "
        "nghĩa vụ đại diện chủ sở hữu về đất đai."
    )
    assert anchors(version) == ["chuong-1", "dieu-1"]
    with pytest.raises(Refused, match="đầu tiên"):
        service.merge(version, clause(version, "chuong-1"), actor=officer, seen_revision=None)
    into.text = "x" * service.TEXT_MAX
    with pytest.raises(Refused, match="quá dài"):
        service.merge(version, into, actor=officer, seen_revision=None)


def test_moving_and_its_ends(ctx: Flask, version: DraftVersion, officer: Any) -> None:
    service.move(version, clause(version, "dieu-1"), up=False, actor=officer, seen_revision=None)
    assert anchors(version) == ["chuong-1", "dieu-2", "dieu-1", "dieu-2-khoan-1"]
    assert clause(version, "dieu-2-khoan-1").full_label == "khoản 1 Điều 1"
    service.move(version, clause(version, "dieu-1"), up=True, actor=officer, seen_revision=None)
    for anchor, up in (("chuong-1", True), ("dieu-2-khoan-1", False)):
        with pytest.raises(Refused):
            service.move(version, clause(version, anchor), up=up, actor=officer, seen_revision=None)


def test_inserting_never_takes_an_anchor_of_any_version(
    ctx: Flask, consultation: Any, officer: Any
) -> None:
    service.publish(make_version(consultation.id), actor=officer, seen_revision=None)
    second = service.copy_version(consultation, actor=officer)
    service.remove(second, clause(second, "dieu-2-khoan-1"), actor=officer, seen_revision=None)
    made = service.insert(
        second,
        clause(second, "dieu-2"),
        Words(K.CLAUSE, "1.", "", "Khác."),
        actor=officer,
        seen_revision=None,
    )
    assert made.anchor == "dieu-2-khoan-1-lan-2"
    first = service.insert(
        second, None, Words(K.PREAMBLE, "", "Nghị định", ""), actor=officer, seen_revision=None
    )
    assert (first.anchor, first.position) == ("mo-dau", 1)


def test_a_version_has_its_bounds(
    ctx: Flask, version: DraftVersion, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CLAUSES_MAX", 4)
    with pytest.raises(Refused, match="nhiều nhất 4 mục"):
        service.insert(
            version, None, Words(K.CLAUSE, "1.", "", "x"), actor=officer, seen_revision=None
        )


def test_looking_at_the_doubtful_ones(ctx: Flask, version: DraftVersion, officer: Any) -> None:
    found = queries.entities_of(version.id)
    before = version.revision
    service.looked_at(version, found, actor=officer, seen_revision=None)
    assert version.revision == before
    for item in found:
        item.doubtful = "Xem."
    service.looked_at(version, found[:2], actor=officer, seen_revision=None)
    assert [bool(item.doubtful) for item in queries.entities_of(version.id)] == [
        False,
        False,
        True,
        True,
    ]
    many = [
        service.insert(
            version, None, Words(K.ARTICLE, f"Điều {n}", "", "x"), actor=officer, seen_revision=None
        )
        for n in range(10, 22)
    ]
    for item in many:
        item.doubtful = "Xem."
    service.looked_at(version, many, actor=officer, seen_revision=None)
    note = db.session.scalars(
        sa.select(ConsultationLog.note).order_by(ConsultationLog.id.desc())
    ).first()
    assert note is not None
    assert note.endswith(" ….")


# Who, from which page, on which version ---------------------------------------------------------
def test_an_old_page_changes_nothing(ctx: Flask, version: DraftVersion, officer: Any) -> None:
    found = clause(version, "dieu-1")
    service.move(version, found, up=False, actor=officer, seen_revision=version.revision)
    with pytest.raises(Stale):
        service.remove(version, found, actor=officer, seen_revision=version.revision - 1)


def test_only_those_who_may_edit(ctx: Flask, version: DraftVersion, consultation: Any) -> None:
    stranger = make_user(roles=[Role.AUDITOR])
    with pytest.raises(Forbidden):
        service.publish(version, actor=stranger, seen_revision=None)
    with pytest.raises(Forbidden):
        service.copy_version(consultation, actor=stranger)


def test_after_the_result_nothing_changes(ctx: Flask, officer: Any) -> None:
    answered = make_consultation(stage=Stage.ANSWERED)
    with pytest.raises(Forbidden):
        service.publish(make_version(answered.id), actor=officer, seen_revision=None)


def test_a_published_version_is_followed_not_changed(
    ctx: Flask, version: DraftVersion, consultation: Any, officer: Any
) -> None:
    public = publication.current()
    assert (
        service.publish(version, actor=officer, seen_revision=version.revision, note=" Bản đầu ")
        == []
    )
    assert publication.current() == public + 1
    assert (version.note, version.published_at is not None) == ("Bản đầu", True)
    with pytest.raises(Refused, match="không sửa được"):
        service.edit(
            version,
            clause(version, "dieu-1"),
            Words(K.ARTICLE, "Điều 1", "x", ""),
            actor=officer,
            seen_revision=None,
        )
    second = service.copy_version(consultation, actor=officer)
    assert anchors(second) == anchors(version)
    with pytest.raises(Refused, match="vẫn sửa được"):
        service.copy_version(consultation, actor=officer)


def test_what_cannot_be_published(
    ctx: Flask, version: DraftVersion, consultation: Any, officer: Any
) -> None:
    clause(version, "dieu-1").doubtful = "Xem."
    with pytest.raises(FieldError) as caught:
        service.publish(version, actor=officer, seen_revision=None)
    assert caught.value.field == "despite_doubts"
    service.publish(make_version(consultation.id), actor=officer, seen_revision=None)
    with pytest.raises(Refused, match="mới hơn"):
        service.publish(version, actor=officer, seen_revision=None, despite_doubts=True)
    third = service.copy_version(consultation, actor=officer)
    for found in queries.entities_of(third.id):
        service.remove(third, found, actor=officer, seen_revision=None)
    with pytest.raises(Refused, match="chưa có mục nào"):
        service.publish(third, actor=officer, seen_revision=None)


def test_there_is_nothing_to_copy(ctx: Flask, consultation: Any, officer: Any) -> None:
    with pytest.raises(Refused, match="Chưa có bản nào"):
        service.copy_version(consultation, actor=officer)


def test_clauses_of_other_versions_are_not_found(
    ctx: Flask, version: DraftVersion, consultation: Any
) -> None:
    other = make_version(consultation.id)
    with pytest.raises(NotFound):
        queries.clause(version.id, clause(other, "dieu-1").id)
    with pytest.raises(NotFound):
        queries.clause(version.id, 999_999)
