"""Following one's own question: code and PIN, the link of a mail, and everything that its sender
may do.
"""

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.extensions import db
from app.files.models import StoredFile
from app.kernel.clock import now
from app.questions.models import Question
from app.questions.queries import staff
from app.questions.service import answering, triage
from app.questions.states import PHASE_LABELS, PUBLIC_PHASE, Classification, Stage, Visibility
from app.submissions import service as submissions
from app.submissions.states import Consent, NameDisplay
from tests.factories.organisation import make_agency
from tests.factories.pages import Page, visit
from tests.factories.questions import ANSWER, BODY, cast, make_question, pin


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency(citizen_reception_text="Phòng tiếp công dân, tầng 1.")


def made(app: Flask, **values: Any) -> tuple[str, str]:
    """A question; its code and PIN."""
    with app.app_context():
        question = make_question(**values)
        return question.submission.code, pin(question)


def unlock(client: FlaskClient, code: str, pin: str) -> Page:
    return visit(client, f"/tra-cuu/{code}").press("Tra cứu", pin=pin)


def opened(app: Flask, client: FlaskClient, **values: Any) -> tuple[str, Page]:
    """A question and its unlocked page."""
    code, secret = made(app, **values)
    page = unlock(client, code, secret)
    assert page.status == 200, page.text
    return code, page


def now_of(app: Flask, code: str) -> Question:
    with app.app_context():
        question = staff.by_code(code)
        assert question.submission is not None
        return question


# Getting in -------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["{code}", " {code} ", "{lower}"])
def test_code_and_pin_open_it(app: Flask, client: FlaskClient, typed: str) -> None:
    code, secret = made(app)
    page = visit(client, "/tra-cuu").press(
        "Tra cứu",
        code=typed.format(code=code, lower=code.lower()),
        pin=f"{secret[:3]} {secret[3:]}",
    )
    assert page.address == f"/tra-cuu/{code}"
    assert BODY in page.text
    assert page.response.headers["Cache-Control"] == "no-store"


def test_without_the_pin_known_and_unknown_codes_look_the_same(
    app: Flask, client: FlaskClient
) -> None:
    code, _secret = made(app)
    known, unknown = visit(client, f"/tra-cuu/{code}"), visit(client, "/tra-cuu/AS-2026-999999")
    token = re.compile(r'name="csrf_token"[^>]*>')
    assert token.sub("", known.html).replace(code, "X") == token.sub("", unknown.html).replace(
        "AS-2026-999999", "X"
    )
    assert known.status == unknown.status == 200
    assert known.values("Tra cứu")["code"] == code
    assert BODY not in known.html


def test_wrong_code_and_wrong_pin_say_the_same(app: Flask, client: FlaskClient) -> None:
    code, secret = made(app)
    page = visit(client, "/tra-cuu")
    wrong_pin = page.press("Tra cứu", code=code, pin="000000" if secret != "000000" else "111111")
    wrong_code = page.press("Tra cứu", code="AS-2026-999999", pin=secret)
    assert wrong_pin.status == wrong_code.status == 422
    assert (
        wrong_pin.errors
        == wrong_code.errors
        == ["Mã tra cứu hoặc mã PIN chưa đúng. Hãy xem lại hai mã trên phiếu nhận."]
    )
    assert secret not in wrong_code.html


def test_an_empty_form_says_what_is_missing(client: FlaskClient) -> None:
    page = visit(client, "/tra-cuu").press("Tra cứu")
    assert (page.status, page.errors) == (
        422,
        ["Hãy nhập mã tra cứu.", "Hãy nhập mã PIN gồm 6 chữ số."],
    )


def test_wrong_pins_of_others_keep_nobody_outside(app: Flask, client: FlaskClient) -> None:
    code, secret = made(app)
    wrong = str((int(secret) + 1) % 10**6).zfill(6)
    page = visit(client, "/tra-cuu")
    tries = [page.press("Tra cứu", code=code, pin=wrong) for _try in range(12)]
    assert [one.status for one in tries] == [422] * 12
    assert tries[-1].press("Tra cứu", pin=secret).address == f"/tra-cuu/{code}"


