"""The list of answers and one answer: what stands on them, what never does, and what they cost."""

import datetime as dt
import itertools
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.extensions import db
from app.kernel.clock import now, today
from app.questions.models import ContentReport, Question
from app.questions.queries import staff
from app.questions.queries.public import PAGE_SIZE, SEARCHED
from app.questions.service import answering, publishing
from app.questions.service.answering import Draft
from app.questions.states import Outcome, Stage, Visibility
from app.submissions.states import Consent, NameDisplay
from tests.factories.organisation import make_agency, make_place, make_topic, make_unit
from tests.factories.pages import visit
from tests.factories.questions import ANSWER, cast, make_question, make_unseen
from tests.factories.statements import StatementCounter

MARKER = "Dấu-mốc-không-được-lộ"


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    with app.app_context():
        make_agency()


def published(app: Flask, **values: Any) -> str:
    with app.app_context():
        return make_question(visibility=Visibility.PUBLIC, **values).submission.code


def engine_of(app: Flask) -> sa.Engine:
    with app.app_context():
        return db.engine


def statements(app: Flask, client: FlaskClient, address: str) -> int:
    with StatementCounter(engine_of(app)) as counter:
        assert client.get(address).status_code == 200
    return len(counter.statements)


# The list ---------------------------------------------------------------------------------------
def test_an_empty_list_leads_to_asking(client: FlaskClient) -> None:
    page = visit(client, "/hoi-dap")
    assert "Chưa có câu trả lời nào được đăng" in page.text
    assert page.soup.select_one('main a[href="/hoi-dap/gui"]')


def test_pages_follow_each_other_newest_first(app: Flask, client: FlaskClient) -> None:
    codes = [
        published(app, title=f"Câu hỏi thứ {number} về lịch thu gom")
        for number in range(2 * PAGE_SIZE + 3)
    ]
    seen, page = [], visit(client, "/hoi-dap")
    while True:
        seen += [link["href"].rsplit("/", 1)[1] for link in page.soup.select("main .ln-list a")]
        following = page.soup.select_one("a[rel=next]")
        if following is None:
            break
        page = visit(client, str(following["href"]))
    assert seen == codes[::-1]
    for _step in range(2):
        page = visit(client, str(page.soup.select_one("a[rel=prev]")["href"]))  # type: ignore[index]
    assert page.soup.select("main .ln-list a")[0]["href"] == f"/hoi-dap/{codes[-1]}"


@pytest.mark.parametrize("cursor", ["x", "W10", "%00", "eyJhIjoxfQ", "A" * 3_000])
def test_a_forged_cursor_shows_the_first_page(app: Flask, client: FlaskClient, cursor: str) -> None:
    code = published(app)
    for name in ("sau", "truoc"):
        assert f"/hoi-dap/{code}" in client.get(f"/hoi-dap?{name}={cursor}").get_data(as_text=True)


