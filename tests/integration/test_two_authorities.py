"""Two instance folders in one process: nothing of one authority is found in the other.

Both give the same codes and run behind the same addresses, so that whatever were shared by mistake
would show.
"""

import io
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.access import Role
from app.extensions import db
from app.files import service as files
from app.files.models import StoredFile
from app.jobs import runner
from app.kernel import throttle
from app.questions.models import Question
from app.questions.states import Visibility
from app.submissions.models import Submission
from tests.factories.accounts import make_staff
from tests.factories.files import pdf
from tests.factories.organisation import make_agency, make_topic
from tests.factories.questions import make_question, pin

FORM = "/hoi-dap/gui"


@dataclass
class Authority:
    """One of the two."""

    app: Flask
    folder: Path
    #: A word that stands in everything of this authority and nowhere else.
    marker: str
    code: str = ""
    pin: str = ""

    def browser(self) -> FlaskClient:
        """Somebody's browser on this site."""
        return self.app.test_client()

    def text(self, address: str, browser: FlaskClient | None = None) -> str:
        """A page of it."""
        return (browser or self.browser()).get(address).get_data(as_text=True)


def authority(folder: Path, database_url: str, marker: str) -> Authority:
    """An installation with an agency and one published answer, both named after the marker."""
    app = create_app(folder, {"environment": "test", "database_url": database_url})
    made = Authority(app, folder, marker)
    with app.app_context():
        db.create_all()
        make_agency(name=f"UBND xã {marker}")
        topic = make_topic(f"Lĩnh vực {marker}", slug="linh-vuc")
        question = make_question(
            title=f"Thu gom rác ở {marker}",
            body=f"Nhà tôi ở {marker} muốn biết lịch thu gom rác trong tuần tới.",
            visibility=Visibility.PUBLIC,
            topic=topic,
        )
        made.code, made.pin = question.submission.code, pin(question)
        db.session.remove()
    runner.drain(app)
    app.extensions["mail_transport"].sent.clear()
    return made


@pytest.fixture
def both(tmp_path: Path, new_database: Callable[[], str]) -> Iterator[tuple[Authority, Authority]]:
    """The two, made one after the other: the second would overwrite what the first kept outside its
    app.
    """
    made = [
        authority(tmp_path / name, new_database(), marker)
        for name, marker in (("mot", "Xoanmot"), ("hai", "Lienhai"))
    ]
    yield made[0], made[1]
    for one in made:
        with one.app.app_context():
            db.session.remove()
            db.engine.dispose()


