"""Masks: white is repainted, black is kept, and nobody pays for a mask that paints nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bot.domain.errors import PictureError
from bot.pictures import (
    AREAS,
    mask_copy,
    mask_from_area,
    mask_from_file,
    mask_from_transparency,
    normalise,
)
from tests.pictures.pictures import SAMPLES, decoded, png_claiming, saved, swapping_profile


def _spot(mode: str = "L", *, width_px: int = 64, height_px: int = 48) -> Image.Image:
    mask = Image.new("L", (width_px, height_px))
    mask.paste(255, (8, 8, 24, 24))
    mask.paste(100, (30, 8, 40, 24))
    return mask.convert(mode)


def _mask_of(data: bytes, *, width_px: int = 64, height_px: int = 48) -> Image.Image:
    mask = decoded(mask_from_file(data, width_px=width_px, height_px=height_px))
    assert (mask.mode, mask.size) == ("L", (width_px, height_px))
    return mask


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P"])
def test_a_mask_keeps_its_levels_in_every_mode(mode: str) -> None:
    assert _mask_of(saved(_spot(mode), "PNG")).tobytes() == _spot().tobytes()


def test_black_and_white_of_one_bit_will_do() -> None:
    assert _mask_of(saved(_spot("1"), "PNG")).getpixel((10, 10)) == 255


def test_sixteen_bits_will_do() -> None:
    deep = _spot().convert("I").point(lambda level: level * 257).convert("I;16")

    assert _mask_of(saved(deep, "PNG")).tobytes() == _spot().tobytes()


def test_colours_count_by_their_brightness() -> None:
    colours = Image.new("RGB", (64, 48))
    for at, colour in enumerate(("red", "lime", "blue")):
        colours.paste(colour, (at * 20, 0, at * 20 + 20, 48))

    mask = _mask_of(saved(colours, "PNG"))

    assert [mask.getpixel((x, 5)) for x in (5, 25, 45, 62)] == [76, 150, 29, 0]


def test_a_colour_profile_bends_no_levels() -> None:
    colours = Image.new("RGB", (64, 48), "red")
    data = saved(colours, "PNG", icc_profile=swapping_profile())

    assert _mask_of(data).getextrema() == (76, 76)


def test_what_is_transparent_in_a_mask_is_kept() -> None:
    brush = Image.new("RGBA", (64, 48), (255, 255, 255, 0))
    brush.paste((255, 255, 255, 255), (0, 0, 20, 48))
    brush.paste((255, 255, 255, 128), (20, 0, 40, 48))

    mask = _mask_of(saved(brush, "PNG"))

    assert [mask.getpixel((x, 5)) for x in (5, 25, 45)] == [255, 128, 0]


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_formats_leave_no_speckles_where_nothing_was_painted(kind: str) -> None:
    brush = Image.new("RGB", (64, 48))
    ImageDraw.Draw(brush).ellipse((9, 9, 51, 37), fill="white")
    data = saved(brush, kind, quality=90)
    assert any(decoded(data).convert("L").histogram()[1:16]), "the sample has no speckles"

    levels = _mask_of(data).histogram()

    assert not any(levels[1:16])
    assert levels[0] > 1_500
    assert levels[255] > 800


def test_a_mask_of_the_same_proportions_is_fitted() -> None:
    mask = _mask_of(saved(_spot(), "PNG"), width_px=128, height_px=96)

    assert mask.getpixel((32, 32)) == 255
    assert mask.getpixel((100, 80)) == 0


def test_a_mask_that_is_made_smaller_does_not_grow() -> None:
    mask = _mask_of(saved(_spot(), "PNG"), width_px=32, height_px=24)

    assert mask.point(lambda level: 255 if level else 0).getbbox() == (4, 4, 20, 12)


@pytest.mark.parametrize(("width_px", "height_px"), [(1000, 750), (1009, 750), (991, 750)])
def test_a_hundredth_of_difference_is_rounding(width_px: int, height_px: int) -> None:
    _mask_of(saved(_spot(), "PNG"), width_px=width_px, height_px=height_px)


@pytest.mark.parametrize(("width_px", "height_px"), [(1020, 750), (980, 750), (48, 64)])
def test_a_mask_of_other_proportions_is_refused(width_px: int, height_px: int) -> None:
    with pytest.raises(PictureError) as caught:
        mask_from_file(saved(_spot(), "PNG"), width_px=width_px, height_px=height_px)

    assert str(caught.value) == (
        "The mask does not fit the picture: it is 64 × 48 px, "
        f"the picture {width_px} × {height_px} px."
    )


@pytest.mark.parametrize(
    "nothing",
    [
        Image.new("L", (64, 48)),
        Image.new("L", (64, 48), 7),
        Image.new("RGBA", (64, 48), (255, 255, 255, 0)),
    ],
)
def test_a_mask_of_nothing_is_refused(nothing: Image.Image) -> None:
    with pytest.raises(PictureError, match="The mask is empty: nothing would be repainted"):
        mask_from_file(saved(nothing, "PNG"), width_px=64, height_px=48)


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        (b"", "empty"),
        (b"<html>", "web page"),
        (SAMPLES["png"][:-20], "cut off"),
        (png_claiming(9_000, 9_000), "too large"),
    ],
)
def test_what_is_no_picture_is_no_mask(mask: bytes, sentence: str) -> None:
    with pytest.raises(PictureError, match=sentence):
        mask_from_file(mask, width_px=48, height_px=32)


def test_a_mask_drawn_over_a_photo_is_turned_as_the_photo_is() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(_spot().transpose(Image.Transpose.ROTATE_90), "PNG", exif=exif)

    assert _mask_of(data).tobytes() == _spot().tobytes()


def test_transparency_is_what_gets_repainted() -> None:
    picture = Image.merge("RGBA", (*_spot("RGB").split(), _spot()))
    data = normalise(saved(picture, "PNG")).data

    mask = decoded(mask_from_transparency(data))

    assert (mask.mode, mask.size) == ("L", (64, 48))
    assert [mask.getpixel(at) for at in ((0, 0), (10, 10), (35, 10))] == [255, 0, 155]


def test_transparency_of_a_large_picture_is_taken_strip_by_strip() -> None:
    # Above a million pixels; a gradient shows a strip in the wrong place.
    alpha = Image.linear_gradient("L").resize((1_100, 1_000))
    picture = Image.new("RGBA", alpha.size)
    picture.putalpha(alpha)

    mask = decoded(mask_from_transparency(saved(picture, "PNG")))

    assert mask.tobytes() == alpha.point(lambda level: 255 - level).tobytes()


@pytest.mark.parametrize("name", ["png", "png-alpha", "jpeg"])
def test_a_picture_without_transparency_gives_no_mask(name: str) -> None:
    with pytest.raises(PictureError, match="has no transparent part"):
        mask_from_transparency(SAMPLES[name])


def _shares(name: str) -> dict[str, int | float | tuple[int, ...] | None]:
    mask = decoded(mask_from_area(name, width_px=120, height_px=96))
    assert (mask.mode, mask.size) == ("L", (120, 96))
    spots = {"tl": (3, 3), "tr": (116, 3), "bl": (3, 92), "br": (116, 92), "mid": (62, 50)}
    return {spot: mask.getpixel(at) for spot, at in spots.items()}


@pytest.mark.parametrize(
    ("name", "white"),
    [
        ("left half", "tl bl"),
        ("right half", "tr br mid"),
        ("top", "tl tr"),
        ("bottom", "bl br mid"),
        ("centre", "mid"),
        ("border", "tl tr bl br"),
        ("top left", "tl"),
        ("top right", "tr"),
        ("bottom left", "bl"),
        ("bottom right", "br mid"),
        ("sky", "tl tr"),
        ("ground", "bl br"),
    ],
)
def test_each_area_is_where_its_name_says(name: str, white: str) -> None:
    assert _shares(name) == {
        spot: 255 if spot in white.split() else 0 for spot in ("tl", "tr", "bl", "br", "mid")
    }


def test_every_area_is_tried_above_and_has_words() -> None:
    assert len(AREAS) == 12
    assert next(iter(AREAS)) == "left half"
    assert all(AREAS.values())


@given(st.sampled_from(list(AREAS)), st.integers(16, 300), st.integers(16, 300))
def test_no_area_is_ever_empty_or_everything(name: str, width_px: int, height_px: int) -> None:
    mask = decoded(mask_from_area(name, width_px=width_px, height_px=height_px))

    assert mask.size == (width_px, height_px)
    assert mask.getextrema() == (0, 255)


def test_halves_and_quarters_leave_no_gap() -> None:
    for one, other in (("left half", "right half"), ("top", "bottom")):
        masks = [decoded(mask_from_area(name, width_px=33, height_px=19)) for name in (one, other)]
        assert bytes(a + b for a, b in zip(*(m.tobytes() for m in masks), strict=True)) == (
            b"\xff" * (33 * 19)
        )


def test_the_vendors_mask_has_the_vendors_size() -> None:
    mask = mask_from_area("left half", width_px=640, height_px=480)

    copy = decoded(mask_copy(mask, width_px=512, height_px=384))

    assert (copy.mode, copy.size) == ("L", (512, 384))
    assert (copy.getpixel((100, 100)), copy.getpixel((400, 100))) == (255, 0)
    assert mask_copy(mask, width_px=640, height_px=480) is mask
