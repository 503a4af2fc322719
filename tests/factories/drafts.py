"""Drafts as .docx for tests: a decree of any size in the ways in which offices write them, with
what should come out.
"""

import io
import random
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from app.drafts.readers.heads import VIETNAMESE

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
    'Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    "<Relationships "
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_WORDS = (
    "cơ quan nhà nước có thẩm quyền tổ chức cá nhân được giao đất cho thuê đất thực hiện nghĩa vụ "
    "tài chính theo quy định của pháp luật về đất đai"
    " và các quy định khác có liên quan hồ sơ trình tự thủ tục thời hạn giải quyết kể từ ngày "
    "nhận đủ hồ sơ hợp lệ Ủy ban nhân dân cấp xã nơi có đất"
).split()


class Expected(NamedTuple):
    """What should come out for one part."""

    anchor: str
    label: str
    heading: str
    text: str


class Part(NamedTuple):
    """One part as an office writes it."""

    expected: Expected
    kind: str
    number: int


def docx(body: str, **parts: str) -> bytes:
    """A Word file with this body; further parts of word/ by name, such as numbering, styles,
    footnotes.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        document = (
            body
            if body.startswith("<?xml")
            else f"<w:document {NAMESPACE}><w:body>{body}</w:body></w:document>"
        )
        archive.writestr("word/document.xml", document)
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", content)
    return target.getvalue()


def saved(folder: Path, body: str, **parts: str) -> Path:
    """The same as a file."""
    path = folder / "du-thao.docx"
    path.write_bytes(docx(body, **parts))
    return path


def run(text: str, *, bold: bool = False, font: str = "") -> str:
    """A run; a line end becomes a line break."""
    properties = ("<w:b/>" if bold else "") + (
        f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}"/>' if font else ""
    )
    words = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(piece)}</w:t>' for piece in text.split("\n")
    )
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{words}</w:r>"


def p(
    text: str = "",
    *,
    bold: bool = False,
    centred: bool = False,
    font: str = "",
    num: tuple[int, int] | None = None,
    style: str = "",
    raw: str = "",
) -> str:
    """A paragraph. `num`: list and level; `raw`: runs instead of a text."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties += (
        f'<w:numPr><w:ilvl w:val="{num[1]}"/><w:numId w:val="{num[0]}"/></w:numPr>' if num else ""
    )
    properties += '<w:jc w:val="center"/>' if centred else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{raw or run(text, bold=bold, font=font)}</w:p>"


def table(*rows: Sequence[str]) -> str:
    """A table; a cell is text or paragraphs."""

    def cell(content: str) -> str:
        return f"<w:tc>{content if content.startswith('<') else p(content)}</w:tc>"

    return (
        f"<w:tbl>{''.join('<w:tr>' + ''.join(map(cell, row)) + '</w:tr>' for row in rows)}</w:tbl>"
    )


def level(place: int, kind: str, text: str, *, start: int = 1, more: str = "") -> str:
    """A level of a list in numbering.xml."""
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="{start}"/><w:numFmt '
        f'w:val="{kind}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(*lists: str, nums: str = "") -> str:
    """numbering.xml with these abstract lists, numbered from 1; w:num of the same numbers unless
    `nums` says otherwise.
    """
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{n}">{levels}</w:abstractNum>'
        for n, levels in enumerate(lists, start=1)
    )
    nums = nums or "".join(
        f'<w:num w:numId="{n}"><w:abstractNumId w:val="{n}"/></w:num>'
        for n in range(1, len(lists) + 1)
    )
    return f"<w:numbering {NAMESPACE}>{abstract}{nums}</w:numbering>"


# A decree ---------------------------------------------------------------------------------------
def _roman(number: int) -> str:
    return ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"][number - 1]