def test_it_closes_after_two_hours_and_by_the_button(app: Flask, client: FlaskClient) -> None:
    code, page = opened(app, client)
    assert BODY in visit(client, f"/tra-cuu/{code}").text
    with time_machine.travel(now() + dt.timedelta(minutes=121)):
        assert BODY not in visit(client, f"/tra-cuu/{code}").text
    page = page.press("Đóng hồ sơ trên máy này")
    assert page.address == "/tra-cuu"
    assert BODY not in visit(client, f"/tra-cuu/{code}").text


def test_one_pin_opens_one_question_only(app: Flask, client: FlaskClient) -> None:
    other, _secret = made(app, body="Câu hỏi của người khác về đất đai ở thôn Tây.")
    opened(app, client)
    assert "người khác" not in visit(client, f"/tra-cuu/{other}").text
    for act in ("bo-sung", "rut", "thu-hep", "danh-gia", "mo-lai"):
        assert visit(client, f"/tra-cuu/{other}/{act}").has_button("Tra cứu")


def test_text_that_comes_too_late_is_given_back(app: Flask, client: FlaskClient) -> None:
    code, _page = opened(app, client)
    form = visit(client, f"/tra-cuu/{code}/bo-sung")
    with time_machine.travel(now() + dt.timedelta(hours=3)):
        late = form.press("Gửi bổ sung", text="Nhà tôi ở ngõ 5, gần nhà văn hóa thôn.")
    assert late.status == 403
    assert "Nhà tôi ở ngõ 5, gần nhà văn hóa thôn." in late.html
    assert late.has_button("Tra cứu")


@pytest.mark.parametrize(
    "address", ["/tra-cuu/x", "/tra-cuu/AS-26-1", "/tra-cuu/%00", "/tra-cuu/" + "A" * 500]
)
def test_what_cannot_be_a_code_is_404(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        lambda code: code.replace("-", ""),
        lambda code: code.lower().replace("-", " "),
        lambda code: code.replace("-", "–").replace("0", "O") + ".",
    ],
)
def test_codes_are_taken_as_people_type_them(
    app: Flask, client: FlaskClient, change: Callable[[str], str]
) -> None:
    code, secret = made(app)
    page = visit(client, "/tra-cuu").press("Tra cứu", code=change(code), pin=" ".join(secret))
    assert page.address == f"/tra-cuu/{code}"
    assert visit(client, f"/tra-cuu/{change(code)}").status == 200


def test_slips_are_said_beside_the_box(client: FlaskClient) -> None:
    page = visit(client, "/tra-cuu").press("Tra cứu", code="AS 2026", pin="48291")
    assert (page.status, "có dạng AS-2026-000123" in page.text) == (422, True)
    page = page.press("Tra cứu", code="AS-2026-000001")
    assert "Mã PIN gồm 6 chữ số." in page.text
    assert page.values("Tra cứu")["code"] == "AS-2026-000001"


def test_while_somebody_guesses_the_sender_is_asked_for_one_thing_more(
    app: Flask, client: FlaskClient
) -> None:
    code, secret = made(app)
    for number in range(30):
        wrong = f"{(int(secret) + number + 1) % 10**6:06d}"
        guesser = app.test_client()
        guesser.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        assert unlock(guesser, code, wrong).status == 422
    page = unlock(client, code, secret)
    assert page.status == 422
    assert "Không ai" not in page.text
    assert "cổng hỏi thêm một điều" in page.text
    # Nothing has to be typed again.
    assert {page.values("Tra cứu")[name] for name in ("code", "pin")} == {code, secret}
    with app.app_context():
        phone = staff.by_code(code).submission.phone
    page = page.press("Tra cứu", contact="0999 999 999")
    assert page.status == 422
    assert page.values("Tra cứu")["contact"] == "0999 999 999"
    page = page.press("Tra cứu", contact=phone, pin=secret)
    assert page.address == f"/tra-cuu/{code}"


