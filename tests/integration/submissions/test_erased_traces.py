"""What was erased is in no file of the instance folder: not in the database, not in its log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access import Role
from app.access.actors import SYSTEM
from app.comments.service import moderating
from app.extensions import db
from app.jobs import runner
from app.jobs.models import Job
from app.jobs.states import JobState
from app.kernel import fulltext
from app.kernel.db import scrub
from app.kernel.errors import Busy
from app.kernel.links import Ref
from app.questions.service import publishing
from app.questions.states import Stage, Visibility
from app.submissions.jobs import scrub as scrub_job
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.questions import make_question

MARKER = "xyzdauvet"
TEXT = f"Nội dung có {MARKER} cần xóa. " * 40


@pytest.fixture
def standing(make_app: Any, new_database: Any) -> Iterator[Flask]:
    """An installation of its own, with everything in one folder."""
    app: Flask = make_app(database_url=new_database())
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


def traces(app: Flask) -> set[str]:
    """The files of the instance in which the marker stands."""
    found = {file for file in Path(app.instance_path).rglob("*") if file.is_file()}
    return {file.name for file in found if MARKER.encode() in file.read_bytes().lower()}


def run_jobs() -> None:
    lane = runner.JobLane()
    while lane.step("test"):
        pass


def noise() -> None:
    """Others stay as they are."""
    make_question(stage=Stage.ANSWERED, visibility=Visibility.PUBLIC)


def test_an_erased_question_is_in_no_file(standing: Flask) -> None:
    noise()
    question = make_question(
        stage=Stage.ANSWERED,
        visibility=Visibility.PUBLIC,
        title=f"Câu hỏi {MARKER}",
        body=TEXT,
        name=f"Nguyễn Văn {MARKER}",
        email=f"{MARKER}@example.com",
    )
    db.session.commit()
    if db.engine.dialect.name == "sqlite":
        assert {"app.db-wal"} <= traces(standing), "the test would prove nothing"
    publishing.erase(question, actor=make_user(roles=[Role.ADMINISTRATOR]), reason="Theo yêu cầu.")
    db.session.commit()
    if db.engine.dialect.name == "sqlite":
        assert {"app.db-wal"} <= traces(standing), "it would have gone by itself"
    run_jobs()
    assert traces(standing) == set()


def test_an_erased_comment_is_in_no_file(standing: Flask) -> None:
    comment = make_comment(
        make_consultation(), body=TEXT, name=f"Nguyễn {MARKER}", email=f"{MARKER}@example.com"
    )
    noise()
    db.session.commit()
    moderating.erase(comment, actor=SYSTEM, reason="Hết thời hạn lưu.")
    db.session.commit()
    run_jobs()
    assert traces(standing) == set()


def test_a_reader_delays_the_scrubbing_and_it_is_tried_again(standing: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        scrub()  # nothing to do there
        return
    question = make_question(body=TEXT)
    db.session.commit()
    reader = db.engine.raw_connection()
    reader.cursor().execute("BEGIN")
    reader.cursor().execute("SELECT count(*) FROM submission").fetchall()
    publishing.erase(question, actor=SYSTEM, reason="Hết thời hạn lưu.")
    db.session.commit()
    with pytest.raises(Busy):
        scrub()
    runner.JobLane().step("test")
    job = db.session.scalars(sa.select(Job).where(Job.name == "erased-scrub")).one()
    assert (job.state, job.attempts) == (JobState.READY, 1)
    reader.rollback()
    reader.close()
    db.session.rollback()
    scrub()
    assert traces(standing) == set()


def test_words_that_left_the_index_are_in_no_file(standing: Flask) -> None:
    for number in range(20):
        fulltext.put(Ref("question", number), title=f"Câu hỏi {number}", body="Đường đi.")
    fulltext.put(Ref("question", 99), title=f"Câu hỏi {MARKER}", body="Đường đi.")
    db.session.commit()
    fulltext.remove(Ref("question", 99))
    db.session.commit()
    scrub()
    if db.engine.dialect.name == "sqlite":
        assert traces(standing) == {"app.db"}, "it would have gone by itself"
    scrub_job({})
    assert traces(standing) == set()
