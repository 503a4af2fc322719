"""What a row of a file of slips says, and why a row says nothing."""

import datetime as dt

import pytest

from app.comments.reader import COLUMNS
from app.comments.service import slips
from app.comments.service.slips import Known, key_of, slip_of
from app.comments.states import SenderKind, Stance, TargetKind
from app.submissions.states import Channel, Consent

DAY = dt.date(2026, 11, 20)
KNOWN = Known(DAY, frozenset({"dieu-5", "dieu-5-khoan-2"}), {"B01": 7})
FULL = {"name": "Nguyễn Thị Ân", "stance": "Đồng ý", "body": "Làm sớm trước mùa mưa."}


def reasons(**cells: str) -> list[str]:
    slip, found = slip_of({**FULL, **cells}, KNOWN)
    assert (slip is None) == bool(found)
    return found


def test_the_least_that_a_row_says() -> None:
    slip, found = slip_of(FULL, KNOWN)
    assert found == []
    assert slip is not None
    assert (slip.stance, slip.name, slip.body, slip.day) == (
        Stance.AGREE,
        "Nguyễn Thị Ân",
        "Làm sớm trước mùa mưa.",
        DAY,
    )
    assert (slip.channel, slip.sender_kind, slip.target_kind, slip.people) == (
        Channel.PAPER,
        SenderKind.RESIDENT,
        TargetKind.WHOLE,
        1,
    )
    assert slip.consent is Consent.PRIVATE, "silence is no consent"


@pytest.mark.parametrize(
    ("typed", "stance"),
    [
        ("ĐỒNG Ý", Stance.AGREE),
        ("nhất trí", Stance.AGREE),
        ("Không đồng ý.", Stance.DISAGREE),
        ("khong", Stance.DISAGREE),
        ("Đề nghị sửa đổi", Stance.AMEND),
        ("Ý kiến khác", Stance.OTHER),
    ],
)
def test_stances_as_people_write_them(typed: str, stance: Stance) -> None:
    slip, _found = slip_of({**FULL, "stance": typed}, KNOWN)
    assert slip is not None
    assert slip.stance is stance


def test_every_label_and_column_is_understood() -> None:
    for names in (slips._STANCES, slips._SENDERS, slips._CHANNELS):
        flat = [name for group in names.values() for name in group]
        assert len(flat) == len(set(flat))
    assert [(column.key, column.title) for column in COLUMNS] == list(slips.titles().items())


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"sender_kind": "Hộ dân"}, SenderKind.RESIDENT),
        ({"sender_kind": "Cơ quan nhà nước"}, SenderKind.AGENCY),
        ({"organisation": "Hợp tác xã Hòa Lợi"}, SenderKind.ORGANISATION),
        ({"organisation": "Chi cục Thủy lợi", "sender_kind": "cơ quan"}, SenderKind.AGENCY),
    ],
)
def test_who_sends_it(cells: dict[str, str], what: SenderKind) -> None:
    slip, _found = slip_of({**FULL, **cells}, KNOWN)
    assert slip is not None
    assert slip.sender_kind is what


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("", (TargetKind.WHOLE, None, None)),
        ("Toàn bộ hồ sơ", (TargetKind.WHOLE, None, None)),
        ("b01", (TargetKind.PROJECT, None, 7)),
        ("B01 Đường tránh", (TargetKind.PROJECT, None, 7)),
        ("Điều 5, khoản 2", (TargetKind.CLAUSE, "dieu-5-khoan-2", None)),
    ],
)
def test_what_it_is_about(typed: str, target: tuple[TargetKind, str | None, int | None]) -> None:
    slip, _found = slip_of({**FULL, "target": typed}, KNOWN)
    assert slip is not None
    assert (slip.target_kind, slip.clause_anchor, slip.project_id) == target


def test_numbers_days_contacts() -> None:
    cells = {
        "phone": "912345678",
        "email": "An@Example.VN ",
        "day": "05/11/2026",
        "people": "12",
        "consent": "x",
        "channel": "Trực tiếp",
    }
    slip, found = slip_of({**FULL, **cells}, KNOWN)
    assert slip is not None, found
    assert (slip.phone, slip.day, slip.people) == ("0912345678", dt.date(2026, 11, 5), 12)
    assert (slip.consent, slip.channel) == (Consent.PUBLISH, Channel.COUNTER)
    for typed in ("2026-11-05 00:00:00", "5-11-2026", "5.11.2026"):
        again, _found = slip_of({**FULL, "day": typed}, KNOWN)
        assert again is not None
        assert again.day == dt.date(2026, 11, 5)


@pytest.mark.parametrize(
    ("cells", "start"),
    [
        ({"stance": ""}, "Ý kiến: Chưa ghi ý kiến. Im lặng"),
        ({"stance": "có lẽ"}, "Ý kiến: Hãy ghi một trong các mục"),
        ({"sender_kind": "hàng xóm"}, "Người gửi là: "),
        ({"channel": "họp dân"}, "Nhận qua: "),
        ({"consent": "để xem"}, "Đồng ý công khai: "),
        ({"target": "Điều 99"}, "Góp ý về: Không có «Điều 99»"),
        ({"day": "hôm qua"}, "Ngày nhận: "),
        ({"phone": "12"}, "Số điện thoại: "),
        ({"email": "an@"}, "Thư điện tử: "),
        ({"people": "mười"}, "Số người ký: "),
    ],
)
def test_each_thing_that_is_wrong_is_named_by_its_column(cells: dict[str, str], start: str) -> None:
    (reason,) = reasons(**cells)
    assert reason.startswith(start)


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert len(reasons(stance="", day="?", phone="1")) == 3


def test_a_row_is_known_again_by_what_stands_in_it() -> None:
    assert key_of(1, FULL, 0) == key_of(1, {**FULL, "phone": ""}, 0)
    assert (
        len(
            {
                key_of(1, FULL, 0),
                key_of(1, FULL, 1),
                key_of(2, FULL, 0),
                key_of(1, {**FULL, "number": "2"}, 0),
            }
        )
        == 4
    )
    assert 16 <= len(key_of(1, FULL, 0)) <= 64
