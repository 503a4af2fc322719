"""The child process around one reader: `python -m app.imports.child <reader>`.

It binds itself before it loads anything that touches the file, reads one line with its order, and
speaks JSON lines. There is no app, no database and no secret in it: its surroundings are given by
the sandbox, and a file it opens is opened to be read.
"""

import ctypes
import importlib
import json
import resource
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from app.imports.protocol import Unreadable

#: Enough for a reader and its libraries; a reader opens one file, some readers its sidecars.
_OPEN_FILES = 64
_DIE_WITH_PARENT = 1


def bind(memory_bytes: int, cpu_seconds: int, wall_seconds: int) -> None:
    """No more memory, processor or time than this; no file can be written, no core is dumped; dies
    with its parent.
    """
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    for what, limit, hard in (
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        # At the soft limit comes a signal that says what it was, at the hard one the end.
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 2),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(what, (limit, hard))
    # The parent watches the clock too; this is for the case that the parent is gone and nobody
    # noticed.
    signal.alarm(wall_seconds)


def messages(reader: str, path: Path, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the reader says, then how it ended: {"end": true}, {"error": sentence} or {"crash": kind
    and place}.
    """
    try:
        module = importlib.import_module(reader)
        yield from module.read(path, options)
        yield {"end": True}
    except Unreadable as error:
        yield {"error": str(error)}
    except MemoryError:
        yield {"crash": "memory"}
    except GeneratorExit:
        raise
    except BaseException as error:
        # Libraries answer hostile bytes with errors of every class, those in Rust with one that is
        # no Exception. The message may quote the file, so only the place is told.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        yield {"crash": f"{type(error).__name__} ({Path(frame.filename).name}:{frame.lineno})"}


def main(reader: str, orders: TextIO, answers: TextIO) -> None:
    """Do what the one line of orders says."""
    order = json.loads(orders.readline())
    bind(**order["limits"])
    for message in messages(reader, Path(order["path"]), order["options"]):
        answers.write(json.dumps(message, ensure_ascii=True, separators=(",", ":")) + "\n")
        if "progress" in message:
            answers.flush()
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin, sys.stdout)
