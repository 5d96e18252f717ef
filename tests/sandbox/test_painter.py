"""Pictures: the same for the same words, another for others, in time and of the asked size."""

import hashlib
import io
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from sandbox.modelslab.painter import cover, paint, sketch
from sandbox.modelslab.painter.kinds import Figure, Scene, Style, Weather
from sandbox.modelslab.painter.looks import crafts, lights, lines, washes
from sandbox.modelslab.painter.styles import Look

ROOT = Path(__file__).parents[2]
FOX = "a red fox at night in a forest"


def picture(prompt: str = FOX, *, seed: int = 7, side: int = 256, **more: str) -> bytes:
    return paint(prompt, seed=seed, width_px=side, height_px=side, **more)


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


def mean(png: bytes, box: tuple[int, int, int, int] | None = None) -> list[float]:
    return ImageStat.Stat(opened(png).crop(box) if box else opened(png)).mean


def brightness(prompt: str, *, seed: int = 7) -> float:
    return sum(mean(picture(prompt, seed=seed)))


@pytest.mark.parametrize("painter", [paint, sketch])
def test_the_same_wish_gives_the_same_bytes(painter: Callable[..., bytes]) -> None:
    one, two = (painter(FOX, seed=3, width_px=256, height_px=256) for _ in range(2))
    assert one == two


@pytest.mark.parametrize("painter", [paint, sketch])
def test_words_seed_and_model_all_count(painter: Callable[..., bytes]) -> None:
    wishes = [
        (FOX, 1, "flux"),
        (FOX, 2, "flux"),
        (FOX, 1, "sdxl"),
        ("a red cat at night in a forest", 1, "flux"),
        ("quantum serenity", 1, "flux"),
        ("lorem ipsum", 1, "flux"),
    ]
    pictures = {
        painter(words, seed=seed, width_px=128, height_px=128, model=model)
        for words, seed, model in wishes
    }
    assert len(pictures) == len(wishes)


@pytest.mark.parametrize("painter", [paint, sketch])
@pytest.mark.parametrize("size", [(512, 512), (1024, 576), (576, 1024), (64, 64), (2048, 1024)])
def test_a_picture_has_the_asked_size(painter: Callable[..., bytes], size: tuple[int, int]) -> None:
    image = opened(painter(FOX, seed=1, width_px=size[0], height_px=size[1]))
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", size)


def test_a_red_fox_is_red_and_a_blue_one_blue() -> None:
    # Where the fox sits: the middle of the lower half.
    box = (100, 130, 156, 230)
    red, blue = (mean(picture(f"a {coat} fox in the snow by day"), box) for coat in ("red", "blue"))
    assert red[0] > red[2] + 20
    assert blue[2] > blue[0] + 20


def test_nights_are_darker_than_days() -> None:
    for seed in range(3):
        night = brightness("a fox in the forest at night", seed=seed)
        assert night < 0.6 * brightness("a fox in the forest by day", seed=seed)


def test_a_colour_of_the_air_tints_the_picture() -> None:
    red, blue = mean(picture("red dream, day")), mean(picture("blue dream, day"))
    assert red[0] - red[2] > blue[0] - blue[2] + 30


def test_crossing_the_moon_out_changes_the_picture_only_for_those_who_listen() -> None:
    words = "a moonlit fox"
    assert picture(words, model="sdxl") != picture(words, negative="fox", model="sdxl")
    assert picture(words, model="flux") == picture(words, negative="fox", model="flux")


@pytest.mark.parametrize("scene", Scene)
def test_every_scene_can_be_painted_at_any_time(scene: Scene) -> None:
    pictures = {
        picture(f"{scene} at {when}", side=96) for when in ("night", "dawn", "day", "sunset")
    }
    assert len(pictures) == 4


@pytest.mark.parametrize("figure", Figure)
def test_every_figure_leaves_a_mark(figure: Figure) -> None:
    empty, full, near = (
        opened(picture(f"{words}desert by day", side=96))
        for words in ("", f"a {figure}, ", f"portrait of a {figure}, ")
    )
    assert len({empty.tobytes(), full.tobytes(), near.tobytes()}) == 3


@pytest.mark.parametrize("weather", [weather for weather in Weather if weather != "clear"])
def test_every_weather_changes_the_air(weather: Weather) -> None:
    clear, other = (
        opened(picture(f"a {words} road by day", side=96)) for words in ("long", weather)
    )
    assert clear.tobytes() != other.tobytes()


def test_more_of_them_cover_more() -> None:
    """Blue cats in the snow: the more there are, the more of the picture is blue."""

    def blue(words: str) -> float:
        box = (0, 128, 256, 240)
        red, _, blue = mean(picture(f"{words}, snow by day", seed=3), box)
        return blue - red

    assert blue("one blue cat") < blue("two blue cats")
    assert len({picture(f"{n} birds", side=64) for n in range(2, 13)}) == 11


