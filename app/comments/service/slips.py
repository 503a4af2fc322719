"""A file of slips: what each row says, and taking it in. Rows that cannot be taken are explained;
the others are comments.

Sending a mended file again makes no duplicates: the key of a row is what stands in it.
"""

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from app.access.actors import Actor
from app.comments.service import entering
from app.comments.service.entering import Origin, Slip
from app.comments.states import SENDER_LABELS, STANCE_LABELS, SenderKind, Stance, TargetKind
from app.consultations.models import Consultation
from app.drafts import names as drafts_names
from app.extensions import db
from app.imports.kinds import ApplyResult, RefusedRow, Rows
from app.imports.models import ImportRun
from app.kernel.errors import FieldError, Refused
from app.kernel.text import clean_line, int_of, slug, tokens
from app.submissions.contact import normal_email, normal_phone
from app.submissions.states import CHANNEL_LABELS, Channel, Consent
from app.works import queries

#: Slips of one file: each is written like any other comment, and meanwhile nobody else writes.
MAX_SLIPS = 500
_STANCES = {
    Stance.AGREE: ("dong y", "nhat tri", "thong nhat", "tan thanh", "hoan toan dong y"),
    Stance.AMEND: (
        "de nghi sua",
        "sua",
        "sua doi",
        "de nghi sua doi",
        "de nghi dieu chinh",
        "dong y nhung de nghi sua",
    ),
    Stance.DISAGREE: ("khong dong y", "khong nhat tri", "khong thong nhat", "khong", "phan doi"),
    Stance.OTHER: ("y kien khac", "khac"),
}
_SENDERS = {
    SenderKind.LANDOWNER: ("nguoi co dat trong du an", "nguoi co dat", "chu dat", "ho co dat"),
    SenderKind.RESIDENT: (
        "nguoi dan tren dia ban",
        "nguoi dan",
        "ho dan",
        "ca nhan",
        "cong dan",
        "ho gia dinh",
    ),
    SenderKind.ORGANISATION: (
        "to chuc doanh nghiep",
        "to chuc",
        "doanh nghiep",
        "cong ty",
        "hop tac xa",
    ),
    SenderKind.AGENCY: ("co quan nha nuoc", "co quan", "don vi nha nuoc"),
    SenderKind.OTHER: ("khac",),
}
_CHANNELS = {
    Channel.PAPER: (
        "van ban giay",
        "giay",
        "phieu",
        "phieu giay",
        "van ban",
        "cong van",
        "buu dien",
    ),
    Channel.COUNTER: ("tai quay", "truc tiep", "quay"),
    Channel.PHONE: ("dien thoai", "goi dien"),
    Channel.EMAIL: ("thu dien tu", "email", "e mail"),
}
_YES = frozenset({"co", "x", "dong y", "dong y cong khai", "cong khai", "1", "yes"})
_NO = frozenset({"", "khong", "khong dong y", "khong cong khai", "0", "no"})
#: What the errors of `entering.enter` are about, by the column that the officer knows.
_ABOUT = {
    "name": "name",
    "body": "body",
    "proposed_text": "proposed",
    "organisation_name": "organisation",
    "letter_number": "letter",
    "sheet": "sheet",
    "parcel": "parcel",
    "day": "day",
    "people": "people",
    "clause": "target",
    "project": "target",
}


def titles() -> dict[str, str]:
    """The columns as the officer knows them, by the keys of the reader."""
    return {
        "number": _("Số phiếu"),
        "name": _("Họ và tên"),
        "stance": _("Ý kiến"),
        "body": _("Nội dung"),
        "proposed": _("Đề nghị sửa thành"),
        "target": _("Góp ý về"),
        "sender_kind": _("Người gửi là"),
        "phone": _("Số điện thoại"),
        "email": _("Thư điện tử"),
        "organisation": _("Tên tổ chức, cơ quan"),
        "letter": _("Số công văn"),
        "sheet": _("Số tờ bản đồ"),
        "parcel": _("Số thửa đất"),
        "day": _("Ngày nhận"),
        "channel": _("Nhận qua"),
        "people": _("Số người ký"),
        "consent": _("Đồng ý công khai"),
    }


