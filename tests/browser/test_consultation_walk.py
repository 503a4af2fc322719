"""A consultation from its making to the comments of four people, walked through the screens of the
office and of the public.
"""

import csv
import datetime as dt
import io
import re
from pathlib import Path

import icalendar
import openpyxl
import pytest
from playwright.sync_api import Locator, Page

from app.devtools.demo import maps
from app.devtools.demo.dossier import picture
from app.kernel.clock import today
from app.workdays import queries as workdays
from tests.browser import consultations as walk
from tests.browser.conftest import Open, Portal
from tests.browser.consultations import (
    DOCX,
    OFFICE,
    XLSX,
    file_of,
    go_to,
    say,
    vi,
    wait_for_import,
    words_of,
)
from tests.browser.test_walk import press, reveal, sign_in, track

pytestmark = pytest.mark.browser
DAY = dt.timedelta(days=1)
TITLE = "Quy hoạch sử dụng đất thời kỳ mới của ba thôn ven sông"
#: The sample consultation that takes comments now.
OPEN = "/lay-y-kien/quy-hoach-su-dung-dat-thoi-ky-2026-2035-xa-an-son"
PLACE = "Một nơi trên bản đồ"
#: The sample commune, in degrees: west, south, east, north.
COMMUNE = (108.76, 15.05, 108.85, 15.12)
DRAFT = (
    "QUY CHẾ",
    "Sử dụng đất bãi bồi ven sông",
    "Điều 1. Phạm vi điều chỉnh",
    "1. Quy chế này áp dụng với đất bãi bồi của ba thôn ven sông.",
    "2. Không áp dụng với đất đã giao.",
    "Điều 2. Cách chia đất",
    "1. Hộ được chia đất gồm:",
    "a) Hộ đang canh tác;",
    "b) Hộ bị sạt lở.",
    # Nobody can tell from the paragraph alone whether it belongs to the clause, to point b or is a
    # clause of its own.
    "Mỗi hộ được chia nhiều nhất một nghìn mét vuông.",
    "2. Thời gian chia là mười năm.",
)
#: A work whose area does not add up: 1,50 planned, 0,50 there already, and 0,80 taken.
WRONG = {
    "code": "Z01",
    "hang_muc": "Bến đò thôn Đông",
    "nhom": "Giao thông",
    "ma_dat": "DGT",
    "dt_ke_hoach_ha": "1.50",
    "dt_hien_trang_ha": "0.50",
    "dt_tang_them_ha": "1.00",
    "su_dung_vao_loai_dat": "LUC 0.80",
    "dia_diem": "X-HL",
    "vi_tri_ban_do": "Tờ 31: thửa 9",
    "nam": "2026",
    "tinh_trang": "new",
}


def fill_in(page: Page, closes_on: dt.date) -> None:
    page.get_by_label("Loại", exact=True).select_option(label="Quy hoạch sử dụng đất")
    page.get_by_label("Tên", exact=True).fill(TITLE)
    page.get_by_label("Trích yếu").fill(
        "Xin ý kiến bà con ba thôn ven sông về quy hoạch sử dụng đất thời kỳ mới."
    )
    page.get_by_label("Căn cứ").fill("Luật Đất đai số 31/2024/QH15, Điều 70")
    page.get_by_label("Số thông báo").fill("88/TB-UBND")
    page.get_by_label("Ngày mở").fill(vi(today()))
    page.get_by_label("Ngày đóng").fill(vi(closes_on))
    page.get_by_label("Nơi niêm yết").fill("Trụ sở Ủy ban nhân dân và nhà văn hóa ba thôn")


def create(page: Page, closes_on: dt.date) -> str:
    """Ten days are refused with the reason; forty are free. Returns the address."""
    page.goto(f"{OFFICE}/moi")
    fill_in(page, today() + 10 * DAY)
    press(page, "Tạo cuộc lấy ý kiến")
    refused = page.locator("#closes_on-error").inner_text()
    # The longer rule is an inference, so it may not be shown as law; the shorter one is law and is
    # named.
    assert "Tối thiểu 30 ngày: mức do cơ quan này tự đặt" in refused
    assert "Tối thiểu 20 ngày theo Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15" in refused
    assert page.get_by_label("Tên", exact=True).input_value() == TITLE
    page.get_by_label("Ngày đóng").fill(vi(closes_on))
    press(page, "Tạo cuộc lấy ý kiến")
    page.wait_for_url(re.compile(r"/ho-so$"))
    return page.url.split("/")[-2]


