"""One's own comment behind code and PIN: what it shows in every state, and what
its sender may do.
"""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.comments.answers import Decision
from app.comments.models import Comment, SurveyAnswer, SurveyQuestion
from app.comments.service import commenting, moderating
from app.comments.states import CommentStage, SurveyKind, TargetKind
from app.consultations.models import Consultation
from app.consultations.states import ShowComments, Stage, Visibility
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db
from app.kernel.clock import now
from app.results.models import Point, Reply
from app.results.states import ReplyStage
from app.submissions.service import new_confirm_token, new_track_token
from app.submissions.states import Consent, NameDisplay
from app.works.models import ProjectItem
from tests.factories.consultations import BODY, make_comment, make_consultation, pin
from tests.factories.organisation import make_agency, make_place
from tests.factories.pages import Page, visit


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


def made(
    app: Flask,
    *,
    of: Stage = Stage.OPEN,
    consultation: dict[str, Any] | None = None,
    **columns: Any,
) -> tuple[str, str]:
    """Code and PIN of one comment."""
    with app.app_context():
        comment = make_comment(make_consultation(stage=of, **(consultation or {})), **columns)
        return comment.submission.code, pin(comment)


def opened(client: FlaskClient, codes: tuple[str, str]) -> Page:
    page = visit(client, "/tra-cuu").press("Tra cứu", code=codes[0], pin=codes[1])
    assert page.heading == f"Góp ý {codes[0]}", page.text
    return page


def comment_of(app: Flask) -> Comment:
    with app.app_context():
        (found,) = db.session.scalars(sa.select(Comment))
        return found


def test_it_shows_text_target_stance_and_where_it_stands(app: Flask, client: FlaskClient) -> None:
    page = opened(client, made(app, proposed_text="Dịch về phía Tây."))
    for words in (
        BODY,
        "Dịch về phía Tây.",
        "Đề nghị sửa",
        "Toàn bộ hồ sơ",
        "Có, được tính",
        "Chưa công khai, chờ cán bộ",
        "Đã đưa vào hồ sơ",
    ):
        assert words in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "0912345678" not in page.html


def test_without_the_pin_it_shows_nothing(app: Flask, client: FlaskClient) -> None:
    code, _pin = made(app)
    page = visit(client, f"/tra-cuu/{code}")
    assert BODY not in page.html
    assert page.has_button("Tra cứu")
    for act in ("rut-gop-y", "thu-hep-gop-y"):
        assert visit(client, f"/tra-cuu/{code}/{act}").has_button("Tra cứu")


@pytest.mark.parametrize(
    ("columns", "stage", "words"),
    [
        (
            {"stage": CommentStage.UNVERIFIED, "phone": None, "email": "an@example.vn"},
            Stage.OPEN,
            "bấm «Xác nhận»",
        ),
        ({"stage": CommentStage.SPAM}, Stage.OPEN, "chưa được đưa vào hồ sơ"),
        ({"stage": CommentStage.WITHDRAWN}, Stage.OPEN, "Bạn đã rút góp ý này."),
        ({"late": True}, Stage.CLOSED, "không tính vào số liệu (ngoài thời hạn)"),
        (
            {"visibility": Visibility.HIDDEN, "hidden_reason": "Có lời lẽ xúc phạm."},
            Stage.OPEN,
            "Lý do: Có lời lẽ xúc phạm.",
        ),
        ({"visibility": Visibility.HIDDEN}, Stage.OPEN, "Không công khai."),
        ({"consent": Consent.PRIVATE}, Stage.OPEN, "theo lựa chọn của bạn"),
        ({"visibility": Visibility.PUBLIC}, Stage.OPEN, "Đang công khai."),
        ({}, Stage.CLOSED, "đang được tổng hợp"),
        ({}, Stage.ANSWERED, "không có phần trả lời riêng"),
    ],
)
def test_every_state_has_its_words(
    app: Flask, client: FlaskClient, columns: dict[str, Any], stage: Stage, words: str
) -> None:
    assert words in opened(client, made(app, of=stage, **columns)).text


def test_one_that_waits_for_the_closing_day_says_so(app: Flask, client: FlaskClient) -> None:
    codes = made(
        app,
        visibility=Visibility.PUBLIC,
        consultation={"show_comments": ShowComments.AFTER_CLOSING},
    )
    page = opened(client, codes)
    assert "Sẽ công khai sau khi hết hạn" in page.text
    assert "/y-kien#" not in page.html


