"""What is written to somebody who commented, and what never is; what staff hear of
a consultation.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask

from app.access import Role
from app.access.actors import CITIZEN, SYSTEM
from app.comments.events import CommentReceived
from app.comments.models import Comment
from app.comments.service import moving
from app.comments.states import CommentStage
from app.consultations.service import core
from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.kernel.clock import HANOI, now
from app.kernel.events import emit
from app.mailer import service as mailer
from app.mailer.models import OutboxMessage
from app.notifications import digest
from app.results.events import ResultReminder
from app.submissions import service as submissions
from app.submissions.states import Channel, Consent
from tests.factories.accounts import make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency, make_unit
from tests.factories.traces import outbox, traces

MARKER = "dauriengcuatoi"
BODY = f"Tuyến đường {MARKER} cắt đôi thửa ruộng của nhà tôi, đề nghị dịch đi."


@pytest.fixture(autouse=True)
def office(ctx: Flask) -> None:
    make_agency()


def comment_of(*, known: bool = True, **values: Any) -> Comment:
    """A comment with an address that is the sender's, or may be a stranger's."""
    values.setdefault("phone", None if known else "0912345678")
    return make_comment(
        values.pop("consultation", None) or make_consultation(),
        email="an@example.vn",
        body=BODY,
        **values,
    )


def receive(comment: Comment, token: str | None = "x" * 22) -> None:
    emit(CommentReceived(comment, "123456", token, None, CITIZEN))


def test_the_receipt_carries_the_link_and_no_word_of_the_sender(ctx: Flask) -> None:
    comment = comment_of(stage=CommentStage.UNVERIFIED)
    with traces() as left:
        receive(comment)
        receive(comment)
    mail = left.mail("comment-received")
    assert "/xac-nhan/" + "x" * 22 in mail.text
    assert "xóa nếu không xác nhận trong 7 ngày" in mail.text
    assert comment.submission.code in mail.subject
    for secret in (MARKER, "123456", "Nguyễn Thị Ân"):
        assert secret not in mail.subject + mail.text + mail.html


def test_a_receipt_to_somebody_with_a_telephone_says_that_it_is_in_the_file(ctx: Flask) -> None:
    comment = comment_of(known=False)
    with traces() as left:
        receive(comment)
    assert "đã được đưa vào hồ sơ" in left.mail("comment-received").text


def test_without_an_address_nothing_is_written(ctx: Flask) -> None:
    comment = make_comment(make_consultation())
    with traces() as left:
        receive(comment)
        moving.move_comment(comment, "withdraw", actor=CITIZEN)
    assert left.mails == []


def test_three_mails_a_day_to_an_address_that_nobody_has_confirmed(ctx: Flask) -> None:
    consultation = make_consultation()
    with traces() as left:
        for _number in range(5):
            receive(comment_of(consultation=consultation, stage=CommentStage.UNVERIFIED))
    assert left.kinds == ["comment-received"] * 3
    with time_machine.travel(now() + dt.timedelta(hours=25)), traces() as left:
        receive(comment_of(consultation=consultation, stage=CommentStage.UNVERIFIED))
    assert left.kinds == ["comment-received"]


@pytest.mark.parametrize("move", ["show", "keep_back", "withdraw"])
def test_a_stranger_hears_only_that_there_is_something(ctx: Flask, move: str) -> None:
    comment = comment_of(known=False)
    steps: dict[str, Callable[[], object]] = {
        "show": lambda: shown(comment),
        "keep_back": lambda: kept_back(comment),
        "withdraw": lambda: moving.move_comment(comment, "withdraw", actor=CITIZEN),
    }
    with traces() as left:
        steps[move]()
    mail = left.mail("comment-unconfirmed")
    assert left.kinds == ["comment-unconfirmed"]
    for secret in (MARKER, "Có lời lẽ xúc phạm", "lien-ket"):
        assert secret not in mail.subject + mail.text + mail.html


def shown(comment: Comment) -> None:
    submissions.redact(
        comment.submission,
        title="Đường",
        body="Đề nghị dịch tuyến đường.",
        reason="Gọn",
        actor_id=make_user().id,
    )
    comment.published_at = now()
    moving.move_comment(comment, "show", actor=SYSTEM, visibility=Visibility.PUBLIC)


def kept_back(comment: Comment) -> None:
    comment.hidden_reason = "Có lời lẽ xúc phạm người khác."
    moving.move_comment(
        comment, "keep_back", actor=SYSTEM, visibility=Visibility.HIDDEN, note=comment.hidden_reason
    )


def test_once_confirmed_the_sender_gets_a_copy(ctx: Flask) -> None:
    comment = comment_of(stage=CommentStage.UNVERIFIED, proposed_text="Dịch về phía Tây 60 m.")
    comment.submission.confirmed_at = now()
    with traces() as left:
        moving.move_comment(comment, "confirm", actor=CITIZEN)
    mail = left.mail("comment-confirmed")
    for words in (MARKER, "Đề nghị sửa", "Dịch về phía Tây 60 m.", "/tra-cuu/lien-ket/"):
        assert words in mail.text


def test_shown_kept_back_withdrawn(ctx: Flask) -> None:
    first, second = comment_of(), comment_of()
    with traces() as left:
        shown(first)
        kept_back(second)
        moving.move_comment(second, "withdraw", actor=CITIZEN)
    assert left.kinds == ["comment-kept-back", "comment-shown", "comment-withdrawn"]
    assert "/y-kien" in left.mail("comment-shown").text
    assert "Có lời lẽ xúc phạm người khác." in left.mail("comment-kept-back").text
    assert "vẫn nằm trong hồ sơ" in left.mail("comment-kept-back").text


def test_whoever_wanted_it_private_does_not_hear_that_it_is(ctx: Flask) -> None:
    comment = comment_of(consent=Consent.PRIVATE)
    with traces() as left:
        kept_back(comment)
    assert left.mails == []


@pytest.mark.parametrize(
    ("moves", "stage"),
    [(["mark_spam", "restore"], CommentStage.RECEIVED), (["withdraw"], CommentStage.UNVERIFIED)],
)
def test_spam_and_what_was_never_confirmed_stay_silent(
    ctx: Flask, moves: list[str], stage: CommentStage
) -> None:
    comment = comment_of(stage=stage)
    with traces() as left:
        for move in moves:
            moving.move_comment(comment, move, actor=SYSTEM)
    assert left.mails == []


def test_whom_an_officer_helped_gets_their_words_as_they_were_typed_in(ctx: Flask) -> None:
    comment = comment_of(channel=Channel.PAPER)
    with traces() as left:
        receive(comment, None)
    mail = left.mail("comment-entered")
    assert MARKER in mail.text
    assert "Nếu có chỗ ghi chưa đúng" in mail.text


def test_in_the_language_of_the_sender(ctx: Flask) -> None:
    comment = comment_of(stage=CommentStage.UNVERIFIED)
    comment.submission.language = "en"
    with traces() as left:
        receive(comment)
    assert 'lang="en"' in left.mail("comment-received").html


def test_erasing_a_comment_empties_the_mail_that_told_of_it(ctx: Flask) -> None:
    first, second = comment_of(), comment_of()
    for key, code in (("a", first.submission.code), ("b", second.submission.code)):
        mailer.queue(
            kind="comment-result",
            to="an@example.vn",
            subject="Kết quả",
            text=f"{code} {MARKER}",
            html="",
            about=None,
            dedupe_key=key,
        )
    moving.move_comment(second, "erase", actor=SYSTEM, visibility=Visibility.ERASED)
    db.session.expire_all()
    assert [mail.text for mail in outbox() if mail.kind == "comment-result"] == [
        f"{first.submission.code} {MARKER}",
        "",
    ]


# Staff ------------------------------------------------------------------------------------------
def staff_mails(found: list[OutboxMessage]) -> list[tuple[str, str]]:
    return sorted((mail.kind, mail.to_address) for mail in found if "staff" in mail.kind)


def test_opening_and_closing_are_told_to_the_officer_in_charge(ctx: Flask) -> None:
    officer = make_user("phutrach")
    consultation = make_consultation(stage=Stage.SCHEDULED, officer_id=officer.id)
    make_comment(consultation, body=BODY)
    with traces() as left:
        core.move(consultation, "open", actor=SYSTEM)
        core.move(consultation, "close", actor=SYSTEM)
    assert staff_mails(left.mails) == [
        ("consultation-staff-closed", "phutrach@anson.example"),
        ("consultation-staff-opened", "phutrach@anson.example"),
    ]
    assert "Số góp ý trong hồ sơ: 1." in left.mail("consultation-staff-closed").text
    for mail in left.mails:
        assert "Nguyễn Thị Ân" not in mail.text + mail.html
        assert MARKER not in mail.text + mail.html


def test_in_charge_is_the_box_of_the_unit_then_its_officers_then_the_moderators(ctx: Flask) -> None:
    moderator = make_user("tiepnhan", roles=[Role.MODERATOR])
    gone = make_user("danghi")
    gone.is_active = False
    box, bare, empty = (
        make_unit("Phòng Một", email="mot@anson.example"),
        make_unit("Phòng Hai"),
        make_unit("Phòng Ba"),
    )
    worker = make_user("chuyenvien", unit=bare)
    wanted = {
        box.id: "mot@anson.example",
        bare.id: worker.email,
        empty.id: moderator.email,
        None: moderator.email,
    }
    for unit_id, address in wanted.items():
        consultation = make_consultation(
            stage=Stage.SCHEDULED, lead_unit_id=unit_id, officer_id=gone.id
        )
        with traces() as left:
            core.move(consultation, "open", actor=SYSTEM)
        assert staff_mails(left.mails) == [("consultation-staff-opened", address)]


def test_a_missing_result_is_told_at_fifteen_days_and_at_thirty_to_those_who_publish_too(
    ctx: Flask,
) -> None:
    officer, publisher = make_user("phutrach"), make_user("nguoidang", roles=[Role.PUBLISHER])
    consultation = make_consultation(stage=Stage.CLOSED, officer_id=officer.id)
    with traces() as left:
        for days in (15, 15, 30):
            emit(ResultReminder(consultation, days))
    assert [mail.to_address for mail in left.mails] == [
        officer.email,
        officer.email,
        publisher.email,
    ]
    assert "15 ngày" in left.mails[0].text
    assert "30 ngày" in left.mails[2].text


def test_comments_that_wait_stand_in_the_morning_digest(ctx: Flask) -> None:
    moderator = make_user("tiepnhan", roles=[Role.MODERATOR])
    first, second = make_consultation(), make_consultation()
    for consultation in (first, first, second):
        make_comment(consultation, body=BODY)
    make_comment(first, visibility=Visibility.PUBLIC)
    make_comment(first, stage=CommentStage.UNVERIFIED)
    with time_machine.travel(dt.datetime(2026, 11, 25, 7, 30, tzinfo=HANOI)), traces() as left:
        digest.digest()
        digest.digest()
    mail = left.mail("staff-digest")
    assert mail.to_address == moderator.email
    assert f"{first.code} · 2 góp ý" in mail.text
    assert f"{second.code} · 1 góp ý" in mail.text
    assert MARKER not in mail.text


@pytest.mark.parametrize("stage", [Stage.ANSWERED, Stage.OPEN])
def test_silent_moves_of_a_consultation_write_nothing(ctx: Flask, stage: Stage) -> None:
    make_user("tiepnhan", roles=[Role.MODERATOR])
    consultation = make_consultation(stage=stage)
    comment_of(consultation=consultation)
    with traces() as left:
        core.move(consultation, "archive" if stage is Stage.ANSWERED else "hide", actor=SYSTEM)
    assert left.mails == []


def test_later_news_counts_into_the_three_mails_of_an_unconfirmed_address(ctx: Flask) -> None:
    comments = [comment_of(known=False) for _number in range(4)]
    with traces() as left:
        for comment in comments:
            kept_back(comment)
    assert left.kinds == ["comment-unconfirmed"] * 3
