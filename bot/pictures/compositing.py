"""Lays a repainted picture over its original. Never changes a pixel that the mask keeps."""

from typing import Final

from PIL import Image, ImageChops

from bot.domain.errors import PictureError
from bot.pictures.decoding import decoded, has_transparency
from bot.pictures.encoding import png
from bot.pictures.masks import mask_levels
from bot.pictures.normalising import on_ground
from bot.pictures.strips import Box, strips
from bot.pictures.verification import MAX_PIXELS, announced

_WHITE: Final = 255
# A hundred-and-twenty-eighth of the shorter side hides a seam; wider ones would wash out what
# was painted near it.
_SIDE_PER_FEATHER: Final = 128
_FEATHER_MAX_PX: Final = 16
# The mask is looked at this small to learn how thick it is.
_SKETCH_SIDE_PX: Final = 1_024


def composite(
    original: bytes, result: bytes, mask: bytes, *, feather_px: int | None = None
) -> bytes:
    """The original as PNG, with the result shining through where the mask says so.

    The result is scaled to the original's size. The soft edge, `feather_px` wide, lies inside the
    mask: every pixel that is 0 there is exactly the original's, in all its channels. Repainted
    parts become opaque. A thin mask gets a thinner edge than it would by its picture's size.

    Raises PictureError if one of them cannot be read, or the mask has not the original's size.
    """
    picture, levels = _decoded(original), mask_levels(mask)
    if levels.size != picture.size:
        raise PictureError(
            f"The mask does not fit the picture: it is {levels.width} × {levels.height} px, "
            f"the picture {picture.width} × {picture.height} px."
        )
    painted = _decoded(result)
    if painted.mode == "RGBA":
        painted = on_ground(painted, "white")
    if feather_px is None:
        feather_px = _fitting_feather_px(levels)
    # Strip by strip, into the original itself: no second picture of its size is ever held.
    for box in strips(picture.size):
        if levels.crop(box).getbbox() is not None:
            _lay_over(
                picture,
                box,
                painted=_part(painted, box, picture.size),
                shining=_softened(levels, box, feather_px),
                levels=levels.crop(box),
            )
    return png(picture if has_transparency(picture) else picture.convert("RGB"))


def _decoded(data: bytes) -> Image.Image:
    return decoded(data, announced(data), max_pixels=MAX_PIXELS)


def _part(painted: Image.Image, box: Box, size: tuple[int, int]) -> Image.Image:
    """What of `painted` belongs into `box` of a picture of `size`."""
    if painted.size == size:
        return painted.crop(box)
    across, down = painted.width / size[0], painted.height / size[1]
    left, top, right, bottom = box
    return painted.resize(
        (right - left, bottom - top),
        Image.Resampling.LANCZOS,
        # Pillow's filter looks beyond this box, so strips meet without a seam.
        box=(left * across, top * down, right * across, min(bottom * down, painted.height)),
    )


def _lay_over(
    picture: Image.Image,
    box: Box,
    *,
    painted: Image.Image,
    shining: Image.Image,
    levels: Image.Image,
) -> None:
    if picture.mode == "RGB":
        picture.paste(painted, box, shining)
        return
    old = picture.crop(box)
    opacity = old.getchannel("A")
    # Nothing is there to blend with where the original is transparent, and the colour hidden
    # below must not come up: so no soft edge there.
    bare = ImageChops.darker(ImageChops.invert(opacity), levels.point(_any))
    colours = old.convert("RGB")
    colours.paste(painted, (0, 0), ImageChops.lighter(shining, bare))
    colours.putalpha(ImageChops.add(opacity, levels))
    picture.paste(colours, box)


def _any(level: int) -> int:
    return _WHITE if level else 0


def _fitting_feather_px(levels: Image.Image) -> int:
    by_size_px = min(_FEATHER_MAX_PX, max(1, min(levels.size) // _SIDE_PER_FEATHER))
    shrunk = max(1, max(levels.size) // _SKETCH_SIDE_PX)
    sketch = levels.reduce(shrunk) if shrunk > 1 else levels
    least = _brightest(sketch) // 2
    # As far as the thickest part still has a core, for only the core is repainted in full.
    feather_px = 0
    while feather_px < by_size_px:
        sketch = _eroded(sketch, square=feather_px % 2 == 0)
        if _brightest(sketch) <= least:
            break
        feather_px += shrunk
    return min(by_size_px, feather_px)


def _brightest(levels: Image.Image) -> int:
    return max((level for level, count in enumerate(levels.histogram()) if count), default=0)


def _softened(levels: Image.Image, box: Box, feather_px: int) -> Image.Image:
    """The levels in `box`, rising from the mask's edge inwards over `feather_px`.

    The mean of the mask and of what remains when 1, 2, ... pixels are taken off its edge: never
    above the mask, so 0 stays 0; the mask itself deep inside. The picture's border is no edge.
    """
    left, top, right, bottom = box
    # What is taken off wrongly at the strip's own borders does not get further than this.
    above, below = max(0, top - feather_px), min(levels.height, bottom + feather_px)
    inner = mean = levels.crop((left, above, right, below))
    for depth in range(1, feather_px + 1):
        inner = _eroded(inner, square=depth % 2 == 1)
        mean = Image.blend(mean, inner, 1 / (depth + 1))
    return mean.crop((0, top - above, right - left, bottom - above))


def _eroded(levels: Image.Image, *, square: bool) -> Image.Image:
    """Each pixel as dark as the darkest of its neighbours: of eight, or of four.

    Taking turns keeps round things round. (Pillow's own filter for this is slower, and lets no
    other thread run.)
    """
    across = _darkest(levels, ((1, 0), (-1, 0)))
    if square:
        return _darkest(across, ((0, 1), (0, -1)))
    return ImageChops.darker(across, _darkest(levels, ((0, 1), (0, -1))))


def _darkest(levels: Image.Image, steps: tuple[tuple[int, int], ...]) -> Image.Image:
    darkest = levels
    for step in steps:
        moved = Image.new("L", levels.size, _WHITE)
        moved.paste(levels, step)
        darkest = ImageChops.darker(darkest, moved)
    return darkest
