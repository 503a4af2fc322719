import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.submissions.screening import (
    CERTAIN_SPAM,
    LIKELY_SPAM,
    Concern,
    ConcernKind,
    looks_like_complaint,
    spam_score,
)

DENUNCIATION = "Tố cáo cán bộ nhận tiền"
RUBBISH = "asdasd mua tài khoản giá rẻ http://..."
#: The other 48 titles of the demo data.
ORDINARY = [
    "Đất ở từ năm 1985 chỉ có giấy viết tay thì làm sổ thế nào?",
    "Hồ sơ tách thửa nộp 40 ngày chưa có kết quả",
    "Sổ cấp năm 2007 thiếu phần đất vườn phía sau",
    "Sổ không ghi lối đi chung, thửa bên trong không có đường ra",
    "Thửa 118 tờ 7 Tân Hội có nằm trong kế hoạch 2026 không?",
    "Đất ruộng muốn trồng cây lâu năm có phải xin phép?",
    "Quy hoạch đường qua vườn đã 8 năm chưa làm, có được xây nhà?",
    "Xin bản đồ kế hoạch sử dụng đất bản nhẹ để xem trên điện thoại",
    "Chưa nhận đủ tiền bồi thường đường Hòa Lợi - Tân Hội",
    "Giá bồi thường cây keo 4 năm tuổi tính thế nào?",
    "Lô tái định cư khi nào bốc thăm?",
    "Hàng xóm xây nhà lấn mương thoát nước",
    "Nhà cấp 4 ở nông thôn có cần giấy phép xây dựng?",
    "Đường liên thôn bị đào ống nước chưa hoàn trả",
    "Ổ gà lớn trước cổng trường tiểu học Long Thạnh",
    "Xin gương cầu lồi ở khúc cua dốc Đá",
    "Xe chở đất chạy giờ tan trường",
    "Ba cột đèn đường thôn Đông tắt một tháng",
    "Trụ điện nghiêng gần nhà trẻ (gửi lần 2)",
    "Khi nào có nước sạch về thôn 3 Suối Khe?",
    "Mùi hôi từ chuồng heo giữa khu dân cư",
    "Xin thêm chuyến xe thu gom rác mùa lễ",
    "Đốt rơm rạ khói ra quốc lộ",
    "Cơ sở xay xát bụi và ồn tái diễn",
    "Kênh N8 cuối nguồn không có nước tưới",
    "Hỗ trợ giống lúa sau lũ nhận ở đâu?",
    "Trâu bò thả rông phá ruộng",
    "Mức hỗ trợ trồng rừng phòng hộ năm 2026",
    "Danh sách hộ được hỗ trợ bão có niêm yết ở thôn không?",
    "Nhập khẩu cho con theo hộ của cô ruột",
    "Đăng ký khai sinh trễ hạn cần giấy gì?",
    "Mất giấy kết hôn năm 1992 thì cấp lại ở đâu?",
    "Mẹ 81 tuổi chưa có lương hưu, thủ tục trợ cấp",
    "Giảm tiền sử dụng đất cho thân nhân liệt sĩ",
    "Vì sao nhà tôi bị đưa khỏi hộ cận nghèo?",
    "Đóng BHXH 19 năm 6 tháng, đóng bù được không?",
    "Thẻ BHYT hộ gia đình người thứ ba giảm bao nhiêu?",
    "Trường thu tiền điều hòa tự nguyện nhưng chia đều",
    "Tuyến tuyển sinh lớp 1 thôn mới sáp nhập",
    "Bếp ăn bán trú có kiểm tra nguồn thực phẩm không?",
    "Lịch tiêm chủng tháng 3 xã Vĩnh Hải",
    "Nhà văn hóa thôn dột, xin sửa trước mùa mưa",
    "Hát karaoke loa kéo sau 22 giờ",
    "Hộ kinh doanh tạp hóa chuyển sang kê khai thuế thế nào?",
    "Phải nộp lại hồ sơ ba lần do hệ thống lỗi",
    "Cán bộ một cửa hẹn nhưng vắng mặt",
    "Xin tháo đèn tự phát vì đã có đèn công cộng",
    "Ai giám sát nước thải trang trại Suối Khe?",
]


