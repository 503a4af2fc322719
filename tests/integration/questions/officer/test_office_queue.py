"""Hàng chờ and «Việc của tôi»: what stands in them, for whom, and at what cost."""

import datetime as dt
from typing import Any

import pytest

from app.extensions import db
from app.kernel.clock import now
from app.questions.states import Classification, Stage, Visibility
from tests.factories.organisation import make_topic
from tests.factories.statements import StatementCounter

QUEUE = "/can-bo/hoi-dap"


def test_tabs_are_those_of_the_role(office: Any) -> None:
    office.question(stage=Stage.RECEIVED)
    moderator = office.page("moderator", QUEUE)
    for label in (
        "Cần xử lý (1)",
        "Quá hạn (0)",
        "Chưa phân công (1)",
        "Chưa xác nhận, chờ xem (0)",
        "Rác (0)",
        "Đã trả lời (0)",
    ):
        assert label in moderator
    officer = office.page("officer", QUEUE)
    assert "Chưa phân công" not in officer
    assert "Rác" not in officer
    assert "Chờ tôi duyệt" in office.page("approver", QUEUE)


@pytest.mark.parametrize("name", ["administrator", "contributor"])
def test_queue_is_for_those_who_read_questions(office: Any, name: str) -> None:
    assert office.get(name, QUEUE).status_code == 403


def test_sorted_by_due_date_with_words_and_marks(office: Any) -> None:
    office.question(stage=Stage.RECEIVED, title="Câu mới nhất")
    office.question(stage=Stage.RECEIVED, title="Câu quá hạn", at=now() - dt.timedelta(days=40))
    office.question(
        stage=Stage.RECEIVED,
        title="Đơn có chữ",
        body="Tôi khiếu nại quyết định thu hồi đất số 12 của xã vì trái pháp luật.",
    )
    page = office.page("moderator", QUEUE)
    assert page.index("Câu quá hạn") < page.index("Câu mới nhất")
    assert "Quá hạn" in page
    assert "ln-table__row--late" in page
    assert "Có dấu hiệu khiếu nại" in page
    assert page.count("data-queue-row") == 3


