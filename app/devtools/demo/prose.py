"""Made-up Vietnamese text in any amount: words as unevenly used as in real letters, so that search
has something to chew on.
"""

import itertools
import random
from collections import Counter

from app.devtools.demo import plan
from app.kernel.text import words

#: Different words at most; the rare ones are syllables that could be names.
_VOCABULARY = 6_000
#: Zipf–Mandelbrot: how much the commonest words are held back.
_OFFSET = 2.7
_ONSETS = "b c ch d đ g gi h kh l m n ng nh ph qu r s t th tr v x".split()
_RIMES = (
    "ạch ăm ân ẫu ếch êm iêng iệt oan oẵng ôi ông ớt ợp ung ưng ươm ượng uyên uỳnh ửu ẩy ịch "
    "ọt ụp ặng"
).split()
_TITLES = (
    "Hỏi về {0} ở {1}",
    "Xin cho biết {0} tại {1}",
    "Phản ánh {0} ở {1}",
    "{0} ở {1} giải quyết thế nào?",
    "Khi nào {0} ở {1}?",
    "Thủ tục {0} cần giấy tờ gì?",
)
_OPENINGS = (
    "Tôi ở {0}, xin hỏi {1}.",
    "Gia đình tôi tại {0} gặp việc {1}.",
    "Bà con {0} đề nghị {1}.",
    "Cho tôi hỏi, ở {0} {1}.",
)
_SHORTS = (
    "Đã kiểm tra; {0}.",
    "Trường hợp của ông/bà {0}.",
    "Việc này {0}, thực hiện theo thông báo.",
    "Đơn vị đã {0}.",
)
_FINDINGS = ("Kiểm tra tại {0}: {1}.", "Đối chiếu hồ sơ ở {0}: {1}.")


class Prose:
    """One source of text; the same seed gives the same text."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        found = Counter(word for text in _corpus() for word in words(text) if not word.isdigit())
        known = [word for word, _count in found.most_common(_VOCABULARY)]
        syllables = (onset + rime for rime, onset in itertools.product(_RIMES, _ONSETS))
        self._words = list(dict.fromkeys([*known, *syllables]))[:_VOCABULARY]
        self._weights = list(
            itertools.accumulate(1 / (rank + _OFFSET) for rank in range(1, len(self._words) + 1))
        )

    def phrase(self, count: int) -> str:
        """So many words."""
        return " ".join(self.random.choices(self._words, cum_weights=self._weights, k=count))

    def title(self, place: str) -> str:
        """What a question is called."""
        made = self._one_of(_TITLES).format(self.phrase(4), place)
        return made[0].upper() + made[1:]

    def question(self, place: str) -> str:
        """What somebody asks."""
        return self._one_of(_OPENINGS).format(place, self.phrase(self.random.randint(8, 24)))

    def short(self) -> str:
        """The answer in a sentence, within the bounds of the form."""
        return self._one_of(_SHORTS).format(self.phrase(9))

    def findings(self, place: str) -> str:
        """What was found out."""
        return self._one_of(_FINDINGS).format(place, self.phrase(5))

    def resolution(self) -> list[str]:
        """What to do, step by step."""
        return [f"{number}. {self.phrase(6).capitalize()}." for number in (1, 2)]

    def _one_of(self, choices: tuple[str, ...]) -> str:
        return choices[int(self.random.random() * len(choices))]


def _corpus() -> list[str]:
    """The texts of the sample questions."""
    texts = []
    for planned in plan.questions():
        answer = planned.told.get("answer", {})
        texts += [
            planned.title,
            planned.told["body"],
            *(answer.get(slot, "") for slot in ("short", "findings", "resolution")),
        ]
    return texts
