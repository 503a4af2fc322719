"""Duyệt, Đăng, the second person, and the tools beside the queue."""

from typing import Any

import pytest

from app.access import Role
from app.accounts.models import Delegation
from app.extensions import db
from app.kernel.clock import now, today
from app.kernel.links import Ref
from app.mailer import queries as mailer
from app.questions.queries import staff
from app.questions.service import answering, keeping, publishing
from app.questions.states import Stage, Visibility
from app.submissions.states import Channel, Consent
from tests.factories.accounts import make_user, post, sign_in

REASON = "Còn tên người khác trong bài"


def _step(office: Any, code: str, who: str, path: str, **data: Any) -> Any:
    return office.post(
        who, f"/can-bo/hoi-dap/{code}{path}", {"seen_revision": office.revision(code), **data}
    )


def _request(office: Any, code: str) -> int:
    with office.app.app_context():
        found = publishing.open_request(office._question(code))
        assert found is not None
        return found.id


# Duyệt ------------------------------------------------------------------------------------------
def test_leader_finds_three_buttons_and_the_page(office: Any) -> None:
    code = office.question(stage=Stage.IN_REVIEW)
    page = office.page("leader", f"/can-bo/hoi-dap/{code}")
    for words in ("Duyệt và đăng", "Duyệt, trả lời riêng", "Trả lại", "Từ tuần tới xe thu gom rác"):
        assert words in page
    # On a telephone what is to be approved comes first.
    assert page.index('id="xu-ly"') < page.index('id="cau-goc"')


def test_approver_without_the_right_to_publish(office: Any) -> None:
    code = office.question(stage=Stage.IN_REVIEW)
    page = office.page("approver", f"/can-bo/hoi-dap/{code}")
    assert "Duyệt và đăng" not in page
    assert "Người đăng sẽ đăng lên cổng sau." in page
    assert _step(office, code, "approver", "/duyet", action="publish").status_code == 403
    assert office.read(code, "stage") is Stage.IN_REVIEW


def test_private_answer_is_not_published_by_mistake(office: Any) -> None:
    code = office.question(stage=Stage.IN_REVIEW, consent=Consent.PRIVATE)
    page = office.page("leader", f"/can-bo/hoi-dap/{code}")
    assert "Người gửi chỉ đồng ý trả lời riêng." in page
    assert "Duyệt và đăng" not in page
    assert _step(office, code, "leader", "/duyet", action="publish").status_code == 409
    assert office.read(code, "stage") is Stage.IN_REVIEW
    assert _step(office, code, "leader", "/duyet", action="private").status_code == 302


def test_author_does_not_approve(office: Any) -> None:
    with office.app.app_context():
        author = make_user("ca-hai", roles=(Role.OFFICER, Role.APPROVER), unit=office.unit())
    code = office.question(stage=Stage.IN_REVIEW, officer=author)
    client = office.app.test_client()
    sign_in(client, author)
    page = client.get(f"/can-bo/hoi-dap/{code}").get_data(as_text=True)
    assert "Bạn là người soạn câu trả lời này." in page
    assert "/duyet" not in page
    data = {"seen_revision": office.revision(code), "action": "private"}
    assert (
        post(client, f"/can-bo/hoi-dap/{code}/duyet", data, form_at="/can-bo/").status_code == 403
    )
    assert office.read(code, "stage") is Stage.IN_REVIEW


def test_deputy_approves_in_the_name_of(office: Any) -> None:
    code = office.question(stage=Stage.IN_REVIEW)
    office.client("approver")
    office.client("moderator")
    with office.app.app_context():
        giver, deputy = office.user("approver"), office.user("moderator")
        db.session.add(
            Delegation(
                from_user_id=giver.id,
                to_user_id=deputy.id,
                starts_on=today(),
                ends_on=today(),
                created_by=giver.id,
                created_at=now(),
            )
        )
        db.session.commit()
    assert "Bạn đang duyệt thay Cán bộ approver." in office.page(
        "moderator", f"/can-bo/hoi-dap/{code}"
    )
    assert _step(office, code, "moderator", "/duyet", action="private").status_code == 302
    assert ("approve", "Duyệt thay Cán bộ approver.") in office.log(code)


