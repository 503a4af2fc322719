"""Commenting, as a person without scripts does it: three steps, a review and a receipt."""

import datetime as dt
import io
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.exc import IntegrityError

from app.comments.models import Comment, SurveyAnswer, SurveyQuestion
from app.comments.service import commenting
from app.comments.service.accepting import SURVEY_ONLY
from app.comments.service.commenting import CommentReceipt
from app.comments.states import CommentStage, Stance, SurveyKind, TargetKind
from app.consultations.models import Consultation
from app.consultations.states import ShowComments, Stage, Visibility
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import ClauseKind
from app.extensions import db
from app.files.models import StoredFile
from app.kernel import clock
from app.kernel.clock import now, start_of_day
from app.kernel.errors import FieldError
from app.works.models import ProjectItem
from tests.factories.consultations import BODY, make_consultation
from tests.factories.organisation import make_agency, make_place
from tests.factories.pages import Page, visit
from tests.factories.statements import StatementCounter

PERSON = {
    "sender_kind": "resident",
    "name": "Nguyễn Thị Ân",
    "phone": "0912 345 678",
    "consent": "publish",
}


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency(citizen_reception_text="Phòng tiếp công dân, tầng 1. Điện thoại 0253 3555 010.")
        make_place("Thôn Đông", slug="thon-dong")


@pytest.fixture
def slug(app: Flask) -> str:
    """An open consultation with a draft of two clauses and a list of two projects."""
    with app.app_context():
        found = make_consultation(slug="quy-hoach-2035")
        add_targets(found)
        db.session.commit()
        return found.slug


def add_targets(consultation: Consultation) -> None:
    version = DraftVersion(consultation_id=consultation.id, number=1, published_at=now())
    db.session.add(version)
    db.session.flush()
    db.session.add_all(
        [
            Clause(
                version_id=version.id,
                position=1,
                kind=ClauseKind.ARTICLE,
                anchor="dieu-5",
                label="Điều 5",
                heading="Đất trồng lúa",
            ),
            Clause(
                version_id=version.id,
                position=2,
                depth=1,
                kind=ClauseKind.CLAUSE,
                anchor="dieu-5-khoan-2",
                label="2.",
                text="Giữ lại.",
            ),
            ProjectItem(
                consultation_id=consultation.id,
                code="01",
                name="Đường tránh phía Đông",
                land_code="DGT",
                planned_ha=3,
            ),
            ProjectItem(
                consultation_id=consultation.id,
                code="02",
                name="Trường mầm non",
                land_code="DGD",
                planned_ha=1,
            ),
        ]
    )


def address(slug: str, query: str = "") -> str:
    return f"/lay-y-kien/{slug}/gop-y{query}"


def content(client: FlaskClient, slug: str, query: str = "", **chosen: str) -> Page:
    page = visit(client, address(slug, query)).press(
        "Tiếp tục", **({"target_kind": "whole"} if not query else {}) | chosen
    )
    assert page.status == 200, page.errors
    return page


def contact(client: FlaskClient, slug: str, query: str = "", **changes: Any) -> Page:
    page = content(client, slug, query).press(
        "Tiếp tục", **{"stance": "agree", "body": BODY, **changes}
    )
    assert page.has_button("Xem lại"), page.text
    return page


def review(
    client: FlaskClient,
    slug: str,
    query: str = "",
    *,
    person: dict[str, Any] | None = None,
    **changes: Any,
) -> Page:
    page = contact(client, slug, query, **changes).press("Xem lại", **{**PERSON, **(person or {})})
    assert page.has_button("Gửi góp ý"), (page.errors, page.text)
    return page


def send(
    client: FlaskClient,
    slug: str,
    query: str = "",
    *,
    person: dict[str, Any] | None = None,
    **changes: Any,
) -> Page:
    return review(client, slug, query, person=person, **changes).press("Gửi góp ý")


def codes_of(page: Page) -> tuple[str, str]:
    assert page.status == 200, page.text
    code = page.soup.select_one(".ln-receipt__code")
    pin = page.soup.select_one(".ln-receipt__pin")
    assert code is not None, page.text
    assert pin is not None
    return code.get_text(strip=True), re.sub(r"\D", "", pin.get_text())


def comments(app: Flask) -> list[Comment]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Comment).order_by(Comment.id)))


def only(app: Flask) -> Comment:
    (found,) = comments(app)
    return found


