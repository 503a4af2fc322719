import io

import pytest
import sqlalchemy as sa
from flask import Blueprint, request

from app.access import Role
from app.audit.models import AuditRecord
from app.extensions import csrf, db
from app.files import queries, service
from app.files.antivirus import ClamdScanner
from app.files.gate import Access
from app.files.models import StoredFile
from app.files.states import FileState
from app.kernel.links import Ref
from app.kernel.web import commits
from tests.factories.accounts import make_staff
from tests.factories.files import EICAR, StubClamd, docx, image, make_file, pdf, running
from tests.factories.statements import StatementCounter

THING = Ref("thing", 7)


@pytest.fixture
def address(app, runtime):
    """The address of a PDF that belongs to «thing» 7."""
    with app.app_context():
        return make_file(THING, name="Đơn đề nghị.pdf").path


@pytest.fixture
def picture(app, runtime):
    with app.app_context():
        return make_file(THING, content=image(), name="Ảnh.jpg").path


def assert_sandboxed(response):
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "Set-Cookie" not in response.headers


def test_a_file_is_saved_under_its_full_name(client, guard, address):
    guard.answer = Access.PRIVATE
    response = client.get(address)

    assert (response.status_code, response.data) == (200, pdf())
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="don-de-nghi.pdf"; '
        "filename*=UTF-8''%C4%90%C6%A1n%20%C4%91%E1%BB%81%20ngh%E1%BB%8B.pdf"
    )
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Length"] == str(len(pdf()))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "ETag" not in response.headers
    assert_sandboxed(response)
    assert guard.asked == [(7, None)]


def test_what_the_gate_refuses_does_not_exist(client, guard, address):
    refused, unknown = client.get(address), client.get("/tep/nothing/don-de-nghi.pdf")

    assert refused.status_code == unknown.status_code == 404
    assert "nosniff" in refused.headers["X-Content-Type-Options"]
    assert "Content-Disposition" not in refused.headers


def test_closing_the_gate_closes_the_address_at_once(client, guard, address):
    guard.answer = Access.PUBLIC
    etag = client.get(address).headers["ETag"]
    guard.answer = Access.NONE

    assert client.get(address).status_code == 404
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 404


@pytest.mark.parametrize("state", [FileState.PENDING, FileState.QUARANTINED, FileState.REFUSED])
def test_what_is_not_clean_does_not_exist(app, client, guard, runtime, state):
    guard.answer = Access.PUBLIC
    with app.app_context():
        path = make_file(THING).path
        db.session.execute(sa.update(StoredFile).values(state=state))
        db.session.commit()

    assert client.get(path).status_code == 404
    assert guard.asked == []


def test_what_belongs_to_nothing_or_to_an_unknown_kind_does_not_exist(app, client, runtime):
    with app.app_context():
        paths = [make_file().path, make_file(Ref("unknown", 1)).path]

    assert [client.get(path).status_code for path in paths] == [404, 404]


@pytest.mark.parametrize("name", ["other.pdf", "Đơn đề nghị.pdf", "don-de-nghi.html", "x"])
def test_a_file_has_one_address(client, guard, address, name):
    guard.answer = Access.PUBLIC
    assert client.get(address.rpartition("/")[0] + "/" + name).status_code == 404


