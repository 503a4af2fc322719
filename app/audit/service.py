"""Adding to the chain, and proving that it is whole."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import chain
from app.audit.models import GENESIS, AuditHead, AuditRecord
from app.extensions import db
from app.kernel import clock
from app.kernel.links import Ref
from app.kernel.text import clean_line

_BATCH = 1000


def record(
    tag: str,
    *,
    actor_id: int | None,
    actor: str,
    about: Ref | None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Record, in the caller's transaction, that somebody did something.

    `tag` names it (`question:answer:published`), `actor` is the name as it is now, `data` holds
    small plain facts: never the text, address or telephone of a citizen. Two statements. The head
    stays locked until the transaction ends, so that two records never claim the same place. Raises
    TypeError when JSON cannot hold the data.
    """
    last_id, last_hash = _locked_head()
    values: dict[str, Any] = {
        "at": clock.now(),
        "tag": tag,
        "actor_id": actor_id,
        "actor": clean_line(actor)[:200],
        "about_kind": about.kind if about else None,
        "about_id": about.id if about else None,
        "data": chain.plain(data),
        "previous_hash": last_hash,
    }
    digest = chain.digest(number=last_id + 1, **values)
    db.session.execute(sa.insert(AuditRecord).values(id=last_id + 1, hash=digest, **values))


def _locked_head() -> tuple[int, str]:
    query = (
        sa.select(AuditHead.last_id, AuditHead.last_hash).where(AuditHead.id == 1).with_for_update()
    )
    row = db.session.execute(query).one_or_none()
    if row is None:  # the very first record of the installation
        insert = sa.text(
            "INSERT INTO audit_head (id, last_id, last_hash, sealed) VALUES (1, 0, :genesis, "
            "true) ON CONFLICT (id) DO NOTHING"
        )
        db.session.execute(insert, {"genesis": GENESIS})
        row = db.session.execute(query).one()
    return row.last_id, row.last_hash


def head() -> tuple[int, str]:
    """How many records there are, and the hash of the last one: written down elsewhere, it proves
    the chain up to here.
    """
    row = db.session.execute(
        sa.select(AuditHead.last_id, AuditHead.last_hash).where(AuditHead.id == 1)
    ).one_or_none()
    return (row.last_id, row.last_hash) if row else (0, GENESIS)


def verify(expected_hash: str | None = None) -> list[str]:
    """Read the whole chain and say in sentences what is wrong with it; an empty list means that it
    is whole.

    `expected_hash` is the hash of a last record noted earlier: the chain must still contain it.
    """
    return list(_problems(expected_hash))


def _problems(expected_hash: str | None) -> Iterator[str]:
    last_id, last_hash = 0, GENESIS
    seen = expected_hash in (None, GENESIS)
    rows = db.session.execute(
        sa.select(AuditRecord.__table__)
        .order_by(AuditRecord.id)
        .execution_options(yield_per=_BATCH)
    )
    for row in rows:
        if row.id != last_id + 1:
            yield _(
                "Thiếu bản ghi từ số %(first)s đến số %(last)s.", first=last_id + 1, last=row.id - 1
            )
        elif row.previous_hash != last_hash:
            yield _(
                "Bản ghi số %(number)s không nối với bản ghi đứng trước: bản ghi đã bị thay hoặc "
                "đổi chỗ.",
                number=row.id,
            )
        if _digest(row) != row.hash:
            yield _(
                "Bản ghi số %(number)s đã bị sửa: nội dung không khớp với mã băm.", number=row.id
            )
        last_id, last_hash = row.id, row.hash
        seen = seen or row.hash == expected_hash
    end_id, end_hash = head()
    if (end_id, end_hash) != (last_id, last_hash):
        yield _(
            "Cuối nhật ký không khớp: sổ ghi nhận %(expected)s bản ghi, bản ghi cuối tìm thấy là "
            "số %(found)s.",
            expected=end_id,
            found=last_id,
        )
    if not seen:
        yield _("Không tìm thấy bản ghi có mã băm %(hash)s đã lưu trước đây.", hash=expected_hash)


def _digest(row: Any) -> str:
    return chain.digest(
        number=row.id,
        at=row.at,
        tag=row.tag,
        actor_id=row.actor_id,
        actor=row.actor,
        about_kind=row.about_kind,
        about_id=row.about_id,
        data=row.data,
        previous_hash=row.previous_hash,
    )
