"""Asking, as a person without scripts does it: three screens, and a receipt."""

import io
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.extensions import db
from app.files.models import StoredFile
from app.questions.models import Question
from app.questions.states import QuestionKind, Stage, Visibility
from app.submissions.models import Submission
from app.submissions.states import Consent, NameDisplay
from tests.factories.organisation import make_agency, make_place, make_topic
from tests.factories.pages import Page, visit
from tests.factories.questions import make_question
from tests.factories.statements import StatementCounter

ASK = "/hoi-dap/gui"
BODY = "Xe thu gom rác không vào ngõ 5 thôn Đông đã hai tuần nay, khi nào có lại?"


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency(citizen_reception_text="Phòng tiếp công dân, tầng 1. Điện thoại 0253 3555 010.")
        make_topic("Môi trường", slug="moi-truong", answer_working_days=5)
        make_place("Thôn Đông", slug="thon-dong")


def picture(color: tuple[int, int, int] = (90, 160, 120)) -> io.BytesIO:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(stream, "JPEG")
    stream.seek(0)
    return stream


def content(client: FlaskClient) -> Page:
    return visit(client, f"{ASK}?buoc=noi-dung")


def contact(client: FlaskClient, **changes: object) -> Page:
    page = content(client).press("Tiếp tục", **{"body": BODY, **changes})
    assert page.has_button("Xem lại"), page.text
    return page


PERSON = {"name": "Nguyễn Thị Ân", "phone": "0912 345 678", "consent": "publish"}


def review(client: FlaskClient, **changes: object) -> Page:
    page = contact(client).press("Xem lại", **{**PERSON, **changes})
    assert page.has_button("Gửi câu hỏi"), page.text
    return page


def asked(app: Flask) -> list[Question]:
    with app.app_context():
        found = list(db.session.scalars(sa.select(Question).order_by(Question.id)))
        for question in found:
            assert question.submission is not None
        return found


def codes_of(page: Page) -> tuple[str, str]:
    code = re.search(r"AS-\d{4}-\d{6}", page.text)
    pin = re.search(r"\b\d{3} \d{3}\b", page.text)
    assert code, page.text
    assert pin, page.text
    return code.group(), pin.group()


# The three screens ------------------------------------------------------------------------------
def test_from_search_to_receipt(app: Flask, client: FlaskClient) -> None:
    page = visit(client, ASK).press("Tìm", q="lịch thu gom rác")
    assert "Chưa có câu trả lời nào giống" in page.text
    page = page.press("Chưa có, tôi muốn hỏi")
    assert page.values("Tiếp tục")["body"] == "lịch thu gom rác"
    page = page.press(
        "Tiếp tục",
        body=BODY,
        kind="incident",
        topic="moi-truong",
        place="thon-dong",
        title="Rác ở ngõ 5",
    )
    page = page.press("Xem lại", **PERSON, email="an@example.vn", name_display="hidden")
    assert "Không hiện tên người hỏi" in page.text
    page = page.press("Gửi câu hỏi")
    assert page.status == 200
    assert "Đã nhận câu hỏi của bạn" in page.heading
    codes_of(page)
    (question,) = asked(app)
    submission = question.submission
    assert (question.kind, question.stage, question.working_days) == (
        QuestionKind.INCIDENT,
        Stage.RECEIVED,
        5,
    )
    assert (submission.body, submission.title, submission.name) == (
        BODY,
        "Rác ở ngõ 5",
        "Nguyễn Thị Ân",
    )
    assert (submission.phone, submission.email) == ("0912345678", "an@example.vn")
    assert (submission.consent, submission.name_display) == (Consent.PUBLISH, NameDisplay.HIDDEN)
    assert question.visibility is Visibility.PRIVATE
    assert page.soup.select_one("[data-draft-clear]")


