"""Which topic a text is about, and by which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.text import fold
from app.organisation.suggestions import Subject, default_keywords, phrases_of, suggest

SLUGS = list(default_keywords())
SUBJECTS = [
    Subject(number, number + 100, phrases_of(words))
    for number, words in enumerate(default_keywords().values())
]


def topics(text: str) -> list[str]:
    return [SLUGS[found.topic_id] for found in suggest(text, SUBJECTS)]


REAL = [
    ("giao-thong", "Đường nhiều ổ gà, ổ voi, hỏi khi nào sửa"),
    ("giao-thong", "Đoạn đường dốc dài khoảng 50 m xuống cấp"),
    ("giao-thong", "Xin đặt biển cấm đậu ô tô trước chợ"),
    ("giao-thong", "Xe chở đất chạy giờ tan trường"),
    ("dien-nuoc", "Ba cột đèn trong hẻm tắt lâu ngày"),
    ("dien-nuoc", "Trụ điện nghiêng, dây viễn thông võng thấp; phản ánh lần 2"),
    ("dien-nuoc", "Xã đã đạt nông thôn mới nhưng chưa có nước sạch"),
    ("moi-truong", "Chuồng heo trong khu dân cư gây mùi"),
    ("moi-truong", "Trại heo xả nước thải ra suối"),
    ("moi-truong", "Xin thêm chuyến xe thu gom rác mùa lễ"),
    ("xay-dung", "Vỉa hè trước chợ bị chiếm để buôn bán"),
    ("xay-dung", "Nhà cấp 4 ở nông thôn có cần giấy phép xây dựng?"),
    ("an-ninh-trat-tu", "Hát karaoke loa kéo ở công viên đến 22 giờ"),
    ("dat-dai", "Đất ở từ năm 1985 chỉ có giấy viết tay thì làm sổ thế nào?"),
    ("dat-dai", "Hồ sơ tách thửa nộp 40 ngày chưa có kết quả"),
    ("boi-thuong", "Thiếu 76 m² khi bồi thường đất làm cao tốc"),
    ("boi-thuong", "Lô tái định cư khi nào bốc thăm?"),
    ("quy-hoach", "Xin bản đồ kế hoạch sử dụng đất bản nhẹ để xem trên điện thoại"),
    ("cu-tru-ho-tich", "Đăng ký khai sinh trễ hạn cần giấy gì?"),
    ("cu-tru-ho-tich", "Mất giấy kết hôn năm 1992 thì cấp lại ở đâu?"),
    ("bao-hiem", "Nên bảo lưu thời gian đóng hay rút một lần"),
    ("bao-hiem", "Thẻ BHYT hộ gia đình người thứ ba giảm bao nhiêu?"),
    ("chinh-sach-xa-hoi", "Vì sao nhà tôi bị đưa khỏi hộ cận nghèo?"),
    ("nong-nghiep", "Xin đầu tư đập thủy lợi"),
    ("nong-nghiep", "Trâu bò thả rông phá ruộng"),
    ("giao-duc", "Chất lượng bữa ăn bán trú"),
    ("giao-duc", "Tuyến tuyển sinh lớp 1 thôn mới sáp nhập"),
    ("van-hoa", "Xin kinh phí sửa nhà văn hóa thôn"),
    ("y-te", "Lịch tiêm chủng tháng 3 xã Vĩnh Hải"),
    ("kinh-doanh", "Hộ kinh doanh tạp hóa chuyển sang kê khai thuế thế nào?"),
    ("thu-tuc", "Phải nộp lại hồ sơ ba lần do hệ thống lỗi"),
    ("can-bo", "Cán bộ một cửa hẹn nhưng vắng mặt"),
    ("thien-tai", "Danh sách hộ được hỗ trợ bão có niêm yết ở thôn không?"),
]


@pytest.mark.parametrize(("slug", "text"), REAL)
def test_real_questions_find_their_topic(slug: str, text: str) -> None:
    assert topics(text)[0] == slug


@pytest.mark.parametrize(("slug", "text"), REAL)
def test_and_without_diacritics_too(slug: str, text: str) -> None:
    assert slug in topics(fold(text))


def test_the_words_are_the_writer_s_own() -> None:
    (best, *_rest) = suggest("Đường NHIỀU Ổ Gà quá", SUBJECTS)
    assert (SLUGS[best.topic_id], best.unit_id, best.words) == (
        "giao-thong",
        best.topic_id + 100,
        ("Đường", "Ổ Gà"),
    )
    (best, *_rest) = suggest("duong nhieu o ga qua", SUBJECTS)
    assert (SLUGS[best.topic_id], best.words) == ("giao-thong", ("duong", "o ga"))


def test_a_longer_phrase_beats_the_words_inside_it() -> None:
    assert topics("trại heo") == ["moi-truong"]
    assert topics("nuôi heo") == ["nong-nghiep"]


def test_phrases_that_overlap_both_count() -> None:
    found = suggest(
        "sửa nhà văn hóa", [Subject(1, None, ("sửa nhà",)), Subject(2, None, ("nhà văn hóa",))]
    )
    assert [(one.topic_id, one.words) for one in found] == [
        (2, ("nhà văn hóa",)),
        (1, ("sửa nhà",)),
    ]


def test_marks_that_were_typed_are_meant() -> None:
    subjects = [Subject(1, None, ("chợ",)), Subject(2, None, ("thuế",))]
    assert suggest("cho tôi hỏi", subjects) == []
    assert suggest("thuê nhà", subjects) == []
    assert [found.topic_id for found in suggest("ra chợ nộp thuế", subjects)] == [1, 2]


def test_a_short_bare_syllable_says_nothing() -> None:
    assert suggest("cho toi hoi", [Subject(1, None, ("chợ",))]) == []
    assert suggest("bao nhieu tien", [Subject(1, None, ("bão",))]) == []
    assert suggest("karaoke on qua", [Subject(1, None, ("karaoke",))]) != []


@pytest.mark.parametrize("text", ["thuỷ lợi", "thủy lợi", "THỦY LỢI", "thu\u0309y l\u01a1\u0323i"])
def test_old_and_new_tone_placement_and_forms_are_one_word(text: str) -> None:
    assert suggest(text, [Subject(1, None, ("thủy lợi",))])[0].topic_id == 1


def test_words_inside_other_words_do_not_count() -> None:
    assert suggest("Bác Điệngiờ", [Subject(1, None, ("điện",))]) == []


def test_a_phrase_repeated_counts_once() -> None:
    once, twice = suggest("rác", SUBJECTS), suggest("rác rác rác", SUBJECTS)
    assert once == twice


def test_a_phrase_of_several_topics_counts_less_for_each() -> None:
    subjects = [
        Subject(1, None, ("vỉa hè",)),
        Subject(2, None, ("vỉa hè", "gạch")),
        Subject(3, None, ("lát nền",)),
    ]
    assert [found.topic_id for found in suggest("vỉa hè lát nền gạch", subjects)] == [3, 2, 1]


def test_nothing_to_say() -> None:
    assert suggest("", SUBJECTS) == []
    assert suggest("asdasd http://", SUBJECTS) == []
    assert suggest("đường", []) == []


def test_at_most_three() -> None:
    assert len(topics("đường điện trường rác lúa bão thuế chợ")) == 3


def test_keywords_are_separated_as_people_do() -> None:
    assert phrases_of(" ổ gà, đường;\nbê tông ,, ") == ("ổ gà", "đường", "bê tông")
    assert phrases_of("") == ()


def test_every_shipped_topic_but_the_last_has_words() -> None:
    empty = [slug for slug, words in default_keywords().items() if not words]
    assert empty == ["khac"]


@given(st.text(max_size=200))
def test_any_text_is_survived_and_words_come_from_it(text: str) -> None:
    for found in suggest(text, SUBJECTS):
        assert found.words
        assert all(fold(word) in fold(text) for word in found.words)
