"""The belt as the runner sees it: what is due, and what it may have to wait for. Changes nothing.

It looks many times for each job, so that all of this is one statement, and a second one where
there is something to take in hand.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, Integer, Select, bindparam, exists, func, select

from bot.domain.gates import Gate
from bot.domain.job import Job, JobStatus
from storage import gates
from storage.database import Transaction
from storage.jobs import LIVE, STATUS, jobs_of
from storage.tables import UtcTime, jobs, slots
from storage.tables import gates as gates_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What stands on the belt in one snapshot.

    `results`, `waiting`: what is due to be delivered and to be asked for, the longest due first;
    `asked`: what is being submitted. Of these three nothing that is in hand. `seated` are the jobs
    in line that have a slot. `anything_...` reckons with what is in hand, too. `next_due_at` and
    `slot_frees_at` are None where nothing is to come.
    """

    results: list[Job]
    waiting: list[Job]
    asked: list[Job]
    anybody_in_line: bool
    anything_at_vendor: bool
    anything_to_deliver: bool
    seated: frozenset[int]
    slots_taken: int
    slot_frees_at: datetime | None
    next_due_at: datetime | None
    closed: list[Gate]


def _due(status: JobStatus) -> Select[tuple[int]]:
    """The ids of `few` jobs whose time has come, without those for `full` channels."""
    full = func.json_each(bindparam("full", type_=JSON)).table_valued("value")
    query = select(jobs.c.id).where(
        LIVE, jobs.c.status == STATUS[status], jobs.c.due_at <= bindparam("now", type_=UtcTime)
    )
    if status is JobStatus.SETTLED:
        query = query.where(jobs.c.channel_id.not_in(select(full.c.value)))
    return query.order_by(jobs.c.due_at).limit(bindparam("few", type_=Integer))


def _ids(query: Select[tuple[int]]) -> Select[tuple[list[int]]]:
    found = query.subquery()
    return select(func.json_group_array(found.c[0], type_=JSON))


def _next_due(status: JobStatus) -> Select[tuple[datetime]]:
    return (
        select(jobs.c.due_at)
        .where(
            LIVE, jobs.c.status == STATUS[status], jobs.c.due_at > bindparam("now", type_=UtcTime)
        )
        .order_by(jobs.c.due_at)
        .limit(1)
    )


def _of(status: JobStatus) -> Select[tuple[int]]:
    return select(jobs.c.id).where(LIVE, jobs.c.status == STATUS[status])


_LOOK = select(
    _ids(_due(JobStatus.SETTLED)).scalar_subquery().label("results"),
    _ids(_due(JobStatus.WAITING)).scalar_subquery().label("waiting"),
    _ids(_of(JobStatus.SUBMITTING)).scalar_subquery().label("asked"),
    exists(_of(JobStatus.QUEUED)).label("anybody_in_line"),
    _next_due(JobStatus.QUEUED).scalar_subquery().label("line_due_at"),
    _next_due(JobStatus.WAITING).scalar_subquery().label("waiting_due_at"),
    _next_due(JobStatus.SETTLED).scalar_subquery().label("result_due_at"),
    select(func.count()).select_from(slots).scalar_subquery().label("slots_taken"),
    select(func.min(slots.c.frees_at, type_=UtcTime)).scalar_subquery().label("slot_frees_at"),
    # By the slots, which are few, and not by the line.
    _ids(
        select(slots.c.job_id).where(
            exists(
                select(jobs.c.id).where(
                    jobs.c.id == slots.c.job_id, jobs.c.status == STATUS[JobStatus.QUEUED]
                )
            )
        )
    )
    .scalar_subquery()
    .label("seated"),
    exists(select(gates_table.c.scope)).label("any_gate"),
)


async def look(
    tx: Transaction,
    *,
    now: datetime,
    in_hand: Collection[int],
    full_channels: Collection[int],
    limit: int,
) -> Look:
    """The belt now: of what is due, at most `limit` jobs of each kind that nobody has in hand."""
    seen = (
        await tx.execute(
            _LOOK, {"now": now, "few": limit + len(in_hand), "full": list(full_channels)}
        )
    ).one()
    asked, results, waiting = (
        [job_id for job_id in ids if job_id not in in_hand][:limit]
        for ids in (seen.asked, seen.results, seen.waiting)
    )
    wanted = [*asked, *results, *waiting]
    found = await jobs_of(tx, wanted) if wanted else {}
    moments = [seen.line_due_at, seen.waiting_due_at, seen.result_due_at]
    return Look(
        results=[found[job_id] for job_id in results],
        waiting=[found[job_id] for job_id in waiting],
        asked=[found[job_id] for job_id in asked],
        anybody_in_line=seen.anybody_in_line,
        anything_at_vendor=bool(seen.asked or seen.waiting or seen.waiting_due_at),
        anything_to_deliver=bool(seen.results or seen.result_due_at),
        seated=frozenset(seen.seated),
        slots_taken=seen.slots_taken,
        slot_frees_at=seen.slot_frees_at,
        next_due_at=min((moment for moment in moments if moment is not None), default=None),
        closed=await gates.all_closed(tx) if seen.any_gate else [],
    )
