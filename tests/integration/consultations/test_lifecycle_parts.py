"""The dossier, the guiding questions, and the setup: services with their refusals."""

import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access import Role
from app.access.actors import SYSTEM
from app.audit.models import AuditRecord
from app.comments.models import SurveyAnswer
from app.comments.service import surveys_setup
from app.comments.service.surveys_setup import Asked
from app.comments.states import SurveyKind
from app.consultations.models import Consultation, ConsultationLog, ConsultationRule, LandType
from app.consultations.queries import dossier as documents
from app.consultations.service import dossier, lifecycle, setup
from app.consultations.service.setup import LandValues, RuleValues
from app.consultations.states import ConsultationType, DossierKind, Stage
from app.extensions import db
from app.files import queries as files
from app.files import service as file_service
from app.files.models import StoredFile
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused, Stale
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.files import make_file, pdf
from tests.factories.lifecycle import add_document, facts, make_ready
from tests.factories.organisation import make_agency, make_unit

FIRST, LATER = dt.date(2026, 1, 1), dt.date(2027, 1, 1)


@pytest.fixture(autouse=True)
def office(ctx: Flask) -> None:
    make_agency()


@pytest.fixture
def draft() -> Consultation:
    found = lifecycle.create(actor=SYSTEM, facts=facts())
    db.session.commit()
    return found


def titles(consultation: Consultation) -> list[str]:
    return [document.title for document in documents.documents(consultation.id)]


def last_log(consultation: Consultation) -> tuple[str, str, bool]:
    query = (
        sa.select(ConsultationLog)
        .where(ConsultationLog.consultation_id == consultation.id)
        .order_by(ConsultationLog.id.desc())
        .limit(1)
    )
    row = db.session.scalars(query).one()
    return row.move, row.note, row.public


# The dossier ------------------------------------------------------------------------------------
def test_documents_keep_their_order_and_files(draft: Consultation) -> None:
    first, second = (
        add_document(draft, "Tờ trình"),
        add_document(draft, "Dự thảo", kind=DossierKind.DRAFT),
    )
    third = dossier.add(
        draft, actor=SYSTEM, file=make_file(name="Phiếu lấy ý kiến.pdf"), kind=DossierKind.SLIP
    )
    assert titles(draft) == ["Tờ trình", "Dự thảo", "Phiếu lấy ý kiến"]
    dossier.move(third, actor=SYSTEM, up=True, seen_revision=draft.revision)
    dossier.move(first, actor=SYSTEM, up=True)
    dossier.move(first, actor=SYSTEM, up=False)
    dossier.move(second, actor=SYSTEM, up=False)
    assert titles(draft) == ["Phiếu lấy ý kiến", "Tờ trình", "Dự thảo"]
    found = documents.documents(draft.id)[0]
    assert found.link
    assert found.link.note.startswith("PDF")
    assert not found.is_heavy
    assert [one["title"] for one in documents.fingerprints(draft.id)] == [
        "Phiếu lấy ý kiến",
        "Tờ trình",
        "Dự thảo",
    ]


def test_a_heavy_file_wants_a_light_version(draft: Consultation) -> None:
    item = add_document(draft, "Bản đồ quy hoạch", kind=DossierKind.MAP)
    db.session.execute(
        sa.update(StoredFile).where(StoredFile.owner_id == item.id).values(size=21 * 1024 * 1024)
    )
    db.session.expire_all()
    (warning,) = dossier.warnings(documents.documents(draft.id))
    assert "Bản đồ quy hoạch" in warning
    light = dossier.add(
        draft,
        actor=SYSTEM,
        file=make_file(),
        kind=DossierKind.MAP,
        title="Bản nhẹ",
        light_of=item.id,
    )
    (found,) = documents.documents(draft.id)
    assert found.light
    assert found.light.id == light.id
    assert not dossier.warnings([found])
    for target in (item.id, light.id):
        with pytest.raises(FieldError, match="đã có bản nhẹ"):
            dossier.add(
                draft, actor=SYSTEM, file=make_file(), kind=DossierKind.MAP, light_of=target
            )
    dossier.remove(item, actor=SYSTEM)
    assert documents.items(draft.id) == []
    assert (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(StoredFile)
            .where(StoredFile.owner_kind == "dossier")
        )
        == 0
    )


def test_a_document_without_a_file_is_shown_without_one(draft: Consultation) -> None:
    item = add_document(draft)
    file_service.erase_of(dossier.ref(item))
    (found,) = documents.documents(draft.id)
    assert (found.link, found.is_heavy) == (None, False)
    assert not documents.has_file(draft.id)


