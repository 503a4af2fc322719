"""Many questions at once: a preview, all or nothing, ten minutes to take it back."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from app.extensions import db
from app.kernel.clock import now
from app.questions.models import BulkAction
from app.questions.states import Classification, Stage
from tests.factories.organisation import make_topic

ADDRESS = "/can-bo/hoi-dap/hang-loat"


def _seen(office: Any, codes: list[str]) -> list[str]:
    return [f"{office.read(code, 'id')}:{office.revision(code)}" for code in codes]


def _run(office: Any, codes: list[str], work: str, who: str = "moderator", **more: Any) -> Any:
    return office.post(who, ADDRESS, {"viec": work, "seen": _seen(office, codes), **more})


def _last(office: Any) -> int:
    with office.app.app_context():
        return int(db.session.scalar(sa.select(sa.func.max(BulkAction.id))) or 0)


def test_preview_lists_what_changes_and_changes_nothing(office: Any) -> None:
    codes = [
        office.question(stage=Stage.RECEIVED, title=f"Câu {number} của tôi") for number in (1, 2)
    ]
    before = [office.revision(code) for code in codes]
    page = office.page(
        "moderator", f"{ADDRESS}?viec=giao:kinh-te:officer&ma={codes[0]}&ma={codes[1]}"
    )
    assert "Phân công 2 câu cho Cán bộ officer, Phòng Kinh tế thử" in page
    assert "Câu 1 của tôi" in page
    assert "Thực hiện" in page
    assert [office.revision(code) for code in codes] == before


def test_preview_says_what_is_in_the_way(office: Any) -> None:
    good, bad = office.question(stage=Stage.RECEIVED), office.question(stage=Stage.IN_REVIEW)
    page = office.page("moderator", f"{ADDRESS}?viec=giao:kinh-te&ma={good}&ma={bad}")
    assert "Không làm được ở trạng thái hiện tại." in page
    assert "Thực hiện</button>" not in page
    without = (
        page.split("chỉ làm 1 mục còn lại")[0]
        .rsplit('href="', 1)[1]
        .split('"')[0]
        .replace("&amp;", "&")
    )
    assert "Thực hiện</button>" in office.page("moderator", without)


def test_nothing_chosen_is_said(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED)
    assert office.get("moderator", f"{ADDRESS}?viec=rac").status_code == 302
    assert office.get("moderator", f"{ADDRESS}?ma={code}").status_code == 302
    assert office.get("moderator", f"{ADDRESS}?ma={code}&viec=gi-do").status_code == 409
    assert office.get("moderator", f"{ADDRESS}?ma={code}&viec=giao:khong-co").status_code == 409


def test_assigns_all_and_takes_it_back(office: Any) -> None:
    codes = [office.question(stage=Stage.RECEIVED) for _number in range(3)]
    assert _run(office, codes, "giao:kinh-te:officer").status_code == 302
    assert {office.read(code, "stage") for code in codes} == {Stage.ASSIGNED}
    page = office.page("moderator", "/can-bo/hoi-dap")
    assert "Bạn đã phân công 3 câu" in page
    assert (
        office.post("moderator", f"{ADDRESS}/hoan-tac", {"bulk": _last(office)}).status_code == 302
    )
    assert {office.read(code, "stage", "unit_id", "officer_id") for code in codes} == {
        (Stage.RECEIVED, None, None)
    }
    assert "Bạn đã phân công" not in office.page("moderator", "/can-bo/hoi-dap")
    assert (
        office.post("moderator", f"{ADDRESS}/hoan-tac", {"bulk": _last(office)}).status_code == 409
    )


def test_classifies_all(office: Any) -> None:
    with office.app.app_context():
        make_topic("Đường sá", slug="duong-sa")
    codes = [office.question(stage=Stage.RECEIVED) for _number in range(2)]
    assert "Phân loại 2 câu vào lĩnh vực Đường sá" in office.page(
        "moderator", f"{ADDRESS}?viec=loai:duong-sa&ma={codes[0]}&ma={codes[1]}"
    )
    assert _run(office, codes, "loai:duong-sa").status_code == 302
    assert all(office.read(code, "topic_id") for code in codes)


def test_one_that_cannot_move_leaves_all_unchanged_and_is_named(office: Any) -> None:
    good, bad = office.question(stage=Stage.RECEIVED), office.question(stage=Stage.IN_REVIEW)
    response = _run(office, [good, bad], "giao:kinh-te")
    assert response.status_code == 409
    assert bad in response.get_data(as_text=True)
    assert office.read(good, "stage") is Stage.RECEIVED
    assert _last(office) == 0


def test_one_changed_since_the_preview_leaves_all_unchanged(office: Any) -> None:
    codes = [office.question(stage=Stage.RECEIVED) for _number in range(2)]
    seen = _seen(office, codes)
    office.post(
        "moderator",
        f"/can-bo/hoi-dap/{codes[1]}/buoc/danh-dau-rac",
        {"seen_revision": office.revision(codes[1])},
    )
    response = office.post("moderator", ADDRESS, {"viec": "giao:kinh-te", "seen": seen})
    assert response.status_code == 409
    assert office.read(codes[0], "stage") is Stage.RECEIVED


def test_undo_ends_after_ten_minutes(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED)
    _run(office, [code], "rac")
    with time_machine.travel(now() + dt.timedelta(minutes=11)):
        assert "Hoàn tác" not in office.page("moderator", "/can-bo/hoi-dap")
        assert (
            office.post("moderator", f"{ADDRESS}/hoan-tac", {"bulk": _last(office)}).status_code
            == 409
        )
    assert office.read(code, "stage") is Stage.SPAM


def test_undo_stops_where_somebody_has_gone_on(office: Any) -> None:
    codes = [office.question(stage=Stage.RECEIVED) for _number in range(2)]
    _run(office, codes, "giao:kinh-te:officer")
    office.post(
        "officer",
        f"/can-bo/hoi-dap/{codes[0]}/buoc/hoi-them",
        {"seen_revision": office.revision(codes[0]), "text": "Xin cho biết địa chỉ."},
    )
    response = office.post("moderator", f"{ADDRESS}/hoan-tac", {"bulk": _last(office)})
    assert response.status_code == 409
    assert codes[0] in response.get_data(as_text=True)
    assert office.read(codes[1], "stage") is Stage.ASSIGNED


def test_only_who_did_it_takes_it_back(office: Any) -> None:
    code = office.question(stage=Stage.RECEIVED)
    _run(office, [code], "giao:kinh-te")
    assert office.post("head", f"{ADDRESS}/hoan-tac", {"bulk": _last(office)}).status_code == 409
    assert office.post("moderator", f"{ADDRESS}/hoan-tac", {"bulk": "0"}).status_code == 404


@pytest.mark.parametrize("work", ["giao:kinh-te", "rac"])
def test_what_one_may_not_read_is_neither_shown_nor_touched(office: Any, work: str) -> None:
    code = office.question(
        stage=Stage.RECEIVED, classification=Classification.COMPLAINT, title="Tiêu đề kín"
    )
    page = office.page("moderator", f"{ADDRESS}?viec={work}&ma={code}")
    assert "Tiêu đề kín" not in page
    assert "Bạn không có quyền xem câu hỏi này." in page
    before = office.revision(code)
    assert _run(office, [code], work).status_code == 409
    assert office.revision(code) == before


def test_head_gives_work_to_the_own_unit_only(office: Any) -> None:
    code = office.question(stage=Stage.ASSIGNED)
    assert _run(office, [code], "giao:kinh-te", who="head").status_code == 302
    assert _run(office, [code], "giao:van-hoa", who="head").status_code == 409
    assert "van-hoa" not in office.page("head", "/can-bo/hoi-dap")


@pytest.mark.parametrize("who", ["officer", "approver", "auditor", "complaints"])
def test_others_have_no_bulk_work(office: Any, who: str) -> None:
    code = office.question(stage=Stage.RECEIVED)
    assert office.get(who, f"{ADDRESS}?viec=rac&ma={code}").status_code == 403
    assert _run(office, [code], "rac", who=who).status_code == 403
