"""aiosqlite with one trip to its thread for each statement. Knows no SQL but BEGIN.

As it comes, a question takes four trips: for a cursor, the statement, the rows and the cursor's
end; each of them costs some ten times what SQLite itself takes. And BEGIN takes three. Here a
statement is one trip with all that belongs to it, and BEGIN goes along with the statement after
it: SQLite's lock or snapshot is wanted no sooner. What is written for several rows has no answer
and goes along as well, at the latest with COMMIT; what is wrong with it is heard of then.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
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
    """Its cursors are answers that are already here; what has none waits for company."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], chunk_rows: int) -> None:
        super().__init__(connector, chunk_rows)
        self._begin: str | None = None
        self._reads = False
        self._unsent: list[_Work] = []
        self._spoilt = False
        self._is_open = False

    def cursor(self) -> Any:
        return _Cursor(self)

    def begin(self, sql: str) -> None:
        self._begin = sql

    def leave(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Do this before whatever comes next."""
        self._unsent.append(partial(_for_all, sql=sql, rows=rows))

    async def ask(self, sql: str, values: Sequence[Any]) -> "_Answer":
        """Do one statement, and before it what is still due."""
        self._reads = self._begin == "BEGIN" or (self._begin is None and self._reads)
        answer: _Answer = await self._send(partial(_answer, sql=sql, values=values))
        return answer

    async def commit(self) -> None:
        if self._spoilt:
            raise sqlite3.OperationalError("a part of the transaction could not be written")
        if self._is_open or self._unsent:
            await self._send(sqlite3.Connection.commit)
        self._begin, self._is_open = None, False

    async def rollback(self) -> None:
        self._unsent.clear()
        self._spoilt = False
        if self._reads:
            # Nobody waits until a snapshot is let go: whatever comes next here comes after it.
            self._tx.put_nowait((None, self._conn.rollback))
        elif self._is_open:
            await super().rollback()
        self._begin, self._reads, self._is_open = None, False, False

    async def _send(self, work: "_Work") -> Any:
        begin, self._begin, self._is_open = self._begin, None, True
        unsent, self._unsent = self._unsent, []
        # Whoever knows how to go on without this work knows nothing of what was due before it.
        spoilt, self._spoilt = self._spoilt, self._spoilt or bool(unsent)
        try:
            answer = await self._execute(  # type: ignore[no-untyped-call]
                _do, self._conn, begin, [*unsent, work]
            )
        except sqlite3.Error:
            if begin is not None and not self._conn.in_transaction:
                # It has not begun: whoever goes on must not write outside of a transaction.
                self._begin = begin
            raise
        self._spoilt = spoilt
        return answer


_Work = Callable[[sqlite3.Connection], object]


class _Answer:
    """What a statement left behind."""

    __slots__ = ("description", "lastrowid", "rowcount", "rows")

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self.rows: list[Any] = cursor.fetchall() if cursor.description else []
        self.rowcount = cursor.rowcount
        self.lastrowid = cursor.lastrowid


def _do(connection: sqlite3.Connection, begin: str | None, works: Sequence[_Work]) -> object:
    """The answer to the last of these works."""
    if begin is not None:
        connection.execute(begin).close()
    return [work(connection) for work in works][-1]


def _for_all(connection: sqlite3.Connection, *, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    connection.executemany(sql, rows).close()


def _answer(connection: sqlite3.Connection, *, sql: str, values: Sequence[Any]) -> _Answer:
    cursor = connection.cursor()
    try:
        return _Answer(cursor.execute(sql, values))
    finally:
        cursor.close()


class _Cursor:
    """What SQLAlchemy asks of a cursor, of which only `execute` goes anywhere at once."""

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
            self._answer = await self._connection.ask(sql, values)
        return self

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Self:
        self._connection.leave(sql, rows)
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
