"""Comments that come on paper or wait in the queue: keyed in by a clerk, redacted, shown, kept
back, many at once.
"""

import datetime as dt
import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page

from app.comments.states import Stance
from app.consultations.queries import staff
from app.consultations.service import lifecycle
from app.consultations.states import ShowComments
from app.kernel.clock import today
from tests.browser import prepared
from tests.browser.conftest import Open, Portal
from tests.browser.consultations import (
    OFFICE,
    XLSX,
    download,
    file_of,
    go_to,
    mended,
    vi,
    wait_for_import,
    words_of,
)
from tests.browser.prepared import Said
from tests.browser.test_walk import choose, press, reveal, sign_in, track

pytestmark = pytest.mark.browser
DAY = dt.timedelta(days=1)
SLIPS = (
    {"Số phiếu": "1", "Họ và tên": "Đinh Văn Tư", "Ý kiến": "Đồng ý", "Đồng ý công khai": "Có"},
    {
        "Số phiếu": "2",
        "Họ và tên": "Hồ Thị Mận",
        "Ý kiến": "Không đồng ý",
        "Nội dung": "Tiền thuê chỗ cao quá, tôi bán rau mỗi sáng.",
    },
    # A slip on which nothing was ticked says nothing: silence is no agreement.
    {
        "Số phiếu": "3",
        "Họ và tên": "Cao Văn Sáu",
        "Ý kiến": "",
        "Nội dung": "Nên mở cổng chợ phía sau cho xe máy.",
    },
)


# On paper ---------------------------------------------------------------------------------------
def slips(sample: bytes) -> bytes:
    """The empty file of the office, filled in by somebody."""
    book, stream = openpyxl.load_workbook(io.BytesIO(sample)), io.BytesIO()
    sheet = book.worksheets[0]
    titles = [str(cell.value) for cell in sheet[1]]
    for number, slip in enumerate(SLIPS, start=2):
        for title, value in slip.items():
            sheet.cell(number, titles.index(title) + 1, value)
    book.save(stream)
    return stream.getvalue()


def key_in_a_slip(page: Page) -> tuple[str, str]:
    """Without its stance it is refused and nothing is lost; then there is a receipt to print."""
    page.get_by_label("Văn bản giấy", exact=True).check()
    page.get_by_label("Nội dung", exact=True).fill(
        "Đề nghị cho xe tải vào chợ muộn hơn vì đường còn tối."
    )
    choose(page, "target", "Xe tải vào chợ trước 5 giờ")
    page.get_by_label("Họ và tên").fill("Lý Thị Hạnh")
    page.get_by_label("Đồng ý công khai góp ý", exact=True).check()
    press(page, "Lưu và in phiếu nhận")
    assert "Hãy chọn ý kiến ghi trên phiếu." in words_of(page)
    assert page.get_by_label("Họ và tên").input_value() == "Lý Thị Hạnh"
    page.get_by_label("Đề nghị sửa", exact=True).check()
    reveal(page)
    page.get_by_label("Đề nghị sửa thành").fill("Xe tải vào chợ trước 6 giờ.")
    press(page, "Lưu và in phiếu nhận")
    told = words_of(page)
    code, pin = (
        re.search(r"AS-\d{4}-\d{6}", told),
        re.search(r"\b(\d{3}) (\d{3})\b", page.locator(".ln-receipt__pin").inner_text()),
    )
    assert code
    assert pin
    return code.group(0), pin.group(1) + pin.group(2)


