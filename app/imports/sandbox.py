"""Runs a reader in a child process and listens to it: whatever the file holds, it ends in time,
within its memory, or not at all.

Rows go to a file of lines, not into memory. Nothing here knows of the database; the caller holds no
transaction meanwhile.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from flask_babel import gettext as _

_ROOT = Path(__file__).resolve().parents[2]
_MB = 1024 * 1024
#: One message, such as a feature of a map with all its corners.
_LONGEST_LINE = 16 * _MB
#: Seconds that the parent waits longer than the child allows itself.
_GRACE = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a reader may use.

    A plan's list has some hundred rows, a decree some thousand clauses, a commune's map some ten
    thousand areas of a few hundred corners: all of it is far below these figures, and a machine of
    4 GB bears one such process beside the rest.
    """

    #: Address space of the child with all its libraries, in MiB.
    memory_mb: int = 1_024
    cpu_seconds: int = 90
    wall_seconds: int = 180
    #: Rows, refused ones included: more than Excel users mend by hand, few enough for one
    #: transaction.
    rows: int = 20_000
    #: What the reader may say, in MiB.
    output_mb: int = 96


class ReadingFailed(Exception):
    """The file was not read; the sentence is for the officer, the cause for the log."""

    def __init__(self, message: str, cause: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause


@dataclass
class Reading:
    """What a reader found: rows and refused rows in files of lines, in the order of the file."""

    folder: Path
    meta: dict[str, Any] = field(default_factory=dict)
    row_count: int = 0
    refused_count: int = 0

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows, from the beginning each time."""
        return _lines(self.folder / "rows.jsonl")

    @property
    def refused(self) -> Iterator[dict[str, Any]]:
        """{"row", "cells", "reasons"} of the refused ones, from the beginning each time."""
        return _lines(self.folder / "refused.jsonl")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="ascii") as stream:
        for line in stream:
            yield json.loads(line)


def read(
    reader: str,
    path: Path,
    options: Mapping[str, Any],
    *,
    folder: Path,
    limits: Limits,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Reading:
    """Run `reader` over the file and keep what it says below `folder`.

    Raises ReadingFailed with a sentence: not readable, too large, too many rows, too slow, stopped
    from outside.
    """
    process = _start(reader)
    # The child may be given up for two reasons that look alike from outside: its end is then told
    # apart by this.
    late = threading.Event()
    clock = threading.Timer(limits.wall_seconds + _GRACE, _give_up, (process, late))
    clock.start()
    try:
        listener = _Listener(Reading(folder), limits, on_progress)
        with suppress(BrokenPipeError):
            _order(process, path, options, limits)
        listener.listen(_pipe(process.stdout))
        ending = listener.ending
    finally:
        clock.cancel()
        clock.join()
        _kill(process)
        code = process.wait()
        _pipe(process.stdout).close()
    if ending is None:
        raise _stopped(code, late=late.is_set(), limits=limits)
    if "error" in ending:
        raise ReadingFailed(str(ending["error"])[:500], "unreadable")
    if "crash" in ending:
        raise _crashed(str(ending["crash"])[:200])
    return listener.reading


def _start(reader: str) -> "subprocess.Popen[bytes]":
    # Its own session, so that whatever it starts can be ended with it; a bare environment, so that
    # no setting reaches it.
    return subprocess.Popen(  # noqa: S603  (our own module, named by our own code)
        [sys.executable, "-m", "app.imports.child", reader],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        start_new_session=True,
    )


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def _order(
    process: "subprocess.Popen[bytes]", path: Path, options: Mapping[str, Any], limits: Limits
) -> None:
    bounds = {
        "memory_bytes": limits.memory_mb * _MB,
        "cpu_seconds": limits.cpu_seconds,
        "wall_seconds": limits.wall_seconds,
    }
    order = json.dumps({"path": str(path), "options": dict(options), "limits": bounds})
    with _pipe(process.stdin) as orders:
        orders.write(order.encode("ascii") + b"\n")


def _give_up(process: "subprocess.Popen[bytes]", late: threading.Event) -> None:
    late.set()
    _kill(process)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


class _Listener:
    """Takes the child's words apart and counts them."""

    def __init__(
        self, reading: Reading, limits: Limits, on_progress: Callable[[int, int], None]
    ) -> None:
        self.reading = reading
        self.ending: dict[str, Any] | None = None
        self._limits = limits
        self._on_progress = on_progress
        self._room = limits.output_mb * _MB

    def listen(self, words: IO[bytes]) -> None:
        """Until the child has ended. Raises ReadingFailed when it says too much."""
        with ExitStack() as stack:
            rows, refused = (
                stack.enter_context((self.reading.folder / name).open("w"))
                for name in ("rows.jsonl", "refused.jsonl")
            )
            while line := words.readline(_LONGEST_LINE):
                self._room -= len(line)
                if self._room < 0 or len(line) == _LONGEST_LINE:
                    raise ReadingFailed(
                        _("Tệp chứa quá nhiều dữ liệu. Hãy chia nhỏ tệp rồi tải lên lại."), "output"
                    )
                if line.endswith(b"\n"):
                    # The last line of a child that was killed may be cut off.
                    self._take(json.loads(line), rows, refused)

    def _take(self, message: dict[str, Any], rows: IO[str], refused: IO[str]) -> None:
        if "row" in message:
            self.reading.row_count += 1
            rows.write(json.dumps(message["row"]) + "\n")
        elif "refused" in message:
            self.reading.refused_count += 1
            refused.write(json.dumps(message["refused"]) + "\n")
        elif "progress" in message:
            self._on_progress(*message["progress"])
        elif "meta" in message:
            self.reading.meta.update(message["meta"])
        else:
            self.ending = message
        if self.reading.row_count + self.reading.refused_count > self._limits.rows:
            raise ReadingFailed(
                _(
                    "Tệp có quá nhiều dòng: mỗi lần nhận nhiều nhất %(limit)s dòng. Hãy chia nhỏ "
                    "tệp rồi tải lên lại.",
                    limit=self._limits.rows,
                ),
                "rows",
            )


def _stopped(code: int, *, late: bool, limits: Limits) -> ReadingFailed:
    if late or -code in {signal.SIGALRM, signal.SIGXCPU}:
        return ReadingFailed(
            _(
                "Đọc tệp mất quá nhiều thời gian (hơn %(seconds)s giây). Hãy chia nhỏ tệp rồi tải "
                "lên lại.",
                seconds=limits.wall_seconds,
            ),
            "time",
        )
    if -code == signal.SIGABRT:
        # How a library that is not Python says that it got no memory.
        return _crashed("memory")
    return ReadingFailed(_("Việc đọc tệp bị dừng giữa chừng. Hãy tải tệp lên lại."), f"exit {code}")


def _crashed(cause: str) -> ReadingFailed:
    if cause == "memory":
        return ReadingFailed(
            _("Đọc tệp cần quá nhiều bộ nhớ. Hãy chia nhỏ tệp rồi tải lên lại."), cause
        )
    return ReadingFailed(
        _(
            "Không đọc được tệp: nội dung hỏng hoặc không đúng dạng. Hãy mở và lưu lại tệp rồi "
            "tải lên lại."
        ),
        cause,
    )