def test_similar_answers_are_shown_with_and_without_marks(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        for number in range(5):
            make_question(
                visibility=Visibility.PUBLIC, title=f"Lịch thu gom rác ở thôn số {number}"
            )
        make_question(visibility=Visibility.HIDDEN, title="Lịch thu gom rác bị gỡ")
    for words in ("lịch thu gom rác", "lich thu gom rac"):
        page = visit(client, ASK).press("Tìm", q=words)
        links = page.soup.select("main .ln-list a")
        assert len(links) == 3
        assert "bị gỡ" not in page.text


def test_an_empty_form_says_what_is_missing_on_each_screen(app: Flask, client: FlaskClient) -> None:
    page = content(client).press("Tiếp tục")
    assert (page.status, page.errors) == (422, ["Hãy viết nội dung câu hỏi."])
    assert page.title.startswith("Lỗi: ")
    page = contact(client).press("Xem lại")
    assert page.status == 422
    assert page.errors == [
        "Hãy nhập họ và tên.",
        "Hãy nhập số điện thoại hoặc thư điện tử để chúng tôi trả lời bạn.",
        "Hãy chọn có đăng câu trả lời cho mọi người cùng đọc hay không.",
    ]
    assert asked(app) == []


def test_consent_is_never_chosen_beforehand_and_the_name_is_short_by_default(
    client: FlaskClient,
) -> None:
    values = contact(client).values("Xem lại")
    assert "consent" not in values
    assert values["name_display"] == "initials"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("phone", "12345", "Số điện thoại chưa đúng. Ví dụ: 0912 345 678 hoặc 0255 3822 111."),
        ("phone", "gọi cho tôi", "Số điện thoại chỉ gồm chữ số. Ví dụ: 0912 345 678."),
        (
            "phone",
            "01234567890",
            "Số di động 11 chữ số đã đổi thành 10 chữ số. Hãy nhập số hiện đang dùng.",
        ),
        ("email", "an@@example", "Thư điện tử chưa đúng. Ví dụ: ten@example.vn."),
        ("email", "a@example.vn, b@example.vn", "Thư điện tử chưa đúng. Ví dụ: ten@example.vn."),
        ("name", "A" * 121, "Họ và tên dài quá 120 ký tự. Hãy rút gọn."),
        ("consent", "perhaps", "Hãy chọn một mục trong danh sách."),
        ("name_display", "nickname", "Hãy chọn một mục trong danh sách."),
    ],
)
def test_wrong_contact_keeps_what_was_typed(
    client: FlaskClient, field: str, typed: str, sentence: str
) -> None:
    page = contact(client).press("Xem lại", **{**PERSON, field: typed})
    assert (page.status, page.errors) == (422, [sentence])
    values = page.values("Xem lại")
    assert values["body"] == BODY
    assert values["name"] == ("A" * 121 if field == "name" else "Nguyễn Thị Ân")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("body", "Ngắn quá", "Hãy viết ít nhất 20 ký tự để cán bộ hiểu rõ câu hỏi."),
        (
            "body",
            "dài " * 1_300,
            "Nội dung dài quá 5.000 ký tự. Hãy rút gọn hoặc gửi thành hai lần.",
        ),
        ("title", "dài " * 40, "Tiêu đề dài quá 150 ký tự. Hãy rút gọn."),
        ("topic", "khong-co", "Hãy chọn một mục trong danh sách."),
        ("place", "khong-co", "Hãy chọn một mục trong danh sách."),
        ("kind", "complaint", "Hãy chọn một mục trong danh sách."),
    ],
)
def test_wrong_content_keeps_what_was_typed(
    client: FlaskClient, field: str, typed: str, sentence: str
) -> None:
    page = content(client).press("Tiếp tục", **{"body": BODY, field: typed})
    assert (page.status, page.errors) == (422, [sentence])
    assert page.values("Tiếp tục")["body"] == (typed.strip() if field == "body" else BODY)


