"""Makes a picture small enough to be sent. Never enlarges one, never touches one that fits."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

from bot.domain.errors import PictureError
from bot.pictures.decoding import decoded
from bot.pictures.encoding import jpeg
from bot.pictures.formats import DAMAGED, Format, format_of
from bot.pictures.verification import MAX_PIXELS

# The first steps cannot be seen, the later ones rather lose size than turn to mud.
_QUALITIES: Final = (95, 88, 80)
_SCALES: Final = (0.75, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05)
_WEBP_MAX_SIDE_PX: Final = 16_383
# Before Pillow writes a WebP it copies the picture, during which no other thread runs: 3 ms for
# each million pixels. JPEG goes row by row.
_WEBP_MAX_PIXELS: Final = 12_000_000
# Transparency is written without loss, which takes much longer.
_ALPHA_PIXELS: Final = 6_000_000


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture within its limit, and whether it had to change for that."""

    data: bytes
    mime: str
    changed: bool


def fit(data: bytes, *, limit_bytes: int) -> Fitted:
    """The picture in at most `limit_bytes`: as it is, or of less quality, then of less size.

    Changed, it becomes a WebP, or a JPEG where it is very large. Of an animation that does not
    fit, the first frame is left; EXIF rotation and colour profile are carried out.

    Raises PictureError if it cannot be read, or made as small as that.
    """
    kind = format_of(data)
    if kind is None:
        raise PictureError(DAMAGED)
    if len(data) <= limit_bytes:
        return Fitted(data, kind.value, changed=False)
    picture = _within_sides(decoded(data, kind, max_pixels=MAX_PIXELS))
    for mime, smaller in _attempts(picture):
        if smaller is not None and len(smaller) <= limit_bytes:
            return Fitted(smaller, mime.value, changed=True)
    raise PictureError(f"The picture cannot be made to fit into {limit_bytes} bytes.")


def _within_sides(picture: Image.Image) -> Image.Image:
    longest = max(picture.size)
    return _scaled(picture, _WEBP_MAX_SIDE_PX / longest) if longest > _WEBP_MAX_SIDE_PX else picture


def _attempts(picture: Image.Image) -> Iterator[tuple[Format, bytes | None]]:
    for quality in _QUALITIES:
        yield _encoded(picture, quality)
    for scale in _SCALES:
        yield _encoded(_scaled(picture, scale), _QUALITIES[-1])


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    width_px, height_px = (max(1, int(side * scale)) for side in picture.size)
    return picture.resize((width_px, height_px), Image.Resampling.LANCZOS)


def _encoded(picture: Image.Image, quality: int) -> tuple[Format, bytes | None]:
    pixels = picture.width * picture.height
    if pixels <= _WEBP_MAX_PIXELS:
        return Format.WEBP, _webp(picture, quality)
    if picture.mode == "RGB":
        return Format.JPEG, jpeg(picture, quality)
    # Transparency leaves no other format, so size goes before quality here.
    return Format.WEBP, _webp(_scaled(picture, (_ALPHA_PIXELS / pixels) ** 0.5), quality)


def _webp(picture: Image.Image, quality: int) -> bytes | None:
    """The picture as WebP; None where the format itself has no room for so much detail."""
    file = BytesIO()
    try:
        picture.save(file, "WEBP", quality=quality)
    except ValueError:
        return None
    return file.getvalue()