def decree(clauses: int = 200, seed: int = 7) -> list[Part]:
    """At least so many parts: chapters, some with sections, articles with and without clauses,
    points up to «đ» and beyond.
    """
    chance = random.Random(seed)

    def sentence(low: int, high: int) -> str:
        words = " ".join(chance.choice(_WORDS) for _ in range(chance.randint(low, high)))
        return words[0].upper() + words[1:]

    made: list[Part] = []
    chapter = article = 0
    while len(made) < clauses:
        chapter += 1
        made.append(
            Part(
                Expected(
                    f"chuong-{chapter}", f"Chương {_roman(chapter)}", sentence(3, 6).upper(), ""
                ),
                "chapter",
                chapter,
            )
        )
        for section in range(1, 3) if chapter % 2 == 0 else [0]:
            if section:
                anchor = f"chuong-{chapter}-muc-{section}"
                made.append(
                    Part(
                        Expected(anchor, f"Mục {section}", sentence(3, 6).upper(), ""),
                        "section",
                        section,
                    )
                )
            for _article in range(chance.randint(2, 5)):
                article += 1
                _add_article(made, article, chance, sentence)
    return made


#: Lines that look like the beginning of something and are text.
TRAPS = (
    "Điều 5 của Luật này áp dụng đối với trường hợp trên.",
    "Điều này không áp dụng đối với tổ chức nước ngoài.",
    "Mục 1 Chương II Nghị định này quy định trình tự.",
    "2026 là năm đầu của kỳ quy hoạch.",
    "1.500 mét vuông là hạn mức giao đất ở nông thôn.",
    "Khoản 3 Điều này được thực hiện từ ngày 01 tháng 01 năm 2027.",
    "- Bản sao giấy chứng nhận quyền sử dụng đất;",
    "Phụ lục I kèm theo Nghị định này là một phần của hồ sơ.",
    "Chương trình hỗ trợ được thực hiện theo quy định của pháp luật.",
)


def _trap(chance: random.Random) -> str:
    return f"\n\n{chance.choice(TRAPS)}" if chance.random() < 0.25 else ""


def _add_article(
    made: list[Part], article: int, chance: random.Random, sentence: Callable[[int, int], str]
) -> None:
    anchor, count = f"dieu-{article}", chance.choice([0, 2, 3, 5, 12])
    text = f"{sentence(20, 60)}.{_trap(chance)}" if count == 0 else ""
    made.append(
        Part(Expected(anchor, f"Điều {article}", sentence(4, 12), text), "article", article)
    )
    for clause in range(1, count + 1):
        points = chance.choice([0, 0, 0, 2, 6])
        ending = ":" if points else "."
        text = sentence(15, 50) + ending + ("" if points else _trap(chance))
        made.append(
            Part(Expected(f"{anchor}-khoan-{clause}", f"{clause}.", "", text), "clause", clause)
        )
        for number in range(1, points + 1):
            letter = VIETNAMESE[number - 1]
            name = "dd" if letter == "đ" else letter
            ending = "." if number == points else ";"
            part = Expected(
                f"{anchor}-khoan-{clause}-diem-{name}", f"{letter})", "", sentence(8, 30) + ending
            )
            made.append(Part(part, "point", number))


PREAMBLE = (
    table(
        [
            p("CHÍNH PHỦ", centred=True, bold=True),
            p("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", centred=True, bold=True)
            + p("Độc lập - Tự do - Hạnh phúc", centred=True),
        ]
    )
    + p("NGHỊ ĐỊNH", bold=True, centred=True)
    + p("Quy định chi tiết thi hành một số điều của Luật Đất đai", bold=True, centred=True)
    + p("Căn cứ Luật Tổ chức Chính phủ ngày 18 tháng 02 năm 2025;")
    + p("Căn cứ Luật Đất đai ngày 18 tháng 01 năm 2024;")
    + p("Theo đề nghị của Bộ trưởng Bộ Nông nghiệp và Môi trường;")
    + p("Chính phủ ban hành Nghị định quy định chi tiết thi hành một số điều của Luật Đất đai.")
)
SIGNATURE = table(
    [
        p("Nơi nhận:") + p("- Ban Bí thư Trung ương Đảng;") + p("- Lưu: VT, NN (2)."),
        p("TM. CHÍNH PHỦ", bold=True) + p("THỦ TƯỚNG", bold=True) + p("(đã ký)"),
    ]
)


def _paragraphs(text: str, first: str = "", **look: Any) -> str:
    """The paragraphs of a text, the first one after a label and with its look."""
    if not text:
        return ""
    head, *rest = text.split("\n\n")
    return p(first + head, **look) + "".join(map(p, rest))


