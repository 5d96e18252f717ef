"""Transactions: one writer at a time, readers never wait, and nothing is ever half-done."""

import asyncio
import gc
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.domain.errors import StorageBusy, StorageError
from storage import facts
from storage.database import Database


async def test_a_write_transaction_holds_the_write_lock_from_its_first_word(
    database: Database, path: Path
) -> None:
    """BEGIN IMMEDIATE: a plain BEGIN would read first and let two decide on the same usage."""
    async with database.transaction() as tx:
        await facts.get(tx, "only read so far")
        with (
            closing(sqlite3.connect(path, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")


async def test_reading_holds_no_write_lock(database: Database, path: Path) -> None:
    async with database.reading() as tx:
        await facts.get(tx, "only read")
        with closing(sqlite3.connect(path, timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")


async def test_a_reader_sees_one_moment_and_never_waits_for_a_writer(database: Database) -> None:
    async with database.transaction() as tx:
        await facts.put(tx, "colour", "blue")
    async with database.reading() as before:
        assert await facts.get(before, "colour") == "blue"
        async with database.transaction() as tx:
            await facts.put(tx, "colour", "red")
        assert await facts.get(before, "colour") == "blue"
    async with database.reading() as after:
        assert await facts.get(after, "colour") == "red"


async def test_writers_of_this_process_wait_for_each_other(database: Database) -> None:
    async def count() -> None:
        async with database.transaction() as tx:
            so_far = int(await facts.get(tx, "count") or 0)
            await asyncio.sleep(0)
            await facts.put(tx, "count", str(so_far + 1))

    await asyncio.gather(*(count() for _ in range(40)))
    async with database.reading() as tx:
        assert await facts.get(tx, "count") == "40"


async def test_whoever_is_waited_for_writes_first(database: Database) -> None:
    """In a long line of steps, acknowledgements came later than Discord waits for them."""
    wrote: list[str] = []

    async def write(name: str, *, urgent: bool) -> None:
        async with database.transaction(urgent=urgent) as tx:
            await facts.put(tx, "last", name)
            wrote.append(name)

    async with database.transaction():
        writers = [
            asyncio.create_task(write(name, urgent=name.startswith("answer")))
            for name in ("step 1", "step 2", "answer 1", "step 3", "answer 2")
        ]
        await asyncio.sleep(0)
        assert wrote == []
    await asyncio.gather(*writers)
    assert wrote == ["answer 1", "answer 2", "step 1", "step 2", "step 3"]


async def test_two_who_are_always_urgent_keep_nobody_out(database: Database) -> None:
    """Two desks took turns in a burst, and no step of any job could be written down."""
    done = asyncio.Event()

    async def desk() -> None:
        while not done.is_set():
            async with database.transaction(urgent=True) as tx:
                await facts.put(tx, "last", "answer")

    async def step() -> None:
        async with database.transaction() as tx:
            await facts.put(tx, "step", "done")

    desks = [asyncio.create_task(desk()) for _ in range(2)]
    await asyncio.sleep(0.01)
    try:
        await asyncio.wait_for(step(), 1)
    finally:
        done.set()
        await asyncio.gather(*desks)


@pytest.mark.parametrize("at_its_turn", [False, True], ids=["in the queue", "at its turn"])
async def test_a_writer_who_gives_up_waiting_keeps_nobody_out(
    database: Database, *, at_its_turn: bool
) -> None:
    async def write(name: str) -> None:
        async with database.transaction() as tx:
            await facts.put(tx, "last", name)

    async with database.transaction():
        gives_up = asyncio.create_task(write("nobody"))
        await asyncio.sleep(0)
        patient = asyncio.create_task(write("patient"))
        await asyncio.sleep(0)
        if not at_its_turn:
            gives_up.cancel()
    if at_its_turn:
        gives_up.cancel()
    await asyncio.gather(gives_up, return_exceptions=True)
    assert gives_up.cancelled()
    await asyncio.wait_for(patient, 2)
    async with database.reading() as tx:
        assert await facts.get(tx, "last") == "patient"


async def test_an_error_in_the_block_undoes_all_of_it(database: Database) -> None:
    async def change_of_mind() -> None:
        async with database.transaction() as tx:
            await facts.put(tx, "colour", "blue")
            raise RuntimeError("the caller changed its mind")

    with pytest.raises(RuntimeError):
        await change_of_mind()
    async with database.transaction() as tx:
        assert await facts.get(tx, "colour") is None


async def test_a_cancelled_writer_leaves_nothing_and_lets_the_next_one_in(
    database: Database,
) -> None:
    written = asyncio.Event()

    async def hang() -> None:
        async with database.transaction() as tx:
            await facts.put(tx, "colour", "blue")
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.transaction() as tx:
        assert await facts.get(tx, "colour") is None
        await facts.put(tx, "colour", "red")


SLOW = (
    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
    "SELECT i FROM n WHERE i % 100000 = 0"
)


async def test_a_writer_cancelled_inside_a_question_holds_no_lock(database: Database) -> None:
    """A closed connection lived on with its lock until its cursors were collected as garbage."""
    begun = asyncio.Event()

    async def ask() -> None:
        async with database.transaction() as tx:
            await facts.put(tx, "colour", "blue")
            begun.set()
            await tx.execute(text(SLOW))

    gc.disable()
    try:
        # Kept: a traceback, such as a log may keep, keeps the cursor.
        tasks = []
        for _ in range(5):
            begun.clear()
            tasks.append(asyncio.create_task(ask()))
            await begun.wait()
            await asyncio.sleep(0.01)
            tasks[-1].cancel()
            await asyncio.gather(tasks[-1], return_exceptions=True)
            assert tasks[-1].cancelled()
            async with database.transaction() as tx:
                assert await facts.get(tx, "colour") is None
                await facts.put(tx, "other", "red")
    finally:
        gc.enable()


async def test_nothing_is_written_outside_of_a_transaction_that_could_not_begin(
    database: Database, path: Path
) -> None:
    async def go_on_all_the_same() -> None:
        async with database.transaction() as tx:
            with pytest.raises(OperationalError, match="locked"):
                await facts.put(tx, "colour", "blue")
            other.rollback()
            await facts.put(tx, "colour", "red")
            raise RuntimeError("the caller changed its mind")

    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RuntimeError):
            await go_on_all_the_same()
    async with database.reading() as tx:
        assert await facts.get(tx, "colour") is None


_NOTE = text("INSERT INTO facts VALUES (:key, :value)")
_ROWS = [{"key": "colour", "value": "blue"}, {"key": "shape", "value": "round"}]


async def test_rows_that_nobody_asks_for_are_written_before_whatever_comes_next(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        await tx.execute(_NOTE, _ROWS)
        assert await facts.get(tx, "shape") == "round"
        await tx.execute(_NOTE, [{"key": "size", "value": "small"}])
    async with database.reading() as tx:
        assert [await facts.get(tx, name) for name in ("colour", "size")] == ["blue", "small"]


async def test_rows_of_a_transaction_that_fails_are_not_written_by_the_next(
    database: Database,
) -> None:
    async def change_of_mind() -> None:
        async with database.transaction() as tx:
            await tx.execute(_NOTE, _ROWS)
            raise RuntimeError("the caller changed its mind")

    with pytest.raises(RuntimeError):
        await change_of_mind()
    async with database.transaction() as tx:
        await facts.put(tx, "size", "small")
    async with database.reading() as tx:
        assert await facts.get(tx, "colour") is None


async def test_a_row_that_breaks_a_rule_is_heard_of_at_the_commit(database: Database) -> None:
    async def twice() -> None:
        async with database.transaction() as tx:
            await facts.put(tx, "size", "small")
            await tx.execute(_NOTE, [*_ROWS, _ROWS[0]])

    for _ in range(3):
        with pytest.raises(IntegrityError):
            await twice()
    async with database.transaction() as tx:
        assert await facts.get(tx, "size") is None
        await tx.execute(_NOTE, _ROWS)


@pytest.mark.parametrize(
    ("row", "error"),
    [(_ROWS[0], IntegrityError), ({"key": "mass", "value": 2**70}, OverflowError)],
    ids=["there already", "no number for SQLite"],
)
async def test_who_goes_on_after_an_error_does_not_commit_half_of_it(
    database: Database, row: dict[str, object], error: type[Exception]
) -> None:
    """The error was of rows from before, and whoever caught it thought it was of its own."""

    async def go_on_all_the_same() -> None:
        async with database.transaction() as tx:
            await tx.execute(_NOTE, [*_ROWS, row])
            with pytest.raises(error):
                await facts.put(tx, "size", "small")
            await facts.put(tx, "size", "large")

    with pytest.raises(StorageError, match="could not be written"):
        await go_on_all_the_same()
    async with database.transaction() as tx:
        assert [await facts.get(tx, name) for name in ("colour", "size")] == [None, None]


async def test_another_programs_lock_is_waited_for_only_so_long(
    database: Database, path: Path
) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(StorageBusy, match=r"^the database is busy$"):
            async with database.transaction() as tx:
                await facts.put(tx, "colour", "blue")
        assert time.monotonic() - began < 1
        # Reading goes on.
        async with database.reading() as tx:
            assert await facts.get(tx, "colour") is None
        await database.ping()
    async with database.transaction() as tx:
        await facts.put(tx, "colour", "blue")


async def test_a_full_disk_is_said_and_nothing_is_half_done(database: Database) -> None:
    async with database.transaction() as tx:
        await facts.put(tx, "colour", "blue")
        pages = (await tx.execute(text("PRAGMA page_count"))).scalar_one()
        await tx.execute(text(f"PRAGMA max_page_count = {pages}"))

    async def fill() -> None:
        async with database.transaction() as tx:
            await facts.put(tx, "colour", "red")
            await facts.put(tx, "book", "x" * 1_000_000)

    with pytest.raises(StorageError, match=r"^the disk is full$"):
        await fill()
    async with database.transaction() as tx:
        assert await facts.get(tx, "colour") == "blue"
        assert await facts.get(tx, "book") is None
        await tx.execute(text("PRAGMA max_page_count = 1000000"))
    # The disk has room again.
    await fill()


async def test_a_database_that_may_not_be_written_is_said(database: Database) -> None:
    async with database.reading() as tx:
        await tx.execute(text("PRAGMA query_only = ON"))
    with pytest.raises(StorageError, match=r"^the database may not be written$"):
        async with database.transaction() as tx:
            await facts.put(tx, "colour", "blue")
    async with database.reading() as tx:
        assert await facts.get(tx, "colour") is None


async def test_a_broken_rule_of_the_tables_undoes_the_transaction(database: Database) -> None:
    async def seat_nobody() -> None:
        async with database.transaction() as tx:
            await facts.put(tx, "colour", "blue")
            await tx.execute(text("INSERT INTO slots (number, job_id, taken_at) VALUES (1, 99, 0)"))

    with pytest.raises(IntegrityError):
        await seat_nobody()
    async with database.reading() as tx:
        assert await facts.get(tx, "colour") is None


async def test_more_readers_than_connections_wait_or_are_told(database: Database) -> None:
    """The pool's own time-out used to come out as a foreign error."""
    pool = database._engine.pool
    pool._timeout = 0.05  # type: ignore[attr-defined]
    release = asyncio.Event()

    async def read() -> str:
        try:
            async with database.reading() as tx:
                await facts.get(tx, "colour")
                await release.wait()
        except StorageBusy:
            return "busy"
        return "read"

    readers = [asyncio.create_task(read()) for _ in range(20)]
    early = asyncio.as_completed(readers)
    for _ in range(5):
        assert await next(early) == "busy"
    release.set()
    said = await asyncio.gather(*readers)
    assert (said.count("read"), said.count("busy")) == (15, 5)


async def test_a_commit_that_failed_leaves_nothing_open(database: Database, path: Path) -> None:
    """Its connection went back with the transaction in it, and kept everybody out from then on."""

    async def seat_nobody() -> None:
        async with database.transaction() as tx:
            # Looked at when all is committed.
            await tx.execute(text("PRAGMA defer_foreign_keys = ON"))
            await tx.execute(text("INSERT INTO slots (number, job_id, taken_at) VALUES (1, 99, 0)"))

    for _ in range(3):
        with pytest.raises(IntegrityError):
            await seat_nobody()
    async with database.transaction() as tx:
        await facts.put(tx, "colour", "blue")
    with closing(sqlite3.connect(path, timeout=0)) as other, other:
        other.execute("UPDATE facts SET value = 'red'")


@pytest.mark.parametrize("what", ["deleted", "replaced"])
async def test_nothing_is_written_into_a_file_that_is_gone(
    database: Database, path: Path, what: str
) -> None:
    """SQLite goes on in the nameless file, and all of it is lost when the last one closes it."""
    aside = path.with_name("aside.db")
    path.rename(aside)
    if what == "replaced":
        shutil.copy(aside, path)

    async def put() -> None:
        async with database.transaction() as tx:
            await facts.put(tx, "colour", "blue")

    attempts = (put, database.ping, database.fold, database.rewrite, database.size_bytes)
    for attempt in attempts:
        with pytest.raises(StorageError, match=r"^limner\.db has been moved, deleted or replaced$"):
            await attempt()
    # Nor has anything been put in its place.
    assert path.exists() is (what == "replaced")
    aside.replace(path)
    await put()
    await database.ping()


async def test_who_is_still_reading_is_waited_for_and_nobody_comes_after(
    database: Database,
) -> None:
    """Else their connections were given back to nobody, with a trace for each."""
    began, told = asyncio.Event(), asyncio.Event()

    async def reads() -> str | None:
        async with database.reading() as tx:
            began.set()
            await told.wait()
            return await facts.get(tx, "a fact")

    reading = asyncio.create_task(reads())
    await began.wait()
    closing_down = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    with pytest.raises(StorageError, match="closed"):
        await database.ping()
    assert not closing_down.done()
    told.set()
    assert await reading is None
    await closing_down


async def test_who_never_ends_reading_is_not_waited_for_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.CLOSE_PATIENCE_S", 0.02)
    async with database.reading() as tx:
        await facts.get(tx, "a fact")
        async with asyncio.timeout(2):
            await database.close()
        # Nobody would take it back.
        await tx.invalidate()
