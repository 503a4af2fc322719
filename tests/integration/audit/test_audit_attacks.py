"""Somebody with the whole database and the published algorithm, but without the key."""

import datetime as dt
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from app.audit import chain, keys, service
from app.audit.models import AuditHead, AuditRecord
from app.audit.proof import Proof
from app.extensions import db
from app.kernel import clock
from app.kernel.links import Ref
from tests.factories.forging import cut, rewrite, rows, without_triggers

HOUR = dt.timedelta(hours=1)


def grow(number: int = 5) -> None:
    for index in range(1, number + 1):
        service.record(
            "test:thing:done",
            actor_id=index,
            actor=f"Cán bộ {index}",
            about=Ref("thing", index),
            data={"step": index},
        )
    db.session.commit()


def make_mark() -> AuditRecord:
    made = service.mark()
    assert made is not None
    db.session.commit()
    service.keep_marks()
    return made


def forget_keys(number: int) -> None:
    """Make the first records as they were written before there were keys."""
    grow(number)
    with without_triggers():
        old = rows()
        for row in old:
            row["key_id"] = ""
        rewrite(old)
        db.session.execute(sa.update(AuditHead).values(last_key=""))
    keys.path().unlink()
    assert service.verify() == []


def alter(old: list[dict[str, Any]]) -> None:
    old[1]["actor"] = "Người khác"


def insert(old: list[dict[str, Any]]) -> None:
    old.insert(2, {**old[1], "actor": "Người khác"})


def take_out(old: list[dict[str, Any]]) -> None:
    del old[2]


def swap(old: list[dict[str, Any]]) -> None:
    old[1], old[2] = old[2], old[1]


def date_back(old: list[dict[str, Any]]) -> None:
    old.append({**old[-1], "at": old[0]["at"] - 24 * HOUR})


def all_anew(old: list[dict[str, Any]]) -> None:
    for row in old:
        row |= {"actor": "Người khác", "key_id": ""}


def all_anew_with_a_key_of_theirs(old: list[dict[str, Any]]) -> None:
    for row in old:
        row |= {"actor": "Người khác", "key_id": "0123456789ab"}


@pytest.mark.parametrize(
    "change",
    [alter, insert, take_out, swap, date_back, all_anew, all_anew_with_a_key_of_theirs],
)
def test_a_chain_computed_anew_is_found(
    ctx: Flask, change: Callable[[list[dict[str, Any]]], None]
) -> None:
    grow()
    old = rows()
    change(old)
    with without_triggers():
        rewrite(old)
    assert service.verify()


def test_a_record_added_with_the_triggers_in_place_is_found(ctx: Flask) -> None:
    grow()
    last = rows()[-1]
    number, digest = service.head()
    content = {**last, "actor": "Người khác", "previous_hash": digest}
    content = {name: content[name] for name in content if name not in {"id", "hash", "key_id"}}

    def forge(at: dt.datetime) -> None:
        forged = {**content, "at": at}
        values = {
            **forged,
            "id": number + 1,
            "key_id": last["key_id"],
            "hash": chain.digest(number=number + 1, **forged),
        }
        db.session.execute(sa.insert(AuditRecord).values(values))

    with pytest.raises(DBAPIError, match="not the next link"):
        forge(last["at"] - HOUR)
    db.session.rollback()
    forge(last["at"] + HOUR)
    db.session.commit()
    assert service.verify() == ["Bản ghi số 6 đã bị sửa: nội dung không khớp với mã băm."]


def test_a_tail_cut_behind_the_last_mark_is_found(ctx: Flask) -> None:
    grow(3)
    mark = make_mark().data["hash"]
    grow(2)
    with without_triggers():
        cut(2)
    assert service.verify() == [f"Nhật ký không có M1:{mark}, dù đã được ghi lại ở nơi khác."]


def test_a_tail_cut_since_the_last_mark_needs_a_head_kept_elsewhere(ctx: Flask) -> None:
    """What the record alone does not prove, as docs/operations.md says."""
    grow(2)
    make_mark()
    grow(2)
    noted = service.head_written()
    with without_triggers():
        cut(3)
    assert service.verify() == []
    assert service.verify(noted) == [f"Nhật ký không có {noted}, dù đã được ghi lại ở nơi khác."]


