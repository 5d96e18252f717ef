"""Says in a sentence what a picture looks like: its colours, light and shape. Knows no things."""

from collections import Counter
from colorsys import rgb_to_hsv
from functools import cache

from PIL import Image, ImageStat

from sandbox.modelslab.painter.colours import NAMED, Rgb
from sandbox.modelslab.painter.prints import opened, pixels

SMALL_PX = (48, 48)
#: Brightness on the way from 0 to 255.
DARK, BRIGHT = 75, 180
#: Below it a picture is all of one brightness.
CALM = 18
NEUTRALS = frozenset({"white", "silver", "grey", "black"})
NEUTRAL_BELOW = 0.16
WORTH_NAMING = 0.12
NAMED_MAX = 3


def describe(source: bytes, length: str = "normal") -> str:
    """One sentence, shorter or longer; the same for the same picture."""
    picture = opened(source, "RGB")
    small = picture.resize(SMALL_PX, Image.Resampling.BOX)
    grey = ImageStat.Stat(small.convert("L"))
    colours = _colours(small)
    shape = ", ".join(filter(None, (_proportions(*picture.size), _light(grey.mean[0]))))
    said = f"{_article(shape)} {shape} picture in {_listed(colours)}"
    if length == "short":
        return f"{said}."
    contrast = "calm" if grey.stddev[0] < CALM else "rich in contrast"
    heart = _colours(_middle(small))[0]
    said = f"{said}, {contrast}, with {heart} at its heart"
    if length == "normal":
        return f"{said}."
    return (
        f"{said}; it measures {picture.width} by {picture.height} pixels, and "
        f"{_brighter_half(small)}."
    )


def _proportions(width: int, height: int) -> str:
    if width > 1.15 * height:
        return "wide"
    return "tall" if height > 1.15 * width else "square"


def _light(brightness: float) -> str:
    if brightness < DARK:
        return "dark"
    return "bright" if brightness > BRIGHT else ""


def _colours(picture: Image.Image) -> list[str]:
    """The names of what covers most of it, most first; one at least."""
    counts: Counter[str] = Counter()
    # 15 levels a channel are plenty to name a colour by, and most pixels then fall together.
    coarse = picture.point(lambda level: level // 17 * 17)
    for colour, count in Counter(pixels(coarse)).items():
        counts[_name(colour)] += count
    total = counts.total()
    ranked = [name for name, _ in counts.most_common(NAMED_MAX)]
    return ranked[:1] + [name for name in ranked[1:] if counts[name] >= WORTH_NAMING * total]


@cache
def _name(colour: Rgb) -> str:
    """The named colour next to it: by its hue first, unless there is hardly any in it."""
    hue, saturation, value = _hsv(colour)
    if saturation < NEUTRAL_BELOW or value < NEUTRAL_BELOW:
        return min(NEUTRALS, key=lambda name: abs(max(NAMED[name]) - max(colour)))

    def distance(name: str) -> float:
        its_hue, its_saturation, its_value = _hsv(NAMED[name])
        turn = abs(hue - its_hue)
        around = min(turn, 1 - turn)
        return 4 * around + abs(value - its_value) + abs(saturation - its_saturation) / 2

    return min(NAMED.keys() - NEUTRALS, key=lambda name: (distance(name), name))


def _hsv(colour: Rgb) -> tuple[float, float, float]:
    red, green, blue = colour
    return rgb_to_hsv(red / 255, green / 255, blue / 255)


def _middle(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    return picture.crop((width // 3, height // 3, width - width // 3, height - height // 3))


def _brighter_half(picture: Image.Image) -> str:
    grey = picture.convert("L")
    width, height = grey.size
    upper = ImageStat.Stat(grey.crop((0, 0, width, height // 2))).mean[0]
    lower = ImageStat.Stat(grey.crop((0, height // 2, width, height))).mean[0]
    if abs(upper - lower) < CALM / 2:
        return "both halves are equally bright"
    return f"its {'upper' if upper > lower else 'lower'} half is the brighter one"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _article(word: str) -> str:
    return "An" if word[0] in "aeiou" else "A"
