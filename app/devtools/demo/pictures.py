"""Pictures for the sample questions: drawn, so that nobody takes them for photographs of a real
place.
"""

import functools
import io
from collections.abc import Callable

from PIL import Image, ImageDraw

_SIZE = (1_200, 800)
_SKY, _FIELD, _ASPHALT, _KERB = "#bfdcec", "#8fb56a", "#6d6f73", "#d9d4c7"
_WATER, _MUD, _CONCRETE, _BRICK, _ROOF = "#4f86a8", "#6b4a2b", "#b9b6ae", "#b5623f", "#8c3b2e"

Pen = ImageDraw.ImageDraw


def draw(scene: str) -> io.BytesIO:
    """One picture as a JPEG file. Raises KeyError for a scene that nobody can draw."""
    image = Image.new("RGB", _SIZE, _SKY)
    _SCENES[scene](ImageDraw.Draw(image))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=82)
    file.seek(0)
    return file


def _road(pen: Pen, *, mended: bool) -> None:
    pen.rectangle((0, 300, 1_200, 800), _FIELD)
    pen.rectangle((430, 130, 770, 300), _BRICK)
    pen.polygon(((400, 130), (800, 130), (600, 40)), _ROOF)
    pen.polygon(((420, 300), (780, 300), (1_200, 800), (0, 800)), _ASPHALT)
    for top, left in ((330, 596), (430, 593), (560, 588)):
        pen.rectangle((left, top, left + 2 * (600 - left) + 6, top + 50), _KERB)
    if mended:
        pen.polygon(((430, 600), (760, 600), (800, 720), (390, 720)), _CONCRETE)
    else:
        pen.ellipse((410, 590, 780, 730), _MUD)
        pen.ellipse((470, 610, 740, 710), _WATER)


def _drain(pen: Pen, *, cleared: bool) -> None:
    pen.rectangle((0, 260, 1_200, 800), _FIELD)
    pen.rectangle((760, 120, 1_200, 520), _BRICK)
    pen.polygon(((500, 260), (640, 260), (760, 800), (300, 800)), _CONCRETE)
    pen.polygon(((530, 260), (610, 260), (690, 800), (370, 800)), _WATER)
    if not cleared:
        pen.rectangle((440, 470, 900, 590), _BRICK)
        pen.rectangle((330, 590, 730, 800), _MUD)


def _barn(pen: Pen, *, near: int) -> None:
    pen.rectangle((0, 420, 1_200, 800), _FIELD)
    wide, tall = 260 * near, 110 * near
    pen.rectangle((600 - wide // 2, 520 - tall, 600 + wide // 2, 540), _BRICK)
    pen.polygon(
        ((560 - wide // 2, 520 - tall), (640 + wide // 2, 520 - tall), (600, 440 - tall)), _ROOF
    )
    pen.ellipse((600 - wide // 2, 560, 600 + wide // 2, 640 + 20 * near), _MUD)


_SCENES: dict[str, Callable[[Pen], None]] = {
    "road-before": functools.partial(_road, mended=False),
    "road-after": functools.partial(_road, mended=True),
    "drain-before": functools.partial(_drain, cleared=False),
    "drain-after": functools.partial(_drain, cleared=True),
    "barn-1": functools.partial(_barn, near=1),
    "barn-2": functools.partial(_barn, near=2),
    "barn-3": functools.partial(_barn, near=3),
}
