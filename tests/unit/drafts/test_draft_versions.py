"""The shape of a draft, and which part of a new version is which part of the one before."""

from dataclasses import dataclass

import pytest

from app.drafts.service.matching import MOST_CHANGES, Part, carry_over, changes, similarity, tree
from app.drafts.service.shape import anchor_for, free, reshape
from app.drafts.states import ClauseKind as K


@dataclass
class Item:
    kind: K
    label: str
    depth: int = 9
    full_label: str = ""


def shaped(*items: tuple[K, str]) -> list[tuple[int, str]]:
    made = [Item(*item) for item in items]
    reshape(made)
    return [(item.depth, item.full_label) for item in made]


# Shape ------------------------------------------------------------------------------------------
def test_depth_and_full_label_of_every_kind() -> None:
    assert shaped(
        (K.PREAMBLE, ""),
        (K.CHAPTER, "Chương II"),
        (K.SECTION, "Mục 1"),
        (K.ARTICLE, "Điều 5"),
        (K.CLAUSE, "2."),
        (K.POINT, "a)"),
        (K.PARAGRAPH, ""),
        (K.ARTICLE, "Điều 6"),
        (K.POINT, "đ)"),
        (K.CLAUSE, "1."),
        (K.POINT, "1.2."),
        (K.POINT, "1.2.1."),
        (K.ANNEX, "Phụ lục I"),
        (K.CHAPTER, "Chương I"),
        (K.ARTICLE, "Điều 1"),
    ) == [
        (0, "Phần mở đầu"),
        (0, "Chương II"),
        (1, "Mục 1 Chương II"),
        (2, "Điều 5"),
        (3, "khoản 2 Điều 5"),
        (4, "điểm a khoản 2 Điều 5"),
        (4, "đoạn cuối khoản 2 Điều 5"),
        (2, "Điều 6"),
        (3, "điểm đ Điều 6"),
        (3, "khoản 1 Điều 6"),
        (4, "điểm 1.2 khoản 1 Điều 6"),
        (5, "điểm 1.2.1 khoản 1 Điều 6"),
        (0, "Phụ lục I"),
        (1, "Chương I Phụ lục I"),
        (1 + 1, "Điều 1 Phụ lục I"),
    ]


def test_plans_and_stray_parts() -> None:
    assert shaped((K.SECTION, "II."), (K.CLAUSE, "1."), (K.POINT, "")) == [
        (0, "mục II"),
        (1, "khoản 1 mục II"),
        (2, "Điểm khoản 1 mục II"),
    ]
    assert shaped((K.CLAUSE, ""), (K.POINT, "1.2")) == [(0, "Khoản"), (1, "điểm 1.2 Khoản")]
    assert shaped((K.ARTICLE, "")) == [(0, "Điều")]


@pytest.mark.parametrize(
    ("kind", "label", "parent", "anchor"),
    [
        (K.ARTICLE, "Điều 12a.", "chuong-1", "dieu-12a"),
        (K.CLAUSE, "3.", "dieu-5", "dieu-5-khoan-3"),
        (K.POINT, "đ)", "dieu-5-khoan-3", "dieu-5-khoan-3-diem-dd"),
        (K.SECTION, "Mục 2", "chuong-4", "chuong-4-muc-2"),
        (K.CHAPTER, "Chương XIV", "", "chuong-14"),
        (K.ANNEX, "Phụ lục IX", "", "phu-luc-9"),
        (K.ANNEX, "", "", "phu-luc"),
        (K.PARAGRAPH, "", "dieu-1", "dieu-1-doan"),
        (K.PREAMBLE, "", "", "mo-dau"),
        (K.CLAUSE, "1.", "", "khoan-1"),
    ],
)
def test_anchors_of_parts_that_people_add(kind: K, label: str, parent: str, anchor: str) -> None:
    assert anchor_for(kind, label, parent, []) == anchor


def test_anchors_are_never_given_twice() -> None:
    assert free("dieu-1", ["dieu-1", "dieu-1-lan-2"]) == "dieu-1-lan-3"
    assert len(free("x" * 200, ["x" * 120])) <= 120


# Matching ---------------------------------------------------------------------------------------
TEXTS = {
    "a": "Nghị định này quy định chi tiết về trình tự và thủ tục giao đất, cho thuê đất.",
    "b": "Cơ quan nhà nước thực hiện quyền hạn và trách nhiệm đại diện chủ sở hữu toàn dân.",
    "c": "Người sử dụng đất nộp hồ sơ tại bộ phận một cửa của Ủy ban nhân dân xã nơi có đất.",
    "d": "Thời hạn giải quyết không quá hai mươi ngày kể từ ngày nhận đủ hồ sơ hợp lệ.",
    "e": "Tiền thuê đất được miễn trong ba năm đầu đối với dự án trồng rừng phòng hộ ven biển.",
}


def article(number: int, text: str, *clauses: str, depth: int = 0) -> list[Part]:
    anchor = f"dieu-{number}"
    made = [
        Part(
            K.ARTICLE, anchor, f"Điều {number}", f"Điều {number}", "", TEXTS.get(text, text), depth
        )
    ]
    for place, clause in enumerate(clauses, start=1):
        name = f"khoản {place} Điều {number}"
        made.append(
            Part(
                K.CLAUSE,
                f"{anchor}-khoan-{place}",
                f"{place}.",
                name,
                "",
                TEXTS.get(clause, clause),
                depth + 1,
            )
        )
    return made


def matched(old: list[list[Part]], new: list[list[Part]]) -> tuple[list[str], list[str]]:
    """The anchors of the new version, and the notes that are there."""
    flat_old, flat_new = (
        [part for parts in old for part in parts],
        [part for parts in new for part in parts],
    )
    carry_over(flat_old, flat_new, suffix="ban-2")
    return [part.anchor for part in flat_new], [part.note for part in flat_new if part.note]