def test_going_back_keeps_everything(client: FlaskClient) -> None:
    page = review(client, email="an@example.vn").press("Sửa nội dung")
    assert page.values("Tiếp tục")["email"] == "an@example.vn"
    page = page.press("Tiếp tục", body=BODY + " Xin cảm ơn.")
    assert page.values("Xem lại")["name"] == "Nguyễn Thị Ân"
    page = page.press("Quay lại")
    assert page.values("Tiếp tục")["body"] == BODY + " Xin cảm ơn."
    page = page.press("Quay lại")
    assert page.values("Tìm")["body"] == BODY + " Xin cảm ơn."
    page = page.press("Tìm", q="rác").press("Chưa có, tôi muốn hỏi")
    assert page.values("Tiếp tục")["body"] == BODY + " Xin cảm ơn."
    page = review(client).press("Sửa liên hệ")
    assert page.values("Xem lại")["consent"] == "publish"


# Review -----------------------------------------------------------------------------------------
def test_the_review_shows_what_the_public_would_see(client: FlaskClient) -> None:
    page = contact(client, body=BODY + " Gọi tôi số 0987654321.", advised="personal").press(
        "Xem lại", **PERSON
    )
    officer, public = page.soup.select(".ln-compare__side")
    assert "0987654321" in officer.get_text()
    assert "Nguyễn Thị Ân" in officer.get_text()
    assert "0987654321" not in public.get_text()
    assert "N.T.Â." in public.get_text()
    assert "[đã ẩn: số điện thoại]" in public.get_text()


def test_the_review_of_a_private_question_shows_nothing_to_the_public(client: FlaskClient) -> None:
    page = contact(client).press("Xem lại", **{**PERSON, "consent": "private"})
    public = page.soup.select(".ln-compare__side")[1].get_text()
    assert "Bạn đã chọn chỉ trả lời riêng" in public
    assert "ngõ 5" not in public


# Advice -----------------------------------------------------------------------------------------
PERSONAL = BODY + " Gọi tôi theo số 0912 345 678."


def test_personal_data_is_listed_once_and_can_be_masked(client: FlaskClient) -> None:
    page = content(client).press("Tiếp tục", body=PERSONAL)
    assert page.status == 200
    assert "số điện thoại: 0912 345 678" in page.text
    page = page.press("Che giúp tôi")
    assert "[đã ẩn: số điện thoại]" in page.values("Tiếp tục")["body"]
    assert page.press("Tiếp tục").has_button("Xem lại")


def test_personal_data_may_stay(client: FlaskClient) -> None:
    page = content(client).press("Tiếp tục", body=PERSONAL).press("Giữ nguyên, tiếp tục")
    assert page.has_button("Xem lại")
    assert "0912 345 678" in page.values("Xem lại")["body"]


def test_the_offices_own_number_is_not_personal(client: FlaskClient) -> None:
    page = content(client).press(
        "Tiếp tục", body=BODY + " Tôi đã gọi 0253 3555 000 mà không ai nghe."
    )
    assert page.has_button("Xem lại")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "Tôi tố cáo cán bộ địa chính nhận hối lộ khi làm sổ đỏ cho nhà bên cạnh.",
            ["dấu hiệu là tố cáo", "25/2018/QH14"],
        ),
        (
            "Tôi khiếu nại quyết định thu hồi đất của gia đình tôi ở thôn Đông.",
            ["dấu hiệu là khiếu nại", "90 ngày"],
        ),
    ],
)
def test_a_complaint_gets_guidance_and_may_still_be_sent(
    app: Flask, client: FlaskClient, text: str, sentences: list[str]
) -> None:
    page = content(client).press("Tiếp tục", body=text)
    for sentence in [*sentences, "Phòng tiếp công dân, tầng 1", "không làm phát sinh việc thụ lý"]:
        assert sentence in page.text
    page = page.press("Tôi hiểu, vẫn gửi ở đây")
    page = page.press("Xem lại", **PERSON).press("Gửi câu hỏi")
    codes_of(page)
    (question,) = asked(app)
    assert question.submission.concern in {"complaint", "denunciation"}


def test_both_kinds_of_advice_stop_somebody_once(client: FlaskClient) -> None:
    text = "Tôi tố cáo ông A nhận hối lộ, gọi tôi theo số 0912345678 để biết thêm."
    page = content(client).press("Tiếp tục", body=text)
    assert "tố cáo" in page.text
    assert page.has_button("Che giúp tôi")
    assert page.press("Tiếp tục").has_button("Xem lại")


