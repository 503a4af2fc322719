"""Word documents laid out as Decree 30/2020/NĐ-CP, Annex I says: paper, margins, header, page
numbers, signature.

The XML is written as a stream into the archive, piece by piece: a table of any length takes the
memory of one row. All lengths are in twips (1/20 point, 1/1440 inch), all sizes in half points, as
the format has them.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO
from xml.sax.saxutils import escape

from app.results.tabling import long_day

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
FONT = "Times New Roman"
#: 20 mm above, below and on the right, 30 mm on the left: the least that the decree asks for.
MARGIN, MARGIN_LEFT = 1134, 1701
_LONG, _SHORT = 16838, 11906
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
#: The motto in bold 14, measured: the line below it is exactly as long.
_MOTTO_WIDTH = 3423
#: Capitals in bold are about this wide, in parts of the size.
_CAPITAL = 0.61
INDENT = 720
_INVALID = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATE = (2026, 1, 1, 0, 0, 0)
#: XML is handed to the compressor in pieces of about this many characters.
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """The paper."""

    width: int
    height: int
    landscape: bool

    @property
    def text_width(self) -> int:
        """Between the margins."""
        return self.width - MARGIN_LEFT - MARGIN


LANDSCAPE, PORTRAIT = Page(_LONG, _SHORT, True), Page(_SHORT, _LONG, False)


def safe(text: str) -> str:
    """Text for XML: escaped, without characters that XML does not know."""
    return escape(_INVALID.sub("", text))


def run(text: str, *, size: int = 28, bold: bool = False, italic: bool = False) -> str:
    """Text in one look; line ends become line breaks."""
    look = (
        f'{"<w:b/>" if bold else ""}{"<w:i/>" if italic else ""}<w:sz w:val="{size}"/><w:szCs '
        f'w:val="{size}"/>'
    )
    lines = safe(text).replace("\r", "").split("\n")
    body = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return f"<w:r><w:rPr>{look}</w:rPr>{body}</w:r>"


def para(
    *runs: str,
    align: str = "left",
    indent: int = 0,
    before: int = 0,
    after: int = 0,
    keep_next: bool = False,
    sides: int = 0,
    line: str = "",
) -> str:
    """A paragraph. `indent` is that of the first line."""
    left = f'<w:ind w:firstLine="{indent}"/>' if indent else ""
    spacing = f'<w:spacing w:before="{before}" w:after="{after}"/>'
    keep = "<w:keepNext/>" if keep_next else ""
    return f'<w:p><w:pPr>{keep}{spacing}{left}<w:jc w:val="{align}"/></w:pPr>{"".join(runs)}</w:p>'


def rule(width: int, room: int) -> str:
    """A short line in the middle of `room`, close below the text before it."""
    sides = max(0, (room - width) // 2)
    return (
        '<w:p><w:pPr><w:pBdr><w:bottom w:val="single" w:sz="6" w:space="0" '
        'w:color="000000"/></w:pBdr>'
        '<w:spacing w:before="0" w:after="100" w:line="60" w:lineRule="exact"/>'
        f'<w:ind w:left="{sides}" w:right="{sides}"/><w:jc w:val="center"/><w:rPr><w:sz '
        f'w:val="4"/></w:rPr></w:pPr></w:p>'
    )


def paragraphs(
    text: str, *, size: int = 26, align: str = "left", bold: bool = False, italic: bool = False
) -> str:
    """Plain text in a cell: one paragraph for each line that says something, never none."""
    lines = [line for line in text.split("\n") if line.strip()] or [""]
    return "".join(
        para(run(line, size=size, bold=bold, italic=italic), align=align, after=40)
        for line in lines
    )


def cell(content: str, width: int, *, merge: str = "", middle: bool = False, span: int = 1) -> str:
    """A cell. `merge` is restart or continue (downwards)."""
    merged = '<w:vMerge w:val="restart"/>' if merge == "restart" else "<w:vMerge/>" if merge else ""
    across = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    centre = '<w:vAlign w:val="center"/>' if middle else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" '
        f'w:type="dxa"/>{across}{merged}{centre}</w:tcPr>{content}</w:tc>'
    )


def row(*cells: str, header: bool = False, whole: bool = False) -> str:
    """A row. `header`: repeated on every page; `whole`: never broken over two pages."""
    marks = ("<w:cantSplit/>" if whole or header else "") + ("<w:tblHeader/>" if header else "")
    return f"<w:tr>{f'<w:trPr>{marks}</w:trPr>' if marks else ''}{''.join(cells)}</w:tr>"


def table_start(widths: Sequence[int], *, borders: bool) -> str:
    """The beginning of a table of fixed widths; end it with table_end()."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in sides
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    margin = 85 if borders else 0
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"{f'<w:tblBorders>{lines}</w:tblBorders>' if borders else ''}"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar>'
        f'<w:left w:w="{margin}" w:type="dxa"/><w:right w:w="{margin}" '
        f'w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
    )


