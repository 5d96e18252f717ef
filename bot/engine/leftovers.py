"""Sees that nothing is left of what was erased: in files, in the log, in gaps of the database.

Counts erasures, so that one that could not be seen to at once is not forgotten.
"""

import asyncio
import logging
from collections.abc import Iterable

from bot.domain.errors import StorageError
from storage import facts, holdings
from storage.database import Database, Transaction
from storage.pictures import PictureFiles

log = logging.getLogger(__name__)

ERASURES, FOLDED, REWRITTEN = "erasures", "erasures_folded", "erasures_rewritten"
# Below this size the file is written anew at once: everybody waits for that, under a second.
REWRITTEN_AT_ONCE_BYTES = 64 * 1024**2
# Nobody else can write meanwhile.
FILES_AT_ONCE = 20


async def note_erasure(tx: Transaction) -> None:
    """Something was erased in this transaction: `Leftovers.clear` has work."""
    await facts.put(tx, ERASURES, str(await _count(tx, ERASURES) + 1))


class Leftovers:
    """Looks after the bytes themselves."""

    def __init__(self, database: Database, *, files: PictureFiles) -> None:
        self._database = database
        self._files = files
        self._clearing = asyncio.Lock()

    async def remove(self, digests: Iterable[str]) -> int:
        """Remove those of the files that nobody names any more; how many they were.

        Others keep the very same bytes at any time. Whoever names a file does so in a transaction
        that sees that it is there, and it goes in one that sees that nobody names it.
        """
        left, removed = sorted(digests), 0
        while left:
            some, left = left[:FILES_AT_ONCE], left[FILES_AT_ONCE:]
            async with self._database.transaction() as tx:
                unnamed = set(some) - await holdings.needed(tx, some)
                for sha256 in unnamed:
                    await self._files.remove(sha256)
            removed += len(unnamed)
        return removed

    async def clear(self, *, nobody_waits: bool = False) -> None:
        """Empty the log of what was erased, and write the file anew where that takes a moment.

        With `nobody_waits` the file is written anew however long that takes. Trouble is logged, not
        raised: the erasure itself has been done, and this is tried again.
        """
        try:
            await self._clear(nobody_waits=nobody_waits)
        except StorageError as error:
            log.error("leftovers.uncleared why=%s", error)

    async def _clear(self, *, nobody_waits: bool) -> None:
        async with self._clearing:
            async with self._database.reading() as tx:
                erased = await _count(tx, ERASURES)
                folded, rewritten = await _count(tx, FOLDED), await _count(tx, REWRITTEN)
            if folded < erased and not await self._folded(erased, FOLDED):
                return
            if rewritten >= erased:
                return
            size_bytes = await self._database.size_bytes()
            if size_bytes > REWRITTEN_AT_ONCE_BYTES and not nobody_waits:
                return
            await self._database.rewrite()
            await self._folded(erased, REWRITTEN)

    async def _folded(self, erased: int, done: str) -> bool:
        """Empty the log, and note how many erasures that covers; whether it could be done."""
        if not await self._database.fold():
            log.warning("leftovers.unfolded why=somebody reads an older state of the database")
            return False
        async with self._database.transaction() as tx:
            await facts.put(tx, done, str(erased))
        return True


async def _count(tx: Transaction, key: str) -> int:
    return int(await facts.get(tx, key) or 0)
