"""Entering with real requests: a slip and its receipt, a meeting with its rows, a file of slips
from upload to comments.
"""

import io
import re
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.comments.models import Comment, SurveyQuestion, VillageMeeting
from app.comments.states import SenderKind, Stance, SurveyKind, TargetKind
from app.consultations.queries import staff
from app.consultations.states import Stage
from app.extensions import db
from app.files import queries as files
from app.files.models import StoredFile
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.jobs import runner
from app.kernel.clock import now, today
from app.kernel.links import Ref
from app.submissions.states import Channel
from app.works.models import ProjectItem
from tests.factories.accounts import make_staff, new_token
from tests.factories.consultations import make_consultation
from tests.factories.files import pdf
from tests.factories.organisation import make_agency


class Desk:
    """An open consultation and browsers by role."""

    def __init__(self, app: Flask, **values: Any) -> None:
        self.app = app
        self._clients: dict[Role, FlaskClient] = {}
        with app.app_context():
            make_agency()
            consultation = make_consultation(**values)
            self.slug, self.id = consultation.slug, consultation.id
        self.address = f"/can-bo/lay-y-kien/{self.slug}/nhap"

    def client(self, role: Role = Role.OFFICER) -> FlaskClient:
        if role not in self._clients:
            self._clients[role], _user = make_staff(self.app, role)
        return self._clients[role]

    def page(self, path: str = "", role: Role = Role.OFFICER, status: int = 200) -> str:
        response = self.client(role).get(self.address + path)
        assert response.status_code == status, (path, response.status_code)
        return str(response.get_data(as_text=True))

    def post(self, path: str, data: dict[str, Any], role: Role = Role.OFFICER) -> Any:
        client = self.client(role)
        return client.post(self.address + path, data={"csrf_token": new_token(client), **data})

    def all(self, model: Any) -> list[Any]:
        """Every row, detached and loaded."""
        with self.app.app_context():
            rows = list(db.session.scalars(sa.select(model).order_by(model.id)))
            db.session.expunge_all()
            return rows


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


KEY = "phieu-trong-bai-thu-nghiem-01"


def slip(**values: Any) -> dict[str, Any]:
    given = {
        "idempotency_key": KEY,
        "channel": "paper",
        "day": today().strftime("%d/%m/%Y"),
        "stance": "agree",
        "body": "Đồng ý, đề nghị làm trước mùa mưa.",
        "target": "whole",
        "name": "Nguyễn Thị Ân",
        "phone": "0912 345 678",
        "consent": "private",
        "name_display": "initials",
        "sender_kind": "resident",
        "people": "1",
    }
    return {**given, **values}


# One by one -------------------------------------------------------------------------------------
def test_a_slip_gives_a_receipt_and_the_next_one_begins_alike(desk: Desk) -> None:
    page = desk.page()
    for part in (
        "Nhận qua",
        "Ngày ghi trên phiếu",
        'name="stance"',
        "Nhập hộ",
        "Họp dân",
        "Tệp phiếu",
    ):
        assert part in page, part
    assert not re.search(
        r'name="(stance|consent)"[^>]*checked|checked[^>]*name="(stance|consent)"', page
    ), "nothing is chosen for anybody"
    receipt = desk.post("", slip(channel="counter")).get_data(as_text=True)
    (comment,) = desk.all(Comment)
    assert comment.submission.code in receipt
    assert re.search(r'ln-receipt__pin">\d{3} \d{3}<', receipt)
    assert "ln-a5" in receipt
    assert (comment.submission.phone, comment.submission.channel) == ("0912345678", Channel.COUNTER)
    again = desk.post("", slip(channel="counter")).get_data(as_text=True)
    assert "đã được lưu trước đó" in again
    assert len(desk.all(Comment)) == 1
    more = re.search(r'href="([^"]+)">Nhập phiếu khác', receipt)
    assert more
    page = desk.client().get(more.group(1).replace("&amp;", "&")).get_data(as_text=True)
    assert re.search(r'checked[^>]*value="counter"', page)