def test_renamed_with_a_trace(draft: Consultation) -> None:
    item = add_document(draft, "Tờ trình")
    with pytest.raises(Stale):
        dossier.rename(
            item,
            actor=SYSTEM,
            kind=DossierKind.OTHER,
            title="Khác",
            seen_revision=draft.revision - 1,
        )
    dossier.rename(
        item,
        actor=SYSTEM,
        kind=DossierKind.OTHER,
        title="Tờ trình số 5",
        seen_revision=draft.revision,
    )
    assert last_log(draft) == ("dossier", "Đổi tên tài liệu: Tờ trình → Tờ trình số 5", False)
    revision = draft.revision
    dossier.rename(item, actor=SYSTEM, kind=DossierKind.OTHER, title="Tờ trình số 5")
    assert draft.revision == revision
    for title in ("", "a" * 301):
        with pytest.raises(FieldError):
            dossier.rename(item, actor=SYSTEM, kind=DossierKind.OTHER, title=title)


def test_once_posted_everybody_sees_what_was_added_and_why_something_went() -> None:
    found = make_ready()
    lifecycle.schedule(found, actor=SYSTEM, seen_revision=None)
    (first,) = documents.items(found.id)
    with pytest.raises(Refused, match="duy nhất"):
        dossier.remove(first, actor=SYSTEM, reason="Nhầm")
    second = add_document(found, "Bản thay thế")
    assert last_log(found) == ("dossier", "Thêm tài liệu: Bản thay thế", True)
    with pytest.raises(FieldError) as error:
        dossier.remove(first, actor=SYSTEM, reason=" ")
    assert error.value.field == "reason"
    dossier.remove(first, actor=SYSTEM, reason="Có bản mới")
    assert last_log(found)[1:] == ("Bỏ tài liệu: Tờ trình 112/TTr-UBND. Lý do: Có bản mới", True)
    assert [item.id for item in documents.items(found.id)] == [second.id]


def test_the_dossier_is_for_those_who_may_edit(draft: Consultation) -> None:
    item, stranger, file = add_document(draft), make_user(unit=make_unit()), make_file()
    draft.lead_unit_id = make_unit().id
    db.session.flush()
    acts: list[Any] = [
        lambda: dossier.add(draft, actor=stranger, file=file, kind=DossierKind.MAP),
        lambda: dossier.rename(item, actor=stranger, kind=DossierKind.MAP, title="Khác"),
        lambda: dossier.move(item, actor=stranger, up=True),
        lambda: dossier.remove(item, actor=stranger),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()


def test_documents_of_another_consultation_are_not_found(draft: Consultation) -> None:
    other = lifecycle.create(actor=SYSTEM, facts=facts())
    with pytest.raises(NotFound):
        dossier.item_of(other, add_document(draft).id)


def test_a_dossier_has_an_end(draft: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dossier, "MOST_DOCUMENTS", 1)
    add_document(draft)
    with pytest.raises(FieldError) as error:
        add_document(draft)
    assert error.value.field == "file"


def test_staff_may_send_larger_files_than_citizens() -> None:
    content = pdf(b"%" + b"0" * (11 * 1024 * 1024))
    with pytest.raises(file_service.FileRefused):
        file_service.receive(io.BytesIO(content), "Bản đồ.pdf")
    stored = file_service.receive(io.BytesIO(content), "Bản đồ.pdf", limits=dossier.LIMITS)
    assert files.links([stored])[0].note.startswith("PDF, 11")


# Guiding questions ------------------------------------------------------------------------------
ONE = Asked(
    kind=SurveyKind.ONE,
    text="Bà con thấy tuyến đường thế nào?",
    options=["Đồng ý", "Không đồng ý", ""],
)


def test_questions_are_added_ordered_edited_and_removed(draft: Consultation) -> None:
    first = surveys_setup.add(draft, ONE, actor=SYSTEM, seen_revision=draft.revision)
    second = surveys_setup.add(
        draft,
        Asked(kind=SurveyKind.SCALE, text="Mức độ hài lòng?", options=["Thấp", "Cao"], steps=7),
        actor=SYSTEM,
    )
    assert first.options == ["Đồng ý", "Không đồng ý"]
    assert (second.steps, first.steps) == (7, 5)
    surveys_setup.move(draft, second, actor=SYSTEM, up=True)
    surveys_setup.move(draft, second, actor=SYSTEM, up=True)
    assert [question.id for question in surveys_setup.questions_of(draft)] == [second.id, first.id]
    surveys_setup.move(draft, second, actor=SYSTEM, up=False)
    assert [question.id for question in surveys_setup.questions_of(draft)] == [first.id, second.id]
    surveys_setup.edit(
        draft, first, Asked(kind=SurveyKind.OPEN, text="Ý kiến khác?", options=["bỏ"]), actor=SYSTEM
    )
    assert (first.kind, first.options) == (SurveyKind.OPEN, [])
    surveys_setup.remove(draft, first, actor=SYSTEM)
    assert [question.id for question in surveys_setup.questions_of(draft)] == [second.id]
    assert last_log(draft)[0] == "survey"
    with pytest.raises(NotFound):
        surveys_setup.question_of(lifecycle.create(actor=SYSTEM, facts=facts()), second.id)
    assert surveys_setup.question_of(draft, second.id) is second


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked(kind=SurveyKind.OPEN, text=" "), "text"),
        (Asked(kind=SurveyKind.OPEN, text="Câu hỏi?", hint="a" * 501), "hint"),
        (Asked(kind=SurveyKind.ONE, text="Câu hỏi?", options=["Một"]), "options"),
        (
            Asked(
                kind=SurveyKind.MANY, text="Câu hỏi?", options=[str(number) for number in range(13)]
            ),
            "options",
        ),
        (Asked(kind=SurveyKind.ONE, text="Câu hỏi?", options=["Như nhau", "Như nhau"]), "options"),
        (Asked(kind=SurveyKind.ONE, text="Câu hỏi?", options=["a" * 201, "b"]), "options"),
        (Asked(kind=SurveyKind.SCALE, text="Câu hỏi?", options=["Một đầu"]), "options"),
        (Asked(kind=SurveyKind.SCALE, text="Câu hỏi?", steps=2), "steps"),
        (Asked(kind=SurveyKind.SCALE, text="Câu hỏi?", steps=11), "steps"),
    ],
)
def test_questions_that_cannot_be_answered(draft: Consultation, asked: Asked, field: str) -> None:
    with pytest.raises(FieldError) as error:
        surveys_setup.add(draft, asked, actor=SYSTEM)
    assert error.value.field == field