def add_documents(page: Page) -> None:
    for kind, name, content in (
        ("Tờ trình", "to-trinh.docx", walk.word_file(["TỜ TRÌNH", "Về quy hoạch sử dụng đất."])),
        ("Báo cáo tóm tắt", "tom-tat.docx", walk.word_file(["TÓM TẮT", "Ba thôn ven sông."])),
        ("Bản đồ", "ban-do.pdf", picture(small=True).getvalue()),
    ):
        page.get_by_label("Loại tài liệu").select_option(label=kind)
        page.locator("input[type=file]").set_input_files(file_of(name, content, DOCX))
        press(page, "Thêm tài liệu")
        assert name in words_of(page)


def import_draft(page: Page, slug: str) -> None:
    """The reader is not sure about one paragraph; a person makes a clause of it, and publishes."""
    go_to(page, "Nội dung từng mục")
    page.locator("input[type=file]").set_input_files(
        file_of("du-thao.docx", walk.word_file(DRAFT), DOCX)
    )
    press(page, "Tải lên và tách mục")
    wait_for_import(page)
    page.goto(f"{OFFICE}/{slug}/noi-dung/ban-1")
    assert "1 mục chưa chắc, hãy xem trước" in words_of(page)
    page.get_by_role("link", name="đoạn cuối khoản 1 Điều 2", exact=True).first.click()
    assert "chưa rõ thuộc khoản hay thuộc điểm cuối" in words_of(page)
    page.get_by_label("Loại mục", exact=True).select_option(label="Khoản")
    page.get_by_label("Số hiệu", exact=True).fill("1a.")
    press(page, "Lưu mục này")
    assert "1a. Mỗi hộ được chia" in words_of(page)
    assert "chưa chắc" not in words_of(page)
    press(page, "Công bố bản này")
    assert "Đã công bố bản 1." in words_of(page)


def import_projects(page: Page, slug: str, folder: Path) -> None:
    """24 works are kept; the one that does not add up comes back in a file, is mended there and
    sent again.
    """
    go_to(page, "Danh mục công trình")
    page.get_by_role("link", name="Tải tệp danh mục lên").click()
    page.locator("input[type=file]").set_input_files(
        file_of("danh-muc.csv", walk.project_file(WRONG), "text/csv")
    )
    page.get_by_label("Tên của các mã địa điểm").fill("X-TH = xã Tân Hội\nX-HL = xã Hòa Lợi")
    press(page, "Tải lên")
    told = wait_for_import(page)
    assert re.search(r"24\s+đã nhận", told)
    assert re.search(r"1\s+không nhận", told)
    assert "1,00" in told
    assert "0,80" in told
    with page.expect_download() as downloading:
        page.locator(".ln-attachments a").first.click()
    path = folder / "khong-nhan.xlsx"
    downloading.value.save_as(path)
    page.goto(f"{OFFICE}/{slug}/danh-muc/tai-len")
    content = walk.mended(path, "Z01", su_dung_vao_loai_dat="LUC 1,00")
    page.locator("input[type=file]").set_input_files(file_of("da-sua.xlsx", content, XLSX))
    press(page, "Tải lên")
    assert re.search(r"1\s+đã nhận\s+0\s+không nhận", wait_for_import(page))
    page.goto(f"{OFFICE}/{slug}/danh-muc?q=ben+do")
    assert "Bến đò thôn Đông" in words_of(page)
    assert "25 công trình" in words_of(page)