def test_a_place_is_told_to_its_sender(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        place = make_place("Thôn Đông")
        found = make_comment(
            make_consultation(),
            target_kind=TargetKind.PLACE,
            place_text="Ngã ba chợ",
            longitude=108.77,
            latitude=15.09,
        )
        found.submission.place_id = place.id
        codes = found.submission.code, pin(found)
        db.session.commit()
    assert "Thôn Đông · Ngã ba chợ · 15.09000, 108.77000" in opened(client, codes).text


def test_clause_and_project_are_named(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        consultation = make_consultation()
        version = DraftVersion(consultation_id=consultation.id, number=1, published_at=now())
        project = ProjectItem(
            consultation_id=consultation.id,
            code="01",
            name="Đường tránh",
            land_code="DGT",
            planned_ha=3,
        )
        db.session.add_all([version, project])
        db.session.flush()
        db.session.add(
            Clause(
                version_id=version.id,
                position=1,
                kind=ClauseKind.ARTICLE,
                anchor="dieu-5",
                label="Điều 5",
                heading="Đất lúa",
            )
        )
        found = [
            (
                make_comment(consultation, target_kind=TargetKind.CLAUSE, clause_anchor="dieu-5"),
                "Điều 5. Đất lúa",
            ),
            (
                make_comment(consultation, target_kind=TargetKind.CLAUSE, clause_anchor="dieu-9"),
                "dieu-9",
            ),
            (
                make_comment(consultation, target_kind=TargetKind.PROJECT, project_id=project.id),
                "01 – Đường tránh",
            ),
        ]
        wanted = [((comment.submission.code, pin(comment)), words) for comment, words in found]
    for codes, words in wanted:
        assert words in opened(client, codes).text


def test_answers_to_guiding_questions_are_shown(app: Flask, client: FlaskClient) -> None:
    codes = made(app)
    with app.app_context():
        comment = db.session.scalars(sa.select(Comment)).one()
        for kind, options, answer in (
            (SurveyKind.ONE, ["Có", "Không"], {"choices": [1]}),
            (SurveyKind.SCALE, [], {"choices": [4]}),
            (SurveyKind.OPEN, [], {"text": "Mở rộng đường"}),
        ):
            question = SurveyQuestion(
                consultation_id=comment.consultation_id,
                kind=kind,
                text=f"{kind.value}?",
                options=options,
            )
            db.session.add(question)
            db.session.flush()
            db.session.add(SurveyAnswer(question_id=question.id, comment_id=comment.id, **answer))
        db.session.commit()
    text = opened(client, codes).text
    assert "one? Không" in text
    assert "scale? 4/5" in text
    assert "open? Mở rộng đường" in text


# Replies ----------------------------------------------------------------------------------------
def reply(app: Flask, *, final: bool = True) -> None:
    with app.app_context():
        comment = db.session.scalars(sa.select(Comment)).one()
        answer = Reply(
            consultation_id=comment.consultation_id,
            stage=ReplyStage.FINAL if final else ReplyStage.AGREED,
            decision=Decision.ACCEPTED,
            text="Đã dịch tuyến.",
            html="<p>Đã dịch tuyến.</p>",
            changed_where="Điều 5, khoản 2",
            final_at=now() if final else None,
        )
        db.session.add(answer)
        db.session.flush()
        db.session.add(
            Point(
                consultation_id=comment.consultation_id,
                comment_id=comment.id,
                text="Dịch tuyến đường.",
                reply_id=answer.id,
            )
        )
        db.session.commit()


def test_final_replies_are_shown_once_the_result_is_published(
    app: Flask, client: FlaskClient
) -> None:
    codes = made(app, of=Stage.ANSWERED)
    reply(app)
    page = opened(client, codes)
    for words in ("Dịch tuyến đường.", "Tiếp thu", "Đã dịch tuyến.", "Đã sửa tại: Điều 5, khoản 2"):
        assert words in page.text


@pytest.mark.parametrize(("stage", "final"), [(Stage.CLOSED, True), (Stage.ANSWERED, False)])
def test_nothing_else_of_a_reply_is_shown(
    app: Flask, client: FlaskClient, stage: Stage, final: bool
) -> None:
    codes = made(app, of=stage)
    reply(app, final=final)
    assert "Đã dịch tuyến." not in opened(client, codes).html


# What may be done -------------------------------------------------------------------------------
def test_withdrawing(app: Flask, client: FlaskClient) -> None:
    codes = made(app)
    opened(client, codes)
    page = visit(client, f"/tra-cuu/{codes[0]}/rut-gop-y").press("Rút góp ý")
    assert "Bạn đã rút góp ý." in page.text
    assert comment_of(app).stage is CommentStage.WITHDRAWN
    assert client.get(f"/tra-cuu/{codes[0]}/rut-gop-y").status_code == 409


def test_after_the_last_day_nothing_is_withdrawn(app: Flask, client: FlaskClient) -> None:
    codes = made(app, of=Stage.CLOSED)
    page = opened(client, codes)
    assert "rut-gop-y" not in page.html
    assert "thu-hep-gop-y" in page.html
    assert client.get(f"/tra-cuu/{codes[0]}/rut-gop-y").status_code == 409


def test_tightening(app: Flask, client: FlaskClient) -> None:
    codes = made(app, visibility=Visibility.PUBLIC)
    opened(client, codes)
    form = visit(client, f"/tra-cuu/{codes[0]}/thu-hep-gop-y")
    assert "gỡ khỏi trang công khai ngay" in form.text
    assert "Không có gì thay đổi." in form.press("Lưu lựa chọn").text
    wrong = form.press("Lưu lựa chọn", consent="everything")
    assert wrong.status == 422
    assert (
        "Đã ghi nhận." in form.press("Lưu lựa chọn", consent="private", name_display="hidden").text
    )
    after = comment_of(app)
    assert (after.visibility, after.submission.consent, after.submission.name_display) == (
        Visibility.HIDDEN,
        Consent.PRIVATE,
        NameDisplay.HIDDEN,
    )
    assert client.get(f"/tra-cuu/{codes[0]}/thu-hep-gop-y").status_code == 409


def test_only_less_is_offered(app: Flask, client: FlaskClient) -> None:
    codes = made(app, consent=Consent.PRIVATE)
    opened(client, codes)
    form = visit(client, f"/tra-cuu/{codes[0]}/thu-hep-gop-y")
    assert [item["value"] for item in form.soup.select("input[type=radio]")] == [
        "private",
        "initials",
        "hidden",
    ]
    assert form.press("Lưu lựa chọn", name_display="full").status == 422


def test_what_is_typed_too_late_for_the_pin_changes_nothing(
    app: Flask, client: FlaskClient
) -> None:
    codes = made(app)
    opened(client, codes)
    form = visit(client, f"/tra-cuu/{codes[0]}/rut-gop-y")
    visit(client, f"/tra-cuu/{codes[0]}").press("Đóng hồ sơ trên máy này")
    assert form.press("Rút góp ý").status == 403
    assert comment_of(app).stage is CommentStage.RECEIVED


def test_the_pages_of_a_question_are_not_those_of_a_comment(
    app: Flask, client: FlaskClient
) -> None:
    codes = made(app)
    opened(client, codes)
    for act in ("rut", "thu-hep", "bo-sung"):
        assert visit(client, f"/tra-cuu/{codes[0]}/{act}").has_button("Tra cứu")


# Links in mails ---------------------------------------------------------------------------------
def test_confirming_by_link_twice_counts_once(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        comment = make_comment(
            make_consultation(), stage=CommentStage.UNVERIFIED, phone=None, email="an@example.vn"
        )
        token = new_confirm_token(comment.submission, secret_key=str(app.secret_key))
        db.session.commit()
    page = visit(client, f"/xac-nhan/{token}")
    assert "gửi góp ý" in page.text
    assert "câu hỏi" not in page.text
    assert "đã được nhận" in page.press("Xác nhận").text
    page.press("Xác nhận")
    assert comment_of(app).stage is CommentStage.RECEIVED
    with app.app_context():
        assert db.session.scalar(sa.select(Consultation.received_count)) == 1


def test_the_link_of_a_mail_opens_it(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        comment = make_comment(make_consultation(), email="an@example.vn")
        token = new_track_token(comment.submission, secret_key=str(app.secret_key))
        db.session.commit()
    page = visit(client, f"/tra-cuu/lien-ket/{token}")
    assert page.heading == "Mở góp ý của bạn"
    assert BODY in page.press("Mở góp ý của tôi").text


def test_a_hidden_consultation_is_named_without_a_link(app: Flask, client: FlaskClient) -> None:
    page = opened(client, made(app, consultation={"visibility": Visibility.HIDDEN}))
    assert not page.soup.select('main a[href^="/lay-y-kien/"]')


def test_an_erased_one_is_gone(app: Flask, client: FlaskClient) -> None:
    codes = made(app)
    with app.app_context():
        moderating.erase(
            db.session.scalars(sa.select(Comment)).one(),
            actor=commenting.SYSTEM,
            reason="Theo yêu cầu.",
        )
        db.session.commit()
    assert visit(client, "/tra-cuu").press("Tra cứu", code=codes[0], pin=codes[1]).status == 422


def test_times_are_those_of_arrival(app: Flask, client: FlaskClient) -> None:
    codes = made(app)
    with app.app_context():
        comment = db.session.scalars(sa.select(Comment)).one()
        comment.submission.received_at = dt.datetime(2026, 11, 24, 16, 59, 59, tzinfo=dt.UTC)
        db.session.commit()
    assert "24/11/2026" in opened(client, codes).text
