"""Many people behind one address: everybody is taken in, a crowd is looked at first, only a machine
waits.
"""

import datetime as dt
import hashlib
import itertools
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.comments.models import Comment
from app.comments.service import commenting
from app.comments.states import CommentStage
from app.consultations.models import Consultation
from app.extensions import db
from app.kernel import throttle
from app.kernel.clock import local_date, now
from app.mailer.models import OutboxMessage
from app.notifications.models import Subscription
from app.questions.models import ContentReport, Question
from app.questions.service import intake, keeping
from app.questions.states import Stage, Visibility
from app.submissions import crowd
from app.submissions.screening import CROWDED
from tests.factories.accounts import make_user, sign_in
from tests.factories.consultations import make_consultation
from tests.factories.organisation import make_agency
from tests.factories.pages import Page, visit
from tests.factories.questions import make_question

EVENING = dt.datetime(2026, 11, 24, 14, tzinfo=dt.UTC)
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


@pytest.fixture
def slug(app: Flask) -> str:
    with app.app_context():
        return make_consultation(slug="quy-hoach-2035").slug


@pytest.fixture
def moderator(app: Flask) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        user = make_user("tiepnhan", roles=(Role.MODERATOR,))
    sign_in(client, user)
    return client


def somebody(app: Flask, address: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def question(app: Flask, address: str = "203.0.113.5", **person: Any) -> Page:
    """The review of somebody's question, from this address."""
    number = next(_numbers)
    page = visit(somebody(app, address), "/hoi-dap/gui?buoc=noi-dung").press(
        "Tiếp tục", body=f"Nhà số {number} thôn Đông mất nước từ sáng, bao giờ có lại?"
    )
    who = {"name": f"Hộ Thứ {number}", "phone": f"09123{number:05d}", "consent": "publish"}
    return page.press("Xem lại", **{**who, **person})


def comment(app: Flask, slug: str, address: str = "203.0.113.5") -> Page:
    """The review of somebody's comment, from this address."""
    number = next(_numbers)
    page = visit(somebody(app, address), f"/lay-y-kien/{slug}/gop-y")
    page = page.press("Tiếp tục", target_kind="whole")
    page = page.press("Tiếp tục", stance="agree", body=f"Ý thứ {number}: đường nên rộng hơn.")
    return page.press(
        "Xem lại",
        sender_kind="resident",
        name=f"Hộ Thứ {number}",
        phone=f"09123{number:05d}",
        consent="publish",
    )


def code_of(page: Page) -> str:
    assert page.status == 200, page.text
    box = page.soup.select_one(".ln-receipt__code")
    assert box, page.text
    return box.get_text(strip=True)


def stages(app: Flask, model: Any = Question) -> list[str]:
    with app.app_context():
        return [row.stage.value for row in db.session.scalars(sa.select(model).order_by(model.id))]


def solve(challenge: str) -> str:
    """What a browser with JavaScript does."""
    return next(
        str(number) for number in itertools.count() if crowd.is_worked(challenge, str(number))
    )


# Asking
# --------------------------------------------------------------------------------------------------
def test_everybody_gets_a_receipt_and_from_the_sixth_somebody_looks_first(app: Flask) -> None:
    receipts = [question(app).press("Gửi câu hỏi") for _ in range(12)]
    assert len({code_of(page) for page in receipts}) == 12
    assert stages(app) == ["received"] * 5 + ["unverified"] * 7
    with app.app_context():
        rows = db.session.scalars(sa.select(Question).order_by(Question.id)).all()
        assert [row.is_held for row in rows] == [False] * 5 + [True] * 7
        assert [CROWDED in row.submission.spam_reasons for row in rows] == [False] * 5 + [True] * 7
        assert all(row.due_on for row in rows)
    assert "xem trước" in receipts[5].text
    assert "xem trước" not in receipts[4].text
    # Nobody is told to press something in a mail that never comes.
    assert "chờ bạn xác nhận" not in receipts[5].text
    # Somebody elsewhere has nothing to do with it.
    question(app, "203.0.113.6").press("Gửi câu hỏi")
    assert stages(app)[-1] == "received"


def test_an_ipv6_line_is_one_place(app: Flask) -> None:
    for number in range(7):
        question(app, f"2001:db8:1:2::{number}").press("Gửi câu hỏi")
    question(app, "2001:db8:1:3::1").press("Gửi câu hỏi")
    assert stages(app) == ["received"] * 5 + ["unverified"] * 2 + ["received"]


def test_a_browser_that_worked_is_not_held(app: Flask) -> None:
    pages = [question(app) for _ in range(9)]
    for page in pages[:5]:
        page.press("Gửi câu hỏi")
    boxes = [page.soup.select_one("input[data-work]") for page in pages]
    challenges = [str(box["data-work"]) for box in boxes if box]
    work = solve(challenges[5])
    assert hashlib.sha256(f"{challenges[5]}:{work}".encode()).digest()[0] == 0
    pages[5].press("Gửi câu hỏi", work=work)
    # Work for another form, none, and work for a clock that nobody signed.
    pages[6].press("Gửi câu hỏi", work=work)
    pages[7].press("Gửi câu hỏi", work="")
    pages[8].press("Gửi câu hỏi", started="abc", work=solve("abc"))
    assert stages(app)[5:] == ["received"] + ["unverified"] * 3


def test_the_same_form_again_shows_its_receipt_and_counts_once(app: Flask) -> None:
    pages = [question(app) for _ in range(6)]
    first = [page.press("Gửi câu hỏi") for page in pages]
    assert code_of(pages[4].press("Gửi câu hỏi")) == code_of(first[4])
    assert code_of(pages[5].press("Gửi câu hỏi")) == code_of(first[5])
    assert len(stages(app)) == 6


def machine(app: Flask, scope: str, address: str = "203.0.113.5", times: int = 60) -> None:
    with app.app_context():
        for _ in range(times):
            throttle.note(scope, throttle.address_key(str(app.secret_key), address))
        db.session.commit()


def test_only_a_machine_waits_and_its_form_stays_whole(app: Flask) -> None:
    with time_machine.travel(EVENING, tick=False) as clock:
        page = question(app)
        machine(app, "ask")
        clock.shift(20)
        refused = page.press("Gửi câu hỏi")
        assert refused.status == 429
        assert refused.response.headers["Retry-After"] == "40"
        assert "hãy chờ 40 giây" in refused.text
        sent = page.values("Gửi câu hỏi")
        assert {**refused.values("Gửi câu hỏi"), "csrf_token": ""} == {**sent, "csrf_token": ""}
        assert stages(app) == []
        clock.shift(41)
        code_of(refused.press("Gửi câu hỏi"))
        assert stages(app) == ["unverified"]


def test_held_questions_are_shown_let_in_and_counted_from_their_arrival(
    app: Flask, moderator: FlaskClient
) -> None:
    with time_machine.travel(EVENING, tick=False) as clock:
        codes = [code_of(question(app).press("Gửi câu hỏi")) for _ in range(6)]
        clock.shift(dt.timedelta(days=2))
        with app.app_context():
            user = make_user("tiepnhan2", roles=(Role.MODERATOR,))
        sign_in(moderator, user)
        tab = visit(moderator, "/can-bo/hoi-dap?the=chua-xac-nhan")
        assert codes[5] in tab.text
        assert codes[4] not in tab.text
        assert "nhiều người gửi từ một nơi" in tab.text
        page = visit(moderator, f"/can-bo/hoi-dap/{codes[5]}")
        assert "Hạn trả lời vẫn tính từ ngày gửi" in page.text
        with app.app_context():
            held = db.session.scalars(sa.select(Question).where(Question.stage == "unverified"))
            row = held.one()
            due = row.due_on
            actor = db.session.merge(user)
            intake.confirm_by_officer(row, actor=actor, seen_revision=row.revision, note="")
            db.session.commit()
            assert row.stage is Stage.RECEIVED
            assert row.received_on == local_date(EVENING)
            assert row.due_on == due
            assert not row.is_held


def test_nothing_that_is_held_is_thrown_away_unseen(app: Flask, slug: str) -> None:
    for _ in range(6):
        question(app).press("Gửi câu hỏi")
        comment(app, slug).press("Gửi góp ý")
    question(app, "203.0.113.99", phone="", email="an@example.vn").press("Gửi câu hỏi")
    with time_machine.travel(now() + dt.timedelta(days=30)), app.app_context():
        # Only what nobody ever confirmed goes.
        assert keeping.erase_expired() == 1
        assert commenting.erase_expired() == 0
        db.session.commit()
        for model in (Question, Comment):
            assert sum(row.is_held for row in db.session.scalars(sa.select(model))) == 1


def test_its_sender_reads_that_it_came(app: Flask) -> None:
    for _ in range(5):
        question(app).press("Gửi câu hỏi")
    receipt = question(app).press("Gửi câu hỏi")
    pin = receipt.soup.select_one(".ln-receipt__pin")
    assert pin
    page = visit(somebody(app, "203.0.113.5"), "/tra-cuu").press(
        "Tra cứu", code=code_of(receipt), pin=pin.get_text()
    )
    assert "Đã tiếp nhận" in page.text
    assert "Bạn không phải làm gì" in page.text
    assert "Chờ bạn xác nhận" not in page.text


def test_whoever_confirms_by_mail_is_let_in_at_once(app: Flask) -> None:
    for _ in range(5):
        question(app).press("Gửi câu hỏi")
    with time_machine.travel(EVENING, tick=False) as clock:
        question(app, email="an@example.vn").press("Gửi câu hỏi")
        with app.app_context():
            mail = db.session.scalars(
                sa.select(OutboxMessage).where(OutboxMessage.kind == "question-received")
            ).one()
        assert "bị xóa" not in mail.text
        clock.shift(dt.timedelta(days=1))
        link = "/xac-nhan/" + mail.text.split("/xac-nhan/")[1].split()[0]
        visit(somebody(app, "203.0.113.7"), link).press("Xác nhận")
    with app.app_context():
        row = db.session.scalars(sa.select(Question).order_by(Question.id.desc())).first()
        assert row is not None
        assert (row.stage, row.received_on) == (Stage.RECEIVED, local_date(EVENING))


# Commenting
# --------------------------------------------------------------------------------------------------
def test_a_village_comments_on_the_last_evening(
    app: Flask, slug: str, moderator: FlaskClient
) -> None:
    pages = [comment(app, slug).press("Gửi góp ý") for _ in range(8)]
    assert len({code_of(page) for page in pages}) == 8
    assert "xem trước" in pages[7].text
    assert stages(app, Comment) == ["received"] * 5 + ["unverified"] * 3
    with app.app_context():
        made = db.session.scalars(sa.select(Consultation)).one()
        assert made.received_count == 5
        assert [row.late for row in db.session.scalars(sa.select(Comment))] == [False] * 8
    tab = visit(moderator, "/can-bo/gop-y?the=chua-xac-nhan")
    assert code_of(pages[7]) in tab.text
    assert "nhiều người gửi từ một nơi" in tab.text
    page = visit(moderator, f"/can-bo/gop-y/{code_of(pages[7])}")
    assert "Chờ xem trước" in page.text
    came = {row.id: row.submission.received_at for row in held_comments(app)}
    page.press("Đưa vào hồ sơ")
    with app.app_context():
        made = db.session.scalars(sa.select(Consultation)).one()
        assert made.received_count == 6
        row = db.session.get_one(Comment, max(came))
        assert row.stage is CommentStage.RECEIVED
        assert row.submission.received_at == came[row.id]


def held_comments(app: Flask) -> list[Comment]:
    with app.app_context():
        return [row for row in db.session.scalars(sa.select(Comment)) if row.is_held]


def test_comments_of_browsers_that_worked_count_at_once(app: Flask, slug: str) -> None:
    pages = [comment(app, slug) for _ in range(6)]
    for page in pages[:5]:
        page.press("Gửi góp ý")
    box = pages[5].soup.select_one("input[data-work]")
    assert box
    pages[5].press("Gửi góp ý", work=solve(str(box["data-work"])))
    assert stages(app, Comment) == ["received"] * 6


def test_a_machine_that_comments_waits_with_its_form(app: Flask, slug: str) -> None:
    page = comment(app, slug)
    machine(app, "comment")
    refused = page.press("Gửi góp ý")
    assert refused.status == 429
    assert 0 < int(refused.response.headers["Retry-After"]) <= 60
    assert refused.has_button("Gửi góp ý")
    assert stages(app, Comment) == []


# Reports, opinions, mails
# --------------------------------------------------------------------------------------------------
def answered(app: Flask) -> str:
    with app.app_context():
        return make_question(stage=Stage.ANSWERED, visibility=Visibility.PUBLIC).submission.code


def test_every_report_is_kept_and_only_a_machine_waits(
    app: Flask, client: FlaskClient, moderator: FlaskClient
) -> None:
    code = answered(app)
    page = visit(client, f"/hoi-dap/{code}/bao-sai")
    for number in range(8):
        thanks = page.press("Gửi báo sai", body=f"Chỗ thứ {number} chưa đúng rồi.")
        assert thanks.heading == "Đã nhận báo sai"
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ContentReport)) == 8
        mails = sa.select(sa.func.count()).where(
            OutboxMessage.kind == "staff-content-report",
            OutboxMessage.to_address == "tiepnhan@anson.example",
        )
        assert db.session.scalar(mails) == 5
    assert "Chỗ thứ 7 chưa đúng rồi." in visit(moderator, "/can-bo/bao-sai").text
    machine(app, "report", "127.0.0.1")
    refused = page.press("Gửi báo sai", body="Một chỗ nữa chưa đúng.")
    assert refused.status == 429
    assert refused.values("Gửi báo sai")["body"] == "Một chỗ nữa chưa đúng."
    assert "giây" in refused.text


