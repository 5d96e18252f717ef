"""Given pictures come out blended, repainted, enlarged, cut out and described, as they are."""

import time
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageStat

from sandbox.modelslab.painter import (
    blend,
    cut_out,
    describe,
    enlarge,
    look_at,
    paint,
    repaint,
    sketch,
)
from sandbox.modelslab.wishes import Wish, followed
from tests.sandbox.pictures import Colour, encoded, flat, mask, noise, opened

SKY, BALL = (90, 150, 230), (220, 60, 40)


def ball(ground: Image.Image, colour: Colour = BALL) -> bytes:
    """A disc of half the width in the middle of the ground."""
    width, height = ground.size
    draw = ImageDraw.Draw(ground)
    draw.ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill=colour)
    return encoded(ground)


def plain(size: int = 400) -> Image.Image:
    return Image.new("RGB", (size, size), SKY)


def gradient(size: int = 400) -> Image.Image:
    """From nearly black to a bright blue, in no step that an eye could see."""
    grey = Image.linear_gradient("L").resize((size, size))
    return Image.merge("RGB", (grey.point(lambda v: v // 3), grey.point(lambda v: v // 2), grey))


def alpha(content: bytes) -> Image.Image:
    return opened(content).getchannel("A")


@pytest.mark.parametrize("ground", [plain, gradient])
@pytest.mark.parametrize("size", [100, 400, 1000])
def test_the_subject_is_cut_out_with_a_soft_edge(
    ground: Callable[[int], Image.Image], size: int
) -> None:
    source = ball(ground(size))
    cut = opened(cut_out(source))
    assert (cut.mode, cut.size) == ("RGBA", (size, size))
    assert cut.convert("RGB").tobytes() == opened(source).tobytes()
    levels = cut.getchannel("A")
    assert levels.getpixel((size // 2, size // 2)) == 255
    corners = [(0, 0), (size - 1, 0), (0, size - 1), (size - 1, size - 1)]
    assert [levels.getpixel(corner) for corner in corners] == [0] * 4
    # The disc covers pi / 16 of the square.
    assert ImageStat.Stat(levels).mean[0] / 255 == pytest.approx(0.196, abs=0.015)
    across = levels.crop((0, size // 2, size, size // 2 + 1)).tobytes()
    assert any(0 < level < 255 for level in across)


def test_what_stands_on_the_lower_edge_is_no_ground() -> None:
    portrait = plain()
    ImageDraw.Draw(portrait).rectangle((60, 200, 340, 400), fill=BALL)
    levels = alpha(cut_out(encoded(portrait)))
    assert levels.getpixel((200, 395)) == 255
    assert levels.getpixel((10, 395)) == 0


def test_a_hole_that_the_ground_does_not_reach_stays() -> None:
    ring = plain()
    draw = ImageDraw.Draw(ring)
    draw.ellipse((100, 100, 300, 300), fill=BALL)
    draw.ellipse((160, 160, 240, 240), fill=SKY)
    assert alpha(cut_out(encoded(ring))).getpixel((200, 200)) == 255


def test_the_mask_alone_is_what_the_cut_out_has_as_its_transparency() -> None:
    source = ball(plain())
    only = opened(cut_out(source, only_mask=True))
    assert only.mode == "L"
    assert only.tobytes() == alpha(cut_out(source)).tobytes()
    inverse = opened(cut_out(source, only_mask=True, inverse=True))
    assert inverse.tobytes() == bytes(255 - level for level in only.tobytes())
    assert alpha(cut_out(source, inverse=True)).getpixel((200, 200)) == 0


def test_a_speck_can_be_cut_out_too() -> None:
    for size in ((1, 1), (1, 900), (900, 1), (2, 2)):
        assert opened(cut_out(flat(size=size))).size == size


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (flat((230, 60, 40), (300, 100)), "A wide picture in scarlet."),
        (flat((240, 240, 240), (100, 100)), "A square, bright picture in white."),
        (flat((20, 20, 24), (100, 300)), "A tall, dark picture in black."),
        (flat((128, 128, 132)), "A wide picture in grey."),
        (ball(plain()), "A square picture in blue and red."),
    ],
)
def test_a_short_description(picture: bytes, words: str) -> None:
    assert describe(picture, "short") == words


def test_longer_descriptions_say_more_of_the_same() -> None:
    short, normal, long = (
        describe(ball(plain()), length) for length in ("short", "normal", "long")
    )
    assert normal.startswith(short.removesuffix("."))
    assert normal.endswith("with red at its heart.")
    assert long.startswith(normal.removesuffix("."))
    assert "400 by 400 pixels" in long
    assert "both halves are equally bright" in long
    assert "its lower half is the brighter one" in describe(encoded(gradient()), "long")


def test_the_same_picture_is_described_in_the_same_words() -> None:
    assert describe(noise((90, 90))) == describe(noise((90, 90)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_file_is_what_its_bytes_say(kind: str) -> None:
    found = look_at(flat(kind=kind, size=(31, 17)))
    assert found is not None
    assert (found.kind, found.size_px) == (f"image/{kind.lower()}", (31, 17))


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", flat(kind="GIF"), flat(kind="BMP"), flat()[:40], noise((64, 64))[:-4000]],
)
def test_other_files_are_no_pictures(content: bytes) -> None:
    assert look_at(content) is None


def test_a_picture_of_other_proportions_is_cropped_and_not_squeezed() -> None:
    wide = Image.new("RGB", (300, 100), SKY)
    wide.paste(BALL, (100, 0, 200, 100))
    painting = sketch("a fox", seed=1, width_px=100, height_px=100)
    shown = opened(blend(painting, [encoded(wide)], strength=0))
    assert {colour for _, colour in shown.getcolors() or ()} == {BALL}


def test_many_further_pictures_find_room() -> None:
    painting = sketch("a fox", seed=1, width_px=512, height_px=512)
    cards = [flat((10 * number, 250, 9), (30, 30)) for number in range(13)]
    shown = opened(blend(painting, [flat(), *cards], strength=1))
    colours = {colour for _, colour in shown.getcolors(maxcolors=2**20) or ()}
    assert {(10 * number, 250, 9) for number in range(13)} <= colours


def test_without_strength_nothing_is_repainted() -> None:
    source = noise((64, 64))
    painting = sketch("a fox", seed=1, width_px=64, height_px=64)
    result = repaint(painting, source, mask((64, 64), (0, 0, 64, 64)), strength=0)
    assert opened(result).tobytes() == opened(source).tobytes()


@pytest.mark.parametrize(
    ("scale", "picture_px", "size_px"),
    [
        (3, (100, 50), (300, 150)),
        (4, (2048, 10), (4096, 20)),
        (9, (1000, 1000), (4096, 4096)),
        (2, (5000, 300), (5000, 300)),
    ],
)
def test_enlarging_ends_at_4096_and_never_shrinks(
    scale: int, picture_px: tuple[int, int], size_px: tuple[int, int]
) -> None:
    wish = Wish(task="upscale", links={}, scale=scale)
    assert followed(wish, (0, 0), picture_px) == size_px


def test_an_enlarged_edge_lies_where_it_lay() -> None:
    half = Image.new("RGB", (40, 40), SKY)
    half.paste(BALL, (0, 0, 20, 40))
    large = opened(enlarge(encoded(half), (160, 160)))
    assert (large.getpixel((60, 80)), large.getpixel((100, 80))) == (BALL, SKY)


def test_blends_take_less_time_than_paintings() -> None:
    """Measured side by side, and the best of three: the machine may be busy."""
    side = 1024

    def best(work: Callable[[], object]) -> float:
        times = []
        for _ in range(3):
            began = time.thread_time()
            work()
            times.append(time.thread_time() - began)
        return min(times)

    def painting() -> bytes:
        return paint("a red fox in a forest", seed=1, width_px=side, height_px=side)

    picture, area = painting(), mask((side, side), (100, 100, 700, 700))
    usual = best(painting)
    assert best(lambda: blend(picture, [picture], strength=0.5)) < usual
    assert best(lambda: repaint(picture, picture, area, strength=0.5)) < usual
