"""Rings the webhooks of accepted jobs: once, best effort, never again after a failure.

What is written down: a JSON POST when the work is ready or has failed, thirty seconds for an
answer with 2xx, no signature. Inferred: that a job whose first answer already carried its pictures
is rung for as well, that the bell comes after the first answer, and that redirects are not
followed. The stand-in waits for less than thirty seconds, and rings at this machine alone.
"""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import aiohttp

from sandbox.modelslab.addresses import is_here, path_of
from sandbox.modelslab.jobs import Job
from sandbox.modelslab.moods import Bell, Mood, Tale
from sandbox.modelslab.tales import Letter

LOOK_AGAIN_S = 0.01
NOT_HERE = "not rung: no address of this machine"

Tell: TypeAlias = Callable[[Job, Tale], Letter]


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One bell that was rung, and what came of it."""

    #: Of the job whose bell it was, whatever id the bell told.
    job_id: int | str
    #: Of the webhook's address, which may hold a secret of the receiver.
    path: str
    #: Of the receiver's answer; None where there was none.
    status: int | None
    #: Why there was none; empty where there was.
    error: str
    rung_at: datetime
    answered_at: datetime


class Bells:
    """The bells of all jobs.

    `tell` gives what the bell of a job says when it is rung; `noted` is called after each.
    """

    def __init__(self, tell: Tell, noted: Callable[[], None], *, timeout_s: float) -> None:
        self.rung: list[Rung] = []
        self._tell = tell
        self._noted = noted
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None
        #: Jobs whose bells wait for them to be done, and what then wakes each bell.
        self._waiting: list[tuple[Job, asyncio.Event]] = []
        self._watch: asyncio.Task[None] | None = None
        self._ringing: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def before_the_answer(self, job: Job) -> None:
        """Where the bell comes early: ring as soon as the work is done, and wait for its answer.

        Whoever gives up waiting does not stop the bell.
        """
        if job.turn.bell is Bell.EARLY and not self._is_silent(job):
            await asyncio.wait([self._start(job)])

    def expect(self, job: Job) -> None:
        """The first answer is given, or never will be: from now on the bell may ring."""
        expected = (Bell.WHEN_READY, Bell.TWICE, Bell.NOT_READY)
        if job.turn.bell in expected and not self._is_silent(job):
            self._start(job)

    def told(self, job: Job) -> None:
        """An answer has carried the job's end for the first time."""
        if job.turn.bell is Bell.LATE and not self._is_silent(job):
            self._start(job)

    async def ring(self, job: Job, tale: Tale) -> Rung:
        """Ring once, now, and note it; the answer or the lack of one changes nothing else."""
        letter = self._tell(job, tale)
        rung_at, status, error = datetime.now(UTC), None, ""
        try:
            status = await self._post(job.webhook, letter) if is_here(job.webhook) else None
            error = NOT_HERE if status is None else ""
        except (aiohttp.ClientError, OSError, TimeoutError) as trouble:
            error = f"{type(trouble).__name__}: {trouble}"
        rung = Rung(
            job_id=job.id,
            path=path_of(job.webhook),
            status=status,
            error=error,
            rung_at=rung_at,
            answered_at=datetime.now(UTC),
        )
        self.rung.append(rung)
        self._noted()
        return rung

    async def close(self) -> None:
        """Ring no more, and drop what is being rung."""
        self._is_closed = True
        tasks = [*self._ringing, *([self._watch] if self._watch else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _is_silent(self, job: Job) -> bool:
        never_ready = job.turn.mood is Mood.NEVER and job.turn.bell is not Bell.NOT_READY
        never_rung = job.turn.bell is Bell.NEVER or not job.webhook
        return self._is_closed or never_rung or never_ready

    def _start(self, job: Job) -> asyncio.Task[None]:
        task = asyncio.create_task(self._ring_as_scripted(job))
        self._ringing.add(task)
        task.add_done_callback(self._ringing.discard)
        return task

    async def _ring_as_scripted(self, job: Job) -> None:
        if job.turn.bell is not Bell.NOT_READY:
            await self._done(job)
        for _ in range(2 if job.turn.bell is Bell.TWICE else 1):
            await self.ring(job, job.turn.tale)

    async def _done(self, job: Job) -> None:
        is_done = asyncio.Event()
        self._waiting.append((job, is_done))
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look_out())
        await is_done.wait()

    async def _look_out(self) -> None:
        """Wake the bells of jobs that are done. They ripen by a clock that tests may move."""
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            for job, is_done in waiting:
                if job.state == "processing":
                    self._waiting.append((job, is_done))
                else:
                    is_done.set()
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _post(self, address: str, letter: Letter) -> int:
        if self._session is None:
            # A kept connection may be dead by the next bell, and no bell is rung again.
            connector = aiohttp.TCPConnector(force_close=True)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=self._timeout
            )
        # As a stream: aiohttp warns of large bodies that are sent in one piece.
        async with self._session.post(
            address,
            data=io.BytesIO(letter.content),
            headers={"Content-Type": letter.kind},
            allow_redirects=False,
        ) as answer:
            return answer.status
