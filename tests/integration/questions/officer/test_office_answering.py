"""Classifying, redacting, writing: drafts that nobody loses, and what stands on the workbench."""

import io
from typing import Any

import pytest
from PIL import Image

from app.extensions import db
from app.files import queries as files
from app.kernel.links import Ref
from app.questions.models import Answer
from app.questions.states import Outcome, Stage, Visibility
from tests.factories.organisation import make_topic

FETCH = {"X-Requested-With": "fetch"}
BODY = (
    "Gia đình tôi có số căn cước 051203004567, điện thoại 0905123456. Tôi là Nguyễn Thị Hoa, "
    "xin hỏi khi nào chi trả?"
)
FULL = {
    "short": "Từ tuần tới xe thu gom rác đi qua thôn Đông vào sáng thứ Ba.",
    "resolution": "Bà con để rác trước cửa trước 6 giờ sáng.",
    "outcome": "guidance",
    "answer_revision": "0",
}


def _draft(office: Any, code: str) -> Answer | None:
    with office.app.app_context():
        found = db.session.get(Answer, office.read(code, "id"))
        if found is not None:
            db.session.expunge(found)
        return found


def _write(office: Any, code: str, who: str = "officer", **data: Any) -> Any:
    values = {"seen_revision": office.revision(code), **data}
    return office.post(
        who, f"/can-bo/hoi-dap/{code}/tra-loi", values, content_type="multipart/form-data"
    )


# The left column --------------------------------------------------------------------------------
def test_personal_data_is_marked_and_hidden_beforehand(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED, body=BODY, title="Hỏi về chi trả")
    page = office.page("moderator", f"/can-bo/hoi-dap/{code}")
    assert page.count('<mark class="ln-pii"') == 3
    assert "Che cả 2" in page
    assert "[đã ẩn: số căn cước]" in page
    assert "0905 123 456" not in page.split("Người gửi (không công khai)")[0]


def test_hiding_all_is_one_click(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED, body=BODY, title="Hỏi về chi trả")
    response = office.post(
        "moderator",
        f"/can-bo/hoi-dap/{code}/che",
        {
            "seen_revision": office.revision(code),
            "title": "Hỏi về chi trả",
            "body": BODY,
            "reason": "",
            "mask_all": "1",
        },
    )
    assert response.status_code == 302
    with office.app.app_context():
        submission = office._question(code).submission
        assert "051203004567" not in submission.public_body
        assert "[đã ẩn: số điện thoại]" in submission.public_body
        assert submission.body == BODY
        assert submission.redaction_reason == "Che thông tin cá nhân."
    page = office.page("moderator", f"/can-bo/hoi-dap/{code}")
    assert "<del>0905123456." in page
    assert "<ins>[đã ẩn: số điện thoại]." in page


def test_changing_the_text_needs_a_reason(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED)
    data = {
        "seen_revision": office.revision(code),
        "title": "Tiêu đề khác",
        "body": "Nội dung khác hẳn.",
        "reason": "",
    }
    response = office.post("moderator", f"/can-bo/hoi-dap/{code}/che", data)
    assert response.status_code == 422
    assert "Hãy ghi lý do che hoặc sửa" in response.get_data(as_text=True)
    assert "Nội dung khác hẳn." in response.get_data(as_text=True)


def test_topic_and_unit_are_suggested_with_the_words(office: Any) -> None:
    with office.app.app_context():
        make_topic(
            "Môi trường thử",
            slug="moi-truong-thu",
            unit=office.unit(),
            keywords="thu gom rác, rác thải",
        )
    code = office.question(stage=Stage.RECEIVED)
    page = office.page("moderator", f"/can-bo/hoi-dap/{code}")
    assert "Gợi ý: Môi trường thử, vì có chữ «thu gom rác»." in page
    assert '<option selected value="moi-truong-thu">' in page
    assert '<option selected value="kinh-te">' in page