def key_in_a_letter(page: Page) -> str:
    """The opinion of an agency, with its number and day."""
    page.get_by_role("link", name="Nhập phiếu khác").click()
    reveal(page)
    page.get_by_label("Ngày ghi trên phiếu, văn bản").fill(vi(today() - 2 * DAY))
    page.get_by_label("Ý kiến khác", exact=True).check()
    page.get_by_label("Nội dung", exact=True).fill(
        "Phòng thống nhất với dự thảo, đề nghị bổ sung quy định phòng cháy."
    )
    page.get_by_label("Góp ý về").select_option(label="Toàn bộ hồ sơ")
    page.get_by_label("Đồng ý công khai góp ý", exact=True).check()
    page.get_by_label("Người gửi là").select_option(label="Cơ quan nhà nước")
    page.get_by_label("Tên tổ chức, cơ quan").fill("Phòng Cảnh sát phòng cháy số 2")
    page.get_by_label("Số công văn").fill("15/CV-PC")
    press(page, "Lưu và in phiếu nhận")
    told = words_of(page)
    assert f"Ngày nhận {vi(today() - 2 * DAY)}" in told
    found = re.search(r"AS-\d{4}-\d{6}", told)
    assert found
    return found.group(0)


def send_slips(page: Page, slug: str, name: str, content: bytes) -> str:
    page.goto(f"{OFFICE}/{slug}/nhap/tep-phieu")
    page.locator("input[type=file]").set_input_files(file_of(name, content, XLSX))
    press(page, "Tải lên")
    return wait_for_import(page)


def import_slips(page: Page, slug: str, folder: Path) -> None:
    """The bad row comes back with its reason, is mended and sent again; the whole file once more
    adds nothing.
    """
    page.goto(f"{OFFICE}/{slug}/nhap/tep-phieu")
    content = slips(
        download(page, page.get_by_role("link", name="Tải tệp mẫu"), folder / "mau.xlsx")
    )
    told = send_slips(page, slug, "phieu-thon-trung.xlsx", content)
    assert re.search(r"2\s+đã nhận\s+1\s+không nhận", told)
    assert "Chưa ghi ý kiến. Im lặng không được tính là đồng ý." in told
    download(page, page.locator(".ln-attachments a").first, folder / "khong-nhan.xlsx")
    told = send_slips(
        page,
        slug,
        "da-sua.xlsx",
        mended(folder / "khong-nhan.xlsx", "3", **{"Ý kiến": "Đề nghị sửa"}),
    )
    assert re.search(r"1\s+đã nhận\s+0\s+không nhận", told)
    told = send_slips(page, slug, "phieu-thon-trung.xlsx", content)
    assert "Nhận mới 0 phiếu; 2 phiếu đã có từ lần trước nên không thêm." in told


def key_in_a_meeting(page: Page) -> None:
    """One statement without a stance: the error stands beside its row, and nothing that was typed
    is lost.
    """
    go_to(page, "Nhập hộ")
    page.get_by_label("Cách nhập").get_by_role("link", name="Họp dân").click()
    page.get_by_role("link", name="Nhập một cuộc họp").click()
    page.get_by_label("Ngày họp").fill(vi(today() - DAY))
    page.get_by_label("Nơi họp").fill("Nhà văn hóa thôn Trung")
    page.get_by_label("Số người dự").fill("46")
    page.get_by_label("Số người đồng ý").fill("31")
    page.get_by_label("Số người không đồng ý").fill("9")
    page.get_by_label("Không công khai, chỉ đưa vào hồ sơ").check()
    for number, (stance, name, body) in enumerate(
        (
            ("Đồng ý", "Ông Tám", "Đa số đồng ý với giờ họp chợ mới."),
            ("", "Bà Năm", "Nên có chỗ cho người bán rong."),
            ("Không đồng ý", "Ông Chín", "Không thu tiền thuê chỗ trong ba tháng mưa."),
        )
    ):
        row = page.get_by_role("group", name=f"Ý kiến {number + 1}", exact=True)
        if stance:
            row.get_by_label("Ý kiến", exact=True).select_option(label=stance)
        row.get_by_label("Người phát biểu").fill(name)
        row.get_by_label("Nội dung").fill(body)
    press(page, "Lưu cuộc họp")
    assert "Có mục cần sửa" in words_of(page)
    second = page.get_by_role("group", name="Ý kiến 2", exact=True)
    assert "Hãy chọn ý kiến của dòng này." in second.inner_text()
    assert second.get_by_label("Nội dung").input_value() == "Nên có chỗ cho người bán rong."
    assert page.get_by_label("Số người dự").input_value() == "46"
    second.get_by_label("Ý kiến", exact=True).select_option(label="Ý kiến khác")
    press(page, "Lưu cuộc họp")
    told = words_of(page)
    assert "Đã nhập cuộc họp và 3 ý kiến." in told
    assert (
        "1 cuộc họp, 46 lượt người dự, 31 đồng ý, 9 không đồng ý theo biên bản. Số này không cộng "
        "vào số góp ý." in told
    )