def test_the_hair_has_the_asked_colour() -> None:
    box = (80, 20, 176, 60)
    red, blue = (
        mean(picture(f"portrait of a woman with {hair} hair, day", seed=3), box)
        for hair in ("red", "blue")
    )
    assert red[0] - red[2] > blue[0] - blue[2] + 40


def test_a_rider_sits_on_what_is_ridden() -> None:
    riding, beside = (
        picture(f"a red knight {how} a white horse in the desert by day", side=128)
        for how in ("riding", "beside")
    )
    assert riding != beside


STYLED = [style for style in Style if style is not Style.PLAIN]


@pytest.mark.parametrize("style", STYLED)
@pytest.mark.parametrize("size", [(160, 160), (100, 171), (64, 64)])
def test_every_style_makes_a_picture_of_its_own(style: Style, size: tuple[int, int]) -> None:
    said = style.replace("_", " ")
    styled, plain = (
        opened(paint(f"{words} fox, city at night", seed=2, width_px=size[0], height_px=size[1]))
        for words in (said, "plain")
    )
    assert (styled.mode, styled.size) == ("RGB", size)
    assert styled.tobytes() != plain.tobytes()


@pytest.mark.parametrize("style", STYLED)
def test_every_style_is_the_same_twice_and_another_with_another_seed(style: Style) -> None:
    said = f"{style.replace('_', ' ')} boat"
    one, two = (picture(said, seed=5, side=96) for _ in range(2))
    assert one == two
    assert one != picture(said, seed=6, side=96)


def test_the_same_words_paint_the_same_in_another_process() -> None:
    """Neither the order of sets nor Python's own hash may reach a picture."""
    said = "oil painting of three red foxes, a castle and a rainbow"
    script = (
        "import hashlib; from sandbox.modelslab.painter import paint;"
        f"png = paint({said!r}, seed=4, width_px=128, height_px=128);"
        "print(hashlib.sha256(png).hexdigest())"
    )
    here = hashlib.sha256(paint(said, seed=4, width_px=128, height_px=128)).hexdigest()
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    there = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert there.stdout.decode().strip() == here


def test_pixel_art_has_few_colours() -> None:
    styled = opened(picture("pixel art fox"))
    # Without the signature in its corner.
    colours = styled.crop((0, 0, 256, 220)).getcolors(256)
    assert colours is not None
    assert len(colours) <= 28


@pytest.mark.parametrize("words", ["line art cat", "a fox in space"])
def test_the_signature_is_legible_on_light_and_on_dark_ground(words: str) -> None:
    """In the corner the brightest and the darkest pixel are far apart."""
    corner = opened(picture(words, side=512)).convert("L").crop((430, 490, 512, 512))
    darkest, brightest = corner.getextrema()
    assert isinstance(darkest, int)
    assert isinstance(brightest, int)
    assert brightest - darkest > 90


@pytest.mark.parametrize("prompt", ["", "🦊 狐", "x" * 3000, "\x00"])
def test_any_prompt_gives_a_picture(prompt: str) -> None:
    assert opened(picture(prompt, side=64)).size == (64, 64)


@pytest.mark.parametrize("veil", ["blur", "pixelate", "black", "sensitive_content_text"])
def test_a_covered_picture_hides_what_was_there(veil: str) -> None:
    plain = picture(side=256)
    covered = opened(cover(plain, veil))
    assert covered.size == (256, 256)
    assert covered.tobytes() != opened(plain).tobytes()
    if veil == "black":
        assert covered.getextrema() == ((0, 0), (0, 0), (0, 0))


@pytest.mark.parametrize("style", [Style.PLAIN, Style.COMIC, Style.OIL, Style.PAPER_CUT])
def test_a_large_picture_is_painted_quickly(style: Style) -> None:
    """A loose bound: a painter that stopped shrinking its work would need seconds."""
    said = f"{FOX}, {style.replace('_', ' ')}"
    began = time.process_time()
    paint(said, seed=1, width_px=1024, height_px=1024)
    assert time.process_time() - began < 1.5


@pytest.mark.parametrize(
    "look", [crafts.clay, washes.oil, lines.anime, lines.line_art, lines.ink, lights.neon]
)
def test_no_look_draws_the_rim_of_the_sheet(look: Look) -> None:
    """Looks compare a picture with itself moved aside: what wraps round must not show."""
    card = Image.new("RGB", (256, 256), (210, 210, 210))
    card.paste((60, 60, 60), (0, 200, 256, 256))
    card.paste((60, 60, 60), (200, 0, 256, 256))
    image = look(card, random.Random(1)).convert("L")
    for rim, inside in (((0, 0, 256, 2), (0, 8, 256, 10)), ((0, 0, 2, 256), (8, 0, 10, 256))):
        means = [ImageStat.Stat(image.crop(box)).mean[0] for box in (rim, inside)]
        assert means[0] == pytest.approx(means[1], abs=5)
