"""Proves that bytes are a whole picture of a kind we take, before anybody relies on them."""

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bot.domain.errors import PictureError
from bot.pictures.formats import (
    DAMAGED,
    TRUNCATED,
    Format,
    format_of,
    looks_like_a_web_page,
    require_whole,
    webp_canvas,
)

MAX_BYTES: Final = 50 * 1024 * 1024
# Four bytes a pixel while it is decoded: 200 MB at the very most.
MAX_PIXELS: Final = 50_000_000
# Pillow hands a decoded WebP over as one copy, during which no other thread runs: 2 ms for each
# million pixels. The other formats come row by row. 4096 × 4096 is what upscalers make at most.
WEBP_MAX_PIXELS: Final = 4_096 * 4_096
_MAX_FRAMES: Final = 1_000

# The decoders are opened by name: Image.open() would try more formats than we take, and
# warns by a process-wide pixel limit where we want to refuse by our own.
_OPENERS: Final[dict[Format, Callable[[BytesIO], ImageFile.ImageFile]]] = {
    Format.PNG: PngImageFile,
    Format.JPEG: JpegImageFile,
    Format.WEBP: WebPImageFile,
    Format.GIF: GifImageFile,
}
# What Pillow's decoders raise on bytes that somebody made up.
DECODER_ERRORS: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    EOFError,
    OverflowError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A small copy of a plain picture: `rgb` has three bytes a pixel, row by row.

    Nothing but a thumbnail is made of it, and packing it for that would take longer than that.
    """

    width_px: int
    height_px: int
    rgb: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """What a picture turned out to be. Sizes are as stored, before any EXIF rotation.

    `sketch` is there where one was wanted and cost next to nothing.
    """

    mime: str
    width_px: int
    height_px: int
    animated: bool
    sketch: Sketch | None = None


def verify(
    data: bytes,
    *,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
    sketch_px: int | None = None,
) -> Verified:
    """What picture these bytes are, every frame of it decoded once.

    `max_pixels` counts all frames together, and is looked at before anything is decoded. With
    `sketch_px` a plain picture is handed on small, its longer side about that and not below:
    decoding is what costs, and need not be done again for a thumbnail.

    Raises PictureError in words that the sender of the bytes understands.
    """
    kind = announced(data, max_bytes)
    with opened(data, kind, max_pixels=max_pixels) as picture:
        width_px, height_px = picture.size
        frames = _decode_all(picture, max_pixels)
        sketch = None
        if sketch_px is not None and frames == 1 and _is_plain(picture):
            sketch = _sketch(picture, sketch_px)
    return Verified(kind.value, width_px, height_px, animated=frames > 1, sketch=sketch)


def announced(data: bytes, max_bytes: int | None = None) -> Format:
    """The format that the first bytes announce. Raises PictureError if there is none we take."""
    if not data:
        raise PictureError("The file is empty.")
    if max_bytes is not None and len(data) > max_bytes:
        limit = f"{max_bytes / 1024 / 1024:.3g} MiB"
        raise PictureError(f"The file is too large: at most {limit} are read.")
    kind = format_of(data)
    if kind is None and looks_like_a_web_page(data):
        raise PictureError("This is a web page, not a picture.")
    if kind is None:
        raise PictureError("This is not a PNG, JPEG, WebP or GIF picture.")
    return kind


def opened(data: bytes, kind: Format, *, max_pixels: int) -> ImageFile.ImageFile:
    """The picture, its header read, its size allowed, none of its pixels decoded yet."""
    require_whole(data, kind)
    if kind is Format.WEBP:
        _require_size(webp_canvas(data), max_pixels)
        _require_size(webp_canvas(data), WEBP_MAX_PIXELS, of="of a WebP ")
    with reading():
        picture = _OPENERS[kind](BytesIO(data))
    _require_size(picture.size, max_pixels)
    return picture


@contextmanager
def reading() -> Iterator[None]:
    """What a decoder raises inside comes out as PictureError."""
    try:
        yield
    except DECODER_ERRORS as error:
        cut_off = isinstance(error, OSError) and "truncated" in str(error)
        raise PictureError(TRUNCATED if cut_off else DAMAGED) from error


def _require_size(size: tuple[int, int], max_pixels: int, *, of: str = "") -> None:
    width_px, height_px = size
    if width_px < 1 or height_px < 1:
        raise PictureError("The picture has no pixels.")
    if width_px * height_px > max_pixels:
        raise PictureError(
            f"The picture is too large: {width_px} × {height_px} px, "
            f"at most {max_pixels / 1_000_000:.3g} million pixels {of}are read."
        )


def _decode_all(picture: ImageFile.ImageFile, max_pixels: int) -> int:
    """How many frames there are, each decoded."""
    frames = pixels = 0
    while _seek(picture, frames):
        frames += 1
        pixels += picture.width * picture.height
        if frames > _MAX_FRAMES or pixels > max_pixels:
            raise PictureError("The animation is too large: too many frames.")
        with reading():
            picture.load()
    if frames == 0:
        raise PictureError(DAMAGED)
    return frames


def _is_plain(picture: ImageFile.ImageFile) -> bool:
    """Whether its pixels are what people see, as they are: no palette, no depth, no turning."""
    return picture.mode == "RGB" and not picture.info.keys() & {"exif", "transparency"}


def _sketch(picture: Image.Image, side_px: int) -> Sketch:
    factor = max(1, max(picture.size) // side_px)
    small = picture.reduce(factor) if factor > 1 else picture
    return Sketch(small.width, small.height, small.tobytes())


def _seek(picture: ImageFile.ImageFile, frame: int) -> bool:
    with reading():
        try:
            picture.seek(frame)
        except EOFError:
            return False
    return True