@dataclass(frozen=True, slots=True)
class Known:
    """What rows may be about in this consultation, and the day of those that name none."""

    day: dt.date
    anchors: frozenset[str] = frozenset()
    #: Project id by its code in capitals.
    projects: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Read:
    """A row being read: what is wrong with it gathers here."""

    raw: Mapping[str, str]
    reasons: list[str] = field(default_factory=list)

    def text(self, key: str) -> str:
        return str(self.raw.get(key) or "").strip()

    def wrong(self, key: str, why: str) -> None:
        self.reasons.append(f"{titles()[key]}: {why}")


def _plain(text: str) -> str:
    return " ".join(tokens(text))


def slip_of(raw: Mapping[str, str], known: Known) -> tuple[Slip | None, list[str]]:
    """The slip that a row describes, or the sentences that say why there is none."""
    row = _Read(raw)
    stance, sender = _stance(row), _sender(row)
    kind, anchor, project = _target(row, known)
    slip = Slip(
        stance=stance or Stance.OTHER,
        body=row.text("body"),
        name=clean_line(row.text("name")),
        consent=_consent(row),
        channel=_channel(row),
        day=_day(row, known),
        target_kind=kind,
        clause_anchor=anchor,
        project_id=project,
        proposed_text=row.text("proposed"),
        sender_kind=sender,
        phone=_contact(row, "phone"),
        email=_contact(row, "email"),
        organisation_name=clean_line(row.text("organisation")),
        letter_number=clean_line(row.text("letter")),
        sheet=clean_line(row.text("sheet")),
        parcel=clean_line(row.text("parcel")),
        people=_people(row),
    )
    return (None, row.reasons) if row.reasons else (slip, [])


def _stance(row: _Read) -> Stance | None:
    typed = _plain(row.text("stance"))
    for stance, names in _STANCES.items():
        if typed in names:
            return stance
    if not typed:
        row.wrong("stance", _("Chưa ghi ý kiến. Im lặng không được tính là đồng ý."))
    else:
        row.wrong(
            "stance",
            _("Hãy ghi một trong các mục: %(names)s.", names=_listed(STANCE_LABELS.values())),
        )
    return None


def _sender(row: _Read) -> SenderKind:
    typed = _plain(row.text("sender_kind"))
    if not typed:
        return SenderKind.ORGANISATION if row.text("organisation") else SenderKind.RESIDENT
    for kind, names in _SENDERS.items():
        if typed in names:
            return kind
    row.wrong(
        "sender_kind",
        _("Hãy ghi một trong các mục: %(names)s.", names=_listed(SENDER_LABELS.values())),
    )
    return SenderKind.OTHER


def _channel(row: _Read) -> Channel:
    typed = _plain(row.text("channel"))
    if not typed:
        return Channel.PAPER
    for channel, names in _CHANNELS.items():
        if typed in names:
            return channel
    row.wrong(
        "channel",
        _(
            "Hãy ghi một trong các mục: %(names)s.",
            names=_listed(CHANNEL_LABELS[channel] for channel in entering.CHANNELS),
        ),
    )
    return Channel.PAPER


def _listed(labels: Any) -> str:
    return ", ".join(f"«{label}»" for label in labels)


def _consent(row: _Read) -> Consent:
    typed = _plain(row.text("consent"))
    if typed in _YES:
        return Consent.PUBLISH
    if typed not in _NO:
        row.wrong("consent", _("Hãy ghi «Có» hoặc «Không». Để trống là không đồng ý công khai."))
    return Consent.PRIVATE


def _target(row: _Read, known: Known) -> tuple[TargetKind, str | None, int | None]:
    typed = clean_line(row.text("target"))
    if not typed or _plain(typed) in {"toan bo ho so", "toan bo", "chung"}:
        return TargetKind.WHOLE, None, None
    code = typed.upper()
    for candidate in (code, code.split(" ")[0]):
        if candidate in known.projects:
            return TargetKind.PROJECT, None, known.projects[candidate]
    anchor = slug(typed, limit=120)
    if anchor in known.anchors:
        return TargetKind.CLAUSE, anchor, None
    row.wrong(
        "target",
        _(
            "Không có «%(what)s» trong danh mục công trình hay dự thảo. Ví dụ: B01, hoặc Điều 5 "
            "khoản 2.",
            what=typed[:60],
        ),
    )
    return TargetKind.WHOLE, None, None


