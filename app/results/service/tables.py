"""The statutory table: made from the database at any time, and refused when its totals are not the
database's.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import Actor
from app.audit.moving import check_revision
from app.comments.models import Comment
from app.consultations.models import Consultation
from app.consultations.states import LAND_TYPES
from app.extensions import db
from app.kernel.clock import today
from app.kernel.errors import FieldError, Forbidden, Refused
from app.kernel.text import clean
from app.organisation import queries as organisation
from app.results import policy, tabling
from app.results.models import Point
from app.results.queries import points as point_queries
from app.results.queries import tables as queries
from app.results.service import points
from app.results.service.replies import personal_data
from app.results.tabling import Counts, Head, Row, Signature

OPENING_MAX = 5_000
#: Rows whose text looks like personal data that are named; the rest is counted.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Table:
    """The table as it would be now.

    `rows` reads the database anew each time and never holds more than 500 rows.
    """

    head: Head
    consultation_id: int

    def rows(self) -> Iterator[Row]:
        """From the first row; checked to the last one.

        Raises Refused when a total is not the database's.
        """
        return checked(
            (row for _id, row in queries.table_rows(self.consultation_id)), self.head.counts
        )


def checked(rows: Iterator[Row], counts: Counts) -> Iterator[Row]:
    """The same rows, and Refused after the last one when they are not as many, by result, as the
    database counted.
    """
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row.decision] += 1
        yield row
    if dict(seen) != counts.decisions or seen.total() != counts.points:
        raise Refused(
            _(
                "Bảng không khớp dữ liệu: bảng có %(rows)s dòng, cơ sở dữ liệu có %(points)s ý. "
                "Có thể dữ liệu vừa thay đổi; hãy làm lại.",
                rows=seen.total(),
                points=counts.points,
            )
        )


def opening_of(consultation: Consultation) -> str:
    """The first paragraph as composed from the facts."""
    dates = ""
    if consultation.opens_on and consultation.closes_on:
        dates = (
            f" từ ngày {consultation.opens_on:%d/%m/%Y} đến hết ngày "
            f"{consultation.closes_on:%d/%m/%Y}"
        )
    notice = (
        f" theo Thông báo số {consultation.notice_number}" if consultation.notice_number else ""
    )
    return (
        f"{organisation.agency().name} đã tổ chức lấy ý kiến về "
        f"{consultation.title}{notice}{dates}. Kết quả như sau:"
    )


def default_signature() -> Signature:
    """«TM. ỦY BAN NHÂN DÂN / CHỦ TỊCH» where the name of the authority says so, else its head's
    place.
    """
    name = organisation.agency().name
    if name.lower().startswith(("ủy ban nhân dân", "uỷ ban nhân dân", "ubnd")):
        return Signature(authority=["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"])
    return Signature(authority=["THỦ TRƯỞNG CƠ QUAN"])


def signature_of(consultation: Consultation) -> Signature:
    """What was written around the newest issue, else the default."""
    newest = queries.newest_issue(consultation.id)
    return Head.of(newest.content).signature if newest else default_signature()


def build(
    consultation: Consultation,
    *,
    signature: Signature | None = None,
    issue: int = 0,
    reason: str = "",
) -> Table:
    """The table as it would be now, the wording that people edited kept. Pure reading."""
    agency = organisation.agency()
    land = consultation.type in LAND_TYPES
    head = Head(
        code=consultation.code,
        title=consultation.title,
        agency=agency.name,
        parent=agency.parent_name,
        place=agency.place_name,
        day=today().isoformat(),
        first_column=tabling.COLUMN_LAND if land else tabling.COLUMN_DRAFT,
        basis=[str(row.get("text", "")) for row in consultation.legal_basis if row.get("text")],
        opening=consultation.table_opening or opening_of(consultation),
        counts=queries.counts(consultation.id),
        meetings=queries.meetings(consultation.id),
        signature=signature or signature_of(consultation),
        issue=issue,
        reason=reason,
    )
    return Table(head, consultation.id)


def set_opening(
    consultation: Consultation, text: str, *, actor: Actor, seen_revision: int | None
) -> None:
    """Keep the first paragraph as a person wrote it; empty or unchanged: composed
    anew each time.
    """
    if not policy.may_issue(actor, consultation) and not policy.may_group(actor, consultation):
        raise Forbidden(_("Bạn không có quyền sửa bảng tổng hợp ở bước này."))
    check_revision(consultation, seen_revision)
    text = clean(text)
    if len(text) > OPENING_MAX:
        raise FieldError("opening", _("Đoạn mở đầu dài quá %(n)s ký tự. Hãy rút gọn.", n="5.000"))
    consultation.table_opening = "" if text == opening_of(consultation) else text
    points.note(consultation, "points", actor, _("Sửa đoạn mở đầu của bảng tổng hợp"))


# What is missing
# --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Missing:
    """What stands in the way of issuing, in sentences, and what deserves a look."""

    problems: list[str]
    warnings: list[str]


def missing(consultation: Consultation) -> Missing:
    """Look the whole table through before it is issued."""
    progress = point_queries.progress(consultation)
    problems: list[str] = []
    if progress.points + progress.comments_without == 0:
        problems.append(_("Hồ sơ chưa có góp ý nào nên chưa có bảng để phát hành."))
    if progress.comments_without:
        problems.append(
            _(
                "%(n)s góp ý trong hồ sơ chưa được tách ý.",
                n=tabling.number(progress.comments_without),
            )
        )
    if progress.left:
        problems.append(
            _(
                "%(n)s ý chưa có trả lời đã chốt (trong bảng ghi «Chưa xử lý»).",
                n=tabling.number(progress.left),
            )
        )
    if n := _left_file(consultation):
        problems.append(
            _(
                "%(n)s ý thuộc góp ý đã rút hoặc không còn trong hồ sơ. Hãy bấm «Cập nhật ý từ "
                "góp ý».",
                n=tabling.number(n),
            )
        )
    problems += _personal(consultation)
    warnings = []
    if unread := _unredacted(consultation):
        warnings.append(
            _(
                "%(n)s góp ý chưa được người kiểm duyệt xem và che; máy đã che số điện thoại, "
                "giấy tờ. Hãy đọc lại.",
                n=tabling.number(unread),
            )
        )
    return Missing(problems, warnings)


def _left_file(consultation: Consultation) -> int:
    """Points, not issued, of comments that are no longer in the file."""
    query = (
        sa.select(sa.func.count())
        .select_from(Point)
        .join(Comment, Comment.id == Point.comment_id)
        .where(
            Point.consultation_id == consultation.id,
            Point.issued_number.is_(None),
            ~sa.and_(*point_queries.in_file()),
        )
    )
    return db.session.scalar(query) or 0


def _unredacted(consultation: Consultation) -> int:
    """Comments in the file whose words nobody has looked at."""
    query = (
        sa.select(sa.func.count())
        .select_from(Comment)
        .join(Comment.submission)
        .where(
            Comment.consultation_id == consultation.id,
            *point_queries.in_file(),
            sa.text("submission.public_body IS NULL"),
        )
    )
    return db.session.scalar(query) or 0


def _personal(consultation: Consultation) -> list[str]:
    """Rows whose wording looks like somebody's number or address."""
    official = organisation.official_contacts()
    found = [
        _(
            "Dòng %(n)s có thể còn thông tin cá nhân: %(what)s. Hãy sửa cách ghi trong bảng.",
            n=row.number,
            what=", ".join(hits[:3]),
        )
        for _id, row in queries.table_rows(consultation.id)
        if (hits := personal_data(row.text, official=official))
    ]
    if len(found) > NAMED:
        return [
            *found[:NAMED],
            _("Còn %(n)s dòng khác có thể còn thông tin cá nhân.", n=len(found) - NAMED),
        ]
    return found
