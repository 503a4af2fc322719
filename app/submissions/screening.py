"""A first look at what somebody sends: is it perhaps a complaint or a denunciation, is it perhaps
rubbish?

Pure, and advisory: nothing is refused because of it. Complaints (Law 02/2011/QH13) and
denunciations (Law 25/2018/QH14) have ways of their own, so the person is told before sending and
the officer is told in the queue; both still decide.
"""

import enum
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from app.kernel.text import clean, fold, has_marks, mixed_scripts, nfc


class ConcernKind(enum.StrEnum):
    """What the law would call it."""

    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"


class Concern(NamedTuple):
    """Why a text may be a complaint or a denunciation: the words that say so, as
    they were typed.
    """

    kind: ConcernKind
    words: tuple[str, ...]


class Score(NamedTuple):
    """How much a text looks like rubbish, from 0 to 100, and why (Vietnamese sentences; show them
    through gettext).
    """

    points: int
    reasons: list[str]

    @property
    def likely(self) -> bool:
        """Is it worth putting aside for a moderator to look at?"""
        return self.points >= LIKELY_SPAM

    @property
    def certain(self) -> bool:
        """Did a machine fill in what no person sees?"""
        return self.points >= CERTAIN_SPAM


LIKELY_SPAM = 50
CERTAIN_SPAM = 100
#: More than anybody needs to look at; the rest of a longer text is not read.
_LONGEST = 50_000
_MOST_WORDS = 5


def N_(message: str) -> str:  # noqa: N802  (the name that the extraction of strings looks for)
    """Mark a sentence for translation where it is shown, not here."""
    return message


#: Why something waits for a look although nothing in it is wrong.
CROWDED = N_("Từ cùng một nơi kết nối có nhiều người gửi trong ít giờ.")


def _listed(phrases: str) -> tuple[str, ...]:
    return tuple(phrases.split(" · "))


# Complaints and denunciations
# --------------------------------------------------------------------------------------------------
_DENUNCIATION = _listed(
    "tố cáo · nhận hối lộ · đưa hối lộ · đòi hối lộ · hối lộ · tham nhũng · tham ô · vòi vĩnh · "
    "vòi tiền · vòi quà · "
    "nhũng nhiễu · sách nhiễu · lót tay · ăn chặn · biển thủ · bảo kê · lợi dụng chức vụ · lạm "
    "dụng chức vụ · chạy chức · "
    "cán bộ nhận tiền · cán bộ đòi tiền · cán bộ lấy tiền · công chức nhận tiền · công chức đòi "
    "tiền · nhận tiền chạy · "
    "nhận tiền của dân · tiền bôi trơn · phong bì cho cán bộ"
)
_COMPLAINT = _listed(
    "khiếu nại · khiếu kiện · khiếu nại quyết định · không đồng ý với quyết định · không đồng ý "
    "quyết định · "
    "hủy quyết định · huỷ quyết định · hủy bỏ quyết định · huỷ bỏ quyết định · xem xét lại quyết "
    "định · "
    "quyết định trái pháp luật · quyết định trái luật"
)
#: Typed without marks these mean something else too («cây to cao»), so they count only in a text
#: without any marks.
_AMBIGUOUS = frozenset({"tố cáo", "tham ô", "ăn chặn", "bảo kê", "lót tay", "chạy chức"})
#: Right before the phrase: somebody asks about the procedure, or speaks of the subject in general.
_ASKING_BEFORE = _listed(
    "thủ tục · thủ tục giải quyết · quy trình · quy trình giải quyết · trình tự · trình tự thủ "
    "tục · mẫu · mẫu đơn · "
    "biểu mẫu · luật · quy định về · hướng dẫn · hướng dẫn gửi · cách gửi · cách · nơi nhận · nơi "
    "tiếp nhận · "
    "tiếp nhận đơn · tiếp nhận · giải quyết · giải quyết đơn · thời hạn giải quyết · thời hiệu · "
    "quyền · tuyên truyền · "
    "phòng chống · chống · hội nghị · số điện thoại · đường dây nóng · thế nào là · không phải · "
    "không"
)
#: Right after it: likewise.
_ASKING_AFTER = _listed(
    "là gì · gửi ở đâu · gửi đâu · nộp ở đâu · ở đâu · thì gửi · như thế nào · thế nào · trong "
    "bao lâu · bao lâu"
)
#: Somebody who says this means it, whatever they ask besides.
_RESOLVED = _listed(
    "tôi · tôi xin · tôi muốn · tôi làm đơn · tôi đề nghị · làm đơn · chúng tôi · chúng tôi xin · "
    "gia đình tôi · xin · đã · bà con"
)
#: Between two such words: the second belongs to what was said of the first.
_JOINING = frozenset({"va", "hoac", "hay", "don"})
_WORD = re.compile(r"[^\W_]+")


