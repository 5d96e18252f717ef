"""The four picture formats, as far as their bytes tell without decoding a pixel."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.errors import PictureError

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
TRUNCATED: Final = "The picture is cut off: part of the file is missing."
DAMAGED: Final = "The picture is damaged: it cannot be read."


class Format(StrEnum):
    """A format we take; the value is its media type."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    WEBP = "image/webp"
    GIF = "image/gif"


@dataclass(frozen=True, slots=True)
class PngChunk:
    """One chunk of a PNG file: data[start:end] with its length, name, content and checksum."""

    name: bytes
    start: int
    end: int


def format_of(data: bytes) -> Format | None:
    """The format that the first bytes announce; whether it is true, decoding must tell."""
    if data.startswith(PNG_SIGNATURE):
        return Format.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Format.WEBP
    if data.startswith((b"GIF87a", b"GIF89a")):
        return Format.GIF
    return None


def looks_like_a_web_page(data: bytes) -> bool:
    """Whether somebody answered with a page, as error pages and expired links do."""
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--"))


def png_chunks(data: bytes) -> Iterator[PngChunk]:
    """Every chunk up to the last one, with lengths and checksums proven.

    Raises PictureError where the file ends early or a checksum is wrong.
    """
    start = len(PNG_SIGNATURE)
    name = b""
    while name != b"IEND":
        content_end = start + 8 + int.from_bytes(data[start : start + 4])
        end = content_end + 4
        if end > len(data):
            raise PictureError(TRUNCATED)
        # Decoders stop at the last pixel and may never look at a checksum.
        checksum = zlib.crc32(memoryview(data)[start + 4 : content_end])
        if checksum != int.from_bytes(data[content_end:end]):
            raise PictureError(DAMAGED)
        name = data[start + 4 : start + 8]
        yield PngChunk(name, start, end)
        start = end


def require_whole(data: bytes, kind: Format) -> None:
    """Raise PictureError if the file ends before its format says so.

    Decoders are content with fewer bytes than were sent: a picture that lost its last rows'
    checksum or its last frames would pass.
    """
    match kind:
        case Format.PNG:
            for _chunk in png_chunks(data):
                pass
        case Format.JPEG:
            # The picture's own end, behind its scan: a thumbnail in the header has one too.
            if data.find(b"\xff\xd9", _jpeg_scan_start(data)) < 0:
                raise PictureError(TRUNCATED)
        case Format.WEBP:
            if len(data) < 8 + int.from_bytes(data[4:8], "little"):
                raise PictureError(TRUNCATED)
        case Format.GIF:
            if not data.rstrip(b"\0\r\n").endswith(b";"):
                raise PictureError(TRUNCATED)


def _jpeg_scan_start(data: bytes) -> int:
    position = 2
    while position + 4 <= len(data):
        marker = data[position + 1]
        if data[position] != 0xFF or marker == 0xFF:  # padding before a marker
            position += 1
        elif marker == 0xDA:
            return position
        else:
            position += 2 + int.from_bytes(data[position + 2 : position + 4])
    raise PictureError(TRUNCATED)


def webp_canvas(data: bytes) -> tuple[int, int]:
    """Width and height in px by the header, since opening the file already allocates them."""
    match data[12:16]:
        case b"VP8X" if len(data) >= 30:
            size = data[24:27], data[27:30]
            return int.from_bytes(size[0], "little") + 1, int.from_bytes(size[1], "little") + 1
        case b"VP8 " if data[23:26] == b"\x9d\x01\x2a" and len(data) >= 30:
            size = data[26:28], data[28:30]
            return (
                int.from_bytes(size[0], "little") & 0x3FFF,
                int.from_bytes(size[1], "little") & 0x3FFF,
            )
        case b"VP8L" if len(data) >= 25:
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise PictureError(DAMAGED)
