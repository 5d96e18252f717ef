"""Finds the look for a style, and says which styles need no fine drawing. Paints nothing itself."""

import random
from collections.abc import Callable

from PIL import Image

from sandbox.modelslab.painter.kinds import Style
from sandbox.modelslab.painter.looks import blocks, crafts, lights, lines, washes

Look = Callable[[Image.Image, random.Random], Image.Image]

_LOOKS: dict[Style, Look] = {
    Style.PHOTO: lights.photo,
    Style.CINEMATIC: lights.cinematic,
    Style.WATERCOLOUR: washes.watercolour,
    Style.OIL: washes.oil,
    Style.INK: lines.ink,
    Style.ANIME: lines.anime,
    Style.COMIC: lines.comic,
    Style.PIXEL_ART: blocks.pixel,
    Style.LOW_POLY: blocks.low_poly,
    Style.CLAY: crafts.clay,
    Style.NEON: lights.neon,
    Style.FANTASY: lights.fantasy,
    Style.LINE_ART: lines.line_art,
    Style.PAPER_CUT: crafts.paper_cut,
    Style.SEPIA: lights.sepia,
}
#: Their look hides fine edges, so that nothing is gained by drawing at twice the size.
COARSE = frozenset({Style.WATERCOLOUR, Style.OIL, Style.PIXEL_ART, Style.LOW_POLY, Style.NEON})
#: The background is out of focus.
BLURRED = frozenset({Style.PHOTO, Style.CINEMATIC})


def apply(image: Image.Image, style: Style, dice: random.Random) -> Image.Image:
    """The picture in that style; an unstyled one comes back as it is."""
    look = _LOOKS.get(style)
    return image if look is None else look(image, dice)