def test_an_official_opinion_about_a_project_with_a_scan(desk: Desk) -> None:
    with desk.app.app_context():
        project = ProjectItem(
            consultation_id=desk.id, code="B01", name="Đường tránh", land_code="DGT", planned_ha=1
        )
        question = SurveyQuestion(
            consultation_id=desk.id, kind=SurveyKind.ONE, text="Chọn gì?", options=["Có", "Không"]
        )
        db.session.add_all([project, question])
        db.session.commit()
        number, asked = project.id, question.id
    assert "Trả lời câu hỏi gợi ý trên phiếu" in desk.page()
    sent = slip(
        name="",
        phone="",
        sender_kind="agency",
        organisation_name="Chi cục Thủy lợi",
        letter_number="211/CCTL",
        people="3",
        target=f"project:{number}",
        files=(io.BytesIO(pdf()), "cong van.pdf"),
        **{f"cau_{asked}": "1"},
    )
    assert desk.post("", sent).status_code == 200
    (comment,) = desk.all(Comment)
    assert (comment.sender_kind, comment.organisation_name, comment.letter_number) == (
        SenderKind.AGENCY,
        "Chi cục Thủy lợi",
        "211/CCTL",
    )
    assert (comment.target_kind, comment.project_id, comment.people) == (
        TargetKind.PROJECT,
        number,
        3,
    )
    with desk.app.app_context():
        assert [file.name for file in files.of(Ref("submission", comment.submission_id))] == [
            "cong van.pdf"
        ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"stance": ""}, "Hãy chọn ý kiến ghi trên phiếu."),
        ({"consent": ""}, "Hãy chọn có công khai hay không."),
        ({"day": ""}, "Hãy nhập ngày ghi trên phiếu"),
        ({"day": "31/02/2026"}, "Hãy nhập ngày dạng"),
        ({"day": "01/01/2020"}, "trước ngày mở lấy ý kiến"),
        ({"body": "Ngắn."}, "ít nhất 10 ký tự"),
        ({"name": ""}, "Hãy nhập họ và tên."),
        ({"phone": "12"}, "Số điện thoại"),
        ({"email": "an@"}, "Thư điện tử"),
        ({"people": "0"}, "Số người ký phải từ 1"),
        ({"sender_kind": "agency", "organisation_name": ""}, "Hãy nhập tên tổ chức, cơ quan."),
        ({"target": "project:999"}, "Hãy chọn công trình, dự án trong danh sách."),
        ({"target": "nonsense"}, "Hãy chọn nội dung được góp ý"),
        ({"idempotency_key": "ngan"}, "Trang đã hết hạn"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_or_sent_is_lost(
    desk: Desk, values: dict[str, str], said: str
) -> None:
    response = desk.post(
        "", slip(letter_number="So 211", files=(io.BytesIO(pdf()), "phieu quet.pdf"), **values)
    )
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert said in page
    assert "So 211" in page
    kept = re.search(r'name="tep" value="([^"]+)"', page)
    assert kept, "the scan need not be chosen again"
    assert desk.all(Comment) == []
    good = desk.post("", slip(tep=kept.group(1)))
    assert good.status_code == 200
    (comment,) = desk.all(Comment)
    (file,) = desk.all(StoredFile)
    assert (file.owner_kind, file.owner_id) == ("submission", comment.submission_id)


def test_a_file_that_is_refused_is_said_beside_its_field(desk: Desk) -> None:
    response = desk.post("", slip(files=(io.BytesIO(b"MZ\x90\x00"), "phieu.exe")))
    assert response.status_code == 422
    assert "phieu" in response.get_data(as_text=True)
    assert desk.all(Comment) == []


def test_after_the_last_day_a_slip_says_so(app: Flask) -> None:
    desk = Desk(app, stage=Stage.CLOSED)
    assert "Đã hết hạn lấy ý kiến ngày" in desk.page()
    assert "ngoài thời hạn" in desk.post("", slip()).get_data(as_text=True)
    assert desk.all(Comment)[0].late


def test_nobody_enters_before_it_opens_or_without_being_given_it(app: Flask) -> None:
    early = desk = Desk(app, stage=Stage.SCHEDULED)
    for path in ("", "/hop-dan", "/hop-dan/moi", "/tep-phieu"):
        assert "hiện không nhận thêm" in early.page(path)
        assert 'name="idempotency_key"' not in early.page(path)
        desk.page(path, Role.AUDITOR, 403)
    assert early.post("", slip()).status_code == 403
    page = (
        desk.client(Role.AUDITOR)
        .get(f"/can-bo/lay-y-kien/{desk.slug}/y-kien")
        .get_data(as_text=True)
    )
    assert "Nhập hộ" not in page, "no tab that would answer 403"


# Meetings ---------------------------------------------------------------------------------------
def meeting(*rows: tuple[str, str, str], **values: Any) -> dict[str, Any]:
    given = {
        "idempotency_key": "hop-dan-trong-bai-thu-01",
        "held_on": today().strftime("%d/%m/%Y"),
        "place": "Nhà văn hóa thôn Đông",
        "present": "80",
        "agree": "30",
        "disagree": "10",
        "consent": "publish",
    }
    for place in range(10):
        stance, name, body = rows[place] if place < len(rows) else ("", "", "")
        given |= {
            f"statements-{place}-stance": stance,
            f"statements-{place}-name": name,
            f"statements-{place}-body": body,
        }
    return {**given, **values}


ROWS = (
    ("disagree", "Ông Bốn", "Mất hết đất hai vụ lúa của nhà tôi."),
    ("", "", ""),
    ("amend", "", "Đề nghị dời tuyến về phía Tây."),
)


def test_a_meeting_in_one_batch(desk: Desk) -> None:
    page = desk.page("/hop-dan/moi")
    assert page.count("<legend") >= 10
    assert "statements-9-body" in page
    assert "Chưa nhập cuộc họp nào" in desk.page("/hop-dan")
    response = desk.post("/hop-dan/moi", meeting(*ROWS, files=(io.BytesIO(pdf()), "bien ban.pdf")))
    assert response.location.endswith("/nhap/hop-dan")
    assert [(row.stance, row.submission.name) for row in desk.all(Comment)] == [
        (Stance.DISAGREE, "Ông Bốn"),
        (Stance.AMEND, "Người dự họp"),
    ]
    listed = desk.page("/hop-dan")
    assert "1 cuộc họp, 80 lượt người dự, 30 đồng ý, 10 không đồng ý theo biên bản" in listed
    comments = desk.client().get(f"/can-bo/lay-y-kien/{desk.slug}/y-kien").get_data(as_text=True)
    assert "Họp dân, đếm riêng theo biên bản: 1 cuộc, 80 lượt" in comments
    (held,) = desk.all(VillageMeeting)
    shown = desk.page(f"/hop-dan/{held.id}")
    for part in ("bien ban", "Ông Bốn", "người không biểu quyết", "40"):
        assert part in shown, part
    desk.post("/hop-dan/moi", meeting(*ROWS))
    assert len(desk.all(VillageMeeting)) == 1


def test_more_rows_without_a_script(desk: Desk) -> None:
    response = desk.post(
        "/hop-dan/moi", meeting(*ROWS, them_dong="1", files=(io.BytesIO(pdf()), "bien ban.pdf"))
    )
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "statements-14-body" in page
    assert "Mất hết đất hai vụ lúa" in page
    assert 'name="tep"' in page
    assert (desk.all(VillageMeeting), desk.all(Comment)) == ([], [])
    full = {f"statements-{place}-body": "" for place in range(98)}
    assert "statements-100-body" not in desk.post(
        "/hop-dan/moi", meeting(them_dong="1", **full)
    ).get_data(as_text=True)


@pytest.mark.parametrize(
    ("sent", "said", "beside"),
    [
        (
            meeting(*ROWS, ("", "Bà Năm", "Có nói mà không ghi ý kiến.")),
            "Hãy chọn ý kiến của dòng này.",
            "statements-3-stance-error",
        ),
        (meeting(*ROWS, ("agree", "", "")), "Hãy ghi nội dung ý kiến", "statements-3-body-error"),
        (meeting(*ROWS, ("agree", "", "Ngắn.")), "ít nhất 10 ký tự", "statements-3-body-error"),
        (
            meeting(*ROWS, agree="71"),
            "Người không nói gì không được tính là đồng ý.",
            "agree-error",
        ),
        (meeting(*ROWS, present=""), "Hãy nhập số người dự họp.", "present-error"),
        (meeting(*ROWS, agree="mười"), "Hãy nhập một số nguyên.", "agree-error"),
        (meeting(*ROWS, held_on="01/01/2020"), "trước ngày mở lấy ý kiến", "held_on-error"),
        (meeting(*ROWS, place=" "), "Hãy ghi nơi họp.", "place-error"),
        (meeting(*ROWS, consent=""), "Hãy chọn có công khai hay không.", "consent-error"),
    ],
)
def test_all_or_nothing_with_the_error_beside_its_row(
    desk: Desk, sent: dict[str, Any], said: str, beside: str
) -> None:
    response = desk.post("/hop-dan/moi", {**sent, "files": (io.BytesIO(pdf()), "bien ban.pdf")})
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert said in page
    assert f'id="{beside}"' in page
    assert f'<li><a href="#{beside.removesuffix("-error")}">' in page
    assert "Mất hết đất hai vụ lúa" in page
    assert 'name="tep"' in page
    assert (desk.all(VillageMeeting), desk.all(Comment)) == ([], [])


def test_a_refused_scan_of_minutes(desk: Desk) -> None:
    response = desk.post(
        "/hop-dan/moi", meeting(*ROWS, files=(io.BytesIO(b"MZ\x90\x00"), "bien-ban.exe"))
    )
    assert response.status_code == 422
    assert desk.all(VillageMeeting) == []


def test_notes_and_scans_are_added_later(desk: Desk) -> None:
    desk.post("/hop-dan/moi", meeting())
    (held,) = desk.all(VillageMeeting)
    path = f"/hop-dan/{held.id}"
    assert "Không có ý kiến nào được ghi." in desk.page(path)
    sent = {"seen_revision": str(held.revision), "note": "Có mặt trưởng thôn."}
    response = desk.post(path, {**sent, "files": (io.BytesIO(pdf()), "bien ban.pdf")})
    assert response.location.endswith(path)
    page = desk.page(path)
    assert "Có mặt trưởng thôn." in page
    assert "bien ban" in page
    stale = desk.post(path, {**sent, "note": "Viết từ trang cũ."})
    assert stale.status_code == 409
    assert "Viết từ trang cũ." in stale.get_data(as_text=True)
    assert desk.post(path, {**sent, "note": "x" * 1_001}).status_code == 422
    fresh = {"seen_revision": str(desk.all(VillageMeeting)[0].revision), "note": ""}
    assert desk.post(path, {**fresh, "files": (io.BytesIO(b"MZ"), "a.exe")}).status_code == 422
    desk.page("/hop-dan/999", status=404)


# A file -----------------------------------------------------------------------------------------
def workbook(*rows: list[Any]) -> io.BytesIO:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Số phiếu", "Họ và tên", "Ý kiến", "Nội dung", "Ngày nhận"])
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    target.seek(0)
    return target


def work(desk: Desk) -> ImportRun:
    runner.drain(desk.app)
    return desk.all(ImportRun)[-1]


def test_from_the_template_to_comments_and_mended_rows_only_once(desk: Desk) -> None:
    template = desk.client().get(desk.address + "/mau-phieu.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(template.get_data()))
    assert [cell.value for cell in next(book.worksheets[0].iter_rows())][:4] == [
        "Số phiếu",
        "Họ và tên",
        "Ý kiến",
        "Nội dung",
    ]
    assert "Im lặng" not in desk.page("/tep-phieu")
    rows = (
        [1, "Nguyễn Thị Ân", "Đồng ý", "Làm sớm trước mùa mưa.", now()],
        [2, "Trần Văn Bình", "", "Không ghi gì cả.", None],
        [3] + [""] * 4,
    )
    upload = {
        "day": today().strftime("%d/%m/%Y"),
        "file": (workbook(*[list(map(_plain, row)) for row in rows]), "phieu.xlsx"),
    }
    sent = desk.post("/tep-phieu", upload)
    assert sent.status_code == 302
    run = work(desk)
    assert (run.state, run.accepted, run.refused) == (ImportState.DONE, 1, 1), run.message
    assert run.problems == [
        {"row": 3, "reasons": ["Ý kiến: Chưa ghi ý kiến. Im lặng không được tính là đồng ý."]}
    ]
    assert "phieu.xlsx" in desk.page("/tep-phieu")
    with desk.app.app_context():
        mended = files.of(Ref("import", run.id))[1]
        path = mended.path
    book = openpyxl.load_workbook(io.BytesIO(desk.client().get(path).get_data()))
    assert desk.client(Role.AUDITOR).get(path).status_code == 404, "slips have names in them"
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]][-1] == "Lý do không nhận"
    sheet.cell(2, 3).value = "Không đồng ý"
    target = io.BytesIO()
    book.save(target)
    for _time in range(2):
        desk.post("/tep-phieu", {**upload, "file": (io.BytesIO(target.getvalue()), "sua.xlsx")})
        run = work(desk)
        assert (run.state, run.accepted, run.refused) == (ImportState.DONE, 1, 0), run.message
    assert [row.submission.name for row in desk.all(Comment)] == ["Nguyễn Thị Ân", "Trần Văn Bình"]
    assert {row.submission.entered_by for row in desk.all(Comment)} != {None}


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"day": ""}, "Hãy nhập ngày nhận phiếu."),
        ({}, "Hãy chọn một tệp."),
        ({"file": (io.BytesIO(b"x"), "a.pdf")}, ".xlsx, .xls, .xlsb, .ods, .csv"),
    ],
)
def test_a_file_that_is_none(desk: Desk, values: dict[str, Any], said: str) -> None:
    response = desk.post("/tep-phieu", {"day": today().strftime("%d/%m/%Y"), **values})
    assert response.status_code == 422
    assert said in response.get_data(as_text=True)


def test_the_first_field_of_a_new_day_is_today(desk: Desk) -> None:
    with time_machine.travel(now(), tick=False):
        assert today().strftime("%d/%m/%Y") in desk.page()
    assert "12/12/2025" in desk.page("?ngay=12/12/2025")
    with desk.app.app_context():
        assert staff.by_slug(desk.slug).received_count == 0
