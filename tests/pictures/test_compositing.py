"""The result shines through the mask, and outside of it not one bit has changed."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from bot.domain.errors import PictureError
from bot.pictures import composite, mask_from_area, mask_from_transparency
from tests.pictures.pictures import SAMPLES, decoded, furthest, noise, pixel, saved


def _plain(colour: str, *, width_px: int, height_px: int) -> bytes:
    return saved(Image.new("RGB", (width_px, height_px), colour), "PNG")


def _outside(picture: Image.Image, mask: Image.Image) -> bytes:
    """The picture with everything blackened that the mask paints at all."""
    kept = mask.point(lambda level: 0 if level else 255)
    bands = [ImageChops.darker(band, kept) for band in picture.split()]
    return Image.merge(picture.mode, bands).tobytes()


def _row(picture: Image.Image, y_px: int) -> list[int]:
    return list(picture.getchannel(0).crop((0, y_px, picture.width, y_px + 1)).tobytes())


@st.composite
def _masks(draw: st.DrawFn) -> Image.Image:
    width_px, height_px = draw(st.integers(16, 70)), draw(st.integers(16, 70))
    mask = Image.new("L", (width_px, height_px))
    sketch = ImageDraw.Draw(mask)
    for _ in range(draw(st.integers(0, 5))):
        left, top = draw(st.integers(0, width_px - 1)), draw(st.integers(0, height_px - 1))
        right, bottom = draw(st.integers(left, width_px)), draw(st.integers(top, height_px))
        level = draw(st.sampled_from([0, 1, 7, 128, 254, 255]))
        box = (left, top, right, bottom)
        match draw(st.sampled_from(["rectangle", "ellipse", "line"])):
            case "rectangle":
                sketch.rectangle(box, fill=level)
            case "ellipse":
                sketch.ellipse(box, fill=level)
            case "line":
                sketch.line(box, fill=level)
    return mask


@settings(deadline=None, max_examples=60)
@given(_masks(), st.sampled_from(["RGB", "RGBA"]), st.none() | st.integers(0, 20), st.data())
def test_outside_the_mask_every_pixel_is_the_originals(
    mask: Image.Image, mode: str, feather_px: int | None, data: st.DataObject
) -> None:
    original = noise().crop((0, 0, *mask.size))
    if mode == "RGBA":
        original.putalpha(noise().convert("L").crop((0, 0, *mask.size)))
    side = data.draw(st.integers(8, 90))

    laid = composite(
        saved(original, "PNG"),
        _plain("red", width_px=side, height_px=64),
        saved(mask, "PNG"),
        feather_px=feather_px,
    )

    # An original that has become opaque all over needs no fourth channel any more.
    seen = decoded(laid).convert(mode)
    assert seen.size == original.size
    assert _outside(seen, mask) == _outside(original, mask)


@pytest.mark.parametrize("feather_px", [0, 1, 5, 12, None])
def test_deep_inside_the_mask_it_is_all_the_result(feather_px: int | None) -> None:
    mask = mask_from_area("left half", width_px=200, height_px=100)

    laid = decoded(
        composite(
            _plain("blue", width_px=200, height_px=100),
            _plain("red", width_px=100, height_px=50),
            mask,
            feather_px=feather_px,
        )
    )

    assert laid.mode == "RGB"
    # The picture's own border is no edge: nothing there shines through.
    for at in ((0, 0), (0, 99), (86, 0), (86, 50), (86, 99)):
        assert laid.getpixel(at) == (255, 0, 0)
    assert laid.getpixel((100, 50)) == (0, 0, 255)


def test_the_edge_is_soft_and_lies_inside() -> None:
    mask = mask_from_area("left half", width_px=200, height_px=100)
    blue, red = (_plain(colour, width_px=200, height_px=100) for colour in ("blue", "red"))

    row = _row(decoded(composite(blue, red, mask, feather_px=8)), 50)

    assert row[:92] == [255] * 92
    assert row[100:] == [0] * 100
    assert all(left > right for left, right in pairwise(row[91:101]))


def test_without_feather_the_edge_is_the_masks() -> None:
    mask = mask_from_area("left half", width_px=64, height_px=64)
    blue, red = (_plain(colour, width_px=64, height_px=64) for colour in ("blue", "red"))

    row = _row(decoded(composite(blue, red, mask, feather_px=0)), 30)

    assert row == [255] * 32 + [0] * 32


def test_grey_in_the_mask_repaints_partly() -> None:
    mask = saved(Image.new("L", (64, 64), 128), "PNG")
    black, white = (_plain(colour, width_px=64, height_px=64) for colour in ("black", "white"))

    assert decoded(composite(black, white, mask)).getextrema() == ((128, 128),) * 3


@pytest.mark.parametrize("width_px", [1, 2, 3, 6, 30])
def test_a_thin_stroke_is_painted_all_the_same(width_px: int) -> None:
    mask = Image.new("L", (2_048, 640))
    mask.paste(255, (1_000, 40, 1_000 + width_px, 600))

    laid = composite(
        _plain("black", width_px=2_048, height_px=640),
        _plain("white", width_px=512, height_px=512),
        saved(mask, "PNG"),
    )

    row = _row(decoded(laid), 300)
    assert max(row) >= 250
    assert row[999] == row[1_000 + width_px] == 0


def test_a_thin_stroke_beside_a_thick_one_is_still_seen() -> None:
    mask = Image.new("L", (1_024, 1_024))
    mask.paste(255, (100, 100, 500, 500))
    mask.paste(255, (700, 100, 708, 900))

    laid = composite(
        _plain("black", width_px=1_024, height_px=1_024),
        _plain("white", width_px=1_024, height_px=1_024),
        saved(mask, "PNG"),
    )

    assert max(_row(decoded(laid), 700)) > 100


def test_the_result_is_scaled_to_the_original_without_a_seam() -> None:
    # High enough for several strips; noise would show any pixel that comes from elsewhere.
    result = noise()
    mask = saved(Image.new("L", (1_000, 2_500), 255), "PNG")

    laid = decoded(
        composite(_plain("red", width_px=1_000, height_px=2_500), saved(result, "PNG"), mask)
    )

    whole = result.resize((1_000, 2_500), Image.Resampling.LANCZOS)
    assert furthest(laid, whole) <= 1


def test_strips_meet_without_a_seam_in_the_soft_edge_too() -> None:
    mask = Image.new("L", (1_000, 2_500))
    ImageDraw.Draw(mask).polygon([(500, 0), (980, 2_499), (20, 2_499)], fill=255)
    black, white = (_plain(c, width_px=1_000, height_px=2_500) for c in ("black", "white"))

    laid = decoded(composite(black, white, saved(mask, "PNG"), feather_px=9)).getchannel(0)
    around = decoded(
        composite(
            saved(Image.new("RGB", (1_000, 600)), "PNG"),
            _plain("white", width_px=1_000, height_px=600),
            saved(mask.crop((0, 700, 1_000, 1_300)), "PNG"),
            feather_px=9,
        )
    ).getchannel(0)

    # The same rows, once with a border between strips in their middle and once without.
    middle = laid.crop((0, 800, 1_000, 1_200)), around.crop((0, 100, 1_000, 500))
    assert middle[0].tobytes() == middle[1].tobytes()


def test_what_was_transparent_and_is_repainted_becomes_opaque() -> None:
    picture = noise(side_px=128)
    picture.putalpha(255)
    picture.paste((0, 0, 0, 0), (32, 32, 96, 96))
    original = saved(picture, "PNG")

    laid = decoded(
        composite(
            original, _plain("white", width_px=64, height_px=64), mask_from_transparency(original)
        )
    )

    # No channel is left, and no dark rim of what was hidden below.
    assert laid.mode == "RGB"
    assert laid.crop((32, 32, 96, 96)).getextrema() == ((255, 255),) * 3


def test_transparency_outside_the_mask_stays() -> None:
    picture = Image.new("RGBA", (64, 64), (9, 9, 9, 0))

    laid = decoded(
        composite(
            saved(picture, "PNG"),
            _plain("red", width_px=64, height_px=64),
            mask_from_area("left half", width_px=64, height_px=64),
        )
    )

    assert pixel(laid, 40, 40) == (9, 9, 9, 0)
    assert pixel(laid, 10, 10) == (255, 0, 0, 255)


def test_a_result_with_transparency_lies_on_white() -> None:
    result = saved(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG")
    mask = saved(Image.new("L", (64, 64), 255), "PNG")

    laid = decoded(composite(_plain("red", width_px=64, height_px=64), result, mask))

    assert laid.getextrema() == ((255, 255),) * 3


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(PictureError, match=r"it is 20 × 20 px, the picture 48 × 32 px\."):
        composite(SAMPLES["png"], SAMPLES["png"], mask_from_area("sky", width_px=20, height_px=20))


@pytest.mark.parametrize("broken", range(3))
def test_what_cannot_be_read_is_said(broken: int) -> None:
    files = [SAMPLES["png"], SAMPLES["jpeg"], mask_from_area("sky", width_px=48, height_px=32)]
    files[broken] = files[broken][:-15]

    with pytest.raises(PictureError, match="cut off"):
        composite(*files)