def test_an_erased_question_is_as_unknown(app: Flask, client: FlaskClient) -> None:
    code, secret = made(app, stage=Stage.ANSWERED, visibility=Visibility.ERASED)
    assert unlock(client, code, secret).status == 422


# The link of a mail -----------------------------------------------------------------------------
def track_link(app: Flask, code: str) -> str:
    with app.app_context():
        token = submissions.new_track_token(
            staff.by_code(code).submission, secret_key=str(app.secret_key)
        )
        db.session.commit()
        return f"/tra-cuu/lien-ket/{token}"


def test_a_link_shows_a_button_and_the_button_opens(app: Flask, client: FlaskClient) -> None:
    code, _secret = made(app, email="an@example.vn")
    link = track_link(app, code)
    page = visit(client, link)
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert BODY not in page.html
    assert BODY not in visit(client, f"/tra-cuu/{code}").text
    for _time in range(2):
        assert BODY in visit(client, link).press("Mở câu hỏi của tôi").text


@pytest.mark.parametrize("token", ["x", "0" * 22, "a" * 500, "..%2f..%2f"])
def test_an_unknown_link_says_what_to_do(client: FlaskClient, token: str) -> None:
    response = client.get(f"/tra-cuu/lien-ket/{token}")
    assert response.status_code == 404


def test_a_link_ends_after_a_year(app: Flask, client: FlaskClient) -> None:
    code, _secret = made(app, email="an@example.vn")
    link = track_link(app, code)
    with time_machine.travel(now() + dt.timedelta(days=366)):
        page = visit(client, link)
    assert page.status == 404
    assert "không còn dùng được" in page.heading


# What is shown ----------------------------------------------------------------------------------
@pytest.mark.parametrize("stage", Stage)
def test_every_stage_is_told_in_the_senders_words(
    app: Flask, client: FlaskClient, stage: Stage
) -> None:
    _code, page = opened(app, client, stage=stage)
    assert str(PHASE_LABELS[PUBLIC_PHASE[stage]]) in page.text
    assert "Đã nhận câu hỏi" in page.text
    assert "Lê Văn Soạn" not in page.text  # officers are not named, offices are


@pytest.mark.parametrize(
    ("stage", "sentences"),
    [
        (Stage.UNVERIFIED, ["Nếu không xác nhận trong 7 ngày"]),
        (
            Stage.NEEDS_INFO,
            ["Xin cho biết địa chỉ cụ thể", "Bổ sung thông tin", "không tính vào hạn"],
        ),
        (Stage.REFUSED, ["Lý do: Không rõ nội dung.", "vui lòng gửi lại kèm địa chỉ"]),
        (Stage.TRANSFERRED, ["Điện lực An Sơn", "1900 1909", "https://dienluc.example"]),
        (Stage.DUPLICATE, ["Đã gộp với một câu hỏi cùng nội dung"]),
        (Stage.SPAM, ["chưa được chuyển cho cán bộ"]),
        (Stage.WITHDRAWN, ["Bạn đã rút câu hỏi này"]),
        (
            Stage.ANSWERED,
            [
                ANSWER.short,
                "Quyết định số 15/2025/QĐ-UBND, Điều 4",
                "Kết quả: Hướng dẫn",
                "Phạm Thị Duyệt",
            ],
        ),
    ],
)
def test_what_matters_now(
    app: Flask, client: FlaskClient, stage: Stage, sentences: list[str]
) -> None:
    _code, page = opened(app, client, stage=stage)
    for sentence in sentences:
        assert sentence in page.text


