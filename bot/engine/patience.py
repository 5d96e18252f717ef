"""How often a job is sent again that the vendor does not take, although it takes others.

Counts what this process has seen; a restart counts anew. Sends and ends nothing itself.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MOST_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tries:
    """What one job has tried in vain: since when, how often, and how many others stood then."""

    since: datetime
    count: int
    others: int


class Patience:
    """Ends where a job fails alone: at least `lasts` long, and several times in a row."""

    def __init__(self, *, lasts: timedelta, now: Callable[[], datetime]) -> None:
        self._lasts = lasts
        self._now = now
        self._taken = 0
        self._in_vain: dict[int, _Tries] = {}

    @property
    def remembered(self) -> Collection[int]:
        """The jobs that were tried in vain."""
        return self._in_vain.keys()

    def took(self, job_id: int) -> None:
        """The vendor has taken this job."""
        self._taken += 1
        self.forget(job_id)

    def forget(self, job_id: int) -> None:
        """This job will not be sent any more."""
        self._in_vain.pop(job_id, None)

    def is_over(self, job_id: int) -> bool:
        """One more try of this job was in vain: whether it was the last one.

        Tries between which the vendor took nobody are one: perhaps it is down, and that is waited
        for however long it takes.
        """
        now = self._now()
        tries = self._in_vain.get(job_id)
        if tries is None:
            tries = _Tries(since=now, count=1, others=self._taken)
        elif tries.others < self._taken:
            tries = replace(tries, count=tries.count + 1, others=self._taken)
        self._in_vain[job_id] = tries
        if tries.count < MOST_TRIES or now - tries.since < self._lasts:
            return False
        self.forget(job_id)
        return True
