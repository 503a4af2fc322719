"""The index on the database of the run.

Expectations are written out, so that both databases have to agree with them.
"""

import contextlib
import sqlite3
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.extensions import db
from app.kernel import fulltext
from app.kernel.db import Counter, reading
from app.kernel.fulltext import index
from app.kernel.fulltext.lookup import CAP
from app.kernel.links import Ref
from tests.factories.statements import StatementCounter
from tests.integration.kernel.vietnamese_documents import DOCUMENTS


@pytest.fixture
def indexed(ctx: Flask) -> Flask:
    for number, (title, body) in DOCUMENTS.items():
        fulltext.put(Ref("question", number), title=title, body=body)
    fulltext.put(Ref("news", 1), title="Đất nước vào xuân", body="Tin bài về đất và người.")
    db.session.commit()
    return ctx


def found(query: str, kinds: Any = "question", **options: Any) -> list[int]:
    return [hit.ref.id for hit in fulltext.search(kinds, query, **options)]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("dat dai", {1, 2}),
        ("đất đai", {1, 2}),
        ("ĐẤT ĐAI", {1, 2}),
        ("khai sinh", {8}),
        ("khai tử", {10}),
        ("hoà giải", {4}),
        ("hòa giải", {4}),
        ("hoa giai", {4}),
        ("ủy ban", {9, 10}),
        ("uỷ ban", {9, 10}),
        ("thúy", {60}),
        ("hóa đơn", {20}),
        ("3595/QĐ-UBND", {51}),
        ("3595 qd ubnd", {51}),
        ("nuoc sach", {18}),
        ("đèn đường", {13, 16}),
        ("hộ nghè", {27, 30}),
        ("lua", {5, 42}),
        ("lúa", {5, 42}),
        ("lau dai pha le", set()),
        ("Đất" + unicodedata.normalize("NFD", " vườn"), {3}),
        ("vuon dat", {3}),
    ],
)
def test_what_a_query_finds(indexed: Flask, query: str, numbers: set[int]) -> None:
    assert set(found(query, limit=60)) == numbers


def test_typed_marks_come_first_and_the_others_after(indexed: Flask) -> None:
    with_dat_land = {1, 2, 3, 5, 6, 7, 15, 28}
    assert set(found("đất", limit=8)) == with_dat_land
    assert found("đất", limit=9)[8] == 45
    assert found("đạt")[0] == 45
    assert set(found("dat", limit=60)) == with_dat_land | {45}


def test_a_title_weighs_more_than_a_body(indexed: Flask) -> None:
    fulltext.put(
        Ref("question", 61), title="Chuyện khác", body="Ở cuối có nói về máy cày. " + "chữ " * 30
    )
    fulltext.put(Ref("question", 62), title="Máy cày hỏng", body="Xin hỏi. " + "chữ " * 30)
    fulltext.put(
        Ref("question", 63),
        title="Chuyện khác nữa",
        body="Ở cuối có nói về máy cày. " + "chữ " * 30,
    )
    assert found("máy cày")[0] == 62
    assert found("may cay")[0] == 62


def test_a_question_in_a_sentence_still_finds_its_words(indexed: Flask) -> None:
    assert found("cho tôi hỏi về khai sinh") == [8]
    assert found("xin hỏi làm sổ đỏ ạ") == [1]
    assert found("khai tử") == [10]