# Files ------------------------------------------------------------------------------------------
def test_files_are_kept_over_errors_listed_and_claimed(app: Flask, client: FlaskClient) -> None:
    page = content(client).press(
        "Tiếp tục", files=[(picture(), "ảnh ngõ 5.jpg"), (picture(), "ảnh hai.jpg")]
    )
    assert page.status == 422
    assert "ảnh ngõ 5.jpg" in page.text
    page = page.press("Bỏ tệp")
    assert "ảnh ngõ 5.jpg" not in page.text
    assert "ảnh hai.jpg" in page.text
    page = page.press("Tiếp tục", body=BODY).press("Xem lại", **PERSON)
    assert "ảnh hai.jpg" in page.text
    page.press("Gửi câu hỏi")
    (question,) = asked(app)
    with app.app_context():
        (file,) = db.session.scalars(sa.select(StoredFile)).all()
        assert (file.owner_kind, file.owner_id, file.name) == (
            "submission",
            question.submission_id,
            "ảnh hai.jpg",
        )


def test_six_files_are_one_too_many(client: FlaskClient) -> None:
    page = content(client).press(
        "Tiếp tục", body=BODY, files=[(picture(), f"{n}.jpg") for n in range(6)]
    )
    assert (page.status, page.errors) == (422, ["Chỉ gửi được tối đa 5 tệp. Hãy bỏ bớt."])
    assert page.values("Tiếp tục")["body"] == BODY


def test_a_file_of_another_kind_is_refused_and_the_text_stays(client: FlaskClient) -> None:
    page = content(client).press(
        "Tiếp tục", body=BODY, files=[(io.BytesIO(b"MZ\x90\x00"), "virus.exe")]
    )
    assert page.status == 422
    assert len(page.errors) == 1
    assert page.values("Tiếp tục")["body"] == BODY


def test_somebody_elses_file_cannot_be_taken(app: Flask, client: FlaskClient) -> None:
    page = (
        content(client)
        .press("Tiếp tục", body=BODY, files=[(picture(), "a.jpg")])
        .press("Xem lại", **PERSON)
    )
    page.press("Gửi câu hỏi")
    with app.app_context():
        key = db.session.scalars(sa.select(StoredFile.key)).one()
    other = app.test_client()
    page = review(other).press("Gửi câu hỏi", file_keys=key)
    assert (page.status, page.errors) == (
        422,
        ["Tệp bạn chọn trước đây đã hết hạn giữ. Hãy chọn lại tệp."],
    )
    assert len(asked(app)) == 1


# Hostile and unusual input ----------------------------------------------------------------------
def test_a_megabyte_is_refused_with_a_sentence(client: FlaskClient) -> None:
    text = "a" * 1_000_000
    page = content(client).press("Tiếp tục", body=text)
    assert (page.status, page.errors) == (
        422,
        ["Nội dung dài quá 5.000 ký tự. Hãy rút gọn hoặc gửi thành hai lần."],
    )
    assert page.values("Tiếp tục")["body"] == text


def test_masking_a_text_that_is_too_long_says_so_first(client: FlaskClient) -> None:
    page = content(client).press("Tiếp tục", action="che", body="0912345678 " * 50_000)
    assert (page.status, page.errors) == (
        422,
        ["Nội dung dài quá 5.000 ký tự. Hãy rút gọn hoặc gửi thành hai lần."],
    )


def test_more_than_the_server_takes_is_413(client: FlaskClient) -> None:
    page = content(client).press("Tiếp tục", body="a" * 3_000_000)
    assert page.status == 413