def test_pauses_and_extensions_are_explained(app: Flask, client: FlaskClient) -> None:
    with time_machine.travel(dt.datetime(2026, 3, 2, 3, tzinfo=dt.UTC)):
        code, secret = made(app, stage=Stage.NEEDS_INFO)
    with time_machine.travel(dt.datetime(2026, 3, 5, 3, tzinfo=dt.UTC)):
        unlock(client, code, secret)
        page = visit(client, f"/tra-cuu/{code}/bo-sung").press(
            "Gửi bổ sung", text="Ở ngõ 5, thôn Đông."
        )
        assert "Không tính từ 02/03/2026 đến trước 05/03/2026" in page.text
        assert "Xin cho biết địa chỉ cụ thể" in page.text
        with app.app_context():
            question, people = staff.by_code(code), cast()
            triage.assign(question, actor=people.moderator, seen_revision=None, unit=people.unit)
            due = question.due_on
            answering.extend(
                question,
                actor=people.approver,
                seen_revision=question.revision,
                days=3,
                reason="Chờ đo đạc lại.",
            )
            db.session.commit()
            assert question.due_on > due
        page = visit(client, f"/tra-cuu/{code}")
        assert "Gia hạn 3 ngày làm việc: Chờ đo đạc lại." in page.text
        assert "Phòng Kinh tế" in page.text


def test_internal_notes_and_names_stay_inside(app: Flask, client: FlaskClient) -> None:
    code, secret = made(app, stage=Stage.ASSIGNED)
    with app.app_context():
        question, people = staff.by_code(code), cast()
        triage.add_note(question, actor=people.moderator, text="GHI-CHÚ-NỘI-BỘ")
        triage.hand_back(question, actor=people.officer, seen_revision=None, reason="LÝ-DO-NỘI-BỘ")
        triage.assign(
            question,
            actor=people.moderator,
            seen_revision=None,
            unit=people.unit,
            note="LỜI-NHẮN-NỘI-BỘ",
        )
        db.session.commit()
    page = unlock(client, code, secret)
    assert "NỘI-BỘ" not in page.html
    assert page.text.count("Đã giao đơn vị xử lý") == 1


@pytest.mark.parametrize("classification", [Classification.COMPLAINT, Classification.DENUNCIATION])
@pytest.mark.parametrize("stage", [Stage.RECEIVED, Stage.ASSIGNED, Stage.REFUSED, Stage.NEEDS_INFO])
def test_a_complaint_shows_guidance_and_nothing_of_its_content(
    app: Flask, client: FlaskClient, classification: Classification, stage: Stage
) -> None:
    code, page = opened(
        app,
        client,
        stage=stage,
        classification=classification,
        title="Tiêu đề kín",
        body="Nội dung kín " * 5,
    )
    assert "kín " * 3 not in page.text
    assert "Tiêu đề kín" not in page.html
    assert "Phòng tiếp công dân, tầng 1." in page.text
    assert visit(client, f"/tra-cuu/{code}/thu-hep").status == 409


def test_whoever_handles_a_complaint_may_ask_back(app: Flask, client: FlaskClient) -> None:
    code, page = opened(
        app, client, stage=Stage.NEEDS_INFO, classification=Classification.COMPLAINT
    )
    assert "Xin cho biết địa chỉ cụ thể" in page.text
    page = visit(client, f"/tra-cuu/{code}/bo-sung").press(
        "Gửi bổ sung", text="Quyết định số 12 ngày 03/3/2026."
    )
    assert "Quyết định số 12" not in page.text
    assert now_of(app, code).stage is Stage.RECEIVED


