"""The line in front of the vendor: who is next, and how long it takes. Pure.

Round robin over servers, then over the members of a server, then age. Who is served goes to the
back, and who joins stands at the back: a server is passed by none that came after it, and once at
most by each that was there before. A job that had its turn and came back from the vendor was at
the head already, and goes before all others.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.domain.schedule import Pace, pace

UNKNOWN = pace([])
# So many turns fit between the arrivals of two jobs: more than there are ever jobs in line.
TURNS_BETWEEN = 2**20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job in line. Ids grow with age: the smaller, the older. A `returned` one had its turn."""

    job_id: int
    guild_id: int
    user_id: int
    work: str
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Turns:
    """Last turns of servers by guild id, and of members by (guild id, user id)."""

    servers: Mapping[int, int]
    members: Mapping[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class Place:
    """A job's place: how many go before it, of those how many in its own server, and the wait."""

    ahead: int
    ahead_here: int
    wait_s: float


def joined(job_id: int) -> int:
    """When a job joined the line, on the scale of turns."""
    return job_id * TURNS_BETWEEN


def next_turn(*, latest: int, newest_job_id: int) -> int:
    """The turn after the `latest`: later than whatever has joined the line until now."""
    return max(latest, joined(newest_job_id)) + 1


class Line:
    """Jobs in fair order, which others may join.

    A server stands by its last turn or, where that is later, by when the oldest of what it has in
    line joined; so does a member in it. To have been away for long is nothing that is owed.
    """

    def __init__(self, waiting: Iterable[Waiting], turns: Turns) -> None:
        self._returned: deque[Waiting] = deque()
        self._servers: deque[int] = deque()
        self._members: dict[int, deque[int]] = defaultdict(deque)
        self._jobs: dict[tuple[int, int], deque[Waiting]] = defaultdict(deque)
        came: dict[int, int] = {}
        for job in sorted(waiting, key=lambda job: job.job_id):
            if job.returned:
                self._returned.append(job)
            else:
                came.setdefault(job.guild_id, joined(job.job_id))
                self.join(job)
        for guild, members in self._members.items():
            self._members[guild] = deque(
                sorted(members, key=lambda user: self._stands((guild, user), turns))
            )
        self._servers = deque(
            sorted(self._servers, key=lambda guild: max(came[guild], turns.servers.get(guild, 0)))
        )

    def join(self, job: Waiting) -> None:
        """A job that is younger than all others comes."""
        jobs, members = self._jobs[job.guild_id, job.user_id], self._members[job.guild_id]
        if not members:
            self._servers.append(job.guild_id)
        if not jobs:
            members.append(job.user_id)
        jobs.append(job)

    def next(self) -> Waiting | None:
        """The job whose turn it is leaves the line; None where there is none."""
        if self._returned:
            return self._returned.popleft()
        if not self._servers:
            return None
        guild = self._servers.popleft()
        members = self._members[guild]
        user = members.popleft()
        jobs = self._jobs[guild, user]
        job = jobs.popleft()
        if jobs:
            members.append(user)
        if members:
            self._servers.append(guild)
        return job

    def _stands(self, who: tuple[int, int], turns: Turns) -> int:
        return max(joined(self._jobs[who][0].job_id), turns.members.get(who, 0))


def fair_order(waiting: Iterable[Waiting], turns: Turns) -> Iterator[Waiting]:
    """The jobs in the order in which they will be served if nobody else comes."""
    return iter(Line(waiting, turns).next, None)


def places(
    waiting: Iterable[Waiting],
    turns: Turns,
    *,
    slots: int,
    under_way_s: Iterable[float],
    paces: Mapping[str, Pace],
) -> dict[int, Place]:
    """Every waiting job's place, if `slots` are served side by side and nobody else comes.

    `under_way_s` is how much longer each slot stays taken that is taken now. The wait is until the
    pictures are there: until a slot is free, and then the job's own time.
    """
    found: dict[int, Place] = {}
    here: dict[int, int] = defaultdict(int)
    # More may be taken than there are, where the owner has lowered the number.
    free_in_s = heapq.nlargest(max(1, slots), under_way_s)
    free_in_s += [0.0] * (slots - len(free_in_s))
    heapq.heapify(free_in_s)
    for ahead, job in enumerate(fair_order(waiting, turns)):
        takes = paces.get(job.work, UNKNOWN)
        begins_in_s = free_in_s[0]
        heapq.heapreplace(free_in_s, begins_in_s + takes.mean_s)
        found[job.job_id] = Place(ahead, here[job.guild_id], begins_in_s + takes.usual_s)
        here[job.guild_id] += 1
    return found