def _typed(part: Part) -> str:
    at = part.expected
    if part.kind == "chapter":
        return p(at.label, bold=True, centred=True) + p(at.heading, bold=True, centred=True)
    if part.kind == "section":
        return p(f"{at.label}. {at.heading}", bold=True, centred=True)
    if part.kind == "article":
        return p(f"{at.label}. {at.heading}", bold=True) + _paragraphs(at.text)
    return _paragraphs(at.text, f"{at.label} ")


def _automatic(part: Part) -> str:
    at, levels = part.expected, {"chapter": 0, "article": 2, "clause": 3, "point": 4}
    if part.kind == "section":
        return _typed(part)
    num = (1, levels[part.kind])
    if part.kind == "chapter":
        return p("", num=num) + p(at.heading, bold=True, centred=True)
    if part.kind == "article":
        return p(at.heading, bold=True, num=num) + _paragraphs(at.text)
    if part.kind == "point":
        # Word has no đ: points are typed, as they are in practice once there are more than four.
        return _typed(part)
    return _paragraphs(at.text, num=num)


def _mixed(part: Part) -> str:
    """Some by hand, some by Word; label and heading in different runs;

    NFD; odd blanks; brackets for stops.
    """
    at = part.expected
    if part.kind == "article" and part.number % 3 == 0:
        return p(
            raw=run(f"{at.label}.", bold=True) + run(f" {at.heading}", bold=True)
        ) + _paragraphs(at.text)
    if part.kind == "article" and part.number % 3 == 1:
        return p(
            raw=run(
                f"Điều\u00a0{part.number} .  {unicodedata.normalize('NFD', at.heading)}", bold=True
            )
        ) + _paragraphs(at.text)
    if part.kind == "chapter" and part.number % 2:
        return p(f"CHƯƠNG {part.expected.label[7:]}\n{at.heading}", bold=True, centred=True)
    if part.kind == "clause" and part.number % 4 == 0:
        return _paragraphs(at.text, f"{part.number}) ")
    if part.kind == "clause" and part.number % 4 == 1:
        return _paragraphs(unicodedata.normalize("NFD", at.text), f"{part.number}.")
    if part.kind == "point" and part.number % 2 == 0:
        return _paragraphs(at.text, f"\t{at.label[0]})\t")
    return _typed(part)


def _soft(parts: Sequence[Part]) -> str:
    """Whole articles as one paragraph with line breaks."""
    body, block = "", ""
    for part in parts:
        at = part.expected
        if part.kind in {"chapter", "section", "article"} and block:
            body, block = body + p(raw=block), ""
        if part.kind in {"chapter", "section"}:
            body += p(f"{at.label}\n{at.heading}", bold=True, centred=True)
        elif part.kind == "article":
            block = run(f"{at.label}. {at.heading}", bold=True) + (
                run(f"\n{at.text}") if at.text else ""
            )
        else:
            block += run(f"\n{at.label} {at.text}")
    return body + (p(raw=block) if block else "")


def _tables(parts: Sequence[Part]) -> str:
    """Each article in a row of a table, as in tables that compare two texts."""
    body, cell, rows = "", "", []
    for part in parts:
        if part.kind in {"chapter", "section", "article"} and cell:
            rows, cell = [*rows, [cell]], ""
        if part.kind in {"chapter", "section"}:
            body, rows = body + (table(*rows) if rows else "") + _typed(part), []
        else:
            cell += _typed(part)
    return body + table(*rows, *([[cell]] if cell else []))


AUTOMATIC = numbering(
    level(0, "upperRoman", "Chương %1")
    + level(1, "decimal", "Mục %2")
    + level(2, "decimal", "Điều %3.", more='<w:lvlRestart w:val="0"/>')
    + level(3, "decimal", "%4.")
    + level(4, "lowerLetter", "%5)")
)
LAYOUTS: dict[str, Callable[[Sequence[Part]], str]] = {
    "typed": lambda parts: "".join(map(_typed, parts)),
    "automatic": lambda parts: "".join(map(_automatic, parts)),
    "mixed": lambda parts: "".join(map(_mixed, parts)),
    "tables": _tables,
    "soft": _soft,
}


def decree_docx(parts: Sequence[Part], layout: str) -> bytes:
    """The decree in one of the LAYOUTS."""
    return docx(PREAMBLE + LAYOUTS[layout](parts) + SIGNATURE, numbering=AUTOMATIC)