def test_three_steps_make_a_comment(app: Flask, client: FlaskClient, slug: str) -> None:
    receipt = send(client, slug)
    code, pin = codes_of(receipt)
    assert code.startswith("AS-")
    assert len(pin) == 6
    made = only(app)
    assert (made.stance, made.target_kind, made.stage, made.late) == (
        Stance.AGREE,
        TargetKind.WHOLE,
        CommentStage.RECEIVED,
        False,
    )
    assert made.submission.body == BODY
    assert made.submission.phone == "0912345678"
    assert made.submission.consent_text == "2026-11-gop-y"
    with app.app_context():
        assert (
            db.session.scalar(
                sa.select(Consultation.received_count).where(Consultation.slug == slug)
            )
            == 1
        )


def test_no_stance_is_chosen_for_anybody(client: FlaskClient, slug: str) -> None:
    page = content(client, slug)
    assert not page.soup.select("input[name=stance][checked]")
    refused = page.press("Tiếp tục", body=BODY)
    assert refused.status == 422
    assert "Hãy chọn ý kiến của bạn." in refused.errors
    assert refused.title.startswith("Lỗi:")
    assert BODY in refused.html


# About what -------------------------------------------------------------------------------------
def test_link_from_a_clause_chooses_it(app: Flask, client: FlaskClient, slug: str) -> None:
    page = visit(client, address(slug, "?muc=dieu-5-khoan-2"))
    assert page.values("Tiếp tục")["target_kind"] == "clause"
    assert page.values("Tiếp tục")["clause"] == "dieu-5-khoan-2"
    assert "Điều 5, khoản 2" in page.press("Tiếp tục").text
    codes_of(send(client, slug, "?muc=dieu-5-khoan-2"))
    made = only(app)
    assert (made.target_kind, made.clause_anchor) == (TargetKind.CLAUSE, "dieu-5-khoan-2")


def test_what_a_link_chose_can_be_changed(app: Flask, client: FlaskClient, slug: str) -> None:
    page = content(client, slug, "?muc=dieu-5").press("Đổi")
    page = page.press("Tiếp tục", target_kind="project", project="02")
    assert "Trường mầm non" in page.text
    page = (
        page.press("Tiếp tục", stance="other", body=BODY)
        .press("Xem lại", **PERSON)
        .press("Gửi góp ý")
    )
    codes_of(page)
    assert only(app).project_id is not None
    assert only(app).clause_anchor is None


def test_link_from_a_project_chooses_it(app: Flask, client: FlaskClient, slug: str) -> None:
    codes_of(send(client, slug, "?cong-trinh=01"))
    with app.app_context():
        project = db.session.scalar(sa.select(ProjectItem.id).where(ProjectItem.code == "01"))
    assert only(app).project_id == project


@pytest.mark.parametrize(
    "query", ["?muc=dieu-99", "?cong-trinh=77", "?muc=" + "x" * 5000, "?muc=%00"]
)
def test_link_to_nothing_chooses_nothing(client: FlaskClient, slug: str, query: str) -> None:
    page = visit(client, address(slug, query))
    assert page.status == 200
    assert "target_kind" not in page.values("Tiếp tục")


def test_place_by_words_alone(app: Flask, client: FlaskClient, slug: str) -> None:
    page = content(client, slug, "?noi=1", place_text="Ngã ba trước chợ", place="thon-dong")
    codes_of(
        page.press("Tiếp tục", stance="agree", body=BODY)
        .press("Xem lại", **PERSON)
        .press("Gửi góp ý")
    )
    made = only(app)
    assert (made.target_kind, made.place_text, made.longitude) == (
        TargetKind.PLACE,
        "Ngã ba trước chợ",
        None,
    )
    assert made.submission.place_id is not None


