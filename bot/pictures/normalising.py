"""Makes what people send into pictures the project can rely on. Never looks at masks."""

from dataclasses import dataclass
from typing import Final

from PIL import Image

from bot.domain.errors import PictureError
from bot.pictures.decoding import decoded, has_transparency
from bot.pictures.encoding import jpeg_within, png_within
from bot.pictures.formats import Format
from bot.pictures.verification import MAX_BYTES, MAX_PIXELS, announced

# Less than results may have: while it is worked on, a picture is held twice, at four bytes a pixel.
MAX_INPUT_PIXELS: Final = 40_000_000
# What the vendor takes as one upload.
VENDOR_MAX_BYTES: Final = 5_000_000
MIN_SIDE_PX: Final = 16
MAX_PROPORTION: Final = 8

_KEPT_MAX_BYTES: Final = 20_000_000
# A photograph's PNG is at least so many times as large as its JPEG.
_JPEG_GAIN: Final = 3
_QUALITIES: Final = (95, 90, 85, 75, 60, 40)
_TOO_DETAILED: Final = "The picture cannot be made to fit into {} bytes."


@dataclass(frozen=True, slots=True)
class Normal:
    """A still, upright picture: RGB or RGBA, 8 bits, sRGB, PNG or JPEG, no metadata."""

    data: bytes
    mime: str
    width_px: int
    height_px: int
    has_alpha: bool


def normalise(data: bytes, *, max_pixels: int = MAX_INPUT_PIXELS) -> Normal:
    """What somebody gave, as a picture everything else here can work on.

    The first frame of an animation; turned as its EXIF says; in sRGB; without place, camera or
    comments. Nothing behind the picture's end survives, since every pixel is written anew.

    Raises PictureError for what is no picture, damaged, too large, too small, or too long.
    """
    kind = announced(data, MAX_BYTES)
    picture = decoded(data, kind, max_pixels=max_pixels)
    _require_shape(picture.size)
    if not has_transparency(picture):
        picture = _without_alpha(picture)
        # What lies outside a mask must come back as it was, and a JPEG loses a little each time:
        # so its pixels are kept as PNG too, as long as that is no burden. Above, the little that
        # quality 95 with full colour loses cannot be seen, and from then on these are the pixels.
        hopeless = kind is Format.JPEG and len(data) * _JPEG_GAIN > _KEPT_MAX_BYTES
        file = None if hopeless else png_within(picture, _KEPT_MAX_BYTES)
        return _normal(picture, file) if file else _as_jpeg(picture, _KEPT_MAX_BYTES)
    # JPEG knows no transparency, so a large PNG is what there is.
    file = png_within(picture, MAX_BYTES)
    if file is None:
        raise PictureError("The picture is too large: too much detail together with transparency.")
    return _normal(picture, file)


def vendor_copy(
    data: bytes,
    *,
    width_px: int,
    height_px: int,
    limit_bytes: int = VENDOR_MAX_BYTES,
    flat: bool = True,
) -> Normal:
    """The picture at exactly the size that the vendor will work at, in at most `limit_bytes`.

    A PNG where that fits, else the best JPEG that does. What is transparent becomes white, unless
    `flat` is off.

    Raises PictureError if it cannot be read, or made as small as that.
    """
    picture = decoded(data, announced(data), max_pixels=MAX_PIXELS)
    if picture.size != (width_px, height_px):
        picture = picture.resize((width_px, height_px), Image.Resampling.LANCZOS)
    if not has_transparency(picture):
        picture = _without_alpha(picture)
    elif flat:
        picture = on_ground(picture, "white")
    file = png_within(picture, limit_bytes)
    if file is not None:
        return _normal(picture, file)
    if picture.mode == "RGB":
        return _as_jpeg(picture, limit_bytes)
    raise PictureError(_TOO_DETAILED.format(limit_bytes))


def on_ground(picture: Image.Image, colour: str) -> Image.Image:
    """The RGBA picture laid on one colour, as RGB."""
    ground = Image.new("RGB", picture.size, colour)
    ground.paste(picture, mask=picture)
    return ground


def _without_alpha(picture: Image.Image) -> Image.Image:
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _require_shape(size: tuple[int, int]) -> None:
    width_px, height_px = size
    if min(size) < MIN_SIDE_PX:
        raise PictureError(
            f"The picture is too small: {width_px} × {height_px} px, "
            f"at least {MIN_SIDE_PX} px each way are needed."
        )
    if max(size) > min(size) * MAX_PROPORTION:
        raise PictureError(
            f"The picture is too long and narrow: {width_px} × {height_px} px, "
            f"at most {MAX_PROPORTION} to 1 is taken."
        )


def _normal(picture: Image.Image, png_file: bytes) -> Normal:
    width_px, height_px = picture.size
    return Normal(png_file, Format.PNG.value, width_px, height_px, picture.mode == "RGBA")


def _as_jpeg(picture: Image.Image, limit_bytes: int) -> Normal:
    width_px, height_px = picture.size
    file = jpeg_within(picture, limit_bytes, qualities=_QUALITIES)
    if file is None:
        raise PictureError(_TOO_DETAILED.format(limit_bytes))
    return Normal(file, Format.JPEG.value, width_px, height_px, has_alpha=False)
