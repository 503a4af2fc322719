"""The documents of the sample consultations: written and drawn here, so that nobody takes them for
those of a real place.
"""

import csv
import io
from collections.abc import Iterable

import xlsxwriter
from docx import Document
from docx.document import Document as WordFile
from PIL import Image, ImageDraw

from app.devtools.demo import maps
from app.devtools.demo.plan import DATA

Named = tuple[str, io.BytesIO]
_SIZE = (2_400, 1_700)
_COLOURS = {
    "LUC": "#fffc8c",
    "HNK": "#fff0b4",
    "CLN": "#ffd2a0",
    "RSX": "#b4ffb4",
    "RPH": "#beff1e",
    "NTS": "#aaffff",
    "ONT": "#ffd0ff",
    "SKN": "#faaaa0",
    "NTD": "#d2d2d2",
    "SON": "#a0ffff",
}


def text(title: str, paragraphs: Iterable[str]) -> io.BytesIO:
    """A Word file with a title and paragraphs."""
    document = Document()
    document.styles["Normal"].font.name = "Times New Roman"
    document.add_heading(title, level=1)
    for line in paragraphs:
        document.add_paragraph(line)
    return _saved(document)


def draft(name: str) -> io.BytesIO:
    """The draft of this name as a Word file, one paragraph a line, as a specialist types it."""
    document = Document()
    document.styles["Normal"].font.name = "Times New Roman"
    for line in (DATA / name).read_text("utf-8").splitlines():
        run = document.add_paragraph().add_run(line)
        run.bold = line.startswith(("Điều ", "Chương ", "Mục ")) or line.isupper()
    return _saved(document)


def _saved(document: WordFile) -> io.BytesIO:
    stream = io.BytesIO()
    document.save(stream)
    stream.seek(0)
    return stream


def table(name: str, title: str) -> io.BytesIO:
    """A CSV file of ../data as a workbook."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": True}
    )
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True, "text_wrap": True})
    with (DATA / name).open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.reader(lines)):
            sheet.write_row(number, 0, row, bold if number == 0 else None)
    sheet.set_column(0, 20, 16)
    book.close()
    stream.seek(0)
    return stream


def picture(*, small: bool = False) -> io.BytesIO:
    """The plan's map as one page of PDF; `small`: the light version for telephones."""
    size = (_SIZE[0] // 3, _SIZE[1] // 3) if small else _SIZE
    image = Image.new("RGB", size, "#ffffff")
    pen = ImageDraw.Draw(image)
    west, south, east, north = _frame()
    scale = min(size[0] / (east - west), size[1] / (north - south)) * 0.94

    def spot(place: tuple[float, float]) -> tuple[float, float]:
        return 0.03 * size[0] + (place[0] - west) * scale, 0.97 * size[1] - (
            place[1] - south
        ) * scale

    for collection, border in (
        (maps.land_use(), "#8a8a8a"),
        (maps.projects(), "#9b1c1c"),
        (maps.boundary(), "#000000"),
    ):
        for feature in collection["features"]:
            fill = (
                _COLOURS.get(feature["properties"].get("code", "")) if border == "#8a8a8a" else None
            )
            for ring in _rings(feature["geometry"]):
                pen.polygon(
                    [spot(place) for place in ring],
                    fill=fill,
                    outline=border,
                    width=1 if small else 3,
                )
    stream = io.BytesIO()
    image.save(stream, "PDF", resolution=150)
    stream.seek(0)
    return stream


def _rings(geometry: dict[str, object]) -> list[list[tuple[float, float]]]:
    found: list[list[tuple[float, float]]] = []

    def walk(part: object) -> None:
        if (
            isinstance(part, list | tuple)
            and part
            and isinstance(part[0], list | tuple)
            and part[0]
            and isinstance(part[0][0], float | int)
        ):
            found.append([(float(place[0]), float(place[1])) for place in part])
        elif isinstance(part, list | tuple):
            for inner in part:
                walk(inner)

    walk(geometry["coordinates"])
    return found


def _frame() -> tuple[float, float, float, float]:
    places = [
        place
        for feature in maps.boundary()["features"]
        for ring in _rings(feature["geometry"])
        for place in ring
    ]
    return (
        min(x for x, _ in places),
        min(y for _, y in places),
        max(x for x, _ in places),
        max(y for _, y in places),
    )
