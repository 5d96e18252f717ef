"""The vendor's doorbell: links that it may ring, and what becomes of a ring. Believes nothing.

A ring wakes: the job is asked for at once, and the answer decides. Only the vendor's id is taken
from it, as a claim, and only for a job whose own answer never came.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.job import Job
from bot.domain.tickets import Ticket, read, sign
from bot.modelslab.wire import read_bell
from storage import moves
from storage.database import Database

log = logging.getLogger(__name__)

PURPOSE = "doorbell"
MOUNT = "/hooks/modelslab"
# A flood of rings is a ring each so often, and the last of them is heard, too.
QUIET = timedelta(seconds=2)
# The bell may ring for a while after nobody waits any more.
LATE = timedelta(hours=1)


class Heard(Enum):
    """What became of a ring."""

    UNKNOWN = auto()  # no link of ours, or one whose time is over
    NOTHING_NEW = auto()
    WOKEN = auto()


class Doorbell:
    """`public_url` is where the web part can be reached from outside; `key` signs the links."""

    def __init__(
        self,
        database: Database,
        *,
        public_url: str,
        key: str,
        wake: Callable[[int], None],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._public_url = public_url
        self._key = key
        self._wake = wake
        self._now = now

    def link(self, job: Job) -> str:
        """The address that the vendor may call when this job is done."""
        until = (job.deadline_at or self._now()) + LATE
        ticket = sign(Ticket(str(job.id), until), purpose=PURPOSE, key=self._key)
        return f"{self._public_url}{MOUNT}/{ticket}"

    async def ring(self, ticket: str, body: bytes) -> Heard:
        """Somebody called a link. It is written down when this returns."""
        known = read(ticket, purpose=PURPOSE, key=self._key)
        if known is None or known.expires_at <= self._now():
            return Heard.UNKNOWN
        said = read_bell(body)
        if said.track_id not in (None, known.name):
            log.warning("doorbell.strange job=%s", known.name)
            return Heard.NOTHING_NEW
        async with self._database.transaction() as tx:
            news = await moves.rang(
                tx, int(known.name), claim=said.remote_id, now=self._now(), quiet=QUIET
            )
        log.info("doorbell.rang job=%s news=%s", known.name, news)
        if not news:
            return Heard.NOTHING_NEW
        self._wake(int(known.name))
        return Heard.WOKEN
