"""Pages as people meet them: axe, one heading, no sideways scrolling, nothing in the console, few
bytes.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Open, Portal
from tests.browser.test_walk import sign_in

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PUBLIC = (
    "/",
    "/hoi-dap",
    "/hoi-dap/#21",
    "/hoi-dap/gui",
    "/tra-cuu",
    "/tim-kiem?q=dat",
    "/theo-doi",
    "/lien-he",
    "/so-do-cong",
    "/kha-nang-tiep-can",
    "/du-lieu-ca-nhan",
    "/khong-co-trang-nay",
)
STAFF = {
    "tiepnhan": (
        "/can-bo/",
        "/can-bo/hoi-dap",
        "/can-bo/nhap-ho",
        "/can-bo/bao-sai",
        "/can-bo/tai-khoan",
    ),
    "lanhdao": ("/can-bo/hoi-dap", "/can-bo/hoi-dap/#49"),
    "chuyenvien.kt": ("/can-bo/hoi-dap/#24",),
    "quantri": (
        "/can-bo/he-thong",
        "/can-bo/he-thong/thu",
        "/can-bo/he-thong/cong-viec",
        "/can-bo/he-thong/nguoi-dung",
        "/can-bo/he-thong/lich-lam-viec",
        "/can-bo/he-thong/nhat-ky",
    ),
}


def faults(page: object, path: str) -> list[str]:
    """What is wrong with the page that is open."""
    found = [
        f"{path}: {item['id']}" for item in Axe().run(page, options=RULES).response["violations"]
    ]
    if page.locator("h1").count() != 1:  # type: ignore[attr-defined]
        found.append(f"{path}: not one h1")
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):  # type: ignore[attr-defined]
        found.append(f"{path}: scrolls sideways")
    return found


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_public_pages(open_page: Open, portal: Portal, width: int, language: str) -> None:
    page, found = open_page(width=width), []
    page.goto(f"/?lang={language}")
    for path in PUBLIC:
        page.goto(portal.address(path))
        found += faults(page, path)
    assert found == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("username", STAFF)
def test_staff_pages(open_page: Open, portal: Portal, username: str, width: int) -> None:
    page, found = sign_in(open_page(width=width), username), []
    for path in STAFF[username]:
        page.goto(portal.address(path))
        found += faults(page, path)
    assert found == []


@pytest.mark.parametrize("path", ["/", "/hoi-dap/#21"])
def test_a_reading_page_is_light(open_page: Open, portal: Portal, path: str) -> None:
    """At most 70 KB over the wire with the font, 30 KB without."""
    page = open_page()
    sizes: dict[str, int] = {}
    page.on(
        "requestfinished",
        lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}),
    )
    page.goto(portal.address(path))
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= 70 * 1024, sizes
    assert sum(size for url, size in sizes.items() if not url.endswith(".woff2")) <= 30 * 1024, (
        sizes
    )
