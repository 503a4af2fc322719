"""From the file of Biểu 10/CH to the list: whole, balanced, without repetition; what is broken
comes back with its reason.
"""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import FileStorage

from app.access import Role
from app.accounts.models import User
from app.comments.states import TargetKind
from app.consultations.models import Consultation, ConsultationLog
from app.consultations.states import Stage
from app.extensions import db
from app.imports import service as imports
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.jobs import runner
from app.works import queries
from app.works.models import WORKS_FILE, ProjectItem, ProjectParcel
from app.works.queries import Wanted
from app.works.service import importing
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.projects import ALL_CODES, FILE, make_lands, make_project

TABLES = Path(__file__).resolve().parents[2] / "factories" / "tables"
HEADER = (
    "Mã công trình;Hạng mục;Mã loại đất;Diện tích kế hoạch (ha);Diện tích hiện trạng (ha);Sử "
    "dụng vào loại đất;Vị trí trên bản đồ;Địa điểm"
)
ROW = "C01;Đường tránh phía Tây;DGT;2,00;;LUC 2,00;Tờ 07: thửa 118;X-TH"


@pytest.fixture
def consultation(ctx: Flask) -> Consultation:
    make_lands(ALL_CODES)
    return make_consultation()


@pytest.fixture
def officer(ctx: Flask) -> User:
    return make_user(roles=[Role.MODERATOR])


def bring(
    app: Flask,
    consultation: Consultation,
    officer: User,
    content: str | bytes,
    name: str = "danh-muc.csv",
    **options: Any,
) -> ImportRun:
    """Upload, and let the runner work."""
    data = content if isinstance(content, bytes) else content.encode()
    run = imports.start(
        consultation.id,
        WORKS_FILE,
        FileStorage(io.BytesIO(data), filename=name),
        options,
        officer,
    )
    number = run.id
    db.session.commit()
    runner.drain(app)
    db.session.expire_all()
    return db.session.get_one(ImportRun, number)


def lines(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


def codes(consultation: Consultation) -> list[str]:
    return [code for code, _name in queries.choices(consultation.id)]


def test_the_list_of_24_works_comes_in_whole(
    ctx: Flask, consultation: Consultation, officer: User
) -> None:
    run = bring(ctx, consultation, officer, FILE.read_bytes())
    assert (run.state, run.accepted, run.refused, run.problems) == (ImportState.DONE, 24, 0, [])
    assert run.message == "Thêm 24, sửa 0, giữ nguyên 0 công trình."
    assert codes(consultation)[:3] == ["A01", "A02", "B01"]
    summary = queries.summary(consultation.id)
    assert summary.count == 24
    assert (summary.total.added, summary.gap) == (Decimal("110.62"), 0)
    (rice,) = [row for row in summary.balances if row.code == "LUC"]
    assert (rice.taken, rice.change) == (Decimal("41.85"), Decimal("-41.85"))
    assert "Đất ở nông thôn" in summary.groups
    work = queries.by_code(consultation.id, "b01")
    assert (work.name, work.uses[0], work.note) == (
        "Cụm công nghiệp Hòa Lợi (giai đoạn 1)",
        {"code": "LUC", "ha": "21.40"},
        "Chuyển tiếp",
    )
    assert [tuple(row) for row in queries.parcels_of(work.id)] == [
        (3, None, None),
        (4, None, None),
        (9, None, None),
    ]
    # Which work is on sheet 12, parcel 43?
    found = queries.page(consultation.id, Wanted(sheet=12, parcel=43)).items
    assert [(row.code, row.nearness) for row in found] == [("A01", 0)]


def test_the_same_file_again_changes_nothing(
    ctx: Flask, consultation: Consultation, officer: User
) -> None:
    bring(ctx, consultation, officer, FILE.read_bytes())
    before = db.session.execute(
        sa.select(ProjectItem.id, ProjectItem.revision).order_by(ProjectItem.id)
    ).all()
    parcels = db.session.scalar(sa.select(sa.func.count()).select_from(ProjectParcel))
    run = bring(ctx, consultation, officer, FILE.read_bytes())
    assert run.message == "Thêm 0, sửa 0, giữ nguyên 24 công trình."
    assert (
        db.session.execute(
            sa.select(ProjectItem.id, ProjectItem.revision).order_by(ProjectItem.id)
        ).all()
        == before
    )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ProjectParcel)) == parcels


