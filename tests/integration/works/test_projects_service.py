"""The list by hand: the same rules as for a file, one writer at a time, sums that follow, nothing lost that people spoke of."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access import Role
from app.accounts.models import User
from app.audit.models import AuditRecord
from app.comments.states import TargetKind
from app.consultations import voices
from app.consultations.models import Consultation, ConsultationLog, LandType
from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.kernel import publication
from app.kernel.clock import today
from app.kernel.errors import FieldError, Forbidden, NotFound, Stale
from app.works import queries
from app.works.models import ProjectItem, ProjectParcel
from app.works.queries import Balance, Land, Wanted
from app.works.service import works as service
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.projects import make_lands, make_project

RAW = {
    "code": "D01",
    "name": "Kênh N8",
    "land_code": "DTL",
    "planned_ha": "3,75",
    "existing_ha": "2,60",
    "uses": "LUC 0,85; HNK 0,30",
}


@pytest.fixture
def consultation(ctx: Flask) -> Consultation:
    make_lands()
    return make_consultation()


@pytest.fixture
def officer(ctx: Flask) -> User:
    return make_user(roles=[Role.MODERATOR])


def test_adding_a_row(consultation: Consultation, officer: User) -> None:
    make_project(consultation)
    revision = publication.current()
    item = service.save(
        consultation, None, {**RAW, "map_text": "Tờ 8"}, actor=officer, seen_revision=None
    )
    assert (item.position, item.added_ha) == (2, Decimal("1.15"))
    assert [tuple(row) for row in queries.parcels_of(item.id)] == [(8, None, None)]
    assert publication.current() > revision
    summary = queries.summary(consultation.id)
    assert (summary.count, summary.total.added, summary.gap) == (2, Decimal("3.15"), 0)
    log = db.session.scalars(
        sa.select(ConsultationLog).where(ConsultationLog.move == "projects")
    ).one()
    assert (log.note, log.actor_id) == ("Thêm D01.", officer.id)
    record = db.session.scalars(
        sa.select(AuditRecord).where(AuditRecord.tag == "consultation:projects")
    ).one()
    assert record.data == {"codes": ["D01"]}


def test_changing_a_row_is_told_field_by_field(consultation: Consultation, officer: User) -> None:
    item = make_project(consultation)
    before = item.revision
    raw = {**RAW, "code": "C01", "map_text": "Tờ 07: thửa 118"}
    service.save(consultation, item, raw, actor=officer, seen_revision=before)
    assert item.revision == before + 1
    note = db.session.scalars(
        sa.select(ConsultationLog.note).where(ConsultationLog.move == "projects")
    ).one()
    assert note.startswith(
        "C01: Hạng mục: Đường tránh phía Tây → Kênh N8; Nhóm: Giao thông → –; Mã loại đất: DGT → DTL"
    )


def test_nothing_changed_is_no_change(consultation: Consultation, officer: User) -> None:
    item = make_project(consultation)
    before = item.revision
    raw = {
        "code": "C01",
        "name": "Đường tránh phía Tây",
        "group_name": "Giao thông",
        "land_code": "DGT",
        "planned_ha": "2",
        "uses": "LUC 2",
    }
    service.save(
        consultation,
        item,
        {**raw, "place": "xã Tân Hội", "map_text": "Tờ 07: thửa 118"},
        actor=officer,
        seen_revision=before,
    )
    assert item.revision == before
    assert not db.session.scalars(
        sa.select(ConsultationLog.id).where(ConsultationLog.move == "projects")
    ).all()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"planned_ha": "x"}, "planned_ha"),
        ({"uses": "LUC 1"}, "uses"),
        ({"code": "C01"}, "code"),
        ({"land_code": "BHK"}, "land_code"),
    ],
)
def test_a_broken_row_is_refused_beside_its_field(
    consultation: Consultation, officer: User, changes: dict[str, str], field: str
) -> None:
    make_project(consultation)
    with pytest.raises(FieldError) as error:
        service.save(consultation, None, {**RAW, **changes}, actor=officer, seen_revision=None)
    assert error.value.field == field
    assert service.problems_of(RAW) == []


def test_a_code_that_people_use_does_not_change_but_in_a_draft(
    consultation: Consultation, officer: User
) -> None:
    item = make_project(consultation)
    with pytest.raises(FieldError, match="C01"):
        service.save(consultation, item, RAW, actor=officer, seen_revision=item.revision)
    draft = make_consultation(stage=Stage.DRAFT)
    item = make_project(draft)
    assert service.save(draft, item, RAW, actor=officer, seen_revision=item.revision).code == "D01"


def test_an_old_page_changes_nothing(consultation: Consultation, officer: User) -> None:
    item = make_project(consultation)
    for act in (service.remove, service.restore):
        with pytest.raises(Stale):
            act(consultation, item, actor=officer, seen_revision=item.revision + 1)
    with pytest.raises(Stale):
        service.save(consultation, item, RAW, actor=officer, seen_revision=item.revision + 1)


@pytest.mark.parametrize("stage", [Stage.ANSWERED, Stage.ARCHIVED])
def test_a_closed_list_is_nobodys_to_change(ctx: Flask, officer: User, stage: Stage) -> None:
    make_lands()
    consultation = make_consultation(stage=stage)
    with pytest.raises(Forbidden):
        service.save(consultation, None, RAW, actor=officer, seen_revision=None)


def test_a_row_that_nobody_spoke_of_goes_with_its_parcels(
    consultation: Consultation, officer: User
) -> None:
    item = make_project(consultation)
    number = item.id
    assert service.remove(consultation, item, actor=officer, seen_revision=item.revision) is True
    db.session.commit()
    assert db.session.get(ProjectItem, number) is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ProjectParcel)) == 0
    assert queries.summary(consultation.id).count == 0
    with pytest.raises(NotFound):
        queries.by_code(consultation.id, "C01")


def test_a_row_that_people_spoke_of_stays_marked_and_can_come_back(
    consultation: Consultation, officer: User
) -> None:
    item = make_project(consultation)
    make_comment(consultation, target_kind=TargetKind.PROJECT, project_id=item.id)
    assert service.remove(consultation, item, actor=officer, seen_revision=item.revision) is False
    assert item.removed_at is not None
    # Once more changes nothing.
    moment = item.removed_at
    assert service.remove(consultation, item, actor=officer, seen_revision=item.revision) is False
    assert item.removed_at == moment
    assert (queries.choices(consultation.id), queries.summary(consultation.id).count) == ([], 0)
    assert queries.names_of([item.id]) == {item.id: "C01 · Đường tránh phía Tây"}
    service.restore(consultation, item, actor=officer, seen_revision=item.revision)
    assert (item.removed_at, queries.summary(consultation.id).count) == (None, 1)
    service.restore(consultation, item, actor=officer, seen_revision=item.revision)


def test_saving_a_row_brings_it_back(consultation: Consultation, officer: User) -> None:
    item = make_project(consultation)
    make_comment(consultation, target_kind=TargetKind.PROJECT, project_id=item.id)
    service.remove(consultation, item, actor=officer, seen_revision=item.revision)
    service.save(
        consultation, item, {**RAW, "code": "C01"}, actor=officer, seen_revision=item.revision
    )
    assert item.removed_at is None


def test_the_sums_stay_with_the_consultation_and_its_revision_too(
    consultation: Consultation, officer: User
) -> None:
    before = consultation.revision
    service.save(consultation, None, RAW, actor=officer, seen_revision=None)
    db.session.expire(consultation)
    assert consultation.revision == before
    rows = {row.code: row for row in queries.summary(consultation.id).balances}
    assert rows["DTL"] == Balance(
        "DTL", Decimal("3.75"), Decimal("2.60"), Decimal("1.15"), Decimal(0)
    )
    assert (rows["LUC"].taken, rows["LUC"].change) == (Decimal("0.85"), Decimal("-0.85"))
    # In the order of the table of land types.
    assert list(rows) == ["LUC", "HNK", "DTL"]


# Reading ----------------------------------------------------------------------------------------
def found(consultation: Consultation, **wanted: Any) -> list[tuple[str, int]]:
    return [
        (row.code, row.nearness) for row in queries.page(consultation.id, Wanted(**wanted)).items
    ]


def test_a_parcel_is_found_by_number_range_and_whole_sheet(consultation: Consultation) -> None:
    make_project(consultation, "A01", map_text="Tờ 7")
    make_project(consultation, "A02", map_text="Tờ 7: thửa 100-120")
    make_project(consultation, "A03", map_text="Tờ 7: thửa 121; Tờ 8: thửa 118")
    make_project(consultation, "A04", map_text="Tờ 7, 8; Tờ 7: thửa 118")
    assert found(consultation, sheet=7, parcel=118) == [("A02", 0), ("A04", 0), ("A01", 1)]
    assert found(consultation, sheet=7) == [("A01", 0), ("A02", 0), ("A03", 0), ("A04", 0)]
    assert found(consultation, parcel=118) == [("A02", 0), ("A03", 0), ("A04", 0)]
    assert found(consultation, sheet=9, parcel=1) == []
    other = make_consultation()
    assert found(other, sheet=7) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("tan hoi", ["A01"]), ("Tân Hội", ["A01"]), ("tân", ["A01"]), ("kênh", ["A02"]), ("KENH n8", ["A02"]), ("a02", ["A02"]),
        ("oi", []), ("duong 50%", []), ("đường_", ["A01"]), ("", ["A01", "A02"]), ("?!", ["A01", "A02"]),
    ],
)  # fmt: skip
def test_words_with_and_without_marks(
    consultation: Consultation, text: str, codes: list[str]
) -> None:
    make_project(consultation, "A01")
    make_project(
        consultation,
        "A02",
        name="Kiên cố hóa kênh N8 - N12",
        place="xã Long Thạnh",
        group_name="Thủy lợi",
    )
    assert [code for code, _nearness in found(consultation, text=text)] == codes


def test_filters(consultation: Consultation) -> None:
    make_project(consultation, "A01")
    make_project(consultation, "A02", land_code="ONT", group_name="Đất ở")
    assert found(consultation, land_code="ONT") == [("A02", 0)]
    assert found(consultation, group="Giao thông") == [("A01", 0)]
    assert found(consultation, group="Giao thông", land_code="ONT") == []
    assert not Wanted().is_anything


def test_pages_follow_each_other_with_and_without_a_parcel(consultation: Consultation) -> None:
    for number in range(5):
        make_project(
            consultation, f"A{number}", map_text="Tờ 7" if number % 2 else "Tờ 7: thửa 118"
        )
    for wanted, order in (
        (Wanted(), ["A0", "A1", "A2", "A3", "A4"]),
        (Wanted(sheet=7, parcel=118), ["A0", "A2", "A4", "A1", "A3"]),
    ):
        seen, after = [], None
        while True:
            page = queries.page(consultation.id, wanted, after=after, size=2)
            seen += [row.code for row in page.items]
            after = page.next_cursor
            if after is None:
                break
        assert seen == order
        back = queries.page(consultation.id, wanted, before=page.previous_cursor, size=2)
        assert [row.code for row in back.items] == order[2:4]


def test_only_shown_comments_are_counted(consultation: Consultation) -> None:
    item = make_project(consultation)
    for visibility in (Visibility.PUBLIC, Visibility.PUBLIC, Visibility.PRIVATE, Visibility.HIDDEN):
        make_comment(
            consultation, visibility=visibility, target_kind=TargetKind.PROJECT, project_id=item.id
        )
    view = queries.view(consultation.id, "c01")
    assert view is not None
    assert view.comments == 2
    assert view.taken == [("LUC", Decimal("2.00"))]
    assert queries.view(consultation.id, "C99") is None


def test_land_types_of_the_day(consultation: Consultation) -> None:
    types = queries.land_types(today())
    assert list(types) == ["LUC", "HNK", "CLN", "DGT", "DTL", "ONT"]
    assert "BHK" in queries.land_types(
        db.session.scalars(sa.select(LandType.valid_to).where(LandType.code == "BHK")).one()
        or today()
    )
    front = queries.front(consultation.slug)
    assert front is not None
    assert front.land("LUC") == Land("LUC", "Đất chuyên trồng lúa nước", "#fffc8c")
    assert front.land("LUC").words == "LUC – Đất chuyên trồng lúa nước"
    assert front.land("XYZ").words == "XYZ"
    assert queries.lands(today())["LUC"] == front.land("LUC")


def test_what_others_ask(consultation: Consultation) -> None:
    first, second = make_project(consultation, "A01"), make_project(consultation, "A02", name="Cầu")
    assert queries.choices(consultation.id) == [("A01", "Đường tránh phía Tây"), ("A02", "Cầu")]
    assert queries.names_of([second.id, 0]) == {second.id: "A02 · Cầu"}
    assert queries.names_of([]) == {}
    assert queries.by_code(consultation.id, "a01").id == first.id
    assert voices.used_works([first.id]) == set()
    assert [row.code for row in queries.every(consultation.id)] == ["A01", "A02"]
    assert queries.front("khong-co") is None
