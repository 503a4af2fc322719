import datetime as dt
import io
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import time_machine

from app.audit.models import AuditRecord
from app.extensions import db
from app.files import queries, service
from app.files.antivirus import ClamdScanner, Finding, ScannerDown, Verdict
from app.files.errors import FileRefused
from app.files.models import StoredFile
from app.files.states import FileState
from app.jobs.runner import drain
from app.kernel.clock import now
from app.kernel.errors import Busy, FieldError
from app.kernel.links import Ref
from tests.factories.files import (
    EICAR,
    StubClamd,
    closed_port,
    docx,
    image,
    make_file,
    pdf,
    running,
)
from tests.factories.statements import StatementCounter

THING = Ref("thing", 1)


class Says:
    """A scanner that gives these answers in turn."""

    def __init__(self, *answers, ping=True):
        self.answers, self.seen, self.answers_ping = list(answers), [], ping

    def scan(self, content):
        self.seen.append(content.read())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ping(self):
        return self.answers_ping


CLEAN, INFECTED, UNREADABLE = (
    Verdict(Finding.CLEAN),
    Verdict(Finding.INFECTED, "Eicar"),
    Verdict(Finding.UNREADABLE),
)


def receive(content=None, name="Đơn.pdf", **options):
    return service.receive(io.BytesIO(content or pdf()), name, **options)


def uploads(*files):
    return [SimpleNamespace(stream=io.BytesIO(content), filename=name) for content, name in files]


def test_a_file_is_kept_with_its_name_and_its_hash(ctx, runtime):
    file = receive(name=unicodedata.normalize("NFD", "Đơn đề nghị.PDF"))
    db.session.commit()

    again = queries.by_key(file.key)
    assert again is file
    assert (again.name, again.size, again.content_type) == (
        "Đơn đề nghị.pdf",
        len(pdf()),
        "application/pdf",
    )
    assert again.path == f"/tep/{file.key}/don-de-nghi.pdf"
    assert len(file.key) == 22
    assert runtime.storage.contents == {file.blob: pdf()}
    assert (again.owner, again.state, again.scanned_at, again.width) == (
        None,
        FileState.CLEAN,
        None,
        None,
    )


def test_a_picture_is_kept_smaller_and_without_where_it_was_taken(ctx, runtime):
    file = receive(image(size=(3000, 2000), comment=b"SENTINEL"), "ảnh.jpg")

    assert (file.width, file.height, file.is_picture) == (1600, 1067, True)
    assert b"SENTINEL" not in runtime.storage.contents[file.blob]
    assert (
        service.receive(io.BytesIO(image(size=(3000, 2000))), "a.jpg", limits=service.STAFF).width
        == 2400
    )


def test_the_slow_part_comes_before_the_first_statement(ctx, runtime):
    with StatementCounter(db.engine) as counter:
        prepared = service.prepare(io.BytesIO(pdf()), "a.pdf")
        assert counter.statements == []
        receive()
    assert prepared.blob in runtime.storage.contents
    assert len(counter.statements) == 2


def test_the_limit_is_the_installation_s_or_the_caller_s(ctx, runtime):
    runtime.max_bytes = 100
    with pytest.raises(FileRefused, match="quá lớn"):
        receive()
    assert receive(limits=service.Limits(max_bytes=10_000)).size == len(pdf())


def test_a_refusal_is_an_error_of_the_field_files(ctx, runtime):
    with pytest.raises(FieldError) as refusal:
        receive(b"x", "a.exe")
    assert refusal.value.field == "files"
    assert runtime.storage.contents == {}


def test_files_of_a_form_come_in_together(ctx, runtime):
    files = service.receive_all(uploads((pdf(), "a.pdf"), (b"", ""), (docx(), "b.docx")))

    assert [file.name for file in files] == ["a.pdf", "b.docx"]
    assert service.receive_all(uploads((b"", ""))) == []


def test_one_that_is_refused_leaves_none(ctx, runtime):
    with pytest.raises(FileRefused):
        service.receive_all(uploads((pdf(), "a.pdf"), (b"x", "b.exe")))

    assert runtime.storage.contents == {}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 0


