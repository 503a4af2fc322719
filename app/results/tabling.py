"""What the statutory table says, as plain data: the same for Word, Excel, the page and the hash.
Pure.

The words here stand in an official Vietnamese document, so they are never translated. The columns
are those of law.md §3; no number of a template or decree is printed.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from app.comments.answers import Decision
from app.comments.states import SenderKind, Stance
from app.submissions.states import Channel

TITLE = "BẢNG TỔNG HỢP, TIẾP THU, GIẢI TRÌNH Ý KIẾN GÓP Ý"
#: The group of what is about the whole draft; it comes first.
GENERAL = "Chung"
COLUMN_DRAFT, COLUMN_LAND = "Nhóm vấn đề, điều, khoản", "Nội dung quy hoạch / công trình / khu vực"
COLUMNS = ("Chủ thể góp ý", "Nội dung góp ý", "Nội dung tiếp thu, giải trình")
UNANSWERED = "Chưa xử lý"
#: As the table words them.
DECISION_WORDS = {
    Decision.ACCEPTED: "Tiếp thu",
    Decision.PARTLY_ACCEPTED: "Tiếp thu một phần",
    Decision.EXPLAINED: "Giải trình (giữ nguyên)",
    Decision.TRANSFERRED: "Chuyển cơ quan khác",
    Decision.OUT_OF_SCOPE: "Ngoài phạm vi",
}
CHANNEL_WORDS = {
    Channel.WEB: "qua cổng",
    Channel.COUNTER: "tại quầy",
    Channel.PHONE: "qua điện thoại",
    Channel.PAPER: "bằng văn bản, phiếu giấy",
    Channel.EMAIL: "qua thư điện tử",
    Channel.MEETING: "tại cuộc họp dân",
}
SENDER_WORDS = {
    SenderKind.LANDOWNER: "người có đất trong dự án",
    SenderKind.RESIDENT: "người dân trên địa bàn",
    SenderKind.ORGANISATION: "tổ chức, doanh nghiệp",
    SenderKind.AGENCY: "cơ quan nhà nước",
    SenderKind.OTHER: "đối tượng khác",
}
STANCE_WORDS = {
    Stance.AGREE: "đồng ý",
    Stance.AMEND: "đề nghị sửa",
    Stance.DISAGREE: "không đồng ý",
    Stance.OTHER: "ý kiến khác",
}
#: A merged cell is begun anew after so many rows: Word shows its text on the first page only.
MERGE_MAX = 8
_THOUSAND = 1_000


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting of villagers: people present are not comments, and silence is no agreement."""

    held_on: str
    place: str
    present: int
    agree: int
    disagree: int
    comments: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many. Comments, people and points are counted apart; by value, for those that occur."""

    comments: int = 0
    people: int = 0
    points: int = 0
    #: Arrived after the last day: kept, and in none of the other figures.
    late: int = 0
    channels: dict[str, int] = field(default_factory=dict)
    senders: dict[str, int] = field(default_factory=dict)
    stances: dict[str, int] = field(default_factory=dict)
    #: Points by decision; "" for those without a final reply.
    decisions: dict[str, int] = field(default_factory=dict)

    @property
    def unanswered(self) -> int:
        """Points without a final reply."""
        return self.decisions.get("", 0)


@dataclass(frozen=True, slots=True)
class Signature:
    """What the office writes around the table."""

    #: «12/BC-UBND»; empty: to be filled in by hand.
    number: str = ""
    #: Lines over the name: «TM. ỦY BAN NHÂN DÂN», «CHỦ TỊCH».
    authority: list[str] = field(default_factory=list)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """Everything but the rows."""

    code: str
    title: str
    agency: str
    parent: str
    place: str
    #: ISO; the day of the issue, or of the draft.
    day: str
    first_column: str
    basis: list[str]
    opening: str
    counts: Counts
    meetings: list[MeetingLine]
    signature: Signature
    #: Number of the issue; 0: a draft.
    issue: int = 0
    reason: str = ""

    def data(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Head":
        """What data() gave."""
        values = dict(data)
        values["counts"] = Counts(**values["counts"])
        values["meetings"] = [MeetingLine(**line) for line in values["meetings"]]
        values["signature"] = Signature(**values["signature"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Row:
    """One point with what became of it."""

    #: STT, from 1.
    number: int
    anchor: str
    group: str
    subject: str
    text: str
    #: A Decision's value; "": no final reply yet.
    decision: str
    reply: str
    changed_where: str

    def data(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @property
    def result(self) -> str:
        """The decision in the table's words."""
        return DECISION_WORDS[Decision(self.decision)] if self.decision else UNANSWERED

    @property
    def answer(self) -> tuple[str, str, str]:
        """What makes two rows answered alike."""
        return self.decision, self.reply, self.changed_where


def decision_words(value: str) -> str:
    """The words for a key of Counts.decisions."""
    return DECISION_WORDS[Decision(value)] if value else UNANSWERED