def test_the_same_text_keeps_its_anchors() -> None:
    old = [article(1, "a"), article(2, "", "b", "c")]
    assert matched(old, [article(1, "a"), article(2, "", "b", "c")]) == (
        ["dieu-1", "dieu-2", "dieu-2-khoan-1", "dieu-2-khoan-2"],
        [],
    )


def test_without_a_version_before_nothing_changes() -> None:
    assert matched([], [article(1, "a")]) == (["dieu-1"], [])


def test_an_article_that_moved_takes_its_comments_along() -> None:
    anchors, notes = matched(
        [article(1, "a"), article(2, "", "b", "c")],
        [article(1, "a"), article(2, "e"), article(3, "", "b", "c")],
    )
    assert anchors == ["dieu-1", "dieu-2-ban-2", "dieu-2", "dieu-2-khoan-1", "dieu-2-khoan-2"]
    assert notes == ["Ở bản trước là Điều 2 (giống 100%): góp ý về Điều 2 được nối vào đây."]


def test_a_clause_that_moved_too() -> None:
    anchors, notes = matched([article(1, "", "a", "b", "c")], [article(1, "", "a", "d", "b", "c")])
    assert anchors == [
        "dieu-1",
        "dieu-1-khoan-1",
        "dieu-1-khoan-2-ban-2",
        "dieu-1-khoan-2",
        "dieu-1-khoan-3",
    ]
    assert len(notes) == 2


def test_a_clause_that_went_leaves_its_anchor_to_nobody() -> None:
    anchors, _notes = matched([article(1, "", "a", "b", "c")], [article(1, "", "a", "c")])
    assert anchors == ["dieu-1", "dieu-1-khoan-1", "dieu-1-khoan-3"]


def test_edited_words_keep_the_number() -> None:
    edited = TEXTS["b"].replace("đại diện chủ sở hữu toàn dân", "theo quy định của pháp luật")
    anchors, notes = matched([article(1, "", "a", "b")], [article(1, "", "a", edited)])
    assert anchors[2] == "dieu-1-khoan-2"
    assert notes == []


def test_a_clause_that_was_rewritten_keeps_the_number_and_is_told() -> None:
    anchors, notes = matched([article(1, "a")], [article(1, "e")])
    assert anchors == ["dieu-1"]
    assert notes == ["Nội dung khác hẳn Điều 1 ở bản trước, góp ý cũ vẫn được nối vào đây."]


def test_containers_go_by_their_number_and_articles_move_between_them() -> None:
    def chapter(number: int, heading: str) -> Part:
        return Part(
            K.CHAPTER, f"chuong-{number}", f"Chương {number}", f"Chương {number}", heading, "", 0
        )

    old = [[chapter(1, "QUY ĐỊNH CHUNG")], article(1, "a", depth=1), article(2, "b", depth=1)]
    new = [
        [chapter(1, "CHUNG")],
        article(1, "a", depth=1),
        [chapter(2, "ĐẤT")],
        article(2, "b", depth=1),
    ]
    assert matched(old, new) == (["chuong-1", "dieu-1", "chuong-2", "dieu-2"], [])


def test_stray_clauses_before_any_article() -> None:
    clause = Part(K.CLAUSE, "khoan-1", "1.", "khoản 1", "", TEXTS["a"], 0)
    point = Part(K.POINT, "khoan-1-diem-a", "a)", "điểm a khoản 1", "", TEXTS["b"], 1)
    roots = tree([clause, point])
    assert roots == [clause]
    assert roots[0].children == [point]
    second = Part(K.CLAUSE, "khoan-1", "1.", "khoản 1", "", TEXTS["a"], 0)
    assert matched([[clause, point]], [[second]])[0] == ["khoan-1"]


def test_likeness_is_between_nought_and_one() -> None:
    assert similarity("", "") == 1.0
    assert similarity("Một", "một") == 1.0
    assert similarity(TEXTS["a"], TEXTS["e"]) < 0.2
    assert 0.5 < similarity(TEXTS["a"], TEXTS["a"].replace("giao đất", "thu hồi")) < 1


# What changed -----------------------------------------------------------------------------------
def test_the_list_of_changes() -> None:
    old = [*article(1, "a"), *article(2, "", "b", "c"), *article(3, "d")]
    new = [
        *article(1, "e"),
        *article(2, "Mới hoàn toàn"),
        *article(3, "", "b", "d"),
        *article(4, "d"),
    ]
    new[0].anchor, new[1].anchor = "dieu-1", "dieu-2-ban-2"
    new[2].anchor, new[3].anchor, new[4].anchor, new[5].anchor = (
        "dieu-2",
        "dieu-2-khoan-1",
        "dieu-2-khoan-3",
        "dieu-3",
    )
    assert changes(old, new) == [
        "Sửa Điều 1.",
        "Thêm Điều 2.",
        "Điều 2 thành Điều 3.",
        "Thêm khoản 2 Điều 3.",
        "Điều 3 thành Điều 4.",
        "Bỏ khoản 2 Điều 2.",
    ]


def test_moved_and_edited_is_told_as_one_change() -> None:
    old, new = article(2, "a"), article(3, "b")
    new[0].anchor = "dieu-2"
    assert changes(old, new) == ["Điều 2 thành Điều 3, có sửa nội dung."]
    assert changes(article(2, "a"), article(2, "a")) == []


def test_a_long_list_is_cut() -> None:
    lines = changes(
        [], [part for number in range(MOST_CHANGES + 5) for part in article(number, "a")]
    )
    assert len(lines) == MOST_CHANGES + 1
    assert lines[-1] == "Và 5 thay đổi khác."
