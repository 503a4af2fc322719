"""Following a consultation by mail: asked, confirmed, ended; answers and consultations are
different things.
"""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.consultations.states import Visibility
from app.extensions import db
from app.notifications import service
from app.notifications.models import Subscription
from tests.factories.consultations import make_consultation
from tests.factories.organisation import make_agency
from tests.factories.pages import visit
from tests.factories.traces import outbox


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


def test_from_the_form_to_the_last_mail(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = make_consultation(title="Quy hoạch chợ")
        slug, number = made.slug, made.id
    page = visit(client, f"/theo-doi?lay-y-kien={slug}")
    assert "Cuộc lấy ý kiến «Quy hoạch chợ»" in page.text
    assert page.values("Nhận tin")["scope"] == f"cuoc:{number}"
    assert page.press("Nhận tin", email="sai").status == 422
    assert page.press("Nhận tin", email="an@example.vn").heading == "Hãy xác nhận trong hộp thư"
    with app.app_context():
        (mail,) = outbox()
        assert "Quy hoạch chợ" in mail.text
        assert service.followers_of_consultation(number, new_too=False, after=0, limit=9) == []
    link = re.search(r"/theo-doi/xac-nhan/\S+", mail.text)
    assert link
    page = visit(client, link.group()).press("Đồng ý nhận tin")
    assert page.soup.select_one('main a[href="/lay-y-kien"]')
    with app.app_context():
        (row,) = service.followers_of_consultation(number, new_too=False, after=0, limit=9)
        stop = service.stop_path(row, secret_key=str(app.secret_key))
    page = visit(client, stop).press("Thôi nhận tin")
    assert page.heading == "Đã thôi nhận tin"
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Subscription)) == 0


def test_every_new_one(app: Flask, client: FlaskClient) -> None:
    visit(client, "/theo-doi").press("Nhận tin", email="an@example.vn", scope="lay-y-kien-moi")
    with app.app_context():
        row = db.session.scalars(sa.select(Subscription)).one()
        assert (row.new_consultations, row.consultation_id, row.topic_id, row.question_id) == (
            True,
            None,
            None,
            None,
        )
        assert "Mọi cuộc lấy ý kiến mới" in outbox()[0].text


def test_whoever_follows_consultations_does_not_hear_of_answers(app: Flask) -> None:
    with app.app_context():
        secret, made = str(app.secret_key), make_consultation()
        for scope in ({}, {"new_consultations": True}, {"consultation_id": made.id}):
            asked = service.subscribe(email="an@example.vn", secret_key=secret, **scope)  # type: ignore[arg-type]
            assert asked is not None
            service.confirm(asked[0])
            assert service.subscribe(email="an@example.vn", secret_key=secret, **scope) is None  # type: ignore[arg-type]
        heard = service.followers(topic_id=1, question_id=1)
        assert [(row.consultation_id, row.new_consultations) for row in heard] == [(None, False)]
        assert len(service.followers_of_consultation(made.id, new_too=True, after=0, limit=9)) == 2


@pytest.mark.parametrize("slug", ["khong-co", "x" * 300, ""])
def test_what_is_not_public_cannot_be_followed(app: Flask, client: FlaskClient, slug: str) -> None:
    with app.app_context():
        hidden = make_consultation(visibility=Visibility.HIDDEN, title="Chuyện kín")
        number = hidden.id
    for address in (f"/theo-doi?lay-y-kien={slug}", f"/theo-doi?lay-y-kien={hidden.slug}"):
        page = visit(client, address)
        assert "Chuyện kín" not in page.html
        assert page.press("Nhận tin", email="an@example.vn", scope=f"cuoc:{number}").status == 422


def test_one_row_follows_one_thing(app: Flask) -> None:
    with app.app_context():
        made = make_consultation()
        db.session.add(
            Subscription(
                email="a@example.vn",
                confirm_hash="x",
                consultation_id=made.id,
                new_consultations=True,
            )
        )
        with pytest.raises(sa.exc.IntegrityError):
            db.session.flush()
        db.session.rollback()