def test_changes_since_the_last_approved_version(office: Any) -> None:
    code = office.question(stage=Stage.ANSWERED)
    with office.app.app_context():
        answering.reopen(office._question(code), reason="Rác vẫn chưa được thu gom.")
        db.session.commit()
    page = office.page("officer", f"/can-bo/hoi-dap/{code}")
    assert "Lưu nháp" in page
    revision = page.split('name="answer_revision"')[1].split('value="')[1].split('"')[0]
    changed = {
        "short": "Từ tuần tới xe thu gom rác đi qua thôn Đông vào sáng thứ Tư hằng tuần.",
        "resolution": "Hướng dẫn mới.",
        "outcome": "guidance",
        "answer_revision": revision,
        "action": "submit",
    }
    assert _step(office, code, "officer", "/tra-loi", **changed).status_code == 302
    page = office.page("approver", f"/can-bo/hoi-dap/{code}")
    assert "So với bản đã duyệt lần trước" in page
    assert "<ins>" in page.split("So với bản đã duyệt lần trước")[1]
    # What is to be approved is the new text, not the old.
    assert "sáng thứ Tư" in page.split('class="ln-answer"')[1].split("So với bản")[0]


# Đăng -------------------------------------------------------------------------------------------
def test_obstacles_are_explained_instead_of_a_button(office: Any) -> None:
    code = office.question(stage=Stage.ANSWERED, consent=Consent.PRIVATE)
    page = office.page("publisher", f"/can-bo/hoi-dap/{code}")
    assert "Người gửi chỉ đồng ý trả lời riêng." in page
    assert f"/can-bo/hoi-dap/{code}/dang" not in page
    assert _step(office, code, "publisher", "/dang").status_code == 409


@pytest.mark.parametrize(
    ("date", "time", "words"),
    [
        ("24/11/2020", "08:00", "phải sau lúc này"),
        ("24/11/2099", "25 giờ", "08:00"),
        ("hôm nào", "08:00", "ngày dạng"),
    ],
)
def test_hour_of_publishing_is_checked(office: Any, date: str, time: str, words: str) -> None:
    code = office.question(stage=Stage.ANSWERED)
    response = _step(office, code, "publisher", "/hen-gio", date=date, time=time)
    assert response.status_code == 422
    assert words in response.get_data(as_text=True)


def test_progress_is_added_in_public_words(office: Any) -> None:
    code = office.question(visibility=Visibility.PUBLIC)
    assert (
        _step(
            office, code, "officer", "/tien-do", text="Đã lắp xong 12 thùng rác.", done="y"
        ).status_code
        == 302
    )
    assert "Đã lắp xong 12 thùng rác." in office.page("moderator", f"/can-bo/hoi-dap/{code}")
    assert _step(office, code, "officer", "/tien-do", text="").status_code == 422
    assert _step(office, code, "officer", "/tien-do", text="Hãy gọi 0905123456.").status_code == 422
    assert _step(office, code, "auditor", "/tien-do", text="Đã xong.").status_code == 403
    assert _step(office, code, "stranger", "/tien-do", text="Đã xong.").status_code == 404


# The second person ------------------------------------------------------------------------------
def test_second_person_agrees_to_a_refusal(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED)
    _step(
        office,
        code,
        "moderator",
        "/buoc/khong-tiep-nhan",
        kind="unclear",
        text="Nội dung chưa rõ, mời gửi lại.",
    )
    page = office.page("moderator", f"/can-bo/hoi-dap/{code}")
    assert "Chờ người thứ hai xác nhận: Không tiếp nhận" in page
    assert "Đồng ý</button>" not in page
    assert code in office.page("approver", "/can-bo/hoi-dap?the=cho-toi-duyet")
    number = _request(office, code)
    assert (
        _step(office, code, "moderator", "/y-kien", action="agree", request=number).status_code
        == 403
    )
    assert (
        _step(office, code, "approver", "/y-kien", action="agree", request="0").status_code == 409
    )
    assert (
        _step(office, code, "approver", "/y-kien", action="agree", request=number).status_code
        == 302
    )
    assert office.read(code, "stage") is Stage.REFUSED
    assert (
        _step(office, code, "approver", "/y-kien", action="agree", request=number).status_code
        == 409
    )