class _Token(NamedTuple):
    lower: str
    folded: str
    start: int
    end: int


class _Phrases:
    """Phrases, found word by word: a word typed without its marks counts as the same word."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(
            {nfc(phrase) for phrase in phrases}, key=lambda item: (-len(item.split()), item)
        ):
            words = tuple(phrase.split())
            self._by_first.setdefault(fold(words[0]), []).append(words)

    def at(self, tokens: Sequence[_Token], index: int) -> tuple[str, ...] | None:
        """The longest phrase that begins at this word."""
        for words in self._by_first.get(tokens[index].folded, ()):
            if _typed(tokens[index : index + len(words)], words):
                return words
        return None

    def ends_before(self, tokens: Sequence[_Token], index: int) -> bool:
        """Does one of the phrases stand right before this word?"""
        return any(
            _typed(tokens[start:index], words)
            for start in range(max(0, index - 4), index)
            for words in self._by_first.get(tokens[start].folded, ())
        )


def _typed(tokens: Sequence[_Token], words: Sequence[str]) -> bool:
    """Are these tokens just these words, each with all of its marks or with none?"""
    return len(tokens) == len(words) and all(
        token.lower in (word, fold(word)) for token, word in zip(tokens, words, strict=True)
    )


_PHRASES = _Phrases(_DENUNCIATION + _COMPLAINT)
_BEFORE, _AFTER, _MEANT = _Phrases(_ASKING_BEFORE), _Phrases(_ASKING_AFTER), _Phrases(_RESOLVED)


def looks_like_complaint(text: str) -> Concern | None:
    """Words that sound like a denunciation of somebody or a complaint about a decision; None when
    there are none.

    A denunciation outweighs a complaint. Questions about the procedure («hỏi thủ tục khiếu nại»)
    are not meant.
    """
    text = nfc(text[:_LONGEST])
    tokens = _tokens(text)
    heard: dict[ConcernKind, dict[str, None]] = {
        ConcernKind.DENUNCIATION: {},
        ConcernKind.COMPLAINT: {},
    }
    for phrase, start, end in _meant(tokens, without_marks=not has_marks(text)):
        typed = text[tokens[start].start : tokens[end - 1].end].lower()
        heard[ConcernKind.DENUNCIATION if phrase in _DENUNCIATION else ConcernKind.COMPLAINT][
            typed
        ] = None
    return next(
        (Concern(kind, tuple(words)[:_MOST_WORDS]) for kind, words in heard.items() if words), None
    )


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(m.group().lower(), fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)
    ]


def _meant(tokens: Sequence[_Token], *, without_marks: bool) -> Iterator[tuple[str, int, int]]:
    """The phrases that somebody means rather than asks about, with their first word and the word
    after them.
    """
    index = asked_until = 0
    while index < len(tokens):
        words = _PHRASES.at(tokens, index)
        if words is None:
            # «Giải quyết khiếu nại và tố cáo»: what is asked about the one is asked about the
            # other.
            asked_until += 0 < asked_until == index and tokens[index].folded in _JOINING
            index += 1
            continue
        end, phrase = index + len(words), " ".join(words)
        marked = any(token.lower != token.folded for token in tokens[index:end])
        if 0 < asked_until == index or _asks_about(tokens, index, end):
            asked_until = end
        elif marked or without_marks or phrase not in _AMBIGUOUS:
            yield phrase, index, end
        index = end


def _asks_about(tokens: Sequence[_Token], start: int, end: int) -> bool:
    if _BEFORE.ends_before(tokens, start):
        return True
    return (
        not _MEANT.ends_before(tokens, start)
        and end < len(tokens)
        and _AFTER.at(tokens, end) is not None
    )


# Rubbish
# --------------------------------------------------------------------------------------------------
_SALES_WORDS = _listed(
    "mua tài khoản · bán tài khoản · giá rẻ · giá sốc · vay nhanh · vay tiền nhanh · vay tín chấp "
    "· giải ngân · "
    "hỗ trợ nợ xấu · cá cược · cá độ · casino · nhà cái · game bài · đánh bài · lô đề · soi cầu · "
    "nổ hũ · "
    "kiếm tiền online · việc nhẹ lương cao · tăng like · tăng follow · backlink · dịch vụ seo · "
    "viagra · giảm cân · "
    "khuyến mãi · click vào · telegram · bitcoin · crypto"
)
_SALES = _Phrases(_SALES_WORDS)
_LINK = re.compile(r"https?:|www\.|(?<!\w)bit\.ly", re.IGNORECASE)
_MARKUP = re.compile(r"<\s?a\s|\[url|\[link|<script|<iframe", re.IGNORECASE)
_RUN = re.compile(r"([^\s.\d_-])\1{7}")
_CHUNKS = re.compile(r"([a-z]{2,4}?)\1+[a-z]?")
_KEYS = ("asdf", "qwer", "zxcv", "hjkl", "jkl;", "dfgh", "sdfg", "wert", "xcvb")
_VOWELS = frozenset("aeiouy")
_LATIN = re.compile(r"[^\W\d_]")


def spam_score(
    text: str, *, links: int | None = None, seconds_to_fill: float | None = None, honeypot: str = ""
) -> Score:
    """How much this looks like rubbish: 0 (not at all) to 100 (certain), with the reasons.

    `links` is the number of web addresses (None: counted here), `seconds_to_fill` the time between
    the form being shown and being sent (None: unknown), `honeypot` what stands in the field that
    people do not see. Never raises.
    """
    if honeypot.strip():
        return Score(CERTAIN_SPAM, [N_("Ô ẩn dành cho máy đã được điền.")])
    text = clean(text[:_LONGEST])
    found: list[tuple[int, str]] = []
    found += _from_links(len(_LINK.findall(text)) if links is None else links, text)
    found += _from_haste(seconds_to_fill)
    found += _from_words(text)
    found += _from_letters(text)
    return Score(
        min(CERTAIN_SPAM - 1, sum(points for points, _reason in found)),
        [reason for _points, reason in found],
    )


def _from_links(links: int, text: str) -> Iterator[tuple[int, str]]:
    if links >= 4:
        yield 50, N_("Có rất nhiều đường dẫn.")
    elif links >= 2:
        yield 25, N_("Có nhiều đường dẫn.")
    elif links == 1:
        yield 10, N_("Có đường dẫn.")
    if _MARKUP.search(text):
        yield 40, N_("Có mã trang web trong nội dung.")


def _from_haste(seconds: float | None) -> Iterator[tuple[int, str]]:
    if seconds is not None and seconds < 3:
        yield 40, N_("Gửi chỉ vài giây sau khi mở biểu mẫu.")
    elif seconds is not None and seconds < 8:
        yield 10, N_("Gửi rất nhanh sau khi mở biểu mẫu.")


def _from_words(text: str) -> Iterator[tuple[int, str]]:
    tokens = _tokens(text)
    sales = {words for index in range(len(tokens)) if (words := _SALES.at(tokens, index))}
    if sales:
        yield min(60, 30 * len(sales)), N_("Có lời rao bán, quảng cáo.")
    if any(_is_mashed(token.folded) for token in tokens):
        yield 20, N_("Có chuỗi chữ gõ bừa.")
    if len(tokens) >= 12 and len({token.folded for token in tokens}) * 5 <= len(tokens):
        yield 25, N_("Lặp đi lặp lại vài từ.")


def _from_letters(text: str) -> Iterator[tuple[int, str]]:
    if _RUN.search(text):
        yield 15, N_("Một ký tự lặp lại nhiều lần.")
    if mixed_scripts(text[:5_000]):
        yield 25, N_("Trộn chữ cái của nhiều bảng chữ.")
    letters = _LATIN.findall(text)
    foreign = sum(fold(char) not in _ASCII for char in letters)
    if letters and foreign * 2 > len(letters):
        yield 40, N_("Không viết bằng chữ quốc ngữ.")
    if text and not letters:
        yield 30, N_("Không có chữ nào.")


_ASCII = frozenset("abcdefghijklmnopqrstuvwxyz")


def _is_mashed(word: str) -> bool:
    """Keys struck at random: «asdasd», «qwerty», «sdfghjk»."""
    if not 5 <= len(word) <= 40 or not word.isalpha():
        return False
    if any(keys in word for keys in _KEYS) or (len(word) >= 6 and _CHUNKS.fullmatch(word)):
        return True
    return len(word) >= 6 and not _VOWELS & set(word)