@pytest.mark.parametrize("title", ORDINARY)
def test_ordinary_questions_are_neither_complaints_nor_rubbish(title):
    assert looks_like_complaint(title) is None
    assert not spam_score(title, seconds_to_fill=60).likely


def test_the_denunciation_of_the_demo_data_is_one():
    assert looks_like_complaint(DENUNCIATION) == Concern(
        ConcernKind.DENUNCIATION, ("tố cáo", "cán bộ nhận tiền")
    )
    assert spam_score(DENUNCIATION).points == 0


def test_the_rubbish_of_the_demo_data_is_some():
    score = spam_score(RUBBISH)

    assert looks_like_complaint(RUBBISH) is None
    assert score.likely
    assert not score.certain
    assert set(score.reasons) == {
        "Có đường dẫn.",
        "Có lời rao bán, quảng cáo.",
        "Có chuỗi chữ gõ bừa.",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tôi muốn tố cáo ông trưởng thôn", ("tố cáo",)),
        ("Cán bộ địa chính nhận hối lộ của dân", ("nhận hối lộ",)),
        ("Xã này tham nhũng đất đai", ("tham nhũng",)),
        ("cán bộ một cửa vòi vĩnh, sách nhiễu", ("vòi vĩnh", "sách nhiễu")),
        ("TO CAO CAN BO NHAN TIEN", ("to cao", "can bo nhan tien")),
        ("toi to cao ong A nhan hoi lo", ("to cao", "nhan hoi lo")),
        ("Ong A voi vinh người dân", ("voi vinh",)),
        ("Tôi khiếu nại quyết định thu hồi đất, ngoài ra tố cáo ông A", ("tố cáo",)),
        ("Tố cáo, tố cáo, TỐ CÁO", ("tố cáo",)),
    ],
)
def test_denunciations(text, words):
    assert looks_like_complaint(text) == Concern(ConcernKind.DENUNCIATION, words)


@pytest.mark.parametrize(
    "text",
    [
        "Tôi khiếu nại quyết định số 123/QĐ-UBND về thu hồi đất",
        "khieu nai quyet dinh thu hoi dat",
        "Tôi làm đơn khiếu nại, xin xem xét",
        "Tôi muốn khiếu nại thì gửi ở đâu?",
        "Đơn khiếu nại của tôi chưa được trả lời",
        "Tôi không đồng ý với quyết định xử phạt",
        "Đề nghị hủy quyết định thu hồi đất",
        "Đề nghị huỷ bỏ quyết định thu hồi đất",
    ],
)
def test_complaints(text):
    concern = looks_like_complaint(text)
    assert concern is not None
    assert concern.kind is ConcernKind.COMPLAINT


@pytest.mark.parametrize(
    "text",
    [
        "Tôi muốn hỏi thủ tục khiếu nại",
        "Thủ tục khiếu nại và tố cáo gồm những gì?",
        "Xin mẫu đơn tố cáo",
        "Đơn tố cáo gửi ở đâu?",
        "Gửi đơn khiếu nại ở đâu?",
        "Luật Khiếu nại quy định thế nào?",
        "Luật Tố cáo năm 2018",
        "Giải quyết khiếu nại, tố cáo tại xã ra sao?",
        "Thời hạn giải quyết khiếu nại là bao lâu?",
        "Công tác phòng, chống tham nhũng của xã",
        "cây to cao quá, xin chặt bớt cành",
        "Tôi không khiếu nại gì, chỉ muốn hỏi",
        "Cán bộ một cửa hướng dẫn tận tình, tôi cảm ơn",
        "Phản ánh thái độ phục vụ của nhân viên",
        "Tôi nhận tiền bồi thường ở đâu?",
        "",
    ],
)
def test_asking_about_it_is_not_doing_it(text):
    assert looks_like_complaint(text) is None


