"""Our blocks inside a frame: as high as their content, whole-window links, nothing
for axe to say.
"""

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import Open, Portal
from tests.browser.test_pages import faults

pytestmark = pytest.mark.browser
#: The line of docs/embedding.md. Our own site may always frame its blocks, and this address is
#: answered by the test.
LINE = (
    '<iframe src="{base}/nhung/{block}" title="Khối nhúng" width="100%" height="100" '
    'loading="lazy"></iframe>'
    '<script src="{base}/static/vendor/embed.js" defer></script><noscript><a '
    'href="{base}/{block}">Xem trên cổng</a></noscript>'
)
BLOCKS = ("lay-y-kien", "hoi-dap")


@pytest.mark.parametrize("block", BLOCKS)
def test_the_frame_becomes_as_high_as_what_stands_in_it(
    open_page: Open, portal: Portal, block: str
) -> None:
    page = open_page(width=900)

    def answer(route: Route) -> None:
        body = (
            f'<!doctype html><html lang="vi"><title>Trang của '
            f"tỉnh</title><h1>Trang</h1>{LINE.format(base=portal.base, block=block)}"
        )
        route.fulfill(content_type="text/html; charset=utf-8", body=body)

    page.route("**/trang-cua-tinh", answer)
    page.goto("/trang-cua-tinh")
    page.wait_for_function("document.querySelector('iframe').height !== '100'")
    inner = page.frames[1]
    page.wait_for_function("document.querySelector('iframe').height > 120")
    assert inner.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    wide = int(page.locator("iframe").get_attribute("height") or 0)
    page.set_viewport_size({"width": 320, "height": 700})
    page.wait_for_function(f"Number(document.querySelector('iframe').height) >= {wide}")
    inner.locator("a").last.click()
    page.wait_for_url(f"**/{block}")


def test_a_message_of_somebody_else_changes_nothing(open_page: Open, portal: Portal) -> None:
    page = open_page()
    body = (
        f"<!doctype html><html "
        f'lang="vi"><title>Trang</title><h1>Trang</h1>'
        f"{LINE.format(base=portal.base, block='hoi-dap')}"
    )
    page.route(
        "**/trang-cua-tinh",
        lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=body),
    )
    page.goto("/trang-cua-tinh")
    page.wait_for_function("document.querySelector('iframe').height !== '100'")
    before = page.locator("iframe").get_attribute("height")
    page.evaluate("window.postMessage({type: 'lang-nghe:height', height: 3333}, '*')")
    page.wait_for_timeout(200)
    assert page.locator("iframe").get_attribute("height") == before


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_blocks_themselves(open_page: Open, width: int, language: str) -> None:
    page, found = open_page(width=width), []
    for block in BLOCKS:
        page.goto(f"/nhung/{block}?lang={language}")
        found += faults(page, block)
    assert found == []


@pytest.mark.parametrize("width", [320, 1280])
def test_pages_around_consultations(open_page: Open, width: int) -> None:
    page, found = open_page(width=width), []
    for path in (
        "/",
        "/tim-kiem?q=quy&loai=lay-y-kien",
        "/tim-kiem?q=xyzxyz&loai=lay-y-kien",
        "/theo-doi",
        "/so-do-cong",
    ):
        page.goto(path)
        found += faults(page, path)
    assert found == []
