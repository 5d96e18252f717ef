"""What was deleted is in no byte of the files, whoever reads and writes meanwhile."""

import asyncio
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.errors import StorageError
from bot.domain.job import JobStatus
from storage import erasure, facts
from storage.database import Database
from storage.tables import jobs as jobs_table
from tests.storage.ground import a_job, a_job_in, moved_to

MARK = b"MARKED-PROMPT"


def everything(path: Path) -> bytes:
    """Every byte beside the database file, and in it."""
    return b"".join(file.read_bytes() for file in path.parent.rglob("*") if file.is_file())


async def a_marked_job(database: Database) -> int:
    return (await a_job_in(database, JobStatus.DELIVERED, prompt=f"{MARK.decode()} " * 20)).id


async def purged(database: Database, job_id: int) -> None:
    async with database.transaction() as tx:
        await erasure.purge(tx, [job_id])


async def test_after_folding_no_byte_is_left(database: Database, path: Path) -> None:
    job_id = await a_marked_job(database)
    assert MARK in everything(path)
    await purged(database, job_id)
    # Deleted, and still in the write-ahead log.
    assert MARK in everything(path)
    assert await database.fold()
    assert MARK not in everything(path)
    assert path.with_name(path.name + "-wal").stat().st_size == 0


async def test_it_folds_between_readers_and_writers(database: Database, path: Path) -> None:
    marked = await a_marked_job(database)
    stop = asyncio.Event()

    async def writes(name: str) -> int:
        count = 0
        while not stop.is_set():
            async with database.transaction() as tx:
                await facts.put(tx, name, str(count))
            count += 1
        return count

    async def reads() -> int:
        count = 0
        while not stop.is_set():
            async with database.reading() as tx:
                await facts.get(tx, "a")
                await asyncio.sleep(0.002)
                await facts.get(tx, "b")
            count += 1
        return count

    busy = [asyncio.create_task(work) for work in (writes("a"), writes("b"), reads(), reads())]
    await asyncio.sleep(0.05)
    await purged(database, marked)
    folded = await database.fold()
    seen = everything(path)
    stop.set()
    assert all(count > 0 for count in await asyncio.gather(*busy))
    assert folded
    assert MARK not in seen


async def test_a_long_look_from_outside_holds_up_the_folding_and_nobody_else(
    database: Database, path: Path
) -> None:
    marked = await a_marked_job(database)
    with closing(sqlite3.connect(path, isolation_level=None)) as backup:
        backup.execute("BEGIN")
        backup.execute("SELECT count(*) FROM jobs").fetchone()
        await purged(database, marked)
        folding = asyncio.create_task(database.fold(patience_s=0.4))
        slowest_s = 0.0
        while not folding.done():
            began = time.monotonic()
            async with database.transaction() as tx:
                await facts.put(tx, "key", "value")
            slowest_s = max(slowest_s, time.monotonic() - began)
            await asyncio.sleep(0.01)
        assert not await folding
        assert slowest_s < 1.0
        assert MARK in everything(path)
    assert await database.fold()
    assert MARK not in everything(path)


async def test_rewriting_leaves_nothing_of_rows_that_were_moved_about(
    database: Database, path: Path
) -> None:
    """Rows that grow are moved between pages, and SQLite does not blank where they came from."""
    dice = random.Random(5)
    alive: list[tuple[int, bytes]] = []
    gone: list[bytes] = []
    async with database.transaction() as tx:
        for number in range(200):
            mark = b"<%06d>" % number
            job = await a_job(tx, prompt=mark.decode() * dice.choice((2, 20, 90)))
            await moved_to(tx, job, JobStatus.DELIVERED)
            alive.append((job.id, mark))
            if number % 2:
                job_id, mark = alive.pop(dice.randrange(len(alive)))
                await erasure.purge(tx, [job_id])
                gone.append(mark)
    assert await database.fold()
    await database.rewrite()
    assert await database.fold()
    seen = everything(path)
    assert [mark for mark in gone if mark in seen] == []
    assert all(mark in seen for _, mark in alive)
    async with database.reading() as tx:
        assert len((await tx.execute(jobs_table.select())).all()) == len(alive)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_a_rewritten_file_is_still_ours(database: Database, path: Path) -> None:
    await a_marked_job(database)
    before = await database.size_bytes()
    await database.rewrite()
    await database.close()
    again = await Database.open(f"sqlite+aiosqlite:///{path}")
    await again.close()
    assert 0 < path.stat().st_size <= before + 2**20


async def test_a_file_that_is_held_is_said_in_a_sentence(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_S", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not await database.fold(patience_s=0.1)
        with pytest.raises(StorageError, match="busy"):
            await database.rewrite()
    await database.rewrite()