def test_a_spreadsheet_with_titles_says_the_same(
    ctx: Flask, consultation: Consultation, officer: User
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Biểu 10/CH"],
        [
            "STT",
            "Hạng mục",
            "Mã loại đất",
            "Diện tích",
            None,
            "Sử dụng vào loại đất",
            None,
            "Địa điểm",
        ],
        [None, None, None, "kế hoạch (ha)", "hiện trạng (ha)", "LUC", "HNK", None],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
        ["I", "Giao thông"],
        [1.1, "Đường A", "DGT", 12.6, 1.4, 5.9, 5.3, "xã Tân Hội"],
    ):
        sheet.append(row)
    for area in ("A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:H3", "A1:H1"):
        sheet.merge_cells(area)
    content = io.BytesIO()
    book.save(content)
    run = bring(ctx, consultation, officer, content.getvalue(), "Biểu 10.xlsx")
    assert (run.accepted, run.problems) == (1, [])
    work = queries.by_code(consultation.id, "1.1")
    assert (work.group_name, work.added_ha, work.uses) == (
        "Giao thông",
        Decimal("11.20"),
        [{"code": "LUC", "ha": "5.90"}, {"code": "HNK", "ha": "5.30"}],
    )


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "xlsb"])
def test_every_format_that_offices_send_is_read(
    ctx: Flask, consultation: Consultation, officer: User, kind: str
) -> None:
    content = (TABLES / f"danh-muc.{kind}").read_bytes()
    run = bring(ctx, consultation, officer, content, f"Danh mục.{kind}")
    works = {row.code: row for row in queries.page(consultation.id, Wanted()).items}
    assert works["1"].planned_ha == Decimal("12.60")
    assert works["2"].planned_ha == Decimal("4.20")
    # Where the format tells, a figure that went wrong is refused and not taken for nought.
    refused = {problem["row"]: " ".join(problem["reasons"]) for problem in run.problems}
    tells = kind in {"xlsx", "ods"}
    assert ("«#N/A» không phải là số." in refused.get(8, "")) is tells
    assert ("#DIV/0!" in refused.get(9, "")) is tells


def test_changes_are_told_field_by_field(
    ctx: Flask, consultation: Consultation, officer: User
) -> None:
    bring(ctx, consultation, officer, lines(ROW))
    before = queries.by_code(consultation.id, "C01").id
    run = bring(
        ctx,
        consultation,
        officer,
        lines(ROW.replace("2,00", "3,00").replace("thửa 118", "thửa 120")),
    )
    assert run.message == "Thêm 0, sửa 1, giữ nguyên 0 công trình."
    (change,) = run.options["outcome"]["changed"]
    assert change["code"] == "C01"
    assert "Diện tích kế hoạch: 2,00 → 3,00" in change["what"]
    assert "Vị trí trên bản đồ: Tờ 07: thửa 118 → Tờ 07: thửa 120" in change["what"]
    work = queries.by_code(consultation.id, "C01")
    assert (work.id, [tuple(row) for row in queries.parcels_of(work.id)]) == (
        before,
        [(7, 120, 120)],
    )


def test_broken_rows_come_back_with_their_figures_and_the_others_are_kept(
    ctx: Flask, consultation: Consultation, officer: User
) -> None:
    run = bring(
        ctx,
        consultation,
        officer,
        lines(
            ROW,
            "C02;Cầu;DGT;12,60;1,40;LUC 11,00;;",
            "C03;Cống;BHK;1,00;;LUC 1,00;;",
            "c01;Đường tránh khác;DGT;1,00;;LUC 1,00;;",
            ";Không mã;DGT;1,00;;LUC 1,00;;",
        ),
    )
    assert (run.accepted, run.refused) == (1, 4)
    reasons = {problem["row"]: " ".join(problem["reasons"]) for problem in run.problems}
    assert "Cộng lại được 11,00 ha, nhưng tăng thêm là 11,20 ha: lệch 0,20 ha" in reasons[3]
    assert "«BHK» không có trong bảng loại đất đang áp dụng" in reasons[4]
    assert reasons[5] == "Mã C01 đã có ở dòng 2 của tệp."
    assert "Chưa có mã công trình" in reasons[6]
    assert codes(consultation) == ["C01"]


def test_codes_of_places_in_words(ctx: Flask, consultation: Consultation, officer: User) -> None:
    places = importing.parse_places("x-th = xã Tân Hội\nkhông có dấu bằng\n = trống\nX-HL =")
    assert places == {"X-TH": "xã Tân Hội"}
    bring(
        ctx,
        consultation,
        officer,
        lines(ROW, ROW.replace("C01", "C02").replace("X-TH", "X-HL")),
        places=places,
    )
    assert queries.by_code(consultation.id, "C01").place == "xã Tân Hội"
    assert queries.by_code(consultation.id, "C02").place == "X-HL"