def token(page: str) -> str:
    """The form's token on a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found.group(1)


def question_form(page: str, marker: str, **changed: str) -> dict[str, str]:
    """The last screen of the form, filled in."""
    form = {
        "csrf_token": token(page),
        "step": "lien-he",
        "action": "gui",
        "kind": "question",
        "topic": "",
        "title": "",
        "place": "",
    }
    form |= {
        "body": f"Câu hỏi mới ở {marker} về lịch thu gom rác trong tuần tới.",
        "name": f"Nguyễn {marker}",
        "phone": "",
    }
    form |= {
        "email": f"{marker.lower()}@example.vn",
        "consent": "publish",
        "name_display": "initials",
    }
    key = re.search(r'name="idempotency_key" value="([^"]+)"', page)
    assert key
    return {**form, "idempotency_key": key.group(1), **changed}


def everything(one: Authority) -> str:
    """Every row of every table of an authority, and every file in its folder, as one text."""
    parts = []
    with one.app.app_context():
        for table in db.metadata.sorted_tables:
            parts += [str(tuple(row)) for row in db.session.execute(sa.select(table))]
        db.session.remove()
    parts += [
        path.read_bytes().decode("latin-1")
        for path in sorted(one.folder.rglob("*"))
        if path.is_file()
    ]
    return "\n".join(parts)


def test_the_same_code_is_another_question(both: tuple[Authority, Authority]) -> None:
    first, second = both
    assert first.code == second.code
    for here, there in ((first, second), (second, first)):
        for address in (
            "/",
            "/hoi-dap",
            f"/hoi-dap/{here.code}",
            "/tim-kiem?q=thu+gom+rác",
            "/hoi-dap/feed.atom",
            "/lien-he",
        ):
            page = here.text(address)
            assert here.marker in page, address
            assert there.marker not in page, address
    with first.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Question)) == 1


def test_what_is_written_here_is_found_nowhere_there(both: tuple[Authority, Authority]) -> None:
    first, second = both
    for here in both:
        browser = here.browser()
        shown = browser.post(
            FORM, data=question_form(here.text(f"{FORM}?buoc=noi-dung", browser), here.marker)
        )
        assert shown.status_code == 200
        with here.app.app_context():
            file = files.receive(
                io.BytesIO(pdf(f"% {here.marker}\n".encode())), f"{here.marker}.pdf"
            )
            db.session.commit()
            assert file.id
            assert (
                db.session.scalars(sa.select(Submission.code).order_by(Submission.id))
                .all()[-1]
                .endswith("000002")
            )
            db.session.remove()
    for here, there in ((first, second), (second, first)):
        kept = everything(here)
        assert here.marker in kept
        assert there.marker not in kept
        assert there.marker.lower() not in kept


def test_a_session_here_is_nobody_there(both: tuple[Authority, Authority]) -> None:
    first, second = both
    officer, _user = make_staff(first.app, Role.MODERATOR, username="can-bo-chung")
    make_staff(second.app, Role.MODERATOR, username="can-bo-chung")
    assert officer.get("/can-bo/hoi-dap").status_code == 200
    cookie = officer.get_cookie("phien")
    assert cookie is not None
    stranger = second.browser()
    stranger.set_cookie("phien", cookie.value)
    assert stranger.get("/can-bo/hoi-dap").status_code == 302


def test_a_question_opened_here_is_closed_there(both: tuple[Authority, Authority]) -> None:
    first, second = both
    citizen = first.browser()
    form = {
        "csrf_token": token(first.text("/tra-cuu", citizen)),
        "code": first.code,
        "pin": first.pin,
    }
    assert citizen.post("/tra-cuu", data=form).status_code == 303
    assert first.marker in first.text(f"/tra-cuu/{first.code}", citizen)
    cookie = citizen.get_cookie("phien")
    assert cookie is not None
    stranger = second.browser()
    stranger.set_cookie("phien", cookie.value)
    assert 'name="pin"' in second.text(f"/tra-cuu/{second.code}", stranger)
    # Neither does the form of one site post to the other, nor a PIN of one open the other's
    # question.
    assert stranger.post("/tra-cuu", data=form).status_code == 419
    form["csrf_token"] = token(second.text("/tra-cuu", stranger))
    assert first.pin != second.pin
    assert stranger.post("/tra-cuu", data=form).status_code == 422


def test_a_file_here_has_no_address_there(both: tuple[Authority, Authority]) -> None:
    first, second = both
    officer, user = make_staff(first.app, Role.MODERATOR)
    assert user.id
    with first.app.app_context():
        question = make_question(file_keys=[_stored(pdf())])
        path = (
            db.session.scalars(
                sa.select(StoredFile).where(StoredFile.owner_id == question.submission_id)
            )
            .one()
            .path
        )
        db.session.remove()
    colleague, _user = make_staff(second.app, Role.MODERATOR)
    assert officer.get(path).status_code == 200
    assert colleague.get(path).status_code == 404


def _stored(content: bytes) -> str:
    file = files.receive(io.BytesIO(content), "Đơn.pdf")
    db.session.commit()
    return file.key


def test_finished_pages_are_kept_apart(both: tuple[Authority, Authority]) -> None:
    first, second = both
    for _round in range(2):
        for here, there in ((first, second), (second, first)):
            assert here.marker in here.text("/")
            assert there.marker not in here.text("/")
    layers = [one.app.extensions["page_cache"] for one in both]
    assert layers[0] is not layers[1]
    assert [layer.misses for layer in layers] == [1, 1]
    with first.app.app_context():
        make_question(title="Đèn đường Xoanmot", visibility=Visibility.PUBLIC)
        db.session.remove()
    assert "Đèn đường Xoanmot" in first.text("/")
    assert "Đèn đường Xoanmot" not in second.text("/")
    assert [layer.misses for layer in layers] == [2, 1], (
        "a publication here makes no page there old"
    )


def test_readers_of_both_at_once_see_their_own(both: tuple[Authority, Authority]) -> None:
    wrong: list[str] = []

    def read(here: Authority, there: Authority) -> None:
        for number in range(25):
            page = here.text(
                f"/hoi-dap?nam=202{number % 7}" if number % 2 else f"/hoi-dap/{here.code}"
            )
            if here.marker not in page or there.marker in page:
                wrong.append(page)

    pairs = [(both[0], both[1]), (both[1], both[0])] * 2
    threads = [threading.Thread(target=read, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_mails_and_jobs_go_their_own_way(both: tuple[Authority, Authority]) -> None:
    first, second = both
    browser = first.browser()
    assert (
        browser.post(
            FORM, data=question_form(first.text(f"{FORM}?buoc=noi-dung", browser), first.marker)
        ).status_code
        == 200
    )
    assert first.app.extensions["mail_transport"] is not second.app.extensions["mail_transport"]
    runner.drain(second.app)
    assert sent(second.app) == []
    assert sent(first.app) == [], "the other one's runner leaves this one's mails alone"
    runner.drain(first.app)
    assert [str(mail["To"]) for mail in sent(first.app)] == ["xoanmot@example.vn"]
    assert sent(second.app) == []


def sent(app: Flask) -> list[Any]:
    """What this authority's mail server would have got."""
    mails: list[Any] = app.extensions["mail_transport"].sent
    return mails


def test_limits_used_up_here_leave_those_there(both: tuple[Authority, Authority]) -> None:
    first, second = both
    with first.app.app_context():
        place = throttle.address_key(str(first.app.secret_key), "127.0.0.1")
        for _ in range(59):
            throttle.note("ask", place)
        db.session.commit()
    for number in range(2):
        browser = first.browser()
        page = first.text(f"{FORM}?buoc=noi-dung", browser)
        answer = browser.post(
            FORM, data=question_form(page, first.marker, email=f"a{number}@example.vn")
        )
        assert answer.status_code == (200 if number < 1 else 429)
    browser = second.browser()
    assert (
        browser.post(
            FORM, data=question_form(second.text(f"{FORM}?buoc=noi-dung", browser), second.marker)
        ).status_code
        == 200
    )


def test_searches_here_do_not_count_there(both: tuple[Authority, Authority]) -> None:
    first, second = both
    answers = [first.browser().get(f"/tim-kiem?q=từ{number}").status_code for number in range(70)]
    assert 429 in answers
    assert second.browser().get("/tim-kiem?q=rác").status_code == 200


def test_settings_and_keys_are_each_ones_own(both: tuple[Authority, Authority]) -> None:
    first, second = both
    assert first.app.secret_key != second.app.secret_key
    assert (
        first.app.config["SQLALCHEMY_DATABASE_URI"] != second.app.config["SQLALCHEMY_DATABASE_URI"]
    )
    assert first.app.config["UPLOADS"] != second.app.config["UPLOADS"]
    for name in ("navigation", "meters", "page_cache", "mail_transport"):
        assert first.app.extensions[name] is not second.app.extensions[name], name
