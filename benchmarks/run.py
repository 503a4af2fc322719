"""`make bench`: requests a second and CPU per request of the product's pages, as ratios to a bare Flask page.

Both are served by the command of production (gunicorn, one worker with four threads), one after the other in each round,
so that a change of the machine's speed meets both. The load generator is Python and takes one core: ratios of fast pages
are rather too small than too large.
"""

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app import create_app
from app.devtools.demo.scale import scale
from app.extensions import db
from app.questions import queries
from tests.smtp_server import free_port

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 16
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Target:
    """One page on one server, and what was measured of it."""

    name: str
    port: int
    path: str
    pid: int
    headers: dict[str, str] = field(default_factory=dict)
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@contextmanager
def server(module: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Start a server; gives its port and process."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", module, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4"]
    process = subprocess.Popen([*command, "--no-control-socket", "--log-level", "error"], cwd=ROOT, env={**os.environ, **environment})
    try:
        for _ in range(300):
            try:
                _one(port, "/", {})
                break
            except OSError:
                time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _one(port: int, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and its children."""
    pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    total = 0
    for one in pids:
        fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def measure(target: Target, seconds: float) -> None:
    """One round of closed-loop load."""
    done = [0] * CLIENTS
    stop = time.monotonic() + seconds

    def work(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=30)
        while time.monotonic() < stop:
            connection.request("GET", target.path, headers=target.headers)
            response = connection.getresponse()
            response.read()
            if response.status not in {200, 304}:
                raise AssertionError(f"{target.name}: {response.status}")
            done[number] += 1
        connection.close()

    before, started = cpu_of(target.pid), time.monotonic()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    count = sum(done)
    target.rates.append(count / (time.monotonic() - started))
    target.cpu.append(1000 * (cpu_of(target.pid) - before) / max(1, count))


def prepare(folder: Path, questions: int) -> tuple[str, str]:
    """Fill an installation; gives the address of an answer and of a page in the middle of the list."""
    app = create_app(folder, {"demo": True, "environment": "development"})
    with app.app_context():
        db.create_all()
        scale(questions)
        db.session.commit()
        page = queries.public_page()
        code = page.items[0].code
        for _ in range(min(200, questions // 40)):
            page = queries.public_page(after=page.next_cursor)
        middle = page.next_cursor
        db.session.remove()
        db.engine.dispose()
    return f"/hoi-dap/{code}", f"/hoi-dap?sau={middle}"


def report(targets: Sequence[Target]) -> None:
    """The table: medians, and ratios to the bare page."""
    bare = targets[0]
    rate, cpu = statistics.median(bare.rates), statistics.median(bare.cpu)
    print(f"{'':34}{'req/s':>9}{'× bare':>9}{'CPU ms':>9}{'× bare':>9}")
    for target in targets:
        mine, spent = statistics.median(target.rates), statistics.median(target.cpu)
        print(f"{target.name:34}{mine:9.0f}{mine / rate:9.2f}{spent:9.2f}{spent / cpu:9.2f}")


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--questions", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        answer, middle = prepare(folder, options.questions)
        product = {"INSTANCE": scratch, "LANGNGHE_DEMO": "true"}
        with (
            server("benchmarks.bare:app", {}) as (bare, bare_pid),
            server("wsgi:app", product) as (warm, warm_pid),
            server("wsgi:app", {**product, "LANGNGHE_PAGE_CACHE": "false"}) as (cold, cold_pid),
        ):
            tag = _one(warm, "/", {}).getheader("ETag") or ""
            targets = [
                Target("bare Flask, constant 20 kB", bare, "/", bare_pid),
                Target("home, warm", warm, "/", warm_pid),
                Target("home, If-None-Match", warm, "/", warm_pid, {"If-None-Match": tag}),
                Target("list, warm", warm, "/hoi-dap", warm_pid),
                Target("answer, warm", warm, answer, warm_pid),
                Target("home, cold", cold, "/", cold_pid),
                Target("list, cold", cold, "/hoi-dap", cold_pid),
                Target("list, cold, half depth", cold, middle, cold_pid),
                Target("answer, cold", cold, answer, cold_pid),
                Target("search, cold", cold, "/hoi-dap?q=duong+thon", cold_pid),
            ]
            for number in range(options.rounds):
                print(f"round {number + 1} of {options.rounds} …", flush=True)
                for target in targets:
                    measure(target, options.seconds)
            report(targets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