def test_opinions_past_the_limit_of_a_place_are_told_that_they_do_not_count(app: Flask) -> None:
    code = answered(app)
    said = [visit(app.test_client(), f"/hoi-dap/{code}/y-kien").press("Có") for _ in range(21)]
    assert ["không cộng vào số đếm" in page.text for page in said] == [False] * 20 + [True]
    with app.app_context():
        assert db.session.scalars(sa.select(Question)).one().helpful_yes == 20


def test_following_from_a_crowd_takes_a_second_press(app: Flask, client: FlaskClient) -> None:
    with time_machine.travel(EVENING, tick=False) as clock:
        for number in range(5):
            page = visit(client, "/theo-doi").press("Nhận tin", email=f"nguoi{number}@example.vn")
            assert page.heading == "Hãy xác nhận trong hộp thư"
        page = visit(client, "/theo-doi").press("Nhận tin", email="sau@example.vn")
        assert page.status == 422
        assert page.values("Nhận tin")["email"] == "sau@example.vn"
        assert "chờ 15 giây" in page.text
        early = page.press("Nhận tin")
        assert early.status == 422
        clock.shift(16)
        # The note is for this address only.
        other = early.press("Nhận tin", email="khac@example.vn")
        assert other.status == 422
        assert early.press("Nhận tin").heading == "Hãy xác nhận trong hộp thư"
    with app.app_context():
        asked = {row.email for row in db.session.scalars(sa.select(Subscription))}
        assert asked == {*(f"nguoi{number}@example.vn" for number in range(5)), "sau@example.vn"}


def test_a_machine_that_follows_waits_with_its_form(app: Flask, client: FlaskClient) -> None:
    machine(app, "follow", "127.0.0.1")
    page = visit(client, "/theo-doi").press("Nhận tin", email="an@example.vn")
    assert page.status == 429
    assert page.response.headers["Retry-After"]
    assert page.values("Nhận tin")["email"] == "an@example.vn"


def test_a_wrong_clock_makes_no_crowd(app: Flask) -> None:
    with time_machine.travel(now() + dt.timedelta(days=700)):
        machine(app, "ask")
    question(app).press("Gửi câu hỏi")
    assert stages(app) == ["received"]