@pytest.mark.parametrize(("count", "already"), [(6, 0), (3, 3), (1, 5)])
def test_more_than_five_files_are_refused_before_they_are_read(ctx, runtime, count, already):
    chosen = uploads(*[(pdf(), "a.pdf")] * count)
    with pytest.raises(FileRefused, match="tối đa 5 tệp"):
        service.receive_all(chosen, already=already)
    assert all(upload.stream.tell() == 0 for upload in chosen)


def test_a_full_store_refuses_files_with_a_way_out(ctx, runtime):
    runtime.storage.full = True
    with pytest.raises(FileRefused, match="không kèm tệp"):
        receive()


def test_a_disk_that_fills_up_meanwhile_is_busy(ctx, runtime, monkeypatch):
    monkeypatch.setattr(runtime.storage, "has_room", lambda: True)
    runtime.storage.full = True
    with pytest.raises(Busy):
        receive()


def test_all_people_together_have_a_limit_for_the_day(ctx, runtime, monkeypatch):
    size = len(pdf())
    monkeypatch.setattr(service, "DAILY_BYTES", 2 * size)
    with time_machine.travel(now() - dt.timedelta(hours=25), tick=False):
        receive()
    receive()
    receive()
    with pytest.raises(FileRefused, match="không kèm tệp"):
        receive()
    assert len(runtime.storage.contents) == 3


# Owners -----------------------------------------------------------------------------------------
def test_files_are_given_to_their_owner_in_order(ctx, runtime):
    first, second, noise = receive(), receive(), receive()

    claimed = service.claim([second.key, first.key, second.key], THING)

    assert claimed == [second, first]
    assert queries.of(THING) == [first, second]
    assert first.owner == THING
    assert noise.owner is None
    assert service.claim([], THING) == []


def test_giving_them_again_changes_nothing(ctx, runtime):
    file = receive()
    service.claim([file.key], THING)
    service.claim([file.key], THING)

    assert queries.of(THING) == [file]


@pytest.mark.parametrize("other", [Ref("thing", 2), Ref("other", 1)])
def test_what_belongs_to_another_is_refused(ctx, runtime, other):
    taken, free = receive(), receive()
    service.claim([taken.key], other)
    db.session.commit()

    with pytest.raises(FileRefused, match="hết hạn"):
        service.claim([free.key, taken.key], THING)
    db.session.rollback()
    assert queries.of(THING) == []
    assert queries.of(other) == [taken]


def test_unknown_keys_and_infected_files_are_refused(ctx, runtime):
    with pytest.raises(FileRefused, match="hết hạn"):
        service.claim(["nothing"], THING)
    file = make_file(state=FileState.REFUSED)
    with pytest.raises(FileRefused, match="hết hạn"):
        service.claim([file.key], THING)


def test_no_more_than_five_are_given_at_once(ctx, runtime):
    keys = [receive().key for _ in range(6)]
    with pytest.raises(FileRefused, match="tối đa 5 tệp"):
        service.claim(keys, THING)


def test_files_of_several_owners_come_in_one_statement(ctx, runtime):
    mine, yours = make_file(THING), make_file(Ref("thing", 2))
    make_file(Ref("other", 1))

    with StatementCounter(db.engine) as counter:
        assert queries.of_all("thing", [1, 2, 3]) == {1: [mine], 2: [yours]}
    assert len(counter.statements) == 1
    assert queries.of_all("thing", []) == {}


def test_a_form_of_several_pages_finds_its_files_again(ctx, runtime):
    first, second, claimed = receive(), receive(), make_file(THING)

    assert queries.unclaimed([second.key, first.key, claimed.key, "nothing", second.key]) == [
        second,
        first,
    ]
    service.discard([first.key, claimed.key])
    assert queries.unclaimed([first.key, second.key]) == [second]
    assert queries.of(THING) == [claimed]