def test_classification_is_kept(office: Any) -> None:
    with office.app.app_context():
        make_topic("Môi trường thử", slug="moi-truong-thu", answer_working_days=5)
    code = office.question(stage=Stage.RECEIVED)
    data = {
        "seen_revision": office.revision(code),
        "kind": "incident",
        "topic": "moi-truong-thu",
        "classification": "ordinary",
        "to": "",
    }
    assert office.post("moderator", f"/can-bo/hoi-dap/{code}/phan-loai", data).status_code == 302
    assert office.read(code, "kind", "working_days") == ("incident", 5)
    assert (
        office.post(
            "moderator", f"/can-bo/hoi-dap/{code}/phan-loai", {**data, "topic": "khong-co"}
        ).status_code
        == 422
    )


def test_assigning_says_who_does_not_belong_where(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED)
    office.client("stranger")
    data = {
        "seen_revision": office.revision(code),
        "kind": "question",
        "topic": "",
        "classification": "ordinary",
        "to": "kinh-te:stranger",
    }
    response = office.post("moderator", f"/can-bo/hoi-dap/{code}/phan-cong", data)
    assert response.status_code == 422
    assert office.read(code, "stage") is Stage.RECEIVED


def test_similar_answer_is_an_example(office: Any) -> None:
    example = office.question(visibility=Visibility.PUBLIC, title="Lịch thu gom rác thôn Đông")
    code = office.question(stage=Stage.ASSIGNED, title="Lịch thu gom rác ở thôn Đông")
    page = office.page("officer", f"/can-bo/hoi-dap/{code}")
    assert f"mau={example}#tra-loi" in page
    page = office.page("officer", f"/can-bo/hoi-dap/{code}?mau={example}")
    assert "Từ tuần tới xe thu gom rác" in page.split('name="short"')[1].split("</textarea>")[0]
    chosen = next(part for part in page.split("<input") if 'value="guidance"' in part.split(">")[0])
    assert " checked " in chosen.split(">")[0]
    assert _draft(office, code) is None


def test_example_fills_empty_slots_only(office: Any) -> None:
    example = office.question(visibility=Visibility.PUBLIC)
    code = office.question(stage=Stage.ASSIGNED)
    _write(office, code, short="Câu mở đầu do tôi viết.", answer_revision="0")
    page = office.page("officer", f"/can-bo/hoi-dap/{code}?mau={example}")
    assert "Câu mở đầu do tôi viết." in page.split('name="short"')[1].split("</textarea>")[0]
    assert "Bà con để rác" in page.split('name="resolution"')[1].split("</textarea>")[0]


def test_hidden_answer_is_no_example(office: Any) -> None:
    example = office.question(visibility=Visibility.HIDDEN)
    code = office.question(stage=Stage.ASSIGNED)
    page = office.page("officer", f"/can-bo/hoi-dap/{code}?mau={example}")
    assert "Bà con để rác" not in page.split('name="resolution"')[1].split("</textarea>")[0]


