"""Writes plain pictures as files, with nothing in them but pixels. Never decodes one."""

from collections.abc import Iterable
from io import BytesIO
from typing import Final

from PIL import Image

# Photographs get hardly smaller above this, and take twice as long.
_PNG_LEVEL: Final = 4
# From here on a JPEG keeps the colour of every single pixel.
_FINE_QUALITY: Final = 90


def png(picture: Image.Image) -> bytes:
    """The picture as PNG."""
    file = BytesIO()
    picture.save(file, "PNG", compress_level=_PNG_LEVEL)
    return file.getvalue()


def png_within(picture: Image.Image, limit_bytes: int) -> bytes | None:
    """The picture as PNG, or None as soon as it turns out to be larger than `limit_bytes`."""
    file = _Limited(limit_bytes)
    try:
        picture.save(file, "PNG", compress_level=_PNG_LEVEL)
    except _Full:
        return None
    return file.getvalue()


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """The RGB picture as JPEG."""
    # NOTE: neither progressive nor optimised: Pillow encodes those in one go, without letting
    # any other thread run.
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality, subsampling=0 if quality >= _FINE_QUALITY else 2)
    return file.getvalue()


def jpeg_within(
    picture: Image.Image, limit_bytes: int, *, qualities: Iterable[int]
) -> bytes | None:
    """The RGB picture as JPEG of the first quality that fits, or None."""
    for quality in qualities:
        data = jpeg(picture, quality)
        if len(data) <= limit_bytes:
            return data
    return None


class _Full(Exception):
    """The file has reached its limit."""


class _Limited(BytesIO):
    def __init__(self, limit_bytes: int) -> None:
        super().__init__()
        self._limit_bytes = limit_bytes

    def write(self, content: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]
        if self.tell() + memoryview(content).nbytes > self._limit_bytes:
            raise _Full
        return super().write(content)
