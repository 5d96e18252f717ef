"""Colours by name and what light does to them. Pure; a colour is (red, green, blue), 0 to 255."""

import colorsys
from typing import TypeAlias

Rgb: TypeAlias = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)

NAMED: dict[str, Rgb] = {
    "red": (206, 58, 44),
    "crimson": (176, 28, 52),
    "scarlet": (224, 52, 36),
    "orange": (238, 134, 42),
    "amber": (240, 164, 48),
    "golden": (236, 182, 60),
    "yellow": (246, 212, 74),
    "green": (72, 158, 84),
    "emerald": (28, 150, 104),
    "turquoise": (52, 186, 180),
    "cyan": (60, 196, 220),
    "blue": (52, 112, 206),
    "indigo": (70, 66, 168),
    "purple": (128, 72, 176),
    "violet": (142, 92, 206),
    "magenta": (206, 62, 154),
    "pink": (240, 138, 172),
    "brown": (132, 88, 58),
    "white": (240, 240, 236),
    "silver": (186, 194, 204),
    "grey": (128, 134, 142),
    "black": (46, 44, 54),
}
SAME_COLOUR = {
    "gold": "golden",
    "gray": "grey",
    "teal": "turquoise",
    "azure": "blue",
    "lilac": "violet",
    "rose": "pink",
    "ginger": "orange",
}


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`share` 0 is all `one`, 1 is all `other`."""
    return (
        round(one[0] + (other[0] - one[0]) * share),
        round(one[1] + (other[1] - one[1]) * share),
        round(one[2] + (other[2] - one[2]) * share),
    )


def lit(colour: Rgb, light: Rgb) -> Rgb:
    """The colour as seen under a light; under white light nothing changes."""
    return (
        colour[0] * light[0] // 255,
        colour[1] * light[1] // 255,
        colour[2] * light[2] // 255,
    )


def from_hue(hue: float, saturation: float, value: float) -> Rgb:
    """All three from 0 to 1; the hue goes round."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
