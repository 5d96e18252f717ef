"""Beside the loop: the same answers, few at a time, and the loop itself hardly notices."""

import asyncio
import contextvars
import inspect
import threading
import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import pytest
from PIL import Image

from bot import pictures
from bot.domain.errors import PictureError
from bot.pictures import threads
from tests.pictures.pictures import SAMPLES, noise, painting, png_claiming, saved

_MASK = pictures.mask_from_area("sky", width_px=48, height_px=32)
_PNG = SAMPLES["png"]
_SIZE = {"width_px": 48, "height_px": 32}

CALLS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "composite": ((_PNG, SAMPLES["jpeg"], _MASK), {"feather_px": 2}),
    "fit": ((saved(noise(), "PNG"),), {"limit_bytes": 20_000}),
    "mask_copy": ((_MASK,), {"width_px": 30, "height_px": 20}),
    "mask_from_area": (("border",), _SIZE),
    "mask_from_file": ((_PNG,), _SIZE),
    "mask_from_transparency": ((SAMPLES["webp-alpha"],), {}),
    "normalise": ((SAMPLES["jpeg"],), {"max_pixels": 10_000}),
    "thumbnail": (((_PNG, SAMPLES["jpeg"]),), {}),
    "vendor_copy": ((_PNG,), {"width_px": 64, "height_px": 64, "limit_bytes": 9_000}),
    "verify": ((_PNG,), {"max_pixels": 5_000, "max_bytes": 90_000, "sketch_px": 20}),
    "with_text": ((_PNG, {"Prompt": "fox"}), {}),
}


@pytest.mark.parametrize("name", CALLS)
async def test_each_twin_gives_the_same(name: str) -> None:
    positional, named = CALLS[name]

    expected = getattr(pictures, name)(*positional, **named)

    assert await getattr(threads, name)(*positional, **named) == expected


def test_every_function_has_a_twin_with_the_same_parameters() -> None:
    functions = {
        name: function
        for name in pictures.__all__
        if inspect.isfunction(function := getattr(pictures, name))
    }

    assert set(functions) == set(CALLS)
    for name, function in functions.items():
        twin, own = (inspect.signature(f) for f in (getattr(threads, name), function))
        assert twin.parameters == own.parameters


async def test_a_refusal_comes_through() -> None:
    with pytest.raises(PictureError):
        await threads.verify(_PNG, max_pixels=1)


_job = contextvars.ContextVar("job", default=0)


async def test_what_the_log_says_of_its_job_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "with_text", lambda _png, _texts: b"%d" % _job.get())
    _job.set(17)

    assert await threads.with_text(_PNG, {}) == b"17"


async def _most_at_once(monkeypatch: pytest.MonkeyPatch, calls: list[bytes]) -> int:
    """How many of `verify` ran at the same time when all `calls` were made together."""
    lock, running, most = threading.Lock(), 0, 0

    def slow(_data: bytes, **_limits: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1

    monkeypatch.setattr(pictures, "verify", slow)
    await asyncio.gather(*(threads.verify(data) for data in calls))
    return most


async def test_two_small_pictures_at_once_and_one_large(monkeypatch: pytest.MonkeyPatch) -> None:
    large = png_claiming(4_000, 3_000)

    assert await _most_at_once(monkeypatch, [_PNG] * 8) == 2
    assert await _most_at_once(monkeypatch, [large] * 4) == 1
    assert await _most_at_once(monkeypatch, [large, _PNG] * 5) == 3


async def test_a_small_picture_does_not_wait_behind_large_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(pictures, "normalise", lambda _data, **_limits: gate.wait(5))
    waiting = [asyncio.create_task(threads.normalise(png_claiming(4_000, 3_000))) for _ in "1234"]
    await asyncio.sleep(0)

    try:
        assert (await threads.verify(_PNG)).width_px == 48
        assert not any(task.done() for task in waiting)
    finally:
        gate.set()
        await asyncio.gather(*waiting)


async def test_who_gives_up_waiting_is_not_worked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, begun = threading.Event(), []

    def held(data: bytes, **_limits: int) -> None:
        begun.append(data)
        gate.wait(5)

    monkeypatch.setattr(pictures, "normalise", held)
    large = png_claiming(4_000, 3_000)
    first, second = (asyncio.create_task(threads.normalise(large)) for _ in "12")
    await asyncio.sleep(0.01)

    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    gate.set()
    await first

    assert len(begun) == 1


async def _longest_pause_s(work: Callable[[], Awaitable[Any]]) -> float:
    """How long the loop stood still at worst while `work` went on; the best of five tries.

    In seconds of this process's own processor time: what other programs take does not count, and
    what the work itself causes comes every time.
    """
    pauses: list[float] = []
    while len(pauses) < 5 and min(pauses, default=1.0) > _WANTED_S:
        longest, last = 0.0, time.process_time()
        task = asyncio.ensure_future(work())
        while not task.done():
            await asyncio.sleep(0.001)
            now = time.process_time()
            longest, last = max(longest, now - last), now
        await task
        pauses.append(longest)
    return min(pauses)


_WANTED_S = 0.05


@cache
def _large(mode: str) -> Image.Image:
    picture = painting(width_px=4_000, height_px=3_000)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    return picture


def _largest_webp() -> Callable[[], Awaitable[Any]]:
    picture = painting(width_px=4_096, height_px=4_096)
    data = saved(picture, "WEBP", quality=50, method=0)
    return lambda: threads.verify(data)


def _lossless_webp() -> Callable[[], Awaitable[Any]]:
    picture = painting(width_px=4_096, height_px=4_096)
    data = saved(picture, "WEBP", lossless=True, quality=0, method=0)
    return lambda: threads.verify(data)


def _made_to_fit() -> Callable[[], Awaitable[Any]]:
    data = saved(_large("RGB"), "PNG", compress_level=1)
    return lambda: threads.fit(data, limit_bytes=len(data) - 1)


def _phones_photo() -> Callable[[], Awaitable[Any]]:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(_large("RGB"), "JPEG", exif=exif)
    return lambda: threads.normalise(data)


def _mask_by_transparency() -> Callable[[], Awaitable[Any]]:
    data = saved(_large("RGBA"), "PNG", compress_level=1)
    return lambda: threads.mask_from_transparency(data)


def _repainted() -> Callable[[], Awaitable[Any]]:
    data = saved(_large("RGBA"), "PNG", compress_level=1)
    mask = saved(Image.new("L", (4_000, 3_000), 255), "PNG")
    return lambda: threads.composite(data, _PNG, mask)


@pytest.mark.parametrize(
    "prepare",
    [
        _largest_webp,
        _lossless_webp,
        _made_to_fit,
        _phones_photo,
        _mask_by_transparency,
        _repainted,
    ],
)
async def test_the_loop_goes_on_meanwhile(
    prepare: Callable[[], Callable[[], Awaitable[Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Writing a PNG takes longest and is proven by the photo alone.
    if prepare is not _phones_photo:
        for room in ("compositing", "masks"):
            monkeypatch.setattr(f"bot.pictures.{room}.png", lambda picture: picture.tobytes()[:9])

    # Some more than is wanted: memory is slow where other tests fill the caches.
    assert await _longest_pause_s(prepare()) < 1.5 * _WANTED_S