def test_a_clerk_keys_in_what_came_on_paper(
    portal: Portal, open_page: Open, tmp_path: Path
) -> None:
    with portal.inside():
        held = prepared.hold(
            "Dự thảo Quy chế quản lý chợ, lấy ý kiến bằng phiếu", opened=5, closes=25
        )
    clerk = sign_in(open_page(), "tiepnhan")
    clerk.goto(f"{OFFICE}/{held.slug}")
    go_to(clerk, "Nhập hộ")
    code, pin = key_in_a_slip(clerk)
    clerk.emulate_media(media="print")
    assert not clerk.get_by_role("link", name="Nhập phiếu khác").is_visible()
    assert clerk.locator(".ln-receipt__qr img").is_visible()
    clerk.emulate_media(media="screen")
    assert "Xe tải vào chợ trước 6 giờ." in track(open_page(phone=True), code, pin)
    letter = key_in_a_letter(clerk)
    import_slips(clerk, held.slug, tmp_path)
    clerk.get_by_role("link", name="Xem dữ liệu đã nhập").click()
    key_in_a_meeting(clerk)
    go_to(clerk, "Ý kiến")
    told = words_of(clerk)
    # A slip, a letter, three rows, three statements; who was only present at the meeting is counted
    # apart.
    assert re.search(r"8\s+góp ý trong hồ sơ\s+8\s+người đứng sau", told)
    assert (
        "Họp dân, đếm riêng theo biên bản: 1 cuộc, 46 lượt người dự, 31 đồng ý, 9 không đồng ý."
        in told
    )
    clerk.goto(f"{OFFICE}/{held.slug}/y-kien?la=agency")
    assert letter in words_of(clerk)
    assert code not in words_of(clerk)
    clerk.get_by_role("link", name=re.compile("Phòng thống nhất với dự thảo")).click()
    assert "Phòng Cảnh sát phòng cháy số 2 · Số 15/CV-PC" in words_of(clerk)


# The queue --------------------------------------------------------------------------------------
MARKET = (
    Said(
        "Trần Thị Mười",
        "Chợ nên họp từ 5 giờ. Gọi tôi số 0912 345 678 nếu cần.",
        Stance.DISAGREE,
        "muoi@hopthu.example",
        "dieu-2",
    ),
    Said(
        "Vũ Văn Lộc",
        "Ban quản lý chợ là ông Phúc Lé, người gì mà tham.",
        Stance.OTHER,
        "loc@hopthu.example",
    ),
    Said("Ngô Thị Hoa", "Tôi đồng ý với giờ họp chợ như dự thảo.", Stance.AGREE, clause="dieu-2"),
    Said(
        "Mai Văn Đức",
        "Tiền thuê chỗ như vậy là hợp lý với người bán lâu năm.",
        Stance.AGREE,
        clause="dieu-3",
    ),
)


def queue_of(page: Page, title: str) -> None:
    """From the queue of questions to the comments of one consultation."""
    page.goto("/can-bo/hoi-dap")
    page.get_by_role("link", name=re.compile("Góp ý chờ xem")).click()
    choose(page, "cuoc", title)
    press(page, "Lọc")


def public_words(page: Page, slug: str) -> str:
    page.goto(f"/lay-y-kien/{slug}/y-kien")
    return words_of(page)


