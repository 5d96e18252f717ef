"""Makes a picture small enough to be sent. Never enlarges one, never touches one that fits."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from bot.domain.errors import PictureError
from bot.pictures.formats import DAMAGED, Format, format_of
from bot.pictures.verification import MAX_PIXELS, opened, reading

# The first steps cannot be seen, the later ones rather lose size than turn to mud.
_QUALITIES: Final = (95, 88, 80)
_SCALES: Final = (0.75, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05)
_WEBP_MAX_SIDE_PX: Final = 16_383


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture within its limit, and whether it had to change for that."""

    data: bytes
    mime: str
    changed: bool


def fit(data: bytes, *, limit_bytes: int) -> Fitted:
    """The picture in at most `limit_bytes`: as it is, or as a WebP of less quality, then size.

    Of an animation that does not fit, the first frame is left; EXIF rotation is carried out.

    Raises PictureError if it cannot be read, or made as small as that.
    """
    kind = format_of(data)
    if kind is None:
        raise PictureError(DAMAGED)
    if len(data) <= limit_bytes:
        return Fitted(data, kind.value, changed=False)
    for quality, picture in _attempts(_upright(data, kind)):
        smaller = _webp(picture, quality)
        if len(smaller) <= limit_bytes:
            return Fitted(smaller, Format.WEBP.value, changed=True)
    raise PictureError(f"The picture cannot be made to fit into {limit_bytes} bytes.")


def _upright(data: bytes, kind: Format) -> Image.Image:
    with opened(data, kind, max_pixels=MAX_PIXELS) as picture, reading():
        picture.load()
        plain = _eight_bit(ImageOps.exif_transpose(picture))
    longest = max(plain.size)
    return _scaled(plain, _WEBP_MAX_SIDE_PX / longest) if longest > _WEBP_MAX_SIDE_PX else plain


def _eight_bit(picture: Image.Image) -> Image.Image:
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        # A plain conversion would cut 16 bits off at white instead of scaling them.
        return (
            picture.convert("I").point(lambda level: level * (1 / 256)).convert("L").convert("RGB")
        )
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _attempts(picture: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    for quality in _QUALITIES:
        yield quality, picture
    for scale in _SCALES:
        yield _QUALITIES[-1], _scaled(picture, scale)


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    width_px, height_px = (max(1, int(side * scale)) for side in picture.size)
    return picture.resize((width_px, height_px), Image.Resampling.LANCZOS)


def _webp(picture: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", quality=quality)
    return file.getvalue()