def test_second_person_disagrees(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED)
    _step(
        office,
        code,
        "moderator",
        "/buoc/khong-tiep-nhan",
        kind="unclear",
        text="Nội dung chưa rõ, mời gửi lại.",
    )
    assert (
        _step(
            office,
            code,
            "approver",
            "/y-kien",
            action="disagree",
            request=_request(office, code),
            reason="Vẫn trả lời được",
        ).status_code
        == 302
    )
    assert office.read(code, "stage") is Stage.RECEIVED
    assert ("reject", "Vẫn trả lời được") in office.log(code)


def test_hiding_waits_for_the_second_person_unless_it_burns(office: Any) -> None:
    code = office.question(visibility=Visibility.PUBLIC)
    _step(office, code, "moderator", "/buoc/go", reason=REASON)
    assert (
        _step(
            office, code, "approver", "/y-kien", action="agree", request=_request(office, code)
        ).status_code
        == 302
    )
    assert office.read(code, "visibility") is Visibility.HIDDEN
    _step(office, code, "moderator", "/buoc/dang-lai", reason="Đã sửa")
    assert (
        _step(
            office, code, "approver", "/y-kien", action="agree", request=_request(office, code)
        ).status_code
        == 302
    )
    assert office.read(code, "visibility") is Visibility.PUBLIC
    _step(office, code, "moderator", "/buoc/go", reason=REASON, emergency="y")
    assert office.read(code, "visibility") is Visibility.HIDDEN
    assert "Đã gỡ khẩn cấp" in office.page("approver", f"/can-bo/hoi-dap/{code}")


# Nhập hộ ----------------------------------------------------------------------------------------
ENTRY = {
    "idempotency_key": "0123456789abcdef0123456789abcdef",
    "channel": "counter",
    "body": "Bà cụ hỏi thủ tục nhận trợ cấp người cao tuổi ở đâu.",
    "name": "Nguyễn Thị Cụ",
    "phone": "0912 345 678",
    "kind": "question",
    "topic": "",
    "to": "",
    "name_display": "initials",
    "consent": "private",
}


def test_entry_hands_over_a_receipt(office: Any) -> None:
    response = office.post("moderator", "/can-bo/nhap-ho", ENTRY)
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    code = page.split('ln-receipt__code">')[1].split("<")[0]
    assert f"/tra-cuu/ma-qr/{code}.svg" in page
    assert "Mã PIN" in page
    assert "0253 3555 000" in page
    with office.app.app_context():
        question = staff.by_code(code)
        assert (question.stage, question.submission.channel, question.submission.entered_by) == (
            Stage.RECEIVED,
            Channel.COUNTER,
            office.ids["moderator"],
        )
    assert "question:receive" in office.audit()


def test_entry_sent_twice_is_one_question_and_one_receipt(office: Any) -> None:
    office.client("officer")
    data = {**ENTRY, "to": "kinh-te:officer"}
    first, second = (
        office.post("moderator", "/can-bo/nhap-ho", data)
        .get_data(as_text=True)
        .split("ln-receipt__codes")[1][:400]
        for _try in range(2)
    )
    assert first == second
    code = first.split('ln-receipt__code">')[1].split("<")[0]
    assert office.read(code, "stage") is Stage.ASSIGNED
    assert [move for move, _note in office.log(code)].count("assign") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("body", "ngắn"),
        ("name", ""),
        ("phone", "123"),
        ("email", "sai"),
        ("consent", ""),
        ("channel", "web"),
        ("to", "khong-co"),
    ],
)
def test_entry_says_what_is_wrong_and_keeps_the_text(office: Any, name: str, value: str) -> None:
    response = office.post("moderator", "/can-bo/nhap-ho", {**ENTRY, name: value})
    assert response.status_code == 422
    assert "Có mục cần sửa" in response.get_data(as_text=True)
    if name != "body":
        assert ENTRY["body"] in response.get_data(as_text=True)


@pytest.mark.parametrize("who", ["officer", "approver", "auditor", "administrator"])
def test_entry_is_for_reception(office: Any, who: str) -> None:
    assert office.get(who, "/can-bo/nhap-ho").status_code == 403
    assert office.post(who, "/can-bo/nhap-ho", ENTRY).status_code == 403


