"""What the workbench tells of a thing, whatever room it belongs to."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from app.desk import texts
from app.desk.workbench import Workbench, segments

PHONE = "Gọi 0912 345 678 sau giờ làm việc, tôi tên là Trần Văn Bình."


@dataclass
class Row:
    move: str
    actor: str
    note: str = ""
    at: dt.datetime = dt.datetime(2026, 11, 24, 1, 30, tzinfo=dt.UTC)


def unused(*_args: Any, **_forms: Any) -> Any:
    raise AssertionError("the log needs neither the thing nor its page")


BENCH: Workbench[Any] = Workbench(
    kind="thing",
    load=unused,
    page=unused,
    leaving=unused,
    note_route="nowhere",
    move_labels={"receive": "Nhận", "ask": "Hỏi thêm", "refuse": "Từ chối"},
    move_tones={"refuse": "late"},
    silent=frozenset({"ask"}),
)


def test_newest_first_and_notes_apart() -> None:
    lines, notes = BENCH.told(
        [
            Row("receive", "citizen"),
            Row("note", "Lê Thị Hoa", "Đã gọi."),
            Row("note", "Lê Thị Hoa", "Gọi lần hai."),
            Row("refuse", "Lê Thị Hoa", "Ngoài thẩm quyền."),
        ]
    )
    assert [line.title for line in lines] == ["Từ chối", "Nhận"]
    assert [note["text"] for note in notes] == ["Gọi lần hai.", "Đã gọi."]
    assert notes[0]["meta"].startswith("Lê Thị Hoa · ")


def test_a_line_says_who_and_why_and_stands_out() -> None:
    (line,), _notes = BENCH.told([Row("refuse", "Lê Thị Hoa", "Ngoài thẩm quyền.")])
    assert (line.text, line.tone) == ("Ngoài thẩm quyền.", "late")
    assert line.at.endswith(" · Lê Thị Hoa")
    assert "08:30" in line.at


@pytest.mark.parametrize(("actor", "said"), [("citizen", "Người gửi"), ("system", "Hệ thống")])
def test_who_is_no_colleague_is_named_by_what_they_are(actor: str, said: str) -> None:
    (line,), _notes = BENCH.told([Row("receive", actor)])
    assert line.at.endswith(said)


def test_a_note_that_stands_elsewhere_is_not_told_twice() -> None:
    (line,), _notes = BENCH.told([Row("ask", "Lê Thị Hoa", "Ở đoạn nào?")])
    assert (line.title, line.text, line.tone) == ("Hỏi thêm", "", "")


def test_a_move_without_a_word_is_shown_by_its_name() -> None:
    (line,), _notes = BENCH.told([Row("teleport", "system")])
    assert line.title == "teleport"


def test_whoever_may_read_the_text_sees_what_was_found_marked() -> None:
    pieces = segments(PHONE, (), plain=True)
    assert "".join(text for text, _finding in pieces) == PHONE
    assert [text for text, finding in pieces if finding] == ["0912 345 678", "Trần Văn Bình"]


def test_whoever_may_not_reads_it_hidden() -> None:
    ((text, finding),) = segments(PHONE, (), plain=False)
    assert finding is None
    assert "0912" not in text
    assert "[đã ẩn: số điện thoại]" in text
    assert segments("", (), plain=False) == []


def test_the_offices_own_number_is_not_hidden() -> None:
    assert texts.masked(PHONE, ["0912345678"]) == PHONE
    assert "0912" not in texts.masked(PHONE, ["0253 3555 001"])