def import_map(page: Page, slug: str) -> None:
    """The file does not say its zone; a wrong one lands beside the boundary, which tells the right
    one.
    """
    for kind, title, collection in (
        ("Công trình", "Công trình của ba thôn", maps.projects()),
        ("sử dụng đất", "Đất ba thôn", maps.land_use()),
    ):
        page.goto(f"{OFFICE}/{slug}/ban-do")
        shapes = maps.zipped_shapefile(collection, prj=None)
        page.locator("input[type=file]").set_input_files(
            file_of("lop.zip", shapes, "application/zip")
        )
        option = page.get_by_label("Lớp này là").locator("option", has_text=kind).first
        page.get_by_label("Lớp này là").select_option(option.get_attribute("value"))
        page.get_by_label("Tên lớp").fill(title)
        page.get_by_label("Hệ tọa độ, kinh tuyến trục").select_option("9217")
        press(page, "Tải lên và đọc")
        assert "nếu chọn múi 108°00′ (EPSG:5898) thì 100 %" in wait_for_import(page)
        page.get_by_role("link", name="Xem dữ liệu đã nhập").click()
        page.get_by_role("link", name=title, exact=True).click()
        assert "Lớp này có lẽ không nằm đúng chỗ" in words_of(page)
        press(page, "Xác nhận vị trí")
        assert "Hãy đánh dấu nếu bạn chắc chắn vị trí là đúng" in words_of(page)
        # The zone that fits is chosen already.
        assert page.get_by_label("Hệ tọa độ, kinh tuyến trục").input_value() == "5898"
        press(page, "Đọc lại với hệ tọa độ này")
        assert "có lẽ" not in wait_for_import(page).lower()
        page.get_by_role("link", name="Xem dữ liệu đã nhập").click()
        page.get_by_role("link", name=title, exact=True).click()
        assert "VN-2000, 108°00′ (EPSG:5898)" in words_of(page)
        press(page, "Xác nhận vị trí")
        assert f"Đã xác nhận vị trí lớp «{title}»." in words_of(page)


def add_questions(page: Page) -> None:
    for kind, text, options in (
        ("Chọn một", "Bà con muốn làm đường trước hay chợ trước?", "Đường\nChợ"),
        ("Chọn nhiều", "Bà con lo nhất điều gì?", "Ngập\nBụi\nTiếng ồn"),
        ("Mức độ", "Bà con hài lòng với bản dự thảo đến đâu?", "Không hài lòng\nRất hài lòng"),
        ("Tự do", "Còn điều gì cần nói thêm?", ""),
    ):
        go_to(page, "Câu hỏi gợi ý")
        page.get_by_role("link", name="Thêm câu hỏi").click()
        page.get_by_label("Câu hỏi", exact=True).fill(text)
        page.get_by_label(kind, exact=True).check()
        page.get_by_label("Các lựa chọn").fill(options)
        press(page, "Lưu")
        assert text in words_of(page)


def post(page: Page, slug: str) -> None:
    """Opening today: on posting it is open."""
    page.goto(f"{OFFICE}/{slug}")
    page.get_by_role("link", name="Đăng, hẹn ngày mở").click()
    press(page, "Đăng, hẹn ngày mở")
    assert "Đã đăng và mở lấy ý kiến đến hết ngày" in words_of(page)


def extend(page: Page, slug: str) -> None:
    """Once, with a reason that everybody reads."""
    page.goto(f"{OFFICE}/{slug}")
    page.get_by_role("link", name="Gia hạn", exact=True).click()
    again = page.url
    page.get_by_label("Ngày đóng mới").fill(vi(today() + 60 * DAY))
    page.get_by_label("Lý do gia hạn").fill("Bà con bận gặt, cần thêm thời gian.")
    press(page, "Gia hạn")
    assert "Đã gia hạn" in words_of(page)
    assert page.get_by_role("link", name="Gia hạn", exact=True).count() == 0
    assert page.goto(again).status == 409
    assert "không còn thực hiện được" in words_of(page)


def test_an_office_asks_its_people(portal: Portal, open_page: Open, tmp_path: Path) -> None:
    """Everything that an officer does before the first comment, and what the public sees of it."""
    officer = sign_in(open_page(), "tiepnhan")
    with portal.inside():
        # A last day that is off would be moved to this one.
        closes_on = workdays.calendar().next_working_day(today() + 40 * DAY)
    slug = create(officer, closes_on)
    add_documents(officer)
    import_draft(officer, slug)
    import_projects(officer, slug, tmp_path)
    import_map(officer, slug)
    officer.goto(f"{OFFICE}/{slug}")
    add_questions(officer)
    everybody = open_page(phone=True)
    assert everybody.goto(f"/lay-y-kien/{slug}").status == 404
    leader = sign_in(open_page(), "lanhdao")
    post(leader, slug)
    everybody.goto("/lay-y-kien")
    everybody.get_by_role("link", name=TITLE).first.click()
    assert f"Còn {(closes_on - today()).days + 1} ngày" in words_of(everybody)
    assert everybody.get_by_role("link", name="Góp ý", exact=True).count()
    extend(leader, slug)
    everybody.reload()
    assert "Bà con bận gặt, cần thêm thời gian." in words_of(everybody)
    everybody.goto(f"/lay-y-kien/{slug}/noi-dung")
    assert "1a." in words_of(everybody)
    everybody.goto(f"/lay-y-kien/{slug}/danh-muc?to=31&thua=9")
    assert "Bến đò thôn Đông" in words_of(everybody)


