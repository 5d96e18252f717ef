"""The daily clean-up: what has been kept for as long as the owner said goes. Never a live job.

In small portions, between which everybody else gets the database; stopped or killed in the middle,
it goes on another time.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.errors import LimnerError
from bot.engine.leftovers import Leftovers, note_erasure
from storage import aliases, easels, erasure, facts, holdings, picks, retention
from storage.database import Database
from storage.pictures import PictureFiles
from storage.retention import End, Kept

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
LOOK_EVERY_S = 300.0
AT_ONCE = 100
ROWS_AT_ONCE = 500
UNNAMED_FOR = timedelta(days=1)
# The sums of days: nobody asks for more than the last two months.
KEEP_SUMS = timedelta(days=62)
# How far behind its mark a clean-up begins: clocks are set right now and then.
OVERLAP = timedelta(days=1)
CLEANED_AT = "cleaned_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """For how long what is kept, from the delivery of a job on."""

    inputs: timedelta
    pictures: timedelta
    thumbnails: timedelta
    texts: timedelta


class _ToStop(Exception):
    """The clean-up is to end here, between two portions."""


class Housekeeping:
    """Made by the app; `run` it in a task."""

    def __init__(
        self,
        database: Database,
        *,
        files: PictureFiles,
        leftovers: Leftovers,
        keep: Keep,
        now: Callable[[], datetime],
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._database = database
        self._files = files
        self._leftovers = leftovers
        self._keep = keep
        self._now = now
        self._look_every_s = look_every_s
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Begin no further portion: `run` ends with the one that is under way."""
        self._stopping.set()

    async def run(self) -> None:
        """Look now and then whether it is time, until `stop`; trouble is logged, not raised."""
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_every_s):
                    await self._stopping.wait()
            try:
                self._go_on()
                await self.clean_if_due()
            except _ToStop:
                return
            except LimnerError as error:
                log.error("clean_up.failed why=%s", error)

    async def clean_if_due(self) -> bool:
        """Clean up where the last time is a day ago, also when that was before a restart."""
        now = self._now()
        async with self._database.reading() as tx:
            last = await facts.get(tx, CLEANED_AT)
        if last is not None and now - datetime.fromisoformat(last) < EVERY:
            # What could not be folded at once, because somebody was reading.
            await self._leftovers.clear()
            return False
        await self.clean(now)
        async with self._database.transaction() as tx:
            await facts.put(tx, CLEANED_AT, now.isoformat())
        return True

    async def clean(self, now: datetime) -> None:
        """Let go of everything whose time is over at that moment."""
        counts = {
            "inputs": await self._let_go(Kept.INPUTS, before=now - self._keep.inputs),
            "pictures": await self._let_go(Kept.PICTURES, before=now - self._keep.pictures),
            "thumbnails": await self._let_go(Kept.THUMBNAILS, before=now - self._keep.thumbnails),
            "jobs": await self._forget_jobs(before=now - self._keep.texts),
            "erased": await self._finish_erased(),
            "expired": await self._clear_expired(now),
            "unnamed": await self._sweep(),
            "entries": await self._end_months(now),
            "sums": await self._drop_sums(now),
        }
        self._go_on()
        await self._leftovers.clear()
        log.info("clean_up.done %s", " ".join(f"{what}={n}" for what, n in counts.items()))

    def _go_on(self) -> None:
        """Stands before each portion: raises _ToStop where none is to be begun any more."""
        if self._stopping.is_set():
            raise _ToStop

    async def _let_go(self, what: Kept, *, before: datetime) -> int:
        """Drop one kind of file of old jobs; how many files nobody needed any more."""
        fact, gone = f"kept_since:{what}", 0
        async with self._database.reading() as tx:
            mark = await facts.get(tx, fact)
        after: End = (_moment(mark) - OVERLAP, 0)
        while True:
            self._go_on()
            async with self._database.transaction() as tx:
                found = await retention.ended(tx, after=after, before=before, limit=AT_ONCE)
                orphans = await retention.drop(tx, what, [job_id for _, job_id in found])
                if found:
                    after = found[-1]
                    await facts.put(tx, fact, after[0].isoformat())
            await self._leftovers.remove(orphans)
            gone += len(orphans)
            if len(found) < AT_ONCE:
                return gone

    async def _forget_jobs(self, *, before: datetime) -> int:
        """Drop old jobs wholly; how many there were."""
        after: End = (_moment(None), 0)
        forgotten = 0
        while True:
            self._go_on()
            async with self._database.reading() as tx:
                found = await retention.ended(tx, after=after, before=before, limit=AT_ONCE)
            await self._purge([job_id for _, job_id in found])
            forgotten += len(found)
            if len(found) < AT_ONCE:
                return forgotten
            after = found[-1]

    async def _finish_erased(self) -> int:
        """Drop what was erased while the vendor's place was still held; how many jobs those are."""
        after, finished = 0, 0
        while True:
            self._go_on()
            async with self._database.reading() as tx:
                found = await retention.left_of_erased(tx, after=after, limit=AT_ONCE)
            await self._purge(found)
            finished += len(found)
            if len(found) < AT_ONCE:
                return finished
            after = found[-1]

    async def _purge(self, job_ids: Collection[int]) -> None:
        if not job_ids:
            return
        async with self._database.transaction() as tx:
            orphans = await erasure.purge(tx, job_ids)
            await note_erasure(tx)
        await self._leftovers.remove(orphans)

    async def _clear_expired(self, now: datetime) -> int:
        """Take down easels and choices that have expired; how many files went with them."""
        async with self._database.transaction() as tx:
            dropped = await easels.clear(tx, before=now) | await picks.clear(tx, before=now)
            orphans = dropped - await holdings.needed(tx, dropped)
        await self._leftovers.remove(orphans)
        return len(orphans)

    async def _sweep(self) -> int:
        """Files that nobody names, such as those of refused requests; how many there were."""
        swept = await self._files.clear_unfinished(UNNAMED_FOR)
        old = await self._files.older_than(UNNAMED_FOR)
        for some in (old[i : i + AT_ONCE] for i in range(0, len(old), AT_ONCE)):
            self._go_on()
            swept += await self._leftovers.remove(some)
        return swept

    async def _end_months(self, now: datetime) -> int:
        ended = 0
        while True:
            self._go_on()
            async with self._database.transaction() as tx:
                some = await aliases.end_months(tx, now=now, limit=ROWS_AT_ONCE)
            ended += some
            if some < ROWS_AT_ONCE:
                return ended

    async def _drop_sums(self, now: datetime) -> int:
        async with self._database.reading() as tx:
            stale = await aliases.stale_totals(tx, now=now, keep=KEEP_SUMS)
        for some in (stale[i : i + ROWS_AT_ONCE] for i in range(0, len(stale), ROWS_AT_ONCE)):
            self._go_on()
            async with self._database.transaction() as tx:
                await aliases.drop_totals(tx, some)
        return len(stale)


def _moment(mark: str | None) -> datetime:
    """Where a clean-up had come to; before all jobs where there was none yet."""
    return datetime(2000, 1, 1, tzinfo=UTC) if mark is None else datetime.fromisoformat(mark)
