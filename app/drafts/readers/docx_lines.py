"""From a .docx to lines as people see them: numbers that Word adds, tracked changes as accepted,
old fonts as Unicode.

The XML is read as it stands. Nothing outside the file is ever fetched, a document type is refused,
and no part may be larger than MAX_PART once unpacked.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from lxml import etree

from app.drafts.readers.docx_numbering import Numbering, W
from app.imports import legacy_fonts
from app.imports.protocol import Unreadable
from app.kernel.text import clean_line, nfc

#: Bytes of one part of the archive: a decree of a thousand clauses has some 3 MB.
MAX_PART = 40 * 1024 * 1024
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
#: Runs inside these are part of the text: insertions and moves are taken as accepted.
_THROUGH = frozenset(
    {
        "hyperlink",
        "ins",
        "moveTo",
        "smartTag",
        "sdt",
        "sdtContent",
        "fldSimple",
        "customXml",
        "bdo",
        "dir",
    }
)
_OFF = frozenset({"0", "false", "off", "none"})
_CONTENTS = re.compile(r"toc\s*\d|mục\s*lục", re.IGNORECASE)


@dataclass(slots=True)
class Span:
    """Some characters that look alike."""

    text: str
    bold: bool


@dataclass(slots=True)
class Line:
    """What stands on a line of its own: a paragraph, or the part of one between two line breaks."""

    text: str
    #: How many characters from the beginning are bold.
    bold: int = 0
    centred: bool = False
    #: A row of a table of figures: never the beginning of a clause.
    in_table: bool = False
    #: Began with a line break inside a paragraph, not with a paragraph.
    soft: bool = False
    #: Its text was in a font from before Unicode.
    legacy: bool = False

    @property
    def all_bold(self) -> bool:
        """Is the whole line bold?"""
        return bool(self.text) and self.bold >= len(self.text)


@dataclass(slots=True)
class _Style:
    based_on: str = ""
    name: str = ""
    bold: bool | None = None
    font: str = ""
    centred: bool | None = None
    number: tuple[str, int | None] | None = None


@dataclass
class _Paragraph:
    spans: list[Span] = field(default_factory=list)
    legacy: bool = False
    notes: list[str] = field(default_factory=list)


def lines(path: Path) -> Iterator[Line]:
    """The lines of the document's body in order. Raises Unreadable when it is no Word document."""
    try:
        with zipfile.ZipFile(path) as archive:
            document = _Document(archive)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise Unreadable(
            _(
                "Tệp này không phải tệp Word .docx. Hãy mở bằng Word, chọn Lưu dưới dạng .docx "
                "rồi tải lên lại."
            )
        ) from error
    yield from document.lines()