def test_filters_by_topic_unit_and_year(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        land, waste = (
            make_topic("Đất đai", slug="dat-dai"),
            make_topic("Môi trường", slug="moi-truong"),
        )
        office, school = (
            make_unit("Phòng Kinh tế", slug="phong-kinh-te"),
            make_unit("Phòng Văn hóa", slug="phong-van-hoa"),
        )
        codes = {
            (topic.slug, unit.slug): make_question(
                visibility=Visibility.PUBLIC, topic=topic, unit=unit
            ).submission.code
            for topic, unit in itertools.product((land, waste), (office, school))
        }
    with time_machine.travel(dt.datetime(2024, 6, 3, 4, tzinfo=dt.UTC)):
        old = published(app)

    def shown(query: str) -> set[str]:
        return {
            link["href"].rsplit("/", 1)[1]
            for link in visit(client, f"/hoi-dap?{query}").soup.select("main .ln-list a")
        }

    assert shown("linh-vuc=dat-dai") == {
        codes["dat-dai", "phong-kinh-te"],
        codes["dat-dai", "phong-van-hoa"],
    }
    assert shown("linh-vuc=dat-dai&don-vi=phong-van-hoa") == {codes["dat-dai", "phong-van-hoa"]}
    assert shown("nam=2024") == {old}
    assert shown("linh-vuc=khong-co") == set()
    assert shown("nam=%2524&linh-vuc=&don-vi=") == {*codes.values(), old}
    page = visit(client, "/hoi-dap?linh-vuc=dat-dai")
    assert "Có 2 câu trả lời." in page.text
    assert [chip.get_text() for chip in page.soup.select(".ln-chips a")] == ["Đất đai, bỏ lọc"]
    assert {option["value"] for option in page.soup.select("#linh-vuc option")} == {
        "",
        "dat-dai",
        "moi-truong",
    }


def test_search_with_and_without_marks(app: Flask, client: FlaskClient) -> None:
    code = published(app, title="Đăng ký khai sinh muộn cho con 3 tuổi")
    published(app, title="Lịch thu gom rác")
    for words in ("khai sinh", "khai sinh muon", "KHAI SINH", "dang ky khai sinh"):
        page = visit(client, f"/hoi-dap?q={words}")
        assert [link["href"] for link in page.soup.select("main .ln-list a")] == [
            f"/hoi-dap/{code}"
        ], words
    assert "Có 1 câu trả lời phù hợp." in page.text


def test_a_search_stops_at_a_bound(app: Flask, client: FlaskClient) -> None:
    for number in range(SEARCHED + 1):
        published(app, title=f"Lịch thu gom rác {number}")
    page = visit(client, "/hoi-dap?q=lich+thu+gom")
    assert len(page.soup.select("main .ln-list a")) == SEARCHED
    assert f"Hiện {SEARCHED} câu trả lời phù hợp nhất" in page.text


def test_nothing_found_offers_to_ask_with_the_same_words(client: FlaskClient) -> None:
    page = visit(client, "/hoi-dap?q=c%C3%A1p+treo")
    link = page.soup.select_one('main .ln-empty a[href^="/hoi-dap/gui"]')
    assert link is not None
    assert visit(client, str(link["href"])).values("Tìm")["q"] == "cáp treo"


@pytest.mark.parametrize(
    "words",
    ["'\"); DROP TABLE question;--", "* OR ^ NEAR(", "\x00", "%" * 300, "<b>đậm</b>", "a" * 5_000],
)
def test_hostile_words_find_nothing_and_break_nothing(
    app: Flask, client: FlaskClient, words: str
) -> None:
    published(app)
    response = client.get("/hoi-dap", query_string={"q": words})
    assert response.status_code == 200
    assert "<b>đậm</b>" not in response.get_data(as_text=True)


# One answer -------------------------------------------------------------------------------------
def test_an_answer_in_its_slots(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        topic, unit = make_topic("Môi trường", slug="moi-truong"), make_unit("Phòng Kinh tế")
        place = make_place("Thôn Long Vĩnh")
        question = make_question(
            visibility=Visibility.PUBLIC,
            topic=topic,
            unit=unit,
            place=place,
            title="Bao giờ dọn rác ở chợ?",
            body="Rác ở chợ đầy lên từ tuần trước, xin gọi tôi số 0912 345 678 khi dọn xong.",
            name="Nguyễn Thị Ân",
            phone="0912345678",
            email="an@example.vn",
        )
        code = question.submission.code
    page = visit(client, f"/hoi-dap/{code}")
    assert page.heading == "Bao giờ dọn rác ở chợ?"
    for shown in (
        "N.T.Â.",
        "[đã ẩn: số điện thoại]",
        ANSWER.short,
        "Kết quả: Hướng dẫn",
        "trong vòng một ngày làm việc",
        "Phòng Kinh tế",
        "Phạm Thị Duyệt duyệt",
        "Quyết định số 15/2025/QĐ-UBND, Điều 4",
        "Công văn số 211/KT",
    ):
        assert shown in page.text, shown
    for hidden in (
        "0912 345 678",
        "0912345678",
        "an@example.vn",
        "Nguyễn Thị Ân",
        "Thôn Long Vĩnh",
        "Lê Văn Soạn",
    ):
        assert hidden not in page.html, hidden
    assert (
        page.soup.select_one("link[rel=canonical]")["href"]
        == f"http://127.0.0.1:8000/hoi-dap/{code}"
    )  # type: ignore[index]
    assert page.soup.select_one("meta[name=description]")["content"] == ANSWER.short  # type: ignore[index]
    assert page.soup.select_one(
        '[itemtype="https://schema.org/QAPage"] [itemprop=acceptedAnswer] [itemprop=text]'
    )


@pytest.mark.parametrize(
    ("display", "shown"),
    [
        (NameDisplay.FULL, "Nguyễn Thị Ân"),
        (NameDisplay.INITIALS, "N.T.Â."),
        (NameDisplay.HIDDEN, ""),
    ],
)
def test_the_name_as_its_owner_chose(
    app: Flask, client: FlaskClient, display: NameDisplay, shown: str
) -> None:
    page = visit(client, f"/hoi-dap/{published(app, name_display=display)}")
    assert (shown or "Người hỏi") not in page.text if not shown else shown in page.text


def test_links_of_the_legal_basis_are_checked(app: Flask, client: FlaskClient) -> None:
    basis = (
        {"text": "Luật Đất đai, Điều 137", "url": "https://vbpl.example/luat"},
        {"text": "Bẫy", "url": "javascript:alert(1)"},
        {"text": "Bẫy hai", "url": "https://a@evil.example/"},
    )
    answer = Draft(
        short=ANSWER.short, resolution="Từng bước.", legal_basis=basis, outcome=Outcome.RESOLVED
    )
    page = visit(client, f"/hoi-dap/{published(app, answer=answer)}")
    assert [link["href"] for link in page.soup.select(".ln-answer a")] == [
        "https://vbpl.example/luat"
    ]
    assert "Bẫy" in page.text


def test_progress_lines_and_related_answers(app: Flask, client: FlaskClient) -> None:
    first = published(app, title="Lịch thu gom rác ở thôn Đông thay đổi thế nào?")
    other = published(app, title="Lịch thu gom rác dịp Tết ở thôn Tây?")
    published(app, title="Đăng ký khai sinh cho con")
    with app.app_context():
        hidden = make_question(
            visibility=Visibility.HIDDEN, title="Lịch thu gom rác ở thôn Nam bị gỡ"
        )
        question = staff.by_code(first)
        answering.add_progress(
            question, actor=cast().officer, text="Đã lắp thêm ba thùng rác.", done=True
        )
        db.session.commit()
        gone = hidden.submission.code
    page = visit(client, f"/hoi-dap/{first}")
    assert "Đã lắp thêm ba thùng rác." in page.text
    related = [link["href"] for link in page.soup.select("aside section .ln-list a")]
    assert f"/hoi-dap/{other}" in related
    assert f"/hoi-dap/{gone}" not in related
    assert f"/hoi-dap/{first}" not in related


def test_a_code_in_small_letters_leads_to_the_one_address(app: Flask, client: FlaskClient) -> None:
    code = published(app)
    response = client.get(f"/hoi-dap/{code.lower()}")
    assert (response.status_code, response.headers["Location"]) == (301, f"/hoi-dap/{code}")


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.ERASED])
def test_a_stone_stands_where_an_answer_was(
    app: Flask, client: FlaskClient, visibility: Visibility
) -> None:
    with app.app_context():
        question = make_question(
            stage=Stage.ANSWERED,
            visibility=visibility,
            title=MARKER,
            body=f"{MARKER} và hơn hai mươi ký tự nữa.",
        )
        code = question.submission.code
    for address in (f"/hoi-dap/{code}", f"/hoi-dap/{code.lower()}"):
        page = visit(client, address)
        assert page.status == 410
        assert MARKER not in page.html
        assert ANSWER.short not in page.html


