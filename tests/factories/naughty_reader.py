"""A reader for tests of the sandbox: it does what options["do"] says.

Runs in the child process, so it imports nothing of ours but the protocol.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.imports import protocol


def read(path: Path, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    rows = int(options.get("rows", 3))
    yield protocol.meta({"title": "Danh mục", "environment": sorted(os.environ)})
    for number in range(1, rows + 1):
        yield protocol.progress(number, rows)
        yield protocol.row({"number": number, "name": f"Công trình {number}"})
    for number in options.get("refuse", []):
        yield protocol.refused(
            number,
            {"Tên": f"=HYPERLINK({number})", "Diện tích": number},
            ["Diện tích không phải là số."],
        )
    _ACTS[options.get("do", "nothing")](path, options)


def _never_end(path: Path, options: dict[str, Any]) -> None:
    while True:
        time.sleep(0.05)


def _burn(path: Path, options: dict[str, Any]) -> None:
    while True:
        pass


def _eat(path: Path, options: dict[str, Any]) -> None:
    kept = []
    while True:
        kept.append(bytearray(16 * 1024 * 1024))


def _die(path: Path, options: dict[str, Any]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _break(path: Path, options: dict[str, Any]) -> None:
    raise KeyError(path.read_text())


def _refuse(path: Path, options: dict[str, Any]) -> None:
    raise protocol.Unreadable("Tệp không có bảng nào.")


def _write(path: Path, options: dict[str, Any]) -> None:
    path.with_suffix(".out").write_text("x" * 10)


def _nothing(path: Path, options: dict[str, Any]) -> None:
    pass


_ACTS = {
    "nothing": _nothing,
    "never_end": _never_end,
    "burn": _burn,
    "eat": _eat,
    "die": _die,
    "break": _break,
    "refuse": _refuse,
    "write": _write,
}
