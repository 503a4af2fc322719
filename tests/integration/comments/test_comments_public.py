"""Comments and answers as everybody reads them: only what is shown, under the names that people
chose, with numbers after closing.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.access.permissions import Role
from app.comments.answers import Decision
from app.comments.models import Comment, SurveyAnswer, SurveyQuestion
from app.comments.queries.public import shown_sender
from app.comments.states import CommentStage, SenderKind, Stance, SurveyKind, TargetKind
from app.consultations.models import Consultation
from app.consultations.states import ShowComments, Stage, Visibility
from app.drafts.models import Clause, DraftVersion
from app.drafts.names import clause_words
from app.drafts.states import ClauseKind
from app.extensions import db
from app.kernel.clock import now
from app.kernel.db import StatementCounter
from app.results.models import Point, Reply
from app.results.states import ReplyStage
from app.submissions.states import Consent, NameDisplay
from app.works.models import ProjectItem
from tests.factories.accounts import make_staff
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.organisation import make_agency, make_place
from tests.factories.pages import Page, visit


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


def make(app: Flask, *comments: dict[str, Any], **consultation: Any) -> str:
    """A consultation with these comments, public ones unless they say otherwise."""
    with app.app_context():
        found = make_consultation(**consultation)
        for columns in comments:
            make_comment(found, **{"visibility": Visibility.PUBLIC, **columns})
        return found.slug


def page_of(client: FlaskClient, slug: str, query: str = "", *, part: str = "y-kien") -> Page:
    page = visit(client, f"/lay-y-kien/{slug}/{part}{query}")
    assert page.status == 200, page.text
    return page


def opinions(page: Page) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.soup.select("article.ln-opinion")]


# What is shown ----------------------------------------------------------------------------------
def test_only_shown_ones_are_listed_newest_first(app: Flask, client: FlaskClient) -> None:
    slug = make(
        app,
        {"body": "Góp ý thứ nhất của bà con."},
        {"body": "Góp ý thứ hai của bà con."},
        {"body": "MARK chờ kiểm duyệt.", "visibility": Visibility.PRIVATE},
        {"body": "MARK bị giữ lại rồi.", "visibility": Visibility.HIDDEN},
        {"body": "MARK rút không đồng ý.", "consent": Consent.PRIVATE},
        {
            "body": "MARK là rác quảng cáo.",
            "stage": CommentStage.SPAM,
            "visibility": Visibility.HIDDEN,
        },
        {
            "body": "MARK đã được rút lại.",
            "stage": CommentStage.WITHDRAWN,
            "visibility": Visibility.HIDDEN,
        },
        {"body": "MARK đã xóa nội dung.", "visibility": Visibility.ERASED},
    )
    page = page_of(client, slug)
    assert "MARK" not in page.html
    assert [("thứ hai" in row, "thứ nhất" in row) for row in opinions(page)] == [
        (True, False),
        (False, True),
    ]


@pytest.mark.parametrize(
    ("kind", "display", "shown"),
    [
        (SenderKind.RESIDENT, NameDisplay.FULL, "Nguyễn Thị Ân"),
        (SenderKind.RESIDENT, NameDisplay.INITIALS, "N.T.Â."),
        (SenderKind.RESIDENT, NameDisplay.HIDDEN, ""),
        (SenderKind.ORGANISATION, NameDisplay.INITIALS, "HTX Đông An"),
        (SenderKind.AGENCY, NameDisplay.FULL, "HTX Đông An"),
        (SenderKind.ORGANISATION, NameDisplay.HIDDEN, ""),
    ],
)
def test_names_as_chosen(
    app: Flask, client: FlaskClient, kind: SenderKind, display: NameDisplay, shown: str
) -> None:
    slug = make(
        app, {"sender_kind": kind, "name_display": display, "organisation_name": "HTX Đông An"}
    )
    page = page_of(client, slug)
    assert (shown or "Không hiện tên") in opinions(page)[0]
    assert shown == "Nguyễn Thị Ân" or "Nguyễn Thị Ân" not in page.html
    assert shown == "HTX Đông An" or kind is SenderKind.RESIDENT or "HTX Đông An" not in page.html
    assert shown_sender(kind, "Nguyễn Thị Ân", "HTX Đông An", display) == shown


def test_tax_code_sheet_parcel_and_the_rest_never_appear(app: Flask, client: FlaskClient) -> None:
    secrets = {
        "tax_code": "4300987654",
        "sheet": "BANDO7",
        "parcel": "THUA118",
        "letter_number": "77/CV-MAT",
        "place_text": "Sau nhà ông Bảy",
        "phone": "0977123456",
        "email": "bimat@example.vn",
        "name": "Trần Văn Kín",
        "proposed_text": "BANGOC chưa che",
    }
    slug = make(
        app,
        {
            **secrets,
            "sender_kind": SenderKind.ORGANISATION,
            "organisation_name": "HTX Đông An",
            "target_kind": TargetKind.PLACE,
        },
        {
            **secrets,
            "sender_kind": SenderKind.LANDOWNER,
            "public_proposed": "Đã che",
            "proposed_html": "<p>Đã che</p>",
        },
        stage=Stage.ANSWERED,
    )
    outputs = [
        f"/lay-y-kien/{slug}{part}"
        for part in (
            "",
            "/y-kien",
            "/khao-sat",
            "/noi-dung",
            "/danh-muc",
            "/ban-do",
            "/ket-qua",
            "/ho-so",
        )
    ]
    outputs += [
        f"/lay-y-kien/{slug}/y-kien?so=200",
        "/lay-y-kien",
        "/",
        "/lay-y-kien/feed.atom",
        "/lay-y-kien/feed.json",
    ]
    outputs += [
        f"/lay-y-kien/{slug}/{name}"
        for name in ("y-kien.csv", "y-kien.xlsx", "ban-do.geojson", "ban-do/y-kien.geojson")
    ]
    read = 0
    for output in outputs:
        answer = client.get(output)
        read += answer.status_code == 200
        for value in secrets.values():
            assert value not in answer.text, (output, value)
    assert read >= 4
    assert "Đã che" in page_of(client, slug).text


def test_proposed_wording_stands_beside(app: Flask, client: FlaskClient) -> None:
    slug = make(
        app,
        {
            "proposed_text": "Giữ lại.",
            "public_proposed": "Giữ lại.",
            "proposed_html": "<p>Giữ lại.</p>",
        },
    )
    assert "Đề nghị sửa thành Giữ lại." in opinions(page_of(client, slug))[0]


def test_after_closing_only(app: Flask, client: FlaskClient) -> None:
    slug = make(
        app, {"body": "Nội dung chưa ai được đọc."}, show_comments=ShowComments.AFTER_CLOSING
    )
    page = page_of(client, slug)
    assert "chưa ai được đọc" not in page.html
    assert "công khai sau khi hết hạn" in page.text
    closed = make(
        app,
        {"body": "Nội dung nay đã đọc được."},
        show_comments=ShowComments.AFTER_CLOSING,
        stage=Stage.CLOSED,
    )
    assert "nay đã đọc được" in page_of(client, closed).text


def test_empty_states(app: Flask, client: FlaskClient) -> None:
    assert "Chưa có góp ý nào được công khai" in page_of(client, make(app)).text
    assert (
        "Không có góp ý nào được công khai" in page_of(client, make(app, stage=Stage.CLOSED)).text
    )
    assert "Không có góp ý nào như vậy" in page_of(client, make(app), "?y-kien=agree").text
    assert (
        "Chưa mở lấy ý kiến"
        in page_of(
            client, make(app, stage=Stage.SCHEDULED, show_comments=ShowComments.AFTER_CLOSING)
        ).text
    )


@pytest.mark.parametrize("part", ["y-kien", "khao-sat"])
def test_what_is_not_public_has_no_page(app: Flask, client: FlaskClient, part: str) -> None:
    for slug in (make(app, stage=Stage.DRAFT), make(app, visibility=Visibility.HIDDEN), "khong-co"):
        assert client.get(f"/lay-y-kien/{slug}/{part}").status_code in {404, 410}


# Numbers ----------------------------------------------------------------------------------------
def test_numbers_wait_for_the_closing_day(app: Flask, client: FlaskClient) -> None:
    people = [
        {"stance": Stance.AGREE},
        {"stance": Stance.AGREE, "visibility": Visibility.PRIVATE, "people": 40},
        {"stance": Stance.DISAGREE, "visibility": Visibility.HIDDEN},
        {"stance": Stance.DISAGREE, "late": True},
        {"stance": Stance.OTHER, "stage": CommentStage.SPAM, "visibility": Visibility.HIDDEN},
    ]
    page = page_of(client, make(app, *people))
    assert not page.soup.select(".ln-kpi")
    assert "công bố sau khi hết hạn" in page.text
    page = page_of(client, make(app, *people, stage=Stage.CLOSED))
    assert [row.get_text(" ", strip=True) for row in page.soup.select(".ln-kpi li")] == [
        "2 Đồng ý",
        "0 Đề nghị sửa",
        "1 Không đồng ý",
        "0 Ý kiến khác",
    ]
    assert "3 góp ý gửi đúng hạn của 42 người" in page.text
    assert "không được tính là đồng ý" in page.text


# Filters ----------------------------------------------------------------------------------------
def targets(app: Flask, slug: str) -> None:
    with app.app_context():
        consultation = db.session.scalars(
            sa.select(Consultation).where(Consultation.slug == slug)
        ).one()
        for number in (1, 2):
            version = DraftVersion(
                consultation_id=consultation.id, number=number, published_at=now()
            )
            db.session.add(version)
            db.session.flush()
            heading = f"Đất trồng lúa bản {number}"
            db.session.add(
                Clause(
                    version_id=version.id,
                    position=1,
                    kind=ClauseKind.ARTICLE,
                    anchor="dieu-5",
                    label="Điều 5",
                    heading=heading,
                )
            )
            db.session.add(
                Clause(
                    version_id=version.id,
                    position=2,
                    kind=ClauseKind.CLAUSE,
                    anchor="dieu-5-khoan-2",
                    label="2.",
                    depth=1,
                )
            )
        project = ProjectItem(
            consultation_id=consultation.id,
            code="01",
            name="Đường tránh phía Đông",
            land_code="DGT",
            planned_ha=3,
        )
        place = make_place("Thôn Đông")
        db.session.add(project)
        db.session.flush()
        public = {"visibility": Visibility.PUBLIC}
        make_comment(
            consultation,
            body="Về cả điều năm đó nhé.",
            target_kind=TargetKind.CLAUSE,
            clause_anchor="dieu-5",
            **public,
        )
        make_comment(
            consultation,
            body="Về khoản hai của điều.",
            target_kind=TargetKind.CLAUSE,
            clause_anchor="dieu-5-khoan-2",
            **public,
        )
        make_comment(
            consultation,
            body="Về điều năm mươi khác.",
            target_kind=TargetKind.CLAUSE,
            clause_anchor="dieu-50",
            **public,
        )
        make_comment(
            consultation,
            body="Về con đường tránh ấy.",
            target_kind=TargetKind.PROJECT,
            project_id=project.id,
            **public,
        )
        there = make_comment(
            consultation,
            body="Về một nơi trong thôn.",
            target_kind=TargetKind.PLACE,
            stance=Stance.AGREE,
            **public,
        )
        there.submission.place_id = place.id
        make_comment(
            consultation, body="Của một cơ quan nọ kia.", sender_kind=SenderKind.AGENCY, **public
        )
        db.session.commit()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?muc=dieu-5", ["khoản hai", "cả điều năm"]),
        ("?muc=dieu-5-khoan-2", ["khoản hai"]),
        ("?muc=d%25", []),
        ("?muc=dieu_5", []),
        ("?cong-trinh=01", ["đường tránh"]),
        ("?cong-trinh=99", []),
        ("?y-kien=agree", ["một nơi"]),
        ("?nguoi-gui=agency", ["cơ quan"]),
        ("?nguoi-gui=agency&y-kien=agree", []),
        (
            "?y-kien=everything&nguoi-gui=x&so=7",
            ["cơ quan", "một nơi", "đường tránh", "năm mươi", "khoản hai", "cả điều năm"],
        ),
    ],
)
def test_filters(app: Flask, client: FlaskClient, query: str, words: Sequence[str]) -> None:
    slug = make(app)
    targets(app, slug)
    found = opinions(page_of(client, slug, query))
    assert len(found) == len(words)
    assert all(word in row for word, row in zip(words, found, strict=True))


def test_targets_are_named_and_linked(app: Flask, client: FlaskClient) -> None:
    slug = make(app)
    targets(app, slug)
    page = page_of(client, slug)
    text = " ".join(opinions(page))
    for words in (
        "Điều 5. Đất trồng lúa bản 2",
        "Điều 5, khoản 2",
        "dieu-50",
        "Đường tránh phía Đông",
        "Về một nơi ở Thôn Đông",
    ):
        assert words in text
    links = {link["href"] for link in page.soup.select("article a[href]")}
    assert {
        f"/lay-y-kien/{slug}/noi-dung#dieu-5-khoan-2",
        f"/lay-y-kien/{slug}/danh-muc/01",
    } <= links


@pytest.mark.parametrize(
    ("anchor", "label", "heading", "words"),
    [
        ("dieu-5", "Điều 5", "Phạm vi", "Điều 5. Phạm vi"),
        ("dieu-5", "Điều 5.", "", "Điều 5"),
        ("dieu-5-khoan-2-diem-dd", "đ)", "", "Điều 5, khoản 2, điểm đ"),
        ("chuong-ii-dieu-5", "Điều 5", "Phạm vi", "Điều 5. Phạm vi"),
        ("dieu-5-khoan-2", "", "", "Điều 5, khoản 2"),
        ("mo-dau", "", "", "mo-dau"),
    ],
)
def test_clauses_in_words(app: Flask, anchor: str, label: str, heading: str, words: str) -> None:
    with app.test_request_context():
        assert clause_words(anchor, label, heading) == words


# Paging -----------------------------------------------------------------------------------------
def test_pages_of_twenty_forwards_and_back(app: Flask, client: FlaskClient) -> None:
    slug = make(app, *({"body": f"Góp ý số {number:02} của bà con."} for number in range(45)))
    first = page_of(client, slug)
    assert len(opinions(first)) == 20
    second = visit(client, first.soup.select_one("a[rel=next]")["href"])
    third = visit(client, second.soup.select_one("a[rel=next]")["href"])
    assert len(opinions(third)) == 5
    everything = opinions(first) + opinions(second) + opinions(third)
    assert len(set(everything)) == 45
    back = visit(client, third.soup.select_one("a[rel=prev]")["href"])
    assert opinions(back) == opinions(second)
    assert len(opinions(page_of(client, slug, "?so=200"))) == 45
    assert len(opinions(page_of(client, slug, "?sau=%00nonsense"))) == 20


def statements(app: Flask, client: FlaskClient, address: str) -> int:
    with app.app_context():
        engine = db.engine
    with StatementCounter(engine) as counter:
        assert client.get(address).status_code == 200
    return len(counter.statements)


def test_statements_do_not_grow(app: Flask, client: FlaskClient) -> None:
    few = make(app, *({} for _ in range(3)), stage=Stage.ANSWERED)
    many = make(app, *({} for _ in range(200)), stage=Stage.ANSWERED)
    with app.app_context():
        for comment in db.session.scalars(sa.select(Comment)):
            reply_to(comment)
        db.session.commit()
    for query in ("", "?so=200", "?y-kien=amend&nguoi-gui=resident"):
        assert (
            statements(app, client, f"/lay-y-kien/{few}/y-kien{query}")
            == statements(app, client, f"/lay-y-kien/{many}/y-kien{query}")
            # The consultation, the page, its replies from the room of results.
            <= 4
        )
    assert len(opinions(page_of(client, many, "?so=200"))) == 200


def test_pages_are_the_same_for_everybody(app: Flask, client: FlaskClient) -> None:
    slug = make(app, {})
    for part in ("y-kien", "khao-sat"):
        answer = client.get(f"/lay-y-kien/{slug}/{part}")
        assert "must-revalidate" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
        assert "csrf" not in answer.text


# Replies ----------------------------------------------------------------------------------------
def reply_to(comment: Comment, *, number: int = 1, final: bool = True) -> None:
    answer = Reply(
        consultation_id=comment.consultation_id,
        stage=ReplyStage.FINAL if final else ReplyStage.AGREED,
        decision=Decision.ACCEPTED,
        text="Đã dịch tuyến.",
        html=f"<p>Trả lời ý {number}.</p>",
        changed_where="Điều 5",
        final_at=now() if final else None,
    )
    db.session.add(answer)
    db.session.flush()
    db.session.add(
        Point(
            consultation_id=comment.consultation_id,
            comment_id=comment.id,
            number=number,
            text="Ý riêng của tôi",
            reply_id=answer.id,
        )
    )


@pytest.mark.parametrize(
    ("stage", "final", "there"),
    [(Stage.ANSWERED, True, True), (Stage.ANSWERED, False, False), (Stage.CLOSED, True, False)],
)
def test_replies_once_final_and_published(
    app: Flask, client: FlaskClient, stage: Stage, final: bool, there: bool
) -> None:
    slug = make(app, {}, stage=stage)
    with app.app_context():
        comment = db.session.scalars(sa.select(Comment)).one()
        reply_to(comment, final=final)
        reply_to(comment, number=2, final=final)
        db.session.commit()
    found = opinions(page_of(client, slug))
    assert len(found) == 1
    assert all(
        (words in found[0]) is there
        for words in ("Trả lời ý 1.", "Trả lời ý 2.", "Tiếp thu", "Ý thứ 2", "Đã sửa tại: Điều 5")
    )


# Guiding questions ------------------------------------------------------------------------------
def survey(app: Flask, slug: str) -> dict[SurveyKind, int]:
    """Four questions, answered by everybody who commented: 1, [0, 2], 4 and a text."""
    with app.app_context():
        consultation = db.session.scalars(
            sa.select(Consultation).where(Consultation.slug == slug)
        ).one()
        comments = list(
            db.session.scalars(
                sa.select(Comment)
                .where(Comment.consultation_id == consultation.id)
                .order_by(Comment.id)
            )
        )
        made = {}
        for position, (kind, options) in enumerate(
            [
                (SurveyKind.ONE, ["Có", "Không"]),
                (SurveyKind.MANY, ["Đường", "Chợ", "Trường"]),
                (SurveyKind.SCALE, ["Kém", "Tốt"]),
                (SurveyKind.OPEN, []),
            ]
        ):
            question = SurveyQuestion(
                consultation_id=consultation.id,
                position=position,
                kind=kind,
                text=f"Hỏi {kind.value}?",
                options=options,
            )
            db.session.add(question)
            db.session.flush()
            made[kind] = question.id
            for number, comment in enumerate(comments):
                choices = {
                    SurveyKind.ONE: [number % 2],
                    SurveyKind.MANY: [0, 2],
                    SurveyKind.SCALE: [4 + number % 2],
                    SurveyKind.OPEN: [],
                }
                text = f"Ý tự do {number}, gọi 0987654321" if kind is SurveyKind.OPEN else ""
                db.session.add(
                    SurveyAnswer(
                        question_id=question.id,
                        comment_id=comment.id,
                        choices=choices[kind],
                        text=text,
                    )
                )
        db.session.commit()
        return made


def test_tallies_wait_for_the_closing_day(app: Flask, client: FlaskClient) -> None:
    slug = make(app, {}, {})
    survey(app, slug)
    page = page_of(client, slug, part="khao-sat")
    assert not page.soup.select("table, svg.ln-chart")
    assert "Hỏi one?" in page.text
    assert "sau khi hết hạn" in page.text


def test_tallies_with_picture_and_table(app: Flask, client: FlaskClient) -> None:
    slug = make(
        app,
        {},
        {"visibility": Visibility.PRIVATE},
        {"consent": Consent.PRIVATE, "visibility": Visibility.PRIVATE},
        {"late": True},
        {"stage": CommentStage.WITHDRAWN, "visibility": Visibility.HIDDEN},
        stage=Stage.CLOSED,
    )
    survey(app, slug)
    page = page_of(client, slug, part="khao-sat")
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")]
        for row in page.soup.select("tbody tr")
    ]
    assert rows[:5] == [
        ["a) Có", "2", "66,7%"],
        ["b) Không", "1", "33,3%"],
        ["a) Đường", "3", "100,0%"],
        ["b) Chợ", "0", "0,0%"],
        ["c) Trường", "3", "100,0%"],
    ]
    assert rows[5:] == [
        ["1 – Kém", "0", "0,0%"],
        ["2", "0", "0,0%"],
        ["3", "0", "0,0%"],
        ["4", "2", "66,7%"],
        ["5 – Tốt", "1", "33,3%"],
    ]
    assert "trung bình 4,3 trên 5" in page.text
    assert len(page.soup.select("svg.ln-chart[role=img][aria-label]")) == 3
    assert "Ý tự do" not in page.html
    assert "0987654321" not in page.html


def test_without_questions_the_page_says_so(app: Flask, client: FlaskClient) -> None:
    assert "Không có câu hỏi gợi ý" in page_of(client, make(app), part="khao-sat").text


def test_nobody_answered(app: Flask, client: FlaskClient) -> None:
    slug = make(app, stage=Stage.CLOSED)
    survey(app, slug)
    page = page_of(client, slug, part="khao-sat")
    assert page.text.count("0 người trả lời") == 4


def test_survey_statements(app: Flask, client: FlaskClient) -> None:
    slug = make(app, *({} for _ in range(30)), stage=Stage.CLOSED)
    survey(app, slug)
    assert statements(app, client, f"/lay-y-kien/{slug}/khao-sat") <= 3


# The office -------------------------------------------------------------------------------------
def results(slug: str, query: str = "") -> str:
    return f"/can-bo/lay-y-kien/{slug}/khao-sat/ket-qua{query}"


def test_the_office_sees_numbers_at_once_and_clears_open_answers(
    app: Flask, client: FlaskClient
) -> None:
    slug = make(app, {}, {"consent": Consent.PRIVATE, "visibility": Visibility.PRIVATE})
    survey(app, slug)
    officer, _user = make_staff(app, Role.MODERATOR)
    page = visit(officer, results(slug))
    assert page.soup.select("svg.ln-chart")
    opened = visit(officer, results(slug, "?cau=4"))
    assert "Ý tự do 0, gọi 0987654321" in opened.text
    assert "Không công khai được" in opened.text
    assert "0987654321" not in opened.values("Công khai")["text"]
    empty = opened.press("Công khai", text=" ")
    assert (empty.status, empty.errors) == (422, ["Hãy nhập nội dung khi công khai."])
    done = opened.press("Công khai", text="Ý tự do đã che.")
    assert "Sẽ công khai" in done.text
    assert opened.press("Công khai", text="Người khác chen vào.").status == 409
    with app.app_context():
        consultation = db.session.scalars(sa.select(Consultation)).one()
        consultation.stage, consultation.closes_on = Stage.CLOSED, consultation.opens_on
        consultation.closed_at = now()
        db.session.commit()
    text = page_of(client, slug, part="khao-sat").text
    assert "Ý tự do đã che." in text
    assert "0987654321" not in text
    done = visit(officer, results(slug, "?cau=4")).press("Không công khai")
    assert "Không công khai" in done.text
    assert "Ý tự do đã che." not in page_of(client, slug, part="khao-sat").text


@pytest.mark.parametrize("query", ["?cau=1", "?cau=9", "?cau=x", "?cau=", "?cau=-1"])
def test_only_open_questions_have_a_list(app: Flask, query: str) -> None:
    slug = make(app, {})
    survey(app, slug)
    officer, _user = make_staff(app, Role.AUDITOR)
    assert "Tất cả câu hỏi gợi ý" not in visit(officer, results(slug, query)).text


def test_who_only_reads_clears_nothing(app: Flask) -> None:
    slug = make(app, {})
    survey(app, slug)
    officer, _user = make_staff(app, Role.OFFICER)
    page = visit(officer, results(slug, "?cau=4"))
    assert not page.has_button("Công khai")
    with app.app_context():
        number = db.session.scalar(sa.select(SurveyAnswer.id).where(SurveyAnswer.text != ""))
    assert officer.post(f"{results(slug)}/{number}", data={"text": "x"}).status_code in {403, 419}


def test_an_answer_of_another_consultation_is_not_there(app: Flask) -> None:
    mine, other = make(app, {}), make(app, {})
    survey(app, mine)
    survey(app, other)
    officer, _user = make_staff(app, Role.MODERATOR)
    values = visit(officer, results(mine, "?cau=4")).values("Công khai")
    with app.app_context():
        query = (
            sa.select(SurveyAnswer.id)
            .join(Comment, Comment.id == SurveyAnswer.comment_id)
            .join(Consultation, Consultation.id == Comment.consultation_id)
        )
        number = db.session.scalar(query.where(Consultation.slug == other, SurveyAnswer.text != ""))
    assert officer.post(f"{results(mine)}/{number}", data=values).status_code == 404


def test_open_answers_come_in_pages(app: Flask) -> None:
    slug = make(app, *({} for _ in range(60)))
    survey(app, slug)
    officer, _user = make_staff(app, Role.MODERATOR)
    first = visit(officer, results(slug, "?cau=4"))
    second = visit(officer, first.soup.select_one("a[rel=next]")["href"])
    assert [len(opinions(page)) for page in (first, second)] == [50, 10]
    assert second.press("Không công khai").address.count("sau=") == 1


def test_a_day_is_shown_in_hanoi(app: Flask, client: FlaskClient) -> None:
    slug = make(app, {})
    with app.app_context():
        comment = db.session.scalars(sa.select(Comment)).one()
        comment.submission.received_at = dt.datetime(2026, 11, 24, 18, 0, tzinfo=dt.UTC)
        db.session.commit()
    assert "25/11/2026" in opinions(page_of(client, slug))[0]
