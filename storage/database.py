"""The one SQLite file: opening, identity, lock, transactions. Knows no table and no job.

SQLAlchemy's defaults would let concurrent requests read the same usage and both write, so every
write transaction is BEGIN IMMEDIATE. Writers of this process wait for each other at a turnstile, in
order, instead of in SQLite's busy handler; the busy time-out is for other programs.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from sqlalchemy import Connection, event, inspect, make_url, text
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.domain.errors import StorageBusy, StorageError, StorageUnusable
from storage.driver import connect
from storage.threads import apart
from storage.turnstile import Turnstile

# "Limn" in ASCII: says whose file it is, also to the `file` command.
APPLICATION_ID = 0x4C696D6E
# Whoever asks for something must hear of it within three seconds.
BUSY_TIMEOUT_S = 2.0
FOLD_PATIENCE_S = 5.0
CLOSE_PATIENCE_S = 0.5
# How long writers may be held up for each try to empty the write-ahead log.
FOLD_MOMENT_S = 0.05
WRITES = "limner_writes"

Transaction = AsyncConnection
"""What the functions of this room take first: an open transaction of `Database`."""

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """An open database file. Made by `open`; closed by `close`."""

    def __init__(self, engine: AsyncEngine, lock: FileLock, path: Path) -> None:
        self._engine = engine
        self._lock = lock
        self._writing = Turnstile()
        self._file: tuple[int, int] | None = None
        self._closed = False
        self._in_use = 0
        self._unused = asyncio.Event()
        self._unused.set()
        self.path = path

    @classmethod
    async def open(cls, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Self:
        """Open the file named by a `sqlite+aiosqlite:///` URL, making or migrating it as needed.

        Other programs may hold it for `busy_timeout_s` before StorageBusy is raised.

        Raises StorageUnusable with one sentence when the file is not ours, is newer than this
        program, is in use by another process, or cannot be written.
        """
        path = await asyncio.to_thread(Path(make_url(url).database or "").absolute)
        lock = await asyncio.to_thread(_take_lock, path)
        engine = create_async_engine(
            url, async_creator=partial(connect, path, timeout=busy_timeout_s)
        )
        _prepare(engine)
        database = cls(engine, lock, path)
        try:
            await asyncio.to_thread(_require_ours, path, busy_timeout_s)
            async with database.transaction() as tx:
                await tx.run_sync(_claim, path)
                await tx.run_sync(_migrate)
            database._file = _file_at(path)
        except StorageUnusable:
            await database.close()
            raise
        except StorageError as error:
            await database.close()
            raise StorageUnusable(f"{path.name} cannot be opened: {error}") from error
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Give the file back, once those have read who are at it; nobody begins any more.

        The write-ahead log is folded in by the last connection.
        """
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_PATIENCE_S):
                await self._unused.wait()
        await self._engine.dispose()
        self._lock.release()

    @asynccontextmanager
    async def transaction(self, *, urgent: bool = False) -> AsyncIterator[AsyncConnection]:
        """A write transaction: committed at the end of the block, rolled back on any error.

        It is `urgent` where somebody waits for the answer; see `Turnstile` for who may say so.
        """
        async with self._writing.turn(urgent=urgent), self._connection(writes=True) as connection:
            self._require_in_place()
            yield connection
            try:
                await connection.commit()
            except DBAPIError:
                # Nobody may inherit what a commit that failed has left open.
                await connection.invalidate()
                raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A snapshot to read from; never waits for writers."""
        async with self._connection(writes=False) as connection:
            yield connection

    async def fold(self, *, patience_s: float = FOLD_PATIENCE_S) -> bool:
        """Bring all that is written into the file itself, and empty the write-ahead log.

        Only then is what was deleted nowhere any more. Our writers wait for a moment at a time;
        False where somebody kept reading an older state for longer than `patience_s`.
        """
        give_up_at = time.monotonic() + patience_s
        while True:
            async with self._writing.turn():
                self._require_in_place()
                if await apart(_checkpoint, self.path):
                    return True
            if time.monotonic() >= give_up_at:
                return False
            await asyncio.sleep(FOLD_MOMENT_S)

    async def rewrite(self) -> None:
        """Write the whole file anew, without what is left over in it; writers wait meanwhile.

        SQLite blanks what it deletes, but not the copies that stay behind where it has moved a
        row from one page to another. It takes about a second for each 100 MB.
        """
        async with self._writing.turn():
            self._require_in_place()
            await apart(_vacuum, self.path)

    async def size_bytes(self) -> int:
        """How large the file is."""
        self._require_in_place()
        return (await asyncio.to_thread(self.path.stat)).st_size

    async def ping(self) -> None:
        """Return if the file answers; raise StorageError if not."""
        self._require_in_place()
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1"))

    def _require_in_place(self) -> None:
        """Refuse to write into a file that has no name any more: all of that would be lost."""
        if self._file is not None and _file_at(self.path) != self._file:
            raise StorageError(f"{self.path.name} has been moved, deleted or replaced")

    @asynccontextmanager
    async def _connection(self, *, writes: bool) -> AsyncIterator[AsyncConnection]:
        if self._closed:
            raise StorageError("the database has been closed")
        self._in_use += 1
        self._unused.clear()
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(**{WRITES: writes})
                yield connection
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise _translated(error.orig) from error
        except PoolTimeout as error:
            raise StorageBusy("the database is busy") from error
        finally:
            self._in_use -= 1
            if not self._in_use:
                self._unused.set()


def _file_at(path: Path) -> tuple[int, int] | None:
    """Which file it is that has this name now."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _checkpoint(path: Path) -> bool:
    """Whether the write-ahead log is empty now. Waits for nobody longer than a moment."""
    try:
        with closing(sqlite3.connect(path, timeout=FOLD_MOMENT_S)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        failure = _translated(error)
        if isinstance(failure, StorageBusy):
            return False
        raise failure from error
    return not busy


def _vacuum(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("VACUUM")
    except sqlite3.Error as error:
        raise _translated(error) from error


def _translated(error: BaseException | None) -> StorageError:
    reason = str(error)
    if "locked" in reason or "busy" in reason:
        return StorageBusy("the database is busy")
    if "full" in reason:
        return StorageError("the disk is full")
    if "readonly" in reason:
        return StorageError("the database may not be written")
    return StorageError(f"the database failed: {reason}")


def _prepare(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling is off; `on_begin` says BEGIN.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            # A lost SUBMITTING would buy a picture twice.
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "invalidate")
    def on_invalidate(connection: Any, _record: Any, _error: BaseException | None) -> None:
        # A cancelled question leaves a cursor behind. While that lives, SQLite keeps a closed
        # connection as it is, with its transaction, and nobody else could write.
        with suppress(sqlite3.Error):
            connection.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _take_lock(path: Path) -> FileLock:
    lock = FileLock(path.with_name(path.name + ".lock"), thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StorageUnusable(
            f"{path.name} is in use by another process: stop that one first"
        ) from error
    except OSError as error:
        raise StorageUnusable(
            f"the folder of {path.name} cannot be written: {error.strerror}"
        ) from error
    return lock


def _require_ours(path: Path, busy_timeout_s: float) -> None:
    """Refuse a file of somebody else's before the first pragma could change it."""
    if not path.exists():
        return
    try:
        with closing(
            sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=busy_timeout_s)
        ) as connection:
            (identity,) = connection.execute("PRAGMA application_id").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        raise _translated(error) from error
    if identity != APPLICATION_ID and (tables or identity):
        raise StorageUnusable(f"{path.name} is not a database of Limner")


def _claim(connection: Connection, path: Path) -> None:
    """Check that the file is not from the future; mark a new one as ours."""
    if connection.exec_driver_sql("PRAGMA application_id").scalar_one() != APPLICATION_ID:
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    if "alembic_version" in inspect(connection).get_table_names():
        known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
        found = set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
        if found - known:
            raise StorageUnusable(
                f"{path.name} was written by a newer Limner (schema {', '.join(sorted(found))}): "
                "run that version, or restore a backup"
            )


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except DatabaseError as error:
        raise _translated(error.orig) from error
