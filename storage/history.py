"""A member's past in one server, page by page. Only reads; who may look is decided elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    exists,
    false,
    func,
    literal_column,
    select,
)

from bot.domain.job import Job, JobStatus, Thumbnail
from bot.domain.request import Kind
from bot.domain.search import folded
from storage.database import Transaction
from storage.jobs import job_from
from storage.tables import jobs, pictures, thumbnails

# So many of a member's latest jobs are looked through for what a filter lets pass.
LOOKED_THROUGH = 10_000

_DELIVERED = literal_column(f"'{JobStatus.DELIVERED.value}'", String)
_NEWEST_FIRST = jobs.c.id.desc()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A job of the past. `kept` is whether any of its pictures is still in our store."""

    job: Job
    thumbnail: Thumbnail | None
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Entries, the newest first, and whether there are more on either side.

    `bounded`: there may be more behind the last one, further back than is looked.
    """

    entries: tuple[Entry, ...]
    newer: bool = False
    older: bool = False
    bounded: bool = False


async def page(
    tx: Transaction,
    *,
    guild_id: int,
    user_id: int,
    limit: int,
    kind: Kind | None = None,
    search: str = "",
    before: int | None = None,
    after: int | None = None,
    public_only: bool = True,
) -> Page:
    """At most `limit` finished jobs of a member in a server.

    Those right behind the job `before`, or right ahead of the job `after`; else the newest. Where
    something is left out by a filter, only the member's latest jobs are looked through.
    `public_only` leaves out what is private, and what was withheld.
    """
    whose = (jobs.c.user_id == user_id, jobs.c.guild_id == guild_id)
    filters = _filters(kind, folded(search), public_only=public_only)
    edge = await _edge(tx, whose) if filters else None
    if edge is not None:
        filters.append(jobs.c.id > edge)
    passing = (*whose, jobs.c.status == _DELIVERED, jobs.c.erased == false(), *filters)
    if after is None:
        query = _entries().where(*passing).order_by(_NEWEST_FIRST)
        if before is not None:
            query = query.where(jobs.c.id < before)
    else:
        query = _entries().where(*passing, jobs.c.id > after).order_by(jobs.c.id)
    rows = (await tx.execute(query.limit(limit + 1))).all()
    entries, more = [_entry(row) for row in rows[:limit]], len(rows) > limit
    if not entries:
        return Page(entries=(), bounded=edge is not None)
    if after is None:
        newer = before is not None and await _any(tx, passing, jobs.c.id > entries[0].job.id)
        older = more
    else:
        entries.reverse()
        newer, older = more, await _any(tx, passing, jobs.c.id < entries[-1].job.id)
    return Page(
        entries=tuple(entries),
        newer=newer,
        older=older,
        bounded=edge is not None and not older,
    )


def _filters(kind: Kind | None, words: str, *, public_only: bool) -> list[ColumnElement[bool]]:
    """What a job must be like, beyond being the member's."""
    filters: list[ColumnElement[bool]] = []
    if kind is not None:
        filters.append(jobs.c.kind == kind.value)
    if words:
        # Not LIKE: what people type has no wildcards.
        filters.append(func.instr(jobs.c.words, words) > 0)
    if public_only:
        filters += [
            jobs.c.request["private"].as_boolean() == false(),
            jobs.c.withheld == false(),
        ]
    return filters


async def _edge(tx: Transaction, whose: Sequence[ColumnElement[bool]]) -> int | None:
    """The newest of a member's jobs that is too far back to be looked at."""
    query = select(jobs.c.id).where(*whose).order_by(_NEWEST_FIRST)
    found = await tx.execute(query.offset(LOOKED_THROUGH).limit(1))
    return found.scalar_one_or_none()


def _entries() -> Select[Any]:
    is_kept = exists().where(pictures.c.job_id == jobs.c.id)
    return select(
        jobs,
        thumbnails.c.sha256.label("thumbnail"),
        thumbnails.c.flagged.label("thumbnail_flagged"),
        is_kept.label("kept"),
    ).select_from(jobs.outerjoin(thumbnails, thumbnails.c.job_id == jobs.c.id))


async def _any(
    tx: Transaction, passing: Sequence[ColumnElement[bool]], where: ColumnElement[bool]
) -> bool:
    found = await tx.execute(select(jobs.c.id).where(*passing, where).limit(1))
    return found.scalar_one_or_none() is not None


def _entry(row: Row[Any]) -> Entry:
    small = None
    if row.thumbnail is not None:
        small = Thumbnail(row.thumbnail, flagged=row.thumbnail_flagged)
    return Entry(job=job_from(row), thumbnail=small, kept=bool(row.kept))
