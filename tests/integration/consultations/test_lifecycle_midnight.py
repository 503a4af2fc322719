"""Midnight in Hà Nội with the page cache on: the pages change by their dates, the job moves the
stage, in either order.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.consultations import jobs
from app.consultations.models import Consultation
from app.consultations.states import Stage
from app.extensions import db
from app.kernel.clock import HANOI
from tests.factories.lifecycle import make_posted
from tests.factories.organisation import make_agency

MONDAY = dt.datetime(2026, 10, 5, 9, 0, tzinfo=HANOI)
SECOND = dt.timedelta(seconds=1)
#: The first moment of the first day, and the first after the last one.
OPENS, OVER = dt.datetime(2026, 10, 8, tzinfo=HANOI), dt.datetime(2026, 11, 10, tzinfo=HANOI)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cached(
    make_app: Any, database_url: str, app: Flask, clock: Any
) -> Iterator[tuple[FlaskClient, str]]:
    """A reader of an installation that keeps its pages, and the address of a consultation from 8
    October to 9 November.
    """
    keeping = make_app(database_url=database_url, page_cache=True)
    with keeping.app_context():
        make_agency()
        found = make_posted(closes_on=dt.date(2026, 11, 9))
        assert (found.opens_on, found.closes_on) == (OPENS.date(), dt.date(2026, 11, 9))
        slug = found.slug
    yield keeping.test_client(use_cookies=False), f"/lay-y-kien/{slug}"
    with keeping.app_context():
        db.session.remove()
        db.engine.dispose()


def run_the_clock(app: Flask) -> Stage:
    """The job of every minute; returns the stage afterwards."""
    with app.app_context():
        jobs.run_clock()
        db.session.commit()
        stage = db.session.scalars(sa.select(Consultation.stage)).one()
        db.session.rollback()
        return stage


def shown(reader: FlaskClient, address: str) -> tuple[str, str, bool]:
    """What the page and the list say, each asked for twice so that it comes from the shelf, and
    whether a comment is taken.
    """
    page, again, listed = (reader.get(path) for path in (address, address, "/lay-y-kien"))
    assert page.status_code == listed.status_code == 200
    assert page.data == again.data
    assert reader.get("/lay-y-kien").data == listed.data
    form = reader.get(f"{address}/gop-y").get_data(as_text=True)
    return (
        page.get_data(as_text=True),
        listed.get_data(as_text=True),
        'name="target_kind"' in form and "ngoài thời hạn" not in form,
    )


@pytest.mark.parametrize("job_first", [True, False])
def test_it_opens_with_the_first_second_of_its_day(
    cached: tuple[FlaskClient, str], app: Flask, clock: Any, job_first: bool
) -> None:
    reader, address = cached
    clock.move_to(OPENS - SECOND)
    assert run_the_clock(app) is Stage.SCHEDULED
    page, listed, takes = shown(reader, address)
    assert "Sắp mở" in page
    assert "Mở ngày 08/10/2026" in listed
    assert not takes
    clock.move_to(OPENS + SECOND)
    if job_first:
        assert run_the_clock(app) is Stage.OPEN
    page, listed, takes = shown(reader, address)
    assert "Còn 33 ngày" in page
    assert "Còn 33 ngày" in listed
    assert takes
    if not job_first:
        assert run_the_clock(app) is Stage.OPEN
        assert "Còn 33 ngày" in shown(reader, address)[0]


@pytest.mark.parametrize("job_first", [True, False])
def test_it_closes_after_the_last_second_of_its_last_day(
    cached: tuple[FlaskClient, str], app: Flask, clock: Any, job_first: bool
) -> None:
    reader, address = cached
    clock.move_to(OPENS)
    run_the_clock(app)
    clock.move_to(OVER - SECOND)
    assert run_the_clock(app) is Stage.OPEN
    page, _listed, takes = shown(reader, address)
    assert "Hôm nay là ngày cuối" in page
    assert takes
    clock.move_to(OVER + SECOND)
    if job_first:
        assert run_the_clock(app) is Stage.CLOSED
    page, _listed, takes = shown(reader, address)
    assert "Đang tổng hợp" in page
    assert "Hôm nay là ngày cuối" not in page
    assert not takes
    if not job_first:
        assert run_the_clock(app) is Stage.CLOSED
        assert "Đang tổng hợp" in shown(reader, address)[0]