def test_a_whole_list_takes_out_what_it_does_not_name_but_never_what_people_commented_on(
    ctx: Flask, consultation: Consultation, officer: User
) -> None:
    kept, gone = make_project(consultation, "K01"), make_project(consultation, "G01")
    make_comment(consultation, target_kind=TargetKind.PROJECT, project_id=kept.id)
    number = gone.id
    run = bring(ctx, consultation, officer, lines(ROW), whole=True)
    assert run.options["outcome"]["removed"] == ["G01"]
    assert run.options["outcome"]["marked"] == ["K01"]
    assert "Bỏ khỏi danh mục 1; giữ lại và đánh dấu 1 vì đã có góp ý." in run.message
    assert db.session.get(ProjectItem, number) is None
    assert queries.by_code(consultation.id, "K01").removed_at is not None
    assert codes(consultation) == ["C01"]
    assert queries.summary(consultation.id).count == 1
    # Named again, it is back.
    run = bring(ctx, consultation, officer, lines(ROW, ROW.replace("C01", "K01")))
    assert "đưa trở lại danh mục" in str(run.options["outcome"]["changed"])
    assert codes(consultation) == ["C01", "K01"]


def test_nothing_is_taken_out_while_a_row_has_no_code_nor_by_the_file_of_refused_rows(
    ctx: Flask, consultation: Consultation, officer: User
) -> None:
    make_project(consultation, "K01")
    run = bring(
        ctx, consultation, officer, lines(ROW, ";Không mã;DGT;1,00;;LUC 1,00;;"), whole=True
    )
    assert "Chưa bỏ công trình nào khỏi danh mục" in run.message
    mended = f"{HEADER};Lý do không nhận\n{ROW};đã sửa\n"
    bring(ctx, consultation, officer, mended, whole=True)
    # A file of which nothing could be taken says nothing about the rest either.
    bring(ctx, consultation, officer, lines("C09;Cầu;BHK;1;;LUC 1;;"), whole=True)
    assert codes(consultation) == ["K01", "C01"]


def test_a_refused_row_is_not_missing(
    ctx: Flask, consultation: Consultation, officer: User
) -> None:
    make_project(consultation, "K01")
    bring(ctx, consultation, officer, lines(ROW, "K01;Kênh;BHK;1;;LUC 1;;"), whole=True)
    assert sorted(codes(consultation)) == ["C01", "K01"]


def test_columns_that_mean_nothing_are_told(
    ctx: Flask, consultation: Consultation, officer: User
) -> None:
    run = bring(ctx, consultation, officer, f"{HEADER};Cột lạ\n{ROW};x\n")
    assert "Không dùng các cột: «Cột lạ»." in run.message


def test_without_land_types_nothing_can_be_checked(ctx: Flask, officer: User) -> None:
    run = bring(ctx, make_consultation(), officer, lines(ROW))
    assert (run.state, run.message[:24]) == (ImportState.FAILED, "Chưa có bảng mã loại đất")


def test_a_list_that_is_closed_meanwhile_stays_as_it_is(
    ctx: Flask, consultation: Consultation, officer: User
) -> None:
    upload = FileStorage(io.BytesIO(lines(ROW).encode()), filename="a.csv")
    number = imports.start(consultation.id, WORKS_FILE, upload, {}, officer).id
    db.session.execute(
        sa.update(Consultation)
        .where(Consultation.id == consultation.id)
        .values(stage=Stage.ANSWERED, result_published_at=sa.func.now())
    )
    db.session.commit()
    runner.drain(ctx)
    db.session.expire_all()
    run = db.session.get_one(ImportRun, number)
    assert (run.state, run.accepted) == (ImportState.FAILED, 0)
    assert "không còn sửa được" in run.message


def test_the_log_tells_of_the_file(ctx: Flask, consultation: Consultation, officer: User) -> None:
    bring(ctx, consultation, officer, lines(ROW))
    moves = db.session.scalars(
        sa.select(ConsultationLog.move).where(ConsultationLog.consultation_id == consultation.id)
    ).all()
    assert "import" in moves


def test_a_whole_file_orders_the_list_and_a_file_of_some_works_does_not(
    ctx: Flask, consultation: Consultation, officer: User
) -> None:
    def row(code: str) -> str:
        return ROW.replace("C01", code)

    bring(ctx, consultation, officer, lines(row("C01"), row("C02")))
    revision = queries.by_code(consultation.id, "C01").revision
    bring(ctx, consultation, officer, lines(row("B01"), row("C02")))
    assert codes(consultation) == ["C01", "C02", "B01"]
    bring(ctx, consultation, officer, lines(row("B01"), row("A01"), row("C02"), row("C01")))
    assert codes(consultation) == ["B01", "A01", "C02", "C01"]
    assert queries.by_code(consultation.id, "C01").revision == revision
