"""`make bench`: the product and a bare Flask page on the same servers, every round asking each of
them once.

The order turns from round to round, medians are taken over the rounds, and ratios inside each: a
machine that is slower for a while is so for both. See docs/performance.md for how to read the
table.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import data, plan, report
from benchmarks.plan import Target
from benchmarks.servers import COMMANDS, ROOT, Server, server

_PRODUCT_START = (
    "from app import create_app; print(create_app().test_client().get('/').status_code)"
)
_BARE_START = (
    "from benchmarks.bare import with_database; "
    "print(with_database().test_client().get('/').status_code)"
)
_WARM_UP = 0.4


def load(target: Target, seconds: float) -> dict[str, float]:
    """One measurement in a process of its own; adds the server's CPU milliseconds
    for each answer.
    """
    job = {
        "port": target.server.port,
        "clients": target.clients,
        "seconds": seconds,
        "expect": target.expect,
        "marker": target.marker,
        "secret": target.secret,
        "requests": target.requests,
    }
    before = target.server.cpu()
    output = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        check=False,
        input=json.dumps(job),
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if output.returncode:
        raise RuntimeError(f"{target.name}: {output.stderr}")
    found: dict[str, float] = json.loads(output.stdout)
    found["cpu"] = 1000 * (target.server.cpu() - before) / max(1, found["done"])
    return found


def measure(targets: Sequence[Target], *, rounds: int, seconds: float) -> None:
    """All rounds."""
    for target in targets:
        load(target, _WARM_UP)
    for number in range(rounds):
        say(f"round {number + 1} of {rounds} …")
        turned = [*targets[number % len(targets) :], *targets[: number % len(targets)]]
        for target in turned:
            target.rounds.append(load(target, seconds))


def cold_start(folder: Path, rounds: int) -> float:
    """CPU up to the first page, as a ratio to a small Flask-SQLAlchemy app's, interleaved."""
    ratios = []
    for _round in range(rounds):
        product = _child_cpu(_PRODUCT_START, data.environment(folder))
        ratios.append(product / _child_cpu(_BARE_START, {}))
    return statistics.median(ratios)


def _child_cpu(code: str, environment: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def start(stack: ExitStack, kind: str, filled: data.Filled) -> list[Target]:
    """Start the servers of one kind; gives what is asked of them, the bare page first."""

    def product(folder: Path, **settings: str) -> Server:
        return stack.enter_context(server(kind, "wsgi:app", data.environment(folder, **settings)))

    warm, cold = product(filled.folder), product(filled.folder, page_cache="false")
    _response, home = plan.fetch(warm, "/")
    size = str(len(home.encode()))
    bare = Target(
        "bare Flask page",
        stack.enter_context(server(kind, "benchmarks.bare:app", {"BARE_PAGE_BYTES": size})),
        [plan.get("/")],
    )
    return [
        bare,
        *plan.pages(bare, warm, cold, filled),
        plan.ask(bare, product(filled.writes), filled),
    ]


def memory(target: Target) -> tuple[float, float, int]:
    """Megabytes of the worker behind a page after 100 answers and after 10.000, and how many these
    were.
    """
    done = 0
    while done < 100:
        done += int(load(target, 0.05)["done"])
    early = target.server.memory()
    while done < 10_000:
        done += int(load(target, 1.0)["done"])
    return early, target.server.memory(), done


def say(text: str) -> None:
    """Progress goes beside the table."""
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each page is measured (5)")
    parser.add_argument("--seconds", type=float, default=1.5, help="how long each time (1.5)")
    parser.add_argument("--questions", type=int, default=10_000, help="how many there are (10000)")
    parser.add_argument("--servers", default="gthread,granian", help=f"of {', '.join(COMMANDS)}")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="two rounds of half a second, 1.000 questions: does it run at all?",
    )
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.questions = 2, 0.5, 1_000
    with tempfile.TemporaryDirectory(prefix="lang-nghe-bench-") as scratch, ExitStack() as stack:
        say(f"{options.questions} questions …")
        filled = data.fill(Path(scratch), options.questions)
        commits = data.raw_commits(Path(scratch))
        targets = [
            target for kind in options.servers.split(",") for target in start(stack, kind, filled)
        ]
        measure(targets, rounds=options.rounds, seconds=options.seconds)
        print(report.table(targets))
        print(facts(targets, filled, commits, options.rounds))
    return 0


def facts(targets: Sequence[Target], filled: data.Filled, commits: float, rounds: int) -> str:
    """What is no line of the table."""
    named = {(target.server.kind, target.name): target for target in targets}
    lines = [
        "",
        f"¹ The generator had no time left ({report.BOUND:.0%} of a core): a lower limit.",
        f"Durable commits of one bare writer on this disk: {commits:.0f} a second.",
        f"Load average at the end: {os.getloadavg()[0]:.1f}.",
    ]
    for kind in sorted({target.server.kind for target in targets}):
        first, half = (
            report.row(named[kind, "list, cold"]),
            report.row(named[kind, "list, cold, half depth"]),
        )
        lines.append(
            f"{kind}: half-depth page / first page, CPU: {half.cpu / first.cpu:.2f} (goal 1.5)"
        )
        early, late, done = memory(named[kind, "list, cold"])
        lines.append(
            f"{kind}: worker {early:.0f} MB after 100 answers, {late:.0f} MB ({late / early:.2f} "
            f"×) after {done} (goals 100 MB, 1.2 ×)"
        )
    if alone := named.get(("gthread", "search, cold, one reader")):
        raw = data.raw_search_p95(filled)
        lines.append(
            f"search, one reader: p95 {report.row(alone).p95:.1f} ms, raw query {raw:.1f} ms: "
            f"{report.row(alone).p95 / raw:.1f} × (goal 3)"
        )
    lines.append(
        f"cold start, CPU: {cold_start(filled.folder, rounds):.2f} × a small Flask-SQLAlchemy app "
        f"(goal 2)"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
