"""Starting servers as they run in production, and weighing their processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
#: One worker with four threads, as `make run` starts it; the port is added. Production's
#: --max-requests is left out, since a worker that is replaced in the middle of a measurement would
#: be measured as a slow page.
GTHREAD = (
    "gunicorn",
    "--worker-class",
    "gthread",
    "--workers",
    "1",
    "--threads",
    "4",
    "--keep-alive",
    "5",
    "--no-control-socket",
)
GRANIAN = (
    "granian",
    "--interface",
    "wsgi",
    "--workers",
    "1",
    "--blocking-threads",
    "4",
    "--no-ws",
    "--log-level",
    "warning",
)
COMMANDS = {
    "gthread": lambda port: (*GTHREAD, "--log-level", "error", "--bind", f"127.0.0.1:{port}"),
    "granian": lambda port: (*GRANIAN, "--host", "127.0.0.1", "--port", str(port)),
}
_START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running server."""

    kind: str
    port: int
    group: int

    def processes(self) -> list[int]:
        """Its processes: the group that it leads."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                    if int(fields[2]) == self.group:
                        found.append(int(entry.name))
        return found

    def cpu(self) -> float:
        """CPU seconds that they have used so far."""
        total = 0
        for number in self.processes():
            with suppress(OSError):
                fields = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()
                total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def memory(self) -> float:
        """Megabytes of the largest of them, which is the worker."""
        sizes = [0]
        for number in self.processes():
            with suppress(OSError):
                sizes.append(int(Path(f"/proc/{number}/statm").read_text().split()[1]) * PAGE_SIZE)
        return max(sizes) / 1024 / 1024


def free_port() -> int:
    """A port on which nothing listens at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def server(kind: str, module: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Start a server and wait until it listens; at the end nothing of it is left."""
    port = free_port()
    arguments = [sys.executable, "-m", *COMMANDS[kind](port), module]
    around = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LANGNGHE_")},
        **environment,
    }
    process = subprocess.Popen(arguments, cwd=ROOT, env=around, start_new_session=True)
    try:
        _wait(port, process)
        yield Server(kind, port, process.pid)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"a server stopped at its start, with code {process.returncode}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            # gunicorn listens before its worker is ready: only an answer counts.
            probe.settimeout(_START_SECONDS)
            probe.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            if probe.recv(1):
                return
        time.sleep(0.05)
    raise RuntimeError("a server does not answer")
