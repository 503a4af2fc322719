"""From an upload to rows: applied once and whole, whatever happens in between; refused rows come
back as a file to mend.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import FileStorage

from app.access import Role
from app.audit.models import AuditRecord
from app.comments.states import SLIPS_FILE
from app.consultations.models import Consultation, ConsultationLog, LandType
from app.consultations.states import Stage
from app.extensions import db
from app.files import gate
from app.files import queries as file_queries
from app.files.antivirus import Finding, ScannerDown, Verdict
from app.files.gate import Access
from app.files.models import StoredFile
from app.files.runtime import runtime
from app.files.states import FileState
from app.imports import jobs, kinds, queries
from app.imports import service as imports
from app.imports.kinds import ApplyResult, RefusedRow, Rows
from app.imports.models import ImportRun
from app.imports.protocol import REASON_COLUMN
from app.imports.sandbox import Limits
from app.imports.states import ImportState
from app.jobs import runner
from app.jobs.models import Job
from app.kernel.clock import today
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused
from app.maps.states import LAYER_FILE
from app.works.models import WORKS_FILE
from tests.factories.accounts import make_user
from tests.factories.consultations import make_consultation

READER = "tests.factories.naughty_reader"
CSV = "Tên,Diện tích\nĐường,12\n".encode()


def upload(content: bytes = CSV, name: str = "Danh mục.csv") -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


def apply_rows(run: ImportRun, rows: Rows, actor: Any) -> ApplyResult:
    """Keeps each row as a land type, in batches; refuses the second when the options say so."""
    refused = []
    for batch in rows.batches(2):
        for row in batch:
            if row["number"] in run.options.get("apply_refuses", []):
                refused.append(RefusedRow(row["number"], {"Tên": row["name"]}, ["Trùng tên."]))
            else:
                db.session.add(
                    LandType(code=f"X{row['number']}", name=row["name"], valid_from=today())
                )
        db.session.flush()
    if run.options.get("apply_fails"):
        raise Refused("Danh mục đã khóa.")
    if run.options.get("apply_crashes"):
        raise RuntimeError("0912345678")
    return ApplyResult(rows.count - len(refused), refused, f"{rows.meta['title']}: xong")


def read_by_tests(name: str, **more: Any) -> kinds.Kind:
    """The kind of this name with a reader and an importer of our own."""
    return replace(kinds.kind(name), reader=READER, apply=apply_rows, **more)


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(wall_seconds=20, cpu_seconds=2, memory_mb=512)
    for kind in (WORKS_FILE, SLIPS_FILE, LAYER_FILE):
        ours = read_by_tests(kind, limits=limits, extensions=("csv", "xlsx", "zip", "docx"))
        monkeypatch.setitem(kinds._kinds, kind, ours)


def begin(
    options: dict[str, Any] | None = None, *, consultation: Consultation | None = None
) -> tuple[int, int]:
    """A committed run, and its officer."""
    officer = make_user(roles=[Role.MODERATOR])
    run = imports.start(
        (consultation or make_consultation()).id, WORKS_FILE, upload(), options or {}, officer
    )
    db.session.commit()
    return run.id, officer.id


def work(app: Flask) -> None:
    db.session.rollback()
    runner.drain(app)


def run_of(run_id: int) -> ImportRun:
    db.session.expire_all()
    return db.session.get_one(ImportRun, run_id)


def taken() -> list[str]:
    return list(db.session.scalars(sa.select(LandType.code).order_by(LandType.id)))


# The way ----------------------------------------------------------------------------------------
def test_a_file_is_read_and_applied(ctx: Flask) -> None:
    consultation = make_consultation()
    run_id, officer_id = begin({"refuse": [5], "apply_refuses": [2]}, consultation=consultation)
    assert run_of(run_id).state is ImportState.QUEUED
    work(ctx)
    run = run_of(run_id)
    assert (run.state, run.accepted, run.refused, run.message) == (
        ImportState.DONE,
        2,
        2,
        "Danh mục: xong",
    )
    assert (run.done, run.total, run.tries) == (4, 4, 1)
    assert run.finished_at is not None
    assert taken() == ["X1", "X3"]
    assert [problem["row"] for problem in run.problems] == [5, 2]
    log = db.session.scalars(
        sa.select(ConsultationLog).where(ConsultationLog.consultation_id == consultation.id)
    ).one()
    assert (log.move, log.actor_id) == ("import", officer_id)
    assert "nhận 2, không nhận 2" in log.note
    assert (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(AuditRecord)
            .where(AuditRecord.tag == "consultation:import")
        )
        == 1
    )


def test_refused_rows_come_back_with_their_columns_and_the_reason(ctx: Flask) -> None:
    run_id, _officer = begin({"refuse": [5], "apply_refuses": [2]})
    work(ctx)
    refused = imports.refused_file_of(run_of(run_id))
    assert refused is not None
    assert refused.name == "Danh mục - dòng không nhận.xlsx"
    assert refused.state is FileState.CLEAN
    with runtime().storage.open(refused.blob) as content:
        sheet = openpyxl.load_workbook(io.BytesIO(content.read())).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["Tên", "Diện tích", REASON_COLUMN]
    assert rows[1] == ["=HYPERLINK(5)", "5", "Diện tích không phải là số."]
    assert rows[2] == ["Công trình 2", None, "Trùng tên."]
    assert sheet.cell(2, 1).data_type == "s"
    assert len(file_queries.of(imports.ref(run_of(run_id)))) == 2


def test_without_refused_rows_there_is_no_such_file(ctx: Flask) -> None:
    run_id, _officer = begin()
    work(ctx)
    assert imports.refused_file_of(run_of(run_id)) is None
    assert imports.source_of(run_of(run_id)).name == "Danh mục.csv"


def test_a_file_of_the_authority_belongs_to_no_consultation(ctx: Flask) -> None:
    admin = make_user(roles=[Role.ADMINISTRATOR])
    run = imports.start(None, LAYER_FILE, upload(), {}, admin)
    db.session.commit()
    work(ctx)
    assert run_of(run.id).state is ImportState.DONE
    assert db.session.scalars(
        sa.select(AuditRecord.about_kind).where(AuditRecord.tag == "consultation:import")
    ).all() == ["import"]


def test_the_reader_holds_nobody_up(ctx: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the child reads, no transaction is open, so others write; progress is written in
    between.
    """
    run_id, _officer = begin()
    seen: list[tuple[ImportState, bool]] = []
    original = jobs.sandbox.read

    def spying(*args: Any, **kwargs: Any) -> Any:
        assert not db.session().in_transaction()
        seen.append((db.session.get_one(ImportRun, run_id).state, True))
        db.session.rollback()
        kwargs["on_progress"](7, 9)
        kwargs["on_progress"](8, 9)
        seen.append(
            (
                db.session.get_one(ImportRun, run_id).state,
                db.session.get_one(ImportRun, run_id).done == 7,
            )
        )
        db.session.rollback()
        return original(*args, **kwargs)

    monkeypatch.setattr(jobs.sandbox, "read", spying)
    work(ctx)
    assert seen == [(ImportState.RUNNING, True), (ImportState.RUNNING, True)]
    assert run_of(run_id).state is ImportState.DONE


