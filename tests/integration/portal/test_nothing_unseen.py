"""The marker crawl (A3): every public address, feed, block, download and search, with everything
planted that nobody may see.
"""

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.consultations.models import Consultation
from app.extensions import db, limiter
from app.files.models import StoredFile
from app.kernel.clock import today
from app.results.models import ResultRow
from app.submissions.models import Submission
from app.works.models import ProjectItem
from tests.factories.organisation import make_agency
from tests.factories.questions import make_unseen
from tests.factories.unseen import make_seen, make_unseen_consultations, make_unseen_parts

HIDDEN, SEEN = "zqxvkin", "zqxvthay"
#: They do something, or need a secret that a test of their own has.
LEFT_OUT = {"display.choose", "metrics.metrics"}
QUERIES = {
    "search.results": [
        "q=zqxv",
        "q=zqxv&loai=lay-y-kien",
        "q=zqxvki&loai=lay-y-kien",
        "q=nguyen+zqxv&loai=lay-y-kien",
    ],
    "reading.index": ["q=zqxv", "nam={year}"],
    "asking.start": ["q=zqxv"],
    "consultation_listing.index": [
        "giai-doan=open",
        "giai-doan=result",
        "loai=land_plan",
        "nam={year}",
    ],
    "consultation_projects.index": ["q=zqxv", "q=zqxvki", "to=7&thua=118"],
    "consultation_comments.index": ["muc=dieu-1", "y-kien=amend", "nguoi-gui=resident", "so=200"],
    "consultation_results.result": ["q=zqxv", "q=zqxvki", "y={anchor}"],
    "consultation_results.result_csv": ["lan=1", "lan=2"],
    "consultation_results.result_json": ["lan=1", "lan=2"],
    "consultation_commenting.start": ["muc=dieu-1"],
    "notifications.follow": ["lay-y-kien={slug}", "ma={code}"],
    "api.consultations": [
        "phase=open",
        "phase=result",
        "phase=upcoming",
        "phase=summarising",
        "limit=100",
    ],
    "api.answers": ["limit=100"],
}


@pytest.fixture
def planted(app: Flask) -> dict[str, list[str]]:
    """What addresses may be made of."""
    app.config["RATELIMIT_ENABLED"] = limiter.enabled = False
    with app.app_context():
        make_agency()
        make_seen(SEEN)
        make_unseen_consultations(HIDDEN)
        make_unseen_parts(HIDDEN)
        make_unseen(HIDDEN)
        found = {
            "slug": list(
                db.session.scalars(sa.select(Consultation.slug).order_by(Consultation.id))
            ),
            "code": list(db.session.scalars(sa.select(Submission.code).order_by(Submission.id))),
            "project": list(
                db.session.scalars(sa.select(ProjectItem.code).order_by(ProjectItem.id))
            ),
            "anchor": list(db.session.scalars(sa.select(ResultRow.anchor).order_by(ResultRow.id))),
            "file": [
                f"/tep/{row.key}/{row.address_name}"
                for row in db.session.scalars(sa.select(StoredFile).order_by(StoredFile.id))
            ],
        }
    assert len(found["slug"]) > 10
    assert len(found["file"]) > 10
    yield found
    app.config["RATELIMIT_ENABLED"] = limiter.enabled = True