def test_comments_wait_in_the_queue_and_are_shown_at_once(portal: Portal, open_page: Open) -> None:
    title = "Dự thảo Quy chế quản lý chợ, công khai ngay"
    with portal.inside():
        held = prepared.hold(title, opened=5, closes=25, said=MARKET)
    moderator, everybody = sign_in(open_page(), "tiepnhan"), open_page(phone=True)
    queue_of(moderator, title)
    assert all(code in words_of(moderator) for code in held.codes)
    moderator.get_by_label("Từ khóa, mã, người gửi").fill("Thị Mười")
    press(moderator, "Lọc")
    assert held.codes[0] in words_of(moderator)
    assert held.codes[1] not in words_of(moderator)
    moderator.get_by_role("link", name=re.compile("Chợ nên họp từ 5 giờ")).click()
    words_of(moderator)
    assert "0912 345 678" in moderator.locator("mark.ln-pii").first.inner_text()
    assert held.codes[0] not in public_words(everybody, held.slug)
    press(moderator, "Che cả 1 chỗ và lưu")
    moderator.goto(f"/can-bo/gop-y/{held.codes[0]}")
    press(moderator, "Công khai góp ý")
    shown = public_words(everybody, held.slug)
    assert "Chợ nên họp từ 5 giờ" in shown
    assert "0912" not in everybody.content()

    moderator.goto(f"/can-bo/gop-y/{held.codes[1]}")
    reveal(moderator)
    moderator.get_by_label("Lý do không công khai").fill("Có lời lẽ xúc phạm người khác.")
    press(moderator, "Không công khai góp ý")
    assert "Có lời lẽ xúc phạm người khác." in portal.mail_to(
        "loc@hopthu.example", f"{held.codes[1]} không được công khai"
    )

    queue_of(moderator, title)
    for code in held.codes[2:]:
        moderator.get_by_label(f"Chọn {code}").check()
    assert "Đã chọn 2" in words_of(moderator)
    moderator.get_by_label("Với các góp ý đã chọn").select_option(
        label="Công khai (nguyên văn hoặc bản đã che)"
    )
    press(moderator, "Xem trước việc này")
    assert "Chưa có gì thay đổi." in words_of(moderator)
    assert "hợp lý với người bán lâu năm" not in public_words(everybody, held.slug)
    press(moderator, "Thực hiện")
    assert "Bạn đã công khai 2 góp ý" in words_of(moderator)
    assert "hợp lý với người bán lâu năm" in public_words(everybody, held.slug)
    press(moderator, "Hoàn tác")
    assert "hợp lý với người bán lâu năm" not in public_words(everybody, held.slug)
    # Shown, kept back or waiting: all four belong to the file.
    moderator.goto(f"{OFFICE}/{held.slug}/y-kien")
    assert re.search(r"4\s+góp ý trong hồ sơ", words_of(moderator))


def test_comments_are_shown_only_after_closing(portal: Portal, open_page: Open) -> None:
    title = "Dự thảo Quy chế quản lý chợ, công khai sau"
    with portal.inside():
        held = prepared.hold(
            title, opened=40, closes=2, said=MARKET[2:], show=ShowComments.AFTER_CLOSING
        )
    moderator, everybody = sign_in(open_page(), "tiepnhan"), open_page(phone=True)
    moderator.goto(f"/can-bo/gop-y/{held.codes[0]}")
    press(moderator, "Lưu và công khai")
    words_of(moderator)
    told = public_words(everybody, held.slug)
    assert "Ý kiến được công khai sau khi hết hạn" in told
    assert "Tôi đồng ý với giờ họp chợ" not in told
    with portal.inside():
        # Days pass: the last one was yesterday.
        consultation = staff.by_slug(held.slug)
        consultation.closes_on = today() - DAY
        lifecycle.close_due()
    told = public_words(everybody, held.slug)
    assert "Tôi đồng ý với giờ họp chợ" in told
    assert "Hồ sơ có 2 góp ý gửi đúng hạn của 2 người" in told
    assert "hợp lý với người bán lâu năm" not in told
