"""Suggestions: explained, deterministic, never the whole lot."""

from app.results.suggesting import suggest

TEXTS = [
    (1, "Tuyến đường tránh cắt đôi thửa ruộng nhà tôi."),
    (2, "Đường tránh đi quá gần trường học của các cháu."),
    (3, "Giá bồi thường đất lúa thấp hơn giá thị trường."),
    (4, "Mức bồi thường hoa màu chưa thỏa đáng, giá thị trường đã tăng."),
    (5, "Đồng ý với quy hoạch."),
]


def test_points_with_words_in_common_are_suggested_with_these_words() -> None:
    found = suggest(TEXTS)
    groups = {item.ids: item.words for item in found}
    assert "đường tránh" in groups[(1, 2)]
    assert "bồi thường" in groups[(3, 4)]
    assert all(5 not in item.ids for item in found)
    both = next(item for item in found if item.ids == (3, 4))
    assert all("bồi thường" in words for words in both.shared.values())
    assert both.title[:1].isupper()


def test_the_same_input_gives_the_same_output_in_any_order() -> None:
    assert suggest(TEXTS) == suggest(list(reversed(TEXTS)))


def test_without_marks_it_is_the_same_pair_and_shown_as_most_wrote_it() -> None:
    found = suggest(
        [
            (1, "duong tranh qua gan"),
            (2, "Đường tránh xa quá"),
            (3, "đường tránh hẹp"),
            (4, "cây xanh"),
            (5, "bãi rác"),
            (6, "nước sạch"),
        ]
    )
    assert found[0].ids == (1, 2, 3)
    assert found[0].words[0] == "đường tránh"


def test_what_everybody_says_is_no_group() -> None:
    assert suggest([(number, "Xây chợ mới ở thôn Đông") for number in range(10)]) == []


def test_a_related_text_comes_along() -> None:
    texts = [
        (1, "nước thải trang trại, mùi hôi chuồng lợn"),
        (2, "nước thải trang trại, mùi hôi chuồng lợn"),
        (3, "mùi hôi chuồng lợn ban đêm"),
        *(
            (number, f"điều khác hẳn số {number}, cột điện{number} cây{number}")
            for number in range(10, 20)
        ),
    ]
    found = suggest(texts)
    assert any({1, 2, 3} <= set(item.ids) for item in found)


def test_nothing_gives_nothing_and_there_is_an_end() -> None:
    assert suggest([]) == []
    many = [
        (number, f"chữ{chr(97 + number // 2 % 26)} nghĩa{chr(97 + number // 2 % 26)} riêng")
        for number in range(60)
    ]
    assert len(suggest(many, most=3)) == 3
