"""The room's work done beside the event loop: one twin for each function, nothing of its own."""

import asyncio
from collections.abc import Mapping

from bot import pictures


async def verify(
    data: bytes,
    *,
    max_pixels: int = pictures.MAX_PIXELS,
    max_bytes: int = pictures.MAX_BYTES,
) -> pictures.Verified:
    """`bot.pictures.verify`, in a thread."""
    return await asyncio.to_thread(
        pictures.verify, data, max_pixels=max_pixels, max_bytes=max_bytes
    )


async def with_text(png: bytes, texts: Mapping[str, str]) -> bytes:
    """`bot.pictures.with_text`, in a thread."""
    return await asyncio.to_thread(pictures.with_text, png, texts)


async def fit(data: bytes, *, limit_bytes: int) -> pictures.Fitted:
    """`bot.pictures.fit`, in a thread."""
    return await asyncio.to_thread(pictures.fit, data, limit_bytes=limit_bytes)
