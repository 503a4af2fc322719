"""The other ways that a question can go, walked in Chromium with two people's sessions: complaints
apart, and every move of the table.
"""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, Portal
from tests.browser.test_walk import (
    ask,
    choose,
    in_words,
    press,
    redact,
    reveal,
    sign_in,
    track,
    write_answer,
)

pytestmark = pytest.mark.browser


def step(page: Page, code: str, name: str) -> None:
    """Open one of «Bước khác» from the workbench, by its name."""
    page.goto(f"/can-bo/hoi-dap/{code}")
    reveal(page)
    page.get_by_role("link", name=name, exact=True).first.click()


def test_a_complaint_stays_apart(portal: Portal, open_page: Open) -> None:
    citizen, address, secret = (
        open_page(phone=True),
        "khieunai@hopthu.example",
        "quyết định số 77 lấy vườn dừa",
    )
    body = (
        f"Tôi khiếu nại {secret} của nhà tôi, đề nghị Chủ tịch giải quyết khiếu nại và hủy "
        f"quyết định đó."
    )
    citizen.goto("/hoi-dap/gui?buoc=noi-dung")
    citizen.locator("textarea[name=body]").fill(body)
    press(citizen, "Tiếp tục")
    # Guidance before sending, and the citizen still decides.
    assert "khiếu nại" in in_words(citizen).lower()
    assert "Phòng Tiếp công dân" in in_words(citizen)
    code, pin = ask(citizen, body, email=address, phone="0912000999", advice=True)

    moderator = sign_in(open_page(), "tiepnhan")
    moderator.goto(f"/can-bo/hoi-dap/{code}")
    reveal(moderator)
    moderator.get_by_label("Khiếu nại", exact=True).check()
    press(moderator, "Lưu phân loại")
    # From now on it is nobody's but the restricted role's.
    assert moderator.goto(f"/can-bo/hoi-dap/{code}").status == 404
    leader = sign_in(open_page(), "lanhdao")
    leader.goto(f"/can-bo/hoi-dap/{code}")
    assert secret not in in_words(leader)
    leader.locator("main textarea, main input[name$=reason]").first.fill("Phân loại đơn")
    press(leader, "Mở và ghi nhật ký")
    assert secret in in_words(leader)
    step(leader, code, "Không tiếp nhận")
    leader.get_by_label("Là khiếu nại, cần gửi đơn").check()
    leader.locator("textarea[name$=text]").fill(
        "Đây là khiếu nại. Xin gửi đơn có ký tên đến Phòng Tiếp công dân trong giờ hành chính."
    )
    press(leader, "Không tiếp nhận")

    assert "gửi đơn có ký tên" in track(citizen, code, pin)
    everybody = open_page(phone=True)
    assert everybody.goto(f"/hoi-dap/{code}").status == 404
    # The first mail is the receipt; the next says only that there is something to read.
    portal.mail_to(address, code)
    for message in portal.mails.messages():
        if address in str(message["To"]):
            text = message.get_body(("plain",))
            assert text is not None
            assert secret not in str(text.get_content())
            assert "gửi đơn có ký tên" not in str(text.get_content())
    auditor = sign_in(open_page(), "kiemtra")
    auditor.goto("/can-bo/he-thong/nhat-ky")
    assert "Mở hồ sơ hạn chế" in in_words(auditor)


def test_a_colleague_who_comes_later_shows_on_the_page_that_is_open(open_page: Open) -> None:
    code, _pin = ask(
        open_page(phone=True), "Chợ An Sơn mở cửa mấy giờ?", email="", phone="0912000777"
    )
    moderator, leader = sign_in(open_page(), "tiepnhan"), sign_in(open_page(), "lanhdao")
    moderator.clock.install()
    moderator.goto(f"/can-bo/hoi-dap/{code}")
    box = moderator.locator("[data-refresh]")
    assert "cũng đang mở" not in in_words(moderator)
    # The leader's page finds the moderator there, because the moderator's said so by itself.
    leader.goto(f"/can-bo/hoi-dap/{code}")
    leader.get_by_text("cũng đang mở câu hỏi này").wait_for()
    moderator.clock.fast_forward(31_000)
    box.get_by_text("cũng đang mở câu hỏi này").wait_for()


def test_spam_and_back_then_to_another_body(open_page: Open) -> None:
    citizen, moderator = open_page(phone=True), sign_in(open_page(), "tiepnhan")
    code, pin = ask(
        citizen,
        "Hộp điện trước ngõ 4 bị hở nắp, mưa xuống sợ rò điện ra đường.",
        phone="0912000998",
    )
    step(moderator, code, "Đánh dấu rác")
    press(moderator, "Đánh dấu rác")
    moderator.goto("/can-bo/hoi-dap?the=rac")
    assert code in in_words(moderator)
    step(moderator, code, "Khôi phục")
    press(moderator, "Khôi phục")
    assert "Đã tiếp nhận" in track(citizen, code, pin)
    step(moderator, code, "Chuyển cơ quan khác")
    moderator.get_by_label("Tên cơ quan").fill("Điện lực An Sơn")
    moderator.get_by_label("Lý do chuyển").fill("Hộp điện do Điện lực quản lý.")
    press(moderator, "Chuyển cơ quan khác")
    words = track(citizen, code, pin)
    assert "Đã chuyển cơ quan khác" in words
    assert "Điện lực An Sơn" in words


