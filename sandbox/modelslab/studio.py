"""Paints the pictures of accepted jobs in threads, so that the server never waits for a brush."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from sandbox.modelslab.jobs import Job
from sandbox.modelslab.painter import cover


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
        self._paint = paint
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
        return tuple(
            [
                await loop.run_in_executor(self._threads, self._picture, job, index)
                for index in range(job.picture_count)
            ]
        )

    def _picture(self, job: Job, index: int) -> bytes:
        order = job.order
        png = self._paint(
            order.prompt,
            negative=order.negative,
            # As with the vendor, further samples are the pictures of the next seeds.
            seed=job.seed + index,
            width_px=order.width_px,
            height_px=order.height_px,
            model=order.model.id,
        )
        return cover(png, job.veil) if job.veil else png
