"""aiosqlite with one trip to its thread for each statement. Knows no SQL but BEGIN.

As it comes, a question takes four trips: for a cursor, the statement, the rows and the cursor's
end; each of them costs some ten times what SQLite itself takes. And BEGIN takes three. Here a
statement is one trip with all that belongs to it, and BEGIN goes along with the statement after
it: SQLite's lock or snapshot is wanted no sooner.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiosqlite

CHUNK_ROWS = 64


async def connect(path: str | Path, **options: Any) -> aiosqlite.Connection:
    """An open connection, for SQLAlchemy's `async_creator`."""
    connection = _Connection(lambda: sqlite3.connect(path, **options), CHUNK_ROWS)
    # A process that ends must not wait for a connection that nobody closed.
    connection._thread.daemon = True
    return await connection


class _Connection(aiosqlite.Connection):
    """Its cursors are answers that are already here; BEGIN waits for company."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], chunk_rows: int) -> None:
        super().__init__(connector, chunk_rows)
        self._begin: str | None = None
        self._reads = False

    def cursor(self) -> Any:
        return _Cursor(self)

    async def ask(
        self, work: Callable[[sqlite3.Cursor, Any, Any], object], sql: str, values: Any
    ) -> "_Answer":
        """Do one statement, and BEGIN before it where that is still due."""
        begin, self._begin = self._begin, None
        self._reads = begin == "BEGIN" or (begin is None and self._reads)
        try:
            answer: _Answer = await self._execute(  # type: ignore[no-untyped-call]
                _ask, self._conn, begin, work, sql, values
            )
        except sqlite3.Error:
            if begin is not None and not self._conn.in_transaction:
                # It has not begun: whoever goes on must not write outside of a transaction.
                self._begin = begin
            raise
        return answer

    def begin(self, sql: str) -> None:
        self._begin = sql

    async def commit(self) -> None:
        if self._begin is None:
            await super().commit()
        self._begin = None

    async def rollback(self) -> None:
        if self._reads:
            # Nobody waits until a snapshot is let go: whatever comes next here comes after it.
            self._tx.put_nowait((None, self._conn.rollback))
        elif self._begin is None:
            await super().rollback()
        self._begin, self._reads = None, False


class _Answer:
    """What a statement left behind."""

    __slots__ = ("description", "lastrowid", "rowcount", "rows")

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self.rows: list[Any] = cursor.fetchall() if cursor.description else []
        self.rowcount = cursor.rowcount
        self.lastrowid = cursor.lastrowid


def _ask(
    connection: sqlite3.Connection,
    begin: str | None,
    work: Callable[[sqlite3.Cursor, Any, Any], object],
    sql: str,
    values: Any,
) -> _Answer:
    if begin is not None:
        connection.execute(begin).close()
    cursor = connection.cursor()
    try:
        work(cursor, sql, values)
        return _Answer(cursor)
    finally:
        cursor.close()


class _Cursor:
    """What SQLAlchemy asks of a cursor, of which only `execute` and `executemany` go anywhere."""

    arraysize = 1

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._answer: _Answer | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    async def execute(self, sql: str, values: Sequence[Any] = ()) -> Self:
        if sql.startswith("BEGIN"):
            self._connection.begin(sql)
        else:
            self._answer = await self._connection.ask(sqlite3.Cursor.execute, sql, values)
        return self

    async def executemany(self, sql: str, values: Iterable[Sequence[Any]]) -> Self:
        self._answer = await self._connection.ask(sqlite3.Cursor.executemany, sql, values)
        return self

    async def fetchall(self) -> list[Any]:
        return [] if self._answer is None else self._answer.rows

    async def close(self) -> None:
        pass

    @property
    def description(self) -> Any:
        return None if self._answer is None else self._answer.description

    @property
    def rowcount(self) -> int:
        return -1 if self._answer is None else self._answer.rowcount

    @property
    def lastrowid(self) -> int | None:
        return None if self._answer is None else self._answer.lastrowid