def table_end() -> str:
    """Its end, with the paragraph that Word wants after a table."""
    return "</w:tbl>" + para(run("", size=8))


def width_of(text: str, size: int) -> int:
    """About how wide a line of bold capitals is."""
    return int(len(text) * _CAPITAL * size * 10)


def heading(page: Page, *, parent: str, agency: str, number: str, place: str, day: str) -> str:
    """Agency and number on the left;

    Quốc hiệu, Tiêu ngữ, place and date on the right. An empty number is left to be written in.
    """
    size = 26 if page.landscape else 24
    left = page.text_width * 2 // 5 if page.landscape else 3800
    right = page.text_width - left
    name = agency.upper()
    shown = min(width_of(name, size), left)
    dated = f"{place or '……………'}, {long_day(day)}"
    left_cell = (
        (para(run(parent.upper(), size=size), align="center") if parent else "")
        + para(run(name, size=size, bold=True), align="center")
        + rule(shown * 2 // 5, left)
    )
    right_cell = (
        para(run(NATION, size=size, bold=True), align="center")
        + para(run(MOTTO, size=28 if page.landscape else 26, bold=True), align="center")
        + rule(_MOTTO_WIDTH if page.landscape else _MOTTO_WIDTH * 13 // 14, right)
    )
    numbered = f"Số: {number}" if number else "Số: ………/………"
    return (
        table_start((left, right), borders=False)
        + row(cell(left_cell, left), cell(right_cell, right), whole=True)
        + row(
            cell(para(run(numbered, size=26), align="center", before=60), left),
            cell(
                para(
                    run(dated, size=28 if page.landscape else 26, italic=True),
                    align="center",
                    before=60,
                ),
                right,
            ),
            whole=True,
        )
        + table_end()
    )


def title(page: Page, kind: str, about: str, *, remark: str = "") -> str:
    """The kind of document in capitals, what it is about, a short line; a remark such as «Bản nháp»
    in italics.
    """
    made = para(run(kind, bold=True), align="center", before=120, keep_next=True)
    made += para(run(about, bold=True), align="center", keep_next=True)
    made += rule(
        min(width_of(about, 28), page.text_width) * 2 // 5 if len(about) < 40 else 2800,
        page.text_width,
    )
    return made + (
        para(run(remark, size=26, italic=True), align="center", after=120) if remark else ""
    )


def signature(page: Page, *, authority: Sequence[str], name: str, receivers: Sequence[str]) -> str:
    """«Nơi nhận» on the left, the signature on the right, kept on one page."""
    left = page.text_width // 2
    right = page.text_width - left
    receiving = para(run("Nơi nhận:", size=24, bold=True, italic=True), keep_next=True)
    receiving += "".join(para(run(f"- {line}", size=22), keep_next=True) for line in receivers)
    signing = "".join(
        para(run(line, bold=True), align="center", keep_next=True) for line in authority
    )
    signing += "".join(para(run(""), align="center", keep_next=True) for _line in range(4))
    signing += para(run(name, bold=True), align="center")
    return (
        table_start((left, right), borders=False)
        + row(cell(receiving, left), cell(signing, right), whole=True)
        + table_end()
    )


# The archive
# --------------------------------------------------------------------------------------------------
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="{0}.document.main+xml"/>'
    '<Override PartName="/word/styles.xml" ContentType="{0}.styles+xml"/>'
    '<Override PartName="/word/settings.xml" ContentType="{0}.settings+xml"/>'
    '<Override PartName="/word/header1.xml" ContentType="{0}.header+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    "</Types>"
).format("application/vnd.openxmlformats-officedocument.wordprocessingml")
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    '<Relationship Id="rId2" '
    'Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"'
    ' Target="docProps/core.xml"/></Relationships>'
)
_DOCUMENT_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/settings" Target="settings.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/header" Target="header1.xml"/></Relationships>'
)
_STYLES = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:styles '
    f"{W}><w:docDefaults><w:rPrDefault><w:rPr>"
    f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/><w:color '
    f'w:val="000000"/>'
    '<w:sz w:val="28"/><w:szCs w:val="28"/><w:lang w:val="vi-VN" w:eastAsia="vi-VN" '
    'w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
    '<w:pPrDefault><w:pPr><w:spacing w:after="0" w:line="240" '
    'w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name '
    'w:val="Normal"/><w:qFormat/></w:style>'
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name '
    'w:val="Default Paragraph Font"/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal '
    'Table"/></w:style></w:styles>'
)
_SETTINGS = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:settings {W}><w:defaultTabStop '
    f'w:val="720"/>'
    '<w:compat><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    "</w:settings>"
)
#: The number of the page, centred above the text.
_HEADER = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:hdr {W}><w:p><w:pPr><w:jc '
    f'w:val="center"/></w:pPr>'
    '<w:r><w:rPr><w:sz w:val="26"/></w:rPr><w:fldChar w:fldCharType="begin"/></w:r>'
    '<w:r><w:rPr><w:sz w:val="26"/></w:rPr><w:instrText xml:space="preserve"> PAGE '
    "</w:instrText></w:r>"
    '<w:r><w:rPr><w:sz w:val="26"/></w:rPr><w:fldChar w:fldCharType="separate"/></w:r>'
    '<w:r><w:rPr><w:sz w:val="26"/></w:rPr><w:t>2</w:t></w:r>'
    '<w:r><w:rPr><w:sz w:val="26"/></w:rPr><w:fldChar w:fldCharType="end"/></w:r></w:p></w:hdr>'
)


