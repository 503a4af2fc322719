"""An installation full of answers, and what one needs to know to ask for them."""

import itertools
import re
import shutil
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from app import create_app
from app.devtools.demo.scale import scale
from app.extensions import db
from app.kernel.paging import encode
from app.kernel.text import fold
from app.questions.models import Question
from app.questions.queries.public import public
from app.submissions.models import Submission

#: Answers that are asked for in turn, and searches.
ANSWERS, SEARCHES = 40, 50
#: The query behind a search, with nothing around it: capped, then ranked.
_RAW_SEARCH = (
    "SELECT id FROM (SELECT rowid AS id, bm25(search_doc, 0, 0, 4.0, 1.0, 6.0, 1.5) AS score FROM "
    "search_doc"
    " WHERE search_doc MATCH ? ORDER BY rowid DESC LIMIT 1000) ORDER BY score LIMIT 50"
)


@dataclass(frozen=True)
class Filled:
    """The installation."""

    folder: Path
    #: A copy of it that may grow.
    writes: Path
    secret: str
    codes: Sequence[str]
    #: The cursor of the page in the middle of the list.
    middle: str
    searches: Sequence[str]


def fill(scratch: Path, questions: int) -> Filled:
    """Make it in a scratch folder."""
    folder, writes = scratch / "instance", scratch / "writes"
    folder.mkdir()
    (folder / "config.toml").write_text('demo = true\nproxy_hops = 1\nmail_server = ""\n')
    app = create_app(folder)
    with app.app_context():
        db.create_all()
        scale(questions)
        rows = db.session.execute(
            public(
                Question.published_at, Question.id, Submission.code, Submission.public_title
            ).order_by(Question.published_at.desc(), Question.id.desc())
        ).all()
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    shutil.copytree(folder, writes)
    step = max(1, len(rows) // ANSWERS)
    middle = rows[len(rows) // 2]
    return Filled(
        folder=folder,
        writes=writes,
        secret=str(app.secret_key),
        codes=[row.code for row in rows[::step]][:ANSWERS],
        middle=encode((middle.published_at, middle.id)),
        searches=_searches([row.public_title for row in rows[:: max(1, len(rows) // SEARCHES)]]),
    )


def _searches(titles: Sequence[str]) -> list[str]:
    """Two words of real titles, every other time without marks; some in many documents, some in
    few.
    """
    found = []
    for number, title in enumerate(itertools.islice(itertools.cycle(titles), SEARCHES)):
        words = re.findall(r"\w+", title)
        start = number % max(1, len(words) - 1)
        text = " ".join(words[start : start + 2])
        found.append(fold(text) if number % 2 else text)
    return found


def raw_search_p95(filled: Filled, rounds: int = 3) -> float:
    """Milliseconds of the bare full-text query in this file, as one reader."""
    connection = sqlite3.connect(f"file:{filled.folder / 'app.db'}?mode=ro", uri=True)
    taken = []
    for _round in range(rounds):
        for search in filled.searches:
            query = " ".join(f'"{fold(word)}"' for word in search.split())
            started = time.perf_counter()
            connection.execute(_RAW_SEARCH, (query,)).fetchall()
            taken.append(time.perf_counter() - started)
    connection.close()
    return 1000 * sorted(taken)[int(0.95 * len(taken))]


def raw_commits(scratch: Path, seconds: float = 1.0) -> float:
    """Durable commits a second of one bare writer on this disk: what the file system allows."""
    connection = sqlite3.connect(scratch / "raw.db", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY "
        "KEY, text TEXT)"
    )
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t (text) VALUES (?)", ("x" * 1_300,))
        connection.execute("COMMIT")
        done += 1
    connection.close()
    return done / (time.perf_counter() - started)


def environment(folder: Path, **settings: str) -> Mapping[str, str]:
    """How a server finds this installation."""
    return {
        "INSTANCE": str(folder),
        **{f"LANGNGHE_{name.upper()}": value for name, value in settings.items()},
    }
