import io

import pytest
from PIL import Image

from app.files import images
from app.files.errors import FileRefused
from tests.factories.files import image, png_header


def remake(data, kind="jpg", max_side=1600):
    return images.remake(data, kind, "anh", max_side=max_side)


def opened(picture):
    return Image.open(io.BytesIO(picture.content))


@pytest.mark.parametrize(("kind", "form"), [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
def test_each_kind_stays_what_it_is(kind, form):
    made = remake(image(form), kind)

    assert opened(made).format == form
    assert (made.width, made.height) == (64, 48) == opened(made).size


@pytest.mark.parametrize("size", [(3200, 400), (400, 3200), (4000, 3000)])
def test_long_side_shrinks_to_the_limit(size):
    made = remake(image(size=size))

    assert max(made.width, made.height) == 1600
    assert abs(made.width / made.height - size[0] / size[1]) < 0.05 * size[0] / size[1]


def test_a_small_picture_does_not_grow():
    assert remake(image(size=(20, 10)))[1:] == (20, 10)


def test_position_camera_comment_profile_and_thumbnail_are_gone():
    exif = Image.Exif()
    exif[0x010F] = "SENTINEL-MAKER"
    exif.get_ifd(0x8825)[2] = (15.0, 7.0, 30.0)
    exif.get_ifd(0x8769)[0xA431] = "SENTINEL-SERIAL"
    data = image(
        exif=exif.tobytes(), comment=b"SENTINEL-COMMENT", icc_profile=b"SENTINEL-PROFILE" * 20
    )
    assert data.count(b"SENTINEL") > 3

    made = remake(data)

    assert b"SENTINEL" not in made.content
    assert not opened(made).getexif()
    assert "icc_profile" not in opened(made).info


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_other_kinds_lose_their_metadata_too(kind):
    exif = Image.Exif()
    exif[0x010F] = "SENTINEL-MAKER"
    made = remake(
        image(kind.upper(), exif=exif.tobytes(), icc_profile=b"SENTINEL-PROFILE" * 20), kind
    )

    assert b"SENTINEL" not in made.content


def test_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6
    made = remake(image(size=(60, 40), exif=exif.tobytes()))

    assert (made.width, made.height) == (40, 60)
    # The red left half of the sensor is now on top.
    assert opened(made).getpixel((20, 5))[0] > 150 > opened(made).getpixel((20, 55))[0]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF:UserWarning")
def test_a_damaged_note_about_orientation_is_ignored():
    data = image(exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 40)

    assert remake(data)[1:] == (64, 48)


def test_what_is_appended_does_not_survive():
    made = remake(image() + b"<?php system($_GET['c']); ?><script>alert(1)</script>")

    assert b"<?php" not in made.content
    assert b"<script" not in made.content


def test_only_the_first_frame_of_an_animation_stays():
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue", "green")]
    for form, kind in (("PNG", "png"), ("WEBP", "webp")):
        target = io.BytesIO()
        frames[0].save(target, form, save_all=True, append_images=frames[1:], duration=50)
        made = opened(remake(target.getvalue(), kind))
        assert getattr(made, "n_frames", 1) == 1
        assert made.convert("RGB").getpixel((5, 5))[0] > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "RGB"])
def test_every_mode_of_png_is_read(mode):
    target = io.BytesIO()
    Image.new(mode, (30, 20)).save(target, "PNG")

    assert remake(target.getvalue(), "png")[1:] == (30, 20)


def test_sixteen_bits_of_grey_keep_their_shade():
    target = io.BytesIO()
    Image.new("I;16", (10, 10), 32768).save(target, "PNG")

    assert abs(opened(remake(target.getvalue(), "png")).getpixel((5, 5)) - 128) <= 1


def test_cmyk_becomes_rgb():
    assert opened(remake(image(mode="CMYK"))).mode == "RGB"


def test_transparency_of_png_stays():
    target = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(target, "PNG")

    assert opened(remake(target.getvalue(), "png")).getpixel((5, 5))[3] == 0


@pytest.mark.parametrize(
    "size",
    [(50_000, 50_000), (1, 65_500), (65_500, 1), (5_001, 5_000), (20_000, 20_000), (12_001, 1)],
)
def test_huge_pictures_are_refused_by_their_header(size, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("the picture was decoded"))

    with pytest.raises(FileRefused, match="quá lớn"):
        remake(png_header(*size), "png")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (image(size=(400, 300))[:-200], "jpg"),
        (image("PNG", size=(400, 300))[:-300], "png"),
        (image("WEBP", size=(400, 300))[:-100], "webp"),
        (png_header(400, 300), "png"),
        (png_header(0, 10), "png"),
        (b"\xff\xd8\xff" + b"\0" * 100, "jpg"),
        (b"\xff\xd8\xff", "jpg"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "webp"),
        (image("PNG"), "jpg"),
    ],
)
def test_broken_and_cut_off_pictures_are_refused(data, kind):
    with pytest.raises(FileRefused, match="Không mở được ảnh «anh»"):
        remake(data, kind)


def test_a_jpeg_of_a_thousand_scans_is_not_decoded(monkeypatch):
    monkeypatch.setattr(
        Image, "open", lambda *args, **kwargs: pytest.fail("the picture was decoded")
    )

    with pytest.raises(FileRefused):
        remake(image()[:-2] + b"\xff\xda\x00\x02" * 1000 + b"\xff\xd9")