# The people -------------------------------------------------------------------------------------
def test_a_farmer_finds_the_parcel_and_proposes_another_wording(
    portal: Portal, open_page: Open
) -> None:
    """At 360 pixels and without scripts, from the front page to the tracking page."""
    farmer, address = open_page(phone=True), "ruong118@hopthu.example"
    farmer.goto("/lay-y-kien")
    farmer.locator(f"main a[href='{OPEN}']").first.click()
    farmer.get_by_role("link", name="Danh mục công trình").first.click()
    farmer.get_by_label("Tờ bản đồ số").fill("07")
    farmer.get_by_label("Thửa số").fill("118")
    press(farmer, "Tìm")
    assert "Công trình có thửa 118, tờ 7" in words_of(farmer)
    farmer.get_by_role("link", name="Trụ sở Công an xã Tân Hội").first.click()
    assert "Tờ 07: thửa 118" in words_of(farmer)
    assert farmer.evaluate("document.documentElement.scrollWidth <= innerWidth")
    farmer.get_by_role("link", name="Góp ý về công trình này").click()
    assert farmer.get_by_label("Công trình, dự án", exact=True).first.is_checked()
    press(farmer, "Tiếp tục")
    say(
        farmer,
        "Đề nghị sửa",
        "Thửa 118 là lối đi chung của xóm, lấy hết thì không còn đường ra ruộng.",
    )
    press(farmer, "Tiếp tục")
    assert "Hãy viết nội dung bạn đề nghị sửa thành." in words_of(farmer)
    farmer.get_by_label("Đề nghị sửa thành").fill("Chừa lối đi rộng ba mét phía tây thửa 118.")
    # The guiding questions of this consultation, one of each kind.
    farmer.get_by_label("Có", exact=True).check()
    farmer.get_by_label("Giữ đất lúa").check()
    farmer.get_by_label("Đường giao thông").check()
    farmer.get_by_label("4", exact=True).check()
    farmer.get_by_label("Còn điều gì bạn muốn xã lưu ý?").fill("Nên họp thêm ở xóm.")
    press(farmer, "Tiếp tục")
    code, pin = walk.consent_and_send(
        farmer, who="Người có đất trong dự án", name="Nguyễn Văn Ruộng", email=address
    )
    assert "Đã nhận, chờ bạn xác nhận" in words_of(farmer)

    mail = portal.mail_to(address, code)
    assert "lối đi chung" not in mail
    link = re.search(r"/xac-nhan/\S+", mail)
    assert link
    farmer.goto(link.group(0))
    press(farmer, "Xác nhận")
    told = track(farmer, code, pin)
    for words in (
        "Chừa lối đi rộng ba mét",
        "A02",
        "Có, được tính",
        "Giữ đất lúa, Đường giao thông",
        "4/5",
        "Nên họp thêm ở xóm.",
    ):
        assert words in told, words
    assert farmer.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # Nobody reads it before a moderator has looked at it.
    stranger = open_page(phone=True)
    stranger.goto(f"{OPEN}/y-kien?cong-trinh=A02")
    assert "lối đi chung" not in words_of(stranger)


def pinned(page: Page) -> tuple[float, float]:
    """Where the pin stands, as the form will send it: longitude and latitude;
    inside the commune.
    """
    assert page.locator("[data-map-status]").inner_text().startswith("Đã đặt ghim: ")
    longitude, latitude = (
        float(page.locator(f"#{name}").input_value()) for name in ("longitude", "latitude")
    )
    west, south, east, north = COMMUNE
    assert west < longitude < east
    assert south < latitude < north
    return longitude, latitude


