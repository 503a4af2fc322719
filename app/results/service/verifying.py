"""Was anything changed after it was issued or certified? Everything is computed anew and compared
with what was recorded.

Reading only. `problems` are changes that nothing explains; `notes` are those that the product
itself made and logged.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit import service as audit
from app.audit.models import AuditRecord
from app.comments.models import Comment, CommentLog
from app.consultations.models import Consultation
from app.consultations.service import core
from app.extensions import db
from app.results import tabling
from app.results.models import Certificate, ResultRow, ResultTable
from app.results.queries import tables as queries
from app.results.service import certificates
from app.submissions.models import Submission

#: Of a row: what is compared with the live point. Who said it is masked anew when a sender allows
#: less, so it is not.
_COMPARED = ("group", "text", "decision", "reply", "changed_where")
#: Steps after which a comment's words or its place in the file may differ.
_EXPLAIN = ("erase", "withdraw", "mark_spam", "restore", "confirm", "receive")


@dataclass(slots=True)
class Report:
    """What was found, in sentences."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Was nothing changed without a trace?"""
        return not self.problems


def verify(consultation: Consultation) -> Report:
    """Check the record, every issue, the live points behind the newest one, and
    every certificate.
    """
    report = Report(problems=list(audit.verify()))
    if not report.problems:
        report.checked.append(_("Nhật ký kiểm tra toàn vẹn."))
    issues = queries.issues(consultation.id)
    for table in reversed(issues):
        _check_issue(consultation, table, report)
    if issues:
        _check_points(issues[0], report)
    query = (
        sa.select(Certificate)
        .where(Certificate.consultation_id == consultation.id)
        .order_by(Certificate.number)
    )
    found = db.session.scalars(query).all()
    for certificate in found:
        _check_recorded(consultation, "certificate", certificate.number, certificate.sha256, report)
        if certificates.hash_of(certificate.content) != certificate.sha256:
            report.problems.append(
                _("Nội dung giấy chứng nhận số %(n)s đã bị sửa.", n=certificate.number)
            )
    if found:
        _check_certificate(consultation, found[-1], report)
    else:
        report.notes.append(
            _("Chưa lập giấy chứng nhận, nên góp ý và hồ sơ chưa có mã băm để đối chiếu.")
        )
    return report


def _check_recorded(
    consultation: Consultation, what: str, number: int, sha256: str, report: Report
) -> None:
    """The hash has to be the one that went into the chain when it was made."""
    about = core.ref(consultation)
    query = sa.select(AuditRecord.data).where(
        AuditRecord.tag == f"consultation:{what}",
        AuditRecord.about_kind == about.kind,
        AuditRecord.about_id == about.id,
    )
    recorded = {
        data.get("sha256") for data in db.session.scalars(query) if data.get("number") == number
    }
    if sha256 not in recorded:
        name = (
            _("Bảng tổng hợp phát hành lần %(n)s", n=number)
            if what == "issue"
            else _("Giấy chứng nhận số %(n)s", n=number)
        )
        report.problems.append(_("%(name)s: mã băm không có trong nhật ký kiểm tra.", name=name))


def _check_issue(consultation: Consultation, table: ResultTable, report: Report) -> None:
    _check_recorded(consultation, "issue", table.number, table.sha256, report)
    if tabling.digest(table.content, queries.issued_rows(table.id)) != table.sha256:
        report.problems.append(
            _("Nội dung bảng tổng hợp phát hành lần %(n)s đã bị sửa.", n=table.number)
        )
    else:
        report.checked.append(
            _(
                "Bảng tổng hợp phát hành lần %(n)s: %(rows)s ý, khớp mã băm.",
                n=table.number,
                rows=table.row_count,
            )
        )


