"""The whole way in a browser: points, themes, replies, the table, the certificate, the published
result.
"""

import hashlib
import io
import re
from typing import Any

import docx
import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.comments.answers import Decision
from app.comments.models import Comment
from app.comments.states import TargetKind
from app.consultations.models import Consultation
from app.consultations.states import Stage, Visibility
from app.extensions import db
from app.kernel.clock import now
from app.results import jobs
from app.results.models import Certificate, Point, Reply, ResultTable, Theme
from app.results.queries import points as point_queries
from app.results.service import issuing, publishing
from app.results.service import points as points_service
from app.results.states import ReplyStage
from tests.factories import accounts
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.results import answer, make_file, make_issued, people, points_of
from tests.factories.statements import StatementCounter


class Desk:
    """People with browsers at one consultation's screens."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.clients: dict[str, FlaskClient] = {}
        self.tokens: dict[str, str] = {}

    def client(self, name: str) -> FlaskClient:
        if name not in self.clients:
            roles = {
                "writer": [Role.OFFICER],
                "colleague": [Role.OFFICER],
                "leader": [Role.APPROVER, Role.PUBLISHER],
                "auditor": [Role.AUDITOR],
            }
            with self.app.app_context():
                user = accounts.make_user(
                    f"ban-{name}", roles=roles[name], full_name=f"Cán bộ {name}"
                )
            self.clients[name] = self.app.test_client()
            accounts.sign_in(self.clients[name], user)
        return self.clients[name]

    def page(self, name: str, path: str, status: int = 200) -> str:
        response = self.client(name).get(path)
        assert response.status_code == status, (
            path,
            response.status_code,
            response.headers.get("Location"),
        )
        return str(response.get_data(as_text=True))

    def post(self, name: str, path: str, data: dict[str, Any], status: int = 302) -> Any:
        client = self.client(name)
        if name not in self.tokens:
            self.tokens[name] = accounts.new_token(client)
        response = client.post(path, data={"csrf_token": self.tokens[name], **data})
        assert response.status_code == status, (
            path,
            response.status_code,
            re.findall(r"error-message[^<]*<[^>]*>[^<]*</span>[^<]*", response.text),
        )
        return response


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


@pytest.fixture
def slug(app: Flask) -> str:
    with app.app_context():
        people()
        consultation, _comments = make_file()
        return str(consultation.slug)


def pairs(app: Flask, slug: str) -> list[str]:
    with app.app_context():
        return [f"{point.id}:{point.revision}" for point in points_of(consultation(slug))]


def consultation(slug: str) -> Consultation:
    return db.session.scalars(sa.select(Consultation).where(Consultation.slug == slug)).one()


def codes(app: Flask, slug: str) -> list[str]:
    with app.app_context():
        rows = db.session.scalars(
            sa.select(Comment)
            .where(Comment.consultation_id == consultation(slug).id)
            .order_by(Comment.id)
        )
        return [row.submission.code for row in rows]


def revision(app: Flask, slug: str) -> str:
    with app.app_context():
        return str(consultation(slug).revision)


def test_points_are_made_grouped_and_tied(app: Flask, desk: Desk, slug: str) -> None:
    base = f"/can-bo/lay-y-kien/{slug}/tach-y"
    with app.app_context():
        make_comment(consultation(slug))
    assert "01 góp ý" not in desk.page("writer", base)
    desk.post("writer", base + "/lap", {})
    html = desk.page("writer", base)
    assert "5 ý, 0 đã chốt" in html
    desk.post("writer", base + "/nhom", {"action": "them", "title": "Tuyến tránh"})
    desk.post("writer", base + "/nhom", {"action": "them", "title": ""}, 422)
    first, second, third, *_rest = pairs(app, slug)
    desk.post("writer", base + "/hang-loat", {"viec": "nhom:Tuyến tránh", "y": [first, second]})
    assert "Tuyến tránh (2)" in desk.page("writer", base)
    assert desk.page("writer", base + "?nhom=Tuyến+tránh").count("data-queue-row") == 2
    assert desk.page("writer", base + "?nhom=-&q=bồi+thường").count("data-queue-row") == 1
    # What the page showed is old now: nothing is changed.
    desk.post("writer", base + "/hang-loat", {"viec": "nhom:", "y": [first]}, 409)
    desk.post("writer", base + "/hang-loat", {"viec": "gan:place:", "y": [third]})
    desk.post(
        "writer", base + "/hang-loat", {"viec": "gan:project:C99", "y": pairs(app, slug)[:1]}, 422
    )
    desk.post(
        "writer", base + "/hang-loat", {"viec": "gan:nowhere:", "y": pairs(app, slug)[:1]}, 409
    )
    desk.post("writer", base + "/hang-loat", {"viec": "", "y": pairs(app, slug)[:1]}, 409)
    desk.post("writer", base + "/hang-loat", {"viec": "nhom:", "y": []}, 409)
    desk.post(
        "writer",
        base + "/hang-loat",
        {"viec": "nhom:", "pham_vi": "tat-ca", "nhom": "Tuyến tránh", "seen_count": "2"},
    )
    desk.post(
        "writer",
        base + "/hang-loat",
        {"viec": "nhom:", "pham_vi": "tat-ca", "nhom": "-", "seen_count": "4"},
        409,
    )
    for action in ("xuong", "len"):
        desk.post("writer", base + "/nhom", {"action": action, "theme": "Tuyến tránh"})
    desk.post(
        "writer",
        base + "/nhom",
        {"action": "doi-ten", "theme": "Tuyến tránh", "title": "Đường tránh"},
    )
    assert "Đường tránh" in desk.page("writer", base + "/nhom")
    desk.post("writer", base + "/nhom", {"action": "them", "title": "Bồi thường"})
    desk.post(
        "writer",
        base + "/nhom",
        {"action": "doi-ten", "theme": "Bồi thường", "title": "Đường tránh"},
        422,
    )
    desk.post("writer", base + "/nhom", {"action": "bo", "theme": "Đường tránh"})
    with app.app_context():
        assert db.session.scalars(sa.select(Theme.title)).all() == ["Bồi thường"]
    assert "Chọn việc" not in desk.page("auditor", base)


def test_suggestions_name_their_words_and_wait_for_a_person(
    app: Flask, desk: Desk, slug: str
) -> None:
    address = f"/can-bo/lay-y-kien/{slug}/tach-y/goi-y"
    html = desk.page("writer", address)
    assert "từ chung: " in html
    assert "đường tránh" in html
    with app.app_context():
        assert (
            db.session.scalar(
                sa.select(sa.func.count()).select_from(Point).where(Point.theme_id.is_not(None))
            )
            == 0
        )
    desk.post("writer", address, {"title": "", "y": pairs(app, slug)[:2]}, 422)
    desk.post("writer", address, {"title": "Tuyến đường tránh", "y": pairs(app, slug)[:2]})
    assert "Không có gợi ý" in desk.page("writer", address)


def test_a_comment_is_split_by_sentences_and_by_hand_and_joined(
    app: Flask, desk: Desk, slug: str
) -> None:
    with app.app_context():
        made = make_comment(
            consultation(slug), body="Giá đất quá thấp. Đường tránh quá gần trường. Cảm ơn xã."
        )
        code = made.submission.code
    desk.post("writer", f"/can-bo/lay-y-kien/{slug}/tach-y/lap", {})
    address = f"/can-bo/gop-y/{code}/tach-y"
    html = desk.page("writer", address)
    seen = re.findall(r'name="seen" type="hidden" value="([^"]*)"', html)[0]
    desk.post(
        "writer", address, {"action": "cau", "seen": seen, "cau-0": "1", "cau-1": "2", "cau-2": "0"}
    )
    # Each sentence stays with its point on the page, the one that was left out as well.
    boxes = desk.page("writer", address).split('<select class="govuk-select" id="cau-')[1:]
    assert [re.findall(r'value="(\d)" selected', box) for box in boxes] == [["1"], ["2"], ["0"]]
    with app.app_context():
        found = point_queries.of_comment(db.session.get_one(Comment, made.id).id)
        assert [point.text for point in found] == [
            "Giá đất quá thấp.",
            "Đường tránh quá gần trường.",
        ]
    # Somebody else's page is old now, and the typed text comes back.
    kept = desk.post("writer", address, {"action": "luu", "seen": seen, "y": ["Ý tôi vừa gõ"]}, 409)
    assert "Ý tôi vừa gõ" in kept.text
    seen = re.findall(r'name="seen" type="hidden" value="([^"]*)"', desk.page("writer", address))[0]
    desk.post("writer", address, {"action": "luu", "seen": seen, "y": ["", " "]}, 422)
    desk.post(
        "writer",
        address,
        {"action": "luu", "seen": seen, "y": ["Giá đất thấp.", "Gần trường.", "Thêm cống."]},
    )
    seen = re.findall(r'name="seen" type="hidden" value="([^"]*)"', desk.page("writer", address))[0]
    desk.post("writer", address, {"action": "gop", "seen": seen})
    with app.app_context():
        assert [point.text for point in point_queries.of_comment(made.id)] == [
            "Giá đất quá thấp. Đường tránh quá gần trường. Cảm ơn xã."
        ]
    assert desk.page("auditor", address)


def test_a_reply_goes_from_draft_to_final_with_two_people(
    app: Flask, desk: Desk, slug: str
) -> None:
    base, code = f"/can-bo/lay-y-kien/{slug}", codes(app, slug)[0]
    address = f"/can-bo/gop-y/{code}/y/1/tra-loi"
    first = pairs(app, slug)[0]
    response = desk.client("writer").get(address)
    assert response.status_code == 302
    assert "Soạn trả lời" in desk.page("writer", response.headers["Location"])
    too_long = {"y": [first], "decision": "accepted", "text": "a" * 10_001}
    desk.post("writer", f"{base}/tra-loi/soan", too_long, 422)
    desk.post(
        "writer",
        f"{base}/tra-loi/soan",
        {"y": [first], "decision": "accepted", "text": "Tiếp thu, dịch tuyến."},
    )
    html = desk.page("writer", address)
    assert "Cần bổ sung trước khi thống nhất" in html
    desk.post("writer", address + "/thong-nhat", {"seen_revision": "1"}, 422)
    desk.post(
        "writer",
        address,
        {
            "seen_revision": "1",
            "decision": "accepted",
            "text": "Tiếp thu.",
            "changed_where": "Biểu 10, dòng C01",
        },
    )
    conflict = desk.post(
        "colleague",
        address,
        {"seen_revision": "1", "decision": "explained", "text": "Bản của tôi"},
        409,
    )
    assert "Bản của tôi" in conflict.text
    assert "Đồng nghiệp vừa lưu" in conflict.text
    desk.post("colleague", address + "/thong-nhat", {"seen_revision": "2"})
    assert "Đã thống nhất" in desk.page("writer", address)
    desk.post("writer", address + "/chot", {"seen_revision": "3"}, 403)
    desk.post("leader", address + "/tra-lai", {"seen_revision": "3", "reason": ""}, 409)
    desk.post("leader", address + "/chot", {"seen_revision": "3"})
    with app.app_context():
        assert consultation(slug).replied_count == 1
    desk.post("leader", address + "/tra-lai", {"seen_revision": "4", "reason": "Sai điều"})
    with app.app_context():
        assert consultation(slug).replied_count == 0
        assert db.session.scalars(sa.select(Reply)).one().stage is ReplyStage.DRAFT
    desk.post("leader", address + "/nhay", {"seen_revision": "4"}, 404)
    desk.post(
        "writer",
        f"/can-bo/gop-y/{code}/y/1/cach-ghi",
        {"seen_revision": first.split(":")[1] + "9", "table_text": "x"},
        409,
    )
    with app.app_context():
        seen = db.session.get_one(Point, int(first.split(":")[0])).revision
    desk.post(
        "writer",
        f"/can-bo/gop-y/{code}/y/1/cach-ghi",
        {"seen_revision": str(seen), "table_text": "Dịch tuyến."},
    )
    assert "Dịch tuyến." in desk.page("writer", address)
    assert desk.page("writer", f"/can-bo/gop-y/{code}/y/7/tra-loi", 404)


def test_one_reply_for_a_group_and_steps_for_many(app: Flask, desk: Desk, slug: str) -> None:
    base = f"/can-bo/lay-y-kien/{slug}"
    desk.post("writer", f"{base}/tach-y/nhom", {"action": "them", "title": "Tuyến tránh"})
    all_pairs = pairs(app, slug)
    desk.post(
        "writer", f"{base}/tach-y/hang-loat", {"viec": "nhom:Tuyến tránh", "y": all_pairs[:3]}
    )
    assert "Các ý được trả lời (3)" in desk.page("writer", f"{base}/tra-loi/soan?nhom=Tuyến+tránh")
    shown = desk.post(
        "writer", f"{base}/tach-y/hang-loat", {"viec": "tra-loi", "y": pairs(app, slug)[:3]}
    )
    assert "y=" in shown.headers["Location"]
    desk.post(
        "writer",
        f"{base}/tra-loi/soan",
        {"y": pairs(app, slug)[:3], "decision": "explained", "text": "Giữ hướng tuyến."},
    )
    code = codes(app, slug)[1]
    with app.app_context():
        point = points_of(consultation(slug))[1]
    desk.post(
        "writer",
        f"/can-bo/gop-y/{code}/y/1/tra-loi/tach-ra",
        {"seen_revision": str(point.revision)},
    )
    desk.post(
        "writer",
        f"{base}/tra-loi/soan",
        {"y": [pairs(app, slug)[1]], "decision": "out_of_scope", "text": "Thuộc huyện khác."},
    )
    html = desk.page("colleague", f"{base}/tra-loi")
    found = re.findall(r'name="r" value="([^"]+)"', html)
    assert len(found) == 2
    desk.post("colleague", f"{base}/tra-loi", {"buoc": "tra-lai", "r": found}, 409)
    desk.post("colleague", f"{base}/tra-loi", {"buoc": "thong-nhat", "r": []}, 409)
    desk.post("colleague", f"{base}/tra-loi", {"buoc": "thong-nhat", "r": found})
    desk.post("writer", f"{base}/tra-loi", {"buoc": "chot", "r": found}, 409)
    found = re.findall(
        r'name="r" value="([^"]+)"', desk.page("leader", f"{base}/tra-loi?tra-loi=da-thong-nhat")
    )
    desk.post("leader", f"{base}/tra-loi", {"buoc": "chot", "r": found})
    assert "4 ý, 3 đã chốt" in desk.page("leader", f"{base}/tra-loi?tra-loi=da-chot")
    assert "Chưa có bản trả lời" in desk.page("leader", f"{base}/tra-loi?tra-loi=ban-soan")
    assert desk.page("writer", f"{base}/tra-loi?cua=don-vi")
    desk.post(
        "writer",
        f"{base}/tra-loi/soan",
        {"y": [pairs(app, slug)[3]], "decision": "nothing", "text": "a" * 9_999, "unit": ""},
    )


def test_a_large_choice_begins_with_an_empty_draft(app: Flask, desk: Desk, slug: str) -> None:
    with app.app_context():
        found = consultation(slug)
        values = {
            "consultation_id": found.id,
            "comment_id": points_of(found)[0].comment_id,
            "text": "Ý",
            "target_kind": TargetKind.WHOLE,
        }
        db.session.execute(
            sa.insert(Point),
            [
                {**values, "number": number, "created_at": now(), "updated_at": now()}
                for number in range(2, 130)
            ],
        )
        db.session.commit()
    base = f"/can-bo/lay-y-kien/{slug}/tach-y"
    html = desk.page("writer", base)
    following = re.findall(r'href="([^"]+)" rel="next"', html)[0].replace("&amp;", "&")
    assert 'rel="prev"' in desk.page("writer", following)
    response = desk.post(
        "writer", base + "/hang-loat", {"viec": "tra-loi", "pham_vi": "tat-ca", "seen_count": "132"}
    )
    assert response.headers["Location"].endswith("/tra-loi")
    assert "và 112 ý khác" in desk.page("writer", response.headers["Location"])
    # The same again from a page that is older than the draft.
    desk.post(
        "writer",
        base + "/hang-loat",
        {"viec": "tra-loi", "pham_vi": "tat-ca", "seen_count": "1"},
        409,
    )
    values["number"], many = 0, points_service.BULK_MAX
    points_service.BULK_MAX = 100
    try:
        desk.post(
            "writer",
            base + "/hang-loat",
            {"viec": "nhom:", "pham_vi": "tat-ca", "seen_count": "132"},
            409,
        )
    finally:
        points_service.BULK_MAX = many


def test_a_unit_is_told_to_draft(app: Flask, desk: Desk, slug: str) -> None:
    from app.organisation.models import Unit

    with app.app_context():
        unit = (
            db.session.scalars(sa.select(Unit).where(Unit.name == "Phòng Văn hóa thử")).one().code
        )
    desk.post(
        "writer",
        f"/can-bo/lay-y-kien/{slug}/tach-y/hang-loat",
        {"viec": f"giao:{unit}", "y": pairs(app, slug)},
    )
    code = codes(app, slug)[0]
    # Another unit's draft: to be read, not to be written.
    desk.post(
        "writer",
        f"/can-bo/gop-y/{code}/y/1/tra-loi",
        {"seen_revision": "1", "text": "Của tôi"},
        403,
    )
    assert "Phòng Văn hóa thử" in desk.page("writer", f"/can-bo/gop-y/{code}/y/1/tra-loi")


def test_the_table_is_issued_certified_and_published(
    app: Flask, desk: Desk, slug: str, client: FlaskClient
) -> None:
    base = f"/can-bo/lay-y-kien/{slug}"
    html = desk.page("leader", f"{base}/bang-tong-hop")
    assert "Chưa phát hành được" in html
    assert "Chưa xử lý" in html
    desk.post(
        "leader", f"{base}/bang-tong-hop/phat-hanh", {"seen_revision": revision(app, slug)}, 409
    )
    assert "Đang tổng hợp" in client.get(f"/lay-y-kien/{slug}/ket-qua").text
    with app.app_context():
        who = people()
        found = consultation(slug)
        answer(found, points_of(found)[:1], who, decision=Decision.ACCEPTED)
        answer(found, points_of(found)[1:], who)
    desk.post(
        "writer",
        f"{base}/bang-tong-hop/mo-dau",
        {"seen_revision": revision(app, slug), "opening": "Xã đã hỏi bà con."},
    )
    desk.post(
        "writer",
        f"{base}/bang-tong-hop/mo-dau",
        {"seen_revision": revision(app, slug), "opening": "a" * 6000},
        422,
    )
    issue = {
        "seen_revision": revision(app, slug),
        "number": "12/BC-UBND",
        "authority": "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH",
        "name": "Trần Văn Bình",
    }
    desk.post("leader", f"{base}/bang-tong-hop/phat-hanh", {**issue, "number": "1" * 61}, 422)
    desk.post("leader", f"{base}/bang-tong-hop/phat-hanh", issue)
    assert "Tệp Word và Excel đang được tạo" in desk.page("leader", f"{base}/bang-tong-hop")
    with app.app_context():
        table = db.session.scalars(sa.select(ResultTable)).one()
        jobs.make_files({"table": table.id})
        db.session.commit()
        jobs.make_files({"table": table.id})
        db.session.commit()
        jobs.make_files({"table": 10**9})
        digest = table.sha256
    html = desk.page("leader", f"{base}/bang-tong-hop")
    links = re.findall(r'href="(/tep/[^"]+)"', html)
    assert [link.rsplit(".")[-1] for link in links] == ["docx", "xlsx"]
    made = docx.Document(io.BytesIO(desk.client("leader").get(links[0]).data))
    assert len(made.tables[1].rows) == 5
    assert client.get(links[0]).status_code == 404
    desk.post("leader", f"{base}/bang-tong-hop/chung-nhan", {"seen_revision": revision(app, slug)})
    assert "Số 1, lập" in desk.page("leader", f"{base}/bang-tong-hop")
    html = desk.page("leader", f"{base}/ket-qua")
    assert "Chúng tôi đã hỏi ý kiến bà con" in html
    texts = {"asked": "Đã hỏi.", "heard": "Đã nói.", "done": "Đã làm."}
    desk.post(
        "leader",
        f"{base}/ket-qua",
        {"seen_revision": revision(app, slug), **texts, "asked": "a" * 10_001},
        422,
    )
    desk.post(
        "leader",
        f"{base}/ket-qua",
        {"seen_revision": revision(app, slug), **texts, "asked": "Gọi 0912 345 678"},
        422,
    )
    desk.post("leader", f"{base}/ket-qua", {"seen_revision": revision(app, slug), **texts})
    desk.post("leader", f"{base}/ket-qua/cong-bo", {"seen_revision": revision(app, slug)})
    page = client.get(f"/lay-y-kien/{slug}/ket-qua")
    assert page.status_code == 200
    for text in ("Đã hỏi.", "Đã nói.", "Đã làm.", digest, "N.T.Â."):
        assert text in page.text
    assert "Nguyễn Thị Ân" not in page.text
    assert client.get(links[0]).status_code == 200
    json = client.get(f"/lay-y-kien/{slug}/ket-qua.json")
    assert hashlib.sha256(json.data).hexdigest() == digest
    csv = client.get(f"/lay-y-kien/{slug}/ket-qua.csv").get_data(as_text=True)
    assert csv.startswith("\ufeffSTT,")
    assert csv.count("\r\n") == 5
    assert client.get(f"/lay-y-kien/{slug}/ket-qua.json?lan=2").status_code == 404


def test_drafts_are_files_too(app: Flask, desk: Desk, slug: str) -> None:
    base = f"/can-bo/lay-y-kien/{slug}/bang-tong-hop/ban-nhap"
    made = docx.Document(io.BytesIO(desk.client("auditor").get(base + ".docx").data))
    assert any("Bản nháp" in paragraph.text for paragraph in made.paragraphs)
    book = openpyxl.load_workbook(io.BytesIO(desk.client("auditor").get(base + ".xlsx").data))
    assert book.sheetnames == ["Tổng hợp ý kiến", "Số liệu"]
    assert book.worksheets[0].max_row == 5
    assert desk.page("auditor", base + ".csv").count("Chưa xử lý") == 4
    desk.page("auditor", base + ".pdf", 404)


def test_a_correction_from_the_screen(app: Flask, desk: Desk, client: FlaskClient) -> None:
    with app.app_context():
        found, _table, _who = make_issued()
        slug = found.slug
    base = f"/can-bo/lay-y-kien/{slug}/bang-tong-hop"
    assert "khớp với hồ sơ hiện tại" in desk.page("leader", base)
    desk.post(
        "leader",
        base + "/phat-hanh-lai",
        {"seen_revision": revision(app, slug), "reason": " "},
        422,
    )
    desk.post(
        "leader",
        base + "/phat-hanh-lai",
        {"seen_revision": revision(app, slug), "reason": "a" * 1_001},
        422,
    )
    desk.post(
        "leader",
        base + "/phat-hanh-lai",
        {"seen_revision": revision(app, slug), "reason": "Ghi nhầm"},
    )
    html = desk.page("leader", base)
    assert "đang được mở để sửa" in html
    assert "Ghi nhầm" in html
    with app.app_context():
        point = points_of(consultation(slug))[0]
        point.table_text = "Cách ghi mới của ý này"
        db.session.commit()
    desk.post(
        "leader", base + "/phat-hanh", {"seen_revision": revision(app, slug), "reason": ""}, 422
    )
    desk.post(
        "leader", base + "/phat-hanh", {"seen_revision": revision(app, slug), "reason": "Ghi nhầm"}
    )
    with app.app_context():
        publish(slug)
    page = client.get(f"/lay-y-kien/{slug}/ket-qua").text
    assert "Phát hành lần 2" in page
    assert "Lý do phát hành lại: Ghi nhầm" in page
    assert "<ins>Cách ghi mới của ý này</ins>" in page
    assert client.get(f"/lay-y-kien/{slug}/ket-qua.csv?lan=1").status_code == 200


def publish(slug: str) -> None:
    found = consultation(slug)
    leader = people().leader
    publishing.save(
        found, asked="Đã hỏi.", heard="Đã nói.", done="Đã làm.", actor=leader, seen_revision=None
    )
    publishing.publish(found, actor=leader, seen_revision=found.revision)
    db.session.commit()


def test_the_public_page_is_searched_and_paged_in_three_statements(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        found, table, _who = make_issued(
            [f"Ý kiến số {n} của bà con về đường tránh thôn Đông." for n in range(40)]
            + ["Giá đền bù đất lúa còn thấp."]
        )
        slug = found.slug
        publish(slug)
        anchor = [data["anchor"] for data in issuing.queries.issued_rows(table.id)][35]
        small, _table, _who2 = make_issued()
        publish(small.slug)
        small_slug = small.slug
    url = f"/lay-y-kien/{slug}/ket-qua"
    for address in (
        url,
        url + "?q=den+bu",
        url + f"?y={anchor}",
        f"/lay-y-kien/{small_slug}/ket-qua",
    ):
        with app.app_context(), StatementCounter(db.engine) as counter:
            page = client.get(address)
        assert page.status_code == 200
        mine = [text for text in counter.statements if "agency_profile" not in text]
        assert len(mine) <= 3, mine
    for q in ("đền bù", "den bu", "ĐỀN BÙ"):
        assert client.get(url, query_string={"q": q}).text.count('id="y-') == 1
    assert "Không có dòng nào khớp" in client.get(url, query_string={"q": "đến bủ"}).text
    assert "Không có dòng nào khớp" in client.get(url, query_string={"q": "100%"}).text
    first = client.get(url).text
    assert first.count('id="y-') == 30
    following = re.findall(r'href="([^"]+)" rel="next"', first)[0].replace("&amp;", "&")
    assert client.get(following).text.count('id="y-') == 11
    assert f'id="{anchor}"' in client.get(f"{url}?y={anchor}").text
    assert f'id="{anchor}"' not in first
    assert client.get(f"{url}?sau=rac&y=%00").status_code == 200


def test_nothing_of_the_result_is_public_before_or_after_hiding(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        found, _table, _who = make_issued()
        slug = found.slug
        overdue = make_consultation(
            stage=Stage.CLOSED,
            closes_on=__import__("datetime").date(2026, 1, 5),
            opens_on=__import__("datetime").date(2025, 12, 1),
        ).slug
        upcoming = make_consultation(stage=Stage.OPEN).slug
    for kind in ("csv", "json"):
        assert client.get(f"/lay-y-kien/{slug}/ket-qua.{kind}").status_code == 404
    waiting = client.get(f"/lay-y-kien/{slug}/ket-qua").text
    assert "Tiếp thu, dịch tuyến" not in waiting
    assert "Chậm công bố kết quả" in client.get(f"/lay-y-kien/{overdue}/ket-qua").text
    assert "Chưa có kết quả" in client.get(f"/lay-y-kien/{upcoming}/ket-qua").text
    with app.app_context():
        publish(slug)
    assert "Tiếp thu, dịch tuyến" in client.get(f"/lay-y-kien/{slug}/ket-qua").text
    with app.app_context():
        found = consultation(slug)
        by_comment = dict(
            point_queries.points_by_comment(
                found.id, [point.comment_id for point in points_of(found)]
            )
        )
        assert len(by_comment) == 4
        found.visibility, found.hidden_reason = Visibility.HIDDEN, "thử"
        db.session.commit()
    assert client.get(f"/lay-y-kien/{slug}/ket-qua").status_code == 410
    assert client.get(f"/lay-y-kien/{slug}/ket-qua.json").status_code == 404
    assert client.get("/lay-y-kien/khong-co/ket-qua").status_code == 404


def test_certificates_are_kept_with_their_file(app: Flask, desk: Desk, slug: str) -> None:
    desk.post(
        "leader",
        f"/can-bo/lay-y-kien/{slug}/bang-tong-hop/chung-nhan",
        {"seen_revision": "9999"},
        409,
    )
    desk.post(
        "leader",
        f"/can-bo/lay-y-kien/{slug}/bang-tong-hop/chung-nhan",
        {"seen_revision": revision(app, slug)},
    )
    html = desk.page("leader", f"/can-bo/lay-y-kien/{slug}/bang-tong-hop")
    link = re.findall(r'href="(/tep/[^"]+\.docx)"', html)[0]
    made = docx.Document(io.BytesIO(desk.client("leader").get(link).data))
    text = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert "GIẤY CHỨNG NHẬN LẤY Ý KIẾN" in text
    with app.app_context():
        assert db.session.scalars(sa.select(Certificate)).one().sha256 in text
