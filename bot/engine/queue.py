"""What somebody may know of the line: their own jobs, and how their server's line stands.

Only reads. Positions and times come from the same order as those on the cards.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from bot.domain import schedule
from bot.domain.gates import GateReason, pause_of
from bot.domain.job import Job, JobStatus
from bot.domain.line import Place, fair_order
from bot.domain.request import PERSONAL
from bot.engine import line
from bot.engine.line import Snapshot
from bot.engine.visibility import may_see
from storage import jobs
from storage.database import Database, Transaction

NEXT_SHOWN = 5
# What is due sooner would read as something that lies in the past.
AHEAD = timedelta(seconds=5)
_AT_SERVICE = (JobStatus.SUBMITTING, JobStatus.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveJob:
    """A job on its way. `place` where the line moves, `ready_at` where that can be said.

    One that has settled has neither: only Discord must still take what came of it.
    """

    job: Job
    place: Place | None = None
    ready_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLine:
    """A server's jobs before they are done. `coming` are the next; None stands for a private one
    of somebody else."""

    in_line: int
    at_service: int
    coming: tuple[Job | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The line for one member. Outside of servers there is nothing but one's own.

    `mine` begins with what is at the service, and ends with what is done. `gate` is why nothing
    moves, and `pause` what the moderators say of that.
    """

    mine: tuple[LiveJob, ...]
    server: ServerLine | None
    gate: GateReason | None = None
    pause: str = ""


class Queues:
    """Looks at the line for whoever asks."""

    def __init__(self, database: Database, *, max_queued: int, now: Callable[[], datetime]) -> None:
        self._database = database
        self._max_queued = max_queued
        self._now = now

    async def look(self, *, guild_id: int, user_id: int) -> Queue:
        """The line as it stands now, as far as this member may see it."""
        now = self._now()
        async with self._database.reading() as tx:
            seen = await line.snapshot(tx, now=now)
            mine = await jobs.live_of_member(tx, guild_id=guild_id, user_id=user_id)
            usual_s = await _usual_s(tx, mine)
            server = None
            if guild_id != PERSONAL:
                server = await _server_line(tx, seen, guild_id=guild_id, user_id=user_id)
        places = await line.places_in(seen, self._max_queued)
        pause = pause_of(seen.closed, guild_id)
        return Queue(
            mine=tuple(sorted(_live(mine, places, usual_s, now), key=_order)),
            server=server,
            gate=seen.gate_of(guild_id),
            pause="" if pause is None else pause.detail,
        )


async def _usual_s(tx: Transaction, mine: Iterable[Job]) -> dict[str, float]:
    """The usual time of each work that is at the service, in seconds."""
    works = {job.request.work for job in mine if job.status in _AT_SERVICE}
    return {work: schedule.expected_s(await jobs.past_seconds(tx, work)) for work in works}


async def _server_line(
    tx: Transaction, seen: Snapshot, *, guild_id: int, user_id: int
) -> ServerLine:
    counts = await jobs.counts(tx, guild_id=guild_id)
    here = [job for job in (*seen.waiting, *seen.resting) if job.guild_id == guild_id]
    # One server's jobs alone stand in the order in which they stand among all.
    following = islice(fair_order(here, seen.turns), NEXT_SHOWN)
    coming = [await jobs.get(tx, job.job_id) for job in following]
    return ServerLine(
        in_line=counts[JobStatus.QUEUED],
        at_service=counts[JobStatus.SUBMITTING] + counts[JobStatus.WAITING],
        coming=tuple(
            job if job is not None and may_see(job, guild_id=guild_id, user_id=user_id) else None
            for job in coming
        ),
    )


def _live(
    mine: Iterable[Job], places: Mapping[int, Place], usual_s: Mapping[str, float], now: datetime
) -> Iterable[LiveJob]:
    for job in mine:
        place = places.get(job.id)
        if job.status in _AT_SERVICE:
            ready_at = (job.submitted_at or now) + timedelta(seconds=usual_s[job.request.work])
            yield LiveJob(job=job, ready_at=ready_at if ready_at >= now + AHEAD else None)
        elif place is None:
            yield LiveJob(job=job)
        else:
            yield LiveJob(job=job, place=place, ready_at=now + timedelta(seconds=place.wait_s))


def _order(live: LiveJob) -> tuple[int, int, int]:
    """What is at the service, then the line, in which what rests comes last; then what is done."""
    match live.job.status:
        case JobStatus.QUEUED:
            return 1, live.place.ahead if live.place else 2**31, live.job.id
        case JobStatus.SETTLED:
            # Nothing can be taken back of it any more.
            return 2, 0, live.job.id
        case _:
            return 0, 0, live.job.id
