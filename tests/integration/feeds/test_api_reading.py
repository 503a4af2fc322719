"""The API: every address against its own document, pages that fit together, errors as problem
documents, who may read it.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.comments.states import TargetKind
from app.consultations.queries import staff
from app.consultations.states import Stage, Visibility
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db, limiter
from app.kernel.clock import now, today
from app.questions import states as question_states
from app.results.models import ResultRow, ResultTable
from app.results.tabling import Row
from app.submissions.states import NameDisplay
from app.works.models import ProjectItem
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency, make_topic, make_unit
from tests.factories.questions import make_question
from tests.factories.statements import StatementCounter


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


def draft_of(consultation_id: int, *texts: str, number: int = 1, published: bool = True) -> None:
    version = DraftVersion(
        consultation_id=consultation_id, number=number, published_at=now() if published else None
    )
    db.session.add(version)
    db.session.flush()
    for position, text in enumerate(texts, 1):
        db.session.add(
            Clause(
                version_id=version.id,
                position=position,
                kind=ClauseKind.ARTICLE,
                anchor=f"dieu-{position}",
                label="Điều",
                text=text,
            )
        )
    db.session.commit()


def project_of(consultation_id: int, code: str, position: int = 1) -> ProjectItem:
    row = ProjectItem(
        consultation_id=consultation_id,
        code=code,
        name=f"Công trình {code}",
        land_code="DGT",
        planned_ha=3,
        position=position,
    )
    db.session.add(row)
    db.session.commit()
    return row


@pytest.fixture
def slug(app: Flask) -> str:
    """A consultation with something behind every address."""
    with app.app_context():
        made = make_consultation(
            stage=Stage.ANSWERED, legal_basis=[{"text": "Luật Đất đai, Điều 70", "url": ""}]
        )
        draft_of(made.id, "Phạm vi điều chỉnh", "Đối tượng áp dụng")
        project = project_of(made.id, "DA-01")
        make_comment(
            made,
            visibility=Visibility.PUBLIC,
            target_kind=TargetKind.PROJECT,
            project_id=project.id,
        )
        table = ResultTable(
            consultation_id=made.id,
            number=1,
            issued_name="Phạm Thị Duyệt",
            sha256="0" * 64,
            content={"code": made.code},
        )
        db.session.add(table)
        db.session.flush()
        for number in range(1, 4):
            row = Row(
                number,
                f"y-{number:08}",
                "Nhóm",
                "Người dân",
                f"Ý {number}",
                "accepted",
                "Đã sửa.",
                "Điều 5",
            )
            db.session.add(
                ResultRow(
                    table_id=table.id,
                    position=number,
                    anchor=row.anchor,
                    point_id=number,
                    data=row.data(),
                )
            )
        make_question(visibility=question_states.Visibility.PUBLIC)
        db.session.commit()
        return made.slug


# Against the document ---------------------------------------------------------------------------
class Schema:
    """Enough of JSON Schema to hold an answer against the document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def problems(self, value: Any, schema: dict[str, Any], where: str = "$") -> Iterator[str]:
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        if "anyOf" in schema:
            if all(list(self.problems(value, one)) for one in schema["anyOf"]):
                yield f"{where}: {value!r} is none of {schema['anyOf']}"
            return
        yield from self._of_value(value, schema, where)

    def _of_value(self, value: Any, schema: dict[str, Any], where: str) -> Iterator[str]:
        kinds = {
            "object": dict,
            "array": list,
            "string": str,
            "integer": int,
            "boolean": bool,
            "null": type(None),
        }
        if type(value) is not kinds[schema["type"]]:
            yield f"{where}: {value!r} is no {schema['type']}"
            return
        if value not in schema.get("enum", [value]):
            yield f"{where}: {value!r} is not in {schema['enum']}"
        if schema.get("format") == "date":
            dt.date.fromisoformat(value)
        if schema.get("format") == "date-time" and dt.datetime.fromisoformat(value).tzinfo is None:
            yield f"{where}: {value!r} has no zone"
        for number, item in enumerate(value if schema["type"] == "array" else ()):
            yield from self.problems(item, schema["items"], f"{where}[{number}]")
        if "properties" in schema:
            yield from self._of_object(value, schema, where)

    def _of_object(
        self, value: dict[str, Any], schema: dict[str, Any], where: str
    ) -> Iterator[str]:
        for name in set(schema.get("required", ())) - set(value):
            yield f"{where}.{name} is missing"
        for name, item in value.items():
            if name in schema["properties"]:
                yield from self.problems(item, schema["properties"][name], f"{where}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{where}.{name} is not in the document"


def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return found


def test_every_path_answers_as_the_document_says(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    described = document(client)
    code = client.get("/api/v1/answers").get_json()["items"][0]["code"]
    schema, seen = Schema(described), 0
    for path, operations in described["paths"].items():
        address = path.replace("{slug}", slug).replace("{code}", code)
        assert set(operations) == {"get"}, path
        responses = operations["get"]["responses"]
        for found, status in (
            (client.get(address), "200"),
            (client.get(re.sub(r"\{\w+\}", "khong-co", path)), "404"),
        ):
            if status == "404" and "{" not in path:
                continue
            assert found.status_code == int(status), (address, found.get_data(as_text=True))
            (kind,) = responses[status]["content"]
            assert found.content_type == kind
            assert (
                list(
                    schema.problems(found.get_json(), responses[status]["content"][kind]["schema"])
                )
                == []
            )
            seen += 1
    assert seen == 16


def test_the_document_names_every_address_and_describes_it(app: Flask, client: FlaskClient) -> None:
    described = document(client)
    routes = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    assert set(described["paths"]) == routes - {"/api/v1/openapi.json", "/api/v1/{rest}"}
    assert described["openapi"] == "3.1.0"
    for operations in described["paths"].values():
        assert operations["get"]["summary"].endswith(".")
    names = re.findall(r"#/components/schemas/(\w+)", json.dumps(described))
    assert set(names) <= set(described["components"]["schemas"])
    assert "http" not in json.dumps(described).replace("http://127.0.0.1:8000", "")


# What stands in it ------------------------------------------------------------------------------
def test_a_consultation_with_all_that_belongs_to_it(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    one = client.get(f"/api/v1/consultations/{slug}").get_json()
    assert (one["phase"], one["received_count"], one["public_count"]) == ("result", 1, 1)
    assert one["legal_basis"] == [{"text": "Luật Đất đai, Điều 70", "url": ""}]
    assert one["url"] == f"http://127.0.0.1:8000/lay-y-kien/{slug}"
    (comment,) = client.get(f"/api/v1/consultations/{slug}/comments").get_json()["items"]
    assert (comment["sender"], comment["project"], comment["target"]) == (
        "N.T.Â.",
        "DA-01",
        "project",
    )
    assert "0912345678" not in json.dumps(comment)
    (project,) = client.get(f"/api/v1/consultations/{slug}/projects").get_json()["items"]
    assert (project["code"], float(project["planned_ha"])) == ("DA-01", 3)
    assert client.get(f"/api/v1/consultations/{slug}/result").get_json()["number"] == 1
    first = client.get(f"/api/v1/consultations/{slug}/result/rows?limit=2").get_json()
    second = client.get(
        f"/api/v1/consultations/{slug}/result/rows?limit=2&after={first['next']}"
    ).get_json()
    assert [row["text"] for row in first["items"] + second["items"]] == ["Ý 1", "Ý 2", "Ý 3"]


def test_the_newest_published_text_only(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = make_consultation(slug="cuoc-nay")
        for number, published in ((1, True), (2, True), (3, False)):
            draft_of(made.id, f"Bản {number}", number=number, published=published)
    items = client.get("/api/v1/consultations/cuoc-nay/clauses").get_json()["items"]
    assert [(row["version"], row["text"]) for row in items] == [(2, "Bản 2")]


@pytest.mark.parametrize("display", NameDisplay)
def test_senders_are_named_as_they_chose(
    app: Flask, client: FlaskClient, display: NameDisplay
) -> None:
    with app.app_context():
        made = make_consultation(slug="cuoc-nay")
        make_comment(made, visibility=Visibility.PUBLIC, name_display=display)
    (comment,) = client.get("/api/v1/consultations/cuoc-nay/comments").get_json()["items"]
    assert (
        comment["sender"]
        == {"full": "Nguyễn Thị Ân", "initials": "N.T.Â.", "hidden": ""}[display.value]
    )


def test_a_result_is_there_only_once_it_is_published(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = make_consultation(stage=Stage.CLOSED, slug="cuoc-nay")
        db.session.add(
            ResultTable(consultation_id=made.id, number=1, issued_name="A", sha256="0" * 64)
        )
        db.session.commit()
    for path in ("result", "result/rows"):
        assert client.get(f"/api/v1/consultations/cuoc-nay/{path}").status_code == 404


def test_by_phase(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = {
            "upcoming": make_consultation(stage=Stage.SCHEDULED).code,
            "open": make_consultation().code,
            "summarising": make_consultation(stage=Stage.CLOSED).code,
            "result": make_consultation(stage=Stage.ARCHIVED).code,
        }
    for phase, code in made.items():
        assert [
            row["code"]
            for row in client.get(f"/api/v1/consultations?phase={phase}").get_json()["items"]
        ] == [code]


def test_answers_by_topic_unit_and_year(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        topic, unit = (
            make_topic("Đất đai", slug="dat-dai"),
            make_unit("Phòng Kinh tế", slug="phong-kinh-te"),
        )
        code = make_question(
            visibility=question_states.Visibility.PUBLIC, topic=topic, unit=unit
        ).submission.code
        make_question(visibility=question_states.Visibility.PUBLIC)
    for query in ("topic=dat-dai", "unit=phong-kinh-te", f"topic=dat-dai&year={today().year}"):
        assert [
            row["code"] for row in client.get(f"/api/v1/answers?{query}").get_json()["items"]
        ] == [code], query
    assert client.get("/api/v1/answers?year=2001").get_json()["items"] == []
    assert client.get(f"/api/v1/answers/{code.lower()}").get_json()["code"] == code


@pytest.mark.parametrize("what", ["consultations", "projects", "comments", "answers"])
def test_pages_follow_each_other_without_gap_or_repetition(
    app: Flask, client: FlaskClient, what: str
) -> None:
    with app.app_context():
        made = make_consultation(slug="cuoc-nay")
        for number in range(7):
            if what == "consultations":
                make_consultation()
            elif what == "projects":
                project_of(made.id, f"DA-{number:02}", position=number // 2)
            elif what == "comments":
                make_comment(made, visibility=Visibility.PUBLIC)
            else:
                make_question(visibility=question_states.Visibility.PUBLIC)
    address = (
        f"/api/v1/{what}"
        if what in {"consultations", "answers"}
        else f"/api/v1/consultations/cuoc-nay/{what}"
    )
    whole = [row["code"] for row in client.get(address).get_json()["items"]]
    found, after = [], ""
    while after is not None:
        page = client.get(f"{address}?limit=3" + (f"&after={after}" if after else "")).get_json()
        found += [row["code"] for row in page["items"]]
        after = page["next"]
    assert found == whole
    assert len(set(found)) == len(found) >= 7


# Errors, limits, headers ------------------------------------------------------------------------
@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "after=khong",
        "phase=now",
        "after=" + "A" * 3_000,
        "after=W10",
        "limit=-1",
    ],
)
def test_a_bad_query_is_a_problem(client: FlaskClient, query: str) -> None:
    response = client.get(f"/api/v1/consultations?{query}")
    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    problem = response.get_json()
    assert (problem["status"], problem["title"]) == (422, "Unprocessable Entity")
    assert query.split("=", 1)[0] in problem["detail"]


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/x",
        "/api/v1/consultations/x/y",
        "/api/v1/answers/AS-2026-999999",
        "/api/v1/consultations/x",
    ],
)
def test_what_is_not_there_is_a_problem(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.content_type) == (404, "application/problem+json")
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_anybody_may_read_and_nobody_write(app: Flask, client: FlaskClient, slug: str) -> None:
    response = client.get(f"/api/v1/consultations/{slug}?lang=en")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in response.headers
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)(f"/api/v1/consultations/{slug}").status_code in {400, 405}


def test_unchanged_is_304_and_dated(app: Flask, client: FlaskClient, slug: str) -> None:
    response = client.get(f"/api/v1/consultations/{slug}")
    assert "Last-Modified" in response.headers
    again = client.get(
        f"/api/v1/consultations/{slug}", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304
    assert again.headers["Access-Control-Allow-Origin"] == "*"


def test_whoever_asks_too_often_is_told_so(app: Flask, client: FlaskClient) -> None:
    answers = [
        client.get(f"/api/v1/consultations?limit={1 + number % 100}") for number in range(125)
    ]
    with app.app_context():
        limiter.reset()
    late = [answer for answer in answers if answer.status_code == 429]
    assert late
    assert late[0].content_type == "application/problem+json"
    assert "Retry-After" in late[0].headers


def test_statements_do_not_grow_with_rows(app: Flask, client: FlaskClient, slug: str) -> None:
    paths = ["", "/clauses", "/projects", "/comments", "/result"]

    def counted() -> dict[str, int]:
        found = {}
        with app.app_context():
            engine = db.engine
        for path in paths:
            with StatementCounter(engine) as counter:
                assert client.get(f"/api/v1/consultations/{slug}{path}").status_code == 200
            found[path] = len(counter.statements)
        return found

    few = counted()
    with app.app_context():
        made = staff.by_slug(slug)
        for number in range(20):
            make_comment(made, visibility=Visibility.PUBLIC)
            project_of(made.id, f"X-{number}", position=number)
    assert counted() == few
    assert max(few.values()) <= 2
