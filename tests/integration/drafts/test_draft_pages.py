"""The draft on screen: uploaded, mended and published by the office, read and commented on clause
by clause by everybody.
"""

import gzip
import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.comments.models import Comment
from app.comments.states import TargetKind
from app.consultations.models import Consultation
from app.consultations.states import ShowComments, Stage, Visibility
from app.drafts import queries
from app.drafts.models import Clause, DraftVersion
from app.drafts.service import versions as service
from app.extensions import db
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.jobs import runner
from tests.factories import drafts
from tests.factories.accounts import csrf_of, make_staff, make_user, post
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.statements import StatementCounter
from tests.factories.versions import make_version


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.get_data(as_text=True)[-3000:]
    return response.get_data(as_text=True)


@pytest.fixture
def made(app: Flask) -> Any:
    with app.app_context():
        consultation = make_consultation()
        return {"id": consultation.id, "slug": consultation.slug}


def publish(consultation_id: int, *parts: Any) -> int:
    version = make_version(consultation_id, *parts)
    service.publish(
        version, actor=make_user(roles=[Role.MODERATOR]), seen_revision=None, despite_doubts=True
    )
    db.session.commit()
    return version.id


# What everybody reads ---------------------------------------------------------------------------
def test_nothing_published_leads_to_the_dossier(app: Flask, client: FlaskClient, made: Any) -> None:
    with app.app_context():
        make_version(made["id"])
    text = page(client, f"/lay-y-kien/{made['slug']}/noi-dung")
    assert "chưa được tách từng mục" in text
    assert "/ho-so" in text


def test_each_clause_has_its_anchor_and_its_links(
    app: Flask, client: FlaskClient, made: Any
) -> None:
    with app.app_context():
        publish(made["id"])
        consultation = db.session.get_one(Consultation, made["id"])
        for visibility in (
            Visibility.PUBLIC,
            Visibility.PUBLIC,
            Visibility.HIDDEN,
            Visibility.PRIVATE,
        ):
            make_comment(
                consultation,
                target_kind=TargetKind.CLAUSE,
                clause_anchor="dieu-2-khoan-1",
                visibility=visibility,
            )
    text = page(client, f"/lay-y-kien/{made['slug']}/noi-dung")
    assert '<section class="ln-clause" id="dieu-2-khoan-1">' in text
    # The number stands in one line with its text.
    assert re.search(
        r'<div class="ln-clause__text">\s*<strong>[^<]+</strong>\s*<div class="ln-prose">', text
    )
    assert 'href="#dieu-2"' in text
    assert f"/lay-y-kien/{made['slug']}/gop-y?muc=dieu-2-khoan-1" in text
    assert re.search(r"/y-kien\?muc=dieu-2-khoan-1\">2 ý kiến<", text)
    assert text.count("/y-kien?muc=") == 1