def test_ten_questions_are_enough(draft: Consultation) -> None:
    for number in range(10):
        surveys_setup.add(draft, Asked(kind=SurveyKind.OPEN, text=f"Câu {number}?"), actor=SYSTEM)
    with pytest.raises(Refused, match="tối đa 10"):
        surveys_setup.add(draft, ONE, actor=SYSTEM)


def test_locked_once_somebody_answered() -> None:
    found = make_consultation(stage=Stage.OPEN)
    question = surveys_setup.add(found, ONE, actor=SYSTEM)
    assert not surveys_setup.is_locked(found)
    comment = make_comment(found)
    db.session.add(SurveyAnswer(question_id=question.id, comment_id=comment.id, choices=[0]))
    db.session.commit()
    assert surveys_setup.is_locked(found)
    acts: list[Any] = [
        lambda: surveys_setup.add(found, ONE, actor=SYSTEM),
        lambda: surveys_setup.edit(found, question, ONE, actor=SYSTEM),
        lambda: surveys_setup.move(found, question, actor=SYSTEM, up=True),
        lambda: surveys_setup.remove(found, question, actor=SYSTEM),
    ]
    for act in acts:
        with pytest.raises(Refused, match="Đã có người trả lời"):
            act()


def test_questions_are_set_by_those_who_may_edit(draft: Consultation) -> None:
    with pytest.raises(Forbidden):
        surveys_setup.add(draft, ONE, actor=make_user(roles=[Role.AUDITOR]))
    with pytest.raises(Stale):
        surveys_setup.add(draft, ONE, actor=SYSTEM, seen_revision=draft.revision + 1)


# Setup ------------------------------------------------------------------------------------------
def rule(**values: Any) -> RuleValues:
    return RuleValues(
        **{
            "min_days": 30,
            "valid_from": FIRST,
            "source": "Quyết định của UBND",
            "confidence": "C",
            **values,
        }
    )


def land(**values: Any) -> LandValues:
    return LandValues(
        **{
            "name": "Đất thử",
            "colour": "#FFAA32",
            "valid_from": FIRST,
            "source": "Thử",
            "confidence": "U",
            **values,
        }
    )


def test_seeding_fills_empty_tables_once_and_touches_nothing_later() -> None:
    rules, codes = setup.seed()
    assert rules > 5
    assert codes > 50
    assert setup.seed() == (0, 0)
    assert (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(AuditRecord)
            .where(AuditRecord.tag == setup.SEED_TAG)
        )
        == 1
    )
    # Not the rules of a province.
    assert db.session.scalar(sa.select(sa.func.max(ConsultationRule.min_days))) == 30


