"""From rounds to a table."""

import statistics
from collections.abc import Sequence

from benchmarks.plan import Row, Target

#: A generator that uses more of a core than this is what was measured.
BOUND = 0.85


def row(target: Target) -> Row:
    """The medians of a target."""
    bare = target.yardstick or target
    pairs = list(zip(target.rounds, bare.rounds, strict=True))
    median = statistics.median
    return Row(
        rate=median(_rate(one) for one in target.rounds),
        cpu=median(one["cpu"] for one in target.rounds),
        rate_ratio=median(_rate(one) / _rate(yard) for one, yard in pairs),
        cpu_ratio=median(one["cpu"] / yard["cpu"] for one, yard in pairs),
        p95=median(one["p95"] for one in target.rounds),
        bytes=median(one["bytes"] for one in target.rounds),
        errors=sum(sum(one["errors"].values()) for one in target.rounds),
        busy=median(one["own_cpu"] / one["seconds"] for one in target.rounds),
    )


def _rate(one: dict[str, float]) -> float:
    return one["done"] / one["seconds"]


def table(targets: Sequence[Target]) -> str:
    """The table in Markdown, as docs/performance.md has it."""
    lines = [
        "| Server | Page | req/s | × bare | CPU ms | × bare | p95 ms | bytes | Goal | |",
        "|---" * 10 + "|",
    ]
    for target in targets:
        found = row(target)
        mark = "" if target.goal is None else "met" if target.goal.met(found) else "**missed**"
        bound = " ¹" if found.busy > BOUND else ""
        lines.append(
            f"| {target.server.kind} | {target.name} | {found.rate:.0f}{bound} | "
            f"{_vi(found.rate_ratio)} | {_vi(found.cpu)} | "
            f"{_vi(found.cpu_ratio)} | {_vi(found.p95, 1)} | {found.bytes:.0f} | "
            f"{target.goal.text if target.goal else ''} | {mark} |"
        )
        if found.errors:
            lines[-1] += f" {found.errors} errors: {_errors(target)}"
    return "\n".join(lines)


def _errors(target: Target) -> str:
    kinds = {kind for one in target.rounds for kind in one["errors"]}
    return ", ".join(sorted(kinds))


def _vi(number: float, digits: int = 2) -> str:
    return f"{number:.{digits}f}".replace(".", ",")