def test_cutting_behind_the_beginning_of_a_key_is_found(ctx: Flask) -> None:
    grow(4)
    service.new_key()
    db.session.commit()
    with without_triggers():
        cut(2)
    assert service.verify() == ["Nhật ký chỉ còn 2 bản ghi, dù tệp khóa đã ghi nhận 4 bản ghi."]


def test_every_mark_has_to_follow_the_one_before(ctx: Flask) -> None:
    grow(2)
    make_mark()
    grow(2)
    second = make_mark()
    assert service.verify(f"M2:{second.data['hash']}") == []
    key = keys.read()[0]
    old = rows()
    old[-1]["data"] = {**old[-1]["data"], "hash": "0" * 64}
    content = {name: old[-1][name] for name in old[-1] if name not in {"id", "hash"}}
    # Even with the key.
    digest = chain.digest(number=old[-1]["id"], **content, secret=key.secret)
    with without_triggers():
        db.session.execute(
            sa.update(AuditRecord)
            .where(AuditRecord.id == old[-1]["id"])
            .values(data=content["data"], hash=digest)
        )
        db.session.execute(sa.update(AuditHead).values(last_hash=digest))
    assert service.verify() == ["Mốc số 2 không nối với mốc đứng trước."]


def test_without_news_there_is_no_new_mark(ctx: Flask) -> None:
    assert service.mark() is None
    grow(1)
    assert make_mark().data["mark"] == make_mark().data["mark"] == 1
    assert len(keys.kept_marks()) == 1


def test_time_never_goes_back(ctx: Flask) -> None:
    wrong = clock.now() + 24 * HOUR
    with clock.frozen(wrong):
        grow(1)
    now = clock.now()
    with clock.frozen(now):
        grow(1)
    with clock.frozen(wrong + HOUR):
        grow(1)
    first, second, third = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id))
    assert (first.at, second.at, third.at) == (wrong, wrong, wrong + HOUR)
    # Nothing of what the clock said is lost.
    assert second.data == {"step": 1, "clock": now.isoformat()}
    assert third.data == {"step": 1}
    assert service.verify() == []


def test_a_time_that_goes_back_is_found_even_with_the_key(ctx: Flask) -> None:
    grow(3)
    last = rows()[-1]
    content = {name: last[name] for name in last if name not in {"id", "hash"}}
    content["at"] = last["at"] - HOUR
    digest = chain.digest(number=3, **content, secret=keys.read()[0].secret)
    with without_triggers():
        changed = sa.update(AuditRecord).where(AuditRecord.id == 3)
        db.session.execute(changed.values(at=content["at"], hash=digest))
        db.session.execute(sa.update(AuditHead).values(last_hash=digest))
    assert service.verify() == ["Bản ghi số 3 ghi thời gian sớm hơn bản ghi đứng trước."]


def test_records_from_before_the_keys_stay_what_they_are(ctx: Flask) -> None:
    forget_keys(3)
    grow(2)
    begun = db.session.get(AuditRecord, 4)
    assert begun is not None
    assert (begun.tag, begun.data["before"]) == (service.KEY_BEGUN, "")
    assert service.verify() == []
    assert (service.head()[0], service.without_key()) == (6, 3)
    # From here on they cannot be changed, and nothing without a key is believed.
    old = rows()
    for change in (alter, all_anew):
        changed = [dict(row) for row in old]
        change(changed)
        with without_triggers():
            rewrite(changed)
        assert any("tệp khóa đã ghi nhận" in problem for problem in service.verify())


def test_a_new_key_leaves_the_old_records_verifiable(ctx: Flask) -> None:
    grow(3)
    old = service.key_of_head()
    key = service.new_key()
    db.session.commit()
    grow(2)
    assert [row["key_id"] for row in rows()] == [old] * 3 + [key.id] * 3
    assert service.verify() == []