# What goes wrong --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"do": "burn"}, "quá nhiều thời gian"),
        ({"do": "eat"}, "quá nhiều bộ nhớ"),
        ({"do": "die"}, "dừng giữa chừng"),
        ({"do": "break"}, "Không đọc được tệp"),
        ({"do": "refuse"}, "Tệp không có bảng nào."),
        ({"rows": 20_001}, "quá nhiều dòng"),
        ({"apply_fails": True}, "Danh mục đã khóa."),
    ],
)
def test_every_failure_says_why_and_leaves_nothing(
    ctx: Flask, options: dict[str, Any], words: str
) -> None:
    run_id, _officer = begin(options)
    work(ctx)
    run = run_of(run_id)
    assert run.state is ImportState.FAILED
    assert words in run.message
    assert (run.accepted, run.refused, run.problems, taken()) == (0, 0, [], [])
    assert db.session.scalar(sa.select(ConsultationLog.id)) is None


def test_a_run_that_is_killed_again_and_again_is_given_up(ctx: Flask) -> None:
    run_id, _officer = begin()
    run = run_of(run_id)
    run.state, run.tries = ImportState.RUNNING, imports.MAX_TRIES
    db.session.commit()
    work(ctx)
    assert run_of(run_id).state is ImportState.FAILED
    assert "nhiều lần" in run_of(run_id).message


