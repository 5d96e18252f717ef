"""Small pictures of results, to be shown when the results themselves are gone. Never enlarges one.

What is small is decoded small where its format can do that, and shrunk before anything else is done
with it: of several pictures, one is alive in full at a time.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from PIL import Image

from bot.pictures.decoding import decoded
from bot.pictures.strips import STRIP_PIXELS
from bot.pictures.verification import MAX_PIXELS, Sketch, announced

SIDE_PX: Final = 256
SHOWN_MAX: Final = 4
_GAP_PX: Final = 2
_QUALITY: Final = 75
# Less effort of the encoder: a third of the time, a tenth more bytes.
_METHOD: Final = 2


def thumbnail(results: Sequence[bytes | Sketch]) -> bytes:
    """A WebP of at most 256 × 256 px: one picture, or up to four beside and below each other.

    Each is a file, or the sketch that its verification has left.

    Raises PictureError if one of them cannot be read.
    """
    if not results:
        raise ValueError("a thumbnail of no picture")
    if len(results) == 1:
        return _webp(_small(results[0], SIDE_PX))
    cell_px = (SIDE_PX - _GAP_PX) // 2
    return _webp(_contact([_small(each, cell_px) for each in results[:SHOWN_MAX]]))


def _small(result: bytes | Sketch, side_px: int) -> Image.Image:
    """The upright picture within a square of that side."""
    if isinstance(result, Sketch):
        picture = Image.frombytes("RGB", (result.width_px, result.height_px), result.rgb)
    else:
        # Its colour profile is left out: on this scale nobody would see what it costs.
        picture = decoded(
            result, announced(result), max_pixels=MAX_PIXELS, by_profile=False, down_to_px=side_px
        )
    picture = _shrunk(picture, max(1, max(picture.size) // (2 * side_px)))
    scale = min(1.0, side_px / max(picture.size))
    width_px, height_px = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((width_px, height_px), Image.Resampling.BICUBIC)


def _shrunk(picture: Image.Image, factor: int) -> Image.Image:
    """The picture with each square of `factor` pixels a side become one."""
    if factor == 1 or picture.mode == "RGB":
        return picture if factor == 1 else picture.reduce(factor)
    # Pillow weighs colours by their opacity in a copy, during which no other thread runs.
    size = (-(-picture.width // factor), -(-picture.height // factor))
    shrunk = Image.new(picture.mode, size)
    rows_px = factor * max(1, STRIP_PIXELS // (picture.width * factor))
    for top in range(0, picture.height, rows_px):
        strip = picture.crop((0, top, picture.width, min(picture.height, top + rows_px)))
        shrunk.paste(strip.reduce(factor), (0, top // factor))
    return shrunk


def _contact(small: Sequence[Image.Image]) -> Image.Image:
    """Two beside each other, two rows at most, each in the middle of its place."""
    width_px, height_px = (max(sides) for sides in zip(*(each.size for each in small), strict=True))
    rows = -(-len(small) // 2)
    sheet = Image.new(
        "RGBA", (2 * width_px + _GAP_PX, rows * height_px + (rows - 1) * _GAP_PX), (0, 0, 0, 0)
    )
    for number, each in enumerate(small):
        row, column = divmod(number, 2)
        left = column * (width_px + _GAP_PX) + (width_px - each.width) // 2
        top = row * (height_px + _GAP_PX) + (height_px - each.height) // 2
        sheet.paste(each, (left, top))
    return sheet


def _webp(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", quality=_QUALITY, method=_METHOD)
    return file.getvalue()
