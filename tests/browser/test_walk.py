"""The whole way: a question from a phone without JavaScript becomes a published
answer and a mail.
"""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PASSWORD, Open, Portal

pytestmark = pytest.mark.browser
MARKER = "kênh thủy lợi số 9 bị sạt"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def sign_in(page: Page, username: str) -> Page:
    page.goto("/can-bo/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    press(page, "Đăng nhập")
    page.wait_for_url(re.compile(r"/can-bo/?$"))
    return page


def ask(
    page: Page, body: str, *, email: str = "", phone: str = "", advice: bool = False
) -> tuple[str, str]:
    """Through the three steps; returns code and PIN."""
    page.goto("/hoi-dap/gui")
    page.locator("input[name=q]").fill("sat kenh thuy loi")
    press(page, "Tìm")
    press(page, "Chưa có, tôi muốn hỏi")
    page.locator("textarea[name=body]").fill(body)
    press(page, "Tiếp tục")
    if advice:
        help_me = page.get_by_role("button", name="Che giúp tôi")
        if help_me.count():
            help_me.first.click()
        understood = page.get_by_role("button", name="Tôi hiểu, vẫn gửi ở đây")
        if understood.count():
            understood.first.click()
        if page.locator("textarea[name=body]").is_visible():
            press(page, "Tiếp tục")
    page.get_by_label("Họ và tên").fill("Nguyễn Thị Ân")
    if phone:
        page.locator("input[name=phone]").fill(phone)
    if email:
        page.locator("input[name=email]").fill(email)
    page.get_by_label("Đồng ý", exact=False).first.check()
    press(page, "Xem lại")
    press(page, "Gửi câu hỏi")
    text = page.locator("main").inner_text()
    code = re.search(r"AS-\d{4}-\d{6}", text)
    pin = re.search(r"\b(\d{3}) ?(\d{3})\b", page.locator(".ln-receipt__pin").first.inner_text())
    assert code, text
    assert pin, text
    return code.group(0), pin.group(1) + pin.group(2)


def track(page: Page, code: str, pin: str) -> str:
    page.goto("/tra-cuu")
    page.get_by_label("Mã tra cứu").fill(code)
    page.get_by_label("Mã PIN").fill(pin)
    press(page, "Tra cứu")
    return page.locator("main").inner_text()


def in_words(page: Page) -> str:
    return page.locator("main").inner_text()


def test_a_question_from_a_phone_becomes_a_published_answer_and_a_mail(
    portal: Portal, open_page: Open
) -> None:
    citizen, address = open_page(phone=True), "an@hopthu.example"
    code, pin = ask(
        citizen,
        f"Tuần qua {MARKER}, nước tràn vào ruộng. Gọi tôi số 0912 345 678 để biết thêm.",
        email=address,
        advice=True,
    )
    assert "Vì sao ngày này?" in citizen.content()

    mail = portal.mail_to(address, code)
    assert MARKER not in mail
    link = re.search(r"/xac-nhan/\S+", mail)
    assert link
    citizen.goto(link.group(0))
    press(citizen, "Xác nhận")
    citizen.goto(link.group(0))
    assert citizen.get_by_role("button", name="Xác nhận", exact=True).count() == 0
    assert "Đã tiếp nhận" in track(citizen, code, pin)

    moderator = sign_in(open_page(), "tiepnhan")
    moderator.goto("/can-bo/hoi-dap?tab=chua-phan-cong")
    moderator.goto(f"/can-bo/hoi-dap/{code}")
    assert MARKER in in_words(moderator)
    assert "0912 345 678" not in in_words(moderator)  # the citizen had it redacted before sending
    redact(moderator)
    moderator.goto(f"/can-bo/hoi-dap/{code}")
    choose(moderator, "topic", "Nông nghiệp")
    choose(moderator, "to", "Khoa")
    press(moderator, "Phân công")

    officer = sign_in(open_page(), "chuyenvien.kt")
    ask_more(officer, code)
    assert "Cần bổ sung" in track(citizen, code, pin)
    citizen.goto(f"/tra-cuu/{code}/bo-sung")
    citizen.locator("textarea").first.fill("Đoạn sạt cách cầu Đá khoảng năm mươi mét về phía nam.")
    press(citizen, "Gửi bổ sung")
    assert "Đang xử lý" in track(citizen, code, pin)

    write_answer(officer, code, "Kênh số 9 sẽ được đắp lại và kè đá trước mùa mưa năm nay.")
    leader = sign_in(open_page(phone=True), "lanhdao")
    leader.goto(f"/can-bo/hoi-dap/{code}")
    leader.locator("textarea[name*=reason]").first.fill("Hãy ghi rõ ngày bắt đầu sửa.")
    press(leader, "Trả lại")
    write_answer(
        officer, code, "Từ ngày mai kênh số 9 được đắp lại và kè đá, xong trước mùa mưa năm nay."
    )
    leader.goto(f"/can-bo/hoi-dap/{code}")
    press(leader, "Duyệt và đăng")

    assert "kè đá" in portal.mail_to(address, f"Trả lời câu hỏi {code}")
    assert "kè đá" in track(citizen, code, pin)
    everybody = open_page(phone=True)
    for address_of_answer in (
        f"/hoi-dap/{code}",
        "/hoi-dap?q=s%E1%BA%A1t+k%C3%AAnh",
        "/hoi-dap?q=sat+kenh",
    ):
        everybody.goto(address_of_answer)
        assert "kè đá" in in_words(everybody), address_of_answer
    assert "0912 345 678" not in everybody.content()
    assert code in everybody.request.get("/hoi-dap/feed.atom").text()


def choose(page: Page, name: str, words: str) -> None:
    """Choose the option that holds these words."""
    select = page.locator(f"select[name$={name}]").first
    value = select.locator("option", has_text=words).first.get_attribute("value")
    select.select_option(value)


def reveal(page: Page) -> None:
    """Open everything that is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")


def redact(page: Page) -> None:
    reveal(page)
    form = page.locator("form", has=page.get_by_role("button", name="Lưu nội dung sẽ đăng"))
    form.locator("[name$=title]").fill("Khi nào sửa kênh thủy lợi số 9 bị sạt?")
    form.locator("[name$=body]").fill(
        "Kênh thủy lợi số 9 bị sạt, nước tràn vào ruộng. Khi nào được sửa?"
    )
    form.locator("[name$=reason]").fill("Có số điện thoại.")
    form.get_by_role("button", name="Lưu nội dung sẽ đăng").click()


def ask_more(page: Page, code: str) -> None:
    page.goto(f"/can-bo/hoi-dap/{code}")
    page.get_by_role("link", name="Hỏi thêm", exact=True).click()
    page.locator("main textarea").first.fill("Xin cho biết đoạn kênh bị sạt ở gần chỗ nào.")
    press(page, "Hỏi thêm")


def write_answer(page: Page, code: str, short: str) -> None:
    page.goto(f"/can-bo/hoi-dap/{code}")
    page.locator("textarea[name$=short]").fill(short)
    page.locator("textarea[name$=resolution]").fill(
        "Tổ thủy nông đắp lại đoạn sạt, sau đó kè đá. Bà con không cần làm gì thêm."
    )
    page.get_by_label("Đã giải quyết", exact=True).check()
    press(page, "Trình duyệt")
