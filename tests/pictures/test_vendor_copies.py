"""What the vendor gets: the size it works at, in a file it takes."""

import pytest
from PIL import Image

from bot.domain.errors import PictureError
from bot.pictures import vendor_copy
from tests.pictures.pictures import SAMPLES, decoded, noise, pixel, same, saved


def test_a_vendor_copy_has_exactly_the_size_asked_for() -> None:
    copy = vendor_copy(SAMPLES["png"], width_px=64, height_px=40)

    assert (copy.mime, copy.width_px, copy.height_px, copy.has_alpha) == (
        "image/png",
        64,
        40,
        False,
    )
    assert decoded(copy.data).size == (64, 40)


def test_a_vendor_copy_of_the_right_size_keeps_every_pixel() -> None:
    copy = vendor_copy(SAMPLES["png"], width_px=48, height_px=32)

    assert same(decoded(copy.data), decoded(SAMPLES["png"]))


def test_what_is_transparent_is_white_for_the_vendor() -> None:
    hole = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    hole.paste((200, 30, 30, 255), (0, 0, 16, 32))
    data = saved(hole, "PNG")

    flat = vendor_copy(data, width_px=32, height_px=32)
    open_ = vendor_copy(data, width_px=32, height_px=32, flat=False)

    assert decoded(flat.data).mode == "RGB"
    assert decoded(flat.data).getpixel((24, 4)) == (255, 255, 255)
    assert decoded(flat.data).getpixel((4, 4)) == (200, 30, 30)
    assert open_.has_alpha
    assert pixel(decoded(open_.data), 24, 4)[3] == 0


def test_no_dark_rim_where_a_transparent_picture_is_scaled() -> None:
    hole = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    hole.paste((255, 255, 255, 255), (0, 0, 32, 64))

    copy = decoded(vendor_copy(saved(hole, "PNG"), width_px=48, height_px=48).data)

    assert copy.getextrema() == ((255, 255), (255, 255), (255, 255))


def test_a_vendor_copy_too_large_as_png_is_the_best_jpeg_that_fits() -> None:
    data = saved(noise(), "PNG")

    large = vendor_copy(data, width_px=256, height_px=256, limit_bytes=120_000)
    small = vendor_copy(data, width_px=256, height_px=256, limit_bytes=30_000)

    assert large.mime == small.mime == "image/jpeg"
    assert 30_000 < len(large.data) <= 120_000
    assert len(small.data) <= 30_000
    assert decoded(small.data).size == (256, 256)


@pytest.mark.parametrize("flat", [True, False])
def test_a_vendor_copy_that_cannot_fit_is_said(flat: bool) -> None:
    picture = noise()
    picture.putalpha(128)

    with pytest.raises(PictureError, match="cannot be made to fit into 900 bytes"):
        vendor_copy(saved(picture, "PNG"), width_px=256, height_px=256, limit_bytes=900, flat=flat)
