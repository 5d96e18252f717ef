"""The room's work done beside the event loop: one twin for each function, nothing of its own.

Few at a time, and apart from the loop's own threads, which look up names meanwhile: many would
neither be faster nor fit into memory. Large pictures go one after the other, in a lane of their
own, so that small ones need not wait behind them.
"""

import asyncio
import contextvars
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Final, TypeVar

from bot import pictures
from bot.pictures.formats import announced_pixels

# 2048 × 2048: what models make. Phones' photos and upscaled pictures are above.
LARGE_PIXELS: Final = 4_194_304
SMALL_AT_ONCE: Final = 2
LARGE_AT_ONCE: Final = 1

T = TypeVar("T")


async def verify(
    data: bytes,
    *,
    max_pixels: int = pictures.MAX_PIXELS,
    max_bytes: int = pictures.MAX_BYTES,
    sketch_px: int | None = None,
) -> pictures.Verified:
    """`bot.pictures.verify`, in a thread."""
    work = partial(
        pictures.verify, data, max_pixels=max_pixels, max_bytes=max_bytes, sketch_px=sketch_px
    )
    return await _apart(announced_pixels(data), work)


async def with_text(png: bytes, texts: Mapping[str, str]) -> bytes:
    """`bot.pictures.with_text`, in a thread."""
    return await _apart(0, partial(pictures.with_text, png, texts))


async def fit(data: bytes, *, limit_bytes: int) -> pictures.Fitted:
    """`bot.pictures.fit`, in a thread."""
    # What fits is only looked at.
    pixels = announced_pixels(data) if len(data) > limit_bytes else 0
    return await _apart(pixels, partial(pictures.fit, data, limit_bytes=limit_bytes))


async def normalise(data: bytes, *, max_pixels: int = pictures.MAX_INPUT_PIXELS) -> pictures.Normal:
    """`bot.pictures.normalise`, in a thread."""
    work = partial(pictures.normalise, data, max_pixels=max_pixels)
    return await _apart(announced_pixels(data), work)


async def vendor_copy(
    data: bytes,
    *,
    width_px: int,
    height_px: int,
    limit_bytes: int = pictures.VENDOR_MAX_BYTES,
    flat: bool = True,
) -> pictures.Normal:
    """`bot.pictures.vendor_copy`, in a thread."""
    work = partial(
        pictures.vendor_copy,
        data,
        width_px=width_px,
        height_px=height_px,
        limit_bytes=limit_bytes,
        flat=flat,
    )
    return await _apart(max(announced_pixels(data), width_px * height_px), work)


async def mask_copy(mask: bytes, *, width_px: int, height_px: int) -> bytes:
    """`bot.pictures.mask_copy`, in a thread."""
    work = partial(pictures.mask_copy, mask, width_px=width_px, height_px=height_px)
    return await _apart(max(announced_pixels(mask), width_px * height_px), work)


async def mask_from_file(mask: bytes, *, width_px: int, height_px: int) -> bytes:
    """`bot.pictures.mask_from_file`, in a thread."""
    work = partial(pictures.mask_from_file, mask, width_px=width_px, height_px=height_px)
    return await _apart(max(announced_pixels(mask), width_px * height_px), work)


async def mask_from_transparency(picture: bytes) -> bytes:
    """`bot.pictures.mask_from_transparency`, in a thread."""
    work = partial(pictures.mask_from_transparency, picture)
    return await _apart(announced_pixels(picture), work)


async def mask_from_area(name: str, *, width_px: int, height_px: int) -> bytes:
    """`bot.pictures.mask_from_area`, in a thread."""
    work = partial(pictures.mask_from_area, name, width_px=width_px, height_px=height_px)
    return await _apart(width_px * height_px, work)


async def composite(
    original: bytes, result: bytes, mask: bytes, *, feather_px: int | None = None
) -> bytes:
    """`bot.pictures.composite`, in a thread."""
    pixels = max(announced_pixels(data) for data in (original, result, mask))
    work = partial(pictures.composite, original, result, mask, feather_px=feather_px)
    return await _apart(pixels, work)


async def thumbnail(results: Sequence[bytes | pictures.Sketch]) -> bytes:
    """`bot.pictures.thumbnail`, in a thread."""
    # What was sketched is decoded already.
    files = (each for each in results if isinstance(each, bytes))
    pixels = max(map(announced_pixels, files), default=0)
    return await _apart(pixels, partial(pictures.thumbnail, results))


async def _apart(pixels: int, work: Callable[[], T]) -> T:
    lane = _large_lane() if pixels > LARGE_PIXELS else _small_lane()
    # As asyncio.to_thread does: what a log line says of its job goes along.
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(lane, context.run, work)


@cache
def _small_lane() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SMALL_AT_ONCE, thread_name_prefix="pictures")


@cache
def _large_lane() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(LARGE_AT_ONCE, thread_name_prefix="large-pictures")
