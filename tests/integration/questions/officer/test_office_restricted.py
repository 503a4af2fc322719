"""Khiếu nại, tố cáo: nobody else finds them, and reading one is written down first."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from app.kernel.clock import now
from app.questions.states import Classification, Stage

BODY = "Tôi tố cáo một cán bộ nhận tiền của dân khi làm giấy tờ đất ở thôn Đông."


@pytest.fixture
def code(office: Any) -> str:
    return str(
        office.question(
            stage=Stage.RECEIVED,
            classification=Classification.DENUNCIATION,
            title="Tiêu đề kín",
            body=BODY,
            name="Người Tố Cáo",
        )
    )


@pytest.mark.parametrize(
    "who",
    ["moderator", "officer", "stranger", "approver", "leader", "publisher", "auditor", "head"],
)
@pytest.mark.parametrize("path", ["", "/xem-truoc", "/buoc/khong-tiep-nhan"])
def test_others_find_nothing(office: Any, code: str, who: str, path: str) -> None:
    assert office.get(who, f"/can-bo/hoi-dap/{code}{path}").status_code in {403, 404}
    assert office.get(who, f"/can-bo/hoi-dap/{code}").status_code == 404


def test_gate_shows_no_word_of_the_text(office: Any, code: str) -> None:
    page = office.page("complaints", f"/can-bo/hoi-dap/{code}")
    for word in ("Tiêu đề kín", BODY, "Người Tố Cáo", "0912"):
        assert word not in page
    assert "Mở và ghi nhật ký" in page
    assert [move for move, _note in office.log(code)].count("open_restricted") == 0


def test_opening_is_written_down_and_lasts_a_quarter_of_an_hour(office: Any, code: str) -> None:
    address = f"/can-bo/hoi-dap/{code}"
    assert (
        office.post("complaints", f"{address}/mo", {"reason": "Hướng dẫn người gửi"}).status_code
        == 302
    )
    assert ("open_restricted", "Hướng dẫn người gửi") in office.log(code)
    assert "question:open_restricted" in office.audit()
    page = office.page("complaints", address)
    assert BODY in page
    assert "Người Tố Cáo" in page
    with time_machine.travel(now() + dt.timedelta(minutes=16)):
        assert BODY not in office.page("complaints", address)


def test_opening_one_does_not_open_another(office: Any, code: str) -> None:
    other = office.question(
        stage=Stage.RECEIVED,
        classification=Classification.COMPLAINT,
        body="Tôi khiếu nại quyết định số 12 của xã vì trái luật.",
    )
    office.post("complaints", f"/can-bo/hoi-dap/{code}/mo")
    assert "khiếu nại quyết định số 12" not in office.page("complaints", f"/can-bo/hoi-dap/{other}")


@pytest.mark.parametrize("who", ["moderator", "approver", "auditor"])
def test_others_cannot_open_it(office: Any, code: str, who: str) -> None:
    assert office.post(who, f"/can-bo/hoi-dap/{code}/mo").status_code == 403
    assert "open_restricted" not in [move for move, _note in office.log(code)]


def test_no_step_before_the_gate(office: Any, code: str) -> None:
    data = {
        "seen_revision": office.revision(code),
        "kind": "denunciation",
        "text": "Hãy gửi đơn tố cáo đến nơi tiếp công dân.",
    }
    assert (
        office.post("complaints", f"/can-bo/hoi-dap/{code}/buoc/khong-tiep-nhan", data).status_code
        == 403
    )
    assert office.post("complaints", f"/can-bo/hoi-dap/{code}/co-mat").status_code == 403


def test_guidance_is_written_beforehand_and_needs_no_second_person(office: Any, code: str) -> None:
    office.post("complaints", f"/can-bo/hoi-dap/{code}/mo")
    address = f"/can-bo/hoi-dap/{code}/buoc/khong-tiep-nhan"
    page = office.page("complaints", address)
    assert "Mục Hỏi đáp không phải nơi tiếp nhận tố cáo" in page
    assert '<input checked class="govuk-radios__input"' in page
    response = office.post(
        "complaints",
        address,
        {
            "seen_revision": office.revision(code),
            "kind": "denunciation",
            "text": "Hãy gửi đơn tố cáo.",
        },
    )
    assert response.status_code == 302
    assert office.read(code, "stage") is Stage.REFUSED


def test_there_is_nothing_to_answer_or_publish(office: Any, code: str) -> None:
    office.post("complaints", f"/can-bo/hoi-dap/{code}/mo")
    page = office.page("complaints", f"/can-bo/hoi-dap/{code}")
    for words in ("Lưu nháp", "Trình duyệt", "Duyệt và đăng", "Dùng làm mẫu", "Che cả"):
        assert words not in page
    assert "Chuyển cơ quan khác" in page
    assert office.get("complaints", f"/can-bo/hoi-dap/{code}/xem-truoc").status_code == 409


def test_classifying_as_complaint_takes_it_out_of_the_moderators_hands(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED, title="Sẽ thành khiếu nại")
    data = {
        "seen_revision": office.revision(code),
        "kind": "question",
        "topic": "",
        "classification": "complaint",
        "to": "",
    }
    response = office.post("moderator", f"/can-bo/hoi-dap/{code}/phan-loai", data)
    assert response.status_code == 302
    assert response.headers["Location"] == "/can-bo/hoi-dap"
    assert office.get("moderator", f"/can-bo/hoi-dap/{code}").status_code == 404
    assert code in office.page("complaints", "/can-bo/hoi-dap")


def test_assigning_a_complaint_classifies_it_only(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED)
    data = {
        "seen_revision": office.revision(code),
        "kind": "question",
        "topic": "",
        "classification": "complaint",
        "to": "kinh-te",
    }
    assert office.post("moderator", f"/can-bo/hoi-dap/{code}/phan-cong", data).status_code == 302
    assert office.read(code, "stage", "unit_id", "classification") == (
        Stage.RECEIVED,
        None,
        Classification.COMPLAINT,
    )


def test_title_is_not_offered_for_merging(office: Any, code: str) -> None:
    mine = office.question(stage=Stage.RECEIVED)
    response = office.post(
        "moderator",
        f"/can-bo/hoi-dap/{mine}/buoc/gop",
        {"seen_revision": office.revision(mine), "other": code},
    )
    assert response.status_code == 422
    assert "Tiêu đề kín" not in response.get_data(as_text=True)
    assert "Không tìm thấy câu hỏi có mã này." in response.get_data(as_text=True)