def live_map(page: Page) -> Locator:
    """The map, once it is drawn."""
    page.locator(".leaflet-container path").first.wait_for()
    return page.locator(".leaflet-container")


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says these words, or has them as its id or class."""
    there = (
        "words => { const at = document.activeElement; return at.innerText?.trim() === words "
        "|| at.id === words || at.classList.contains(words) }"
    )
    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(there, words):
            return
    raise AssertionError(f"no way with the keyboard to {words}")


def test_a_place_is_marked_with_a_pointer(open_page: Open) -> None:
    page = open_page()
    page.goto(f"{OPEN}/gop-y")
    page.get_by_label(PLACE).check()
    press(page, "Tiếp tục")
    chart = live_map(page)
    box = chart.bounding_box()
    assert box
    chart.click(position={"x": box["width"] * 0.4, "y": box["height"] * 0.5})
    first = pinned(page)
    chart.click(position={"x": box["width"] * 0.6, "y": box["height"] * 0.5})
    second = pinned(page)
    # The whole commune is in sight, so a fifth of the map is more than a kilometre and towards the
    # east.
    assert second[0] - first[0] > 0.008
    press(page, "Tiếp tục")
    assert f"{second[0]:.5f}".replace(".", ",") in words_of(page)
    say(page, "Ý kiến khác", "Chỗ này hay ngập, xin đặt thêm một cống thoát nước.")
    press(page, "Tiếp tục")
    code, pin = walk.consent_and_send(page, name="Lê Thị Ghim", phone="0912000881")
    assert "Có, được tính" in track(page, code, pin)


def test_a_place_is_marked_with_the_keyboard_only(open_page: Open) -> None:
    page = open_page()
    page.goto(f"{OPEN}/gop-y")
    tab_to(page, "target_kind")
    page.keyboard.press("ArrowUp")  # round to the last choice
    assert page.get_by_label(PLACE).is_checked()
    tab_to(page, "Tiếp tục")
    page.keyboard.press("Enter")
    live_map(page)
    tab_to(page, "leaflet-container")
    tab_to(page, "Đặt ghim ở giữa bản đồ")
    page.keyboard.press("Enter")
    first = pinned(page)
    page.keyboard.press("Shift+Tab")
    while not page.evaluate("document.activeElement.classList.contains('leaflet-container')"):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)  # the map glides
    tab_to(page, "Đặt ghim ở giữa bản đồ")
    page.keyboard.press("Enter")
    assert pinned(page)[0] > first[0]
    tab_to(page, "Tiếp tục")
    page.keyboard.press("Enter")
    page.locator("textarea[name=body]").wait_for()
    tab_to(page, "stance")
    page.keyboard.press("Space")
    tab_to(page, "body")
    page.keyboard.type("Nơi này nên trồng cây chắn gió cho ruộng bên cạnh.")
    tab_to(page, "Tiếp tục")
    page.keyboard.press("Enter")
    code, pin = walk.consent_and_send(page, name="Trần Văn Phím", phone="0912000882")
    assert "Nơi này nên trồng cây" in track(page, code, pin)


def test_a_place_without_scripts_by_hamlet_or_on_the_small_map(open_page: Open) -> None:
    page = open_page(phone=True)
    page.goto(f"{OPEN}/gop-y")
    page.get_by_label(PLACE).check()
    press(page, "Tiếp tục")
    press(page, "Tiếp tục")
    assert "Hãy đánh dấu trên bản đồ, chọn thôn, khu vực" in words_of(page)
    # The picture is a button: a press on it sets the pin and comes back to the form.
    page.get_by_role("button", name="Bấm vào nơi bạn muốn góp ý trên bản đồ nhỏ này").click(
        position={"x": 150, "y": 140}
    )
    pinned(page)
    page.get_by_label("Thôn, khu vực").select_option(label="Tân Hội")
    press(page, "Tiếp tục")
    assert "Tân Hội" in words_of(page)
    say(page, "Không đồng ý", "Xóm tôi không đồng ý lấy bãi chăn trâu làm bãi đỗ xe.")
    press(page, "Tiếp tục")
    code, pin = walk.consent_and_send(page, name="Phạm Thị Trâu", phone="0912000883")
    assert "Tân Hội" in track(page, code, pin)


def test_a_company_speaks_under_its_own_name(open_page: Open) -> None:
    page = open_page()
    page.goto(f"{OPEN}/gop-y")
    page.get_by_label("Toàn bộ hồ sơ").check()
    press(page, "Tiếp tục")
    say(
        page, "Đồng ý", "Công ty đồng ý, đề nghị công bố sớm điểm đấu nối điện của cụm công nghiệp."
    )
    press(page, "Tiếp tục")
    page.get_by_label("Tổ chức, doanh nghiệp", exact=True).check()
    reveal(page)
    press(page, "Xem lại")
    assert "Hãy nhập tên tổ chức, cơ quan." in words_of(page)
    page.get_by_label("Tên tổ chức, cơ quan").fill("Công ty Thử Nghiệm An Sơn")
    page.get_by_label("Mã số thuế").fill("12345")
    page.get_by_label("Số công văn").fill("09/CV-TN")
    page.locator("input[name=email]").fill("vanphong@thunghiem.example")
    page.get_by_label("Đồng ý công khai góp ý").check()
    press(page, "Xem lại")
    assert page.locator("#tax_code-error").count() == 1
    page.get_by_label("Mã số thuế").fill("0401234567")
    code, pin = walk.consent_and_send(page, who="Tổ chức, doanh nghiệp")
    told = track(page, code, pin)
    assert "Chưa xác nhận" in told
    officer = sign_in(open_page(), "tiepnhan")
    officer.goto(f"/can-bo/gop-y/{code}")
    for words in ("Công ty Thử Nghiệm An Sơn", "0401234567", "09/CV-TN"):
        assert words in words_of(officer), words


# What can be taken away -------------------------------------------------------------------------
def fetched(page: Page, address: str) -> bytes:
    response = page.request.get(address)
    assert response.status == 200, address
    return response.body()


def test_lists_and_days_can_be_taken_away(open_page: Open) -> None:
    page = open_page(phone=True)
    page.goto(f"{OPEN}/danh-muc")
    page.get_by_role("link", name=re.compile("Tải danh mục")).click()
    links = {
        str(link.get_attribute("href")) for link in page.locator("main a[href*='/tai-ve/']").all()
    }
    assert {f"{OPEN}/tai-ve/danh-muc.csv", f"{OPEN}/tai-ve/danh-muc.xlsx"} <= links
    rows = list(
        csv.reader(io.StringIO(fetched(page, f"{OPEN}/tai-ve/danh-muc.csv").decode("utf-8-sig")))
    )
    book = openpyxl.load_workbook(io.BytesIO(fetched(page, f"{OPEN}/tai-ve/danh-muc.xlsx")))
    cells = [[cell for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert len(rows) == len(cells) == 25
    assert [row[0] for row in rows] == [str(row[0]) for row in cells]
    assert next(row for row in rows if row[0] == "A02")[1] == "Trụ sở Công an xã Tân Hội"

    page.goto(OPEN)
    page.get_by_role("link", name="Thêm vào lịch của bạn").wait_for()
    calendar = icalendar.Calendar.from_ical(fetched(page, f"{OPEN}.ics"))
    days = {
        str(event["SUMMARY"]).split(":")[0]: event["DTSTART"].dt
        for event in calendar.walk("VEVENT")
    }
    assert set(days) == {"Mở lấy ý kiến", "Ngày cuối góp ý", "Họp dân"}
    assert isinstance(days["Ngày cuối góp ý"], dt.date)
    assert vi(days["Ngày cuối góp ý"]) in words_of(page)
    everything = icalendar.Calendar.from_ical(fetched(page, "/lay-y-kien/lich.ics"))
    assert len(everything.walk("VEVENT")) > len(days)


def test_what_a_survey_said_is_shown_in_bars_and_in_a_table(open_page: Open) -> None:
    """While it runs nobody sees how others answered, so that nobody is led; the office does."""
    everybody = open_page(phone=True)
    everybody.goto(f"{OPEN}/khao-sat")
    assert "Kết quả trả lời được công bố sau khi hết hạn" in words_of(everybody)
    officer = sign_in(open_page(), "tiepnhan")
    officer.goto(OPEN.replace("/lay-y-kien", OFFICE) + "/khao-sat/ket-qua")
    tables = officer.locator("main table")
    assert tables.count() == 3  # one, several and a scale; the open one has a list
    assert officer.locator("svg.ln-chart").count() == 3
    for chart in officer.locator("svg.ln-chart").all():
        assert chart.get_attribute("aria-label")
