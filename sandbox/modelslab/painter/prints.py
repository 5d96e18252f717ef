"""Pictures that come from outside: whether they are any, and how they are opened. Draws nothing."""

import io
from dataclasses import dataclass

from PIL import Image

from sandbox.modelslab.painter.colours import Rgb

#: More than any camera takes; a small file can claim to be larger than the memory.
MAX_PIXELS = 100_000_000
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


@dataclass(frozen=True)
class Print:
    """What a file turned out to be."""

    kind: str
    width_px: int
    height_px: int

    @property
    def size_px(self) -> tuple[int, int]:
        return self.width_px, self.height_px


def look_at(content: bytes) -> Print | None:
    """What the file is, after decoding all of it; None where it is no PNG, JPEG or WebP."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(KINDS)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return None
            picture.load()
            return Print(KINDS[picture.format or ""], *picture.size)
    # What a decoder makes of a broken file, according to which of them it meets.
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def opened(content: bytes, mode: str) -> Image.Image:
    """The pixels as they lie in the file: a note that it wants turning is not heeded."""
    with Image.open(io.BytesIO(content), formats=tuple(KINDS)) as picture:
        return picture.convert(mode)


def pixels(picture: Image.Image) -> list[Rgb]:
    """The colours of an RGB picture, row by row."""
    raw = picture.tobytes()
    return list(zip(raw[::3], raw[1::3], raw[2::3], strict=True))


def png(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG", compress_level=1)
    return target.getvalue()
