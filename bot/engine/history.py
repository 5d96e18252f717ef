"""The past as members may look at it: pages of jobs, and stored pictures shown again.

Decides who may look. Starts no work and changes nothing.
"""

import logging
from dataclasses import dataclass, replace
from enum import Enum, auto

from bot.domain.errors import StorageError
from bot.domain.job import Job, JobStatus
from bot.domain.request import PERSONAL, Kind
from bot.engine.courier import File
from bot.engine.packing import packed
from bot.engine.visibility import may_see_pictures
from storage import history, jobs, results
from storage.database import Database
from storage.history import Entry
from storage.pictures import PictureFiles

log = logging.getLogger(__name__)

PAGE_JOBS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks, and from where, as Discord said at that moment."""

    user_id: int
    guild_id: int
    moderator: bool = False
    age_restricted: bool = False

    def may_look_at(self, member_id: int) -> bool:
        """Whether a member's past is this viewer's business. Outside of servers: only their own."""
        return member_id == self.user_id or (self.moderator and self.guild_id != PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which page of whose past: behind the job `before`, ahead of the job `after`, or the newest.

    Of another member, only public jobs are looked at: none that is private, or was not posted.
    """

    member_id: int
    kind: Kind | None = None
    search: str = ""
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """A job of the past, as it may be shown.

    `thumbnail` is a WebP; `kept` is whether any of its pictures can be shown again.
    """

    job: Job
    thumbnail: bytes | None
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some jobs, the newest first, and whether there are more on either side.

    `bounded`: there may be more behind the last one, further back than is looked.
    """

    past: tuple[Past, ...]
    newer: bool
    older: bool
    bounded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Stored pictures, ready for upload; `notes` are full sentences about those that are not."""

    job: Job
    files: tuple[File, ...]
    positions: tuple[int, ...]
    notes: tuple[str, ...]


class NotShown(Enum):
    """Why a job's pictures are not shown."""

    NOT_HERE = auto()
    NOT_KEPT = auto()
    FLAGGED = auto()


class History:
    """What a member, or a moderator, sees of what was asked for in one server."""

    def __init__(self, database: Database, *, files: PictureFiles) -> None:
        self._database = database
        self._files = files

    async def page(self, viewer: Viewer, choice: Choice) -> Page | None:
        """The page, or the newest one where there is nothing (any more); None for strangers."""
        if not viewer.may_look_at(choice.member_id):
            return None
        found = await self._find(viewer, choice)
        if not found.entries and (choice.before, choice.after) != (None, None):
            found = await self._find(viewer, replace(choice, before=None, after=None))
        return Page(
            past=tuple([await self._past(viewer, entry) for entry in found.entries]),
            newer=found.newer,
            older=found.older,
            bounded=found.bounded,
        )

    async def show(self, viewer: Viewer, job_id: int, *, limit_bytes: int) -> Shown | NotShown:
        """A job's stored pictures, for whoever asked for them, and for moderators where posted.

        Those that are marked as unsafe come in age-restricted channels only.
        """
        async with self._database.reading() as tx:
            job = await jobs.get(tx, job_id)
            if job is None or not self._is_shown_to(viewer, job):
                return NotShown.NOT_HERE
            kept = await results.of_job(tx, job_id)
        if not kept:
            return NotShown.NOT_KEPT
        allowed = [each for each in kept if viewer.age_restricted or not each.flagged]
        if not allowed:
            return NotShown.FLAGGED
        files, notes = await packed(job, allowed, files=self._files, limit_bytes=limit_bytes)
        if len(allowed) < len(kept):
            unsafe = len(kept) - len(allowed)
            notes += (f"{unsafe} marked as unsafe: shown in age-restricted channels only.",)
        return Shown(
            job=job,
            files=files,
            positions=tuple(each.position for each in allowed),
            notes=notes,
        )

    def _is_shown_to(self, viewer: Viewer, job: Job) -> bool:
        if job.status is not JobStatus.DELIVERED:
            return False
        if not viewer.may_look_at(job.requester.user_id):
            return False
        return may_see_pictures(job, guild_id=viewer.guild_id, user_id=viewer.user_id)

    async def _find(self, viewer: Viewer, choice: Choice) -> history.Page:
        async with self._database.reading() as tx:
            return await history.page(
                tx,
                guild_id=viewer.guild_id,
                user_id=choice.member_id,
                limit=PAGE_JOBS,
                kind=choice.kind,
                search=choice.search,
                before=choice.before,
                after=choice.after,
                public_only=choice.member_id != viewer.user_id,
            )

    async def _past(self, viewer: Viewer, entry: Entry) -> Past:
        small = entry.thumbnail
        if small is None or (small.flagged and not viewer.age_restricted):
            return Past(entry.job, None, entry.kept)
        try:
            return Past(entry.job, await self._files.get(small.sha256), entry.kept)
        except StorageError as error:
            # A page with a hole in it is better than none.
            log.warning("history.thumbnail_gone job=%d why=%s", entry.job.id, error)
            return Past(entry.job, None, entry.kept)