# The draft --------------------------------------------------------------------------------------
def test_draft_keeps_every_slot(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    response = _write(
        office,
        code,
        **FULL,
        findings="Đã kiểm tra.",
        promised_on="24/11/2099",
        contact="Phòng Kinh tế",
        letter="Công văn số 211",
        **{
            "legal_basis-0-text": "Luật Đất đai, Điều 137",
            "legal_basis-0-url": "https://vbpl.example/137",
            "legal_basis-2-text": "Điều 4",
        },
    )
    assert response.status_code == 302
    draft = _draft(office, code)
    assert draft is not None
    assert (draft.outcome, draft.findings, draft.letter) == (
        Outcome.GUIDANCE,
        "Đã kiểm tra.",
        "Công văn số 211",
    )
    assert draft.promised_on is not None
    assert draft.legal_basis == [
        {"text": "Luật Đất đai, Điều 137", "url": "https://vbpl.example/137"},
        {"text": "Điều 4", "url": ""},
    ]
    assert "Luật Đất đai, Điều 137" in office.page("officer", f"/can-bo/hoi-dap/{code}")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example"])
def test_dangerous_link_is_refused(office: Any, url: str) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    response = _write(
        office, code, **FULL, **{"legal_basis-0-text": "Căn cứ", "legal_basis-0-url": url}
    )
    assert response.status_code == 422
    assert _draft(office, code) is None


def test_saving_by_itself_answers_with_time_and_revision(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    address = f"/can-bo/hoi-dap/{code}/nhap"
    response = office.post(
        "officer", address, {"answer_revision": "0", "short": "Đang viết dở"}, headers=FETCH
    )
    assert response.status_code == 200
    assert response.json["fields"] == {"answer_revision": 1}
    assert ":" in response.json["saved"]
    again = office.post(
        "officer",
        address,
        {"answer_revision": "1", "short": "Đang viết tiếp", "promised_on": "sai"},
        headers=FETCH,
    )
    assert again.json["fields"] == {"answer_revision": 2}
    assert _draft(office, code).short == "Đang viết tiếp"  # type: ignore[union-attr]


def test_saving_by_itself_cuts_nothing_silently(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    response = office.post(
        "officer",
        f"/can-bo/hoi-dap/{code}/nhap",
        {"answer_revision": "0", "short": "x" * 301},
        headers=FETCH,
    )
    assert response.status_code == 422
    assert _draft(office, code) is None


def test_slower_save_by_script_is_told(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    address = f"/can-bo/hoi-dap/{code}/nhap"
    office.post(
        "officer", address, {"answer_revision": "0", "short": "Bản của chuyên viên"}, headers=FETCH
    )
    response = office.post(
        "head", address, {"answer_revision": "0", "short": "Bản của trưởng phòng"}, headers=FETCH
    )
    assert response.status_code == 409
    assert "Đồng nghiệp vừa lưu" in response.json["message"]
    assert _draft(office, code).short == "Bản của chuyên viên"  # type: ignore[union-attr]


def test_slower_save_shows_both_versions_and_loses_nothing(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    _write(office, code, **{**FULL, "short": "Bản của chuyên viên đã lưu trước."})
    response = _write(
        office, code, who="head", **{**FULL, "short": "Bản của trưởng phòng chưa lưu."}
    )
    page = response.get_data(as_text=True)
    assert response.status_code == 409
    assert "Hai bản nháp khác nhau" in page
    assert "Bản của chuyên viên đã lưu trước." in page
    assert "Bản của trưởng phòng chưa lưu." in page.split('name="short"')[1].split("</textarea>")[0]
    # The form now knows of the colleague's version: saving again is meant.
    revision = page.split('name="answer_revision"')[1].split('value="')[1].split('"')[0]
    again = _write(
        office,
        code,
        who="head",
        **{**FULL, "short": "Bản của trưởng phòng chưa lưu.", "answer_revision": revision},
    )
    assert again.status_code == 302
    assert _draft(office, code).short == "Bản của trưởng phòng chưa lưu."  # type: ignore[union-attr]


def test_without_a_script_saving_by_itself_is_saving(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    assert office.post("officer", f"/can-bo/hoi-dap/{code}/nhap", FULL).status_code == 302
    assert _draft(office, code) is not None


def test_submitting_says_all_that_is_missing_and_keeps_the_draft(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED, redacted=True)
    response = _write(
        office,
        code,
        action="submit",
        short="Ngắn quá",
        resolution="Gọi {tên} theo số 0905123456.",
        answer_revision="0",
    )
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    for sentence in (
        "Trả lời ngắn cần từ 20 đến 300 ký tự.",
        "Hãy chọn kết quả.",
        "Còn chỗ chưa điền: {tên}",
        "số điện thoại",
    ):
        assert sentence in page
    assert _draft(office, code).short == "Ngắn quá"  # type: ignore[union-attr]
    assert office.read(code, "stage") is Stage.ASSIGNED


def test_the_offices_own_number_is_no_personal_data(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED, redacted=True)
    response = _write(
        office,
        code,
        action="submit",
        **{**FULL, "resolution": "Hãy gọi Phòng Kinh tế, số 0253 3555 023."},
    )
    assert response.status_code == 302


def test_unredacted_question_cannot_be_submitted(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    response = _write(office, code, action="submit", **FULL)
    assert response.status_code == 409
    assert "Hãy xem và che thông tin cá nhân" in response.get_data(as_text=True)


def test_text_is_kept_when_the_step_is_over(office: Any) -> None:
    code = office.question(stage=Stage.IN_REVIEW)
    response = _write(
        office, code, **{**FULL, "findings": "Đoạn vừa viết xong thì đồng nghiệp đã trình."}
    )
    assert response.status_code == 409
    assert "Đoạn vừa viết xong thì đồng nghiệp đã trình." in response.get_data(as_text=True)


def test_files_go_with_the_answer_and_can_be_dropped(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "#9b1c1c").save(picture, "PNG")
    picture.seek(0)
    assert _write(office, code, **FULL, files=(picture, "Ảnh sau khi sửa.png")).status_code == 302
    with office.app.app_context():
        (file,) = files.of(Ref("draft", office.read(code, "id")))
        key = file.key
    assert "Ảnh sau khi sửa" in office.page("officer", f"/can-bo/hoi-dap/{code}")
    assert _write(office, code, **{**FULL, "answer_revision": "1", "drop": key}).status_code == 302
    with office.app.app_context():
        assert files.of(Ref("draft", office.read(code, "id"))) == []


def test_bad_file_is_said_and_the_text_stays(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    response = _write(office, code, **FULL, files=(io.BytesIO(b"MZ..."), "chay.exe"))
    assert response.status_code == 422
    assert FULL["resolution"] in response.get_data(as_text=True)


def test_preview_shows_what_citizens_will_read(office: Any) -> None:
    code = office.question(
        stage=Stage.ASSIGNED, redacted=True, title="Câu hỏi của dân", name="Nguyễn Thị Ân"
    )
    response = _write(office, code, action="preview", **FULL)
    assert response.headers["Location"] == f"/can-bo/hoi-dap/{code}/xem-truoc"
    page = office.page("officer", f"/can-bo/hoi-dap/{code}/xem-truoc")
    assert "<p>Bà con để rác trước cửa trước 6 giờ sáng.</p>" in page
    assert "N.T.Â." in page
    assert "Nguyễn Thị Ân" not in page
    assert (
        office.get(
            "officer", f"/can-bo/hoi-dap/{office.question(stage=Stage.ASSIGNED)}/xem-truoc"
        ).status_code
        == 404
    )


# The right column -------------------------------------------------------------------------------
def test_internal_note_is_for_colleagues(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    assert (
        office.post(
            "officer", f"/can-bo/hoi-dap/{code}/ghi-chu", {"text": "Đã gọi trưởng thôn."}
        ).status_code
        == 302
    )
    assert "Đã gọi trưởng thôn." in office.page("moderator", f"/can-bo/hoi-dap/{code}")
    assert (
        office.post("officer", f"/can-bo/hoi-dap/{code}/ghi-chu", {"text": " "}).status_code == 422
    )
    assert (
        office.post("auditor", f"/can-bo/hoi-dap/{code}/ghi-chu", {"text": "Ghi chú"}).status_code
        == 403
    )
    assert (
        office.post("stranger", f"/can-bo/hoi-dap/{code}/ghi-chu", {"text": "Ghi chú"}).status_code
        == 404
    )


def test_both_see_that_the_other_has_it_open(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    address = f"/can-bo/hoi-dap/{code}/co-mat"
    assert "cũng đang mở" not in office.post("officer", address).get_data(as_text=True)
    assert "Cán bộ officer cũng đang mở câu hỏi này." in office.post("head", address).get_data(
        as_text=True
    )
    assert "Cán bộ head cũng đang mở câu hỏi này." in office.page(
        "officer", f"/can-bo/hoi-dap/{code}"
    )
    assert office.post("stranger", address).status_code == 404


def test_an_open_page_does_not_keep_the_session_alive(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    office.post("officer", f"/can-bo/hoi-dap/{code}/co-mat")
    client = office.client("officer")
    with client.session_transaction() as cookie:
        cookie["seen"] -= 600
        before = cookie["seen"]

    def seen() -> int:
        with client.session_transaction() as cookie:
            return int(cookie["seen"])

    assert office.post("officer", f"/can-bo/hoi-dap/{code}/co-mat").status_code == 200
    assert seen() == before
    office.get("officer", f"/can-bo/hoi-dap/{code}")
    assert seen() > before


def test_mails_stand_beside_the_log(office: Any) -> None:
    code = office.question(walked=True, stage=Stage.ASSIGNED, email="nguoi.gui@example.vn")
    page = office.page("moderator", f"/can-bo/hoi-dap/{code}")
    assert "Thư đã gửi" in page
    assert "Chờ gửi" in page
    assert "/can-bo/he-thong/thu/" in page
    assert "/can-bo/he-thong/thu/" not in office.page("officer", f"/can-bo/hoi-dap/{code}")


# Mẫu trả lời ------------------------------------------------------------------------------------
def test_templates_belong_to_a_unit(office: Any) -> None:
    data = {
        "title": "Sửa đường",
        "topic": "",
        "short": "",
        "resolution": "Ngày {ngày}, {đơn vị} trả lời {điều gì}.",
        "outcome": "",
    }
    assert office.post("officer", "/can-bo/mau-tra-loi/moi", data).status_code == 302
    listing = office.page("head", "/can-bo/mau-tra-loi")
    assert "Sửa đường" in listing
    number = listing.split("/can-bo/mau-tra-loi/")[2].split('"')[0]
    assert "Sửa đường" not in office.page("stranger", "/can-bo/mau-tra-loi")
    assert office.get("stranger", f"/can-bo/mau-tra-loi/{number}").status_code == 404
    code = office.question(stage=Stage.ASSIGNED)
    page = office.page("officer", f"/can-bo/hoi-dap/{code}?mau-tra-loi={number}")
    slot = page.split('name="resolution"')[1].split("</textarea>")[0]
    assert "Phòng Kinh tế thử trả lời {điều gì}." in slot
    assert "{ngày}" not in slot


def test_template_is_changed_once_and_removed(office: Any) -> None:
    data = {"title": "Sửa đường", "topic": "", "resolution": "Nội dung mẫu.", "outcome": "guidance"}
    office.post("officer", "/can-bo/mau-tra-loi/moi", data)
    number = (
        office.page("officer", "/can-bo/mau-tra-loi").split("/can-bo/mau-tra-loi/")[2].split('"')[0]
    )
    address = f"/can-bo/mau-tra-loi/{number}"
    assert (
        office.post(
            "officer", address, {**data, "title": "Tên mới", "seen_revision": "1"}
        ).status_code
        == 302
    )
    assert (
        office.post(
            "head", address, {**data, "title": "Tên khác", "seen_revision": "1"}
        ).status_code
        == 409
    )
    assert (
        office.post("officer", address, {**data, "title": "", "seen_revision": "2"}).status_code
        == 422
    )
    assert (
        office.post(
            "officer", address, {"title": "Rỗng", "topic": "", "outcome": "", "seen_revision": "2"}
        ).status_code
        == 422
    )
    assert office.post("officer", f"{address}/xoa").status_code == 302
    assert office.get("officer", address).status_code == 404
    assert {"question:template_saved", "question:template_removed"} <= set(office.audit())


@pytest.mark.parametrize("who", ["moderator", "approver", "auditor"])
def test_templates_are_for_those_who_answer(office: Any, who: str) -> None:
    assert office.get(who, "/can-bo/mau-tra-loi").status_code == 403