def test_question_with_a_draft_is_being_written(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    assert "Đang soạn" not in office.page("officer", QUEUE)
    office.post(
        "officer", f"{QUEUE}/{code}/nhap", {"answer_revision": "0", "short": "Mở đầu câu trả lời"}
    )
    assert "Đang soạn" in office.page("officer", QUEUE)


def test_officer_sees_the_own_unit_only(office: Any) -> None:
    office.question(stage=Stage.ASSIGNED, title="Của phòng kinh tế")
    assert "Của phòng kinh tế" in office.page("officer", QUEUE)
    assert "Của phòng kinh tế" not in office.page("stranger", QUEUE)


@pytest.mark.parametrize("name", ["auditor", "publisher"])
def test_senders_are_named_only_to_those_who_reach_them(office: Any, name: str) -> None:
    code = office.question(stage=Stage.ASSIGNED, name="Người Gửi Kín")
    assert "Người Gửi Kín" in office.page("moderator", QUEUE)
    assert "Người Gửi Kín" not in office.page(name, QUEUE)
    assert "Người Gửi Kín" not in office.page(name, f"{QUEUE}/{code}")
    assert "0912 345 678" not in office.page(name, f"{QUEUE}/{code}")


def test_filters_stand_in_the_address(office: Any) -> None:
    with office.app.app_context():
        make_topic("Đường sá", slug="duong-sa", unit=office.unit())
    office.question(stage=Stage.ASSIGNED, title="Câu về đường", topic="duong-sa")
    office.question(stage=Stage.ASSIGNED, title="Câu khác hẳn")
    for query in ("linh-vuc=duong-sa", "q=về đường"):
        page = office.page("moderator", f"{QUEUE}?{query}")
        assert "Câu về đường" in page
        assert "Câu khác hẳn" not in page
    assert "Câu khác hẳn" in office.page("moderator", f"{QUEUE}?nguoi=officer&don-vi=kinh-te")
    assert "Không có câu hỏi nào khớp" in office.page(
        "moderator", f"{QUEUE}?q=không có câu nào như vậy"
    )
    # What is chosen stays chosen, and goes along to the question and back.
    assert '<option selected value="duong-sa">' in office.page(
        "moderator", f"{QUEUE}?linh-vuc=duong-sa"
    )
    assert "?the=can-xu-ly&amp;linh-vuc=duong-sa" in office.page(
        "moderator", f"{QUEUE}?linh-vuc=duong-sa"
    )


def test_unknown_filters_do_not_break_the_page(office: Any) -> None:
    office.question(stage=Stage.RECEIVED, title="Vẫn ở đây")
    assert "Vẫn ở đây" in office.page(
        "moderator", f"{QUEUE}?the=khong-co&linh-vuc=khong-co&nguoi=ai-do&sau=!!"
    )


def test_pages_go_on_from_where_they_ended(office: Any) -> None:
    for number in range(27):
        office.question(stage=Stage.RECEIVED, title=f"Câu số {number:02d} trong hàng")
    first = office.page("moderator", QUEUE)
    assert first.count("data-queue-row") == 25
    address = (
        first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    )
    second = office.page("moderator", address)
    assert second.count("data-queue-row") == 2
    assert 'rel="prev"' in second


def test_restricted_questions_show_their_code_only(office: Any) -> None:
    code = office.question(
        stage=Stage.RECEIVED,
        classification=Classification.COMPLAINT,
        title="Tiêu đề kín",
        name="Người Khiếu Nại",
    )
    page = office.page("complaints", QUEUE)
    assert code in page
    assert "Tiêu đề kín" not in page
    assert "Người Khiếu Nại" not in page
    assert code not in office.page("moderator", QUEUE)


@pytest.mark.parametrize("address", [QUEUE, "/can-bo/"])
def test_cost_does_not_grow_with_the_rows(office: Any, address: str) -> None:
    def statements() -> int:
        office.get("moderator", address)
        with office.app.app_context(), StatementCounter(db.engine) as counter:
            assert office.get("moderator", address).status_code == 200
        return len(counter.statements)

    for number in range(5):
        office.question(stage=Stage.RECEIVED, title=f"Câu {number}")
    five = statements()
    for number in range(20):
        office.question(
            stage=Stage.ASSIGNED if number % 2 else Stage.NEEDS_INFO, title=f"Câu thêm {number}"
        )
    assert statements() == five
    assert five <= 25


def test_reading_writes_nothing(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    for address in ("/can-bo/", QUEUE, f"{QUEUE}/{code}"):
        office.get("officer", address)
        with office.app.app_context(), StatementCounter(db.engine) as counter:
            assert office.get("officer", address).status_code == 200
        assert not [
            line
            for line in counter.statements
            if line.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        ]


# Việc của tôi -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "seen", "unseen"),
    [
        ("moderator", ["Chưa phân công", "Báo nội dung sai", "Nhập hộ"], ["Mẫu trả lời"]),
        ("officer", ["Việc của tôi", "Mẫu trả lời", "Hàng chờ"], ["Nhập hộ", "Báo nội dung sai"]),
        ("approver", ["Chờ tôi duyệt"], ["Nhập hộ"]),
        (
            "administrator",
            ["Xóa nội dung theo yêu cầu", "chạy ngầm", "chưa được xác nhận"],
            ["Hàng chờ"],
        ),
        ("contributor", ["Tài khoản của tôi"], ["Hàng chờ", "Nhập hộ"]),
        ("complaints", ["Khiếu nại, tố cáo"], ["Cần xử lý"]),
    ],
)
def test_everybody_finds_a_useful_first_page(
    office: Any, name: str, seen: list[str], unseen: list[str]
) -> None:
    office.question(stage=Stage.RECEIVED)
    page = office.page(name, "/can-bo/")
    assert f"Xin chào Cán bộ {name}." in page
    for words in seen:
        assert words in page
    for words in unseen:
        assert words not in page


def test_first_page_lists_what_comes_next(office: Any) -> None:
    office.question(stage=Stage.IN_REVIEW, title="Câu chờ duyệt")
    office.question(stage=Stage.ASSIGNED, title="Câu đang soạn")
    assert "Câu chờ duyệt" in office.page("approver", "/can-bo/")
    officer = office.page("officer", "/can-bo/")
    assert officer.index("Câu") < officer.index("Công cụ")
    assert "Câu đang soạn" in officer


def test_figures_lead_to_their_lists(office: Any) -> None:
    office.question(stage=Stage.RECEIVED, title="Gần đến hạn", at=now() - dt.timedelta(days=13))
    office.question(stage=Stage.RECEIVED, title="Còn lâu")
    assert "the=can-xu-ly&amp;han=sap" in office.page("moderator", "/can-bo/")
    page = office.page("moderator", f"{QUEUE}?the=can-xu-ly&han=sap")
    assert "Còn lâu" not in page
    assert "Sắp đến hạn" in page


def test_answered_ones_say_whether_they_are_public(office: Any) -> None:
    office.question(visibility=Visibility.PUBLIC, title="Câu đã đăng")
    office.question(stage=Stage.ANSWERED, title="Câu trả lời riêng")
    page = office.page("leader", f"{QUEUE}?the=da-tra-loi")
    assert "Đang công khai" in page
    assert "Không công khai" in page
    assert "Với các câu đã chọn" not in page
