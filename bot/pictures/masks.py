"""Makes masks: one channel, white is repainted, black kept. Knows nothing of what is painted."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from PIL import Image, ImageChops

from bot.domain.errors import PictureError
from bot.pictures.decoding import decoded, has_transparency
from bot.pictures.encoding import png
from bot.pictures.formats import Format
from bot.pictures.normalising import MAX_INPUT_PIXELS, on_ground
from bot.pictures.strips import strips
from bot.pictures.verification import MAX_BYTES, announced

_WHITE: Final = 255
# A share of the picture's sides.
_PROPORTION_TOLERANCE: Final = 0.01
# Nobody sees such a grey; what is nowhere brighter is a mistake that would cost a picture.
_FAINTEST: Final = 8
# What a lossy format leaves in black and takes from white.
_LOSSY_NOISE: Final = 16
_LOSSY: Final = frozenset({Format.JPEG, Format.WEBP})
_EMPTY: Final = "The mask is empty: nothing would be repainted."


@dataclass(frozen=True, slots=True)
class _Area:
    """A box by shares of the sides: left, top, right, bottom; `outside` means all but the box."""

    words: str
    box: tuple[float, float, float, float]
    outside: bool = False


_AREAS: Final[dict[str, _Area]] = {
    "left half": _Area("the left half", (0, 0, 1 / 2, 1)),
    "right half": _Area("the right half", (1 / 2, 0, 1, 1)),
    "top": _Area("the upper half", (0, 0, 1, 1 / 2)),
    "bottom": _Area("the lower half", (0, 1 / 2, 1, 1)),
    "centre": _Area("the middle, half as wide and high", (1 / 4, 1 / 4, 3 / 4, 3 / 4)),
    "border": _Area("a frame, an eighth wide", (1 / 8, 1 / 8, 7 / 8, 7 / 8), outside=True),
    "top left": _Area("the upper left quarter", (0, 0, 1 / 2, 1 / 2)),
    "top right": _Area("the upper right quarter", (1 / 2, 0, 1, 1 / 2)),
    "bottom left": _Area("the lower left quarter", (0, 1 / 2, 1 / 2, 1)),
    "bottom right": _Area("the lower right quarter", (1 / 2, 1 / 2, 1, 1)),
    "sky": _Area("the upper third", (0, 0, 1, 1 / 3)),
    "ground": _Area("the lower third", (0, 2 / 3, 1, 1)),
}
AREAS: Final[Mapping[str, str]] = MappingProxyType(
    {name: area.words for name, area in _AREAS.items()}
)


def mask_from_area(name: str, *, width_px: int, height_px: int) -> bytes:
    """The mask of one of `AREAS`: PNG, one channel, of that size. KeyError for other names."""
    area = _AREAS[name]
    left, top, right, bottom = area.box
    box = (
        round(left * width_px),
        round(top * height_px),
        round(right * width_px),
        round(bottom * height_px),
    )
    mask = Image.new("L", (width_px, height_px), _WHITE if area.outside else 0)
    mask.paste(0 if area.outside else _WHITE, box)
    return png(mask)


def mask_from_file(mask: bytes, *, width_px: int, height_px: int) -> bytes:
    """A mask that somebody drew: PNG, one channel, of the picture's size.

    White is repainted, grey partly, colours count by their brightness; what is transparent is
    kept. Another size is fitted where the proportions match.

    Raises PictureError if it is no picture, of other proportions, or would repaint nothing.
    """
    kind = announced(mask, MAX_BYTES)
    # Levels are no colours: a profile would bend them.
    picture = decoded(mask, kind, max_pixels=MAX_INPUT_PIXELS, by_profile=False)
    if picture.mode == "RGBA":
        picture = on_ground(picture, "black")
    levels = picture.convert("L")
    _require_proportions(levels.size, (width_px, height_px))
    if kind in _LOSSY:
        levels = levels.point(_without_noise)
    if levels.size != (width_px, height_px):
        # Sharper filters overshoot, which would paint faint rings beside an edge; and wider ones
        # reach a pixel out of a mask that is made smaller.
        shrinks = levels.width > width_px
        how = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
        levels = levels.resize((width_px, height_px), how)
    return png(_something(levels, _EMPTY))


def mask_from_transparency(picture: bytes) -> bytes:
    """A mask by the picture's own transparency: PNG, one channel, of the picture's size.

    Raises PictureError if the picture cannot be read, or has no transparency.
    """
    seen = decoded(picture, announced(picture), max_pixels=MAX_INPUT_PIXELS, by_profile=False)
    none = "The picture has no transparent part: nothing would be repainted."
    if not has_transparency(seen):
        raise PictureError(none)
    mask = Image.new("L", seen.size)
    for box in strips(seen.size):
        mask.paste(ImageChops.invert(seen.crop(box).getchannel("A")), box)
    return png(_something(mask, none))


def mask_copy(mask: bytes, *, width_px: int, height_px: int) -> bytes:
    """The mask at the size that the vendor will work at: PNG, one channel, white is repainted."""
    levels = mask_levels(mask)
    if levels.size == (width_px, height_px):
        return mask
    return png(levels.resize((width_px, height_px), Image.Resampling.BILINEAR))


def mask_levels(mask: bytes) -> Image.Image:
    """The mask's one channel. Raises PictureError if it cannot be read."""
    picture = decoded(mask, announced(mask), max_pixels=MAX_INPUT_PIXELS, by_profile=False)
    return picture.convert("L")


def _require_proportions(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    (width_px, height_px), (wanted_width_px, wanted_height_px) = size, wanted
    across, down = width_px * wanted_height_px, wanted_width_px * height_px
    if abs(across - down) > _PROPORTION_TOLERANCE * down:
        raise PictureError(
            f"The mask does not fit the picture: it is {width_px} × {height_px} px, "
            f"the picture {wanted_width_px} × {wanted_height_px} px."
        )


def _without_noise(level: int) -> int:
    if level < _LOSSY_NOISE:
        return 0
    return _WHITE if level > _WHITE - _LOSSY_NOISE else level


def _something(mask: Image.Image, complaint: str) -> Image.Image:
    if not any(mask.histogram()[_FAINTEST:]):
        raise PictureError(complaint)
    return mask