def test_the_list_on_a_page_says_what_can_be_fetched(ctx, runtime):
    clean = make_file(THING, content=image(), name="Ảnh.jpg")
    make_file(THING, state=FileState.PENDING)

    links = queries.links(queries.of(THING))

    assert (links[0].url, links[0].name, links[0].note, links[0].is_picture) == (
        clean.path,
        "Ảnh.jpg",
        "JPG, 1 KB",
        True,
    )
    assert (links[1].url, links[1].note) == ("", "Đang chờ quét mã độc")


# Removing ---------------------------------------------------------------------------------------
def test_contents_go_after_the_commit_that_removed_their_rows(app, runtime):
    with app.app_context():
        gone, kept = make_file(THING).blob, make_file(Ref("thing", 2)).blob
        service.erase_of(THING)
        assert gone in runtime.storage.contents
        db.session.commit()
        assert queries.of(THING) == []
    drain(app)
    assert set(runtime.storage.contents) == {kept}


def test_a_removal_that_is_undone_keeps_the_content(app, runtime):
    with app.app_context():
        make_file(THING)
        service.erase_of(THING)
        db.session.rollback()
    drain(app)
    assert len(runtime.storage.contents) == 1


def test_one_file_is_removed_by_its_owner_only(ctx, runtime):
    first, second = make_file(THING), make_file(THING)
    service.remove(first.key, Ref("thing", 2))
    assert len(queries.of(THING)) == 2
    service.remove(first.key, THING)
    assert queries.of(THING) == [second]


def test_the_janitor_removes_what_belongs_to_nothing_after_a_day(app, runtime):
    with app.app_context():
        with time_machine.travel(now() - dt.timedelta(hours=25), tick=False):
            make_file()
            owned = make_file(THING).blob
            runtime.storage.put("ab" * 16, b"a request failed before its commit")
        fresh = make_file().blob
        runtime.storage.put("cd" * 16, b"a request is at work")
    for _run in range(2):
        with app.app_context():
            service.sweep()
            db.session.commit()

    assert set(runtime.storage.contents) == {owned, fresh, "cd" * 16}
    with app.app_context():
        assert set(db.session.scalars(sa.select(StoredFile.blob))) == {owned, fresh}


def test_the_janitor_removes_a_row_before_its_content(app, runtime):
    with app.app_context():
        with time_machine.travel(now() - dt.timedelta(hours=25), tick=False):
            make_file()
        service.sweep()
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 1
        assert len(runtime.storage.contents) == 1


def test_the_jobs_are_on_the_timetable(app, runtime):
    with app.app_context(), time_machine.travel(now() - dt.timedelta(hours=25), tick=False):
        make_file()
    drain(app)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 0


# The scanner ------------------------------------------------------------------------------------
def test_a_clean_scan_is_noted(ctx, runtime):
    runtime.scanner = Says(CLEAN)
    file = receive()

    assert (file.state, runtime.scanner.seen) == (FileState.CLEAN, [pdf()])
    assert file.scanned_at is not None


def test_an_infected_file_is_refused_and_recorded(ctx, runtime):
    with running(StubClamd()) as clamd:
        runtime.scanner = ClamdScanner(clamd.address)
        with pytest.raises(FileRefused, match="«Đơn.pdf» có mã độc"):
            receive(pdf(b"% " + EICAR))
        assert receive().state is FileState.CLEAN
    assert service.infected_noted()
    service.record_infected()
    assert not service.infected_noted()
    record = db.session.scalars(
        sa.select(AuditRecord).where(AuditRecord.tag == service.AUDIT_INFECTED)
    ).one()
    assert record.data == {
        "signature": "Eicar-Test-Signature",
        "extension": "pdf",
        "size": len(pdf(b"% " + EICAR)),
    }


def test_a_scanner_that_is_down_keeps_the_file_waiting(app, runtime):
    runtime.scanner = ClamdScanner(f"127.0.0.1:{closed_port()}")
    with app.app_context():
        file = receive()
        service.claim([file.key], THING)
        db.session.commit()
        assert file.state is FileState.PENDING
        service.rescan()
        assert queries.of(THING)[0].state is FileState.PENDING
    with running(StubClamd()) as clamd, app.app_context():
        runtime.scanner = ClamdScanner(clamd.address)
        service.rescan()
        db.session.commit()
        file = queries.of(THING)[0]
        assert (file.state, clamd.scanned) == (FileState.CLEAN, [pdf()])
        assert file.scanned_at is not None