def test_public_pictures_may_stand_in_pages_and_are_asked_about_each_time(client, guard, picture):
    guard.answer = Access.PUBLIC
    response = client.get(picture)

    assert response.headers["Content-Disposition"].startswith("inline; ")
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Cross-Origin-Resource-Policy" not in response.headers
    assert_sandboxed(response)
    again = client.get(picture, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == response.headers["ETag"]
    assert_sandboxed(again)


def test_public_documents_are_saved(app, client, guard, runtime):
    guard.answer = Access.PUBLIC
    with app.app_context():
        paths = [make_file(THING).path, make_file(THING, content=docx(), name="a.docx").path]
    for path in paths:
        assert client.get(path).headers["Content-Disposition"].startswith("attachment; ")


def test_a_citizen_never_sees_a_private_picture_in_place(client, guard, picture):
    guard.answer = Access.PRIVATE
    assert client.get(picture).headers["Content-Disposition"].startswith("attachment; ")


def test_staff_see_pictures_in_place_and_nothing_is_kept(app, guard, picture, address):
    staff, user = make_staff(app, Role.OFFICER)
    for answer in (Access.PRIVATE, Access.PUBLIC):
        guard.answer = answer
        response = staff.get(picture)
        assert response.headers["Content-Disposition"].startswith("inline; ")
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "ETag" not in response.headers
    assert staff.get(address).headers["Content-Disposition"].startswith("attachment; ")
    assert {actor.id for _owner, actor in guard.asked} == {user.id}


def test_after_signing_out_the_address_is_closed(app, guard, address):
    staff, _user = make_staff(app, Role.OFFICER)
    guard.answer = Access.NONE
    with staff.session_transaction() as cookie:
        cookie.clear()
    assert staff.get(address).status_code == 404
    assert guard.asked == [(7, None)]


def test_a_missing_content_is_a_missing_file(app, client, guard, runtime, address):
    guard.answer = Access.PUBLIC
    runtime.storage.contents.clear()
    assert client.get(address).status_code == 404


def test_head_says_the_same_without_the_content(client, guard, address):
    guard.answer = Access.PRIVATE
    response = client.head(address)

    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Content-Length"] == str(len(pdf()))


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_files_are_only_fetched(client, guard, address, method):
    guard.answer = Access.PUBLIC
    assert getattr(client, method)(address).status_code in {400, 405, 419}


def test_one_statement_finds_the_file(app, client, guard, address):
    guard.answer = Access.PRIVATE
    with app.app_context():
        engine = db.engine
    with StatementCounter(engine) as counter:
        client.get(address)
    assert len(counter.statements) == 1


# A form that takes files in ---------------------------------------------------------------------
@pytest.fixture(scope="module")
def form_app(make_app, tmp_path_factory):
    """An app of its own, on the disk, with one form."""
    with running(StubClamd()) as clamd:
        app = make_app(
            clamd=clamd.address,
            database_url=f"sqlite:///{tmp_path_factory.mktemp('form') / 'app.db'}",
        )
        bp = Blueprint("form_under_test", __name__)

        @bp.post("/form-under-test")
        @csrf.exempt
        @commits
        def send():
            try:
                files = service.receive_all(request.files.getlist("files"))
            except service.FileRefused as refusal:
                return refusal.message, 422
            service.claim([file.key for file in files], THING)
            return ",".join(file.name for file in files)

        app.register_blueprint(bp)
        with app.app_context():
            db.create_all()
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def send(app, *files):
    return app.test_client().post(
        "/form-under-test", data={"files": [(io.BytesIO(content), name) for content, name in files]}
    )


def test_files_of_a_real_form_are_kept_on_the_disk(form_app):
    response = send(form_app, (pdf(), "Đơn.pdf"), (image(), "ảnh.jpg"))

    assert (response.status_code, response.text) == (200, "Đơn.pdf,ảnh.jpg")
    with form_app.app_context():
        files = queries.of(THING)
        assert [file.name for file in files] == ["Đơn.pdf", "ảnh.jpg"]
        root = form_app.config["UPLOADS"]
        assert (root / files[0].blob[:2] / files[0].blob[2:4] / files[0].blob).read_bytes() == pdf()


def test_the_record_of_an_infected_file_outlives_the_refusal(form_app):
    response = send(form_app, (pdf(), "a.pdf"), (pdf(b"% " + EICAR), "b.pdf"))

    assert response.status_code == 422
    assert "«b.pdf» có mã độc" in response.text
    with form_app.app_context():
        records = db.session.scalars(
            sa.select(AuditRecord).where(AuditRecord.tag == service.AUDIT_INFECTED)
        ).all()
        assert [record.data["signature"] for record in records] == ["Eicar-Test-Signature"]
        assert db.session.scalar(sa.select(sa.func.count()).where(StoredFile.name == "a.pdf")) == 0


def test_the_scanner_comes_from_the_settings(form_app):
    assert isinstance(form_app.extensions["files"].scanner, ClamdScanner)


def test_nonsense_in_the_settings_stops_the_start(make_app):
    from app.config import ConfigError

    with pytest.raises(ConfigError, match="clamd"):
        make_app(clamd="no such thing")


def test_a_record_that_fails_does_not_take_the_page_with_it(form_app, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the record is out of order")

    monkeypatch.setattr(service.audit, "record", broken)
    response = send(form_app, (pdf(b"% " + EICAR), "b.pdf"))

    assert response.status_code == 422
    assert "có mã độc" in response.text