class Document:
    """A document while it is written:

    `with Document(file, page, title) as document: document.write(…)`.
    """

    def __init__(self, file: IO[bytes], page: Page, name: str) -> None:
        self._page = page
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        core = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties'
            ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
            f" "
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{safe(name)}</dc:title><dc:language>vi-VN</dc:language>'
            "</cp:coreProperties>"
        )
        for path, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELS),
            ("docProps/core.xml", core),
            ("word/_rels/document.xml.rels", _DOCUMENT_RELS),
            ("word/styles.xml", _STYLES),
            ("word/settings.xml", _SETTINGS),
            ("word/header1.xml", _HEADER),
        ):
            self._archive.writestr(self._entry(path), text)
        # A size is not known beforehand; with this a text of more than 2 GB is still a readable
        # archive.
        self._body = self._archive.open(self._entry("word/document.xml"), "w", force_zip64=True)
        self._buffer = io.StringIO()
        self.write(
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document {W} {_R}><w:body>'
        )

    @staticmethod
    def _entry(path: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(path, _DATE)
        entry.compress_type = zipfile.ZIP_DEFLATED
        return entry

    def write(self, xml: str) -> None:
        """Add XML at the end."""
        self._buffer.write(xml)
        if self._buffer.tell() >= _PIECE:
            self._flush()

    def write_all(self, pieces: Iterable[str]) -> None:
        """Add several pieces."""
        for piece in pieces:
            self.write(piece)

    def _flush(self) -> None:
        self._body.write(self._buffer.getvalue().encode())
        self._buffer = io.StringIO()

    def __enter__(self) -> "Document":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        page = self._page
        orient = ' w:orient="landscape"' if page.landscape else ""
        self.write(
            '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/>'
            f'<w:pgSz w:w="{page.width}" w:h="{page.height}"{orient}/>'
            f'<w:pgMar w:top="{MARGIN}" w:right="{MARGIN}" w:bottom="{MARGIN}" '
            f'w:left="{MARGIN_LEFT}" w:header="567" w:footer="567"'
            ' w:gutter="0"/><w:titlePg/></w:sectPr></w:body></w:document>'
        )
        self._flush()
        self._body.close()
        self._archive.close()