def _check_points(table: ResultTable, report: Report) -> None:
    """The points and replies behind the newest issue still say what was issued, as long as nobody
    has opened it again.
    """
    live = {
        point_id: row
        for point_id, row in queries.table_rows(table.consultation_id, issued=table.number)
    }
    query = (
        sa.select(ResultRow.point_id, ResultRow.data)
        .where(ResultRow.table_id == table.id)
        .order_by(ResultRow.position)
    )
    issued = db.session.execute(query.execution_options(yield_per=500))
    if not live:
        report.notes.append(
            _(
                "Bảng phát hành lần %(n)s đang được mở để sửa; chưa đối chiếu với ý và trả lời.",
                n=table.number,
            )
        )
        return
    for point_id, data in issued:
        row = live.pop(point_id, None)
        if row is None:
            report.problems.append(
                _("Ý số %(n)s của bảng phát hành không còn hoặc không còn khóa.", n=data["number"])
            )
            continue
        differing = [name for name in _COMPARED if getattr(row, name) != data[name]]
        if differing:
            report.problems.append(
                _(
                    "Ý số %(n)s khác với bảng đã phát hành: %(what)s.",
                    n=data["number"],
                    what=", ".join(differing),
                )
            )
    if live:
        report.problems.append(
            _("Có %(n)s ý bị khóa mà không có trong bảng đã phát hành.", n=len(live))
        )


def _check_certificate(
    consultation: Consultation, certificate: Certificate, report: Report
) -> None:
    content = certificate.content
    before = len(report.problems)
    report.problems += _differences(consultation, content)
    _compare_comments(consultation, content["comments"], report, certificate)
    if len(report.problems) == before:
        report.checked.append(
            _(
                "Giấy chứng nhận số %(n)s: góp ý, hồ sơ, dự thảo và nhật ký khớp.",
                n=certificate.number,
            )
        )


def _differences(consultation: Consultation, content: dict[str, Any]) -> Iterator[str]:
    for name, value in certificates.dates(consultation).items():
        if content[name] != value:
            yield _(
                "Thông tin «%(name)s» khác với giấy chứng nhận: %(before)s → %(after)s.",
                name=name,
                before=content[name],
                after=value,
            )
    current = certificates.dossier(consultation.id)
    for item in content["dossier"]:
        if item not in current:
            yield _("Tệp hồ sơ «%(name)s» đã bị sửa, thay hoặc xóa.", name=item["name"])
    known = certificates.versions(consultation.id)
    for item in content["versions"]:
        if item not in known:
            yield _("Dự thảo phiên bản %(n)s đã bị sửa.", n=item["number"])
    if certificates.log(consultation.id, content["log"]["upto"]) != content["log"]:
        yield _("Nhật ký của cuộc lấy ý kiến đã bị sửa.")
    meetings = [asdict(line) for line in queries.meetings(consultation.id)]
    for line in content["meetings"]:
        if not any({**line, "comments": 0} == {**other, "comments": 0} for other in meetings):
            yield _("Số liệu họp dân ngày %(day)s đã bị sửa.", day=tabling.vi_day(line["held_on"]))


def _compare_comments(
    consultation: Consultation, recorded: dict[str, Any], report: Report, certificate: Certificate
) -> None:
    current = certificates.comments(consultation.id)
    if current["sha256"] == recorded["sha256"]:
        return
    explained = set(
        db.session.scalars(
            sa.select(Submission.code)
            .join(Comment, Comment.submission_id == Submission.id)
            .join(CommentLog, CommentLog.comment_id == Comment.id)
            .where(
                Comment.consultation_id == consultation.id,
                CommentLog.move.in_(_EXPLAIN),
                CommentLog.at >= certificate.created_at,
            )
        )
    )
    now, then = current["each"], recorded["each"]
    for code in sorted({*now, *then}):
        if now.get(code) == then.get(code):
            continue
        if code in explained:
            report.notes.append(
                _("Góp ý %(code)s thay đổi sau giấy chứng nhận, có ghi trong nhật ký.", code=code)
            )
        elif code not in then:
            report.notes.append(
                _("Góp ý %(code)s được đưa vào hồ sơ sau giấy chứng nhận.", code=code)
            )
        elif code not in now:
            report.problems.append(_("Góp ý %(code)s đã mất khỏi hồ sơ.", code=code))
        else:
            report.problems.append(_("Góp ý %(code)s đã bị sửa.", code=code))