def test_place_by_pin(app: Flask, client: FlaskClient, slug: str) -> None:
    page = content(client, slug, "?noi=1", longitude="108.77001", latitude="15.09002")
    assert "nơi đã ghim (15,09002; 108,77001)" in page.text
    codes_of(
        page.press("Tiếp tục", stance="agree", body=BODY)
        .press("Xem lại", **PERSON)
        .press("Gửi góp ý")
    )
    assert (only(app).longitude, only(app).latitude) == (108.77001, 15.09002)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({}, "Hãy chọn nội dung bạn góp ý."),
        ({"target_kind": "everything"}, "Hãy chọn một mục trong danh sách."),
        ({"target_kind": "clause", "clause": ""}, "Hãy chọn điều, khoản trong danh sách."),
        ({"target_kind": "clause", "clause": "dieu-99"}, "Hãy chọn một mục trong danh sách."),
        ({"target_kind": "project", "project": ""}, "Hãy chọn công trình, dự án trong danh sách."),
        (
            {"target_kind": "place", "place_text": ""},
            "Hãy đánh dấu trên bản đồ, chọn thôn, khu vực, hoặc ghi địa chỉ, mô tả nơi bạn góp ý.",
        ),
        (
            {"target_kind": "place", "place_text": "", "longitude": "đông", "latitude": "1"},
            "Vị trí trên bản đồ chưa đúng. Hãy đánh dấu lại, hoặc ghi địa chỉ.",
        ),
        (
            {"target_kind": "place", "place_text": "", "longitude": "108.7"},
            "Vị trí trên bản đồ chưa đúng. Hãy đánh dấu lại, hoặc ghi địa chỉ.",
        ),
        (
            {"target_kind": "place", "place_text": "", "longitude": "2.35", "latitude": "48.85"},
            "Vị trí đã đánh dấu nằm ngoài lãnh thổ Việt Nam. Hãy đánh dấu lại.",
        ),
        (
            {"target_kind": "place", "place_text": "", "longitude": "nan", "latitude": "15"},
            "Vị trí đã đánh dấu nằm ngoài lãnh thổ Việt Nam. Hãy đánh dấu lại.",
        ),
        ({"target_kind": "place", "place_text": "x" * 301}, "Mục này dài quá. Hãy rút gọn."),
    ],
)
def test_target_that_cannot_be_taken(
    client: FlaskClient, slug: str, chosen: dict[str, str], message: str
) -> None:
    page = visit(client, address(slug)).press("Tiếp tục", **chosen)
    assert (page.status, message in page.errors) == (422, True), page.errors


@pytest.mark.parametrize(
    ("kind", "field"), [("clause", "clause"), ("project", "project"), ("place", "place_text")]
)
def test_which_one_is_asked_only_once_its_kind_is_chosen(
    client: FlaskClient, slug: str, kind: str, field: str
) -> None:
    first = visit(client, address(slug))
    assert not first.soup.select("main select, main input[type=text]:not([name=company_url])")
    asked = first.press("Tiếp tục", target_kind=kind)
    assert (asked.status, asked.errors) == (200, [])
    assert asked.soup.select(f"[name={field}]")
    assert asked.press("Tiếp tục").status == 422
    assert asked.press("Tiếp tục", target_kind="whole").heading == "Bạn có ý kiến gì?"


