"""Pictures are never kept as they came: they are decoded within bounds and encoded anew, smaller
and without metadata.

What is appended to a picture, hidden in its comments or says where it was taken does not survive
that.
"""

import contextlib
import io
import re
from typing import NamedTuple

from flask_babel import gettext as _
from PIL import Image, ImageOps

from app.files.errors import FileRefused

#: Millions of pixels, and pixels on one side, looked at in the header before anything is decoded. A
#: WebP takes 16 bytes a pixel to decode, and no camera makes one.
MAX_MEGAPIXELS = {"jpg": 25, "png": 25, "webp": 12}
MAX_SIDE = 12_000
#: A progressive JPEG is decoded once per scan; cameras write about ten.
_MAX_SCANS = 100
_START_OF_SCAN = b"\xff\xda"
_FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_SAVING: dict[str, dict[str, object]] = {
    "jpg": {"quality": 85, "optimize": True, "progressive": True},
    "png": {"compress_level": 6},
    "webp": {"quality": 85, "method": 4},
}
_SIXTEEN_BITS = re.compile(r"I(?:;16.*)?")


class Picture(NamedTuple):
    """A picture encoded anew."""

    content: bytes
    width: int
    height: int


def remake(data: bytes, kind: str, name: str, *, max_side: int) -> Picture:
    """The picture's first frame, upright, at most `max_side` pixels on its longer side, nothing
    else of the file.

    Raises FileRefused for a picture that is too large to decode, broken or cut off.
    """
    if kind == "jpg" and data.count(_START_OF_SCAN) > _MAX_SCANS:
        raise _broken(name)
    try:
        with Image.open(io.BytesIO(data), formats=(_FORMATS[kind],)) as image:
            _check_size(image, kind, name)
            # A JPEG can be decoded at an eighth, a quarter or half its size: less memory, less
            # time.
            image.draft(None, (max_side, max_side))
            image.load()
            # Smaller first, everything else on the small one: the large one is never copied without
            # need.
            small = _shades(image)
            small.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
            _turn_upright(small)
            small = _plain(small, kind)
        # Comments, profiles and positions travel in this dictionary.
        small.info.clear()
        target = io.BytesIO()
        small.save(target, _FORMATS[kind], **_SAVING[kind])
    except FileRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(kind, name) from error
    except Exception as error:
        # Decoders answer hostile bytes with errors of every class.
        raise _broken(name) from error
    return Picture(target.getvalue(), small.width, small.height)


def _check_size(image: Image.Image, kind: str, name: str) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise _broken(name)
    if width * height > MAX_MEGAPIXELS[kind] * 1_000_000 or max(width, height) > MAX_SIDE:
        raise _too_large(kind, name)


def _shades(image: Image.Image) -> Image.Image:
    """Something that can be made smaller: no palette, and sixteen bits as eight."""
    if _SIXTEEN_BITS.fullmatch(image.mode):
        # A plain conversion would cut sixteen bits off at 255 and leave a white page.
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"P", "PA", "RGB", "L"} and image.has_transparency_data:
        return image.convert("RGBA")
    return (
        image.convert("RGB")
        if image.mode == "P"
        else image.convert("L")
        if image.mode == "1"
        else image
    )


def _turn_upright(image: Image.Image) -> None:
    """Turn it as the camera was held; a damaged note about that is no reason to lose a picture."""
    with contextlib.suppress(Exception):
        ImageOps.exif_transpose(image, in_place=True)


def _plain(image: Image.Image, kind: str) -> Image.Image:
    """Grey, RGB, or RGBA where the kind of file can be transparent."""
    if image.mode == "L":
        return image.convert("RGB") if kind == "webp" else image.copy()
    return image.convert("RGBA" if kind != "jpg" and image.has_transparency_data else "RGB")


def _too_large(kind: str, name: str) -> FileRefused:
    return FileRefused(
        _(
            "Ảnh «%(name)s» quá lớn: mỗi ảnh không quá %(limit)s triệu điểm ảnh. Hãy giảm cỡ ảnh "
            "hoặc chụp lại màn hình rồi gửi.",
            name=name,
            limit=MAX_MEGAPIXELS[kind],
        )
    )


def _broken(name: str) -> FileRefused:
    return FileRefused(
        _(
            "Không mở được ảnh «%(name)s»: tệp hỏng hoặc thiếu. Hãy chụp lại hoặc lưu lại ảnh rồi "
            "gửi.",
            name=name,
        )
    )
