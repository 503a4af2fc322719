"""Reading a chain from its first row to its last, and saying in sentences what is wrong with it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from app.audit import chain, keys
from app.audit.models import GENESIS

#: The records that are marks: the chain of heads (service.mark).
MARK = "audit:mark:made"


def written(number: int, digest: str, prefix: str = "") -> str:
    """A head as it is printed, mailed and asked for: `4711:` and the hash; of a mark `M12:`."""
    return f"{prefix}{number}:{digest}"


@dataclass(slots=True)
class Proof:
    """A walk along the chain: `row` for each record in order, then `end`."""

    keys: list[keys.Key]
    #: Heads noted elsewhere, with or without their number; taken out when they are met.
    wanted: set[str]
    last_id: int = 0
    last_hash: str = GENESIS
    _last_at: dt.datetime | None = None
    _mark: tuple[int, str] = (0, GENESIS)
    #: Keys that the file has not: the first and the last record of each.
    _strange: dict[str, list[int]] = field(default_factory=dict)

    def rows(self, found: Iterable[Any]) -> Iterator[str]:
        """Walk over the records. What is no time, no number or no JSON ends the walk."""
        self._meet(0, GENESIS)
        try:
            for row in found:
                yield from self._row(row)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            yield _(
                "Không đọc được một bản ghi sau bản ghi số %(number)s: nội dung không còn là ngày "
                "giờ, số hay dữ liệu.",
                number=self.last_id,
            )

    def _row(self, row: Any) -> Iterator[str]:
        if row.id != self.last_id + 1:
            yield _(
                "Thiếu bản ghi từ số %(first)s đến số %(last)s.",
                first=self.last_id + 1,
                last=row.id - 1,
            )
        elif row.previous_hash != self.last_hash:
            yield _(
                "Bản ghi số %(number)s không nối với bản ghi đứng trước: bản ghi đã bị thay hoặc "
                "đổi chỗ.",
                number=row.id,
            )
        yield from self._seal(row)
        # Rows from before the keys are taken as they are: nothing held their clock to its course.
        if row.key_id and self._last_at and row.at < self._last_at:
            yield _(
                "Bản ghi số %(number)s ghi thời gian sớm hơn bản ghi đứng trước.", number=row.id
            )
        if row.tag == MARK:
            yield from self._marked(row)
        self.last_id, self.last_hash, self._last_at = row.id, row.hash, row.at
        self._meet(row.id, row.hash)
        yield from self._pins(row.id, row.hash)

    def _seal(self, row: Any) -> Iterator[str]:
        expected = keys.sealing(self.keys, row.id)
        if not row.key_id:
            if expected and expected.first <= row.id:
                yield _(
                    "Bản ghi số %(number)s không có khóa, dù từ bản ghi số %(first)s nhật ký đã có "
                    "khóa.",
                    number=row.id,
                    first=self.keys[0].first,
                )
            secret = ""
        else:
            key = next((key for key in self.keys if key.id == row.key_id), None)
            if key is None:
                self._strange.setdefault(row.key_id, [row.id, row.id])[1] = row.id
                return
            if key is not expected:
                yield _(
                    "Bản ghi số %(number)s dùng khóa của một đoạn khác của nhật ký.", number=row.id
                )
            secret = key.secret
        if digest(row, secret) != row.hash:
            yield _(
                "Bản ghi số %(number)s đã bị sửa: nội dung không khớp với mã băm.", number=row.id
            )

    def _marked(self, row: Any) -> Iterator[str]:
        number, previous = self._mark
        made = chain.mark_digest(
            number=number + 1, records=row.id - 1, last_hash=row.previous_hash, previous=previous
        )
        self._mark = number + 1, made
        if (row.data["mark"], row.data["hash"]) != self._mark:
            yield _("Mốc số %(number)s không nối với mốc đứng trước.", number=number + 1)
        self._meet(number + 1, made, "M")

    def _meet(self, number: int, digest: str, prefix: str = "") -> None:
        self.wanted -= {digest, written(number, digest, prefix)}

    def _pins(self, number: int, digest: str) -> Iterator[str]:
        for key in self.keys:
            if key.first - 1 == number and key.after != digest:
                yield _(
                    "Bản ghi số %(number)s không còn là bản ghi mà tệp khóa đã ghi nhận.",
                    number=number,
                )

    def end(self, head: tuple[int, str]) -> Iterator[str]:
        """What only shows at the end: the head, missing keys, records and heads."""
        if head != (self.last_id, self.last_hash):
            yield _(
                "Cuối nhật ký không khớp: sổ ghi nhận %(expected)s bản ghi, bản ghi cuối tìm thấy "
                "là số %(found)s.",
                expected=head[0],
                found=self.last_id,
            )
        for key_id, (first, last) in self._strange.items():
            yield _(
                "Tệp khóa không có khóa %(key)s, nên không kiểm được nội dung các bản ghi từ số "
                "%(first)s đến số %(last)s.",
                key=key_id,
                first=first,
                last=last,
            )
        if self.keys and self.keys[-1].first - 1 > self.last_id:
            yield _(
                "Nhật ký chỉ còn %(found)s bản ghi, dù tệp khóa đã ghi nhận %(expected)s bản ghi.",
                found=self.last_id,
                expected=self.keys[-1].first - 1,
            )
        for noted in sorted(self.wanted):
            yield _("Nhật ký không có %(head)s, dù đã được ghi lại ở nơi khác.", head=noted)


def digest(row: Any, secret: str) -> str:
    """What the row's hash has to be."""
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
        key_id=row.key_id,
        secret=secret,
    )