def test_kinds_and_pages(indexed: Flask) -> None:
    everything = fulltext.search(None, "đất", limit=60)
    assert {hit.ref.kind for hit in everything} == {"question", "news"}
    assert found("đất", "news") == [1]
    assert found("đất", ["news", "question"], limit=60) == [hit.ref.id for hit in everything]
    assert found("đất", "document") == found("đất", []) == []
    pages = [found("đất", limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert sum(pages, []) == found("đất", limit=60)
    assert [len(page) for page in pages] == [3, 3, 3, 0]
    assert found("đất", limit=0) == []
    ranks = [hit.rank for hit in everything]
    assert ranks == sorted(ranks, reverse=True)


HOSTILE = [
    "",
    " ",
    "'",
    '"',
    "'; drop table question; --",
    '" OR 1=1 --',
    "()",
    "*",
    "đất*",
    "title:đất",
    "marked_title : đất",
    "NEAR(đất đai)",
    "đất AND",
    "NOT đất",
    "a & b | !c <-> d:*",
    "\\",
    "\x00",
    "đất\x00đai",
    "%_",
    ":q :id",
    "😀",
    "中文 Привет ٣",
    "-đất ^đất {đất}",
    "\ud800",
    "a" * 1_000_000,
    "đ" * 1_000_000,
    "đất " * 250_000,
    "\u0301" * 1_000,
    " ".join(f"tu{number}" for number in range(10_000)),
]


@pytest.mark.parametrize("query", HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_hostile_text_finds_nothing_that_it_should_not_and_raises_nothing(
    indexed: Flask, query: str
) -> None:
    assert set(found(query, limit=60)) <= set(DOCUMENTS)
    assert {hit.ref.id for hit in fulltext.similar("question", query)} <= set(DOCUMENTS)
    nearby = fulltext.related("question", query, limit=5)
    if nearby is not None:
        db.session.execute(sa.select(nearby)).all()
    assert len(found("khai sinh")) == 1
    fulltext.put(Ref("question", 99), title=query, body=query)
    fulltext.remove(Ref("question", 99))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.text(max_size=200))
def test_any_document_can_be_put_found_and_removed(ctx: Flask, title: str, body: str) -> None:
    ref = Ref("question", 7)
    fulltext.put(ref, title="mốc " + title, body=body)
    assert [hit.ref for hit in fulltext.search("question", "mốc")] == [ref]
    fulltext.search("question", title + body)
    fulltext.remove(ref)
    assert fulltext.search("question", "mốc") == []


def test_a_changed_document_is_found_by_its_new_words_only(indexed: Flask) -> None:
    ref = Ref("question", 8)
    fulltext.put(ref, title="Lệ phí trước bạ", body="Nộp ở đâu?")
    assert found("khai sinh") == []
    assert found("trước bạ") == [8]
    fulltext.remove(ref)
    fulltext.remove(ref)
    assert found("trước bạ") == []


def test_the_index_follows_the_transaction(indexed: Flask) -> None:
    fulltext.put(Ref("question", 70), title="Chưa xong", body="")
    assert found("chưa xong") == [70]
    db.session.rollback()
    assert found("chưa xong") == []
    fulltext.remove(Ref("question", 8))
    db.session.rollback()
    assert found("khai sinh") == [8]


def test_statements(indexed: Flask) -> None:
    with StatementCounter(db.engine) as counted:
        fulltext.put(Ref("question", 71), title="a", body="b")
    assert len(counted.statements) == 1
    for query in ("đất", "dat dai", "hộ nghè", "không có gì như vậy"):
        with StatementCounter(db.engine) as counted:
            found(query)
        assert len(counted.statements) == 1
    with StatementCounter(db.engine) as counted:
        fulltext.similar("question", "Con tôi chưa đăng ký khai sinh")
    assert len(counted.statements) == 1


def test_searching_needs_no_writer(indexed: Flask) -> None:
    with reading():
        assert found("khai sinh") == [8]
        assert fulltext.similar("question", "đăng ký khai sinh")


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("Con tôi sinh năm ngoái mà chưa đăng ký khai sinh, giờ làm thế nào?", 8),
        ("con toi chua dang ky khai sinh", 8),
        ("Nhà tôi có mảnh đất ở từ năm 1986, chỉ có giấy viết tay, làm sổ đỏ ra sao", 1),
        ("nha toi o thon 4 duong bi ngap moi khi mua", 13),
        ("Mấy cột đèn đường ở thôn Đông tắt lâu rồi", 16),
        ("Chuồng heo nhà bên hôi quá, sát khu dân cư", 21),
        ("Tôi bán tạp hóa, kê khai thuế khoán thế nào", 39),
        ("To hoa giai o thon co giai quyet tranh chap ranh gioi", 4),
        ("cấp lại mật khẩu dịch vụ công", 48),
    ],
)
def test_a_question_like_an_answered_one_finds_it(indexed: Flask, text: str, best: int) -> None:
    assert fulltext.similar("question", text, limit=3)[0].ref == Ref("question", best)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Cho tôi hỏi",
        "Xin chào anh chị",
        "Đội bóng đá vô địch",
        "2026",
        "Người nhà tôi muốn tham gia câu lạc bộ cờ vua",
    ],
)
def test_what_shares_too_little_is_not_offered(indexed: Flask, text: str) -> None:
    assert fulltext.similar("question", text) == []


def test_one_rare_word_is_enough_and_one_common_word_is_not(indexed: Flask) -> None:
    assert [hit.ref.id for hit in fulltext.similar("question", "clo")] == [19]
    assert fulltext.similar("question", "nước") == []


def test_likeness_stays_within_its_kind_and_limit(indexed: Flask) -> None:
    assert [hit.ref.kind for hit in fulltext.similar("news", "đất nước vào xuân")] == ["news"]
    assert (
        len(fulltext.similar("question", "đất vườn, đất lúa, sử dụng đất, thu hồi đất", limit=2))
        == 2
    )


