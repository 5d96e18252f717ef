"""What was: a job's details, and its removal. Starts no work."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.job import Job, JobStatus, StoredPicture
from bot.engine.visibility import may_see
from bot.modelslab.catalogue import Catalogue
from storage import easels, erasure, facts, holdings, inputs, jobs, picks, results
from storage.database import Database, Transaction
from storage.pictures import PictureFiles

CLEANED_AT_ONCE = 100
UNNAMED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Everything a member may know of a job."""

    job: Job
    pictures: tuple[StoredPicture, ...]
    ignored: tuple[str, ...]
    # Whether the seed reached the model: only then does it give the picture again.
    takes_seed: bool = True


class Forgot(Enum):
    """What became of the wish to delete a result."""

    DONE = auto()
    NOT_YOURS = auto()
    UNKNOWN = auto()
    STILL_LIVE = auto()


class Records:
    """The memory of the house, as members may see it. Only ever one server's."""

    def __init__(self, database: Database, *, files: PictureFiles, catalogue: Catalogue) -> None:
        self._database = database
        self._files = files
        self._catalogue = catalogue

    async def details(self, job_id: int, *, guild_id: int, user_id: int) -> Details | None:
        """The job as this member may see it.

        None where there is none, where it is another server's, or somebody else's private one.
        """
        async with self._database.reading() as tx:
            job = await jobs.get(tx, job_id)
            if job is None or not may_see(job, guild_id=guild_id, user_id=user_id):
                return None
            kept = await results.of_job(tx, job_id)
        model = self._catalogue.get(job.request.model)
        rule = None if model is None else model.rules.get(job.request.kind)
        return Details(
            job=job,
            pictures=kept,
            ignored=self._catalogue.ignored(job.request),
            takes_seed=rule is not None and "seed" not in rule.ignores,
        )

    async def forget(self, job_id: int, *, guild_id: int, user_id: int, moderator: bool) -> Forgot:
        """Forget a job wholly; for its owner, and for moderators where it is public."""
        async with self._database.transaction() as tx:
            job = await jobs.get(tx, job_id)
            if job is None or not may_see(job, guild_id=guild_id, user_id=user_id):
                return Forgot.UNKNOWN
            if job.requester.user_id != user_id and not moderator:
                return Forgot.NOT_YOURS
            if job.status is not JobStatus.DELIVERED:
                return Forgot.STILL_LIVE
            orphans = await erasure.purge(tx, [job_id])
        await self._remove(orphans)
        return Forgot.DONE

    async def clean_up(self, *, before: datetime, expired: datetime) -> int:
        """Drop the pictures of jobs that were delivered before then; how many jobs those were.

        Choices and easels go that had expired by `expired`, and files that nobody names.
        """
        async with self._database.transaction() as tx:
            dropped = await easels.clear(tx, before=expired) | await picks.clear(tx, before=expired)
            orphans = dropped - await holdings.needed(tx, dropped)
        await self._remove(orphans)
        await self._sweep()
        cleaned = 0
        while True:
            async with self._database.transaction() as tx:
                overdue = await results.overdue(tx, before=before, limit=CLEANED_AT_ONCE)
                orphans = await _drop(tx, overdue)
            await self._remove(orphans)
            cleaned += len(overdue)
            if len(overdue) < CLEANED_AT_ONCE:
                return cleaned

    async def _sweep(self) -> None:
        """Files of requests that were refused after their picture had been taken in."""
        old = await self._files.older_than(UNNAMED_FOR)
        for some in (old[i : i + CLEANED_AT_ONCE] for i in range(0, len(old), CLEANED_AT_ONCE)):
            async with self._database.reading() as tx:
                needed = await holdings.needed(tx, some)
            await self._remove(set(some) - needed)

    async def _remove(self, digests: Iterable[str]) -> None:
        for sha256 in digests:
            await self._files.remove(sha256)

    async def live(self, job_id: int) -> Job | None:
        """The job as it stands, while it is on its way: then its card may show progress."""
        async with self._database.reading() as tx:
            job = await jobs.get(tx, job_id)
        return None if job is None or job.is_over else job

    async def remembered(self, key: str) -> str | None:
        """A small fact that the bot keeps about itself."""
        async with self._database.reading() as tx:
            return await facts.get(tx, key)

    async def remember(self, key: str, value: str) -> None:
        """Keep a small fact about the bot itself."""
        async with self._database.transaction() as tx:
            await facts.put(tx, key, value)


async def _drop(tx: Transaction, job_ids: Iterable[int]) -> set[str]:
    """Drop what jobs made and started from; the digests that nobody needs any more."""
    dropped: set[str] = set()
    for job_id in job_ids:
        dropped |= await results.forget(tx, job_id)
        dropped |= await inputs.forget(tx, job_id)
    return dropped - await holdings.needed(tx, dropped)