def _day(row: _Read, known: Known) -> dt.date:
    typed = row.text("day").split(" ")[0]
    if not typed:
        return known.day
    for pattern in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(typed, pattern).date()  # noqa: DTZ007  (a date has no zone)
        except ValueError:
            continue
    row.wrong("day", _("Hãy nhập ngày dạng 24/11/2026."))
    return known.day


def _contact(row: _Read, key: str) -> str | None:
    typed = row.text(key)
    # Spreadsheets take the zero in front of a number away.
    if key == "phone" and len(typed) == 9 and typed.isdigit():
        typed = f"0{typed}"
    try:
        return (normal_phone if key == "phone" else normal_email)(typed) if typed else None
    except FieldError as error:
        row.wrong(key, error.message)
        return None


def _people(row: _Read) -> int:
    typed = row.text("people")
    if not typed:
        return 1
    people = int_of(typed, most=999_999)
    if people is None:
        row.wrong("people", _("Hãy nhập một số nguyên."))
    return 1 if people is None else people


# Taking them in
# --------------------------------------------------------------------------------------------------
def known_of(consultation: Consultation, day: dt.date) -> Known:
    """What rows may be about. Two statements."""
    anchors = frozenset(clause.anchor for clause in drafts_names.current_clauses(consultation.id))
    return Known(
        day,
        anchors,
        {code.upper(): number for number, code, _name in queries.listed(consultation.id)},
    )


def key_of(consultation_id: int, raw: Mapping[str, str], occurrence: int) -> str:
    """What makes a row the same when its file comes again: everything in it.

    Two equal rows of one file are two slips.
    """
    content = json.dumps(
        [
            consultation_id,
            sorted((name, clean_line(value)) for name, value in raw.items() if value),
            occurrence,
        ]
    )
    return f"phieu-{hashlib.sha256(content.encode()).hexdigest()[:48]}"


def take(run: ImportRun, rows: Rows, actor: Actor, *, secret_key: str, prefix: str) -> ApplyResult:
    """One comment for each row that can be taken.

    Raises Refused and Forbidden when nothing of the file can.
    """
    consultation = db.session.get_one(Consultation, run.consultation_id)
    entering.guard(consultation, actor)
    if rows.count > MAX_SLIPS:
        raise Refused(
            _("Mỗi tệp nhận nhiều nhất %(n)s phiếu. Hãy chia thành nhiều tệp.", n=MAX_SLIPS)
        )
    known = known_of(consultation, dt.date.fromisoformat(run.options["day"]))
    seen: Counter[str] = Counter()
    new = repeated = 0
    refused = []
    for read in rows:
        raw = {str(name): str(value) for name, value in read["raw"].items()}
        slip, reasons = slip_of(raw, known)
        if slip is not None:
            first = key_of(consultation.id, raw, 0)
            origin = Origin(secret_key, prefix, key_of(consultation.id, raw, seen[first]))
            seen[first] += 1
            try:
                with db.session.begin_nested():
                    made = entering.enter(consultation, slip, origin, actor=actor)
            except FieldError as error:
                about = _ABOUT.get(error.field, "body")
                reasons = [f"{titles()[about]}: {error.message}"]
            else:
                repeated += made.repeated
                new += not made.repeated
        if reasons:
            refused.append(RefusedRow(int(read["row"]), read["cells"], reasons))
    message = _("Nhận mới %(new)s phiếu.", new=new)
    if repeated:
        message = _(
            "Nhận mới %(new)s phiếu; %(old)s phiếu đã có từ lần trước nên không thêm.",
            new=new,
            old=repeated,
        )
    if unknown := rows.meta.get("unknown"):
        message += " " + _("Không dùng các cột: %(names)s.", names=_listed(unknown[:8]))
    return ApplyResult(new + repeated, refused, message)