def test_a_changed_rule_keeps_its_history() -> None:
    admin = make_user(roles=[Role.ADMINISTRATOR])
    row = setup.add_rule(ConsultationType.OTHER, rule(), actor=admin)
    with pytest.raises(FieldError, match="đúng ngày đó"):
        setup.add_rule(ConsultationType.OTHER, rule(), actor=admin)
    after = setup.change_rule(row, rule(min_days=40, valid_from=LATER), actor=admin)
    assert (row.valid_to, row.min_days) == (dt.date(2026, 12, 31), 30)
    assert (after.valid_from, after.min_days, after.valid_to) == (LATER, 40, None)
    assert setup.change_rule(after, rule(min_days=45, valid_from=LATER), actor=admin) is after
    assert (after.min_days, after.updated_by) == (45, admin.id)
    setup.end_rule(after, dt.date(2027, 6, 30), actor=admin)
    assert after.valid_to == dt.date(2027, 6, 30)
    for wrong in (dt.date(2026, 12, 31), dt.date(2027, 7, 1)):
        with pytest.raises(FieldError) as error:
            setup.change_rule(after, rule(valid_from=wrong), actor=admin)
        assert error.value.field == "valid_from"
    with pytest.raises(FieldError):
        setup.end_rule(after, FIRST, actor=admin)
    assert setup.rule_by_id(row.id) is row
    with pytest.raises(NotFound):
        setup.rule_by_id(0)
    acts = [
        record.data["act"]
        for record in db.session.scalars(
            sa.select(AuditRecord).where(AuditRecord.tag == setup.RULE_TAG)
        )
    ]
    assert acts == ["add", "change", "correct", "end"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"min_days": -1}, "min_days"),
        ({"min_days": 366}, "min_days"),
        ({"source": " "}, "source"),
        ({"confidence": "X"}, "confidence"),
    ],
)
def test_rules_that_make_no_sense(values: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldError) as error:
        setup.add_rule(ConsultationType.OTHER, rule(**values), actor=SYSTEM)
    assert error.value.field == field


def test_a_changed_code_keeps_its_history() -> None:
    row = setup.add_land_type(" abc ", land(), actor=SYSTEM)
    assert (row.code, row.colour) == ("ABC", "#ffaa32")
    after = setup.change_land_type(
        row, land(name="Tên mới", colour="", valid_from=LATER), actor=SYSTEM
    )
    assert (row.valid_to, after.name, after.colour) == (dt.date(2026, 12, 31), "Tên mới", "")
    setup.change_land_type(after, land(name="Tên đúng", valid_from=LATER), actor=SYSTEM)
    assert after.name == "Tên đúng"
    setup.end_land_type(after, LATER, actor=SYSTEM)
    with pytest.raises(FieldError):
        setup.end_land_type(after, FIRST, actor=SYSTEM)
    with pytest.raises(FieldError, match="đã có trong thời gian này"):
        setup.add_land_type("ABC", land(), actor=SYSTEM)
    assert setup.land_type_by_id(row.id) is row
    with pytest.raises(NotFound):
        setup.land_type_by_id(0)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LandType)) == 2


@pytest.mark.parametrize(
    ("code", "values", "field"),
    [
        ("1", {}, "code"),
        ("LUC", {"name": ""}, "name"),
        ("LUC", {"colour": "đỏ"}, "colour"),
        ("LUC", {"source": "a" * 301}, "source"),
        ("LUC", {"confidence": ""}, "confidence"),
    ],
)
def test_codes_that_make_no_sense(code: str, values: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldError) as error:
        setup.add_land_type(code, land(**values), actor=SYSTEM)
    assert error.value.field == field


def test_the_setup_is_for_administrators() -> None:
    officer = make_user(roles=[Role.PUBLISHER])
    row, code = (
        setup.add_rule(ConsultationType.OTHER, rule(), actor=SYSTEM),
        setup.add_land_type("LUC", land(), actor=SYSTEM),
    )
    acts: list[Any] = [
        lambda: setup.add_rule(ConsultationType.BUDGET, rule(), actor=officer),
        lambda: setup.change_rule(row, rule(), actor=officer),
        lambda: setup.end_rule(row, LATER, actor=officer),
        lambda: setup.add_land_type("HNK", land(), actor=officer),
        lambda: setup.change_land_type(code, land(), actor=officer),
        lambda: setup.end_land_type(code, LATER, actor=officer),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()


def test_the_command_seeds(app: Flask) -> None:
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["consultations", "seed"])
    assert "rules written" in result.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ConsultationRule))
