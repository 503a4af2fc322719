"""Following answers by mail: asked for by anybody, wanted only once the address says so, ended with
one button.
"""

import datetime as dt
import re

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.kernel.errors import NotFound, TooMany
from app.mailer.models import OutboxMessage
from app.notifications import service
from app.notifications.models import Subscription
from app.questions.states import Visibility
from tests.factories.accounts import post
from tests.factories.organisation import make_topic
from tests.factories.questions import walk_question

SECRET = "test-secret-key-that-is-long-enough-for-us"
ADDRESS = "an@example.vn"


def link_in(text: str, path: str) -> str:
    """The address of this site that begins so, without the host."""
    found = re.search(rf"http://[^/\s]+({path}\S+)", text)
    assert found, text
    return found.group(1)


def newest() -> OutboxMessage:
    mail: OutboxMessage = db.session.scalars(
        sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())
    ).first()
    return mail


def test_from_the_form_to_the_news_and_out_again(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        topic = make_topic("Môi trường")
        db.session.commit()
        scope = f"linh-vuc:{topic.id}"
    assert post(client, "/theo-doi", {"scope": scope, "email": "AN@example.vn"}).status_code == 200
    with app.app_context():
        first = newest()
        assert (first.kind, first.to_address) == ("follow-confirm", ADDRESS)
        confirm = link_in(first.text, "/theo-doi/xac-nhan/")
        assert service.followers(topic_id=topic.id, question_id=0) == []
    page = client.get(confirm)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    with app.app_context():
        # Opening a link is never enough.
        assert service.followers(topic_id=topic.id, question_id=0) == []
    assert post(client, confirm).status_code == 200
    # Afterwards the page says so, without a button.
    assert "csrf_token" not in client.get(confirm).text
    with app.app_context():
        question = walk_question(topic=topic, visibility=Visibility.PUBLIC)
        news = newest()
        assert (news.kind, news.to_address) == ("follow-answered", ADDRESS)
        assert question.submission.code in news.text
        stop = link_in(news.text, "/theo-doi/thoi/")
        assert news.headers["List-Unsubscribe"].endswith(f"{stop}>")
    assert client.get(stop).status_code == 200
    # Mail programs press the button without a token of ours.
    assert "Đã thôi nhận tin" in client.post(stop).text
    assert client.get(stop).status_code == 200
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Subscription)) == 0
        walk_question(topic=topic, visibility=Visibility.PUBLIC)
        told = sa.select(sa.func.count()).where(OutboxMessage.kind == "follow-answered")
        assert db.session.scalar(told) == 1


def test_the_form_says_what_is_wrong_and_never_who_is_known(client: FlaskClient) -> None:
    wrong = post(client, "/theo-doi", {"scope": "tat-ca", "email": "không phải thư"})
    assert wrong.status_code == 422
    assert "Thư điện tử chưa đúng" in wrong.text
    first = post(client, "/theo-doi", {"scope": "tat-ca", "email": ADDRESS})
    again = post(client, "/theo-doi", {"scope": "tat-ca", "email": ADDRESS})
    assert first.status_code == again.status_code == 200


def ask(**scope: int) -> tuple[Subscription, str]:
    asked = service.subscribe(email=ADDRESS, secret_key=SECRET, **scope)
    assert asked is not None
    return asked


def test_who_follows_already_gets_no_second_mail(ctx: Flask) -> None:
    row, _token = ask()
    service.confirm(row)
    assert service.subscribe(email=ADDRESS, secret_key=SECRET) is None
    assert service.subscribe(email=ADDRESS, secret_key=SECRET, topic_id=make_topic("Đất đai").id)


def test_requests_to_one_address_do_not_pile_up(ctx: Flask) -> None:
    for _number in range(service.OPEN_REQUESTS):
        ask()
    with pytest.raises(TooMany):
        ask()
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=2)):
        ask()


def test_a_link_dies_after_its_days_unless_it_was_used(ctx: Flask) -> None:
    row, token = ask()
    assert service.find(token, secret_key=SECRET) is row
    with pytest.raises(NotFound):
        service.find("x" * 22, secret_key=SECRET)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=service.CONFIRM_DAYS, hours=1)
    with time_machine.travel(later), pytest.raises(NotFound):
        service.find(token, secret_key=SECRET)
    service.confirm(row)
    with time_machine.travel(later):
        assert service.find(token, secret_key=SECRET) is row


@pytest.mark.parametrize("key", ["", "1", "1-", "x-abc", "1-" + "0" * 32, "9" * 19 + "-abc"])
def test_a_forged_link_ends_nothing(ctx: Flask, key: str) -> None:
    with pytest.raises(NotFound):
        service.find_to_stop(key, secret_key=SECRET)


def test_one_row_an_address_whatever_it_follows(ctx: Flask) -> None:
    question, topic = walk_question(), make_topic("Giao thông")
    for scope in ({"question_id": question.id}, {"topic_id": topic.id}, {}):
        service.confirm(ask(**scope)[0])
    db.session.flush()
    assert [row.email for row in service.followers(topic_id=topic.id, question_id=question.id)] == [
        ADDRESS
    ]
    assert [row.question_id for row in service.watchers(question.id)] == [question.id]
    assert service.followers(topic_id=None, question_id=0)