def values_of(rule: Rule, planted: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """Everything that may stand in the gaps of an address."""
    known: dict[str, list[str]] = {
        "slug": planted["slug"],
        "code": planted["project"] if "/danh-muc/" in rule.rule else planted["code"],
        "anchor": planted["anchor"],
        "name": ["danh-muc", "y-kien", "khao-sat"],
        "kind": ["csv", "xlsx"],
        "rest": ["x"],
        "token": ["x" * 22],
        "key": ["1-" + "0" * 32],
    }
    names = sorted(rule.arguments)
    for values in itertools.product(*(known.get(name, ["khong-co"]) for name in names)):
        yield dict(zip(names, values, strict=True))


def addresses(app: Flask, planted: dict[str, list[str]]) -> Iterator[str]:
    """Every public address there is, with everything in its gaps, and with the queries that it
    knows.
    """
    year = today().year
    with app.test_request_context():
        adapter = app.url_map.bind("127.0.0.1:8000")
        for rule in app.url_map.iter_rules():
            if (
                rule.rule.startswith("/can-bo")
                or rule.endpoint in LEFT_OUT
                or "GET" not in (rule.methods or ())
            ):
                continue
            if rule.endpoint == "files.download":
                yield from planted["file"]
                continue
            for values in values_of(rule, planted):
                path = adapter.build(rule.endpoint, values)
                yield path
                for query in QUERIES.get(rule.endpoint, ()):
                    samples = zip(
                        planted["slug"],
                        planted["code"],
                        itertools.cycle(planted["anchor"]),
                        strict=False,
                    )
                    yield from {
                        f"{path}?{query.format(slug=slug, code=code, anchor=anchor, year=year)}"
                        for slug, code, anchor in samples
                    }


def content(response: TestResponse) -> str:
    """The words of an answer: a workbook is unpacked, headers count too."""
    data = response.get_data()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            data = b"\n".join(book.read(name) for name in book.namelist())
    return str(response.headers).lower() + data.decode("utf-8", "replace").lower()


def test_nothing_unseen_is_anywhere(
    app: Flask, client: FlaskClient, planted: dict[str, list[str]]
) -> None:
    shown: dict[str, set[str]] = {}
    wrong = []
    for address in addresses(app, planted):
        response = client.get(address)
        text = content(response)
        if response.status_code >= 500:
            wrong.append(f"{response.status_code} {address}")
        # A page may name its own address, as it is and inside another one.
        for echo in (address.lower(), quote_plus(address).lower()):
            text = text.replace(echo, "")
        if HIDDEN in text:
            place = text.index(HIDDEN)
            wrong.append(f"{address}: …{text[max(0, place - 80) : place + 40]}…")
        if response.status_code == 200 and SEEN in text:
            shown.setdefault(kind_of(address), set()).add(address)
    assert wrong == [], "\n".join(wrong[:20])
    # The walk would find nothing if it went nowhere.
    missing = {
        "list",
        "page",
        "calendar",
        "map",
        "file",
        "download",
        "api",
        "feed",
        "block",
        "search",
        "home",
    } - set(shown)
    assert missing == set(), missing


def kind_of(address: str) -> str:
    """Which kind of output an address gives."""
    kinds = (
        (r"/$", "home"),
        (r"/lay-y-kien$", "list"),
        (r"/api/", "api"),
        (r"/nhung/", "block"),
        (r"/tim-kiem", "search"),
        (r"/tep/", "file"),
        (r".*/feed\.", "feed"),
        (r".*\.ics$", "calendar"),
        (r".*(geojson|svg)$", "map"),
        (r".*/tai-ve/", "download"),
    )
    return next((kind for pattern, kind in kinds if re.match(pattern, address)), "page")


@pytest.mark.parametrize(
    "path", ["", "/clauses", "/projects", "/comments", "/result", "/result/rows"]
)
def test_the_api_knows_nothing_of_what_is_not_public(
    app: Flask, client: FlaskClient, planted: dict[str, list[str]], path: str
) -> None:
    for slug in planted["slug"]:
        if slug.startswith("kin-"):
            assert client.get(f"/api/v1/consultations/{slug}{path}").status_code == 404, slug


def test_files_of_what_is_not_public_cannot_be_fetched(
    app: Flask, client: FlaskClient, planted: dict[str, list[str]]
) -> None:
    answers: dict[bool, set[int]] = {True: set(), False: set()}
    for address in planted["file"]:
        answers[SEEN in address].add(client.get(address).status_code)
    assert answers == {True: {200}, False: {404}}


def test_every_rule_of_the_walk_is_filled(app: Flask, planted: dict[str, list[str]]) -> None:
    """A new gap in an address has to be taught to the walk."""
    known = {"slug", "code", "anchor", "name", "kind", "rest", "token", "key"}
    unknown: dict[str, Any] = {
        rule.rule: rule.arguments - known
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith("/can-bo")
        and rule.arguments - known
        and "GET" in (rule.methods or ())
    }
    assert unknown == {}
