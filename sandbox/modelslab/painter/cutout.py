"""Tells a picture's subject from its ground and cuts it out. Knows no things, only colours."""

from collections import Counter, deque
from collections.abc import Iterable

from PIL import Image, ImageFilter

from sandbox.modelslab.painter.colours import Rgb
from sandbox.modelslab.painter.prints import opened, pixels, png

#: The ground is looked for in a small copy; its edge is drawn in the large one.
SMALL_SIDE_PX = 192
#: How far a colour may be from its neighbour's, and from where the ground began: sums over the
#: three channels, 0 to 765. The first follows a sky's gradient, the second ends it.
STEP, REACH = 13, 320
#: What a colour must have of the border to be a ground and not a thing that touches it.
BORDER_SHARE = 0.06


def cut_out(source: bytes, *, only_mask: bool = False, inverse: bool = False) -> bytes:
    """An RGBA PNG of the subject alone, or its mask, white on black. `inverse` keeps the ground."""
    picture = opened(source, "RGB")
    mask = _subject(picture)
    if inverse:
        mask = mask.point(lambda level: 255 - level)
    if only_mask:
        return png(mask)
    picture.putalpha(mask)
    return png(picture)


def _subject(picture: Image.Image) -> Image.Image:
    """White where the subject is, with an edge that is soft over a few pixels."""
    small = picture.copy()
    small.thumbnail((SMALL_SIDE_PX, SMALL_SIDE_PX), Image.Resampling.BOX)
    ground = _ground(small.filter(ImageFilter.MedianFilter(3)))
    mask = Image.frombytes("L", small.size, bytes(0 if is_ground else 255 for is_ground in ground))
    # Specks of ground within the subject and of subject within the ground go.
    mask = mask.filter(ImageFilter.MedianFilter(3))
    mask = mask.resize(picture.size, Image.Resampling.BICUBIC)
    softness = max(1.0, max(picture.size) / SMALL_SIDE_PX / 2)
    return mask.filter(ImageFilter.GaussianBlur(softness)).point(_steeper)


def _steeper(level: int) -> int:
    return min(255, max(0, (level - 64) * 2))


def _ground(picture: Image.Image) -> list[bool]:
    """For each pixel whether it is reached from the border without a leap in colour."""
    width, height = picture.size
    colours = pixels(picture)
    sides = {*range(width), *range(0, len(colours), width), *range(width - 1, len(colours), width)}
    border = sorted(sides | set(range((height - 1) * width, len(colours))))
    # What covers nothing but the bottom is a body or a table, not the ground.
    grounds = _common(colours[place] for place in sides)
    ground = [False] * len(colours)
    open_places: deque[tuple[int, Rgb]] = deque()
    for place in border:
        if _bin(colours[place]) in grounds:
            ground[place] = True
            open_places.append((place, colours[place]))
    while open_places:
        place, began = open_places.popleft()
        here = colours[place]
        for other in _neighbours(place, width, len(colours)):
            colour = colours[other]
            near = not ground[other] and _distance(here, colour) <= STEP
            if near and _distance(began, colour) <= REACH:
                ground[other] = True
                open_places.append((other, began))
    return ground


def _common(border: Iterable[Rgb]) -> set[Rgb]:
    bins = Counter(_bin(colour) for colour in border)
    enough = BORDER_SHARE * bins.total()
    return {bins.most_common(1)[0][0]} | {bin for bin, count in bins.items() if count >= enough}


def _neighbours(place: int, width: int, count: int) -> list[int]:
    column = place % width
    found = []
    if column:
        found.append(place - 1)
    if column < width - 1:
        found.append(place + 1)
    if place >= width:
        found.append(place - width)
    if place + width < count:
        found.append(place + width)
    return found


def _bin(colour: Rgb) -> Rgb:
    """The colour in eight levels a channel: alike ones fall together."""
    red, green, blue = colour
    return red >> 5, green >> 5, blue >> 5


def _distance(one: Rgb, other: Rgb) -> int:
    return abs(one[0] - other[0]) + abs(one[1] - other[1]) + abs(one[2] - other[2])
