"""Every move through HTTP: by the right person, the wrong one, a stranger, out of turn, from an old
page, without its reason.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.questions.states import Stage, Visibility

REASON = "Lý do đủ dài để người khác hiểu"
ANSWER = {
    "short": "Từ tuần tới xe thu gom rác đi qua thôn Đông vào sáng thứ Ba.",
    "resolution": "Bà con để rác trước cửa trước 6 giờ sáng.",
    "outcome": "guidance",
    "contact": "Phòng Kinh tế",
}
TRIAGE = {"kind": "question", "topic": "", "classification": "ordinary"}


@dataclass(frozen=True)
class Case:
    """One move: from where, by whom, with what, to where."""

    name: str
    path: str
    right: str
    wrong: str
    make: dict[str, Any]
    data: dict[str, Any]
    #: Columns afterwards.
    after: dict[str, Any]
    log: str
    audit: str
    #: The field without which it is refused, and what was typed that must not be lost.
    needed: str = ""
    typed: str = ""
    #: Made just before the post, for data that needs another question.
    prepare: Callable[[Any], dict[str, Any]] = field(default=lambda office: {})


def _other(office: Any) -> dict[str, Any]:
    code = office.question(stage=Stage.RECEIVED, title="Câu giữ lại")
    return {"other": code, "shown": code}


def _step(slug: str) -> str:
    return f"/buoc/{slug}"


CASES = [
    Case(
        "confirm",
        _step("tiep-nhan"),
        "moderator",
        "approver",
        {"stage": Stage.UNVERIFIED},
        {"reason": "Đã gọi lại"},
        {"stage": Stage.RECEIVED},
        "confirm",
        "question:confirm",
    ),
    Case(
        "ask_more",
        _step("hoi-them"),
        "moderator",
        "approver",
        {"stage": Stage.RECEIVED},
        {"text": REASON},
        {"stage": Stage.NEEDS_INFO},
        "ask_more",
        "question:ask_more",
        "text",
        REASON,
    ),
    Case(
        "ask_more by officer",
        _step("hoi-them"),
        "officer",
        "approver",
        {"stage": Stage.ASSIGNED},
        {"text": REASON},
        {"stage": Stage.NEEDS_INFO},
        "ask_more",
        "question:ask_more",
        "text",
        REASON,
    ),
    Case(
        "reply_more",
        _step("nhap-bo-sung"),
        "moderator",
        "approver",
        {"stage": Stage.NEEDS_INFO},
        {"text": REASON},
        {"stage": Stage.RECEIVED},
        "reply_more",
        "question:reply_more",
        "text",
        REASON,
    ),
    Case(
        "assign",
        "/phan-cong",
        "moderator",
        "approver",
        {"stage": Stage.RECEIVED},
        {**TRIAGE, "to": "kinh-te:officer", "note": REASON},
        {"stage": Stage.ASSIGNED},
        "assign",
        "question:assign",
        "to",
        REASON,
    ),
    Case(
        "hand_back",
        _step("tra-bo-phan-tiep-nhan"),
        "officer",
        "approver",
        {"stage": Stage.ASSIGNED},
        {"reason": REASON},
        {"stage": Stage.RECEIVED},
        "hand_back",
        "question:hand_back",
        "reason",
        REASON,
    ),
    Case(
        "merge",
        _step("gop"),
        "moderator",
        "approver",
        {"stage": Stage.RECEIVED},
        {},
        {"stage": Stage.DUPLICATE},
        "merge",
        "question:merge",
        "other",
        "",
        _other,
    ),
    Case(
        "transfer",
        _step("chuyen-co-quan-khac"),
        "moderator",
        "approver",
        {"stage": Stage.RECEIVED},
        {"name": "Điện lực An Sơn", "reason": REASON},
        {"stage": Stage.TRANSFERRED},
        "transfer",
        "question:transfer",
        "reason",
        REASON,
    ),
    Case(
        "refuse",
        _step("khong-tiep-nhan"),
        "moderator",
        "approver",
        {"stage": Stage.RECEIVED},
        {"kind": "unclear", "text": REASON},
        {"stage": Stage.RECEIVED},
        "request",
        "question:second_person_asked",
        "text",
        REASON,
    ),
    Case(
        "mark_spam",
        _step("danh-dau-rac"),
        "moderator",
        "approver",
        {"stage": Stage.RECEIVED},
        {},
        {"stage": Stage.SPAM},
        "mark_spam",
        "question:mark_spam",
    ),
    Case(
        "restore",
        _step("khoi-phuc"),
        "moderator",
        "approver",
        {"stage": Stage.SPAM},
        {},
        {"stage": Stage.RECEIVED},
        "restore",
        "question:restore",
    ),
    Case(
        "extend",
        _step("gia-han"),
        "approver",
        "officer",
        {"stage": Stage.ASSIGNED},
        {"days": "3", "reason": REASON},
        {"stage": Stage.ASSIGNED, "extra_days": 3},
        "extend",
        "question:extend",
        "reason",
        REASON,
    ),
    Case(
        "submit",
        "/tra-loi",
        "officer",
        "approver",
        {"stage": Stage.ASSIGNED, "redacted": True},
        {**ANSWER, "action": "submit", "answer_revision": "0"},
        {"stage": Stage.IN_REVIEW},
        "submit",
        "question:submit",
        "resolution",
        ANSWER["short"],
    ),
    Case(
        "send_back",
        "/tra-lai",
        "approver",
        "moderator",
        {"stage": Stage.IN_REVIEW},
        {"reason": REASON},
        {"stage": Stage.ASSIGNED},
        "send_back",
        "question:send_back",
        "reason",
        REASON,
    ),
    Case(
        "approve",
        "/duyet",
        "approver",
        "moderator",
        {"stage": Stage.IN_REVIEW},
        {"action": "private"},
        {"stage": Stage.ANSWERED, "visibility": Visibility.PRIVATE},
        "approve",
        "question:approve",
    ),
    Case(
        "approve and publish",
        "/duyet",
        "leader",
        "moderator",
        {"stage": Stage.IN_REVIEW},
        {"action": "publish"},
        {"stage": Stage.ANSWERED, "visibility": Visibility.PUBLIC},
        "publish",
        "question:publish",
    ),
    Case(
        "publish",
        "/dang",
        "publisher",
        "approver",
        {"stage": Stage.ANSWERED},
        {},
        {"visibility": Visibility.PUBLIC},
        "publish",
        "question:publish",
    ),
    Case(
        "schedule",
        "/hen-gio",
        "publisher",
        "approver",
        {"stage": Stage.ANSWERED},
        {"date": "24/11/2099", "time": "08:00"},
        {"visibility": Visibility.SCHEDULED},
        "schedule",
        "question:schedule",
        "date",
    ),
    Case(
        "unschedule",
        "/bo-hen",
        "publisher",
        "approver",
        {"visibility": Visibility.SCHEDULED},
        {},
        {"visibility": Visibility.PRIVATE, "publish_at": None},
        "unschedule",
        "question:unschedule",
    ),
    Case(
        "hide",
        _step("go"),
        "moderator",
        "officer",
        {"visibility": Visibility.PUBLIC},
        {"reason": REASON},
        {"visibility": Visibility.PUBLIC},
        "request",
        "question:second_person_asked",
        "reason",
        REASON,
    ),
    Case(
        "hide at once",
        _step("go"),
        "moderator",
        "officer",
        {"visibility": Visibility.PUBLIC},
        {"reason": REASON, "emergency": "y"},
        {"visibility": Visibility.HIDDEN},
        "hide",
        "question:hide",
        "reason",
        REASON,
    ),
    Case(
        "unhide",
        _step("dang-lai"),
        "moderator",
        "officer",
        {"visibility": Visibility.HIDDEN},
        {"reason": REASON},
        {"visibility": Visibility.HIDDEN},
        "request",
        "question:second_person_asked",
        "reason",
        REASON,
    ),
]
each = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def _send(office: Any, case: Case, who: str, code: str, **changed: Any) -> Any:
    data = {"seen_revision": office.revision(code), **case.data, **changed}
    return office.post(who, f"/can-bo/hoi-dap/{code}{case.path}", data)


@each
def test_right_person_takes_the_step(office: Any, case: Case) -> None:
    code, more = office.question(**case.make), case.prepare(office)
    before = len(office.log(code))
    response = _send(office, case, case.right, code, **more)
    assert response.status_code == 302, response.get_data(as_text=True)
    for name, value in case.after.items():
        assert office.read(code, name) == value
    assert case.log in [move for move, _note in office.log(code)[before:]]
    assert case.audit in office.audit()


@each
def test_wrong_person_is_refused_and_nothing_changes(office: Any, case: Case) -> None:
    code, more = office.question(**case.make), case.prepare(office)
    before = office.revision(code), office.log(code)
    assert _send(office, case, case.wrong, code, **more).status_code == 403
    assert (office.revision(code), office.log(code)) == before


@each
def test_officer_of_another_unit_finds_nothing(office: Any, case: Case) -> None:
    code, more = office.question(**case.make), case.prepare(office)
    before = office.revision(code)
    assert _send(office, case, "stranger", code, **more).status_code in {403, 404}
    assert office.get("stranger", f"/can-bo/hoi-dap/{code}").status_code == 404
    assert office.revision(code) == before


@each
def test_out_of_turn_is_a_conflict(office: Any, case: Case) -> None:
    # For an officer somebody of the same unit took the step first; a withdrawn question never had a
    # unit.
    code = office.question(stage=Stage.IN_REVIEW if case.right == "officer" else Stage.WITHDRAWN)
    more = case.prepare(office)
    before = office.revision(code)
    response = _send(office, case, case.right, code, **more)
    assert response.status_code == 409
    assert office.revision(code) == before
    if case.typed:
        assert case.typed in response.get_data(as_text=True)


@each
def test_old_page_is_a_conflict_and_keeps_what_was_typed(office: Any, case: Case) -> None:
    code, more = office.question(**case.make), case.prepare(office)
    seen = office.revision(code)
    office.post(
        "moderator",
        f"/can-bo/hoi-dap/{code}/che",
        {
            "seen_revision": seen,
            "title": "Tiêu đề mới",
            "body": "Nội dung mới khi đăng.",
            "reason": REASON,
        },
    )
    now = office.revision(code)
    assert now > seen
    response = _send(office, case, case.right, code, **more, seen_revision=seen)
    assert response.status_code == 409
    assert office.revision(code) == now
    if case.typed:
        assert case.typed in response.get_data(as_text=True)


@each
def test_form_without_a_revision_is_an_old_page(office: Any, case: Case) -> None:
    code, more = office.question(**case.make), case.prepare(office)
    before = office.revision(code)
    assert _send(office, case, case.right, code, **more, seen_revision="").status_code == 409
    assert office.revision(code) == before


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.needed], ids=lambda case: case.name
)
def test_missing_reason_is_said_beside_its_field(office: Any, case: Case) -> None:
    code, more = office.question(**case.make), case.prepare(office)
    before = office.revision(code)
    response = _send(office, case, case.right, code, **{**more, case.needed: ""})
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "govuk-error-summary" in page
    assert "<title>Lỗi: " in page
    assert office.revision(code) == before


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.path.startswith("/buoc/")], ids=lambda case: case.name
)
def test_page_of_a_step_has_the_same_rights(office: Any, case: Case) -> None:
    code = office.question(**case.make)
    address = f"/can-bo/hoi-dap/{code}{case.path}"
    assert office.get(case.right, address).status_code == 200
    assert office.get(case.wrong, address).status_code == 403
    assert office.get("stranger", address).status_code in {403, 404}
    assert f'href="{address}"' in office.page(case.right, f"/can-bo/hoi-dap/{code}")


def test_nobody_is_sent_to_sign_in(office: Any) -> None:
    code = office.question()
    response = office.app.test_client().get(f"/can-bo/hoi-dap/{code}")
    assert response.status_code == 302
    assert "/can-bo/dang-nhap" in response.headers["Location"]


def test_unknown_question_and_step_are_not_found(office: Any) -> None:
    code = office.question()
    assert office.get("moderator", "/can-bo/hoi-dap/AS-2026-999999").status_code == 404
    assert office.get("moderator", f"/can-bo/hoi-dap/{code}/buoc/khong-co").status_code == 404


def test_only_steps_that_may_be_taken_are_offered(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    page = office.page("officer", f"/can-bo/hoi-dap/{code}")
    assert "Trả lại bộ phận tiếp nhận" in page
    assert "Không tiếp nhận" not in page
    assert "/buoc/gop" not in page
    assert "Lưu nháp" in page
    reader = office.page("auditor", f"/can-bo/hoi-dap/{code}")
    assert "/buoc/" not in reader
    assert "Lưu nháp" not in reader
    assert "<textarea" not in reader


def test_merge_shows_the_other_question_first(office: Any) -> None:
    code, other = (
        office.question(stage=Stage.RECEIVED),
        office.question(stage=Stage.RECEIVED, title="Câu được giữ lại để gộp"),
    )
    response = office.post(
        "moderator",
        f"/can-bo/hoi-dap/{code}/buoc/gop",
        {"seen_revision": office.revision(code), "other": other.lower()},
    )
    assert response.status_code == 200
    assert "Câu được giữ lại để gộp" in response.get_data(as_text=True)
    assert office.read(code, "stage") is Stage.RECEIVED


@pytest.mark.parametrize("other", ["AS-2026-999999", "gì đó"])
def test_merge_with_nothing_is_an_error_of_the_field(office: Any, other: str) -> None:
    code = office.question(stage=Stage.RECEIVED)
    response = office.post(
        "moderator",
        f"/can-bo/hoi-dap/{code}/buoc/gop",
        {"seen_revision": office.revision(code), "other": other},
    )
    assert response.status_code == 422
    assert "Không tìm thấy câu hỏi có mã này." in response.get_data(as_text=True)


def test_extension_names_the_new_date_for_each_number_of_days(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    assert office.page("approver", f"/can-bo/hoi-dap/{code}/buoc/gia-han").count("hạn mới") >= 10
    response = office.post(
        "approver",
        f"/can-bo/hoi-dap/{code}/buoc/gia-han",
        {"seen_revision": office.revision(code), "days": "11", "reason": REASON},
    )
    assert response.status_code == 422


def test_next_question_of_the_list_opens(office: Any) -> None:
    first, second = office.question(stage=Stage.RECEIVED), office.question(stage=Stage.RECEIVED)
    response = office.post(
        "moderator",
        f"/can-bo/hoi-dap/{first}/buoc/hoi-them",
        {"seen_revision": office.revision(first), "text": REASON, "next": "the=chua-phan-cong"},
    )
    assert response.headers["Location"].endswith(f"/can-bo/hoi-dap/{second}?the=chua-phan-cong")
    assert "Đã hỏi thêm người gửi" in office.client("moderator").get(
        response.headers["Location"]
    ).get_data(as_text=True)
    response = office.post(
        "moderator",
        f"/can-bo/hoi-dap/{second}/buoc/hoi-them",
        {"seen_revision": office.revision(second), "text": REASON, "next": "the=chua-phan-cong"},
    )
    assert response.headers["Location"].endswith("/can-bo/hoi-dap?the=chua-phan-cong")


def test_place_of_a_list_that_is_not_mine_is_ignored(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    response = office.post(
        "officer",
        f"/can-bo/hoi-dap/{code}/buoc/hoi-them",
        {
            "seen_revision": office.revision(code),
            "text": REASON,
            "next": "the=rac&q=https://evil.example",
        },
    )
    assert response.headers["Location"] == f"/can-bo/hoi-dap/{code}"


def test_spam_can_be_taken_back_at_once(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED)
    office.post(
        "moderator",
        f"/can-bo/hoi-dap/{code}/buoc/danh-dau-rac",
        {"seen_revision": office.revision(code)},
    )
    page = office.page("moderator", "/can-bo/hoi-dap")
    assert "Hoàn tác" in page
    number = page.split('name="bulk" value="')[1].split('"')[0]
    assert (
        office.post("moderator", "/can-bo/hoi-dap/hang-loat/hoan-tac", {"bulk": number}).status_code
        == 302
    )
    assert office.read(code, "stage") is Stage.RECEIVED
