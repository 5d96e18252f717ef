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

_PIECE_BYTES: Final = 2**20
_JPEG_SCAN: Final = 0xDA
# Every "start of frame": C0 to CF, without tables (C4), an extension (C8) and arithmetics (CC).
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Segments and padding bytes before the scan; a large profile takes some fifty segments.
_JPEG_STEPS: Final = 10_000
# A progressive picture has about ten. Each goes over all pixels again, however few its bytes.
_JPEG_MAX_SCANS: Final = 100


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
            _require_whole_jpeg(data)
        case Format.WEBP:
            if len(data) < 8 + int.from_bytes(data[4:8], "little"):
                raise PictureError(TRUNCATED)
        case Format.GIF:
            if not data.rstrip(b"\0\r\n").endswith(b";"):
                raise PictureError(TRUNCATED)


def announced_pixels(data: bytes) -> int:
    """How many pixels a frame is said to have; 0 where the header is none. Quick, never raises."""
    try:
        width_px, height_px = _announced_size(data)
    except PictureError:
        return 0
    return width_px * height_px


def _announced_size(data: bytes) -> tuple[int, int]:
    match format_of(data):
        case Format.PNG:
            return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
        case Format.GIF:
            return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
        case Format.WEBP:
            return webp_canvas(data)
        case Format.JPEG:
            for marker, start in _jpeg_segments(data):
                if marker in _JPEG_FRAMES:
                    size = data[start + 5 : start + 7], data[start + 3 : start + 5]
                    return int.from_bytes(size[0]), int.from_bytes(size[1])
    raise PictureError(DAMAGED)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Marker and where its length stands, for every segment before the first scan, and that one.

    Raises PictureError where there is no scan.
    """
    position = 2
    for _step in range(_JPEG_STEPS):
        if position + 4 > len(data):
            break
        marker = data[position + 1]
        if data[position] != 0xFF or marker == 0xFF:  # padding before a marker
            position += 1
            continue
        yield marker, position + 2
        if marker == _JPEG_SCAN:
            return
        position += 2 + int.from_bytes(data[position + 2 : position + 4])
    raise PictureError(TRUNCATED)


def _require_whole_jpeg(data: bytes) -> None:
    scan_start = max(start for _marker, start in _jpeg_segments(data))
    scans = 0
    # In pieces: a search through 50 MB in one go would let no other thread run for long.
    for start in range(scan_start, len(data), _PIECE_BYTES):
        # A marker may lie across the border.
        end = start + _PIECE_BYTES + 1
        scans += data.count(b"\xff\xda", start, end)
        if scans > _JPEG_MAX_SCANS:
            raise PictureError(DAMAGED)
        # The picture's own end, behind its scan: a thumbnail in the header has one too.
        if data.find(b"\xff\xd9", start, end) >= 0:
            return
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
