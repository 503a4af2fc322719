"""The record on screen and as a file."""

import csv
import io

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.audit import service, tags
from app.extensions import db
from app.kernel.links import Ref
from tests.factories.accounts import make_staff
from tests.factories.statements import StatementCounter

ADDRESS = "/can-bo/he-thong/nhat-ky"


@pytest.fixture
def auditor(app: Flask) -> FlaskClient:
    client, _user = make_staff(app, Role.AUDITOR)
    return client


def add(
    app: Flask,
    number: int = 1,
    *,
    tag: str = "test:thing:done",
    actor: str = "Trần Văn B",
    **data: object,
) -> None:
    with app.app_context():
        for index in range(number):
            service.record(
                tag,
                actor_id=5,
                actor=actor,
                about=Ref("thing", index + 1),
                data={"code": f"AS-2026-{index + 1:06}", **data},
            )
        db.session.commit()


def text_of(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_only_for_those_who_may(app: Flask, client: FlaskClient) -> None:
    assert client.get(ADDRESS).status_code == 302
    officer, _user = make_staff(app, Role.OFFICER)
    assert officer.get(ADDRESS).status_code == 403
    assert officer.get(f"{ADDRESS}/nhat-ky.csv").status_code == 403


def test_the_list_shows_who_did_what(app: Flask, auditor: FlaskClient) -> None:
    tags.declare("test:thing:done", "Làm xong việc")
    add(app)
    page = text_of(auditor, ADDRESS)
    assert "Làm xong việc" in page
    assert "govuk-error-message" not in page
    assert "AS-2026-000001" in page
    assert "Trần Văn B" in page


def test_filters(app: Flask, auditor: FlaskClient) -> None:
    add(app, actor="Trần Văn B")
    # Later than any day on which this runs: the record's time never goes back.
    with time_machine.travel("2199-03-05T03:00:00+00:00"):
        add(app, actor="Lê Thị C", tag="test:thing:begun")
    assert "Lê Thị C" not in text_of(auditor, f"{ADDRESS}?nguoi=Trần Văn B").split("<tbody")[1]
    assert (
        "Trần Văn B" not in text_of(auditor, f"{ADDRESS}?viec=test:thing:begun").split("<tbody")[1]
    )
    inside = text_of(auditor, f"{ADDRESS}?tu=5/3/2199&den=05/03/2199")
    assert "Lê Thị C" in inside
    assert "Trần Văn B" not in inside.split("<tbody")[1]
    assert "Không có bản ghi nào khớp" in text_of(auditor, f"{ADDRESS}?den=4/3/2016")
    assert "Không có bản ghi nào khớp" in text_of(auditor, f"{ADDRESS}?ve=thing:99")
    assert "Trần Văn B" in text_of(auditor, f"{ADDRESS}?ve=thing:1")


def test_a_filter_that_makes_no_sense_is_left_out(app: Flask, auditor: FlaskClient) -> None:
    add(app)
    page = text_of(auditor, f"{ADDRESS}?tu=hôm qua&viec=khong-co&ve=nonsense")
    assert "Hãy nhập ngày dạng" in page
    assert "Trần Văn B" in page


def test_pages_forward_and_back(app: Flask, auditor: FlaskClient) -> None:
    add(app, 120)
    first = auditor.get(ADDRESS)
    assert "AS-2026-000120" in first.get_data(as_text=True)
    seen = set()
    address: str | None = ADDRESS
    for _page in range(10):
        if address is None:
            break
        page = text_of(auditor, address)
        seen.update(part[:15] for part in page.split(">AS-2026-")[1:])
        marker = 'rel="next"'
        address = (
            page.split(marker)[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
            if marker in page
            else None
        )
    assert address is None
    assert len({item[:6] for item in seen}) == 120
    assert 'rel="prev"' in page


def test_the_list_costs_the_same_for_few_and_many(app: Flask, auditor: FlaskClient) -> None:
    add(app, 2)
    with app.app_context(), StatementCounter(db.engine) as few:
        auditor.get(ADDRESS)
    add(app, 200)
    with app.app_context(), StatementCounter(db.engine) as many:
        auditor.get(ADDRESS)
    assert len(few.statements) == len(many.statements)


def test_one_entry(app: Flask, auditor: FlaskClient) -> None:
    add(app, note="<script>alert(1)</script>", steps=[1, 2])
    with app.app_context():
        number, digest = service.head()
    page = text_of(auditor, f"{ADDRESS}/{number}")
    assert digest in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert auditor.get(f"{ADDRESS}/999").status_code == 404


def test_export(app: Flask, auditor: FlaskClient) -> None:
    add(app, 450, actor="=HYPERLINK(1)")
    response = auditor.get(f"{ADDRESS}/nhat-ky.csv?viec=test:thing:done")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.get_data(as_text=True).lstrip("\ufeff"))))
    assert rows[0][:4] == ["Số", "Thời gian", "Người thực hiện", "Việc"]
    assert len(rows) == 451
    assert {row[2] for row in rows[1:]} == {"'=HYPERLINK(1)"}
    assert [row[5] for row in rows[1:3]] == ["thing:450", "thing:449"]


def test_hot_queries_use_an_index(app: Flask) -> None:
    add(app, 30)
    from app.audit import queries

    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            db.session.execute(db.text("SET enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
        for filters in (
            queries.Filters(),
            queries.Filters(tag="test:thing:done"),
            queries.Filters(actor="a"),
            queries.Filters(about=Ref("thing", 1)),
        ):
            with StatementCounter(db.engine) as counter:
                queries.page(filters)
            compiled = (
                filters.apply(db.select(queries.AuditRecord))
                .order_by(queries.AuditRecord.at.desc(), queries.AuditRecord.id.desc())
                .limit(5)
            )
            plan = db.session.execute(
                db.text(
                    explain
                    + str(compiled.compile(db.engine, compile_kwargs={"literal_binds": True}))
                )
            ).all()
            text = " ".join(str(row) for row in plan)
            assert counter.statements
            assert "TEMP B-TREE" not in text
            assert "Sort" not in text.replace("Incremental Sort", "Sort")
