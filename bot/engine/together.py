"""Works off together what was asked at about the same time. Knows no question and no answer.

After a burst one transaction does for many: whatever comes in while a batch is being worked off is
the next batch. Nobody waits for a batch to fill.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.domain.errors import StorageError

MOST = 100

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Together(Generic[Question, Answer]):
    """`work` answers some questions, each in its place; it is never run twice at a time."""

    def __init__(self, work: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]]) -> None:
        self._work = work
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """The answer, or what the work raised. Who is cancelled while waiting is not asked for."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work_off(), name="together")
        return await answer

    async def finish(self) -> None:
        """Return when nothing is being worked off; whoever asks afterwards begins anew."""
        if self._worker is not None:
            await asyncio.wait([self._worker])

    async def _work_off(self) -> None:
        try:
            # Those who come in the same turn of the loop come along.
            await asyncio.sleep(0)
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._answer([each for each in batch if not each[1].done()])
        finally:
            self._worker = None
            for _, answer in self._waiting:
                answer.cancel()
            self._waiting.clear()

    async def _answer(self, batch: Sequence[tuple[Question, asyncio.Future[Answer]]]) -> None:
        if not batch:
            return
        try:
            answers = await self._work([question for question, _ in batch])
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
            if len(batch) > 1 and not isinstance(error, StorageError):
                # Something is wrong with one of them: the others must not suffer for it.
                for each in batch:
                    await self._answer([each])
                return
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
        else:
            for (_, answer), found in zip(batch, answers, strict=True):
                if not answer.done():
                    answer.set_result(found)
