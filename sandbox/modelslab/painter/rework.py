"""Works on given pictures: shines through, repaints, enlarges. Paints nothing new itself.

All of it is pure computing: call it from a thread.
"""

from collections.abc import Sequence

from PIL import Image, ImageOps

from sandbox.modelslab.painter.prints import opened, png

BICUBIC, LANCZOS = Image.Resampling.BICUBIC, Image.Resampling.LANCZOS
#: How much of the width all further pictures take together, and the most that one takes.
STRIP_SHARE, CARD_SHARE = 0.9, 0.22
PAPER = (244, 241, 234)


def blend(painting: bytes, sources: Sequence[bytes], *, strength: float) -> bytes:
    """The painting over the first picture, which shines through by 1 - strength.

    A picture of other proportions is cropped. Further ones lie along the bottom as small cards.
    """
    new = opened(painting, "RGB")
    old = ImageOps.fit(opened(sources[0], "RGB"), new.size, BICUBIC)
    whole = Image.blend(old, new, strength)
    if len(sources) > 1:
        _lay_out(whole, sources[1:])
    return png(whole)


def repaint(painting: bytes, source: bytes, mask: bytes, *, strength: float) -> bytes:
    """The picture, with the painting where the mask is white and a mix of both where it is grey."""
    new = opened(painting, "RGB")
    old = _resized(opened(source, "RGB"), new.size)
    cover = _resized(opened(mask, "L"), new.size)
    if strength < 1:
        new = Image.blend(old, new, strength)
    return png(Image.composite(new, old, cover))


def enlarge(source: bytes, size_px: tuple[int, int]) -> bytes:
    """The picture in another size, with its transparency."""
    picture = opened(source, "RGBA")
    if picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    return png(_resized(picture, size_px, LANCZOS))


def _resized(
    picture: Image.Image, size_px: tuple[int, int], filter: Image.Resampling = BICUBIC
) -> Image.Image:
    # Untouched where it fits: what is not repainted stays the same to the last bit.
    return picture if picture.size == size_px else picture.resize(size_px, filter)


def _lay_out(whole: Image.Image, sources: Sequence[bytes]) -> None:
    side = int(whole.width * min(CARD_SHARE, STRIP_SHARE / len(sources)))
    rim = max(1, side // 24)
    gap = (whole.width - side * len(sources)) // (len(sources) + 1)
    top = whole.height - side - max(gap, rim)
    for number, source in enumerate(sources):
        card = ImageOps.fit(opened(source, "RGB"), (side - 2 * rim, side - 2 * rim), BICUBIC)
        left = gap + number * (side + gap)
        whole.paste(ImageOps.expand(card, rim, PAPER), (left, top))
