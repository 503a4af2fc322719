"""The statutory table as plain data: one text for one content, the words of the opening, what is
merged.
"""

import hashlib
import json

import pytest

from app.results import tabling
from app.results.tabling import Counts, Head, MeetingLine, Row, Signature


def head(**values: object) -> Head:
    given = {
        "code": "LYK-2026-07",
        "title": "Quy hoạch",
        "agency": "Ủy ban nhân dân xã An Sơn",
        "parent": "Tỉnh Nam Hải",
        "place": "An Sơn",
        "day": "2026-02-05",
        "first_column": tabling.COLUMN_LAND,
        "basis": [],
        "opening": "Kết quả như sau:",
        "counts": Counts(
            comments=3,
            people=7,
            points=1_043,
            late=2,
            channels={"web": 2, "paper": 1},
            decisions={"accepted": 1_040, "": 3},
        ),
        "meetings": [MeetingLine("2026-01-28", "Nhà văn hóa", 64, 51, 6, 2)],
        "signature": Signature("12/BC-UBND", ["CHỦ TỊCH"], "Trần Văn Bình"),
    }
    return Head(**{**given, **values})  # type: ignore[arg-type]


def row(
    number: int, group: str = "Chung", reply: str = "Giữ nguyên", decision: str = "explained"
) -> Row:
    return Row(number, f"y-{number}", group, "N.T.Â.", "Nội dung", decision, reply, "")


def test_data_comes_back_as_it_was() -> None:
    made = head()
    assert Head.of(json.loads(tabling.canonical(made.data()))) == made


def test_the_document_in_pieces_is_the_canonical_text() -> None:
    rows = [row(1).data(), row(2).data()]
    whole = {"head": head().data(), "rows": rows}
    text = "".join(tabling.document(head().data(), rows))
    assert text == tabling.canonical(whole)
    assert tabling.digest(head().data(), rows) == hashlib.sha256(text.encode()).hexdigest()
    assert tabling.digest(head().data(), rows) != tabling.digest(
        head().data(), [*rows, row(3).data()]
    )


def test_the_opening_counts_everything_apart() -> None:
    lines = tabling.count_lines(head())
    assert lines[0].startswith("1. Tổng số góp ý nhận được trong thời hạn: 03 góp ý của 07")
    assert "1.043 ý" in lines[0]
    assert "- Theo hình thức gửi: qua cổng 02, bằng văn bản, phiếu giấy 01." in lines
    assert any("02 góp ý đến sau thời hạn" in line for line in lines)
    assert any("không biểu quyết 07" in line for line in lines)
    assert lines[-1] == "2. Kết quả xử lý 1.043 ý: Tiếp thu 1.040; Chưa xử lý 03."


def test_an_empty_file_is_said_to_be_empty() -> None:
    lines = tabling.count_lines(head(counts=Counts(), meetings=[]))
    assert lines == [
        (
            "1. Tổng số góp ý nhận được trong thời hạn: 00 góp ý của 00 cơ quan, tổ chức, cá nhân; "
            "được tách thành 00 ý."
        ),
        "2. Kết quả xử lý 00 ý: chưa có ý nào.",
    ]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-02-05", "ngày 05 tháng 02 năm 2026"),
        ("2026-01-31", "ngày 31 tháng 01 năm 2026"),
        ("2026-03-09", "ngày 09 tháng 3 năm 2026"),
        ("2026-11-24", "ngày 24 tháng 11 năm 2026"),
    ],
)
def test_days_have_their_zeros_where_the_decree_wants_them(day: str, words: str) -> None:
    assert tabling.long_day(day) == words


def test_neighbours_are_merged_by_group_and_answer() -> None:
    cells = list(
        tabling.merged(
            [
                row(1),
                row(2),
                row(3, reply="Khác"),
                row(4, group="Điều 5", reply="Khác"),
                row(5, group="Điều 5", decision=""),
            ]
        )
    )
    assert [cell.starts_group for cell in cells] == [True, False, False, True, False]
    assert [cell.starts_answer for cell in cells] == [True, False, True, True, True]
    assert [cell.answer_at for cell in cells] == [0, 1, 0, 0, 0]


def test_long_groups_begin_anew_and_point_back() -> None:
    """Word shows a merged cell's text on its first page only."""
    cells = list(tabling.merged(row(number) for number in range(1, 21)))
    starts = [cell.row.number for cell in cells if cell.starts_group]
    assert starts == [1, 1 + tabling.MERGE_MAX, 1 + 2 * tabling.MERGE_MAX]
    again = cells[tabling.MERGE_MAX]
    assert again.group_continues
    assert again.starts_answer
    assert again.answer_at == 1


def test_words_and_anchors() -> None:
    assert row(1).result == "Giải trình (giữ nguyên)"
    assert row(1, decision="").result == "Chưa xử lý"
    assert tabling.decision_words("") == "Chưa xử lý"
    assert tabling.decision_words("transferred") == "Chuyển cơ quan khác"
    assert tabling.anchor_of("AS-2026-000001", 1) == tabling.anchor_of("AS-2026-000001", 1)
    assert tabling.anchor_of("AS-2026-000001", 1) != tabling.anchor_of("AS-2026-000001", 2)
    assert "000001" not in tabling.anchor_of("AS-2026-000001", 1)