def test_nothing_unseen_is_anywhere(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        made = [question.submission.code for question in make_unseen(MARKER)]
    code = published(app, title="Một câu được đăng về lịch thu gom rác")
    addresses = [
        "/hoi-dap",
        f"/hoi-dap?q={MARKER}",
        f"/hoi-dap?nam={today().year}",
        f"/hoi-dap/{code}",
        f"/hoi-dap/gui?q={MARKER}",
    ]
    addresses += [f"/hoi-dap/{one}{more}" for one in made for more in ("", "/y-kien", "/bao-sai")]
    for address in addresses:
        response = client.get(address)
        assert response.status_code in {200, 404, 410}, address
        text = response.get_data(as_text=True)
        if "q=" in address:
            text = (
                text.replace(f'value="{MARKER}"', "")
                .replace(f"«{MARKER}»", "")
                .replace(">" + MARKER + "</textarea>", "")
            )
        for line in text.splitlines():
            assert (
                MARKER not in line or "hien-thi" in line or "lang=" in line or "gui?q=" in line
            ), (address, line)


@pytest.mark.parametrize(
    "address",
    ["/hoi-dap/x", "/hoi-dap/AS-2026-999999", "/hoi-dap/AS-2026-999999/y-kien", "/hoi-dap/..%2f"],
)
def test_what_never_was_is_404(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_it_is_public_only_from_its_moment(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        code = make_question(
            visibility=Visibility.SCHEDULED, publish_at=now() + dt.timedelta(hours=1)
        ).submission.code
    assert client.get(f"/hoi-dap/{code}").status_code == 404
    with time_machine.travel(now() + dt.timedelta(hours=2)), app.app_context():
        publishing.publish_due()
        db.session.commit()
        assert client.get(f"/hoi-dap/{code}").status_code == 200


# What they cost ---------------------------------------------------------------------------------
def test_statements_do_not_grow_with_rows(app: Flask, client: FlaskClient) -> None:
    first = published(app, title="Lịch thu gom rác ở thôn Đông")
    few = {
        address: statements(app, client, address)
        for address in ("/hoi-dap", f"/hoi-dap/{first}", f"/hoi-dap?nam={today().year}")
    }
    for number in range(30):
        published(app, title=f"Lịch thu gom rác ở thôn số {number}")
    with app.app_context():
        question = staff.by_code(first)
        for number in range(10):
            answering.add_progress(
                question, actor=cast().officer, text=f"Tiến độ bước {number}.", done=False
            )
        db.session.commit()
    many = {address: statements(app, client, address) for address in few}
    assert few == many
    assert max(many.values()) <= 3, many
    assert statements(app, client, "/hoi-dap?q=lich+thu+gom") <= 4


def test_pages_for_everybody_set_no_cookie_and_hold_no_token(
    app: Flask, client: FlaskClient
) -> None:
    code = published(app)
    for address in ("/hoi-dap", f"/hoi-dap/{code}", "/hoi-dap?q=rac"):
        response = client.get(address)
        assert "Set-Cookie" not in response.headers
        assert "csrf_token" not in response.get_data(as_text=True)


# A reader's two forms ---------------------------------------------------------------------------
def question_of(app: Flask, code: str) -> Question:
    with app.app_context():
        return staff.by_code(code)


def test_helpful_counts_once_in_a_browser(app: Flask, client: FlaskClient) -> None:
    code = published(app)
    page = visit(client, f"/hoi-dap/{code}/y-kien")
    assert page.press("Có").heading == "Cảm ơn bạn"
    assert page.press("Có").heading == "Cảm ơn bạn"
    assert page.press("Chưa").soup.select_one(f'a[href="/hoi-dap/{code}/bao-sai"]')
    assert (question_of(app, code).helpful_yes, question_of(app, code).helpful_no) == (1, 0)
    assert "lần này không cộng thêm" in page.press("Có").text
    # A neighbour behind the same address is another person.
    visit(app.test_client(), f"/hoi-dap/{code}/y-kien").press("Chưa")
    assert (question_of(app, code).helpful_yes, question_of(app, code).helpful_no) == (1, 1)
    assert page.press("Có", **{"gia-tri": "hacked"}).status == 422


def test_reporting_wrong_content(app: Flask, client: FlaskClient) -> None:
    code = published(app)
    page = visit(client, f"/hoi-dap/{code}/bao-sai")
    assert page.press("Gửi báo sai").errors == ["Hãy viết chỗ nào chưa đúng."]
    assert page.press("Gửi báo sai", body="sai").status == 422
    page = page.press(
        "Gửi báo sai", body="Xe không đi thứ Ba mà đi thứ Tư.", contact="an@example.vn"
    )
    assert page.heading == "Đã nhận báo sai"
    with app.app_context():
        report = db.session.scalars(sa.select(ContentReport)).one()
        assert (report.body, report.contact) == (
            "Xe không đi thứ Ba mà đi thứ Tư.",
            "an@example.vn",
        )
        assert report.due_on.strftime("%d/%m/%Y") in page.text


def test_what_a_trap_catches_is_not_heard(app: Flask, client: FlaskClient) -> None:
    page = visit(client, f"/hoi-dap/{published(app)}/bao-sai")
    assert (
        page.press("Gửi báo sai", body="Mua hàng giá rẻ tại đây nhé.", company_url="x").heading
        == "Đã nhận báo sai"
    )
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ContentReport)) == 0


def test_forms_of_what_is_not_public_are_not_there(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        code = make_question(stage=Stage.ANSWERED, consent=Consent.PRIVATE).submission.code
    open_code = published(app)
    token = visit(client, f"/hoi-dap/{open_code}/bao-sai").values("Gửi báo sai")["csrf_token"]
    for act in ("huu-ich", "bao-sai"):
        assert (
            client.post(
                f"/hoi-dap/{code}/{act}", data={"csrf_token": token, "gia-tri": "co"}
            ).status_code
            == 404
        )