def test_a_merged_question_leads_to_the_public_answer(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        other = make_question(visibility=Visibility.PUBLIC, title="Lịch thu gom rác mới")
        question = make_question(stage=Stage.DUPLICATE, merged_into=other)
        code, secret, target = question.submission.code, pin(question), other.submission.code
        hidden = make_question(stage=Stage.ANSWERED, title="Câu hỏi riêng của người khác")
        private = make_question(stage=Stage.DUPLICATE, merged_into=hidden)
        private_code, private_secret = private.submission.code, pin(private)
    page = unlock(client, code, secret)
    assert page.soup.select_one(f'a[href="/hoi-dap/{target}"]')
    page = unlock(client, private_code, private_secret)
    assert "riêng của người khác" not in page.html


def test_a_hidden_answer_says_why_to_its_sender(app: Flask, client: FlaskClient) -> None:
    _code, page = opened(app, client, visibility=Visibility.HIDDEN)
    assert "Còn tên người khác trong bài." in page.text
    assert ANSWER.short in page.text


# What its sender may do -------------------------------------------------------------------------
MAY = {
    Stage.UNVERIFIED: {"bo-sung", "rut", "thu-hep"},
    Stage.RECEIVED: {"bo-sung", "rut", "thu-hep"},
    Stage.NEEDS_INFO: {"bo-sung", "rut", "thu-hep"},
    Stage.ASSIGNED: {"bo-sung", "rut", "thu-hep"},
    Stage.IN_REVIEW: {"bo-sung", "rut", "thu-hep"},
    Stage.ANSWERED: {"thu-hep", "danh-gia", "mo-lai"},
    Stage.CLOSED: {"thu-hep", "danh-gia", "mo-lai"},
    Stage.DUPLICATE: {"thu-hep"},
}


@pytest.mark.parametrize("stage", Stage)
def test_only_what_the_stage_allows(app: Flask, client: FlaskClient, stage: Stage) -> None:
    code, page = opened(app, client, stage=stage)
    open_pages = {
        act
        for act in ("bo-sung", "rut", "thu-hep", "danh-gia", "mo-lai")
        if visit(client, f"/tra-cuu/{code}/{act}").status == 200
    }
    assert open_pages == MAY.get(stage, set())
    linked = {
        link["href"].rsplit("/", 1)[1] for link in page.soup.select(f'a[href^="/tra-cuu/{code}/"]')
    }
    assert linked <= open_pages
    assert page.has_button("Tôi đã rõ") is (stage is Stage.ANSWERED)


def test_replying_lets_the_clock_run(app: Flask, client: FlaskClient) -> None:
    code, page = opened(app, client, stage=Stage.NEEDS_INFO)
    page = visit(client, f"/tra-cuu/{code}/bo-sung").press(
        "Gửi bổ sung", text="Ở ngõ 5, thôn Đông."
    )
    assert "Ở ngõ 5, thôn Đông." in page.text
    assert "làm tiếp" in page.text
    assert page.soup.select_one(f'[data-draft-clear="bo-sung-{code}"]')
    question = now_of(app, code)
    assert question.stage is Stage.RECEIVED
    assert question.due_on is not None


def test_adding_unasked_with_files(app: Flask, client: FlaskClient) -> None:
    code, _page = opened(app, client, stage=Stage.ASSIGNED)
    stream = io.BytesIO()
    Image.new("RGB", (30, 30)).save(stream, "PNG")
    stream.seek(0)
    page = visit(client, f"/tra-cuu/{code}/bo-sung").press(
        "Gửi bổ sung", text="Gửi thêm ảnh.", files=(stream, "ảnh.png")
    )
    assert "ảnh.png" in page.text
    question = now_of(app, code)
    assert question.stage is Stage.ASSIGNED
    with app.app_context():
        assert db.session.scalars(sa.select(StoredFile.owner_id)).all() == [question.submission_id]


def test_adding_nothing_is_an_error(app: Flask, client: FlaskClient) -> None:
    code, _page = opened(app, client)
    page = visit(client, f"/tra-cuu/{code}/bo-sung").press("Gửi bổ sung", text="  ")
    assert (page.status, page.errors) == (422, ["Hãy viết nội dung bổ sung."])
    page = page.press(
        "Gửi bổ sung", text="Đây là một tệp lạ.", files=(io.BytesIO(b"MZ..."), "a.exe")
    )
    assert page.status == 422
    assert page.values("Gửi bổ sung")["text"] == "Đây là một tệp lạ."


def test_withdrawing_asks_first(app: Flask, client: FlaskClient) -> None:
    code, _page = opened(app, client, stage=Stage.ASSIGNED)
    page = visit(client, f"/tra-cuu/{code}/rut")
    assert now_of(app, code).stage is Stage.ASSIGNED
    page = page.press("Rút câu hỏi")
    assert "Bạn đã rút câu hỏi" in page.text
    assert now_of(app, code).stage is Stage.WITHDRAWN
    assert client.post(f"/tra-cuu/{code}/rut", data={"csrf_token": _token(page)}).status_code == 409


def _token(page: Page) -> str:
    return str(page.soup.select_one("[name=csrf_token]")["value"])  # type: ignore[index]


def test_consent_can_only_be_tightened(app: Flask, client: FlaskClient) -> None:
    code, _page = opened(app, client, visibility=Visibility.PUBLIC)
    assert client.get(f"/hoi-dap/{code}").status_code == 200
    form = visit(client, f"/tra-cuu/{code}/thu-hep")
    assert [radio["value"] for radio in form.soup.select("[name=name_display]")] == [
        "initials",
        "hidden",
    ]
    assert form.press("Lưu lựa chọn", name_display="full").status == 422
    page = form.press("Lưu lựa chọn", consent="private", name_display="hidden")
    assert page.status == 200
    question = now_of(app, code)
    assert (question.submission.consent, question.submission.name_display) == (
        Consent.PRIVATE,
        NameDisplay.HIDDEN,
    )
    assert question.visibility is Visibility.PRIVATE
    assert client.get(f"/hoi-dap/{code}").status_code != 200
    assert (
        client.post(
            f"/tra-cuu/{code}/thu-hep", data={"csrf_token": _token(page), "consent": "publish"}
        ).status_code
        == 409
    )


def test_choosing_the_same_changes_nothing(app: Flask, client: FlaskClient) -> None:
    code, _page = opened(app, client, stage=Stage.ANSWERED)
    before = now_of(app, code).revision
    assert (
        "Không có gì thay đổi."
        in visit(client, f"/tra-cuu/{code}/thu-hep").press("Lưu lựa chọn").text
    )
    assert now_of(app, code).revision == before


def test_rating_at_a_click_and_with_words(app: Flask, client: FlaskClient) -> None:
    code, page = opened(app, client, stage=Stage.ANSWERED)
    page = page.press("Hài lòng")
    assert "Bạn đã chọn: Hài lòng." in page.text
    page = visit(client, f"/tra-cuu/{code}/danh-gia")
    assert page.values("Gửi đánh giá")["rating"] == "3"
    page.press("Gửi đánh giá", rating="1", text="Chưa rõ ngày nào.")
    question = now_of(app, code)
    assert (question.rating, question.rating_text) == (1, "Chưa rõ ngày nào.")
    wrong = visit(client, f"/tra-cuu/{code}/danh-gia").press("Gửi đánh giá", rating="9")
    assert wrong.status == 422


def test_reopening_once_with_a_reason(app: Flask, client: FlaskClient) -> None:
    code, _page = opened(app, client, stage=Stage.ANSWERED)
    form = visit(client, f"/tra-cuu/{code}/mo-lai")
    assert form.press("Đề nghị xem lại", text="").errors == ["Hãy ghi lý do đề nghị xem lại."]
    page = form.press("Đề nghị xem lại", text="Xe vẫn không vào ngõ.")
    assert "Xe vẫn không vào ngõ." in page.text
    assert "Câu trả lời trước khi mở lại" in page.text
    question = now_of(app, code)
    assert question.stage is Stage.ASSIGNED
    assert question.due_on is not None
    assert visit(client, f"/tra-cuu/{code}/mo-lai").status == 409


def test_reopening_ends_after_thirty_days(app: Flask, client: FlaskClient) -> None:
    code, secret = made(app, stage=Stage.ANSWERED)
    with time_machine.travel(now() + dt.timedelta(days=31)):
        page = unlock(client, code, secret)
        assert "Đề nghị xem lại" not in page.text
        assert visit(client, f"/tra-cuu/{code}/mo-lai").status == 409


def test_it_is_clear_now(app: Flask, client: FlaskClient) -> None:
    code, page = opened(app, client, stage=Stage.ANSWERED)
    page = page.press("Tôi đã rõ")
    assert "Đã kết thúc" in page.text
    assert now_of(app, code).stage is Stage.CLOSED