# Báo nội dung sai -------------------------------------------------------------------------------
def test_reports_are_listed_and_handled(office: Any) -> None:
    code = office.question(visibility=Visibility.PUBLIC)
    with office.app.app_context():
        report = keeping.report_content(
            office._question(code),
            body="Ngày ghi trong câu trả lời chưa đúng.",
            contact="0912345678",
        )
        db.session.commit()
        number = report.id
    page = office.page("moderator", "/can-bo/bao-sai")
    assert "Ngày ghi trong câu trả lời chưa đúng." in page
    assert "báo nội dung sai chưa xử lý" in office.page("moderator", "/can-bo/")
    assert (
        office.post("moderator", "/can-bo/bao-sai", {"report": number, "outcome": ""}).status_code
        == 422
    )
    assert (
        office.post(
            "moderator", "/can-bo/bao-sai", {"report": number, "outcome": "Đã sửa ngày."}
        ).status_code
        == 302
    )
    assert "Ngày ghi trong câu trả lời" not in office.page("moderator", "/can-bo/bao-sai")
    assert (
        office.post(
            "moderator", "/can-bo/bao-sai", {"report": number, "outcome": "Lần nữa."}
        ).status_code
        == 409
    )
    assert (
        office.post(
            "moderator", "/can-bo/bao-sai", {"report": "0", "outcome": "Không có."}
        ).status_code
        == 404
    )
    assert office.get("officer", "/can-bo/bao-sai").status_code == 403


# Xóa nội dung -----------------------------------------------------------------------------------
def test_erasing_lists_first_and_never_shows_the_text(office: Any) -> None:
    code = office.question(stage=Stage.ANSWERED, title="Tiêu đề sẽ mất", name="Người Sẽ Mất")
    page = office.page("administrator", f"/can-bo/xoa-noi-dung?ma={code.lower()}")
    assert "Những gì mất vĩnh viễn" in page
    assert "tối đa 30 ngày nữa" in page
    assert "Tiêu đề sẽ mất" not in page
    assert "Người Sẽ Mất" not in page
    data = {
        "code": code,
        "seen_revision": office.revision(code),
        "reason": "Theo yêu cầu của người gửi",
        "sure": "y",
    }
    assert (
        office.post("administrator", "/can-bo/xoa-noi-dung", {**data, "sure": ""}).status_code
        == 422
    )
    assert (
        office.post("administrator", "/can-bo/xoa-noi-dung", {**data, "reason": ""}).status_code
        == 422
    )
    assert (
        office.post(
            "administrator", "/can-bo/xoa-noi-dung", {**data, "seen_revision": "0"}
        ).status_code
        == 409
    )
    assert office.read(code, "visibility") is Visibility.PRIVATE
    assert office.post("administrator", "/can-bo/xoa-noi-dung", data).status_code == 302
    assert office.read(code, "visibility") is Visibility.ERASED
    assert "question:erase" in office.audit()
    assert office.post("administrator", "/can-bo/xoa-noi-dung", data).status_code == 409
    assert "Nội dung đã được xóa." in office.page("moderator", f"/can-bo/hoi-dap/{code}")


def test_erasing_is_for_administrators(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED)
    assert office.get("administrator", f"/can-bo/hoi-dap/{code}").status_code == 403
    assert office.get("administrator", "/can-bo/xoa-noi-dung?ma=AS-2026-999999").status_code == 404
    for who in ("moderator", "leader", "auditor"):
        assert office.get(who, "/can-bo/xoa-noi-dung").status_code == 403
        assert (
            office.post(
                who, "/can-bo/xoa-noi-dung", {"code": code, "reason": "x", "sure": "y"}
            ).status_code
            == 403
        )


def test_erasing_takes_files_and_mails_along(office: Any) -> None:
    code = office.question(walked=True, stage=Stage.ASSIGNED, email="nguoi.gui@example.vn")
    data = {
        "code": code,
        "seen_revision": office.revision(code),
        "reason": "Theo yêu cầu",
        "sure": "y",
    }
    assert office.post("administrator", "/can-bo/xoa-noi-dung", data).status_code == 302
    with office.app.app_context():
        mails = mailer.messages_about(Ref("question", office.read(code, "id")))
        assert mails
        assert not [
            mail
            for mail in mails
            if "nguoi.gui" in mail.to_address + mail.text + mail.html or code in mail.subject
        ]