def test_words_are_few_and_as_typed():
    text = "Tố Cáo tham nhũng, hối lộ, vòi vĩnh, sách nhiễu, nhũng nhiễu, lót tay"
    concern = looks_like_complaint(text)

    assert concern is not None
    assert concern.words == ("tố cáo", "tham nhũng", "hối lộ", "vòi vĩnh", "sách nhiễu")


def test_a_filled_trap_is_certain():
    score = spam_score("Câu hỏi bình thường", honeypot="http://x")

    assert score.points == CERTAIN_SPAM
    assert score.certain
    assert score.reasons == ["Ô ẩn dành cho máy đã được điền."]
    assert spam_score("Câu hỏi bình thường", honeypot="  ").points == 0


def test_nothing_but_the_trap_is_certain():
    worst = spam_score(
        "[url=x] casino cá độ viagra http:// " * 20 + "aaaaaaaaaa asdasd",
        links=9,
        seconds_to_fill=0,
    )

    assert LIKELY_SPAM <= worst.points < CERTAIN_SPAM


@pytest.mark.parametrize(
    ("seconds", "points"), [(0, 40), (2.9, 40), (3, 10), (7.9, 10), (8, 0), (None, 0), (-5, 40)]
)
def test_haste(seconds, points):
    assert spam_score("Đường thôn 2 hỏng nặng", seconds_to_fill=seconds).points == points


@pytest.mark.parametrize(
    ("links", "points"), [(0, 0), (1, 10), (2, 25), (3, 25), (4, 50), (99, 50)]
)
def test_links(links, points):
    assert spam_score("Đường thôn 2 hỏng nặng", links=links).points == points


def test_links_are_counted_when_nobody_else_did():
    assert spam_score("xem https://a.vn và www.b.vn").points == 25


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<a href=x>mua đi</a>", "Có mã trang web trong nội dung."),
        ("vay tiền nhanh lãi suất thấp", "Có lời rao bán, quảng cáo."),
        ("sdfghjk nhé", "Có chuỗi chữ gõ bừa."),
        ("aaaaaaaaaaaa", "Một ký tự lặp lại nhiều lần."),
        ("купить аккаунт дешево", "Không viết bằng chữ quốc ngữ."),
        ("123456 !!", "Không có chữ nào."),
        ("mua mua mua mua mua mua mua mua mua mua mua mua", "Lặp đi lặp lại vài từ."),
        ("tài khoản Vietсombank", "Trộn chữ cái của nhiều bảng chữ."),
    ],
)
def test_each_sign_has_its_reason(text, reason):
    assert reason in spam_score(text).reasons


def test_a_score_is_a_pair():
    points, reasons = spam_score("Đường thôn 2 hỏng nặng")
    assert (points, reasons) == (0, [])


@given(
    st.text(alphabet=st.characters(), max_size=200),
    st.integers() | st.none(),
    st.floats() | st.none(),
    st.text(max_size=3),
)
def test_nothing_is_ever_raised(text, links, seconds, honeypot):
    score = spam_score(text, links=links, seconds_to_fill=seconds, honeypot=honeypot)

    assert 0 <= score.points <= CERTAIN_SPAM
    assert bool(score.points) == bool(score.reasons)
    looks_like_complaint(text)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "<",
        "&",
        "(",
        " ",
        "0",
        "to cao ",
        "tố cáo ",
        "khiếu nại ",
        "không ",
        "\ud800",
        "asd",
        "\x00",
    ],
)
def test_a_megabyte_of_anything_is_answered(piece):
    text = piece * (1_000_000 // len(piece))
    spam_score(text)
    looks_like_complaint(text)