def test_odd_characters_are_kept_or_dropped_and_nothing_breaks(
    app: Flask, client: FlaskClient
) -> None:
    typed = unicodedata.normalize("NFD", "Rác\x00 ở ngõ\u202e 5 thôn Đông 🗑️👩‍🌾 khi nào được dọn?")
    page = contact(client, body=typed).press("Xem lại", **PERSON).press("Gửi câu hỏi")
    codes_of(page)
    (question,) = asked(app)
    assert question.submission.body == "Rác ở ngõ 5 thôn Đông 🗑️👩‍🌾 khi nào được dọn?"
    assert unicodedata.is_normalized("NFC", question.submission.body)


def test_markup_stays_text(client: FlaskClient) -> None:
    page = review(client, name="<script>alert(1)</script>")
    assert page.soup.find("script", string="alert(1)") is None
    assert "<script>alert(1)</script>" in page.soup.select_one(".ln-compare__side").get_text()  # type: ignore[union-attr]


def test_a_forged_step_shows_the_first_screen(client: FlaskClient) -> None:
    page = content(client).press("Tiếp tục", step="'; DROP TABLE question")
    assert page.has_button("Tìm")


def test_sending_at_once_is_checked_as_a_whole(app: Flask, client: FlaskClient) -> None:
    values = content(client).values("Tiếp tục")
    page = content(client).press(
        "Tiếp tục", **{**values, "step": "lien-he", "action": "gui", "body": "Ngắn"}
    )
    assert (page.status, page.errors) == (
        422,
        ["Hãy viết ít nhất 20 ký tự để cán bộ hiểu rõ câu hỏi."],
    )
    assert asked(app) == []


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 4_000, "0123456789ABCDEF0123456789ABCDEF", "../../etc/passwd"]
)
def test_a_forged_key_is_replaced(app: Flask, client: FlaskClient, key: str) -> None:
    page = review(client).press("Gửi câu hỏi", idempotency_key=key)
    codes_of(page)
    (question,) = asked(app)
    assert re.fullmatch(r"[0-9a-f]{32}", question.submission.idempotency_key)
    assert question.submission.idempotency_key != key


@pytest.mark.parametrize("started", ["", "garbage", "0" * 32 + ".abc.def"])
def test_a_forged_clock_blocks_nobody(app: Flask, client: FlaskClient, started: str) -> None:
    codes_of(review(client).press("Gửi câu hỏi", started=started))
    assert len(asked(app)) == 1


def test_the_time_trap_only_marks(app: Flask, client: FlaskClient) -> None:
    codes_of(review(client).press("Gửi câu hỏi"))
    (question,) = asked(app)
    assert question.stage is Stage.RECEIVED
    assert question.submission.spam_points == 40


def test_the_honeypot_is_out_of_sight_and_puts_a_machine_aside(
    app: Flask, client: FlaskClient
) -> None:
    page = content(client)
    trap = page.soup.select_one("[name=company_url]")
    assert trap is not None
    assert trap["tabindex"] == "-1"
    page = page.press("Tiếp tục", body=BODY, company_url="https://spam.example")
    page = page.press("Xem lại", **PERSON).press("Gửi câu hỏi")
    codes_of(page)
    (question,) = asked(app)
    assert question.stage is Stage.SPAM
    assert question.submission.spam_points == 100


# Once and only once -----------------------------------------------------------------------------
def test_sending_twice_shows_the_same_receipt(app: Flask, client: FlaskClient) -> None:
    page = review(client)
    first, second = page.press("Gửi câu hỏi"), page.press("Gửi câu hỏi")
    assert codes_of(first) == codes_of(second)
    assert len(asked(app)) == 1
    assert not second.has_button("Gửi như một câu hỏi mới")


def test_a_sent_form_with_another_text_loses_nothing(app: Flask, client: FlaskClient) -> None:
    page = review(client)
    first = page.press("Gửi câu hỏi")
    again = page.press("Gửi câu hỏi", body=BODY + " Và còn đèn đường thì sao?")
    assert codes_of(again) == codes_of(first)
    assert "chưa được gửi" in again.text
    last = again.press("Gửi như một câu hỏi mới").press("Gửi câu hỏi")
    assert codes_of(last) != codes_of(first)
    assert [question.submission.body for question in asked(app)] == [
        BODY,
        BODY + " Và còn đèn đường thì sao?",
    ]