def test_the_old_key_seals_nothing_after_the_new_one(ctx: Flask) -> None:
    """It may have been stolen: that is why there is a new one."""
    grow(2)
    old = keys.read()[0]
    service.new_key()
    db.session.commit()
    grow(1)
    forged = rows()[-1] | {"actor": "Người khác", "key_id": old.id}
    content = {name: forged[name] for name in forged if name not in {"id", "hash"}}
    digest = chain.digest(number=4, **content, secret=old.secret)
    with without_triggers():
        changed = sa.update(AuditRecord).where(AuditRecord.id == 4)
        db.session.execute(changed.values(actor="Người khác", key_id=old.id, hash=digest))
        db.session.execute(sa.update(AuditHead).values(last_hash=digest))
    assert service.verify() == ["Bản ghi số 4 dùng khóa của một đoạn khác của nhật ký."]


def test_a_lost_key_is_said_to_be_lost(ctx: Flask) -> None:
    grow(3)
    lost = service.key_of_head()
    kept = keys.path().read_text()
    keys.path().unlink()
    grow(1)
    assert service.verify() == [
        f"Tệp khóa không có khóa {lost}, nên không kiểm được nội dung các bản ghi từ số 1 đến số 3."
    ]
    # Both together are whole again.
    keys.path().write_text(kept + keys.path().read_text())
    assert service.verify() == []


def test_only_its_owner_reads_the_key(ctx: Flask) -> None:
    grow(1)
    assert keys.path().stat().st_mode & 0o777 == 0o600
    assert keys.read()[0].secret not in json.dumps([str(row) for row in rows()])


@pytest.mark.parametrize("text", ["x", "1 2 3", "nonsense\n", "1 " + "0" * 64 + " short"])
def test_a_file_that_is_none_of_keys_stops_the_writer(ctx: Flask, text: str) -> None:
    keys.path().write_text(text)
    with pytest.raises(keys.KeyFileError):
        grow(1)


def test_garbage_in_a_column_is_a_finding_and_no_crash(ctx: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        with pytest.raises(DBAPIError):  # here the database refuses by itself
            db.session.execute(sa.text("UPDATE audit_record SET at = 'hôm qua'"))
        db.session.rollback()
        return
    for column, value in (("at", "'hôm qua'"), ("data", "'{'"), ("data", "'{\"a\": NaN}'")):
        grow(1)
        number = service.head()[0]
        with without_triggers():
            db.session.execute(
                sa.text(f"UPDATE audit_record SET {column} = {value} WHERE id = {number}")
            )
        assert any("Không đọc được" in problem for problem in service.verify())


values = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9)
CHANGES: dict[str, Any] = {
    "id": st.integers(0, 20),
    "at": st.datetimes(timezones=st.just(dt.UTC)),
    "tag": st.text(max_size=80) | st.just("audit:mark:made"),
    "actor_id": st.none() | st.integers(0, 9),
    "actor": st.text(max_size=20),
    "about_kind": st.none() | st.text(max_size=20),
    "about_id": st.none() | st.integers(0, 9),
    "data": st.dictionaries(st.text(max_size=9), values, max_size=3),
    "previous_hash": st.text("0123456789abcdef", min_size=64, max_size=64),
    "key_id": st.just("") | st.text("0123456789abcdef", min_size=12, max_size=12),
    "hash": st.text("0123456789abcdef", min_size=64, max_size=64),
}


def test_any_single_change_of_any_column_is_found(ctx: Flask) -> None:
    """On a chain with rows from before the keys, two keys and two marks."""
    forget_keys(2)
    grow(2)
    make_mark()
    service.new_key()
    grow(1)
    make_mark()
    whole, head, known = rows(), service.head(), keys.read()
    assert set(CHANGES) == set(whole[0])

    def problems(chain_: list[dict[str, Any]]) -> list[str]:
        proof = Proof(known, set())
        found = list(proof.rows(SimpleNamespace(**row) for row in chain_))
        return found + list(proof.end(head))

    assert problems(whole) == []

    @given(st.data())
    def single_change(data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(whole) - 1))
        column = data.draw(st.sampled_from(sorted(CHANGES)))
        value = data.draw(CHANGES[column].filter(lambda other: other != whole[place][column]))
        changed = [dict(row) for row in whole]
        changed[place][column] = value
        assert problems(changed)

    single_change()