def test_related_documents_can_be_joined(indexed: Flask) -> None:
    nearby = fulltext.related("question", "Đăng ký khai sinh cho con", limit=3)
    assert nearby is not None
    counter = (
        sa.select(nearby.c.ref_id)
        .where(~sa.exists().where(Counter.value == nearby.c.ref_id))
        .order_by(nearby.c.rank.desc())
    )
    assert db.session.scalars(counter).first() == 8
    assert fulltext.related("question", "Cho tôi hỏi", limit=3) is None
    assert fulltext.related("question", "Khói", limit=3) is None


def test_only_the_newest_are_ranked(ctx: Flask) -> None:
    extra = 30
    for number in range(1, CAP + extra + 1):
        fulltext.put(Ref("question", number), title="Phổ biến", body="")
    numbers = found("phổ biến", limit=CAP + extra)
    assert set(numbers) == set(range(extra + 1, CAP + extra + 1))


def test_a_very_long_document_is_indexed_as_far_as_it_goes(ctx: Flask) -> None:
    long = " ".join(f"từ{number}" for number in range(100_000))
    fulltext.put(Ref("question", 1), title="Dài", body="lặp " * 5_000 + long)
    assert found("từ1") == [1]
    assert found("từ99999") == []
    assert found("lặp dài") == [1]


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[Ref, str, str]]]:
    documents: dict[str, list[tuple[Ref, str, str]]] = {
        "question": [
            (Ref("question", number), title, body) for number, (title, body) in DOCUMENTS.items()
        ],
        "news": [(Ref("news", 5), "Tin mới", "")],
    }
    monkeypatch.setattr(index, "_sources", {})
    fulltext.register_source("question", lambda: documents["question"])
    fulltext.register_source("news", lambda: documents["news"])
    return documents


def test_a_rebuild_makes_the_index_equal_to_what_the_features_say(
    ctx: Flask, sources: dict[str, list[tuple[Ref, str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "BATCH", 7)
    fulltext.put(Ref("question", 8), title="Bản cũ", body="")
    fulltext.put(Ref("question", 500), title="Đã gỡ", body="")
    db.session.commit()
    assert fulltext.rebuild() == 61
    assert found("bản cũ") == found("đã gỡ") == []
    assert found("khai sinh") == [8]
    assert found("tin mới", None) == [5]
    sources["question"] = sources["question"][:10]
    assert fulltext.rebuild() == 11
    assert found("ngập", None) == []
    # The session writes again afterwards.
    fulltext.put(Ref("question", 1), title="Sau cùng", body="")
    db.session.commit()
    assert found("sau cùng") == [1]


def test_what_is_published_during_a_rebuild_stays(
    ctx: Flask, sources: dict[str, list[tuple[Ref, str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def documents() -> Iterator[tuple[Ref, str, str]]:
        yield Ref("question", 1), "Một", ""
        with index.writing() as connection:
            dialect = connection.dialect.name
            connection.execute(
                sa.text(index._PUT[dialect]),
                index._row(dialect, Ref("question", 2), "Vừa đăng", ""),
            )

    monkeypatch.setattr(index, "_sources", {"question": documents})
    fulltext.rebuild()
    db.session.rollback()
    assert found("vừa đăng") == [2]


def test_nothing_remains_of_a_removed_document(ctx: Flask, database_url: str) -> None:
    fulltext.put(Ref("question", 1), title="Bimatxyz", body="dauvetxyz")
    db.session.commit()
    fulltext.remove(Ref("question", 1))
    fulltext.tidy()
    db.session.commit()
    if db.engine.dialect.name == "sqlite":
        db.session.remove()
        file = Path(sa.make_url(database_url).database or "")
        with contextlib.closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        # Another process reads it: closing the file in this one would give up the locks that SQLite
        # holds on it.
        held = subprocess.run(["cat", str(file)], capture_output=True, check=True).stdout.lower()
        assert b"search_doc" in held
        assert b"bimatxyz" not in held
        assert b"dauvetxyz" not in held
    else:
        assert (
            db.session.scalar(sa.text("SELECT count(*) FROM search_doc WHERE vector @@ 'bimatxyz'"))
            == 0
        )


def test_the_table_can_be_made_twice_and_dropped(make_app: Any, tmp_path: Path) -> None:
    app: Flask = make_app(database_url=f"sqlite:///{tmp_path / 'bang.db'}")
    with app.app_context():
        db.create_all()
        db.create_all()
        fulltext.put(Ref("question", 1), title="Còn", body="")
        db.session.commit()
        assert found("còn") == [1]
        for statement in fulltext.DROP_STATEMENTS["sqlite"]:
            db.session.execute(sa.text(statement))
        db.session.commit()
        assert not [
            name
            for name in sa.inspect(db.engine).get_table_names()
            if name.startswith("search_doc")
        ]
        db.session.remove()
        db.engine.dispose()