def test_a_crash_while_applying_leaves_nothing_and_is_tried_again(ctx: Flask) -> None:
    run_id, _officer = begin({"apply_crashes": True})
    work(ctx)
    run = run_of(run_id)
    assert (run.state, run.tries, taken()) == (ImportState.RUNNING, 1, [])
    run.options = {}
    db.session.execute(sa.update(Job).where(Job.name == imports.JOB).values(run_at=Job.created_at))
    db.session.commit()
    work(ctx)
    assert run_of(run_id).state is ImportState.DONE
    assert taken() == ["X1", "X2", "X3"]


def test_done_twice_is_done_once(ctx: Flask) -> None:
    run_id, _officer = begin()
    work(ctx)
    jobs.run_import({"run_id": run_id})
    db.session.commit()
    assert taken() == ["X1", "X2", "X3"]


def test_a_second_runner_that_was_slower_applies_nothing(
    ctx: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, _officer = begin()
    original = jobs.sandbox.read

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        found = original(*args, **kwargs)
        jobs._note(run_id, state=ImportState.DONE)
        return found

    monkeypatch.setattr(jobs.sandbox, "read", overtaken)
    work(ctx)
    assert taken() == []


def test_a_run_that_is_gone_is_no_error(ctx: Flask) -> None:
    jobs.run_import({"run_id": 4711})


def test_an_account_that_is_gone_leaves_the_system_as_the_actor(ctx: Flask) -> None:
    run_id, _officer = begin()
    run_of(run_id).created_by = None
    db.session.commit()
    work(ctx)
    assert run_of(run_id).state is ImportState.DONE
    assert db.session.scalar(sa.select(ConsultationLog.actor)) == "system"


def test_a_file_that_is_gone_fails_with_a_sentence(ctx: Flask) -> None:
    run_id, _officer = begin()
    db.session.execute(sa.delete(StoredFile))
    db.session.commit()
    work(ctx)
    assert (run_of(run_id).state, run_of(run_id).message) == (
        ImportState.FAILED,
        "Tệp không còn trong kho. Hãy tải tệp lên lại.",
    )


# The scanner ------------------------------------------------------------------------------------
class Deaf:
    def scan(self, content: Any) -> Verdict:
        raise ScannerDown("no answer")

    def ping(self) -> bool:
        return False


class Puzzled(Deaf):
    def scan(self, content: Any) -> Verdict:
        return Verdict(Finding.UNREADABLE)


@pytest.fixture
def scanner(ctx: Flask) -> Iterator[Any]:
    before = runtime().scanner
    yield lambda new: setattr(runtime(), "scanner", new)
    runtime().scanner = before


def test_nothing_is_unpacked_before_the_scanner_has_passed_it(ctx: Flask, scanner: Any) -> None:
    scanner(Deaf())
    run_id, _officer = begin()
    work(ctx)
    assert run_of(run_id).state is ImportState.QUEUED
    later = db.session.scalars(
        sa.select(Job).where(Job.name == imports.JOB, Job.run_at.is_not(None))
    ).one()
    db.session.execute(sa.update(StoredFile).values(state=FileState.CLEAN))
    later.run_at = later.created_at
    db.session.commit()
    work(ctx)
    assert run_of(run_id).state is ImportState.DONE


def test_what_the_scanner_cannot_read_is_not_read(ctx: Flask, scanner: Any) -> None:
    scanner(Puzzled())
    run_id, _officer = begin()
    work(ctx)
    assert run_of(run_id).state is ImportState.FAILED
    assert "mã độc" in run_of(run_id).message


# Starting ---------------------------------------------------------------------------------------
def refusal(content: bytes, name: str) -> str:
    with pytest.raises(FieldError) as caught:
        imports.start(
            make_consultation().id,
            WORKS_FILE,
            upload(content, name),
            {},
            make_user(roles=[Role.MODERATOR]),
        )
    assert caught.value.field == "file"
    return caught.value.message


def archive(**entries: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name.replace("__", "."), content)
    return target.getvalue()


def test_a_bomb_is_refused_before_anything_is_unpacked(ctx: Flask) -> None:
    bomb = archive(a__shp=b"\0" * 120 * 1024 * 1024)
    assert "quá nhiều dữ liệu" in refusal(bomb, "bom.zip")
    assert db.session.scalar(sa.select(ImportRun.id)) is None


def test_other_things_in_an_archive_are_refused(ctx: Flask) -> None:
    assert "Shapefile" in refusal(archive(a__exe=b"MZ"), "a.zip")


@pytest.mark.parametrize("name", ["", "danh-muc.pdf", "danh-muc"])
def test_no_file_or_another_kind(ctx: Flask, name: str) -> None:
    assert "Hãy chọn" in refusal(CSV, name)


def test_one_file_of_a_kind_at_a_time(ctx: Flask) -> None:
    consultation = make_consultation()
    begin(consultation=consultation)
    officer = make_user(roles=[Role.MODERATOR])
    with pytest.raises(Refused, match="đang được đọc"):
        imports.start(consultation.id, WORKS_FILE, upload(), {}, officer)
    imports.start(consultation.id, LAYER_FILE, upload(), {}, officer)
    imports.start(None, LAYER_FILE, upload(), {}, make_user(roles=[Role.ADMINISTRATOR]))


@pytest.mark.parametrize(
    ("role", "stage", "kind", "whole"),
    [
        (Role.AUDITOR, Stage.OPEN, WORKS_FILE, False),
        (Role.MODERATOR, Stage.ANSWERED, WORKS_FILE, False),
        (Role.EDITOR, Stage.OPEN, SLIPS_FILE, False),
        (Role.MODERATOR, Stage.DRAFT, SLIPS_FILE, False),
        (Role.MODERATOR, Stage.OPEN, LAYER_FILE, True),
    ],
)
def test_who_may_not_read_in(ctx: Flask, role: Role, stage: Stage, kind: str, whole: bool) -> None:
    with pytest.raises(Forbidden):
        imports.start(
            None if whole else make_consultation(stage=stage).id,
            kind,
            upload(),
            {},
            make_user(roles=[role]),
        )


def test_who_enters_slips_reads_in_slips(ctx: Flask) -> None:
    assert (
        imports.start(
            make_consultation().id, SLIPS_FILE, upload(), {}, make_user(roles=[Role.MODERATOR])
        ).kind
        == SLIPS_FILE
    )


def test_a_kind_that_nobody_reads(ctx: Flask) -> None:
    with pytest.raises(LookupError):
        kinds.kind("a kind of no room")


def test_a_source_that_is_gone(ctx: Flask) -> None:
    run = ImportRun(kind=LAYER_FILE, file_name="a.zip")
    db.session.add(run)
    db.session.flush()
    with pytest.raises(NotFound):
        imports.source_of(run)


def test_files_with_names_in_them_are_for_those_who_reach_senders(ctx: Flask) -> None:
    auditor, moderator = make_user(roles=[Role.AUDITOR]), make_user(roles=[Role.MODERATOR])
    slips = imports.start(make_consultation().id, SLIPS_FILE, upload(), {}, moderator)
    projects = imports.start(make_consultation().id, WORKS_FILE, upload(), {}, moderator)
    for run, actor, access in (
        (slips, auditor, Access.NONE),
        (slips, moderator, Access.PRIVATE),
        (projects, auditor, Access.PRIVATE),
        (projects, None, Access.NONE),
    ):
        assert gate.access(imports.source_of(run), actor) is access
    assert queries.may_fetch(999_999, moderator) is Access.NONE