def _part(archive: zipfile.ZipFile, name: str) -> Any:
    """The root of one part; KeyError when there is none."""
    with archive.open(name) as stream:
        content = stream.read(MAX_PART + 1)
    if len(content) > MAX_PART:
        raise Unreadable(
            _("Tệp Word quá lớn khi mở ra. Hãy bỏ bớt hình ảnh, chia nhỏ tệp rồi tải lên lại.")
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(_("Tệp Word bị hỏng. Hãy mở và lưu lại tệp rồi tải lên lại.")) from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable(
            _(
                "Tệp Word có nội dung lạ nên không đọc. Hãy mở bằng Word, lưu thành tệp .docx mới "
                "rồi tải lên lại."
            )
        )
    return root


def _optional(archive: zipfile.ZipFile, name: str) -> Any:
    return _part(archive, name) if name in archive.namelist() else None


def _flag(properties: Any, name: str) -> bool | None:
    """A property that is on, off, or not said."""
    found = properties.find(W + name) if properties is not None else None
    return None if found is None else str(found.get(W + "val", "1")).lower() not in _OFF


def _font(properties: Any) -> str:
    found = properties.find(W + "rFonts") if properties is not None else None
    return str(found.get(W + "ascii") or found.get(W + "hAnsi") or "") if found is not None else ""


def _centred(properties: Any) -> bool | None:
    found = properties.find(W + "jc") if properties is not None else None
    return None if found is None else found.get(W + "val") == "center"


def _numbered(properties: Any) -> tuple[str, int | None] | None:
    found = properties.find(W + "numPr") if properties is not None else None
    if found is None:
        return None
    number, place = found.find(W + "numId"), found.find(W + "ilvl")
    level = str(place.get(W + "val", "0")) if place is not None else ""
    return (str(number.get(W + "val", "")) if number is not None else ""), int(
        level
    ) if level.isdecimal() else None


class _Document:
    """The parts of one document that say what its paragraphs show."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.body = _part(archive, "word/document.xml").find(W + "body")
        if self.body is None:
            raise KeyError("body")
        self.numbering = Numbering(_optional(archive, "word/numbering.xml"))
        self.styles, self.default_font = _styles(_optional(archive, "word/styles.xml"))
        self.notes: dict[str, Any] = {}
        notes = _optional(archive, "word/footnotes.xml")
        if notes is not None:
            self.notes = {
                str(note.get(W + "id")): note
                for note in notes.iterfind(W + "footnote")
                if note.get(W + "type") is None
            }
        self._note_number = 0
        self._chains: dict[str, list[_Style]] = {}

    def lines(self) -> Iterator[Line]:
        """All of it."""
        joined: _Paragraph | None = None
        for element, where in _blocks(self.body):
            if where == "table":
                yield from self._table(element)
                continue
            if self._is_contents(element):
                continue
            made = self._paragraph(element, joined)
            joined = made if _mark_deleted(element) else None
            if joined is None:
                yield from self._lines_of(element, made)

    def _table(self, table: Any) -> Iterator[Line]:
        """A table whose cells hold articles is only a way to place text; any other is kept row by
        row.
        """
        cells = [
            [list(self._cell(cell)) for cell in _own(row, "tc", table)]
            for row in _own(table, "tr", table)
        ]
        texts = [line.text for row in cells for cell in row for line in cell]
        if any(re.match(r"(?:Điều|ĐIỀU)\s*\d", text) for text in texts):
            for row in cells:
                for cell in row:
                    yield from cell
            return
        for row in cells:
            text = " | ".join(
                joined for cell in row if (joined := " ".join(line.text for line in cell).strip())
            )
            if text:
                yield Line(
                    text, in_table=True, legacy=any(line.legacy for cell in row for line in cell)
                )

    def _cell(self, cell: Any) -> Iterator[Line]:
        for element, where in _blocks(cell):
            if where == "table":
                yield from self._table(element)
            else:
                yield from self._lines_of(element, self._paragraph(element, None))

    # A paragraph
    # ----------------------------------------------------------------------------------------------
    def _chain(self, style: str) -> list[_Style]:
        """The style and what it is based on, the nearest first."""
        if style not in self._chains:
            chain: list[_Style] = []
            name = style
            while name in self.styles and len(chain) < 20:
                chain.append(self.styles[name])
                name = self.styles[name].based_on
            self._chains[style] = chain
        return self._chains[style]

    def _is_contents(self, element: Any) -> bool:
        """A line of a generated table of contents, which would show every article twice."""
        return any(_CONTENTS.match(style.name) for style in self._chain(_style_of(element))[:1])

    def _paragraph(self, element: Any, before: _Paragraph | None) -> _Paragraph:
        made = before or _Paragraph()
        chain = self._chain(_style_of(element))
        bold = next((style.bold for style in chain if style.bold is not None), False)
        font = next((style.font for style in chain if style.font), self.default_font)
        for run in _runs(element):
            self._run(run, made, bold, font)
        return made

    def _run(self, run: Any, made: _Paragraph, bold: bool, font: str) -> None:
        properties = run.find(W + "rPr")
        if _flag(properties, "vanish"):
            return
        style = properties.find(W + "rStyle") if properties is not None else None
        chain = self._chain(str(style.get(W + "val"))) if style is not None else []
        said = _flag(properties, "b")
        heavy = (
            said
            if said is not None
            else next((item.bold for item in chain if item.bold is not None), bold)
        )
        shown = _font(properties) or next((item.font for item in chain if item.font), font)
        old = bool(legacy_fonts.encoding(shown))
        # Eth looks like đ and is what some keyboards type.
        text = (
            legacy_fonts.to_unicode(_text(run), shown)
            if old
            else _text(run).replace("Ð", "Đ").replace("ð", "đ")
        )
        if _flag(properties, "caps"):
            text = text.upper()
        made.legacy = made.legacy or (old and bool(text.strip()))
        if text:
            made.spans.append(Span(text, bool(heavy)))
        for mark in run.iterfind(W + "footnoteReference"):
            self._note(str(mark.get(W + "id")), made)

    def _note(self, note_id: str, made: _Paragraph) -> None:
        if note_id in self.notes:
            self._note_number += 1
            texts = (
                clean_line("".join(span.text for span in self._paragraph(item, None).spans))
                for item in self.notes[note_id].iterfind(W + "p")
            )
            made.spans.append(Span(f"[{self._note_number}]", False))
            made.notes.append(
                _(
                    "Chú thích [%(number)s]: %(text)s",
                    number=self._note_number,
                    text=" ".join(texts),
                )
            )

    def _label(self, element: Any) -> str:
        style = _style_of(element)
        found = _numbered(element.find(W + "pPr"))
        from_style = next(
            (item.number for item in self._chain(style) if item.number is not None), None
        )
        number, place = found or from_style or ("", None)
        if style in self.numbering.of_style and (place is None or not number):
            own, level = self.numbering.of_style[style]
            number, place = number or own, level if place is None else place
        return self.numbering.next_label(number, place or 0) if number not in {"", "0"} else ""

    def _lines_of(self, element: Any, made: _Paragraph) -> Iterator[Line]:
        properties = element.find(W + "pPr")
        said = _centred(properties)
        centred = (
            said
            if said is not None
            else next(
                (s.centred for s in self._chain(_style_of(element)) if s.centred is not None), False
            )
        )
        # Counted for empty paragraphs too: Word shows their numbers.
        label = self._label(element)
        for place, (text, bold) in enumerate(_pieces(made.spans)):
            shown = f"{label} {text}".strip() if label and not place else text
            if shown:
                # The number is as bold as what it stands before.
                yield Line(
                    shown,
                    bold + len(shown) - len(text) if bold else 0,
                    centred,
                    soft=place > 0,
                    legacy=made.legacy,
                )
        for note in made.notes:
            yield Line(note, in_table=True)


def _styles(root: Any) -> tuple[dict[str, _Style], str]:
    if root is None:
        return {}, ""
    made = {}
    for item in root.iterfind(W + "style"):
        run, paragraph = item.find(W + "rPr"), item.find(W + "pPr")
        based, name = item.find(W + "basedOn"), item.find(W + "name")
        made[str(item.get(W + "styleId"))] = _Style(
            str(based.get(W + "val")) if based is not None else "",
            str(name.get(W + "val")) if name is not None else "",
            _flag(run, "b"),
            _font(run),
            _centred(paragraph),
            _numbered(paragraph),
        )
        if item.get(W + "default") == "1" and item.get(W + "type") == "paragraph":
            made[""] = made[str(item.get(W + "styleId"))]
    return made, _font(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))


def _style_of(element: Any) -> str:
    found = element.find(f"{W}pPr/{W}pStyle")
    return str(found.get(W + "val")) if found is not None else ""


def _mark_deleted(element: Any) -> bool:
    """Was the end of this paragraph deleted in a tracked change, so that the next one goes on with
    it?
    """
    return element.find(f"{W}pPr/{W}rPr/{W}del") is not None


def _own(parent: Any, name: str, table: Any) -> list[Any]:
    """The rows or cells of this table, not of tables within it."""
    return [
        element
        for element in parent.iter(W + name)
        if next(element.iterancestors(W + "tbl"), None) is table
    ]


def _blocks(parent: Any) -> Iterator[tuple[Any, str]]:
    """Paragraphs and tables below this element, through content controls but not into tables."""
    for element in parent:
        name = etree.QName(element).localname
        if name == "p":
            yield element, "paragraph"
        elif name == "tbl":
            yield element, "table"
        elif (
            name == "sdt"
            and element.find(f".//{W}docPartGallery[@{W}val='Table of Contents']") is not None
        ):
            continue
        elif name in {"sdt", "sdtContent", "customXml", "ins", "moveTo"}:
            yield from _blocks(element)


def _runs(element: Any) -> Iterator[Any]:
    """The runs that people see: not what was deleted or moved away, not what stands in drawings."""
    for child in element:
        name = etree.QName(child).localname
        if name == "r":
            yield child
        elif name in _THROUGH:
            yield from _runs(child)


def _text(run: Any) -> str:
    made = ""
    for child in run:
        name = etree.QName(child).localname
        if name == "t":
            made += child.text or ""
        elif name == "tab":
            made += "\t"
        elif name == "cr" or (name == "br" and child.get(W + "type") in {None, "textWrapping"}):
            made += "\n"
        elif name == "noBreakHyphen":
            made += "-"
    return made


def _pieces(spans: list[Span]) -> Iterator[tuple[str, int]]:
    """The text between line breaks, cleaned, each with the length of its bold beginning."""
    pieces: list[list[Span]] = [[]]
    for span in spans:
        for place, text in enumerate(span.text.split("\n")):
            if place:
                pieces.append([])
            pieces[-1].append(Span(text, span.bold))
    for piece in pieces:
        heavy, whole = "", "".join(span.text for span in piece)
        for span in piece:
            if not span.bold and span.text.strip():
                break
            heavy += span.text
        text = clean_line(nfc(whole))
        yield text, min(len(clean_line(nfc(heavy))), len(text))