# One document, one hash
# --------------------------------------------------------------------------------------------------
def canonical(value: Any) -> str:
    """JSON with sorted keys and no blanks: the same data is always the same text."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def document(head: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The canonical JSON {"head": …, "rows": […]} in pieces, so that any length fits in memory."""
    yield '{"head":' + canonical(head) + ',"rows":['
    for number, row in enumerate(rows):
        yield ("," if number else "") + canonical(row)
    yield "]}"


def digest(head: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 of that document in UTF-8, in hexadecimal: anybody can check a downloaded one with
    sha256sum.
    """
    made = hashlib.sha256()
    for piece in document(head, rows):
        made.update(piece.encode())
    return made.hexdigest()


def anchor_of(code: str, number: int) -> str:
    """The name of a row in addresses: the same in every issue, and nobody reads the sender's code
    from it.
    """
    return "y-" + hashlib.sha256(f"row {code} {number}".encode()).hexdigest()[:10]


# Words
# --------------------------------------------------------------------------------------------------
def number(n: int) -> str:
    """As documents write it: 07, 43, 1.043."""
    return f"{n:02d}" if n < 10 else f"{n:,}".replace(",", ".")


def vi_day(iso: str) -> str:
    """24/11/2026."""
    return dt.date.fromisoformat(iso).strftime("%d/%m/%Y")


def long_day(iso: str) -> str:
    """«ngày 05 tháng 02 năm 2026»: a leading zero for days below 10 and for January and February
    only (Decree 30/2020/NĐ-CP).
    """
    day = dt.date.fromisoformat(iso)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def listed(counts: Mapping[str, int], words: Mapping[Any, str]) -> str:
    """«qua cổng 20, tại quầy 03» in the order of the words; kinds that do not
    occur are left out.
    """
    return ", ".join(
        f"{label} {number(counts[key.value])}"
        for key, label in words.items()
        if counts.get(key.value)
    )


def count_lines(head: Head) -> list[str]:
    """The numbered paragraphs of the opening.

    Always computed, so that no figure is ever older than the rows.
    """
    c = head.counts
    senders = f"{number(c.people)} cơ quan, tổ chức, cá nhân"
    lines = [
        (
            f"1. Tổng số góp ý nhận được trong thời hạn: {number(c.comments)} góp ý của {senders}; "
            f"được tách thành {number(c.points)} ý."
        )
    ]
    for name, found in (
        ("Theo hình thức gửi", listed(c.channels, CHANNEL_WORDS)),
        ("Theo đối tượng", listed(c.senders, SENDER_WORDS)),
        ("Theo quan điểm", listed(c.stances, STANCE_WORDS)),
    ):
        if found:
            lines.append(f"- {name}: {found}.")
    if c.late:
        lines.append(
            f"- Ngoài ra có {number(c.late)} góp ý đến sau thời hạn, được lưu trong hồ sơ và "
            f"không tính vào các số trên."
        )
    lines += meeting_lines(head)
    results = [
        f"{label} {number(c.decisions[key.value])}"
        for key, label in DECISION_WORDS.items()
        if c.decisions.get(key.value)
    ]
    if c.unanswered:
        results.append(f"{UNANSWERED} {number(c.unanswered)}")
    lines.append(f"2. Kết quả xử lý {number(c.points)} ý: {'; '.join(results) or 'chưa có ý nào'}.")
    return lines


def meeting_lines(head: Head) -> list[str]:
    """The meetings, counted apart from the comments."""
    if not head.meetings:
        return []
    lines = [f"- Họp dân: {number(len(head.meetings))} cuộc, số người dự và biểu quyết tính riêng:"]
    for line in head.meetings:
        rest = line.present - line.agree - line.disagree
        lines.append(
            f"+ Ngày {vi_day(line.held_on)} tại {line.place}: {number(line.present)} người dự; "
            f"đồng ý {number(line.agree)}, không đồng ý"
            f" {number(line.disagree)}, không biểu quyết {number(rest)}; {number(line.comments)} "
            f"ý kiến phát biểu."
        )
    return lines


# Rows that belong together
# --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Cell:
    """A row with its place in what is merged: does the group's cell, does the answer's cell begin
    here?
    """

    row: Row
    starts_group: bool
    #: The group began earlier and only its cell begins anew.
    group_continues: bool
    starts_answer: bool
    #: The row where the same answer stands in full; 0: here.
    answer_at: int


def merged(rows: Iterable[Row]) -> Iterator[Cell]:
    """Each row with what is merged: neighbours of one group, and within it neighbours answered
    alike.
    """
    previous: Row | None = None
    group_length = answer_length = answer_at = 0
    for row in rows:
        same_group = previous is not None and previous.group == row.group
        same_answer = (
            same_group
            and previous is not None
            and previous.answer == row.answer
            and bool(row.decision)
        )
        starts_group = not same_group or group_length == MERGE_MAX
        starts_answer = not same_answer or starts_group or answer_length == MERGE_MAX
        if not same_answer:
            answer_at = row.number
        group_length = 1 if starts_group else group_length + 1
        answer_length = 1 if starts_answer else answer_length + 1
        yield Cell(
            row,
            starts_group,
            starts_group and same_group,
            starts_answer,
            0 if answer_at == row.number else answer_at,
        )
        previous = row
