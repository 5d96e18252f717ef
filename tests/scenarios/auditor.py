"""Looks at the books of a running bot every few milliseconds, as somebody beside it could.

Reads the database file and nothing else; what it finds wrong is a list, at any moment.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from tests.storage.sums import DRIFT

EVERY_S = 0.003

#: Servers whose ledger is not what was received and verified, and what live jobs have reserved.
UNEQUAL = """
WITH due AS (
    SELECT guild_id, sum(
        CASE WHEN status IN ('queued', 'submitting', 'waiting')
        THEN json_extract(request, '$.count')
        ELSE coalesce(json_extract(outcome, '$.received'), 0)
           - coalesce(json_extract(outcome, '$.flagged'), 0)
        END
    ) AS pictures FROM jobs GROUP BY guild_id
),
booked AS (SELECT guild_id, sum(pictures) AS pictures FROM ledger GROUP BY guild_id)
SELECT 'due' AS what, * FROM (SELECT * FROM due EXCEPT SELECT * FROM booked)
UNION ALL
SELECT 'booked' AS what, * FROM (SELECT * FROM booked EXCEPT SELECT * FROM due)
"""
#: What a server has used on its days, by its ledger and by the total that intake looks at.
DAYS = """
SELECT day, sum(pictures) AS plain,
       (SELECT pictures FROM totals
        WHERE totals.guild_id = ledger.guild_id AND user_id = 0 AND period = day) AS kept
FROM ledger WHERE guild_id = ? GROUP BY day
"""


class Auditor:
    """One look is one snapshot of the file, whatever the bot writes meanwhile."""

    def __init__(self, database: Path, *, server_day: Mapping[int, int]) -> None:
        self._database = database
        self._server_day = server_day
        self._over = threading.Event()
        self.looks = 0
        #: How many states of the books were seen, as the ledger's length tells them apart.
        self.states: set[int] = set()
        self.found: list[str] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look again and again, in a thread of its own, until the block ends."""
        thread = threading.Thread(target=self._watch, name="auditor")
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            self.look()
            self._over.wait(EVERY_S)

    def look(self) -> None:
        """One snapshot; what is wrong in it."""
        file = f"file:{self._database}?mode=ro"
        with closing(sqlite3.connect(file, uri=True, timeout=5, isolation_level=None)) as database:
            database.execute("BEGIN")
            ((entries,),) = database.execute("SELECT count(*) FROM ledger")
            found = [f"drift {row}" for row in database.execute(DRIFT)]
            found += [f"unequal {row}" for row in database.execute(UNEQUAL)]
            for guild_id, limit in self._server_day.items():
                for day, plain, kept in database.execute(DAYS, [guild_id]):
                    if not 0 <= plain == kept <= limit:
                        found.append(f"{guild_id} on {day}: {plain}, {kept} of {limit}")
        self.found += [f"after {entries} entries: {what}" for what in found]
        self.states.add(entries)
        self.looks += 1