def test_nothing_to_choose_where_there_is_no_draft_and_no_list(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        slug = make_consultation().slug
    values = [
        item["value"]
        for item in visit(client, address(slug)).soup.select("input[name=target_kind]")
    ]
    assert values == ["whole", "place"]


def test_target_of_another_consultation_is_refused(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    with app.app_context():
        other = make_consultation()
        version = DraftVersion(consultation_id=other.id, number=1, published_at=now())
        db.session.add(version)
        db.session.flush()
        db.session.add(
            Clause(
                version_id=version.id,
                position=1,
                kind=ClauseKind.ARTICLE,
                anchor="dieu-77",
                label="Điều 77",
            )
        )
        db.session.add(
            ProjectItem(
                consultation_id=other.id,
                code="99",
                name="Của nơi khác",
                land_code="DGT",
                planned_ha=1,
            )
        )
        db.session.commit()
    values = review(client, slug, "?muc=dieu-5").values("Gửi góp ý")
    for forged in ({"clause": "dieu-77"}, {"target_kind": "project", "project": "99"}):
        answer = client.post(address(slug), data={**values, **forged})
        assert answer.status_code == 422
        assert "Của nơi khác" not in answer.text
    assert comments(app) == []


# What -------------------------------------------------------------------------------------------
def test_empty_form_says_what_is_missing(app: Flask, client: FlaskClient, slug: str) -> None:
    page = content(client, slug).press("Tiếp tục")
    assert page.status == 422
    assert page.errors == ["Hãy chọn ý kiến của bạn.", "Hãy viết nội dung góp ý."]
    page = contact(client, slug).press("Xem lại")
    assert page.status == 422
    assert page.errors == [
        "Hãy chọn bạn là ai.",
        "Hãy nhập họ và tên.",
        "Hãy nhập số điện thoại hoặc thư điện tử để chúng tôi liên hệ khi cần.",
        "Hãy chọn có công khai góp ý hay không.",
    ]
    assert client.post(address(slug), data={}).status_code in {200, 419, 422}
    assert comments(app) == []


def test_amending_needs_the_wording(app: Flask, client: FlaskClient, slug: str) -> None:
    page = content(client, slug).press("Tiếp tục", stance="amend", body=BODY)
    assert page.status == 422
    assert "Hãy viết nội dung bạn đề nghị sửa thành." in page.errors
    page = page.press("Tiếp tục", proposed_text="Giữ lại toàn bộ đất lúa.")
    codes_of(page.press("Xem lại", **PERSON).press("Gửi góp ý"))
    assert only(app).proposed_text == "Giữ lại toàn bộ đất lúa."


def test_wording_of_who_agrees_after_all_is_not_kept(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    codes_of(send(client, slug, stance="agree", proposed_text="Không còn dùng nữa"))
    assert only(app).proposed_text == ""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("Ngắn quá", "Hãy viết ít nhất 10 ký tự."),
        ("x" * 5001, "Nội dung dài quá 5.000 ký tự. Hãy rút gọn hoặc gửi thành hai lần."),
        ("\x00\u200b\u202e", "Hãy viết nội dung góp ý."),
    ],
)
def test_text_that_cannot_be_taken(client: FlaskClient, slug: str, body: str, message: str) -> None:
    page = content(client, slug).press("Tiếp tục", stance="agree", body=body)
    assert page.status == 422
    assert page.errors == [message]


def test_a_megabyte_of_text_is_refused_and_kept(app: Flask, client: FlaskClient, slug: str) -> None:
    values = review(client, slug).values("Gửi góp ý")
    answer = client.post(address(slug), data={**values, "body": "đất lúa " * 125_000})
    assert answer.status_code in {413, 422}
    assert comments(app) == []


def test_odd_characters_are_cleaned_and_emoji_stay(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    body = unicodedata.normalize("NFD", "Đề nghị giữ lại ruộng lúa 🌾\x00 của bà con\u202e.")
    codes_of(send(client, slug, body=body))
    assert only(app).submission.body == "Đề nghị giữ lại ruộng lúa 🌾 của bà con."


def test_personal_data_is_pointed_out_once_and_masked_on_request(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    page = content(client, slug).press(
        "Tiếp tục", stance="agree", body="Hãy gọi cho tôi theo số 0987654321 để biết thêm."
    )
    assert "0987654321" in page.text
    assert page.has_button("Che giúp tôi")
    masked = page.press("Che giúp tôi")
    assert "0987654321" not in masked.html
    assert "Đã che" in masked.text
    assert page.press("Giữ nguyên, tiếp tục").has_button("Xem lại")


def test_denunciations_are_shown_their_way(client: FlaskClient, slug: str) -> None:
    page = content(client, slug).press(
        "Tiếp tục", stance="other", body="Tôi tố cáo cán bộ nhận hối lộ khi lập quy hoạch này."
    )
    assert "dấu hiệu là tố cáo" in page.text
    assert "25/2018/QH14" in page.text
    assert "Phòng tiếp công dân, tầng 1." in page.text
    assert page.press("Tôi hiểu, vẫn gửi ở đây").has_button("Xem lại")
    page = content(client, slug).press(
        "Tiếp tục", stance="other", body="Tôi khiếu nại quyết định thu hồi đất của gia đình tôi."
    )
    assert "dấu hiệu là khiếu nại" in page.text
    assert "02/2011/QH13" in page.text


# Files ------------------------------------------------------------------------------------------
def picture() -> io.BytesIO:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 160, 120)).save(stream, "JPEG")
    stream.seek(0)
    return stream


def test_files_are_carried_dropped_and_sent(app: Flask, client: FlaskClient, slug: str) -> None:
    files = [(picture(), "ruong.jpg"), (picture(), "duong.jpg")]
    page = content(client, slug).press("Tiếp tục", stance="agree", body="", files=files)
    assert page.status == 422
    assert "ruong.jpg" in page.text
    page = page.press("Bỏ tệp duong.jpg")
    assert "duong.jpg" not in page.text
    page = page.press("Tiếp tục", body=BODY)
    page = page.press("Xem lại", **PERSON)
    assert "ruong.jpg" in page.text
    receipt = page.press("Gửi góp ý")
    codes_of(receipt)
    assert "ruong.jpg" in receipt.text
    with app.app_context():
        (file,) = db.session.scalars(
            sa.select(StoredFile).where(StoredFile.owner_kind == "submission")
        )
        owner, key = file.owner_id, file.key
    assert owner == only(app).submission_id
    assert client.get(f"/tep/{key}/ruong.jpg").status_code == 404


def test_a_fourth_file_is_refused_and_the_text_kept(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    files = [(picture(), f"{number}.jpg") for number in range(4)]
    page = content(client, slug).press("Tiếp tục", stance="agree", body=BODY, files=files)
    assert page.status == 422
    assert page.errors == ["Chỉ gửi được tối đa 3 tệp. Hãy bỏ bớt."]
    assert BODY in page.html
    page = content(client, slug).press(
        "Tiếp tục", stance="agree", body="", files=files[:0] + [(picture(), "a.jpg")]
    )
    page = page.press(
        "Tiếp tục", body=BODY, files=[(picture(), f"{number}.jpg") for number in range(3)]
    )
    assert page.errors == ["Chỉ gửi được tối đa 3 tệp. Hãy bỏ bớt."]


def test_what_is_no_picture_is_refused(client: FlaskClient, slug: str) -> None:
    page = content(client, slug).press(
        "Tiếp tục", stance="agree", body=BODY, files=[(io.BytesIO(b"MZ" + b"x" * 99), "a.exe")]
    )
    assert page.status == 422
    assert page.errors


def test_file_keys_of_nobody_are_said_to_be_gone(client: FlaskClient, slug: str) -> None:
    values = content(client, slug).values("Tiếp tục")
    data = {**values, "stance": "agree", "body": BODY, "file_keys": ["A" * 22]}
    page = Page(client, client.post(address(slug), data=data), address(slug))
    assert page.errors == ["Tệp bạn chọn trước đây đã hết hạn giữ. Hãy chọn lại tệp."]


# Who --------------------------------------------------------------------------------------------
def test_review_shows_both_sides(client: FlaskClient, slug: str) -> None:
    page = contact(client, slug).press("Xem lại", **PERSON, sheet="tờ 7", parcel="thửa 118")
    officer, everybody = (
        side.get_text(" ", strip=True) for side in page.soup.select(".ln-compare__side")[:2]
    )
    assert "tờ 7" in officer
    assert "thửa 118" in officer
    assert "Nguyễn Thị Ân" in officer
    assert "0912 345 678" in officer
    assert "N.T.Â." in everybody
    assert "tờ 7" not in everybody
    assert "thửa 118" not in everybody
    assert "0912" not in everybody
    private = contact(client, slug).press("Xem lại", **{**PERSON, "consent": "private"})
    assert "Không có gì." in private.soup.select(".ln-compare__side")[1].get_text()


def test_a_company_speaks_by_its_name(app: Flask, client: FlaskClient, slug: str) -> None:
    person = {
        "sender_kind": "organisation",
        "name": "",
        "phone": "0912345678",
        "consent": "publish",
    }
    page = contact(client, slug).press("Xem lại", **person)
    assert page.status == 422
    assert "Hãy nhập tên tổ chức, cơ quan." in page.errors
    wrong = page.press("Xem lại", organisation_name="HTX Đông An", tax_code="123")
    assert wrong.errors == ["Mã số thuế gồm 10 hoặc 13 chữ số. Ví dụ: 4300123456."]
    page = wrong.press("Xem lại", tax_code="4300123456-001", letter_number="12/CV-HTX")
    assert "HTX Đông An" in page.text
    codes_of(page.press("Gửi góp ý"))
    made = only(app)
    assert (made.organisation_name, made.tax_code, made.letter_number) == (
        "HTX Đông An",
        "4300123456-001",
        "12/CV-HTX",
    )
    assert made.submission.name == "HTX Đông An"


def test_by_mail_only_waits_for_confirming(app: Flask, client: FlaskClient, slug: str) -> None:
    receipt = send(client, slug, person={"phone": "", "email": "an@example.vn"})
    codes_of(receipt)
    assert "chờ bạn xác nhận" in receipt.text
    assert only(app).stage is CommentStage.UNVERIFIED
    with app.app_context():
        assert (
            db.session.scalar(
                sa.select(Consultation.received_count).where(Consultation.slug == slug)
            )
            == 0
        )


# Guiding questions ------------------------------------------------------------------------------
def questions(app: Flask, slug: str) -> dict[SurveyKind, str]:
    with app.app_context():
        consultation = db.session.scalar(sa.select(Consultation).where(Consultation.slug == slug))
        made = {
            kind: SurveyQuestion(
                consultation_id=consultation.id,
                position=number,
                kind=kind,
                text=f"Câu hỏi về {kind.value}?",
                options=options,
            )
            for number, (kind, options) in enumerate(
                [
                    (SurveyKind.ONE, ["Có", "Không"]),
                    (SurveyKind.MANY, ["a", "b", "c"]),
                    (SurveyKind.SCALE, ["thấp", "cao"]),
                    (SurveyKind.OPEN, []),
                ]
            )
        }
        db.session.add_all(made.values())
        db.session.commit()
        return {kind: f"cau_{row.id}" for kind, row in made.items()}


def test_answers_alone_are_enough(app: Flask, client: FlaskClient, slug: str) -> None:
    names = questions(app, slug)
    given = {
        names[SurveyKind.ONE]: "1",
        names[SurveyKind.MANY]: ["0", "2"],
        names[SurveyKind.SCALE]: "4",
        names[SurveyKind.OPEN]: "Mở rộng đường",
    }
    page = content(client, slug).press("Tiếp tục", stance="agree", body="", **given)
    page = page.press("Xem lại", **PERSON)
    assert SURVEY_ONLY in page.text
    assert "a, c" in page.text
    assert "4/5" in page.text
    codes_of(page.press("Gửi góp ý"))
    assert only(app).submission.body == SURVEY_ONLY
    with app.app_context():
        kept = {
            row.question_id: (row.choices, row.text, row.public_text)
            for row in db.session.scalars(sa.select(SurveyAnswer))
        }
    assert list(kept.values()) == [
        ([1], "", None),
        ([0, 2], "", None),
        ([4], "", None),
        ([], "Mở rộng đường", None),
    ]


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (SurveyKind.ONE, "7", "Hãy chọn một mục trong danh sách."),
        (SurveyKind.ONE, "một", "Hãy chọn một mục trong danh sách."),
        (SurveyKind.ONE, ["0", "1"], "Câu này chỉ chọn một mục."),
        (SurveyKind.MANY, ["0", "9"], "Hãy chọn một mục trong danh sách."),
        (SurveyKind.SCALE, "6", "Hãy chọn một mục trong danh sách."),
        (SurveyKind.SCALE, "0", "Hãy chọn một mục trong danh sách."),
        (SurveyKind.OPEN, "x" * 2001, "Câu trả lời dài quá 2.000 ký tự. Hãy rút gọn."),
    ],
)
def test_answers_that_cannot_be_kept(
    app: Flask, client: FlaskClient, slug: str, kind: SurveyKind, value: Any, message: str
) -> None:
    names = questions(app, slug)
    page = content(client, slug).press(
        "Tiếp tục", stance="agree", body=BODY, **{names[kind]: value}
    )
    assert page.status == 422
    assert page.errors == [message]
    assert BODY in page.html