def test_what_is_kept_until_closing_is_not_counted(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        consultation = make_consultation(show_comments=ShowComments.AFTER_CLOSING)
        publish(consultation.id)
        make_comment(
            consultation,
            target_kind=TargetKind.CLAUSE,
            clause_anchor="dieu-2",
            visibility=Visibility.PUBLIC,
        )
        slug = consultation.slug
    assert "/y-kien?muc=" not in page(client, f"/lay-y-kien/{slug}/noi-dung")


def test_after_closing_nobody_is_asked_to_comment(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        consultation = make_consultation(stage=Stage.CLOSED)
        publish(consultation.id)
        slug = consultation.slug
    assert "/gop-y?muc=" not in page(client, f"/lay-y-kien/{slug}/noi-dung")


def test_older_versions_stay(app: Flask, client: FlaskClient, made: Any) -> None:
    with app.app_context():
        publish(made["id"])
        publish(made["id"], ("article", "Điều 1", "Tên mới", "Nội dung khác hẳn ban đầu."))
        make_version(made["id"])
    address = f"/lay-y-kien/{made['slug']}/noi-dung"
    text = page(client, address)
    assert "Tên mới" in text
    assert "Bỏ Điều 2." in text
    old = page(client, f"{address}?ban=1")
    assert "Đây là bản cũ" in old
    assert "Phạm vi điều chỉnh" in old
    assert "/gop-y?muc=" not in old
    for unknown in ("3", "4", "x", "01"):
        page(client, f"{address}?ban={unknown}", 404)


def test_nobody_reads_the_draft_of_what_is_not_public(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        hidden = make_consultation(visibility=Visibility.HIDDEN)
        publish(hidden.id)
        slug = hidden.slug
    page(client, f"/lay-y-kien/{slug}/noi-dung", 404)
    page(client, "/lay-y-kien/khong-co/noi-dung", 404)


def test_a_long_draft_takes_three_statements_and_few_bytes(
    app: Flask, client: FlaskClient, made: Any
) -> None:
    with app.app_context():
        rows = [
            (part.kind, part.expected.label, part.expected.heading, part.expected.text)
            for part in drafts.decree(200)
        ]
        publish(made["id"], *rows)
        engine = db.engine
    address = f"/lay-y-kien/{made['slug']}/noi-dung"
    page(client, address)
    with StatementCounter(engine) as counter:
        response = client.get(address)
    statements = [
        statement
        for statement in counter.statements
        if "consultation" in statement or "clause" in statement
    ]
    assert len(statements) <= 3, statements
    assert len(gzip.compress(response.data, 6)) < 30 * 1024
    assert response.headers["Cache-Control"].startswith("public")


# The office -------------------------------------------------------------------------------------
def test_from_the_upload_to_the_public_page(app: Flask, client: FlaskClient, made: Any) -> None:
    staff, _user = make_staff(app, Role.MODERATOR)
    address = f"/can-bo/lay-y-kien/{made['slug']}/noi-dung"
    body = drafts.p("Điều 1. Phạm vi", bold=True) + drafts.p("1. Một.") + drafts.p("3. Ba.")
    upload = {
        "file": (io.BytesIO(drafts.docx(body)), "Dự thảo.docx"),
        "csrf_token": csrf_of(staff, address),
    }
    response = staff.post(address, data=upload)
    assert response.status_code == 302
    running = page(staff, response.location)
    assert 'http-equiv="refresh"' in running
    by_script = {"X-Requested-With": "fetch"}
    part = staff.get(response.location, headers=by_script)
    assert part.status_code == 200
    assert part.get_data(as_text=True).lstrip().startswith("<p")
    assert "<progress" in part.get_data(as_text=True)
    runner.drain(app)
    assert staff.get(response.location, headers=by_script).status_code == 205
    done = page(staff, response.location)
    assert "3 mục" in done
    assert "refresh" not in done
    version = page(staff, f"{address}/ban-1")
    assert "1 mục chưa chắc" in version
    assert "nhảy từ 1 sang 3" in version
    with app.app_context():
        revision = db.session.query(DraftVersion).one().revision
    refused = post(
        staff, f"{address}/ban-1/cong-bo", {"seen_revision": revision}, form_at=f"{address}/ban-1"
    )
    assert refused.status_code == 422
    assert "Còn mục chưa chắc" in refused.get_data(as_text=True)
    assert (
        post(
            staff,
            f"{address}/ban-1/da-xem",
            {"seen_revision": revision},
            form_at=f"{address}/ban-1",
        ).status_code
        == 302
    )
    stale = post(
        staff, f"{address}/ban-1/cong-bo", {"seen_revision": revision}, form_at=f"{address}/ban-1"
    )
    assert stale.status_code == 409
    answer = post(
        staff,
        f"{address}/ban-1/cong-bo",
        {"seen_revision": revision + 1, "note": "Bản đầu"},
        form_at=f"{address}/ban-1",
    )
    assert answer.status_code == 302
    assert "Bản đầu" in page(client, f"/lay-y-kien/{made['slug']}/noi-dung")
    overview = page(staff, address)
    assert "Người dân đang đọc" in overview
    copied = post(staff, f"{address}/ban-moi", form_at=address)
    assert copied.location.endswith("/ban-2")
    assert "Dự thảo.docx" in page(staff, address)


def test_a_wrong_file_is_refused_beside_the_field(app: Flask, made: Any) -> None:
    staff, _user = make_staff(app, Role.MODERATOR)
    address = f"/can-bo/lay-y-kien/{made['slug']}/noi-dung"
    for content, name, words in (
        (b"x", "a.doc", "đuôi .docx"),
        (b"PK", "a.docx", "không đúng với đuôi"),
        (
            drafts.docx("<?xml version='1.0'?><!DOCTYPE x SYSTEM 'http://evil.example/x.dtd'><x/>"),
            "a.docx",
            "lệnh tự chạy",
        ),
    ):
        response = staff.post(
            address,
            data={"file": (io.BytesIO(content), name), "csrf_token": csrf_of(staff, address)},
        )
        assert response.status_code == 422
        assert words in response.get_data(as_text=True)
    response = post(staff, address)
    assert response.status_code == 422
    assert "Hãy chọn một tệp" in response.get_data(as_text=True)


def test_who_may_not(app: Flask, made: Any) -> None:
    with app.app_context():
        make_version(made["id"])
        clause = db.session.query(Clause).first()
        clause_id = clause.id
    auditor, _user = make_staff(app, Role.AUDITOR)
    address = f"/can-bo/lay-y-kien/{made['slug']}/noi-dung"
    assert "Tải bản mới lên" not in page(auditor, address)
    page(auditor, f"{address}/ban-1")
    page(auditor, f"{address}/ban-1/muc/{clause_id}", 403)
    page(auditor, f"{address}/ban-9", 404)
    moderator, _user = make_staff(app, Role.MODERATOR)
    page(moderator, f"{address}/ban-1/muc/999999", 404)


@pytest.fixture
def bench(app: Flask, made: Any) -> Any:
    """A version being mended: a signed-in client, its addresses and its clauses."""
    with app.app_context():
        version = make_version(made["id"])
        ids = {clause.anchor: clause.id for clause in queries.entities_of(version.id)}
    staff, _user = make_staff(app, Role.MODERATOR)
    base = f"/can-bo/lay-y-kien/{made['slug']}/noi-dung/ban-1"

    def act(path: str, data: dict[str, Any], *, at: str | None = None) -> Any:
        with app.app_context():
            revision = db.session.query(DraftVersion).one().revision
        return post(
            staff, f"{base}{path}", {"seen_revision": revision, **data}, form_at=f"{base}{at or ''}"
        )

    return staff, base, ids, act


def anchors(app: Flask) -> list[str]:
    with app.app_context():
        return [
            clause.anchor for clause in queries.entities_of(db.session.query(DraftVersion).one().id)
        ]


def test_every_step_of_mending(app: Flask, bench: Any) -> None:
    staff, base, ids, act = bench
    clause = ids["dieu-2-khoan-1"]
    assert "Sửa khoản 1 Điều 2" in page(staff, f"{base}/muc/{clause}")
    words = {"kind": "clause", "label": "1.", "heading": "", "text": "Một.\n\n2. Hai.\n\n3. Ba."}
    assert act(f"/muc/{clause}", words).status_code == 302
    cut = {"cut": "3", "kind": "clause", "label": "2.", "heading": ""}
    assert act(f"/muc/{clause}/tach", cut).status_code == 302
    assert anchors(app)[-3:] == ["dieu-2", "dieu-2-khoan-1", "dieu-2-khoan-2"]
    with app.app_context():
        second = db.session.query(Clause).filter_by(anchor="dieu-2-khoan-2").one()
        assert second.text == "Hai.\n\n3. Ba."
        second_id = second.id
    assert act(f"/muc/{second_id}/len", {}).status_code == 302
    assert act(f"/muc/{second_id}/xuong", {}).status_code == 302
    assert act(f"/muc/{second_id}/da-xem", {}).status_code == 302
    assert act(f"/muc/{second_id}/gop", {}).status_code == 302
    assert anchors(app)[-2:] == ["dieu-2", "dieu-2-khoan-1"]
    assert "Thêm mục sau khoản 1 Điều 2" in page(staff, f"{base}/them?sau={clause}")
    assert "Thêm mục đầu tiên" in page(staff, f"{base}/them")
    assert (
        act(f"/them?sau={clause}", {"kind": "clause", "label": "2.", "text": "Mới."}).status_code
        == 302
    )
    assert act("/them", {"kind": "preamble", "text": "Căn cứ."}).status_code == 302
    assert anchors(app)[0] == "mo-dau"
    assert act(f"/muc/{clause}/bo", {}).status_code == 302
    assert "dieu-2-khoan-1" not in anchors(app)


def test_what_was_typed_is_not_lost(app: Flask, bench: Any) -> None:
    staff, base, ids, act = bench
    clause = ids["dieu-2-khoan-1"]
    for path, data in (
        (f"/muc/{clause}", {"kind": "clause", "heading": "Giữ lại", "text": "x" * 50_001}),
        (f"/muc/{clause}", {"kind": "clause", "label": "", "text": ""}),
        (f"/muc/{clause}/tach", {"cut": "77", "kind": "clause", "heading": "Giữ lại"}),
        (f"/muc/{clause}/tach", {"kind": "clause", "heading": "Giữ lại"}),
        (f"/them?sau={clause}", {"kind": "clause", "heading": "Giữ lại", "label": "x" * 61}),
        (f"/them?sau={clause}", {"kind": "clause"}),
        ("/cong-bo", {"note": "Giữ lại" * 100}),
    ):
        response = act(path, data)
        assert response.status_code == 422, path
        if "heading" in data:
            assert "Giữ lại" in response.get_data(as_text=True)


def test_somebody_else_was_faster(app: Flask, bench: Any) -> None:
    _staff, _base, ids, act = bench
    assert act(f"/muc/{ids['dieu-1']}/xuong", {"seen_revision": 99}).status_code == 409


def test_a_page_for_slips_is_closed_to_who_may_not_see_senders(app: Flask, made: Any) -> None:
    with app.app_context():
        run = ImportRun(
            consultation_id=made["id"],
            kind="slips",
            file_name="phieu.xlsx",
            state=ImportState.FAILED,
            message="Hỏng",
        )
        boundary = ImportRun(kind="layer", file_name="xa.zip", state=ImportState.DONE, accepted=1)
        db.session.add_all([run, boundary])
        db.session.commit()
        slips, layer = run.id, boundary.id
    auditor, _user = make_staff(app, Role.AUDITOR)
    page(auditor, f"/can-bo/lay-y-kien/nhap-du-lieu/{slips}", 403)
    assert "xa.zip" in page(auditor, f"/can-bo/lay-y-kien/nhap-du-lieu/{layer}")
    page(auditor, "/can-bo/lay-y-kien/nhap-du-lieu/999999", 404)
    moderator, _user = make_staff(app, Role.MODERATOR)
    assert "Hỏng" in page(moderator, f"/can-bo/lay-y-kien/nhap-du-lieu/{slips}")
    with app.app_context():
        assert db.session.query(Comment).count() == 0