def test_a_refusal_and_a_removal_take_two_people(portal: Portal, open_page: Open) -> None:
    citizen, moderator, leader = (
        open_page(phone=True),
        sign_in(open_page(), "tiepnhan"),
        sign_in(open_page(), "lanhdao"),
    )
    code, pin = ask(
        citizen,
        "Nhà hàng xóm nợ tôi hai triệu đồng không trả, đề nghị xã đòi giúp tôi.",
        phone="0912000997",
    )
    step(moderator, code, "Không tiếp nhận")
    moderator.get_by_label("Ngoài thẩm quyền").check()
    moderator.locator("textarea[name$=text]").fill(
        "Việc vay mượn giữa hai người thuộc thẩm quyền của Tòa án."
    )
    press(moderator, "Không tiếp nhận")
    assert "Không tiếp nhận" not in track(citizen, code, pin)
    leader.goto(f"/can-bo/hoi-dap/{code}")
    press(leader, "Đồng ý")
    assert "thuộc thẩm quyền của Tòa án" in track(citizen, code, pin)

    published = portal.address("#21")
    step(moderator, published, "Gỡ")
    moderator.locator("[name$=reason]").first.fill("Có chi tiết nhận ra người gửi.")
    press(moderator, "Gỡ")
    everybody = open_page(phone=True)
    assert everybody.goto(f"/hoi-dap/{published}").status == 200
    leader.goto(f"/can-bo/hoi-dap/{published}")
    press(leader, "Đồng ý")
    assert everybody.goto(f"/hoi-dap/{published}").status == 410
    step(moderator, published, "Đăng lại")
    moderator.locator("[name$=reason]").first.fill("Đã che chi tiết đó.")
    press(moderator, "Đăng lại")
    leader.goto(f"/can-bo/hoi-dap/{published}")
    press(leader, "Đồng ý")
    assert everybody.goto(f"/hoi-dap/{published}").status == 200


def test_more_time_once_then_reopened(open_page: Open) -> None:
    citizen = open_page(phone=True)
    code, pin = ask(
        citizen, "Khi nào thôn Đông có nước máy, đường ống đã đặt từ năm ngoái?", phone="0912000996"
    )
    moderator, leader = sign_in(open_page(), "tiepnhan"), sign_in(open_page(), "lanhdao")
    moderator.goto(f"/can-bo/hoi-dap/{code}")
    redact(moderator)
    moderator.goto(f"/can-bo/hoi-dap/{code}")
    choose(moderator, "topic", "Xây dựng")
    choose(moderator, "to", "Khoa")
    press(moderator, "Phân công")
    step(leader, code, "Gia hạn")
    leader.locator("[name$=reason]").first.fill("Chờ công ty cấp nước trả lời.")
    press(leader, "Gia hạn")
    assert "Chờ công ty cấp nước trả lời." in track(citizen, code, pin)
    leader.goto(f"/can-bo/hoi-dap/{code}")
    reveal(leader)
    assert leader.get_by_role("link", name="Gia hạn", exact=True).count() == 0
    officer = sign_in(open_page(), "chuyenvien.kt")
    write_answer(
        officer, code, "Nước máy về thôn Đông trong tháng tới, sau khi đấu nối xong trạm bơm."
    )
    leader.goto(f"/can-bo/hoi-dap/{code}")
    press(leader, "Duyệt, trả lời riêng")
    assert open_page(phone=True).goto(f"/hoi-dap/{code}").status == 404
    assert "trạm bơm" in track(citizen, code, pin)
    citizen.goto(f"/tra-cuu/{code}/mo-lai")
    citizen.locator("main textarea").first.fill("Tháng trước cũng trả lời như vậy mà chưa có nước.")
    press(citizen, "Đề nghị xem lại")
    assert "Đang xử lý" in track(citizen, code, pin)


def test_the_sender_takes_it_back(open_page: Open) -> None:
    citizen = open_page(phone=True)
    code, pin = ask(
        citizen,
        "Tôi hỏi về lịch tiêm phòng cho trâu bò ở thôn Suối Khe đợt này.",
        phone="0912000995",
    )
    track(citizen, code, pin)
    citizen.get_by_role("link", name="Rút câu hỏi").first.click()
    press(citizen, "Rút câu hỏi")
    assert "Đã rút" in track(citizen, code, pin)
