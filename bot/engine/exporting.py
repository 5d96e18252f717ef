"""Hands out what there is of a member in one server, as a file. Changes nothing.

Page by page, the newest first, packed as it grows: a long past costs time and no memory, and what
does not fit is said.
"""

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.job import Job, Route, StoredPicture
from bot.domain.request import PERSONAL
from storage import belongings, preferences, results
from storage.belongings import Entry
from storage.database import Database, Transaction

PAGE = 200
NAME = "limner-export.json"
# Of the room that there is: jobs come first, and leave some to the ledger.
JOBS_SHARE = 0.8
# For the end of the file, and for what the packer still holds back.
MARGIN_BYTES = 4096
_GZIP = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file for Discord; `jobs` are in it, the oldest `left_out` and `entries_left_out` not."""

    name: str
    data: bytes
    jobs: int
    left_out: int
    entries_left_out: int


@dataclass
class _Parcel:
    """Text as it is written: packed, and plain as long as that fits."""

    limit_bytes: int
    plain: list[bytes] | None = field(default_factory=list)
    plain_bytes: int = 0
    packed: bytearray = field(default_factory=bytearray)
    _packer: Any = field(default_factory=lambda: zlib.compressobj(6, zlib.DEFLATED, _GZIP))

    def add(self, text: str) -> None:
        data = text.encode()
        self.packed += self._packer.compress(data)
        # Only then is it known how large it has become.
        self.packed += self._packer.flush(zlib.Z_SYNC_FLUSH)
        self.plain_bytes += len(data)
        if self.plain_bytes > self.limit_bytes:
            self.plain = None
        if self.plain is not None:
            self.plain.append(data)

    def has_room(self, share: float) -> bool:
        room = self.limit_bytes * share - MARGIN_BYTES
        return len(self.packed) < room

    def sealed(self) -> tuple[str, bytes]:
        """The file's name and its bytes."""
        if self.plain is not None:
            return NAME, b"".join(self.plain)
        return f"{NAME}.gz", bytes(self.packed + self._packer.flush())


class Exports:
    """A member's own data, for the member alone."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def export(self, user_id: int, *, guild_id: int, limit_bytes: int) -> Export:
        """Everything of one member in one server, in a file of at most `limit_bytes`."""
        parcel = _Parcel(limit_bytes)
        async with self._database.reading() as tx:
            own = await preferences.of_member(tx, guild_id=guild_id, user_id=user_id)
            there = await belongings.counted(tx, user_id, guild_id=guild_id)
            booked = await belongings.entries_counted(tx, user_id, guild_id=guild_id)
        head = {
            "exported_at": self._now().isoformat(),
            "user_id": str(user_id),
            "server_id": None if guild_id == PERSONAL else str(guild_id),
            "settings": asdict(own),
        }
        parcel.add(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "jobs": [')

        async def job_page(before: int | None) -> Sequence[tuple[int, Mapping[str, Any]]]:
            async with self._database.reading() as tx:
                return await _job_page(tx, user_id, guild_id, before)

        async def entry_page(before: int | None) -> Sequence[tuple[int, Mapping[str, Any]]]:
            async with self._database.reading() as tx:
                found = await belongings.entries_before(
                    tx, user_id, guild_id=guild_id, before=before, limit=PAGE
                )
            return [(entry.id, _entry(entry)) for entry in found]

        jobs = await _written(parcel, job_page, share=JOBS_SHARE)
        parcel.add('\n ],\n "ledger": [')
        entries = await _written(parcel, entry_page, share=1.0)
        left_out = {
            # What came while this was being written is no loss.
            "jobs": max(0, there.jobs - jobs),
            "ledger_entries": max(0, booked - entries),
        }
        parcel.add(f'\n ],\n "left_out_because_of_size": {json.dumps(left_out)}\n}}\n')
        name, data = parcel.sealed()
        return Export(
            name=name,
            data=data,
            jobs=jobs,
            left_out=left_out["jobs"],
            entries_left_out=left_out["ledger_entries"],
        )


async def _written(
    parcel: _Parcel,
    page_before: Callable[[int | None], Awaitable[Sequence[tuple[int, Mapping[str, Any]]]]],
    *,
    share: float,
) -> int:
    """Write page after page as long as there is room; how many things that were."""
    count, before = 0, None
    while parcel.has_room(share):
        page = await page_before(before)
        if not page:
            break
        text = await asyncio.to_thread(_lines, [each for _, each in page], first=count == 0)
        await asyncio.to_thread(parcel.add, text)
        count += len(page)
        before = page[-1][0]
        if len(page) < PAGE:
            break
    return count


def _lines(page: Sequence[Mapping[str, Any]], *, first: bool) -> str:
    lines = ",\n  ".join(json.dumps(each, ensure_ascii=False) for each in page)
    return ("\n  " if first else ",\n  ") + lines


async def _job_page(
    tx: Transaction, user_id: int, guild_id: int, before: int | None
) -> list[tuple[int, Mapping[str, Any]]]:
    found = await belongings.jobs_before(tx, user_id, guild_id=guild_id, before=before, limit=PAGE)
    kept = await results.of_jobs(tx, [job.id for job in found])
    messages = await belongings.messages_of(tx, [job.id for job in found])
    return [(job.id, _job(job, kept.get(job.id, ()), messages.get(job.id))) for job in found]


def _job(job: Job, kept: Sequence[StoredPicture], card_id: int | None) -> Mapping[str, Any]:
    request, outcome = asdict(job.request), job.outcome
    chosen = {
        name: value
        for name, value in request.items()
        if name not in ("kind", "prompt", "negative", "model") and value is not None
    }
    return {
        "job": job.id,
        "asked_at": job.created_at.isoformat(),
        "kind": job.request.kind.value,
        "prompt": job.request.prompt,
        "negative": job.request.negative,
        "model": job.request.model,
        "options": chosen,
        "seed": job.seed,
        "state": job.status.value,
        "ended": None if outcome is None else outcome.verdict.value,
        "detail": None if outcome is None else outcome.detail,
        "charged_pictures": None if outcome is None else outcome.charged,
        "received_pictures": None if outcome is None else outcome.received,
        "pictures_still_kept": [
            {
                "number": picture.position,
                "sha256": picture.sha256,
                "type": picture.mime,
                "width_px": picture.width_px,
                "height_px": picture.height_px,
                "size_bytes": picture.size_bytes,
            }
            for picture in kept
        ],
        "message": _link(job, card_id),
    }


def _link(job: Job, card_id: int | None) -> str | None:
    """Where the result stands; None where no link leads to it."""
    message_id = job.message_id or card_id
    nowhere = job.request.private or job.route in (Route.DIRECT, Route.REMOVED)
    if message_id is None or nowhere:
        return None
    where = job.requester
    server = "@me" if where.guild_id == PERSONAL else where.guild_id
    return f"https://discord.com/channels/{server}/{where.channel_id}/{message_id}"


def _entry(entry: Entry) -> Mapping[str, Any]:
    return {
        "job": entry.job_id,
        "entry": entry.entry,
        "day": entry.day,
        "pictures": entry.pictures,
        "booked_at": entry.booked_at.isoformat(),
    }