def test_twenty_at_once_make_one(app: Flask, client: FlaskClient) -> None:
    page = review(client, email="an@example.vn")
    values = page.values("Gửi câu hỏi")
    with client.session_transaction() as cookie:
        kept = dict(cookie)

    def send(_number: int) -> tuple[str, str]:
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie.update(kept)
        response = browser.post(ASK, data=values)
        assert response.status_code == 200
        return codes_of(Page(browser, response, ASK))

    with ThreadPoolExecutor(20) as pool:
        receipts = set(pool.map(send, range(20)))
    assert len(receipts) == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Question)) == 1
        assert db.session.scalar(sa.text("SELECT count(*) FROM outbox_message")) <= 1
        assert db.session.scalar(sa.text("SELECT value FROM counter WHERE name LIKE 'AS-%'")) == 1
        assert (
            db.session.scalar(sa.text("SELECT count(*) FROM throttle_event WHERE scope = 'ask'"))
            == 1
        )


def test_a_lost_session_loses_nothing(app: Flask, client: FlaskClient) -> None:
    page = review(client)
    client.delete_cookie("phien")
    expired = page.press("Gửi câu hỏi")
    assert expired.status == 400
    assert BODY in expired.html
    # Nobody knows whose form it is: it is there to be copied, not to be sent by one press.
    assert not expired.has_button("Gửi lại")
    assert asked(app) == []


# Limits -----------------------------------------------------------------------------------------
def test_errors_and_searches_count_against_nobody(app: Flask, client: FlaskClient) -> None:
    for _number in range(8):
        contact(client).press("Xem lại")
    codes_of(review(client).press("Gửi câu hỏi"))


# The receipt ------------------------------------------------------------------------------------
def test_mail_only_waits_for_confirmation(app: Flask, client: FlaskClient) -> None:
    page = review(client, phone="", email="an@example.vn").press("Gửi câu hỏi")
    assert "chờ bạn xác nhận" in page.heading
    assert "7 ngày" in page.text
    assert asked(app)[0].stage is Stage.UNVERIFIED


def test_the_receipt_explains_the_date_and_carries_a_code_without_the_pin(
    app: Flask, client: FlaskClient
) -> None:
    page = review(client).press("Gửi câu hỏi")
    code, pin = codes_of(page)
    assert "Vì sao ngày này?" in page.text
    assert "chưa được xác nhận" in page.text
    picture_address = str(page.soup.select_one(".ln-receipt__qr img")["src"])  # type: ignore[index]
    response = client.get(picture_address)
    assert response.mimetype == "image/svg+xml"
    assert picture_address == f"/tra-cuu/ma-qr/{code}.svg"
    assert pin.replace(" ", "") not in picture_address
    assert page.response.headers["Cache-Control"] == "no-store"


def test_the_qr_code_of_nonsense_is_404(client: FlaskClient) -> None:
    assert client.get("/tra-cuu/ma-qr/abc.svg").status_code == 404


def test_statements_of_sending(app: Flask, client: FlaskClient) -> None:
    codes_of(review(client).press("Gửi câu hỏi"))  # the year's first number takes more
    page = contact(client, topic="moi-truong", place="thon-dong").press(
        "Xem lại", **PERSON, email="an@example.vn"
    )
    values = page.values("Gửi câu hỏi")
    with app.app_context(), StatementCounter(db.engine) as counter:
        pass
    with StatementCounter(_engine(app)) as counter:
        assert client.post(ASK, data=values).status_code == 200
    assert len(counter.statements) <= 12, "\n".join(counter.statements)


def _engine(app: Flask) -> sa.Engine:
    with app.app_context():
        return db.engine


def test_a_get_writes_nothing(app: Flask, client: FlaskClient) -> None:
    with StatementCounter(_engine(app)) as counter:
        visit(client, ASK)
        visit(client, f"{ASK}?q=rac")
        content(client)
    assert not [
        line
        for line in counter.statements
        if line.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
    ]
