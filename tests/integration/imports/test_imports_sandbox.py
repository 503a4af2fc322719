"""The child process around a reader: bounded in time, memory, rows and words, whatever the file
makes it do.
"""

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from app.imports import child, sandbox
from app.imports.sandbox import Limits, Reading, ReadingFailed

READER = "tests.factories.naughty_reader"


def run(
    folder: Path,
    options: dict[str, Any],
    *,
    limits: Limits | None = None,
    seen: list[tuple[int, int]] | None = None,
) -> Reading:
    path = folder / "tep.csv"
    path.write_text("Nguyễn Văn A, 0912345678")
    notes = seen if seen is not None else []
    return sandbox.read(
        READER,
        path,
        options,
        folder=folder,
        limits=limits or Limits(),
        on_progress=lambda *step: notes.append(step),
    )


def failure(folder: Path, options: dict[str, Any], **limits: int) -> ReadingFailed:
    with pytest.raises(ReadingFailed) as caught:
        run(folder, options, limits=Limits(**limits))
    return caught.value


def test_rows_refused_rows_and_the_file_as_a_whole_come_back(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    found = run(tmp_path, {"refuse": [5]}, seen=seen)
    assert (
        [row["number"] for row in found.rows] == [row["number"] for row in found.rows] == [1, 2, 3]
    )
    assert list(found.refused) == [
        {
            "row": 5,
            "cells": {"Tên": "=HYPERLINK(5)", "Diện tích": 5},
            "reasons": ["Diện tích không phải là số."],
        }
    ]
    assert (found.row_count, found.refused_count, found.meta["title"]) == (3, 1, "Danh mục")
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_no_setting_reaches_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGNGHE_SECRET_KEY", "secret")
    assert "LANGNGHE_SECRET_KEY" not in run(tmp_path, {}).meta["environment"]


@pytest.mark.parametrize("act", ["never_end", "burn"])
def test_a_reader_that_never_ends_is_ended(tmp_path: Path, act: str) -> None:
    start = time.monotonic()
    error = failure(tmp_path, {"do": act}, wall_seconds=3, cpu_seconds=2)
    assert "quá nhiều thời gian" in error.message
    assert time.monotonic() - start < 15


def test_the_parent_ends_a_child_whose_own_clock_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_GRACE", -57)
    assert "quá nhiều thời gian" in failure(tmp_path, {"do": "never_end"}, wall_seconds=60).message


def test_a_reader_that_eats_memory_is_told_off(tmp_path: Path) -> None:
    assert "quá nhiều bộ nhớ" in failure(tmp_path, {"do": "eat"}, memory_mb=512).message


def test_a_killed_reader_is_no_success(tmp_path: Path) -> None:
    error = failure(tmp_path, {"do": "die"})
    assert "dừng giữa chừng" in error.message
    assert error.cause == "exit -9"


def test_an_error_says_where_and_never_quotes_the_file(tmp_path: Path) -> None:
    error = failure(tmp_path, {"do": "break"})
    assert "Không đọc được tệp" in error.message
    assert error.cause.startswith("KeyError (naughty_reader.py:")
    assert "0912345678" not in error.cause


def test_the_reader_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    assert failure(tmp_path, {"do": "refuse"}).message == "Tệp không có bảng nào."


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    failure(tmp_path, {"do": "write"})
    assert (tmp_path / "tep.out").read_text() == ""


def test_too_many_rows(tmp_path: Path) -> None:
    assert "nhiều nhất 5 dòng" in failure(tmp_path, {"rows": 6}, rows=5).message


def test_too_many_words(tmp_path: Path) -> None:
    assert (
        "quá nhiều dữ liệu"
        in failure(tmp_path, {"rows": 100_000}, rows=1_000_000, output_mb=1).message
    )


def test_an_unknown_reader_is_a_crash_not_a_hang(tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match="Không đọc được"):
        sandbox.read("no_such_reader", tmp_path, {}, folder=tmp_path, limits=Limits())


def test_a_child_that_cannot_start_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_ROOT", tmp_path)
    with pytest.raises(ReadingFailed, match="dừng giữa chừng"):
        sandbox.read(READER, tmp_path, {"long": "x" * 200_000}, folder=tmp_path, limits=Limits())


def test_the_child_speaks_lines_of_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bounds: list[dict[str, int]] = []
    monkeypatch.setattr(child, "bind", lambda **limits: bounds.append(limits))
    order, answers = (
        {"path": str(tmp_path), "options": {"rows": 1}, "limits": {"memory_bytes": 1}},
        io.StringIO(),
    )
    child.main(READER, io.StringIO(json.dumps(order) + "\n"), answers)
    said = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert [next(iter(message)) for message in said] == ["meta", "progress", "row", "end"]
    assert bounds == [{"memory_bytes": 1}]


def test_running_out_of_memory_and_refusing_end_with_a_word(tmp_path: Path) -> None:
    def end(act: str) -> dict[str, Any]:
        return list(child.messages(READER, tmp_path / "none", {"rows": 0, "do": act}))[-1]

    assert end("refuse") == {"error": "Tệp không có bảng nào."}
    assert end("break")["crash"].startswith("FileNotFoundError")
