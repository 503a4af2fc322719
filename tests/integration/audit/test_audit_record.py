"""The chain in the database: it grows, it cannot be changed, and every kind of forgery is found."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app.audit import service
from app.audit.models import GENESIS, AuditHead, AuditRecord
from app.extensions import db
from app.kernel.links import Ref
from tests.factories.forging import without_triggers
from tests.factories.statements import StatementCounter


def grow(number: int = 3) -> None:
    for index in range(1, number + 1):
        service.record(
            "test:thing:done",
            actor_id=index,
            actor=f"Cán bộ {index}",
            about=Ref("thing", index),
            data={"step": index},
        )
    db.session.commit()


def run(statement: str) -> None:
    db.session.execute(sa.text(statement))


def test_records_form_a_chain(ctx: Flask) -> None:
    grow()
    first, second, third = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id))
    assert [first.id, second.id, third.id] == [1, 2, 3]
    assert first.previous_hash == GENESIS
    assert second.previous_hash == first.hash
    assert third.previous_hash == second.hash
    assert service.head() == (3, third.hash)
    assert (second.actor_id, second.actor, second.about_kind, second.about_id, second.data) == (
        2,
        "Cán bộ 2",
        "thing",
        2,
        {"step": 2},
    )


def test_a_whole_chain_verifies(ctx: Flask) -> None:
    assert service.verify() == []
    assert service.head() == (0, GENESIS)
    grow()
    assert service.verify() == []


def test_a_record_costs_two_statements(ctx: Flask) -> None:
    grow(1)
    with StatementCounter(db.engine) as counter:
        service.record("test:thing:done", actor_id=None, actor="system", about=None, data=None)
        db.session.commit()
    assert len(counter.statements) == 2


def test_a_rolled_back_record_leaves_no_gap(ctx: Flask) -> None:
    grow(1)
    service.record("test:thing:undone", actor_id=None, actor="system", about=None, data=None)
    db.session.rollback()
    grow(1)
    assert service.verify() == []
    assert service.head()[0] == 2


def test_names_are_cleaned_and_cut(ctx: Flask) -> None:
    service.record(
        "test:thing:done", actor_id=None, actor="A\nB\u202e" + "c" * 300, about=None, data=None
    )
    db.session.commit()
    actor = db.session.scalars(sa.select(AuditRecord.actor)).one()
    assert actor.startswith("A B")
    assert len(actor) == 200
    assert service.verify() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_record SET actor = 'x' WHERE id = 2",
        "DELETE FROM audit_record WHERE id = 3",
        "DELETE FROM audit_record",
        "DELETE FROM audit_head",
        (
            "UPDATE audit_head SET last_id = 2, last_hash = (SELECT hash FROM audit_record WHERE "
            "id = "
            "2)"
        ),
        "UPDATE audit_head SET last_hash = 'x'",
        (
            "INSERT INTO audit_record (id, at, tag, actor, data, previous_hash, hash) VALUES (9, "
            "CURRENT_TIMESTAMP, 't', 'a', '{}', 'x', 'y')"
        ),
        (
            "INSERT INTO audit_record (id, at, tag, actor, data, previous_hash, hash) VALUES (4, "
            "CURRENT_TIMESTAMP, 't', 'a', '{}', 'x', 'y')"
        ),
    ],
)
def test_the_database_refuses(ctx: Flask, statement: str) -> None:
    grow()
    with pytest.raises(DBAPIError, match="append-only|next link|moves forward"):
        run(statement)
    db.session.rollback()
    assert service.verify() == []
    assert service.head()[0] == 3


def test_postgresql_refuses_truncate(ctx: Flask) -> None:
    grow()
    statement = (
        "TRUNCATE audit_record"
        if db.engine.dialect.name == "postgresql"
        else "DELETE FROM audit_record"
    )
    with pytest.raises(DBAPIError, match="append-only"):
        run(statement)
    db.session.rollback()
    assert service.head()[0] == 3


def forge(statement: str) -> list[str]:
    grow()
    with without_triggers():
        run(statement)
    return service.verify()


def test_an_altered_record_is_found(ctx: Flask) -> None:
    problems = forge("UPDATE audit_record SET actor = 'Người khác' WHERE id = 2")
    assert problems == ["Bản ghi số 2 đã bị sửa: nội dung không khớp với mã băm."]


def test_altered_data_is_found(ctx: Flask) -> None:
    problems = forge("""UPDATE audit_record SET data = '{"step": 9}' WHERE id = 1""")
    assert problems == ["Bản ghi số 1 đã bị sửa: nội dung không khớp với mã băm."]


def test_a_removed_record_is_found(ctx: Flask) -> None:
    assert forge("DELETE FROM audit_record WHERE id = 2") == ["Thiếu bản ghi từ số 2 đến số 2."]


def test_reordered_records_are_found(ctx: Flask) -> None:
    grow()
    with without_triggers():
        for old, new in ((2, 99), (3, 2), (99, 3)):
            run(f"UPDATE audit_record SET id = {new} WHERE id = {old}")
    problems = service.verify()
    assert any("số 2 không nối" in problem for problem in problems)
    assert any("số 3 không nối" in problem for problem in problems)


def test_a_cut_off_end_is_found(ctx: Flask) -> None:
    problems = forge("DELETE FROM audit_record WHERE id = 3")
    assert problems == [
        "Cuối nhật ký không khớp: sổ ghi nhận 3 bản ghi, bản ghi cuối tìm thấy là số 2."
    ]


def test_a_forged_end_is_found_by_a_hash_noted_earlier(ctx: Flask) -> None:
    grow()
    _number, noted = service.head()
    assert service.verify(noted) == []
    with without_triggers():
        run("DELETE FROM audit_record WHERE id = 3")
        run(
            "UPDATE audit_head SET last_id = 2, last_hash = (SELECT hash FROM audit_record WHERE "
            "id = 2)"
        )
    assert service.verify() == []
    assert service.verify(noted) == [f"Nhật ký không có {noted}, dù đã được ghi lại ở nơi khác."]


def test_the_command_says_whole(app: Flask) -> None:
    with app.app_context():
        grow()
        number, digest = service.head()
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 0
    assert f"Nhật ký toàn vẹn: {number} bản ghi" in result.output
    assert digest in result.output


def test_the_command_lists_faults(app: Flask) -> None:
    with app.app_context():
        forge("UPDATE audit_record SET tag = 'other' WHERE id = 1")
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert "Bản ghi số 1 đã bị sửa" in result.output


def test_parallel_writers_make_one_chain(app: Flask) -> None:
    """Also the very first records, when there is no head yet."""
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            start.wait()
            for index in range(5):
                with app.app_context():
                    service.record(
                        "test:thing:done",
                        actor_id=writer,
                        actor=str(writer),
                        about=Ref("thing", index),
                        data=None,
                    )
                    db.session.commit()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with app.app_context():
        assert service.verify() == []
        assert service.head()[0] == 20
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditHead)) == 1
