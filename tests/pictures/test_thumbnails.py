"""Thumbnails: small, upright, the right picture in the right place, whatever was given."""

import time

import pytest
from PIL import Image

from bot.domain.errors import PictureError
from bot.pictures import thumbnail, verify
from bot.pictures.thumbnails import SIDE_PX
from tests.pictures.pictures import (
    SAMPLES,
    animation,
    decoded,
    furthest,
    painting,
    png_claiming,
    saved,
)


def flat(colour: str, *, width_px: int = 640, height_px: int = 480, kind: str = "PNG") -> bytes:
    return saved(Image.new("RGB", (width_px, height_px), colour), kind)


def colours(picture: Image.Image, *places: tuple[int, int]) -> list[str]:
    """What stands at these places, by the nearest of four names."""
    names = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "white": (255,) * 3}
    found = []
    for place in places:
        *levels, opacity = picture.convert("RGBA").getpixel(place)  # type: ignore[misc]
        gaps = {
            name: sum(abs(a - b) for a, b in zip(levels, wanted, strict=True))
            for name, wanted in names.items()
        }
        found.append(min(gaps, key=lambda name: gaps[name]) if opacity > 127 else "nothing")
    return found


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_kind_of_picture_becomes_a_small_webp(sample: str) -> None:
    data = thumbnail([SAMPLES[sample]])

    assert data[8:12] == b"WEBP"
    # Never enlarged.
    assert decoded(data).size == (48, 32)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_sketch_makes_the_same_thumbnail_as_its_picture(count: int) -> None:
    file = saved(painting(width_px=1024, height_px=768), "PNG")
    sketch = verify(file, sketch_px=SIDE_PX).sketch
    assert sketch is not None

    of_file, of_sketch = thumbnail([file] * count), thumbnail([sketch] * count)

    # They are shrunk in other steps, which shows along an edge; both are packed with losses.
    assert furthest(decoded(of_sketch), decoded(of_file)) <= 48


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1024, 1024), (256, 256)),
        ((1536, 1024), (256, 171)),
        ((300, 1200), (64, 256)),
        ((257, 255), (256, 254)),
        ((4000, 3), (256, 1)),
        ((1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_one_picture_is_fitted_whole(
    size: tuple[int, int], expected: tuple[int, int], kind: str
) -> None:
    picture = painting(width_px=max(64, size[0]), height_px=max(64, size[1])).resize(size)

    assert decoded(thumbnail([saved(picture, kind)])).size == expected


def test_two_stand_beside_each_other_and_four_in_two_rows() -> None:
    red, lime, blue, white = (flat(name) for name in ("red", "lime", "blue", "white"))

    two = decoded(thumbnail([red, lime]))
    three = decoded(thumbnail([red, lime, blue]))
    four = decoded(thumbnail([red, lime, blue, white]))

    # Two cells of 127 px with a gap of two; 4:3 pictures in them.
    assert two.size == (256, 95)
    assert colours(two, (60, 50), (190, 50), (127, 50)) == ["red", "lime", "nothing"]
    assert three.size == four.size == (256, 192)
    places = (60, 50), (190, 50), (60, 150), (190, 150)
    assert colours(three, *places) == ["red", "lime", "blue", "nothing"]
    assert colours(four, *places) == ["red", "lime", "blue", "white"]


def test_pictures_of_different_shapes_share_a_sheet() -> None:
    wide, tall = flat("red"), flat("lime", width_px=300, height_px=900)

    sheet = decoded(thumbnail([wide, tall]))

    assert max(sheet.size) <= SIDE_PX
    assert colours(sheet, (60, sheet.height // 2)) == ["red"]
    assert colours(sheet, (sheet.width - 64, 4), (sheet.width - 64, 120)) == ["lime", "lime"]


def test_more_than_four_are_not_shown() -> None:
    four = [flat(name) for name in ("red", "lime", "blue", "white")]

    assert thumbnail([*four, flat("red")]) == thumbnail(four)


def test_it_is_upright() -> None:
    left, right = flat("red", width_px=400, height_px=800), flat("blue")
    picture = Image.new("RGB", (800, 800))
    picture.paste(decoded(left), (0, 0))
    picture.paste(decoded(right).resize((400, 800)), (400, 0))
    note = Image.Exif()
    note[0x0112] = 6  # it is to be turned clockwise: what is left comes up
    data = saved(picture, "JPEG", quality=95, exif=note)

    assert colours(decoded(thumbnail([data])), (128, 40), (128, 216)) == ["red", "blue"]


@pytest.mark.parametrize("size", [(1200, 900), (40, 30)])
def test_what_is_transparent_stays_so_and_darkens_nothing(size: tuple[int, int]) -> None:
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    picture.paste((255, 0, 0, 255), (0, 0, size[0] // 2, size[1]))

    small = decoded(thumbnail([saved(picture, "PNG")]))

    width_px, height_px = small.size
    assert colours(small, (width_px // 4, height_px // 2)) == ["red"]
    assert colours(small, (width_px * 3 // 4, height_px // 2)) == ["nothing"]
    # The hidden black must not be mixed in where the picture was shrunk.
    edge = [small.getpixel((x, height_px // 2)) for x in range(width_px)]
    assert all(level[0] > 200 for level in edge if level[3] > 127)  # type: ignore[index]


def test_an_animation_gives_its_first_frame() -> None:
    assert decoded(thumbnail([animation("GIF")])).size == (48, 32)


@pytest.mark.parametrize("data", [b"", b"words", SAMPLES["png"][:200], png_claiming(20_000, 9_000)])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError):
        thumbnail([SAMPLES["png"], data])


def test_a_thumbnail_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no picture"):
        thumbnail([])


def test_the_same_pictures_make_the_same_bytes() -> None:
    """The file is named by its content: a step that is repeated must not leave a second one."""
    pair = [SAMPLES["png"], SAMPLES["webp-alpha"]]

    assert thumbnail(pair) == thumbnail(pair)


def test_it_costs_little_more_than_decoding() -> None:
    data = saved(painting(width_px=1536, height_px=1536), "PNG")

    def cpu_s(tries: int, *, small: bool) -> float:
        began_s = time.thread_time()
        for _ in range(tries):
            if small:
                thumbnail([data])
            else:
                decoded(data)
        return time.thread_time() - began_s

    cpu_s(1, small=True)
    assert cpu_s(8, small=True) < 2.0 * cpu_s(8, small=False)


def test_a_camera_s_jpeg_is_decoded_small() -> None:
    data = saved(painting(width_px=4000, height_px=3000), "JPEG")
    began_s = time.thread_time()
    thumbnail([data])
    small_s = time.thread_time() - began_s
    began_s = time.thread_time()
    decoded(data)
    assert small_s < time.thread_time() - began_s
