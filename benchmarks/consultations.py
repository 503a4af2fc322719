"""What the heart of a consultation costs: `python -m benchmarks.consultations`. Seconds and
megabytes against the budgets.

A long export may only take what the first line (nothing at all) takes and some bytes for each
point: compare the last lines.

Each measurement runs in a process of its own, on a SQLite file in a scratch folder, so that its
memory is its own.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from app import create_app
from app.access import Role
from app.comments.answers import Decision
from app.comments.states import TargetKind
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.consultations.states import Stage
from app.extensions import db
from app.kernel.clock import now, today
from app.results import suggesting
from app.results.models import Point, Reply
from app.results.queries import points as queries
from app.results.service import issuing, replies, tables
from app.results.states import ReplyStage
from app.results.writers import docx_table, xlsx_table
from benchmarks.servers import ROOT
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency

#: name → (rows, seconds allowed, megabytes allowed); None: only said.
BUDGETS: dict[str, tuple[int, float | None, float | None]] = {
    "nothing (Python, the app, the database)": (0, None, None),
    "Word, 500 comments in 1.200 points": (1_200, 10, 200),
    "Excel, 500 comments in 1.200 points": (1_200, 10, 200),
    "issuing 1.200 points": (1_200, None, None),
    "one reply to 1.000 points": (1_200, 5, None),
    "suggestions, 1.200 points": (1_200, None, None),
    "CSV, 100.000 points": (100_000, None, None),
    "Excel, 100.000 points": (100_000, None, None),
    "Word, 100.000 points": (100_000, None, None),
    "CSV, 200.000 points": (200_000, None, None),
}
_TEXTS = (
    (
        "Tuyến đường tránh cắt đôi thửa ruộng nhà tôi, đề nghị dịch về phía Tây khoảng sáu mươi "
        "mét để không chia thửa"
    ),
    "Giá bồi thường đất lúa thấp hơn giá thị trường, đề nghị tính lại cho bà con thôn Đông",
    "Đề nghị làm cống thoát nước trước mùa mưa và chừa lối cho ghe lên xuống",
    "Bãi rác cách nhà dân bốn trăm mét, mùi nặng khi mưa, đề nghị trồng hàng cây",
)


def fill(points: int) -> str:
    """A consultation with this many points, most answered in groups of five; its code."""

    db.create_all()
    make_agency()
    consultation = make_consultation(stage=Stage.CLOSED)
    comments = [
        make_comment(consultation, body=_TEXTS[n % 4]).id for n in range(max(1, min(500, points)))
    ]
    decisions = list(Decision)
    moment = now()
    for start in range(0, points, 5_000):
        some = range(start, min(points, start + 5_000))
        made = [
            {
                "id": n // 5 + 1,
                "consultation_id": consultation.id,
                "stage": ReplyStage.FINAL,
                "final_at": moment,
                "decision": decisions[n // 5 % 5],
                "text": f"Tiếp thu, giải trình số {n // 5}: giữ hướng tuyến, bổ sung hai cống và "
                f"một đường gom để canh tác phần còn lại.",
                "updated_at": moment,
            }
            for n in some
            if n % 5 == 0
        ]
        db.session.execute(sa.insert(Reply), made)
        rows = [
            {
                "consultation_id": consultation.id,
                "comment_id": comments[n % len(comments)],
                "number": n // len(comments) + 1,
                "text": f"{_TEXTS[n % 4]} ({n}).",
                "target_kind": TargetKind.WHOLE,
                "reply_id": n // 5 + 1,
                "created_at": moment,
                "updated_at": moment,
            }
            for n in some
        ]
        db.session.execute(sa.insert(Point), rows)
        db.session.commit()
    code: str = db.session.scalars(sa.select(Consultation.code)).one()
    return code


def work(name: str) -> Callable[[], object]:
    """What is measured, ready to run."""

    consultation = staff.by_code(f"LYK-{today().year}-0001")
    if name.startswith(("Word", "Excel", "CSV")):
        made = tables.build(consultation)

        def write() -> None:
            file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
            if name.startswith("CSV"):
                for piece in xlsx_table.csv_lines(made.head, made.rows()):
                    file.write(piece.encode())
            else:
                (docx_table if name.startswith("Word") else xlsx_table).write(
                    file, made.head, made.rows()
                )

        return write
    if name.startswith("one reply"):
        user = make_user(f"bench-{os.getpid()}", roles=[Role.OFFICER])
        db.session.execute(sa.update(Point).values(reply_id=None, issued_number=None))
        db.session.commit()
        seen = queries.matching(consultation, queries.Wanted(), limit=1_000)

        def reply() -> None:
            replies.create(
                consultation,
                seen,
                replies.Draft(Decision.EXPLAINED, "Giữ nguyên như dự thảo."),
                actor=user,
            )
            db.session.commit()

        return reply
    if name.startswith("issuing"):
        leader = make_user(f"bench-{os.getpid()}", roles=[Role.PUBLISHER])

        def issue() -> None:
            issuing.issue(consultation, actor=leader, seen_revision=None)
            db.session.commit()

        return issue
    return (
        (lambda: suggesting.suggest(queries.ungrouped_texts(consultation)))
        if name.startswith("sugg")
        else (lambda: None)
    )


def child(name: str, folder: str, *, filling: bool) -> None:
    """In a process of its own: fill the folder, or measure one thing and print seconds and
    megabytes.
    """

    app = create_app(
        Path(folder),
        {"environment": "test", "secret_key": "bench-key-that-is-long-enough-for-this"},
    )
    with app.app_context():
        if filling:
            fill(BUDGETS[name][0])
            return
        # Pages of the file that SQLite maps are the system's, not the program's: left out, so that
        # its own memory is seen.
        db.session.execute(sa.text("PRAGMA mmap_size=0"))
        db.session.commit()
        run = work(name)
        start = time.perf_counter()
        run()
        print(
            time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        )


def measure(name: str, folders: dict[int, str], scratch: str) -> str:
    """One line of the table."""
    rows, seconds, megabytes = BUDGETS[name]
    command = [sys.executable, "-m", "benchmarks.consultations", "--child", name, "--folder"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if rows not in folders:
        folders[rows] = f"{scratch}/{rows}"
        subprocess.run([*command, folders[rows], "--fill"], check=True, cwd=ROOT, env=environment)
    output = subprocess.run(
        [*command, folders[rows]],
        check=True,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    ).stdout
    took, memory = (float(value) for value in output.split())
    kept = (seconds is None or took <= seconds) and (megabytes is None or memory <= megabytes)
    limits = [
        f"≤ {limit:g} {unit}"
        for limit, unit in ((seconds, "s"), (megabytes, "MB"))
        if limit is not None
    ]
    allowed = " · ".join(limits) or "–"
    return (
        f"| {name:42} | {took:8.2f} | {memory:7.0f} | {allowed:18} | {'yes' if kept else 'NO':4} |"
    )


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="without the 100.000 points")
    options = parser.parse_args()
    if options.child:
        child(options.child, options.folder, filling=options.fill)
        return 0
    print(f"| {'':42} | {'seconds':>8} | {'peak MB':>7} | {'budget':18} | kept |")
    print(f"|{'-' * 44}|{'-' * 9}:|{'-' * 8}:|{'-' * 20}|------|")
    with tempfile.TemporaryDirectory(prefix="lang-nghe-bench-") as scratch:
        folders: dict[int, str] = {}
        for name, (rows, _seconds, _megabytes) in BUDGETS.items():
            if rows <= 2_000 or not options.quick:
                print(measure(name, folders, scratch), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
