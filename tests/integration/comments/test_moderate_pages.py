"""Moderators' screens with real requests: the queue beside the questions', the workbench, many at
once, erasing.
"""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.comments.models import Comment, SurveyAnswer, SurveyQuestion
from app.comments.queries import staff as comments_staff
from app.comments.states import CommentStage, SurveyKind, TargetKind
from app.consultations.queries import staff
from app.consultations.states import Stage, Visibility
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db
from app.kernel.clock import now
from app.kernel.links import Ref
from app.submissions.states import Consent
from app.works.models import ProjectItem
from tests.factories.accounts import make_staff, new_token
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.files import make_file
from tests.factories.organisation import make_agency

PERSONAL = "Nhà tôi ở thôn Đông, số điện thoại 0912 345 678, đề nghị dời con đường."


class Desk:
    """An office with a consultation; browsers by role."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._clients: dict[Role, FlaskClient] = {}
        with app.app_context():
            make_agency()
            consultation = make_consultation()
            self.slug, self.consultation_id = consultation.slug, consultation.id

    def client(self, role: Role = Role.MODERATOR) -> FlaskClient:
        if role not in self._clients:
            self._clients[role], _user = make_staff(self.app, role)
        return self._clients[role]

    def comment(self, **values: Any) -> str:
        with self.app.app_context():
            return make_comment(staff.by_slug(self.slug), **values).submission.code

    def page(self, address: str, role: Role = Role.MODERATOR, status: int = 200) -> str:
        response = self.client(role).get(address)
        assert response.status_code == status, (address, response.status_code)
        return str(response.get_data(as_text=True))

    def post(
        self, address: str, data: dict[str, Any] | None = None, role: Role = Role.MODERATOR
    ) -> Any:
        client = self.client(role)
        return client.post(address, data={"csrf_token": new_token(client), **(data or {})})

    def read(self, code: str, *names: str) -> Any:
        with self.app.app_context():
            comment = comments_staff.comment_by_code(code)
            found = tuple(
                getattr(comment if hasattr(Comment, name) else comment.submission, name)
                for name in names
            )
            return found if len(found) > 1 else found[0]

    def step(self, code: str, what: str, place: str = "", **data: Any) -> Any:
        sent = {"seen_revision": str(self.read(code, "revision")), "next": place, **data}
        return self.post(f"/can-bo/gop-y/{code}/{what}", sent)


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


# The queue --------------------------------------------------------------------------------------
def test_comments_stand_beside_questions_with_their_counts(desk: Desk) -> None:
    desk.comment()
    desk.comment(stage=CommentStage.SPAM)
    for address in ("/can-bo/hoi-dap", "/can-bo/gop-y"):
        page = desk.page(address)
        for label in (
            "Cần xử lý (0)",
            "Góp ý chờ xem (1)",
            "Góp ý chưa xác nhận, chờ xem (0)",
            "Góp ý rác (1)",
        ):
            assert label in page, (address, label)
    assert "Góp ý chờ xem" in desk.page("/can-bo/")
    assert "Góp ý chưa xác nhận" not in desk.page("/can-bo/")
    desk.comment(stage=CommentStage.UNVERIFIED)
    assert "Góp ý chưa xác nhận" in desk.page("/can-bo/")
    for role in (Role.OFFICER, Role.AUDITOR):
        assert "Góp ý chờ xem" not in desk.page("/can-bo/hoi-dap", role)
        assert "Góp ý chờ xem" not in desk.page("/can-bo/", role)
        desk.page("/can-bo/gop-y", role, 403)


def test_a_row_says_what_to_look_at(desk: Desk) -> None:
    long = "Chúng tôi đề nghị giữ nguyên hiện trạng khu dân cư thôn Đông, không thu hồi đất."
    desk.comment(body=PERSONAL, name="Aн Văn Tý", consent=Consent.PRIVATE, late=True)
    desk.comment(body=long)
    desk.comment(body=long)
    page = desk.page("/can-bo/gop-y")
    for label in (
        "Có thông tin cá nhân",
        "Tên trộn nhiều bảng chữ",
        "Không đồng ý công khai",
        "Ngoài thời hạn",
        "Giống 1 góp ý khác",
    ):
        assert label in page, label
    assert page.count("data-queue-row") == 3
    narrowed = desk.page(f"/can-bo/gop-y?the=cho-xem&muon=1&cuoc={desk.slug}&q=0912")
    assert narrowed.count("data-queue-row") == 1
    assert "bỏ lọc" in narrowed
    nothing = desk.page("/can-bo/gop-y?the=cho-xem&cuoc=khong-co")
    assert "Không có góp ý nào khớp" in nothing
    assert "Nhóm này đang trống" in desk.page("/can-bo/gop-y?the=rac")
    assert "Góp ý chờ xem" in desk.page("/can-bo/gop-y?the=khong-co&y=khong-co")


# The workbench ----------------------------------------------------------------------------------
def test_everything_about_a_comment_stands_on_one_page(desk: Desk) -> None:
    code = desk.comment(
        body=PERSONAL,
        proposed_text="Dời sang bên phải.",
        sheet="7",
        parcel="118",
        place_text="Cạnh giếng làng",
    )
    with desk.app.app_context():
        comment = comments_staff.comment_by_code(code)
        question = SurveyQuestion(
            consultation_id=comment.consultation_id,
            kind=SurveyKind.OPEN,
            text="Vì sao bà con nghĩ vậy?",
        )
        db.session.add(question)
        db.session.flush()
        db.session.add(SurveyAnswer(question_id=question.id, comment_id=comment.id, text="Vì xa."))
        make_file(Ref("submission", comment.submission_id), name="So do nha.pdf")
        db.session.commit()
    page = desk.page(f"/can-bo/gop-y/{code}?the=cho-xem")
    for part in (
        "Góp ý này thuộc hồ sơ dù có công khai hay không.",
        '<mark class="ln-pii"',
        "0912 345 678",
        "Nguyễn Thị Ân",
        "Tờ 7, thửa 118",
        "Vì sao bà con nghĩ vậy?",
        "Vì xa.",
        "So do nha",
        "Che cả 1 chỗ và lưu",
        "Chưa có nội dung sẽ đăng",
        "Cạnh giếng làng",
        "/can-bo/gop-y?the=cho-xem",
    ):
        assert part in page, part


@pytest.mark.parametrize(
    "role", [Role.AUDITOR, Role.APPROVER, Role.PUBLISHER, Role.EDITOR, Role.ADMINISTRATOR]
)
def test_nobody_without_need_sees_names_and_contacts(desk: Desk, role: Role) -> None:
    values = {
        "sheet": "7",
        "parcel": "118",
        "tax_code": "4300123456",
        "proposed_text": "Gọi 0987 654 321.",
        "email": "an@example.vn",
    }
    code = desk.comment(body=PERSONAL, **values)
    for address in (
        f"/can-bo/gop-y/{code}",
        f"/can-bo/lay-y-kien/{desk.slug}/y-kien",
        f"/can-bo/gop-y/{code}/xem-truoc",
    ):
        page = desk.page(address, role)
        for secret in (
            "Nguyễn Thị Ân",
            "0912",
            "091 2",
            "0987",
            "an@example.vn",
            "4300123456",
            "thửa 118",
        ):
            assert secret not in page, (address, secret)
    page = desk.page(f"/can-bo/gop-y/{code}", role)
    assert "[đã ẩn" in page
    assert "Bạn không có quyền xem thông tin liên hệ" in page
    assert "Lưu nội dung sẽ đăng" not in page


def test_redacting_keeps_the_original_and_shows_the_difference(desk: Desk) -> None:
    code = desk.comment(body=PERSONAL)
    response = desk.step(
        code, "che", title="Dời đường", body=PERSONAL, public_proposed="", reason="", mask_all="1"
    )
    assert response.status_code == 302
    assert "0912" not in desk.read(code, "public_body")
    assert desk.read(code, "body") == PERSONAL
    page = desk.page(f"/can-bo/gop-y/{code}")
    assert "<del>" in page
    assert "Lý do: Che thông tin cá nhân." in page
    assert "Công khai góp ý</button>" in page


def test_saved_and_shown_in_one_step_and_the_next_one_opens(desk: Desk) -> None:
    first, second = desk.comment(), desk.comment()
    response = desk.step(
        first,
        "che",
        "the=cho-xem",
        title="Dời đường",
        body="Đề nghị dời đường.",
        reason="Cho gọn.",
        show="1",
    )
    assert response.location.endswith(f"/can-bo/gop-y/{second}?the=cho-xem")
    assert desk.read(first, "visibility") is Visibility.PUBLIC
    response = desk.step(second, "khong-cong-khai", "the=cho-xem", reason="Không liên quan.")
    assert response.location.endswith("/can-bo/gop-y?the=cho-xem")
    third = desk.comment()
    assert desk.step(third, "rac", f"ds={desk.slug}&q={third}").location.endswith(
        f"/y-kien?q={third}"
    )
    assert desk.step(third, "khoi-phuc").location.endswith(f"/can-bo/gop-y/{third}")
    assert desk.step(third, "rac", "ds=khong-co").location.endswith(f"/can-bo/gop-y/{third}")


def test_the_list_of_a_consultation_goes_on_after_the_comment(desk: Desk) -> None:
    first, second, third = desk.comment(), desk.comment(), desk.comment()
    assert f"/can-bo/gop-y/{third}?" in desk.step(second, "rac", f"ds={desk.slug}").location
    assert first


def test_personal_data_left_over_is_not_shown_and_nothing_typed_is_lost(desk: Desk) -> None:
    code = desk.comment(body=PERSONAL)
    response = desk.step(code, "che", title="Dời đường", body=PERSONAL, reason="Đã xem.", show="1")
    assert response.status_code == 409
    assert "còn thông tin cá nhân" in response.get_data(as_text=True)
    assert desk.read(code, "public_body", "visibility") == (None, Visibility.PRIVATE)


@pytest.mark.parametrize(
    ("what", "data", "kept"),
    [
        (
            "che",
            {"title": "Dời đường", "body": "Câu đã che cẩn thận.", "reason": "Có số."},
            "Câu đã che cẩn thận.",
        ),
        ("khong-cong-khai", {"reason": "Lý do viết dở dang."}, "Lý do viết dở dang."),
        ("cong-khai", {}, ""),
        ("noi-dung", {"target": "whole"}, ""),
    ],
)
def test_an_old_page_is_told_and_loses_nothing(
    desk: Desk, what: str, data: dict[str, str], kept: str
) -> None:
    code = desk.comment()
    old = str(desk.read(code, "revision") - 1)
    response = desk.post(f"/can-bo/gop-y/{code}/{what}", {"seen_revision": old, **data})
    page = response.get_data(as_text=True)
    assert response.status_code == 409
    assert "Có người vừa thay đổi góp ý này" in page
    assert kept in page
    assert f'name="seen_revision" type="hidden" value="{desk.read(code, "revision")}"' in re.sub(
        r'id="[^"]*" ', "", page
    )
    assert desk.read(code, "visibility") is Visibility.PRIVATE


@pytest.mark.parametrize(
    ("what", "data", "said"),
    [
        ("che", {"title": "", "body": "Đề nghị dời."}, "Hãy nhập tiêu đề khi đăng."),
        (
            "che",
            {"title": "Dời", "body": "Khác bản gốc.", "reason": ""},
            "Hãy ghi lý do che hoặc sửa",
        ),
        ("khong-cong-khai", {"reason": " "}, "Hãy ghi lý do không công khai"),
        ("noi-dung", {"target": "clause:dieu-99"}, "Không tìm thấy điều, khoản này"),
        ("noi-dung", {"target": "nonsense"}, "Hãy chọn nội dung được góp ý"),
        ("ghi-chu", {"text": ""}, "Hãy viết nội dung ghi chú."),
    ],
)
def test_what_is_missing_is_said_beside_the_field(
    desk: Desk, what: str, data: dict[str, str], said: str
) -> None:
    response = desk.step(desk.comment(), what, **data)
    assert response.status_code == 422
    assert said in response.get_data(as_text=True)


def test_the_target_is_put_right(desk: Desk) -> None:
    code = desk.comment(target_kind=TargetKind.PLACE, longitude=108.123456, latitude=15.5)
    with desk.app.app_context():
        version = DraftVersion(consultation_id=desk.consultation_id, number=1, published_at=now())
        project = ProjectItem(
            consultation_id=desk.consultation_id,
            code="B01",
            name="Đường tránh",
            land_code="DGT",
            planned_ha=1,
        )
        db.session.add_all([version, project])
        db.session.flush()
        db.session.add(
            Clause(
                version_id=version.id,
                position=1,
                kind=ClauseKind.ARTICLE,
                anchor="dieu-1",
                label="Điều 1",
                heading="Phạm vi",
            )
        )
        db.session.commit()
        number = project.id
    page = desk.page(f"/can-bo/gop-y/{code}")
    for part in ("15.500000, 108.123456", "Điều 1 Phạm vi", "B01 Đường tránh", 'value="place"'):
        assert part in page, part
    desk.step(code, "noi-dung", target="clause:dieu-1")
    assert desk.read(code, "target_kind", "clause_anchor") == (TargetKind.CLAUSE, "dieu-1")
    assert re.search(r'<option selected value="clause:dieu-1">', desk.page(f"/can-bo/gop-y/{code}"))
    desk.step(code, "noi-dung", target=f"project:{number}")
    assert desk.read(code, "target_kind", "project_id") == (TargetKind.PROJECT, number)
    assert "Công trình, dự án: B01 Đường tránh" in desk.page(f"/can-bo/gop-y/{code}")


def test_notes_mails_and_vouching(desk: Desk) -> None:
    code = desk.comment(stage=CommentStage.UNVERIFIED)
    assert "Người gửi chưa xác nhận" in desk.page(f"/can-bo/gop-y/{code}")
    desk.step(code, "ghi-chu", text="Đã hỏi thôn trưởng.")
    assert "Đã hỏi thôn trưởng." in desk.page(f"/can-bo/gop-y/{code}", Role.AUDITOR)
    assert (
        desk.post(
            f"/can-bo/gop-y/{code}/ghi-chu", {"text": "Tôi cũng ghi."}, Role.AUDITOR
        ).status_code
        == 403
    )
    desk.step(code, "xac-nhan")
    assert desk.read(code, "stage") is CommentStage.RECEIVED


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"stage": CommentStage.SPAM}, "Đang để riêng như rác"),
        ({"stage": CommentStage.WITHDRAWN}, "Người gửi đã rút góp ý này."),
        ({"late": True}, "đánh dấu ngoài thời hạn"),
        (
            {"visibility": Visibility.HIDDEN, "hidden_reason": "Nêu tên người khác."},
            "Nêu tên người khác.",
        ),
        ({"visibility": Visibility.PUBLIC}, "Đang công khai từ"),
        ({"visibility": Visibility.ERASED}, "Nội dung đã xóa."),
        ({"consent": Consent.PRIVATE}, "Người gửi không đồng ý công khai."),
    ],
)
def test_the_page_says_how_things_stand(desk: Desk, values: dict[str, Any], said: str) -> None:
    assert said in desk.page(f"/can-bo/gop-y/{desk.comment(**values)}")


def test_previewed_as_citizens_will_read_it(desk: Desk) -> None:
    waiting, shown = desk.comment(proposed_text="Dời."), desk.comment(visibility=Visibility.PUBLIC)
    page = desk.page(f"/can-bo/gop-y/{waiting}/xem-truoc?the=cho-xem")
    assert "chưa có nội dung để đăng" in page
    assert "Nguyễn Thị Ân" not in page
    page = desk.page(f"/can-bo/gop-y/{shown}/xem-truoc")
    assert "Góp ý này đang công khai" in page
    assert "N.T.Â." in page


# Many at once -----------------------------------------------------------------------------------
def test_many_at_once_are_previewed_done_and_undone(desk: Desk) -> None:
    codes, stuck = [desk.comment(), desk.comment()], desk.comment(body=PERSONAL)
    address = "/can-bo/gop-y/hang-loat?the=cho-xem&viec=cong-khai&ma=" + "&ma=".join(
        [*codes, stuck]
    )
    page = desk.page(address)
    assert "Có thông tin cá nhân, cần mở ra để che." in page
    assert "Thực hiện</button>" not in page
    without = re.search(r'href="([^"]+)">Bỏ góp ý vướng, chỉ làm 2', page)
    assert without
    page = desk.page(without.group(1).replace("&amp;", "&"))
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    response = desk.post(
        "/can-bo/gop-y/hang-loat", {"viec": "cong-khai", "seen": seen, "next": "the=cho-xem"}
    )
    assert response.location.endswith("/can-bo/gop-y?the=cho-xem")
    assert [desk.read(code, "visibility") for code in codes] == [Visibility.PUBLIC] * 2
    page = desk.page("/can-bo/gop-y")
    assert "Bạn đã công khai 2 góp ý" in page
    number = re.search(r'name="bulk" value="(\d+)"', page)
    assert number
    desk.post(
        "/can-bo/gop-y/hang-loat/hoan-tac", {"bulk": number.group(1), "next": f"ds={desk.slug}"}
    )
    assert [desk.read(code, "visibility") for code in codes] == [Visibility.PRIVATE] * 2


def test_keeping_many_back_asks_for_the_reason(desk: Desk) -> None:
    code = desk.comment(consent=Consent.PRIVATE)
    page = desk.page(f"/can-bo/gop-y/hang-loat?ds={desk.slug}&viec=giu-lai&ma={code}")
    assert 'name="ly-do"' in page
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    refused = desk.post("/can-bo/gop-y/hang-loat", {"viec": "giu-lai", "seen": seen})
    assert refused.status_code == 409
    response = desk.post(
        "/can-bo/gop-y/hang-loat",
        {"viec": "giu-lai", "seen": seen, "ly-do": "Không đồng ý công khai.", "next": ""},
    )
    assert response.location.endswith("/can-bo/gop-y")
    assert desk.read(code, "hidden_reason") == "Không đồng ý công khai."


@pytest.mark.parametrize(
    ("viec", "title"), [("rac", "Đánh dấu rác 1 góp ý"), ("khoi-phuc", "Khôi phục 1 góp ý")]
)
def test_other_work_with_many(desk: Desk, viec: str, title: str) -> None:
    code = desk.comment(
        **({"stage": CommentStage.SPAM, "spam_at": now()} if viec == "khoi-phuc" else {})
    )
    page = desk.page(f"/can-bo/gop-y/hang-loat?viec={viec}&ma={code}")
    assert title in page
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    desk.post("/can-bo/gop-y/hang-loat", {"viec": viec, "seen": seen})
    assert desk.read(code, "stage") is (
        CommentStage.SPAM if viec == "rac" else CommentStage.RECEIVED
    )
    assert "góp ý lúc" in desk.page(f"/can-bo/lay-y-kien/{desk.slug}/y-kien")


def test_nothing_chosen_is_said(desk: Desk) -> None:
    code = desk.comment()
    assert (
        desk.client()
        .get("/can-bo/gop-y/hang-loat?the=rac&viec=rac")
        .location.endswith("/can-bo/gop-y?the=rac")
    )
    assert (
        desk.client().get(f"/can-bo/gop-y/hang-loat?ma={code}").location.endswith("/can-bo/gop-y")
    )
    for data in ({"viec": "rac"}, {"viec": "rac", "seen": "x:y"}, {"viec": "khac", "seen": "1:1"}):
        assert desk.post("/can-bo/gop-y/hang-loat", data).status_code == 409
    assert desk.post("/can-bo/gop-y/hang-loat/hoan-tac", {"bulk": "999"}).status_code == 404


# One consultation -------------------------------------------------------------------------------
def test_all_comments_of_a_consultation_with_what_they_add_up_to(desk: Desk) -> None:
    desk.comment(people=40)
    desk.comment(late=True)
    desk.comment(stage=CommentStage.WITHDRAWN)
    page = desk.page(f"/can-bo/lay-y-kien/{desk.slug}/y-kien", Role.OFFICER)
    for part in (
        "góp ý trong hồ sơ",
        "người đứng sau các góp ý đó",
        "Im lặng không được tính là đồng ý",
        "Đã rút: 1.",
        "Ngoài thời hạn",
    ):
        assert part in page, part
    assert page.count("data-queue-row") == 3
    assert f"/can-bo/lay-y-kien/{desk.slug}/nhap" in page
    assert (
        desk.page(f"/can-bo/lay-y-kien/{desk.slug}/y-kien?gd=withdrawn").count("data-queue-row")
        == 1
    )
    assert "/nhap" not in re.sub(
        r"nhap-ho", "", desk.page(f"/can-bo/lay-y-kien/{desk.slug}/y-kien", Role.AUDITOR)
    )


def test_a_consultation_without_comments(desk: Desk) -> None:
    with desk.app.app_context():
        slug = make_consultation(stage=Stage.SCHEDULED).slug
    assert "Chưa có góp ý nào" in desk.page(f"/can-bo/lay-y-kien/{slug}/y-kien")
    assert "Không có góp ý nào khớp" in desk.page(f"/can-bo/lay-y-kien/{slug}/y-kien?q=abc")


# Erasing ----------------------------------------------------------------------------------------
def test_erasing_lists_first_then_does_it(desk: Desk) -> None:
    code = desk.comment(body=PERSONAL)
    address = f"/can-bo/gop-y/{code}/xoa"
    desk.page(address, Role.MODERATOR, 403)
    page = desk.page(address, Role.ADMINISTRATOR)
    assert "Những gì mất vĩnh viễn" in page
    assert "tối đa 30 ngày nữa" in page
    assert "0912" not in page
    data = {"seen_revision": str(desk.read(code, "revision"))}
    assert desk.post(address, data, Role.ADMINISTRATOR).status_code == 422
    done = {**data, "reason": "Yêu cầu của người gửi.", "sure": "y"}
    assert desk.post(address, done, Role.ADMINISTRATOR).location.endswith(f"/can-bo/gop-y/{code}")
    assert desk.read(code, "body", "visibility") == ("", Visibility.ERASED)
    assert "đã được xóa trước đó" in desk.page(address, Role.ADMINISTRATOR)
    assert desk.post(address, done, Role.ADMINISTRATOR).status_code == 409
    assert "Nội dung đã được xóa." in desk.page(f"/can-bo/gop-y/{code}")


def test_what_does_not_exist_is_not_found(desk: Desk) -> None:
    for address in ("/can-bo/gop-y/AS-2026-999999", "/can-bo/lay-y-kien/khong-co/y-kien"):
        desk.page(address, status=404)
    desk.page(f"/can-bo/gop-y/{desk.comment()}", Role.COMPLAINTS, 403)