def test_a_virus_found_later_removes_the_content_and_is_recorded(app, runtime):
    runtime.scanner = Says(ScannerDown("down"))
    with app.app_context():
        make_file(THING)
        runtime.scanner = Says(INFECTED)
        service.rescan()
        db.session.commit()
        record = db.session.scalars(sa.select(AuditRecord)).one()
        assert (record.tag, record.about_kind, record.about_id) == (
            service.AUDIT_INFECTED,
            "thing",
            1,
        )
    drain(app)
    assert runtime.storage.contents == {}
    with app.app_context():
        assert [file.state for file in queries.of(THING)] == [FileState.REFUSED]


def test_what_the_scanner_cannot_read_is_set_aside_and_asked_about_daily(app, runtime):
    runtime.scanner = Says(UNREADABLE)
    with app.app_context():
        assert make_file(THING).state is FileState.QUARANTINED
        service.rescan()
        assert len(runtime.scanner.seen) == 1
        db.session.rollback()
    with app.app_context(), time_machine.travel(now() + dt.timedelta(hours=25), tick=False):
        runtime.scanner = Says(CLEAN)
        service.rescan()
        assert queries.of(THING)[0].state is FileState.CLEAN


def test_one_file_that_silences_the_scanner_does_not_keep_others_waiting(app, runtime):
    runtime.scanner = Says(ScannerDown("down"))
    with app.app_context():
        make_file(THING), make_file(THING)
        runtime.scanner = Says(ScannerDown("hung up"), CLEAN, ping=True)
        service.rescan()
        assert [file.state for file in queries.of(THING)] == [
            FileState.QUARANTINED,
            FileState.CLEAN,
        ]


def test_a_scanner_that_stays_down_is_asked_once(app, runtime):
    runtime.scanner = Says(ScannerDown("down"), ping=False)
    with app.app_context():
        make_file(THING), make_file(THING)
        runtime.scanner.seen.clear()
        service.rescan()
        assert len(runtime.scanner.seen) == 1
        assert {file.state for file in queries.of(THING)} == {FileState.PENDING}


def test_a_waiting_file_whose_content_is_missing_is_set_aside(app, runtime):
    runtime.scanner = Says(ScannerDown("down"))
    with app.app_context():
        file = make_file(THING)
        runtime.storage.remove(file.blob)
        runtime.scanner = Says(CLEAN)
        service.rescan()
        assert queries.of(THING)[0].state is FileState.QUARANTINED


@pytest.mark.parametrize(
    "values", [{"owner_kind": "x"}, {"owner_id": 3}, {"size": 0}, {"width": 3}]
)
def test_the_database_refuses_nonsense(ctx, runtime, values):
    file = receive()
    for column, value in values.items():
        setattr(file, column, value)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_of_two_that_claim_a_file_at_once_one_is_refused(app, runtime):
    with app.app_context():
        key = make_file().key
    start = threading.Barrier(4)

    def claim(number):
        with app.app_context():
            start.wait()
            try:
                service.claim([key], Ref("thing", number))
                db.session.commit()
            except FileRefused:
                db.session.rollback()
                return None
            return number

    with ThreadPoolExecutor(4) as pool:
        winners = [number for number in pool.map(claim, range(1, 5)) if number]
    with app.app_context():
        assert [file.key for file in queries.of(Ref("thing", winners[0]))] == [key]
    assert len(winners) == 1


def test_a_file_that_is_removed_while_it_is_scanned_stays_removed(app, runtime):
    runtime.scanner = Says(ScannerDown("down"))
    with app.app_context():
        make_file(THING)

    def remove():
        with app.app_context():
            service.erase_of(THING)
            db.session.commit()

    class Slow(Says):
        def scan(self, content):
            meanwhile = threading.Thread(target=remove)
            meanwhile.start()
            meanwhile.join()
            return super().scan(content)

    runtime.scanner = Slow(CLEAN)
    with app.app_context():
        service.rescan()
        db.session.commit()
        assert queries.of(THING) == []
