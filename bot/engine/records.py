"""What was: a job's details, and its removal. Starts no work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.job import Job, JobStatus, StoredPicture
from bot.domain.removal import messages_of
from bot.engine.leftovers import Leftovers, note_erasure
from bot.engine.visibility import may_see, may_see_pictures
from bot.modelslab.catalogue import Catalogue
from storage import cards, erasure, facts, jobs, removals, results
from storage.database import Database


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
    """The memory of the house, as members may see it. Only ever one server's.

    `wake_remover` tells that there are messages to be deleted.
    """

    def __init__(
        self,
        database: Database,
        *,
        leftovers: Leftovers,
        catalogue: Catalogue,
        now: Callable[[], datetime],
        wake_remover: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._leftovers = leftovers
        self._catalogue = catalogue
        self._now = now
        self._wake_remover = wake_remover

    async def details(self, job_id: int, *, guild_id: int, user_id: int) -> Details | None:
        """The job as this member may see it.

        None where there is none, where it is another server's, or somebody else's private one.
        """
        async with self._database.reading() as tx:
            job = await jobs.get(tx, job_id)
            if job is None or not may_see(job, guild_id=guild_id, user_id=user_id):
                return None
            shown = may_see_pictures(job, guild_id=guild_id, user_id=user_id)
            kept = await results.of_job(tx, job_id) if shown else ()
        model = self._catalogue.get(job.request.model)
        rule = None if model is None else model.rules.get(job.request.kind)
        return Details(
            job=job,
            pictures=kept,
            ignored=self._catalogue.ignored(job.request),
            takes_seed=rule is not None and "seed" not in rule.ignores,
        )

    async def forget(
        self,
        job_id: int,
        *,
        guild_id: int,
        user_id: int,
        moderator: bool,
        grace: timedelta = timedelta(0),
    ) -> Forgot:
        """Forget a job wholly; for its owner, and for moderators where it is public.

        Its messages at Discord are deleted after `grace`, and again where Discord is away.
        """
        async with self._database.transaction() as tx:
            job = await jobs.get(tx, job_id)
            if job is None or not may_see(job, guild_id=guild_id, user_id=user_id):
                return Forgot.UNKNOWN
            if job.requester.user_id != user_id and not moderator:
                return Forgot.NOT_YOURS
            if job.status is not JobStatus.DELIVERED:
                return Forgot.STILL_LIVE
            gone_at = self._now() + grace
            standing = messages_of(job, await cards.get(tx, job_id), now=gone_at)
            await removals.put(tx, standing, due_at=gone_at)
            await note_erasure(tx)
            orphans = await erasure.purge(tx, [job_id])
        self._wake_remover()
        await self._leftovers.remove(orphans)
        return Forgot.DONE

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
