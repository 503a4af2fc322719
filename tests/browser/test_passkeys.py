"""A passkey in a real browser: Chromium's virtual authenticator adds one and signs in with it."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.access import Role
from app.accounts.service import create_user
from tests.browser.conftest import Portal, _wait_until_it_answers
from tests.faults.site import Program
from tests.smtp_server import free_port

pytestmark = pytest.mark.browser
USER, SECRET = "co.khoa", "duong-lang-mua-gat"


@pytest.fixture(scope="module")
def address(portal: Portal) -> Iterator[str]:
    """The same installation at an address with a host name: browsers allow no passkeys without."""
    port = free_port()
    base = f"http://localhost:{port}"
    settings = portal.app.config["SETTINGS"]
    environment = {
        **os.environ,
        "LANGNGHE_ENVIRONMENT": settings.environment,
        "LANGNGHE_SECRET_KEY": settings.secret_key,
        "LANGNGHE_DEMO": "true",
        "LANGNGHE_PUBLIC_BASE_URL": base,
        "INSTANCE": str(portal.folder),
        "DATABASE_URL": "",
    }
    bind = ("--bind", f"127.0.0.1:{port}", "--no-control-socket")
    program = Program(
        "gunicorn", "wsgi:app", *bind, environment=environment, log=portal.folder / "named.log"
    )
    with portal.inside():
        create_user(
            username=USER,
            full_name="Người Có Khóa",
            email="khoa@anson.example",
            roles=[Role.OFFICER],
            password=SECRET,
        )
    program.start()
    _wait_until_it_answers(port)
    yield base
    program.stop()


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    made = browser.new_context(
        base_url=address, locale="vi-VN", viewport={"width": 360, "height": 740}
    )
    made.set_default_timeout(15_000)
    yield made
    made.close()


def with_authenticator(context: BrowserContext) -> Page:
    """A page on a device that verifies its owner, as telephones do."""
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def give_password(page: Page) -> None:
    page.goto("/can-bo/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill(USER)
    page.get_by_label("Mật khẩu", exact=True).fill(SECRET)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.wait_for_url(lambda url: "/can-bo/dang-nhap" not in url)


def sign_out(page: Page) -> None:
    page.context.clear_cookies()


def test_a_passkey_is_added_and_signs_in_alone_and_after_the_password(
    context: BrowserContext,
) -> None:
    page = with_authenticator(context)
    give_password(page)
    page.goto("/can-bo/tai-khoan/khoa-truy-cap")
    page.get_by_label("Tên của khóa").fill("Điện thoại")
    page.get_by_label("Mật khẩu hiện tại").fill("khong-phai-mat-khau")
    add = page.get_by_role("button", name="Thêm khóa truy cập")
    add.click()
    expect(page.get_by_text("Mật khẩu hiện tại không đúng.")).to_be_visible()
    page.get_by_label("Mật khẩu hiện tại").fill(SECRET)
    page.wait_for_timeout(1_000)  # a second click within a second does not count
    add.click()
    expect(page.get_by_role("heading", name="Mã dự phòng của bạn")).to_be_visible()

    sign_out(page)
    page.goto("/can-bo/dang-nhap?next=/can-bo/tai-khoan/khoa-truy-cap")
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    expect(page.get_by_role("link", name="Điện thoại")).to_be_visible()
    expect(page.get_by_text("Dùng lần cuối")).to_be_visible()

    sign_out(page)
    give_password(page)
    expect(page.get_by_role("heading", name="Nhập mã xác thực")).to_be_visible()
    page.get_by_role("button", name="Dùng khóa truy cập").click()
    page.wait_for_url(lambda url: "/can-bo/xac-thuc" not in url)
    page.goto("/can-bo/tai-khoan")
    expect(page.get_by_role("heading", name="Tài khoản của bạn")).to_be_visible()


def test_a_device_without_the_key_is_told_so(context: BrowserContext) -> None:
    page = with_authenticator(context)
    page.goto("/can-bo/dang-nhap")
    page.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    expect(page.get_by_text("Trình duyệt không nhận được khóa truy cập")).to_be_visible()


def test_without_scripts_the_page_says_what_passkeys_need(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/can-bo/dang-nhap")
    said = page.locator("noscript p", has_text="Khóa truy cập cần JavaScript")
    assert said.is_visible()
    assert not page.locator("[data-passkey-box]").is_visible()
    context.close()