def test_answers_survive_a_way_back_and_forth(app: Flask, client: FlaskClient, slug: str) -> None:
    names = questions(app, slug)
    page = content(client, slug).press(
        "Tiếp tục", stance="agree", body=BODY, **{names[SurveyKind.MANY]: ["1", "2"]}
    )
    back = page.press("Xem lại", **PERSON).press("Sửa nội dung")
    assert back.values("Tiếp tục")[names[SurveyKind.MANY]] == ["1", "2"]
    assert back.press("Quay lại").press("Tiếp tục").values("Tiếp tục")[names[SurveyKind.MANY]] == [
        "1",
        "2",
    ]


# When -------------------------------------------------------------------------------------------
def test_before_the_opening_day_a_page_says_when(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        slug = make_consultation(stage=Stage.SCHEDULED).slug
    page = visit(client, address(slug))
    assert page.status == 200
    assert page.heading == "Chưa mở lấy ý kiến"
    assert not page.soup.select("main form")
    assert client.post(address(slug), data={"step": "lien-he"}).status_code in {400, 409}


def test_midnight_opens_without_a_job(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        slug = make_consultation(
            stage=Stage.SCHEDULED,
            opens_on=clock.today(),
            closes_on=clock.today() + dt.timedelta(days=30),
        ).slug
    codes_of(send(client, slug))


def test_late_ones_are_told_before_and_marked(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        slug = make_consultation(stage=Stage.CLOSED).slug
    page = review(client, slug)
    assert "ngoài thời hạn" in page.text
    receipt = page.press("Gửi góp ý")
    codes_of(receipt)
    assert "ngoài thời hạn" in receipt.text
    assert only(app).late
    with app.app_context():
        assert (
            db.session.scalar(
                sa.select(Consultation.received_count).where(Consultation.slug == slug)
            )
            == 0
        )


def test_who_reviewed_before_midnight_is_told_after_it(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        found = make_consultation(closes_on=clock.today())
        slug, end = found.slug, start_of_day(clock.today() + dt.timedelta(days=1))
    values = review(client, slug).values("Gửi góp ý")
    with clock.frozen(end - dt.timedelta(seconds=1)):
        in_time = client.post(address(slug), data=values)
    assert "Mã PIN" in in_time.text
    assert not only(app).late
    values = review(client, slug).values("Gửi góp ý")
    with clock.frozen(end):
        page = Page(client, client.post(address(slug), data=values), address(slug))
        assert page.has_button("Gửi góp ý")
        assert "ngoài thời hạn" in page.text
        assert len(comments(app)) == 1
        codes_of(page.press("Gửi góp ý"))
    assert [row.late for row in comments(app)] == [False, True]


def test_after_the_result_the_text_is_given_back(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    page = review(client, slug)
    with app.app_context():
        found = db.session.scalar(sa.select(Consultation).where(Consultation.slug == slug))
        found.stage, found.result_published_at = Stage.ANSWERED, now()
        db.session.commit()
    refused = page.press("Gửi góp ý")
    assert refused.status == 409
    assert refused.heading == "Đã kết thúc lấy ý kiến"
    assert BODY in refused.html
    assert visit(client, address(slug)).status == 200


@pytest.mark.parametrize("hidden", [Stage.DRAFT, Visibility.HIDDEN])
def test_what_is_not_public_has_no_form(app: Flask, client: FlaskClient, hidden: Any) -> None:
    with app.app_context():
        slug = (
            make_consultation(stage=Stage.DRAFT)
            if hidden is Stage.DRAFT
            else make_consultation(visibility=hidden)
        ).slug
    assert client.get(address(slug)).status_code == 404
    assert client.post(address(slug), data={}).status_code in {400, 404}
    assert client.get(address("khong-co")).status_code == 404


# Twice, many, machines --------------------------------------------------------------------------
def test_sent_twice_it_is_one_comment_and_the_same_receipt(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    page = review(client, slug)
    first, second = codes_of(page.press("Gửi góp ý")), codes_of(page.press("Gửi góp ý"))
    assert first == second
    assert len(comments(app)) == 1


def test_sent_again_with_another_text_offers_a_new_form(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    page = review(client, slug)
    codes_of(page.press("Gửi góp ý"))
    again = page.press("Gửi góp ý", body="Một ý hoàn toàn khác với lần trước.")
    assert "Biểu mẫu này đã được gửi trước đó" in again.text
    codes_of(again.press("Gửi như một góp ý mới").press("Gửi góp ý"))
    assert len(comments(app)) == 2


def test_sent_after_the_result_again_shows_the_receipt(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    page = review(client, slug)
    first = codes_of(page.press("Gửi góp ý"))
    with app.app_context():
        found = db.session.scalar(sa.select(Consultation).where(Consultation.slug == slug))
        found.stage, found.result_published_at = Stage.ANSWERED, now()
        db.session.commit()
    assert codes_of(page.press("Gửi góp ý")) == first


def test_twenty_at_once_make_one_row(app: Flask, client: FlaskClient, slug: str) -> None:
    values = review(client, slug).values("Gửi góp ý")
    with client.session_transaction() as cookie:
        kept = dict(cookie)

    def post(_number: int) -> tuple[str, str]:
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie.update(kept)
        return codes_of(Page(browser, browser.post(address(slug), data=values), address(slug)))

    with ThreadPoolExecutor(20) as pool:
        receipts = set(pool.map(post, range(20)))
    assert len(receipts) == 1
    assert len(comments(app)) == 1
    with app.app_context():
        assert (
            db.session.scalar(
                sa.select(Consultation.received_count).where(Consultation.slug == slug)
            )
            == 1
        )


def test_machines_are_put_aside_and_not_counted(app: Flask, client: FlaskClient, slug: str) -> None:
    codes_of(review(client, slug).press("Gửi góp ý", company_url="https://spam.example"))
    assert only(app).stage is CommentStage.SPAM
    assert only(app).spam_at is not None
    with app.app_context():
        assert (
            db.session.scalar(
                sa.select(Consultation.received_count).where(Consultation.slug == slug)
            )
            == 0
        )


def test_statements_of_sending(app: Flask, client: FlaskClient, slug: str) -> None:
    codes_of(send(client, slug))  # the year's first number takes more
    values = review(client, slug).values("Gửi góp ý")
    with app.app_context():
        engine = db.engine
    with StatementCounter(engine) as counter:
        assert client.post(address(slug), data=values).status_code == 200
    assert len(counter.statements) <= 12, "\n".join(counter.statements)


def test_reading_the_form_writes_nothing(app: Flask, client: FlaskClient, slug: str) -> None:
    with app.app_context():
        engine = db.engine
    with StatementCounter(engine) as counter:
        visit(client, address(slug))
        visit(client, address(slug, "?muc=dieu-5"))
    assert not [
        line
        for line in counter.statements
        if line.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
    ]


def test_comments_only_after_closing_are_announced_on_the_review(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        slug = make_consultation(show_comments=ShowComments.AFTER_CLOSING).slug
    assert "chỉ được công khai sau khi hết hạn" in review(client, slug).text


def test_in_english_too(app: Flask, client: FlaskClient, slug: str) -> None:
    assert client.get(address(slug, "?lang=en")).status_code == 200


# Odd ways ---------------------------------------------------------------------------------------
def test_a_pin_of_before_does_not_hold_up_another_target(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    codes_of(
        send(client, slug, longitude="2.35", latitude="48.85", place_text="", clause="dieu-99")
    )
    assert (only(app).target_kind, only(app).longitude) == (TargetKind.WHOLE, None)


def test_skipping_steps_is_found_out(app: Flask, client: FlaskClient, slug: str) -> None:
    values = review(client, slug).values("Gửi góp ý")
    for missing, heading in (
        ("target_kind", "Bạn góp ý về nội dung nào?"),
        ("stance", "Bạn có ý kiến gì?"),
        ("name", "Ai gửi góp ý?"),
    ):
        sent = {name: value for name, value in values.items() if name != missing}
        page = Page(client, client.post(address(slug), data=sent), address(slug))
        assert (page.status, page.heading) == (422, heading)
    sent = {**values, "step": "y-kien", "action": "tiep-tuc", "target_kind": ""}
    assert (
        Page(client, client.post(address(slug), data=sent), address(slug)).heading
        == "Bạn góp ý về nội dung nào?"
    )
    assert comments(app) == []


def test_questions_are_asked_again_where_the_text_has_to_be_mended(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    names = questions(app, slug)
    values = review(client, slug).values("Gửi góp ý")
    page = Page(client, client.post(address(slug), data={**values, "body": "Ngắn"}), address(slug))
    assert page.status == 422
    assert page.soup.select(f"[name={names[SurveyKind.ONE]}]")


def test_back_from_the_review_to_the_sender(client: FlaskClient, slug: str) -> None:
    page = review(client, slug).press("Sửa người gửi")
    assert page.values("Xem lại")["name"] == "Nguyễn Thị Ân"


@pytest.mark.parametrize(
    ("field", "heading"),
    [
        ("clause", "Bạn góp ý về nội dung nào?"),
        ("phone", "Ai gửi góp ý?"),
        ("body", "Bạn có ý kiến gì?"),
        ("survey", "Bạn có ý kiến gì?"),
    ],
)
def test_what_only_the_service_refuses_stands_beside_its_field(
    client: FlaskClient, slug: str, monkeypatch: pytest.MonkeyPatch, field: str, heading: str
) -> None:
    def refuse(*_given: Any) -> None:
        raise FieldError(field, "Chưa nhận được mục này.")

    page = review(client, slug)
    monkeypatch.setattr("app.comments.public.commenting.commenting.comment", refuse)
    refused = page.press("Gửi góp ý")
    assert (refused.status, refused.heading) == (422, heading)
    assert refused.errors == ["Chưa nhận được mục này."]


def test_a_question_that_the_service_refuses_stands_beside_it(
    app: Flask, client: FlaskClient, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = questions(app, slug)[SurveyKind.ONE]

    def refuse(*_given: Any) -> None:
        raise FieldError(name, "Chưa nhận được câu này.")

    page = review(client, slug, **{name: "1"})
    monkeypatch.setattr("app.comments.public.commenting.commenting.comment", refuse)
    assert page.press("Gửi góp ý").errors == ["Chưa nhận được câu này."]


def test_the_form_of_another_one_was_faster(
    app: Flask, client: FlaskClient, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = commenting.comment, []

    def slower(*given: Any) -> CommentReceipt:
        tries.append(1)
        if len(tries) == 1:
            raise IntegrityError("INSERT", {}, Exception())
        return real(*given)

    page = review(client, slug)
    monkeypatch.setattr("app.comments.public.commenting.commenting.comment", slower)
    codes_of(page.press("Gửi góp ý"))
    assert len(comments(app)) == 1


def test_a_lost_session_loses_nothing(app: Flask, client: FlaskClient, slug: str) -> None:
    page = review(client, slug)
    client.delete_cookie("phien")
    expired = page.press("Gửi góp ý")
    assert (expired.status, BODY in expired.html) == (400, True)
    assert comments(app) == []


def test_very_long_drafts_offer_their_outer_parts(
    app: Flask, client: FlaskClient, slug: str
) -> None:
    with app.app_context():
        version = db.session.scalars(sa.select(DraftVersion)).one()
        db.session.add_all(
            Clause(
                version_id=version.id,
                position=10 + number,
                depth=2,
                kind=ClauseKind.POINT,
                anchor=f"dieu-5-diem-{number}",
                text="điểm",
            )
            for number in range(700)
        )
        db.session.commit()
    offered = [
        item["value"]
        for item in visit(client, address(slug, "?muc=dieu-5")).soup.select(
            "select[name=clause] option"
        )
    ]
    assert offered == ["", "dieu-5", "dieu-5-khoan-2"]
    assert (
        "dieu-5-diem-650"
        in visit(client, address(slug, "?muc=dieu-5-diem-650")).values("Tiếp tục").values()
    )
