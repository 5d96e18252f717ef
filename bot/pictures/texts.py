"""Writes words into a PNG's text chunks. Never touches a pixel: nothing is decoded."""

import struct
import zlib
from collections.abc import Mapping

from bot.pictures.formats import Format, format_of, png_chunks


def with_text(png: bytes, texts: Mapping[str, str]) -> bytes:
    """The same picture with `texts` (keyword → text) behind its header.

    Keywords are Latin-1, 1 to 79 characters. Anything but a PNG comes back as it was.

    Raises PictureError if the PNG is cut off or damaged.
    """
    if format_of(png) is not Format.PNG:
        return png
    header = next(png_chunks(png))
    written = b"".join(_text_chunk(keyword, text) for keyword, text in texts.items())
    return png[: header.end] + written + png[header.end :]


def _text_chunk(keyword: str, text: str) -> bytes:
    name = keyword.encode("latin-1")
    if not 1 <= len(name) <= 79 or b"\0" in name:
        raise ValueError(f"no PNG keyword: {keyword!r}")
    # NUL ends a field in both kinds of chunk.
    text = text.replace("\0", "")
    try:
        return _chunk(b"tEXt", name + b"\0" + text.encode("latin-1"))
    except UnicodeEncodeError:
        # Two NULs: not compressed, method 0. Then language and translated keyword: none.
        content = text.encode("utf-8", errors="replace")
        return _chunk(b"iTXt", name + b"\0" + b"\0\0" + b"\0\0" + content)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
