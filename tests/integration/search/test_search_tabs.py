"""One box, a tab for each kind; every hit is read through its own gate."""

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.kernel import fulltext
from app.kernel.links import Ref
from app.questions import states as question_states
from tests.factories.consultations import make_consultation
from tests.factories.organisation import make_agency
from tests.factories.pages import Page, visit
from tests.factories.questions import make_question
from tests.factories.statements import StatementCounter


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


def found(page: Page) -> list[str]:
    return [str(link["href"]) for link in page.soup.select("main .ln-list a")]


@pytest.mark.parametrize("words", ["quy hoạch chợ", "quy hoach cho", "QUY HOẠCH", "cho dau moi"])
def test_consultations_with_and_without_marks(app: Flask, client: FlaskClient, words: str) -> None:
    with app.app_context():
        make_consultation(title="Quy hoạch chợ đầu mối", slug="cho")
        make_consultation(title="Kế hoạch tưới tiêu", slug="tuoi")
    page = visit(client, f"/tim-kiem?q={quote(words)}&loai=lay-y-kien")
    assert found(page) == ["/lay-y-kien/cho"]
    assert "Quy hoạch sử dụng đất" in page.text
    assert [link.get_text(strip=True) for link in page.soup.select(".ln-tabs a[aria-current]")] == [
        "Lấy ý kiến"
    ]


def test_the_tabs_keep_the_words_and_the_kinds_apart(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make_consultation(title="Lịch thu gom rác", slug="rac")
        code = make_question(
            visibility=question_states.Visibility.PUBLIC, title="Lịch thu gom rác"
        ).submission.code
    page = visit(client, "/tim-kiem?q=thu gom")
    assert found(page) == [f"/hoi-dap/{code}"]
    tabs = {link.get_text(strip=True): str(link["href"]) for link in page.soup.select(".ln-tabs a")}
    assert list(tabs) == ["Hỏi đáp", "Lấy ý kiến"]
    page = visit(client, tabs["Lấy ý kiến"])
    assert found(page) == ["/lay-y-kien/rac"]
    assert found(page.press("Tìm", q="rac")) == ["/lay-y-kien/rac"]


def test_nothing_found_leads_on(app: Flask, client: FlaskClient) -> None:
    page = visit(client, "/tim-kiem?q=xyzxyz&loai=lay-y-kien")
    assert page.soup.select_one('main .ln-empty a[href="/lay-y-kien"]')
    assert "Gửi câu hỏi" not in page.text
    assert visit(client, "/tim-kiem?q=x&loai=khong-co").status == 200


def test_a_hit_that_is_not_public_any_more_is_not_shown(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        for values in ({"visibility": Visibility.HIDDEN}, {"stage": Stage.DRAFT}):
            made = make_consultation(title="Quy hoạch bí mật", **values)  # type: ignore[arg-type]
            # An index that fell behind.
            fulltext.put(Ref("consultation", made.id), title="Quy hoạch bí mật", body="")
        db.session.commit()
    assert found(visit(client, "/tim-kiem?q=bi+mat&loai=lay-y-kien")) == []


def test_two_statements_whatever_is_found(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        for number in range(12):
            make_consultation(title=f"Quy hoạch chợ số {number}")
        engine = db.engine
    with StatementCounter(engine) as counter:
        page = visit(client, "/tim-kiem?q=quy+hoach+cho&loai=lay-y-kien")
    assert len(found(page)) == 12
    assert len(counter.statements) <= 3
