"""Paints the pictures of accepted jobs in threads, so that the server never waits for a brush."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from sandbox.modelslab.jobs import Job
from sandbox.modelslab.painter import blend, cover, cut_out, describe, enlarge, repaint
from sandbox.modelslab.wishes import Wish


class Paint(Protocol):
    """A painter: bytes of a PNG for what was asked. Must be safe to call from a thread."""

    def __call__(
        self,
        prompt: str,
        *,
        negative: str = "",
        seed: int,
        width_px: int,
        height_px: int,
        model: str = "flux",
    ) -> bytes: ...


class Studio:
    """Two painters at work. `start` never blocks; a job tells by itself when it is painted."""

    def __init__(self, paint: Paint) -> None:
        self.paint = paint
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="painter")
        self._tasks: set[asyncio.Task[tuple[bytes, ...]]] = set()

    def start(self, job: Job) -> None:
        task = asyncio.create_task(self._paint_all(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        job.painting = task

    async def close(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _paint_all(self, job: Job) -> tuple[bytes, ...]:
        loop = asyncio.get_running_loop()
        wish = job.order.wish
        if wish is not None and wish.task == "caption":
            return (await loop.run_in_executor(self._threads, self._words, job, wish),)
        return tuple(
            [
                await loop.run_in_executor(self._threads, self._picture, job, index)
                for index in range(job.picture_count)
            ]
        )

    def _words(self, job: Job, wish: Wish) -> bytes:
        return describe(job.inputs["source"], wish.length).encode()

    def _picture(self, job: Job, index: int) -> bytes:
        wish = job.order.wish
        if wish is None:
            png = self._painting(job, index)
        elif wish.paints:
            png = self._reworked(job, wish, self._painting(job, index))
        else:
            png = self._tooled(job, wish)
        return cover(png, job.veil) if job.veil else png

    def _painting(self, job: Job, index: int) -> bytes:
        order = job.order
        return self.paint(
            order.prompt,
            negative=order.negative,
            # As with the vendor, further samples are the pictures of the next seeds.
            seed=job.seed + index,
            width_px=order.width_px,
            height_px=order.height_px,
            model=order.model.id,
        )

    @staticmethod
    def _reworked(job: Job, wish: Wish, painting: bytes) -> bytes:
        inputs = job.inputs
        if "mask" in inputs:
            source, mask = inputs["source"], inputs["mask"]
            return repaint(painting, source, mask, strength=wish.strength)
        return blend(painting, tuple(inputs.values()), strength=wish.strength)

    @staticmethod
    def _tooled(job: Job, wish: Wish) -> bytes:
        source = job.inputs["source"]
        if wish.task == "upscale":
            return enlarge(source, (job.order.width_px, job.order.height_px))
        return cut_out(source, only_mask=wish.only_mask, inverse=wish.inverse_mask)
